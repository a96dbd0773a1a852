"""bench_events_test.py - what measures the way of a message counts them, compares, and cleans up.

How fast anything is, is no business of a test. That every event was handled once and in order, and
that SQLite alone wrote the same rows, the command itself finds out, or fails.
"""
# stores: none
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from kontora import run
from rabbitmq import PROGRAM as RABBITMQ
from tap import (check, check_equal, check_in, check_match, main, program, repository, seconds_max,
                 skip, test_directory)

SMALL = ('--events', '3001', '--singles', '20', '--idle-ms', '200')


def fresh(name):
    place = os.path.join(test_directory(), name)
    os.mkdir(place)
    return place


def wrong_flags_are_told():
    place = fresh('wrong')
    for flags in (['--events', '0'], ['--events', 'many'], ['--lanes', '64'],
                  ['--told-each', '1001'], ['--store.kind=postgres']):
        said = run('bench', 'events', place, *flags)
        check_equal(said.code, 64, said)
    check_equal(run('bench', 'events').code, 64)
    check_equal(os.listdir(place), [], 'it cleans up')


def a_directory_that_is_not_there_is_told():
    said = run('bench', 'events', os.path.join(test_directory(), 'nowhere'))
    check_equal(said.code, 74, said)
    check_match('nowhere', said.error)


def every_event_is_counted():
    place = fresh('counted')
    said = run('bench', 'events', place, *SMALL, '--json')
    check_equal(said.code, 0, said)
    check_equal(said.json['events'], 3001)
    for name in ('told_per_second', 'events_per_second', 'raw_events_per_second', 'ratio_percent',
                 'processor_ns_each', 'alone_p50_us', 'message_bytes'):
        check(said.json[name] > 0, name)
    check(said.json['raw_processor_ns_each'] >= 0, 'so few rows may take less than a tick')
    check(said.json['alone_p50_us'] <= said.json['alone_p99_us'])
    check(said.json['events_per_second'] <= said.json['told_per_second'])
    check_equal(os.listdir(place), [], 'it cleans up')


def one_request_at_a_time_is_as_good():
    said = run('bench', 'events', fresh('words'), *SMALL, '--lanes', '1', '--told-each', '1000',
               '--batch', '7')
    check_equal(said.code, 0, said)
    for words in ('3001 events, 1000 a request', 'told and handled', '7 a commit', 'ratio',
                  'one alone', 'when idle'):
        check_in(words, said.out)


def figures_of(part):
    """The rows of one part of the bench, run quickly."""
    place = fresh(part)
    figures = os.path.join(place, 'bench.json')
    result = subprocess.run([os.path.join(repository(), 'bench', 'run'), '--quick', '--only',
                             part, '--program', program(), '--directory', place, '--json',
                             figures], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    check_equal(result.returncode, 0, result.stdout)
    with open(figures, encoding='utf-8') as file:
        rows = json.load(file)['rows']
    check_equal(os.listdir(place), ['bench.json'], 'it cleans up')
    return rows


@seconds_max(120)
def it_is_a_part_of_the_bench():
    rows = figures_of('events')
    check_equal([row['what'] for row in rows], ['events told and handled', 'processor when idle'])


@seconds_max(240)
def so_is_a_broker_between_the_two():
    if not os.access(RABBITMQ, os.X_OK):
        skip('RabbitMQ is not there: apt-get install rabbitmq-server')
    rows = figures_of('rabbit')
    check_equal([row['what'] for row in rows],
                ['events over RabbitMQ', 'processor when idle, RabbitMQ'])


if __name__ == '__main__':
    main([wrong_flags_are_told, a_directory_that_is_not_there_is_told, every_event_is_counted,
          one_request_at_a_time_is_as_good, it_is_a_part_of_the_bench,
          so_is_a_broker_between_the_two])
