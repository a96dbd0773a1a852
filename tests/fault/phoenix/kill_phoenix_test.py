"""kill_phoenix_test.py - customers and moderators, whatever dies: A11-A22, A29, A30, A36, A43, A44.

Real clients go on over kill -9, lost answers, lost pushes and stale tokens: never an operation
twice, never an older state after a push, nobody stuck. Provisioning is killed at every step and
message: one client and one employee for each request. The last test is a control.
"""
# stores: none
import collections
import os
import random
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(HERE, '..', '..')
LIB = os.path.join(TESTS, 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(TESTS, 'fault'),
                os.path.join(TESTS, 'behaviour', 'phoenix')]
from client import Broken
from kill_scenario import fast_directory, spread
from phoenix_crowd import Crowd, promise
from phoenix_keeper import Keeper, finish
from tap import check, fail, main, seconds_max, test_scale

CUSTOMERS, MODERATORS, KILLS = 40, 3, 8
STEP_KILLS, STEP_SECONDS = 60, 60  # so many, or on a slow machine so long


def begin(keeper, **how):
    """A crowd with its moderators at work, and their threads."""
    crowd = Crowd(keeper.start(), **how)
    return crowd, crowd.run([crowd.moderator] * MODERATORS)


def join(crowd, threads, seconds):
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
        if crowd.problems:
            raise crowd.problems[0]
        promise(not thread.is_alive(), 'somebody is stuck')


def go_home(crowd, threads):
    crowd.no_more.set()
    join(crowd, threads, 200)


def total(crowd, name):
    return sum(person.counts[name] for person in crowd.people)


@seconds_max(test_scale(400))
def a_crowd_and_a_server_that_dies():
    """A13-A20: look, do, hear; nothing is trusted."""
    chance = random.Random(4)
    keeper = Keeper([chance.uniform(0.3, 2.0) for _ in range(test_scale(KILLS))])
    crowd, moderators = begin(keeper)
    began = time.monotonic()
    customers = crowd.run([crowd.customer] * test_scale(CUSTOMERS))
    join(crowd, customers, 350)
    go_home(crowd, moderators)
    check(keeper.is_done.wait(100), 'it was not killed often enough')
    crowd.check()
    finish(keeper)
    counts = {name: total(crowd, name) for name in crowd.people[0].counts}
    operations = sum(len(person.done) for person in crowd.people)
    print(f'# {len(crowd.cases)} customers, {operations} operations, {keeper.kills} kills in '
          f'{time.monotonic() - began:.0f} s, {counts}')
    for name in ('lost answers', 'pushes', 'polls', 'diffs'):
        check(counts[name] > 0, f'nothing of {name}')


# ---- at every step and message ----

def points():
    """(point, n) for each that two requests come by on their way."""
    listed = os.path.join(tempfile.mkdtemp(dir=fast_directory()), 'points')
    keeper = Keeper([{'KONTORA_FAULT_LIST': listed}])
    crowd, moderators = begin(keeper, loss=0, rejects=0)
    join(crowd, crowd.run([crowd.customer] * 2), 100)
    go_home(crowd, moderators)
    finish(keeper)
    with open(listed, encoding='ascii') as file:
        counts = collections.Counter(file.read().split())
    return [(name, n) for name, count in sorted(counts.items())
            for n in sorted({1, 2, 3, 5, 8, count // 3, count // 2}) if 0 < n <= count]


@seconds_max(test_scale(500))
def provisioning_at_every_step_and_message():
    """A29, A30, A42: then everything that was open ends."""
    everywhere = points()
    kinds = [(name, 1) for name in sorted({name for name, _ in everywhere})]  # each of them once
    plan = spread(kinds, len(kinds))
    plan += spread(everywhere, max(0, test_scale(STEP_KILLS) - len(plan)))
    began = time.monotonic()
    fates = ({'KONTORA_FAULT': f'{name}:{n}'} for name, n in plan
             if time.monotonic() - began < test_scale(STEP_SECONDS))
    keeper = Keeper(fates)
    crowd, moderators = begin(keeper, loss=0, rejects=0)
    while not keeper.is_done.is_set():
        join(crowd, crowd.run([crowd.customer] * 3), 300)
    go_home(crowd, moderators)
    crowd.check()
    finish(keeper)
    names = {name for name, _ in plan}
    print(f'# {keeper.kills} kills at {len(names)} kinds of places in '
          f'{time.monotonic() - began:.0f} s, {len(crowd.cases)} requests')
    check(keeper.kills > 0, 'it was never killed')
    for name in ('stage_function_ran', 'case_settled', 'executor_before_commit'):
        check(name in names, f'nobody comes by {name}: {sorted(names)}')


# ---- a control ----

@seconds_max(300)
def an_operation_that_is_done_twice_is_caught():
    keeper = Keeper([])
    crowd, moderators = begin(keeper)
    join(crowd, crowd.run([crowd.customer]), 100)
    go_home(crowd, moderators)
    crowd.check()
    person = next(iter(crowd.cases.values()))
    case, = crowd.cases
    person.done.remove(next(one for one in person.done if one[1] == 'submit_for_moderation'))
    try:
        crowd.check()
    except Broken as violation:
        check('once' in str(violation), violation)
    else:
        fail(f'one step of {case} more than was asked for, and nobody notices')
    finally:
        finish(keeper)


if __name__ == '__main__':
    main([a_crowd_and_a_server_that_dies, provisioning_at_every_step_and_message,
          an_operation_that_is_done_twice_is_caught])
