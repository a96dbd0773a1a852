"""registry_test.py - processes that announce themselves in Redis are found by the one at the door:
E14, C15.

No address of them is set anywhere. They come, go in order, are killed; Redis is emptied and taken
away. Which versions of a business case are served where is learned as well.
"""
# stores: none
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'gateway')]
import tap
from browser import Browser
from house import until
from kontora import Server
from redis import Redis
from tap import check, check_equal, check_in, for_each_test, main, repository

DOOR = 'users,iam,gateway,notifications'
FEEDING = os.path.join(repository(), 'src', 'apps', 'casework', 'feeding.yaml')


def key_of(directory):
    said = subprocess.run([tap.program('release'), 'key', DOOR, '--data', directory],
                          capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


class World:
    def __init__(self):
        self.redis = Redis()
        self.shared = ['--cache.kind=redis', f'--cache.address={self.redis.address}']
        self.door = Server(services=DOOR, settings=[*self.shared, '--gateway.registry=yes'])
        self.trusted = f'--ask.trusted_keys={key_of(self.door.directory)}'
        self.door.start()
        self.owner = Browser(self.door).set_up()
        self.others = []

    def process(self, *settings):
        """One more that serves cases; its number is how it is told apart."""
        other = Server(services='casework', settings=[
            *self.shared, '--access.gateway=gateway', self.trusted, '--registry.announce=listen',
            *settings]).start()
        self.others.append(other)
        return other

    def stop(self):
        for server in (*self.others, self.door):
            if server.is_running:
                check_equal(server.stop(), 0)
        self.redis.stop()


@for_each_test
def world():
    made = World()
    yield made
    made.stop()


def asked(server):
    """How many requests for versions a process has answered."""
    return server.metric('kontora_requests_total{operation="list_versions",status="2xx"}') or 0


def answers(world):
    return world.owner.get('/versions').status


def a_process_is_found_and_its_end_is_noticed(world):
    """E14: it comes and takes its turns; it goes in order, and nothing fails."""
    check_equal(answers(world), 503)  # the door knows whose it is, and nobody is there
    first = world.process()
    check(until(lambda: answers(world) == 200))
    second = world.process()
    check(until(lambda: served_by(world, second)))
    check(served_by(world, first))
    check_equal(second.stop(), 0)
    check_equal({answers(world) for _ in range(20)}, {200})
    first.kill()
    check_equal(answers(world), 503)
    third = world.process()
    check(until(lambda: answers(world) == 200))
    check(served_by(world, third))


def served_by(world, server):
    """Is it among those who answer now?"""
    before = asked(server)
    check_in(answers(world), (200, 503))
    check_in(answers(world), (200, 503))
    return asked(server) > before


def versions_are_learned(world):
    """E14: a new version is started beside the old one; who names it gets there, unasked."""
    directory = tempfile.mkdtemp(dir=tap.test_directory())
    with open(FEEDING, encoding='utf-8') as file:
        text = file.read()
    check_in('version: 1', text)
    with open(os.path.join(directory, 'feeding.yaml'), 'w', encoding='utf-8') as file:
        file.write(text.replace('version: 1', 'version: 2', 1))
    world.process()

    def start(version):
        said = world.owner.post('/process', {'businessCaseName': 'feeding', 'apiV': version,
                                             'businessCasePayload': {'address': 'cat 123'}})
        return said.status, said.json.get('apiV', said.json.get('code'))
    check(until(lambda: start(1)[0] == 201), start(1))
    refused = start(2)
    check_equal(refused[0] // 100, 4, refused)  # by whoever is there: nobody serves it
    new = world.process('--cases.directory', directory)
    check(until(lambda: start(2)[0] == 201), start(2))
    for _ in range(6):
        check_equal((start(1)[0], start(2)[0]), (201, 201))
    check_equal(new.stop(), 0)
    check_equal(start(1)[0], 201)
    check(until(lambda: start(2)[0] // 100 == 4), 'it is not served any more')


def redis_may_forget_and_go(world):
    """What may be lost is lost: those who were found stay found."""
    first = world.process()
    check(until(lambda: answers(world) == 200))
    world.redis.run('FLUSHALL')
    check_equal({answers(world) for _ in range(20)}, {200})
    check(until(lambda: world.redis.run('KEYS', 'registry:[0-9]*')), 'it has announced itself anew')
    world.redis.kill()
    check_equal({answers(world) for _ in range(20)}, {200})
    first.kill()
    check_equal(answers(world), 503)
    world.redis.start()
    world.process()
    check(until(lambda: answers(world) == 200))


if __name__ == '__main__':
    main([a_process_is_found_and_its_end_is_noticed, versions_are_learned,
          redis_may_forget_and_go], {'world': world})
