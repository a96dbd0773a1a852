"""bench_streams.py - ten thousand people who watch: what one costs, and how soon he knows.

The readers are one process of their own (stream_readers.c), the server is the sample program of the
tests, because it has a service that tells a lot. An event's time is from before the request that
causes it to when a reader has read it: it has the commit in it.
"""
import os
import signal
import threading
import time

from bench_machine import Outside, processor_seconds
from bench_servers import BenchFailed, Kontora, end
from stream_readers import Readers, now_us

PATH = '/api/shop/events'
EVENTS_OF_AN_ORDER = 2  # shop.ordered, and shop.noted when it has been charged
DEAD = 500
CUT_SECONDS = 45  # two heartbeats, and some


class Sample:
    """Settings of the sample program in which so many may watch."""

    def __init__(self, plan):
        self.program = os.path.join(os.path.dirname(plan.program), 'tests', 'sample',
                                    'kontora-sample')
        self.seconds = plan.seconds


def sample_server(plan):
    return Kontora(Sample(plan), plan.fresh('streams'),
                   ['--streams.user_max=100000', '--net.connections_max=15000'])


def readers_of(server, count, dead=0):
    port = server.address.rpartition(':')[2]
    return Readers(server.plan.program, port, server.key, PATH, count, 'shop.ordered', dead)


def order(server, count=1):
    for _ in range(count):
        status, body = server.ask('POST', '/api/shop/orders', {'amount': now_us()})
        if status != 201:
            raise BenchFailed(f'an order was answered {status}: {body[:200]}')


def expect(seen, condition, what):
    if not condition(seen):
        raise BenchFailed(f'{what}: {seen}')
    return seen


def all_open(readers, count, dead=0):
    def is_open(seen):
        return seen['open'] == count and seen['dead_open'] == dead
    return expect(readers.wait_until(is_open), is_open, 'not all streams opened')


def all_heard(readers, events, seconds=120):
    def has_heard(seen):
        return seen['fewest'] >= events
    return expect(readers.wait_until(has_heard, seconds), has_heard, 'not everybody heard it')


def row(what, here, target, met, outside, notes=()):
    return {'what': what, 'here': here, 'limit': '', 'ratio': '', 'target': target,
            'verdict': 'met' if met else 'MISSED', 'outside': f'{round(100 * outside.share)}%',
            'notes': list(notes)}


# ---- what one costs, and how soon he knows ----

def times_of_one_event(server, readers, events):
    readers.clear()
    before = readers.report()['fewest']
    for number in range(1, events + 1):
        order(server)
        seen = all_heard(readers, before + number * EVENTS_OF_AN_ORDER)
    return seen


def size_and_speed(plan, count):
    events = 5 if plan.quick else 20
    with Outside() as outside, sample_server(plan) as server:
        before = server.resident_mib()
        with readers_of(server, count) as readers:
            all_open(readers, count)
            time.sleep(1)
            opened = (server.resident_mib() - before) * 1024 / count
            used = processor_seconds(server.process.pid)
            seen = times_of_one_event(server, readers, events)
            used = processor_seconds(server.process.pid) - used
            told = (server.resident_mib() - before) * 1024 / count
    p99_s = seen['p99_us'] / 1e6
    sends = count * events * EVENTS_OF_AN_ORDER
    return [row(f'{count:,} streams: memory of one', f'{max(opened, told):.1f} KiB', '<= 20 KiB',
                max(opened, told) <= 20, outside,
                [f'{opened:.1f} KiB when all had opened, {told:.1f} KiB after {events} events']),
            row(f'{count:,} streams: an event to all, p99', f'{p99_s * 1000:.0f} ms', '<= 1 s',
                p99_s <= 1, outside,
                [f'p50 {seen["p50_us"] / 1000:.0f} ms, the last {seen["max_us"] / 1000:.0f} ms; '
                 f'{used * 1e6 / sends:.1f} us of the processors for each event of each reader'])]


# ---- killed, and gone on ----

def kill_and_restart(server):
    """On the port it had, so that the readers find it again."""
    address = server.address
    end(server.process, signal.SIGKILL)
    server.command = [f'--net.listen={address}' if part.startswith('--net.listen=') else part
                      for part in server.command]
    server.__enter__()


def order_through_kills(server, kills, orders):
    """Orders all the time; what is not answered is not asked again. How many were answered."""
    stops = threading.Event()
    answered = [0]

    def go_on():
        while not stops.is_set():
            try:
                order(server)
                answered[0] += 1
            except (OSError, BenchFailed):
                time.sleep(0.01)

    teller = threading.Thread(target=go_on)
    teller.start()
    for number in range(1, kills + 1):
        while answered[0] < number * orders:
            time.sleep(0.01)
        kill_and_restart(server)
    stops.set()
    teller.join()
    return answered[0]


def truth(server):
    """Everything that was told, as somebody reads it who begins at the beginning."""
    port = server.address.rpartition(':')[2]
    with Readers(server.plan.program, port, server.key, PATH + '?last_event_id=0', 1,
                 'shop.ordered') as reader:
        before = None
        while True:
            seen = reader.report()
            if before is not None and seen['fewest'] > 0 and seen['fewest'] == before:
                return seen
            before = seen['fewest']
            time.sleep(2)


def killed(plan, count):
    kills = 1 if plan.quick else 3
    with Outside() as outside, sample_server(plan) as server:
        with readers_of(server, count) as readers:
            all_open(readers, count)
            orders = order_through_kills(server, kills, 15)
            all_open(readers, count)
            order(server)
            told = truth(server)
            seen = readers.wait_until(lambda one: one['fewest'] >= told['fewest'], 120)
    faultless = (seen['same'] and seen['hash'] == told['hash'] and seen['fewest'] == seen['most']
                 and seen['doubled'] == 0 and seen['resets'] == 0)
    return [row(f'{count:,} streams, killed {kills} times: lost, doubled',
                f'{told["fewest"] - seen["fewest"]}, {seen["doubled"]}', '0, 0', faultless, outside,
                [f'{orders} orders, {told["fewest"]} events; {seen["connections"]:,} connections; '
                 f'{"everybody heard the same" if seen["same"] else "NOT everybody the same"}, '
                 f'{seen["resets"]} resets'])]


# ---- beside those who do not read ----

def fill_the_dead(server, count):
    """More than what lies on the way to one reader."""
    tellers = [threading.Thread(target=order, args=(server, count // 4)) for _ in range(4)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()


def beside_the_dead(plan):
    count, orders = (200, 200) if plan.quick else (1000, 800)
    with Outside() as outside, sample_server(plan) as server:
        with readers_of(server, count, DEAD) as readers:
            all_open(readers, count, DEAD)
            fill_the_dead(server, orders)
            all_heard(readers, orders * EVENTS_OF_AN_ORDER)
            grown = server.resident_mib()
            seen = times_of_one_event(server, readers, 10)
            cut_seconds = 0 if plan.quick else CUT_SECONDS
            cut = readers.wait_until(lambda one: one['dead_open'] == 0, cut_seconds, 0.5)
    p99_s = seen['p99_us'] / 1e6
    return [row(f'{count:,} beside {DEAD} who never read, p99', f'{p99_s * 1000:.0f} ms', '<= 1 s',
                p99_s <= 1 and seen['same'] and seen['doubled'] == 0, outside,
                [f'after {orders * EVENTS_OF_AN_ORDER} events that lie unread; {grown:.0f} MiB in '
                 f'memory; {DEAD - cut["dead_open"]} of them were cut within {cut_seconds} s'])]


def streams(plan):
    count = 1000 if plan.quick else 10000
    return size_and_speed(plan, count) + killed(plan, count) + beside_the_dead(plan)
