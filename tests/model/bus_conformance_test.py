"""bus_conformance_test.py - what the real program does with messages, the model allows.

bus_model_test.py proves the model; here the sample's services are run, killed and started again,
and every step they took is compared with its rules by bus_trace.py. Each trace is short and starts
with empty journals, as a run of the model does. The last tests are controls: with a mistake put in,
the trace is no run of the model.
"""
# stores: none
import collections
import concurrent.futures
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ('../lib', '../fault', '.'):
    sys.path.insert(0, os.path.join(HERE, folder))
import bus_trace
from house import House, MESSAGES
from kill_scenario import fast_directory
from kontora import DidNotStart, the_postgres
from tap import check, check_less, fail, main, seconds_max, test_scale

SIDE_BY_SIDE = {'sqlite': 8, 'careless': 8, 'postgres': 2, 'rabbitmq': 3}
QUIET_SECONDS = 15
POINTS = ('call_ran', 'chore_before_commit', 'executor_before_commit', 'executor_after_commit',
          'executor_answered_one', 'intake_before_apply', 'intake_ran', 'retry_applied',
          'store_commit', 'store_mark', 'store_marked')
POINTS_OF_RABBITMQ = ('rabbit_before_acknowledging', 'rabbit_confirmed', 'rabbit_place_kept',
                      'rabbit_published', 'executor_before_commit', 'executor_after_commit')
QUEUES = ('board.shop', 'board.till', 'till.commands', 'shop.commands')
BEHAVIOURS = ('',) * 30 + ('refuse',) * 4 + ('fail_twice',) * 4 + ('poison', 'board_poison')


class Reader:
    """Follows the trace while it grows."""

    def __init__(self, path):
        self.path, self.offset, self.number = path, 0, 0
        self.worlds = [bus_trace.World()]
        self.steps = collections.Counter()
        self.alive = set()  # processes that were not said to have ended

    def read_on(self):
        with open(self.path, 'rb') as file:
            file.seek(self.offset)
            text = file.read()
        text = text[:text.rfind(b'\n') + 1]  # the last may still be written
        self.offset += len(text)
        for line in text.decode('utf-8').splitlines():
            self.follow(json.loads(line))

    def follow(self, line):
        self.number += 1
        self.steps[line['step']] += 1
        if 'actor' in line:
            self.alive.add(line['actor'].partition('/')[0])
        try:
            self.worlds = bus_trace.follow(self.worlds, line)
        except bus_trace.Rejected as reason:
            raise bus_trace.Rejected(f'{self.path}:{self.number}: {reason}\n  {line}') from reason

    def is_quiet(self):
        self.read_on()
        try:
            bus_trace.follow(self.worlds, {'step': 'end'})
        except bus_trace.Rejected:
            return False
        return True

    def has_died(self):
        """Whoever wrote ended without a word; half a line was not said."""
        if os.path.exists(self.path):
            self.read_on()
            os.truncate(self.path, self.offset)
        for name in sorted(self.alive):
            self.follow({'step': 'crash', 'actors': f'{name}/'})
        self.alive.clear()


class Broker:
    """One for all stories; each has a part of it for itself."""

    def __init__(self):
        from rabbitmq import shared_rabbitmq
        self.rabbitmq = shared_rabbitmq()
        self.lock = threading.Lock()  # it is asked one thing at a time

    def ask(self, question, *words):
        for _ in range(10):
            try:
                with self.lock:
                    return question(*words)
            except RuntimeError as error:  # it is too busy to be asked
                if 'failed to connect' not in str(error):
                    raise
                time.sleep(0.2)
        fail('the broker cannot be asked')

    def settings_of(self, name):
        address = self.ask(self.rabbitmq.make_virtual_host, name)
        return ['--bus.kind=rabbitmq', f'--bus.address={address}']

    def lose_queues(self, name):
        """With all that is in them."""
        for queue in set(QUEUES) & set(self.ask(self.rabbitmq.queues, name)):
            self.ask(self.rabbitmq.delete_queue, queue, name)


broker = None


class Story:
    """A house from its first start on, and the trace of what it did."""

    def __init__(self, kind, seed, bug=None):
        self.chance = random.Random(seed)
        path = os.path.join(tempfile.mkdtemp(), 'trace')
        environment = {'KONTORA_BUS_TRACE': path, **({'KONTORA_BUG': bug} if bug else {})}
        settings = ()
        self.part = f'story_{seed}'
        if kind == 'rabbitmq':
            kind, settings = 'sqlite', broker.settings_of(self.part)
        self.has_broker = bool(settings)
        self.house = House(kind, 'fault', settings, environment, MESSAGES)
        self.server = self.house.servers[0]
        self.environment = dict(self.server.environment)
        self.reader = Reader(path)
        self.orders = []

    # ---- what people do ----

    def request(self, client):
        """False: the house has died."""
        try:
            if self.orders and self.chance.random() < 0.5:
                answer = client.post(f'/api/shop/orders/{self.chance.choice(self.orders)}/notes')
            else:
                answer = client.post('/api/shop/orders', {
                    'amount': 1, 'behaviour': self.chance.choice(BEHAVIOURS)})
                if answer.status == 201:
                    self.orders.append(answer.json['order_id'])
        except (OSError, http.client.HTTPException):
            return False
        return True

    def decide(self):
        """A person looks at what is dead. True: something was."""
        is_any = False
        for consumer in ('till', 'board'):
            client = self.house.client(consumer)
            path = f'/api/dead/{consumer}'
            answer = client.get(f'{path}?state=dead')
            check(answer.status == 200, answer)
            for row in answer.json['items']:
                is_any = True
                what = self.chance.choice(('drop', 'drop', 'drop', 'replay'))
                client.post(f'{path}/{row["number"]}/{what}', {'reason': 'a test'}
                            if what == 'drop' else None)
        return is_any

    # ---- lives ----

    def start(self, **environment):
        self.server.environment = {**self.environment, **environment}
        self.server.start()

    def short_life(self):
        """Killed at a fault point, or somewhere."""
        point = self.chance.choice(POINTS_OF_RABBITMQ if self.has_broker else POINTS)
        try:
            self.start(KONTORA_FAULT=f'{point}:{self.chance.randint(1, 12)}')
            client = self.house.client('shop')
            for _ in range(self.chance.randint(1, 6)):
                if not self.request(client):
                    break
            time.sleep(self.chance.random() * (0.4 if self.has_broker else 0.06))
            self.server.kill()
        except DidNotStart:
            pass
        self.reader.has_died()

    def is_quiet(self):
        """Twice, because what was just committed may not have been announced yet."""
        for _ in range(2):
            if not self.reader.is_quiet() or self.server.metric('kontora_messages_waiting') != 0:
                return False
            time.sleep(0.005)
        return True

    def wait_until_quiet(self, seconds):
        deadline = time.monotonic() + seconds
        while not self.is_quiet():
            if time.monotonic() > deadline:
                self.reader.follow({'step': 'end'})  # says what is missing
                fail('the bus says that something waits, and nothing does')
            time.sleep(0.01)

    def last_life(self, seconds, requests):
        """Everything comes to an end, whatever was before."""
        self.start()
        client = self.house.client('shop')
        for _ in range(requests or self.chance.randint(2, 6)):
            check(self.request(client), self.server.logged()[-2000:])
        if self.has_broker and self.chance.random() < 0.5:
            self.wait_until_quiet(seconds)
            broker.lose_queues(self.part)  # what is told before there is a new one never arrives
            check(self.request(client), self.server.logged()[-2000:])
        self.wait_until_quiet(seconds)
        while self.decide():
            self.wait_until_quiet(seconds)
        code = self.server.stop()
        check(code == 0, f'exit code {code}: {self.server.logged()[-2000:]}')
        self.reader.read_on()
        self.reader.follow({'step': 'end'})

    def tell(self, seconds=QUIET_SECONDS, requests=0):
        """What was done, in numbers; raises Rejected when the model does not allow it."""
        try:
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self.short_life()
                if self.has_broker and self.chance.random() < 0.6:
                    broker.lose_queues(self.part)
            self.last_life(seconds, requests)
        finally:
            self.house.kill()
            self.house.end_the_rest()
        return self.reader.steps


def use_fast_directory():
    """Where flushing is free, and a kill is the same; a database must be able to look in."""
    tempfile.tempdir = fast_directory()
    os.chmod(tempfile.tempdir, 0o755)


def tell_all(kind, count):
    use_fast_directory()
    began, steps, seed = time.monotonic(), collections.Counter(), random.randrange(1 << 30)
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE[kind]) as pool:
        told = [pool.submit(lambda n: Story(kind, seed + n).tell(), n) for n in range(count)]
        try:
            for one in told:
                steps += one.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    print(f'# {kind}: {count} traces in {time.monotonic() - began:.0f} s, from seed {seed}: '
          + ', '.join(f'{number} {step}' for step, number in sorted(steps.items())))
    return steps


def check_all_taken(steps, names):
    for name in names.split():
        check_less(0, steps[name], f'no trace has the step {name}: they show little')


def many(count):
    """A sample that has each kind of step; a campaign counts from twice as many."""
    return count if test_scale(1) == 1 else test_scale(2 * count)


EVERYWHERE = 'commit resent deliver apply park retry retry_failed crash end'


@seconds_max(120)
def one_machine_does_what_the_model_allows():
    steps = tell_all('sqlite', many(120))
    check_all_taken(steps, EVERYWHERE + ' park_behind dead replay drop')


@seconds_max(120)
def so_it_does_on_a_bus_that_is_careless():
    steps = tell_all('careless', many(70))
    check_all_taken(steps, EVERYWHERE + ' duplicate gap')


@seconds_max(120)
def so_it_does_on_a_shared_store():
    the_postgres()
    steps = tell_all('postgres', test_scale(20))
    check_all_taken(steps, EVERYWHERE)


@seconds_max(120)
def so_it_does_over_rabbitmq():
    global broker
    broker = Broker()
    steps = tell_all('rabbitmq', test_scale(20))
    broker.rabbitmq.stop()
    check_all_taken(steps, 'commit relay_started publish confirm cursor_moved deliver apply ack '
                    'crash end')


# ---- controls ----

def must_be_rejected(kind, bug, count=60, requests=0):
    use_fast_directory()
    for n in range(count):
        try:
            Story(kind, n, bug).tell(seconds=1, requests=requests)
        except bus_trace.Rejected as reason:
            print(f'# {bug}: trace {n + 1}, {str(reason).partition(": ")[2].splitlines()[0]}')
            return
    fail(f'the bug {bug} is in none of {count} traces')


def a_cursor_that_does_not_move_is_seen():
    must_be_rejected('sqlite', 'cursor_not_moved')


def a_gap_that_is_ignored_is_seen():
    must_be_rejected('careless', 'intake_ignores_gaps')


def a_message_that_is_left_out_is_seen():
    must_be_rejected('sqlite', 'bus_skips_one', count=3, requests=100)


if __name__ == '__main__':
    main([one_machine_does_what_the_model_allows, so_it_does_on_a_bus_that_is_careless,
          so_it_does_on_a_shared_store, so_it_does_over_rabbitmq,
          a_cursor_that_does_not_move_is_seen, a_gap_that_is_ignored_is_seen,
          a_message_that_is_left_out_is_seen])
