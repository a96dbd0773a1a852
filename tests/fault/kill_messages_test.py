"""kill_messages_test.py - kill -9 while messages are on their way: each counts once, in order.

E15-E20, T2, C23: the sample's services in one process, killed at every fault point again and again.
errands.py says what must have happened in the end. The last tests are controls.
"""
# stores: none
import collections
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from errands import Errands, Gone, Violation
from house import House, MESSAGES
from kill_scenario import fast_directory, spread
from kontora import DidNotStart
from tap import check, fail, main, seconds_max, test_scale

KILLS, CONTROL_LIVES, REQUESTS = 400, 40, 6


class Lives:
    """One house that dies many times."""

    def __init__(self, environment=None, kind='sqlite'):
        tempfile.tempdir = fast_directory()  # flushing is free there, and a kill is the same
        os.chmod(tempfile.tempdir, 0o711)  # a broker has a user of its own
        self.house = House(kind, variant='fault', environment=environment, services=MESSAGES)
        self.server = self.house.servers[0]
        self.environment = dict(self.server.environment)
        self.errands = Errands(self.house)
        self.kills = 0

    def life(self, requests=REQUESTS, rest=0.02, **environment):
        """True when it was killed on the way."""
        self.server.environment = {**self.environment, **environment}
        try:
            self.house.start()
        except DidNotStart:
            self.kills += 1
            return True
        try:
            self.errands.work(requests)
            time.sleep(rest)
            code = self.server.stop()
        except Gone:
            code = self.server.wait(60)
        if code != 0:
            check(code == -9, f'it ended in another way: {code}\n{self.server.logged()[-2000:]}')
            self.kills += 1
        return code != 0

    def end(self, seconds=60):
        self.server.environment = self.environment
        self.house.start()
        try:
            self.errands.check_everything(seconds)
        finally:
            self.house.kill()


EVERYWHERE = ('intake_ran', 'intake_before_apply', 'executor_before_commit',
              'executor_after_commit', 'retry_applied')
LONG_LIFE = {'requests': 40, 'rest': 1.5}  # time enough for retries
SECONDS = 200


def points():
    """(point, n) for each that a life reaches."""
    lives = Lives()
    listed = os.path.join(tempfile.gettempdir(), 'points')
    lives.life(**LONG_LIFE, KONTORA_FAULT_LIST=listed)
    with open(listed, encoding='ascii') as file:
        names = file.read().split()
    counts = collections.Counter(names)
    return [(name, n) for name in sorted(counts) for n in range(1, min(counts[name], 25) + 1)]


@seconds_max(test_scale(250))
def at_every_fault_point():
    began = time.monotonic()
    lives = Lives()
    plan = points()
    hit = collections.Counter()
    while lives.kills < test_scale(KILLS):
        for name, n in spread(plan, min(len(plan), 60)):
            is_later = name in ('retry_applied', 'chore_before_commit')
            hit[name] += lives.life(rest=0.3 if is_later else 0.02, KONTORA_FAULT=f'{name}:{n}')
    for name in EVERYWHERE:  # what is seldom passed gets lives that are long enough
        while hit[name] == 0 and time.monotonic() - began < test_scale(SECONDS):
            hit[name] += lives.life(**LONG_LIFE, KONTORA_FAULT=f'{name}:1')
    lives.end()
    print(f'# {lives.kills} kills at {len([name for name in hit if hit[name]])} of '
          f'{len({name for name, _ in plan})} places in {time.monotonic() - began:.0f} s, '
          f'{lives.errands.acknowledged} requests, {len(lives.errands.orders)} orders')
    for name in EVERYWHERE:
        check(hit[name] > 0, f'no kill at {name}: {hit}')


def must_complain(bug, point):
    lives = Lives(environment={'KONTORA_BUG': bug})
    try:
        for n in range(CONTROL_LIVES):
            lives.life(KONTORA_FAULT=f'{point}:{n % 9 + 1}')
        lives.end(seconds=2)
    except Violation as violation:
        print(f'# {bug}: caught after {lives.kills} kills: {str(violation).splitlines()[0]}')
        return
    fail(f'the bug {bug} is not found in {CONTROL_LIVES} lives')


@seconds_max(120)
def a_cursor_that_does_not_move_is_caught():
    """E17: the effect without the mark that it happened; after a kill it happens again."""
    must_complain('cursor_not_moved', 'executor_after_commit')


@seconds_max(120)
def a_gap_that_is_ignored_is_caught():
    """T4: what comes too early must wait for what is missing, or that is lost."""
    house = House('careless', environment={'KONTORA_BUG': 'intake_ignores_gaps'},
                  services=MESSAGES).start()
    try:
        errands = Errands(house)
        for _ in range(20):
            errands.work(20)
            errands.check_everything(seconds=2)
    except Violation as violation:
        print(f'# caught after {errands.acknowledged} requests: {str(violation).splitlines()[0]}')
        return
    finally:
        house.kill()
    fail('the bug intake_ignores_gaps is not found')


if __name__ == '__main__':
    main([at_every_fault_point, a_cursor_that_does_not_move_is_caught,
          a_gap_that_is_ignored_is_caught])
