"""channels_test.py - what is watched by its name, /api/v1/streams/CHANNEL: A3, C15, C16, C54.

The reader is npm's eventsource, as a browser has one: it comes back by itself, with the id it has
seen last. Who may watch what is said by each channel.
"""
# stores: none
import json
import os
import shutil
import subprocess
import sys
import threading
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'gateway')]
from browser import Browser
from house import until
from kontora import Server, the_store
from tap import Skipped, check, check_equal, check_in, main, repository

CHANNELS = '/api/v1/streams/'
READER = os.path.join(repository(), 'tests', 'lib', 'gateway', 'channel_reader.mjs')
SECONDS_MAX = 120
PEOPLE = 30


class Reader:
    """eventsource in a process of node."""

    def __init__(self, server, channel, credential, until_heard='\0', events=()):
        if shutil.which('node') is None:
            raise Skipped('node is not installed')
        self.process = subprocess.Popen(['node', READER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps({
            'url': server.address + CHANNELS + channel, 'credential': credential,
            'until': until_heard, 'events': list(events)}))
        self.process.stdin.close()
        self.lines = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def is_open(self):
        return 'open' in self.lines

    def result(self):
        said = until(lambda: next((line for line in self.lines if line[0] == '{'), None),
                     seconds=SECONDS_MAX)
        check_equal(self.process.wait(SECONDS_MAX), 0)
        return json.loads(said)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()


def start_world():
    server = Server(store=the_store(), services='users,iam,gateway,notifications').start()
    yield server, Browser(server).set_up()
    check_equal(server.stop(), 0)


def add_person(server, name):
    answer = server.admin().post('/api/users', {
        'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client', 'full_name': name})
    check_equal(answer.status, 201, answer)
    return answer.json['id']


def same_place_again(server):
    """What starts next listens where it did."""
    host, port = server.host_and_port()
    server.settings.append(f'--net.listen={host}:{port}')


def eventsource_resumes_across_restarts(world):
    """C54, A3, T44: no gap and nothing twice, through two kills."""
    server, owner = world
    reader = Reader(server, 'users', owner.session, 'the last of all',
                    ['users.created', 'users.changed', 'reset', 'closed'])
    same_place_again(server)
    check(until(reader.is_open))
    added = []
    for number in range(PEOPLE):
        if number in (PEOPLE // 3, 2 * PEOPLE // 3):
            server.kill()
            server.start()
        added.append(add_person(server, 'the last of all' if number == PEOPLE - 1 else 'somebody'))
    result = reader.result()
    created = [json.loads(one['data'])['id'] for one in result['heard']
               if one['name'] == 'users.created']
    check_equal(created, added)
    check_equal({one['name'] for one in result['heard']} & {'reset', 'closed'}, set())
    ids = [int(one['id']) for one in result['heard']]
    check_equal(ids, sorted(set(ids)))
    check(result['opened'] > 1)
    reader.end()


def who_may_not_is_told_and_stays_away(world):
    """C54: entitlement is the channel's own; eventsource does not come again."""
    server, _ = world
    reader = Reader(server, 'users', 'gws_nobody_knows_this_one')
    check_equal(reader.result()['refused'], 401)
    reader.end()


def each_channel_says_who_may(world):
    """C54, G41: nobody may anything, a person his own, and the directory only who may read it."""
    server, owner = world
    stranger = Browser(server)
    for channel in ('users', 'notifications', 'heartbeat'):
        check_equal(stranger.get(CHANNELS + channel).status, 401)
    known = server.client(key=owner.session)
    check_equal(known.get(CHANNELS + 'no-such-channel').status, 404)
    person = {'Kontora-Person': str(uuid.uuid4()), 'Kontora-Roles': 'client'}
    refused = server.admin().get(CHANNELS + 'users', headers=person)
    check_equal((refused.status, refused.code), (403, 'forbidden'))


def every_channel_is_described(world):
    """C54: the channels stand in OpenAPI, where a client finds them."""
    server, _ = world
    paths = server.admin().get('/openapi.json').json['paths']
    for channel in ('users', 'notifications', 'heartbeat'):
        check_in('text/event-stream', json.dumps(paths[CHANNELS + channel]))


if __name__ == '__main__':
    main([eventsource_resumes_across_restarts, who_may_not_is_told_and_stays_away,
          each_channel_says_who_may, every_channel_is_described], {'world': start_world})
