"""kill_cases_test.py - kill -9 before, between and after each write and message of a business case.

E15-E20, T29, T32: the example of casework with its Service, which applies each command once (Case
4). The program is killed at every fault point again and again, and the Service at any moment. In
the end every process has ended, and what the Service did is held against what it should have done.
The last tests are controls.
"""
# stores: none
import collections
import http.client
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import casework
from casework import SERVICE, Service, prepare, rows, status_of
from house import until, until_none
from kill_scenario import Violation, fast_directory, promise, spread
from kontora import DidNotStart, Server, run
from tap import check, fail, main, seconds_max, test_scale

KILLS, SECONDS = 60, 240  # so many, or on a slow machine so long
CONTROL_LIVES, STARTS = 25, 2
# What a step of a case comes by, from the request to the answer.
POINTS = ('call_begun', 'stage_put', 'stage_removed', 'stage_function_ran', 'case_noted',
          'case_settled', 'case_kept', 'case_told', 'call_ran', 'executor_before_commit',
          'executor_after_commit', 'timer_taken', 'timer_ran', 'chore_before_commit')
CATS_PREPARED = test_scale(KILLS) * STARTS * 4 + 200
CATS = ((0, 0), (1, 0), (1, 9), (0, 7), (1, 4))  # (approved, balance)


class Lives:
    """One program and one Service that die many times."""

    def __init__(self, bug=None, service=None):
        home = fast_directory()
        self.path = os.path.join(home, 'service.db')
        self.environment = {'KONTORA_BUG': bug} if bug else {}
        self.server = Server(os.path.join(home, 'data'), variant='fault', services='users,casework')
        self.service_program = service
        self.processes = {}  # address: its id, as soon as it is known
        self.addresses = []
        self.kills = 0
        prepare(self.path, {f'cat {n}': CATS[n % len(CATS)] for n in range(CATS_PREPARED)})

    def start_service(self):
        casework.SERVICE = self.service_program or SERVICE
        return Service(self.server, self.path)

    def begin(self, address):
        """The same clientKey again, until it is known what came of it (E37)."""
        said = self.server.client(seconds=20).post('/process', {
            'businessCaseName': 'feeding', 'businessCasePayload': {'address': address},
            'clientKey': address})
        promise(said.status in (200, 201), 'it begins', said)
        self.processes[address] = said.json['processId']

    def work(self, starts):
        for _ in range(starts):
            self.addresses.append(f'cat {len(self.addresses)}')
        for address in self.addresses:
            if address not in self.processes:
                self.begin(address)

    def is_alive(self):
        return self.server.process.poll() is None

    def has_sent(self):
        """The last command of every process."""
        return rows(self.path, 'SELECT count(*) FROM parcel')[0][0] >= len(self.addresses)

    def life(self, starts=STARTS, rest=1.0, patience=10, **environment):
        """True when it was killed on the way. How long that takes is the machine's affair: it ends
        a moment after all is sent."""
        self.server.environment = {**self.environment, **environment}
        try:
            self.server.start()
        except DidNotStart as end:
            return self.was_killed(end.code)
        service = self.start_service()
        try:
            self.work(starts)
        except (OSError, http.client.HTTPException):
            pass  # gone in the middle
        until(lambda: not self.is_alive() or self.has_sent(), patience)
        deadline = time.monotonic() + rest
        until(lambda: not self.is_alive() or time.monotonic() > deadline, rest + 1, 0.01)
        service.kill()
        if self.is_alive():
            self.server.kill()
            return False
        return self.was_killed(self.server.wait(60))

    def was_killed(self, code):
        """A MUST that does not hold any more is a complaint too."""
        promise(code == -9, f'it ends in another way: {code}', self.server.logged()[-2000:])
        self.kills += 1
        return True

    # ---- what must be true in the end ----

    def end(self, seconds=60):
        self.server.environment = self.environment
        try:
            self.server.start()
        except DidNotStart as end:
            raise Violation(f'it does not start any more: {end}') from end
        service = self.start_service()
        try:
            self.work(0)
            self.all_end(seconds)
        except (OSError, http.client.HTTPException) as error:
            raise Violation(f'the program goes away by itself: {error}') from error
        finally:
            service.kill()
            self.server.kill()
        self.check_effects()
        said = run('fsck', '--data', self.server.directory, variant='fault')
        promise(said.code == 0, 'fsck finds nothing', said)

    def all_end(self, seconds):
        client = self.server.client()

        def open_ones():
            return [one for one in self.processes.values()
                    if status_of(client, one)['status'] != 'finished']
        left = until_none(open_ones, seconds)
        promise(not left, 'every process ends', left)

    def check_effects(self):
        """Each command of each process once: by its effects, and by what was written down."""
        cats = {address: (approved, balance) for address, approved, balance in rows(
            self.path, 'SELECT address, approved, balance FROM cat')}
        parcels = collections.Counter(
            address for address, in rows(self.path, 'SELECT address FROM parcel'))
        wanted = collections.Counter()
        for address in self.addresses:
            approved, balance = CATS[int(address.split()[1]) % len(CATS)]
            promise(cats[address] == (1, max(5, balance)), 'it is fed once', address, cats[address])
            promise(parcels[address] == 1, 'it is sent once', address, parcels[address])
            wanted.update(['checkApprove', 'getBalance', 'send'])
            wanted['approve'] += not approved
            wanted['feed'] += balance < 5
        promise(sum(parcels.values()) == len(self.addresses), 'nothing else is sent')
        applied = collections.Counter(
            command for command, in rows(self.path, 'SELECT command FROM applied'))
        promise(applied == wanted, 'each command is applied once', applied, wanted)


def points():
    """(point, n) for each that a life with two processes reaches."""
    lives = Lives()
    listed = os.path.join(tempfile.mkdtemp(dir=fast_directory()), 'points')
    lives.life(patience=60, KONTORA_FAULT_LIST=listed)
    lives.end()
    with open(listed, encoding='ascii') as file:
        counts = collections.Counter(file.read().split())
    return [(name, n) for name in POINTS for n in range(1, min(counts[name], 30) + 1)]


@seconds_max(test_scale(600))
def at_every_write_and_message():
    began = time.monotonic()
    plan = points()
    lives = Lives()
    hit = collections.Counter()
    while lives.kills < test_scale(KILLS) and time.monotonic() - began < test_scale(SECONDS):
        for name, n in spread(plan, 10):
            hit[name] += lives.life(KONTORA_FAULT=f'{name}:{n}')
    lives.end()
    check(lives.kills > 0, 'it was never killed')
    print(f'# {lives.kills} kills at {len([name for name in hit if hit[name]])} kinds of places in '
          f'{time.monotonic() - began:.0f} s, {len(lives.addresses)} processes')
    reached = {name for name, _ in plan}
    for name in ('stage_put', 'stage_removed', 'stage_function_ran', 'case_noted', 'case_kept',
                 'case_told', 'executor_before_commit', 'executor_after_commit'):
        check(name in reached, f'no life comes by {name}: {sorted(reached)}')


# ---- controls ----

def must_complain(what, lives):
    chance = random.Random(11)
    try:
        for _ in range(CONTROL_LIVES):
            lives.life(rest=0.5, patience=3,
                       KONTORA_FAULT=f'executor_before_commit:{chance.randint(3, 20)}')
        lives.end(seconds=10)
    except Violation as violation:
        print(f'# {what}: caught after {lives.kills} kills: {str(violation).splitlines()[0]}')
        return
    fail(f'{what} is not found in {CONTROL_LIVES} lives')


@seconds_max(400)
def a_service_that_forgets_is_caught():
    """E20: without Case 4 a command that comes again is done again."""
    with open(SERVICE, encoding='utf-8') as file:
        text = file.read()
    forgetful = text.replace('if known is not None:', 'if False:').replace(
        'INSERT INTO applied', 'INSERT OR REPLACE INTO applied')
    check(forgetful != text, 'the example has changed')
    path = os.path.join(fast_directory(), 'forgetful_service.py')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(forgetful)
    must_complain('a service that forgets', Lives(service=path))


@seconds_max(400)
def a_row_that_stays_is_caught():
    """What is done is under way no more."""
    must_complain('a row that stays', Lives(bug='stage_row_stays'))


if __name__ == '__main__':
    main([at_every_write_and_message, a_service_that_forgets_is_caught,
          a_row_that_stays_is_caught])
