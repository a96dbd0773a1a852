"""kill_test.py - kill -9 at every system call that writes, at every fault point: nothing is lost.

The real program on SQLite. kill_scenario.py says what is promised and checked. The last tests are
controls: with a bug put in on purpose the same checks must complain.
"""
# stores: none
import collections
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from kill_scenario import Campaign, Violation, count_calls, spread, strace
from tap import check, check_less, fail, main, seconds_max, skip, test_scale

CALLS = ('pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink', 'sendto',
         'sendmsg', 'writev', 'accept4')
KILLS_BY_CALL, KILLS_BY_POINT, STARTS, CONTROL_LIVES = 620, 450, 60, 60
UNTIL_CHECKPOINT = 900  # requests of each client; 4000 pages of the log are due


def may_trace():
    try:
        return subprocess.run(['strace', '-o', '/dev/null', 'true'], check=False,
                              stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def need_strace():
    if not may_trace():
        skip('strace may not trace here (it is not installed, or ptrace is not allowed)')


def call_plan(campaign, calls=CALLS):
    """(call, n) for every n that a whole life reaches."""
    campaign.life(wrapper=strace(campaign.home, '-e', 'trace=' + ','.join(calls)))
    most = count_calls(campaign.home)
    return [(name, n) for name in calls for n in range(1, most[name] + 1)]


def kill_at_call(campaign, name, n):
    return campaign.life(wrapper=strace(campaign.home, '-e', f'trace={name}',
                                        '-e', f'inject={name}:signal=KILL:when={n}'))


def point_plan(campaign):
    """(point, n) for every fault point a life reaches, the often reached ones up to 20 times."""
    listed = os.path.join(campaign.home, 'points')
    campaign.life(variant='fault', environment={'KONTORA_FAULT_LIST': listed})
    with open(listed, encoding='ascii') as file:
        names = file.read().split()
    return [(name, n) for name in sorted(set(names))
            for n in range(1, min(names.count(name), 20) + 1)]


def kill_at_point(campaign, name, n):
    return campaign.life(variant='fault', environment={'KONTORA_FAULT': f'{name}:{n}'})


def run_plan(campaign, what, plan, kill, kills_min):
    """Through the plan, again and again, until there were as many kills as were asked for."""
    began = time.monotonic()
    hit = collections.Counter()
    lives = 0
    while sum(hit.values()) < kills_min and lives < 4 * kills_min:
        for entry in spread(plan, min(len(plan), 200)):
            lives += 1
            hit[entry] += kill(campaign, *entry)
    campaign.check_everything()
    campaign.tell(what, time.monotonic() - began)
    print(f'# {len([entry for entry in hit if hit[entry]])} places of {len(plan)} were hit')
    missed = sorted({entry[0] for entry in plan} - {entry[0] for entry in hit if hit[entry]})
    check(not missed, f'no kill at {missed}')
    check(campaign.kills >= kills_min, f'only {campaign.kills} kills')
    ready = sorted(campaign.ready_seconds)
    check_less(ready[int(len(ready) * 0.99)], 20, 'ready again, in seconds')


# ---- the campaigns ----

@seconds_max(test_scale(300))
def at_every_call_that_writes():
    need_strace()
    campaign = Campaign()
    campaign.life()  # the first start is a test of its own, below
    run_plan(campaign, 'at system calls', call_plan(campaign), kill_at_call,
             test_scale(KILLS_BY_CALL))
    campaign.end()


@seconds_max(test_scale(300))
def at_every_fault_point():
    campaign = Campaign()
    run_plan(campaign, 'at fault points', point_plan(campaign), kill_at_point,
             test_scale(KILLS_BY_POINT))
    campaign.end()


@seconds_max(test_scale(200))
def at_the_first_start_and_in_recovery():
    """A fresh directory, killed at the n-th call of its first start, then three times while it
    recovers from that; then it must work."""
    need_strace()
    began = time.monotonic()
    campaign = Campaign()
    plan = [entry for entry in call_plan(campaign) if entry[0] not in ('sendto', 'accept4')]
    campaign.end()
    kills = 0
    for n, entry in enumerate(spread(plan, test_scale(STARTS))):
        campaign = Campaign()
        kill_at_call(campaign, *entry)
        for deeper in range(3):
            kill_at_call(campaign, *plan[(n * 7 + deeper * 3) % len(plan)])
        campaign.life(requests=2)
        campaign.check_everything()
        kills += campaign.kills
        campaign.end()
    print(f'# first starts and recoveries: {kills} kills in {time.monotonic() - began:.0f} s')
    check(kills >= test_scale(STARTS), f'only {kills} kills')


@seconds_max(test_scale(120))
def in_a_checkpoint_under_load():
    """Long enough for the log to be due; then at each place of bringing it back into the file."""
    need_strace()
    began = time.monotonic()
    campaign = Campaign()
    killed = campaign.life(requests=UNTIL_CHECKPOINT, variant='fault',
                           environment={'KONTORA_FAULT': 'store_checkpoint:1'})
    check(killed, 'there was no checkpoint at work')
    database = os.path.join(campaign.directory, 'users.db')
    places = [('pwrite64', n) for n in (1, 2, 3, 5, 8, 13, 30, 80)] + [('fdatasync', 1)]
    kills = 0
    for call, n in places * test_scale(1):
        kills += campaign.life(wrapper=strace(
            campaign.home, '-P', database, '-e', f'trace={call}',
            '-e', f'inject={call}:signal=KILL:when={n}'))
    campaign.check_everything()
    campaign.tell('in checkpoints', time.monotonic() - began)
    check(kills >= 5, f'only {kills} kills in a checkpoint')
    campaign.end()


# ---- controls: a suite that cannot fail counts for nothing ----

def must_complain(bug, plan):
    """The lives of the plan with the bug in the program, until a check complains."""
    campaign = Campaign(environment={'KONTORA_BUG': bug})
    campaign.life(variant='fault')  # undisturbed it does not even show
    try:
        for name, n in spread(plan, CONTROL_LIVES):
            kill_at_point(campaign, name, n)
        campaign.check_everything()
    except Violation as violation:
        print(f'# {bug}: caught after {campaign.kills} kills: {str(violation).splitlines()[0]}')
        return
    finally:
        campaign.end()
    fail(f'the bug {bug} is not found in {CONTROL_LIVES} lives')


def a_reply_before_the_commit_is_caught():
    must_complain('reply_before_commit', [('executor_before_commit', n) for n in range(1, 8)])


def a_reply_that_is_not_kept_is_caught():
    must_complain('reply_not_kept', [('executor_after_commit', n) for n in range(1, 8)])


def a_lost_database_is_caught():
    """The checks themselves, without any bug in the program: what was written is taken away."""
    campaign = Campaign()
    campaign.life(requests=6)
    for name in os.listdir(campaign.directory):
        if name.startswith('users.'):
            os.unlink(os.path.join(campaign.directory, name))
    try:
        campaign.life()
    except Violation as violation:
        print(f'# caught: {str(violation).splitlines()[0]}')
        return
    finally:
        campaign.end()
    fail('a database that was taken away is not missed')


if __name__ == '__main__':
    main([at_every_call_that_writes, at_every_fault_point, at_the_first_start_and_in_recovery,
          in_a_checkpoint_under_load, a_reply_before_the_commit_is_caught,
          a_reply_that_is_not_kept_is_caught, a_lost_database_is_caught])
