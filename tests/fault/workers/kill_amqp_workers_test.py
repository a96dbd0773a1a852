"""kill_amqp_workers_test.py - kill -9 around each letter and answer of workers over RabbitMQ.

E15-E20, E31-E33, T25, T29: the example of casework done by examples/workers/amqp_worker.js. The
program is killed at every fault point that a letter and an answer pass, the worker and the broker
now and then. In the end every process has ended, and each command was applied once. The last test
is a control: a worker that forgets is found out.
"""
# stores: none
import collections
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
sys.path.insert(1, os.path.join(HERE, '..'))
from casework import status_of
from house import until, until_none
from kill_scenario import Violation, fast_directory, promise, spread
from kontora import DidNotStart, Server, run
from rabbitmq import RabbitMQ, need_amqplib
from tap import check, main, repository, seconds_max, test_directory, test_scale

KILLS, SECONDS, STARTS = 30, 150, 2
EXAMPLE = os.path.join(repository(), 'examples', 'workers', 'amqp_worker.js')
COMMANDS = ('checkApprove', 'approve', 'getBalance', 'feed', 'send')
POINTS = ('post_leased', 'post_handed_over', 'post_confirmed', 'post_received',
          'post_acknowledged', 'stage_put', 'stage_removed', 'case_kept',
          'executor_before_commit', 'executor_after_commit', 'chore_before_commit')


def start_broker():
    need_amqplib()
    with RabbitMQ() as broker:
        yield broker


class Lives:
    """One program, one worker and one broker that die many times."""

    def __init__(self, broker, example=EXAMPLE):
        self.broker, self.example = broker, example
        home = fast_directory()
        self.file = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'done')
        self.server = Server(os.path.join(home, 'data'), variant='fault', settings=[
            '--bus.kind=rabbitmq', '--work.amqp=all', '--work.amqp_lease=1s',
            f'--bus.address={broker.make_virtual_host(os.path.basename(home))}'])
        self.address = self.server.settings[-1].partition('=')[2]
        self.processes = {}
        self.count = self.kills = 0
        self.worker = None

    def start_worker(self):
        with open(self.file + '.said', 'ab') as said:
            self.worker = subprocess.Popen(['node', self.example, self.address, 'feeder',
                                            self.file], stdin=subprocess.DEVNULL, stdout=said,
                                           stderr=said)

    def kill_worker(self):
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            self.worker = None

    def applied(self):
        if not os.path.exists(self.file):
            return []
        with open(self.file, encoding='utf-8') as file:
            return [json.loads(line) for line in file if line.endswith('\n')]

    def sent(self):
        return sum('&stage=send&' in line['task_id'] for line in self.applied())

    def work(self, starts):
        """The same clientKey again, until it is known what came of it (E37)."""
        self.count += starts
        for i in range(self.count):
            if i not in self.processes:
                said = self.server.client(seconds=20).post('/process', {
                    'businessCaseName': 'feeding', 'businessCasePayload': {'address': f'cat {i}'},
                    'clientKey': f'cat {i}'})
                promise(said.status in (200, 201), 'it begins', said)
                self.processes[i] = said.json['processId']

    def is_alive(self):
        return self.server.process.poll() is None

    def life(self, starts=STARTS, patience=20, rest=1.0, **environment):
        """True when it was killed on the way."""
        self.server.environment = environment
        try:
            self.server.start()
        except DidNotStart as end:
            return self.was_killed(end.code)
        if self.worker is None:
            self.start_worker()
        try:
            self.work(starts)
        except (OSError, http.client.HTTPException):
            pass  # gone in the middle
        until(lambda: not self.is_alive() or self.sent() >= self.count, patience)
        deadline = time.monotonic() + rest
        until(lambda: not self.is_alive() or time.monotonic() > deadline, rest + 1, 0.01)
        if self.is_alive():
            self.server.kill()
            return False
        return self.was_killed(self.server.wait(60))

    def was_killed(self, code):
        promise(code == -9, f'it ends in another way: {code}', self.server.logged()[-2000:])
        self.kills += 1
        return True

    def end(self, seconds=60):
        self.server.environment = {}
        self.server.start()
        self.kill_worker()
        self.start_worker()
        try:
            self.work(0)
            self.all_end(seconds)
        finally:
            self.kill_worker()
            self.server.kill()
        self.check_effects()
        said = run('fsck', '--data', self.server.directory, variant='fault')
        promise(said.code == 0, 'fsck finds nothing',
                *[line for line in said.out.splitlines() if not line.startswith('ok ')])

    def all_end(self, seconds):
        """A try that was lost too often is an incident, which a person retries."""
        client = self.server.client()

        def open_ones():
            for item in client.get('/api/cases/casework?state=incident').json['items']:
                client.post(f"/api/cases/casework/{item['id']}/retry", {'reason': 'killed'})
            return [one for one in self.processes.values()
                    if status_of(client, one)['status'] != 'finished']
        left = until_none(open_ones, seconds)
        promise(not left, 'every process ends', left)

    def check_effects(self):
        lines = self.applied()
        ids = [line['task_id'] for line in lines]
        promise(len(ids) == len(set(ids)), 'each command is applied once')
        applied = collections.Counter(one.split('stage=')[1].split('&')[0] for one in ids)
        promise(applied == {name: self.count for name in COMMANDS}, 'all of them', applied)
        cats = {line['cat']['address']: line['cat'] for line in lines}
        promise(len(cats) == self.count and all(
            cat['approved'] and cat['balance'] == 5 for cat in cats.values()), 'fed once', cats)


def points(broker):
    """(point, n) for each that a life with two processes reaches."""
    lives = Lives(broker)
    listed = os.path.join(tempfile.mkdtemp(dir=fast_directory()), 'points')
    lives.life(patience=60, KONTORA_FAULT_LIST=listed)
    lives.end()
    with open(listed, encoding='ascii') as file:
        counts = collections.Counter(file.read().split())
    return [(name, n) for name in POINTS for n in range(1, min(counts[name], 12) + 1)]


@seconds_max(test_scale(600))
def at_every_letter_and_answer(broker):
    began = time.monotonic()
    plan = points(broker)
    lives = Lives(broker)
    hit = collections.Counter()
    try:
        while lives.kills < test_scale(KILLS) and time.monotonic() - began < test_scale(SECONDS):
            for number, (name, n) in enumerate(spread(plan, 10)):
                hit[name] += lives.life(KONTORA_FAULT=f'{name}:{n}')
                if number % 3 == 1:
                    lives.kill_worker()
        broker.kill()
        lives.life(patience=1)
        broker.start()
        lives.end()
    finally:
        lives.kill_worker()
    check(lives.kills > 0, 'it was never killed')
    print(f'# {lives.kills} kills at {len([name for name in hit if hit[name]])} kinds of places in '
          f'{time.monotonic() - began:.0f} s, {lives.count} processes')
    reached = {name for name, _ in plan}
    for name in POINTS[:5]:
        check(name in reached, f'no life comes by {name}: {sorted(reached)}')


# ---- between the effect and the answer ----

def dying_worker(name, *changes):
    """The example, which dies at every third effect before it has answered."""
    with open(EXAMPLE, encoding='utf-8') as file:
        text = file.read()
    for old, new in (('    remember(line);\n', '    remember(line);\n    if (Math.random() < 0.3) '
                      'process.kill(process.pid, "SIGKILL");\n'),
                     ("require('amqplib')", f"require('{repository()}/node_modules/amqplib')"),
                     *changes):
        check(old in text, 'the example has changed')
        text = text.replace(old, new)
    path = os.path.join(fast_directory(), name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def done_by(broker, example):
    """What somebody must complain of; the worker is started as often as it dies."""
    lives = Lives(broker, example)
    lives.server.start()
    deaths = 0
    try:
        lives.work(8)
        client = lives.server.client()
        left = set(lives.processes.values())
        while left and deaths < 200:
            if lives.worker is None or lives.worker.poll() is not None:
                deaths += lives.worker is not None
                lives.start_worker()
            until(lambda: lives.worker.poll() is not None, 0.5)
            left = {one for one in left if status_of(client, one)['status'] != 'finished'}
        lives.check_effects()
    except Violation as violation:
        return str(violation).splitlines()[0]
    finally:
        lives.kill_worker()
        lives.server.kill()
    check(deaths > 0, 'it never died')
    return None


@seconds_max(400)
def a_worker_that_dies_does_each_once(broker):
    """E18-E20: Case 4."""
    complaint = done_by(broker, dying_worker('dying_worker.js'))
    check(complaint is None, complaint)


@seconds_max(400)
def a_worker_that_forgets_is_caught(broker):
    """E20: without Case 4 a letter that comes again is done again."""
    path = dying_worker('forgetful_worker.js', ('if (!done.has(task_id)) {', 'if (true) {'))
    complaint = done_by(broker, path)
    check(complaint is not None, 'a worker that forgets is not found')
    print(f'# caught: {complaint}')


if __name__ == '__main__':
    main([at_every_letter_and_answer, a_worker_that_dies_does_each_once,
          a_worker_that_forgets_is_caught], {'broker': start_broker})
