"""memory_test.py - the n-th allocation fails: no crash, no lie.

An allocator of our own is preloaded. Whatever fails, the process never dies by a signal: it ends
with 71, does not start and says why, answers 503, or does not need that memory. The clients of
kill_scenario.py check that nothing acknowledged is lost.
"""
# stores: none
import collections
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from kill_scenario import Campaign, spread
from kontora import EXIT_IO, EXIT_NO_MEMORY, EXIT_UNREACHABLE
from tap import check, main, repository, seconds_max, test_directory, test_scale

LIVES = 400
OF_THE_LOADER = 127  # before main
FATES = (EXIT_NO_MEMORY, EXIT_UNREACHABLE, EXIT_IO, OF_THE_LOADER)


def build_allocator():
    library = os.path.join(test_directory(), 'failing_malloc.so')
    source = os.path.join(repository(), 'tests', 'fault', 'failing_malloc.c')
    subprocess.run(['gcc', '-O1', '-D_GNU_SOURCE', '-shared', '-fPIC', '-o', library, source],
                   check=True)
    return library


def environment(library, **more):
    ours = {f'KONTORA_TEST_{name}': value for name, value in more.items()}
    return {'LD_PRELOAD': library, **ours}


def count_allocations(campaign, library):
    """Of a whole life with some work."""
    counted = os.path.join(campaign.home, 'allocations')
    campaign.life(environment=environment(library, COUNT_ALLOCATIONS=counted))
    with open(counted, encoding='ascii') as file:
        return int(file.read())


@seconds_max(test_scale(300))
def any_allocation_may_fail():
    began = time.monotonic()
    library = build_allocator()
    campaign = Campaign()
    count = count_allocations(campaign, library)
    check(count > 500, f'only {count} allocations were seen')
    ends = collections.Counter()
    plan = [f'{n}{sticky}' for n in range(1, count + 1) for sticky in ('', '+')]
    for failing in spread(plan, test_scale(LIVES)):
        before = campaign.kills
        campaign.life(fates=FATES, may_stop_answering=True,
                      environment=environment(library, FAIL_ALLOCATION=failing))
        ends['ended' if campaign.kills > before else 'went on'] += 1
    campaign.check_everything()
    campaign.tell(f'{test_scale(LIVES)} of {count} allocations failed: {dict(ends)}',
                  time.monotonic() - began)
    check(ends['ended'] > 0, 'no allocation mattered: is the allocator in use?')
    campaign.end()


if __name__ == '__main__':
    main([any_allocation_may_fail])
