"""house.py - the sample's services in one process or in three, on every store and every bus.

    house = House()        of the kind that KONTORA_TEST_HOUSE names
    house.client('shop')   speaks to the process in which the shop is served

  sqlite     one process, files, messages carried inside
  postgres   one process, PostgreSQL, messages carried inside
  rabbitmq   one process, files, messages over RabbitMQ
  careless   one process, files, on a bus that loses, doubles, mixes and delays
  three      three processes, PostgreSQL, RabbitMQ and Redis

With services=CASES two of the three serve the same, and each request goes to any of the two:
whoever works with a case need not know who keeps it.

A test of what services tell each other must not see the difference.
"""
import os
import random
import tempfile
import time

import tap
from kontora import Client, Server, Sqlite, fresh_postgres, the_store

MESSAGES = 'users,shop,till,board'  # those that tell each other; each service costs its start
CASES = 'office,payroll'  # who has workflows, and whom they call
THREE = {MESSAGES: ('users,shop', 'till', 'board'), CASES: ('office', 'office', 'payroll')}


def kind_of_house():
    return os.environ.get('KONTORA_TEST_HOUSE', 'sqlite')


_dice = random.Random(1)


def seeks_seeded_bugs():
    """Whether this run is the one of all houses and variants: once is enough."""
    return kind_of_house() == 'sqlite' and tap.the_variant() == 'release'


class OneOfMany(Client):
    """A client of several processes: each request goes to one of them, as dice say. (In strict
    turns a look would always go to one, and what follows to the other.)"""

    def __init__(self, clients):  # pylint: disable=super-init-not-called
        self.clients = clients

    def ask(self, method, path, body=None, headers=None):
        return _dice.choice(self.clients).ask(method, path, body, headers)

    def close(self):
        for client in self.clients:
            client.close()


class Twins:
    """Two processes that serve the same from one database, spoken to as if they were one."""

    def __init__(self, store, **options):
        self.servers = [Server(store=store, **options) for _ in range(2)]
        self.program = self.servers[0].program

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def logged(self):
        return ''.join(server.logged() for server in self.servers)

    def stop(self):
        """The first exit code that is none of success."""
        return max([server.stop() for server in self.servers], key=abs)

    def kill(self):
        for server in self.servers:
            server.kill()

    def admin(self, **options):
        return OneOfMany([server.admin(**options) for server in self.servers])

    def client(self, **options):
        return OneOfMany([server.client(**options) for server in self.servers])

    def metric(self, name):
        """Of both together."""
        return sum(server.metric(name) or 0 for server in self.servers)


def one_or_twins(**options):
    """A Server with files; two that share PostgreSQL, when that is the store to be tested."""
    store = the_store('sample' if 'program' in options else 'fresh')
    return Twins(store, **options) if store.kind == 'postgres' else Server(store=store, **options)


class House:
    def __init__(self, kind=None, variant=None, settings=(), environment=None,
                 services=None, has_own_broker=False):
        variant = variant or tap.the_variant()
        self.kind = kind or kind_of_house()
        if self.kind == 'careless':
            variant = 'fault'
            known = (environment or {}).get('KONTORA_BUG')
            environment = {**(environment or {}),
                           'KONTORA_BUG': 'careless_bus' + (f',{known}' if known else '')}
        self.broker = self.cache = None
        self.settings = list(settings)
        store = fresh_postgres('sample') if self.kind in ('postgres', 'three') else Sqlite()
        if self.kind in ('rabbitmq', 'three'):
            from rabbitmq import RabbitMQ, shared_rabbitmq
            self.broker = RabbitMQ() if has_own_broker else shared_rabbitmq()
            self.settings += ['--bus.kind=rabbitmq', f'--bus.address={self.broker.address()}']
        if self.kind == 'three':
            from redis import Redis
            self.cache = Redis()
            self.settings += ['--cache.kind=redis', f'--cache.address={self.cache.address}']
        home = tempfile.mkdtemp(dir=tap.test_directory())
        groups = THREE[services or MESSAGES] if self.kind == 'three' else (services,)
        self.servers = [Server(os.path.join(home, f'{number}_{(group or "all").replace(",", "_")}'),
                               store, self.settings, environment, variant,
                               program=tap.sample_program(variant), services=group)
                        for number, group in enumerate(groups)]

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def all_that_serve(self, service):
        return [server for server in self.servers
                if not server.services or service in server.services[0].split(',')]

    def server(self, service):
        """The one of them that has not been asked for longest."""
        server = self.all_that_serve(service)[0]
        self.servers.remove(server)
        self.servers.append(server)
        return server

    def client(self, service):
        clients = [server.admin() for server in self.all_that_serve(service)]
        return clients[0] if len(clients) == 1 else OneOfMany(clients)

    def stop(self):
        """The exit codes of all."""
        codes = [server.stop() for server in self.servers]
        self.end_the_rest()
        return codes

    def kill(self):
        for server in self.servers:
            server.kill()

    def end_the_rest(self):
        for helper in (self.broker, self.cache):
            if helper is not None:
                helper.stop()


def until(question, seconds=60, every=0.02):
    """The answer as soon as it is true; the last one when the time is over. Who asks for a member
    that is not there, of a refusal for one, has no answer yet."""
    deadline = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() >= deadline
        try:
            answer = question()
        except KeyError:
            if is_last:
                raise
            answer = None
        if answer or is_last:
            return answer
        time.sleep(every)


def until_none(question, seconds=60):
    """What is left in the end of a list that should become empty, patient as long as it shrinks."""
    left = question()
    while left:
        if not until(lambda: len(question()) < len(left), seconds, 0.1):
            break
        left = question()
    return left
