"""bench_events.py - how fast what is told is handled: beside SQLite, and beside RabbitMQ alone.

`kontora bench events` measures the services and SQLite in turns by itself; bare_publisher.c is what
a C program reaches that only publishes.
"""
import json
import os

from bench_limits import middle, rate, row, spread
from bench_machine import Outside
from bench_servers import run
from rabbitmq import RabbitMQ

EVENTS, EVENTS_QUICK = 200000, 5000
MESSAGES, MESSAGES_QUICK = 100000, 2000
IDLE_MS, IDLE_MS_QUICK = 5000, 500
IDLE_PER_MILLE_MAX = 10


def measure(plan, events, *settings):
    return json.loads(run(plan.program, 'bench', 'events', plan.directory, '--json',
                          '--events', str(events), '--singles', '50' if plan.quick else '300',
                          '--idle-ms', str(IDLE_MS_QUICK if plan.quick else IDLE_MS), *settings))


def idle_row(what, results):
    """A line of its own: the machine may be busy, this program should not be."""
    used = middle([one['idle_per_mille'] for one in results])
    met = used < IDLE_PER_MILLE_MAX
    return {'what': what, 'here': f'{used / 10:.1f} %', 'limit': '', 'ratio': '',
            'target': '< 1 %', 'verdict': 'met' if met else 'MISSED', 'outside': '', 'notes': []}


def alone(results):
    return ('one event when nothing else happens, from its request until its effect is read: '
            f'p50 {middle([one["alone_p50_us"] for one in results]) / 1000:.2f} ms, '
            f'p99 {middle([one["alone_p99_us"] for one in results]) / 1000:.2f} ms')


def processors(results, key):
    return f'{middle([one[key] for one in results]) / 1000:.1f} us'


def outside(rounds):
    return f'{round(100 * middle([one.share for one in rounds]))}%'


# ---- in one process ----

def events(plan):
    results, rounds = [], []
    for _ in range(plan.rounds):
        with Outside() as others:
            results.append(measure(plan, EVENTS_QUICK if plan.quick else EVENTS))
        rounds.append(others)
    here = [one['events_per_second'] for one in results]
    raw = [one['raw_events_per_second'] for one in results]
    ratios = [mine / limit for mine, limit in zip(here, raw)]
    line = row('events told and handled', rate(middle(here), 'events/s'),
               rate(middle(raw), 'SQLite alone, two files'), middle(ratios), 0.4)
    line['outside'] = outside(rounds)
    line['notes'] = [f'{processors(results, "processor_ns_each")} of the processors each, driver '
                     f'included; SQLite alone {processors(results, "raw_processor_ns_each")}; '
                     f'{spread(ratios)}', alone(results)]
    return [line, idle_row('processor when idle', results)]


# ---- over a broker ----

def publish(plan, address, count, message_bytes):
    """Confirmed messages a second."""
    program = os.path.join(os.path.dirname(plan.program), 'bench', 'bare_publisher')
    return json.loads(run(program, address, str(count), str(message_bytes)))


def broker_rounds(plan, broker):
    """The services, and the bare publisher, each on an empty virtual host."""
    results, limits, rounds = [], [], []
    count = MESSAGES_QUICK if plan.quick else MESSAGES
    for number in range(plan.rounds):
        with Outside() as others:
            address = broker.make_virtual_host(f'here{number}')
            results.append(measure(plan, count, '--bus.kind=rabbitmq', f'--bus.address={address}'))
            limits.append(publish(plan, broker.make_virtual_host(f'bare{number}'), count,
                                  results[-1]['message_bytes']))
        rounds.append(others)
    return results, limits, rounds


def rabbit(plan):
    with plan.server(RabbitMQ) as broker:
        results, limits, rounds = broker_rounds(plan, broker)
    here = [one['events_per_second'] for one in results]
    bare = [one['messages_per_second'] for one in limits]
    ratios = [mine / limit for mine, limit in zip(here, bare)]
    line = row('events over RabbitMQ', rate(middle(here), 'events/s'),
               rate(middle(bare), 'published by bare C'), middle(ratios), 0.5)
    line['outside'] = outside(rounds)
    line['notes'] = [f'{results[0]["message_bytes"]} bytes each, confirmed by a quorum queue; '
                     f'{processors(results, "processor_ns_each")} of the processors each here, '
                     f'{processors(limits, "processor_ns_each")} there; {spread(ratios)}',
                     alone(results)]
    return [line, idle_row('processor when idle, RabbitMQ', results)]
