"""house.py - the sample's services in one process or in three, on every store and every bus.

    house = House()        of the kind that KONTORA_TEST_HOUSE names
    house.client('shop')   speaks to the process in which the shop is served

  sqlite     one process, files, messages carried inside
  postgres   one process, PostgreSQL, messages carried inside
  rabbitmq   one process, files, messages over RabbitMQ
  careless   one process, files, on a bus that loses, doubles, mixes and delays
  three      three processes, PostgreSQL, RabbitMQ and Redis

A test of what services tell each other must not see the difference.
"""
import os
import tempfile
import time

import tap
from kontora import Server, Sqlite, fresh_postgres

MESSAGES = 'users,shop,till,board'  # those that tell each other; each service costs its start
THREE = ('users,shop', 'till', 'board')


def kind_of_house():
    return os.environ.get('KONTORA_TEST_HOUSE', 'sqlite')


class House:
    def __init__(self, kind=None, variant='release', settings=(), environment=None,
                 services=None):
        self.kind = kind or kind_of_house()
        if self.kind == 'careless':
            variant = 'fault'
            known = (environment or {}).get('KONTORA_BUG')
            environment = {**(environment or {}),
                           'KONTORA_BUG': 'careless_bus' + (f',{known}' if known else '')}
        self.broker = self.cache = None
        self.settings = list(settings)
        store = fresh_postgres() if self.kind in ('postgres', 'three') else Sqlite()
        if self.kind in ('rabbitmq', 'three'):
            from rabbitmq import RabbitMQ
            self.broker = RabbitMQ()
            self.settings += ['--bus.kind=rabbitmq', f'--bus.address={self.broker.address()}']
        if self.kind == 'three':
            from redis import Redis
            self.cache = Redis()
            self.settings += ['--cache.kind=redis', f'--cache.address={self.cache.address}']
        home = tempfile.mkdtemp(dir=tap.test_directory())
        groups = THREE if self.kind == 'three' else (services,)
        self.servers = [Server(os.path.join(home, (group or 'all').replace(',', '_')), store,
                               self.settings, environment, variant,
                               program=tap.sample_program(variant), services=group)
                        for group in groups]

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def server(self, service):
        for server in self.servers:
            if not server.services or service in server.services[0].split(','):
                return server
        raise KeyError(service)

    def client(self, service):
        return self.server(service).admin()

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
    """The answer as soon as it is true; the last one when the time is over."""
    deadline = time.monotonic() + seconds
    answer = question()
    while not answer and time.monotonic() < deadline:
        time.sleep(every)
        answer = question()
    return answer


def until_none(question, seconds=60):
    """What is left in the end of a list that should become empty, patient as long as it shrinks."""
    left = question()
    while left:
        if not until(lambda: len(question()) < len(left), seconds, 0.1):
            break
        left = question()
    return left
