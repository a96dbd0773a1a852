"""bench_work.py - stages done by a worker over RabbitMQ: commands a second from the first letter
until the last answer is committed, beside the same worker with a program that only sends and hears.

The cases are begun before the worker is there, so what is measured is the way of a command: row,
lease, commit, letter, confirm, worker, answer, commit, acknowledgement. Both use quorum queues,
confirm what they publish, and have at most 100 letters out.
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), 'tests', 'lib'))
from bench_limits import median_outside, middle, rate, row, spread  # noqa: E402
from bench_machine import Outside, processor_seconds  # noqa: E402
from bench_servers import BenchFailed, run  # noqa: E402
from kontora import Server, Sqlite  # noqa: E402
from rabbitmq import RabbitMQ  # noqa: E402

HANDS = os.path.join(HERE, 'amqp_hands.js')
COMMANDS, COMMANDS_QUICK = 5000, 300
LETTER_BYTES = 474  # as ours are for this workflow
SECONDS_MAX = 120
JOB = """\
workflow: job
version: 1
participants: {guest: {sees: all}}
fields: {number: {kind: integer}, result: {kind: integer}}
places: {finished: {end: true}}
operations:
  begin: {who: guest, from: start, to: work, accepts: [number]}
stages:
  work: {worker: hand, with: {number: number}, result: result}
  done: {to: finished}
"""
ACCEPTED = 'kontora_letter_answers_total{service="casework",outcome="accepted"}'


class Hand:
    """The worker, ended with whoever uses it."""

    def __init__(self, address, queue):
        self.process = subprocess.Popen(['node', HANDS, 'work', address, queue],
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        if self.process.stdout.readline() != 'ready\n':
            raise BenchFailed('the worker does not begin')
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def serve(plan, address):
    directory = plan.fresh('work')
    os.makedirs(os.path.join(directory, 'workflows'))
    with open(os.path.join(directory, 'workflows', 'job.yaml'), 'w', encoding='utf-8') as file:
        file.write(JOB)
    return Server(os.path.join(directory, 'data'), Sqlite(), program=plan.program,
                  services='casework',
                  settings=['--bus.kind=rabbitmq', f'--bus.address={address}', '--work.amqp=hand',
                            '--log.level=warning',
                            '--cases.directory', os.path.join(directory, 'workflows')])


def begin(server, count):
    client = server.client()
    for number in range(count):
        said = client.post('/process', {'businessCaseName': 'job',
                                        'businessCasePayload': {'number': number}})
        if said.status != 201:
            raise BenchFailed(f'no case begins: {said}')
    client.close()


def wait_for_answers(server, count, since):
    while (server.metric(ACCEPTED) or 0) < count:
        if time.monotonic() - since > SECONDS_MAX:
            raise BenchFailed(f'{server.metric(ACCEPTED)} of {count} are answered')
        time.sleep(0.02)
    return time.monotonic() - since


def here(plan, address, count):
    """Commands a second, and microseconds of our processors for each."""
    server = serve(plan, address).start()
    try:
        begin(server, count)
        before = processor_seconds(server.process.pid)
        since = time.monotonic()
        with Hand(address, 'work.hand'):
            seconds = wait_for_answers(server, count, since)
        used = processor_seconds(server.process.pid) - before
    finally:
        server.kill()
    return count / seconds, used * 1e6 / count


def bare(address, count):
    with Hand(address, 'work.bare'):
        said = run('node', HANDS, 'feed', address, str(count), str(LETTER_BYTES))
    return count / json.loads(said)['seconds']


def amqp_work(plan):
    count = COMMANDS_QUICK if plan.quick else COMMANDS
    ours, limits, rounds = [], [], []
    with plan.server(RabbitMQ) as broker:
        for number in range(plan.rounds):
            with Outside() as others:
                ours.append(here(plan, broker.make_virtual_host(f'work{number}'), count))
                limits.append(bare(broker.make_virtual_host(f'hands{number}'), count))
            rounds.append(others)
    rates = [one for one, _ in ours]
    ratios = [mine / limit for mine, limit in zip(rates, limits)]
    line = row('commands to workers over RabbitMQ', rate(middle(rates), 'commands/s'),
               rate(middle(limits), 'the same worker, bare'), middle(ratios), 0.5)
    line['outside'] = median_outside(rounds)
    line['notes'] = [f'{middle([used for _, used in ours]):.0f} us of our processors each; '
                     f'{spread(ratios)}']
    return [line]
