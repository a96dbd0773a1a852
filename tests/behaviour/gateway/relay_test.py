"""relay_test.py - what other processes answer: B10, B11, C12, C15, C17, C28, C53, D19,
E14 (drain).

B10 by path; B11 who it is goes along, what a client says of it does not; C53 hop-by-hop headers are
left out, a network failure is 503 upstream_unavailable; C15 event streams are passed on; E14 a
process that stops gets nothing new, and a version is served where it is.
"""
import json
import os
import socket
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib', 'gateway'))
import tap
from browser import Browser
from house import until
from kontora import EXIT_USAGE, Server, refusal, the_store
from other import Other, asked
from tap import check, check_equal, check_in, check_not_in, for_each_test, main

DOOR = 'users,iam,gateway,notifications'


@for_each_test
def world():
    others = [Other(), Other()]
    server = Server(store=the_store(), services=DOOR, settings=[
        f'--gateway.upstreams=crm={others[0].address},{others[1].address}',
        '--gateway.paths=/crm/=crm']).start()
    yield server, Browser(server).set_up(), others
    check_equal(server.stop(), 0)
    for other in others:
        other.events.set()
        other.end()


def a_person_is_known_there(world):
    server, owner, others = world
    answer = owner.post('/crm/deals?x=1%20y', {'name': 'Ж'},
                        headers={'Idempotency-Key': 'k', 'X-User-Id': 'me', 'X-User-Type': 'root',
                                 'X-Forwarded-For': '10.9.9.9', 'X-Request-Id': 'mine',
                                 'TE': 'trailers', 'Connection': 'keep-alive, X-Mine',
                                 'X-Mine': 'm', 'X-Other': 'o'})
    check_equal((answer.status, answer.json['path'], answer.etag),
                (201, '/crm/deals?x=1%20y', '"7"'))
    check_not_in('x-hop', answer.headers)
    (method, path, headers, body), = asked(others)
    names = [name.lower() for name, _ in headers]
    sent = {name.lower(): value for name, value in headers}
    person = owner.get('/api/profile').json
    check_equal((method, path, json.loads(body)), ('POST', '/crm/deals?x=1%20y', {'name': 'Ж'}))
    check_equal(sent['x-user-id'], person['id'])
    check_equal((sent['x-forwarded-for'], sent['x-other'], sent['idempotency-key']),
                ('127.0.0.1', 'o', 'k'))
    check(len(sent['x-request-id']) == 32 and sent['x-request-id'] in sent['traceparent'], sent)
    check_equal([name for name in ('te', 'x-mine', 'keep-alive') if name in names], [])
    check_equal(len(names), len(set(names)), 'each once')
    check_equal(sent['x-user-type'], 'person')


def nobody_is_nobody_there(world):
    server, _, others = world
    client = server.client(key=None)
    check_equal(client.get('/crm/x', {'X-User-Id': 'me'}).status, 201)
    (_, _, headers, _), = asked(others)
    sent = {name.lower(): value for name, value in headers}
    check_equal((sent.get('kontora-person'), sent.get('x-user-id')), (None, None))
    spoofed = client.get('/crm/x', {'Kontora-Person': '018f6e2a-0000-7000-8000-00000000a11a'})
    check_equal(spoofed.status, 201)
    check_equal([name for name, _ in asked(others)[-1][2] if name.lower().startswith('kontora-')],
                [])


def what_nobody_answers_is_404(world):
    server, owner, _ = world
    for path in ('/crm', '/crmx/', '/nothing', '/process'):
        check_equal(owner.get(path).status, 404, path)


def they_take_turns_and_fill_in(world):
    server, owner, others = world
    by = [owner.get('/crm/x').json['by'] for _ in range(6)]
    check_equal({address: by.count(address) for address in set(by)},
                {other.address: 3 for other in others})
    others[0].end()
    check_equal({owner.get('/crm/x').json['by'] for _ in range(6)}, {others[1].address})
    others[1].end()
    answer = until(lambda: (got := owner.get('/crm/x')).status == 503 and got)
    check_equal((answer.code, 'retry-after' in answer.headers), ('upstream_unavailable', True))
    check_equal(owner.get('/api/profile').status, 200, 'what is here goes on')


def what_stops_gets_nothing_new(world):
    """E14: the old process finishes, the new one gets what comes."""
    server, owner, others = world
    others[0].is_ready = False
    check(until(lambda: 'not ready' in server.logged()), 'it was noticed')
    check_equal({owner.get('/crm/x').json['by'] for _ in range(6)}, {others[1].address})
    others[0].is_ready = True
    check(until(lambda: owner.get('/crm/x').json['by'] == others[0].address), 'it is back')


def versions_are_served_where_they_are():
    """E14: a new version is started beside the old one; who names it gets there."""
    old, new = Other(), Other()
    server = Server(store=the_store(), services=DOOR, settings=[
        f'--gateway.upstreams=crm={old.address}#v1,{new.address}#v1+v2',
        '--gateway.paths=/crm/=crm']).start()
    owner = Browser(server).set_up()

    def served_by(version, body=None):
        headers = {'Kontora-Version': version} if version else {}
        answers = [owner.post('/crm/process', body or {}, headers) for _ in range(4)]
        return {answer.json.get('by', answer.json.get('code')) for answer in answers}
    check_equal(served_by('v2'), {new.address})
    check_equal(served_by(None, {'apiV': 'v2'}), {new.address})
    check_equal(served_by('v1'), {old.address, new.address})
    check_equal(served_by(None), {old.address, new.address})
    check_equal(served_by('v3'), {'upstream_unavailable'})
    old.is_ready = False  # it is stopped: what it had goes on, what comes goes elsewhere
    check(until(lambda: served_by('v1') == {new.address}), 'the old one gets nothing new')
    check_equal(server.stop(), 0)
    old.end()
    new.end()


def names_are_turned_where_a_client_wants_it():
    """C53: JSON of these paths is camelCase, of others as it is."""
    other = Other()
    server = Server(store=the_store(), services=DOOR, settings=[
        f'--gateway.upstreams=crm={other.address}', '--gateway.camel_paths=/v1/crm/',
        '--gateway.paths=/v1/crm/=crm /crm/=crm']).start()
    owner = Browser(server).set_up()
    check_equal(owner.get('/v1/crm/deals').json, {'path': '/v1/crm/deals', 'by': other.address,
                                                  'madeBy': {'fullName': 'a_b'}})
    check_equal(owner.get('/crm/deals').json['made_by'], {'full_name': 'a_b'})
    check_equal(server.stop(), 0)
    other.end()


def what_changes_is_sent_once(world):
    """After a break nobody knows whether it was done: who sent it may ask again, we may not."""
    server, owner, others = world
    for other in others:
        other.cuts = True
    check_equal(owner.post('/crm/x', {}).code, 'upstream_unavailable')
    check_equal(len(asked(others)), 1)
    check_equal(owner.get('/crm/x').code, 'upstream_unavailable')
    reads = [[one[0] for one in other.asked].count('GET') for other in others]
    check(all(reads), f'what reads is tried at both: {reads}')
    check_equal([one[0] for one in asked(others)].count('POST'), 1)


class Watching(threading.Thread):
    def __init__(self, server, browser, path, headers=''):
        super().__init__(daemon=True)
        self.heard = b''
        self.socket = socket.create_connection(server.host_and_port(), timeout=60)
        self.socket.sendall(f'GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n'
                            f'Authorization: Bearer {browser.session}\r\n{headers}\r\n'.encode())
        self.start()

    def run(self):
        try:
            while piece := self.socket.recv(65536):
                self.heard += piece
        except OSError:
            pass

    def leave(self):
        self.socket.shutdown(socket.SHUT_RDWR)


def streams_are_passed_on(world):
    server, owner, others = world
    watching = Watching(server, owner, '/crm/events', 'Last-Event-ID: 41\r\n')
    check(until(lambda: b'id: 44' in watching.heard), watching.heard)
    check_in(b'text/event-stream', watching.heard)
    check(until(lambda: watching.heard.count(b': hb') > 2), 'it goes on')
    watching.leave()
    again = Watching(server, owner, '/crm/events')
    check(until(lambda: b'id: 3' in again.heard), again.heard)
    check_equal(owner.post('/api/logout', {}).status, 204)
    check(until(lambda: not again.is_alive(), seconds=30), 'it ended with the session')


def payments_travel_in_the_stream_of_deals():
    """C17: what the CRM says of payments, incomes and expenses comes in its channel deals, in its
    order, between what it says of deals; a channel of payments there is none."""
    crm = Other()
    crm.events_told = ['deal.updated', 'deal.payment.updated', 'deal.payment.income.created',
                       'deal.payment.expense.deleted']
    server = Server(store=the_store(), services=DOOR, settings=[
        f'--gateway.upstreams=crm={crm.address}',
        '--gateway.paths=/api/v1/streams/deals=crm']).start()
    owner = Browser(server).set_up()
    watching = Watching(server, owner, '/api/v1/streams/deals')
    check(until(lambda: b'id: 3' in watching.heard), watching.heard)
    watching.leave()
    later = Watching(server, owner, '/api/v1/streams/deals', 'Last-Event-ID: 3\r\n')
    check(until(lambda: b'id: 6' in later.heard), later.heard)
    later.leave()
    names = [line.partition(b': ')[2].decode() for heard in (watching.heard, later.heard)
             for line in heard.split(b'\n') if line.startswith(b'event: ')]
    told = crm.events_told
    check_equal(names, [told[number % len(told)] for number in range(1, 7)])
    for channel in ('payments', 'payment', 'incomes'):
        check_equal(owner.get(f'/api/v1/streams/{channel}').status, 404, channel)
    crm.events.set()
    check_equal(server.stop(), 0)
    crm.end()


def a_sixth_stream_ends_the_first(world):
    server, owner, _ = world
    watching = []
    for _ in range(6):
        watching.append(Watching(server, owner, '/crm/events'))
        check(until(lambda: b'id: 3' in watching[-1].heard), watching[-1].heard)
    check(until(lambda: not watching[0].is_alive(), seconds=30), 'the oldest has ended')
    check(all(one.is_alive() for one in watching[1:]))


def a_stop_ends_it_in_order(world):
    server, owner, others = world
    watching = Watching(server, owner, '/crm/events')
    check(until(lambda: b'id: 3' in watching.heard), watching.heard)
    check_equal(server.stop(), 0)
    check(until(lambda: not watching.is_alive()), 'the stream has ended')
    server.start()


def processes_of_ours_are_one_system():
    """Sign-in here, casework there: the same answers as from one process."""
    behind = Server(services='casework', settings=['--access.gateway=gateway'])
    behind.start()
    door = Server(services=DOOR, settings=[f'--gateway.upstreams=casework={behind.address}',
                                           '--gateway.paths=/flow/client/=casework'])
    key = subprocess.run([tap.program('release'), 'key', DOOR, '--data', door.directory],
                         capture_output=True, text=True, check=True).stdout.split()[-1]
    behind.stop()
    behind.settings += [f'--ask.trusted_keys={key}', f'--net.listen={behind.address[7:]}']
    behind.start()
    door.start()
    owner = Browser(door).set_up()
    check_equal(owner.get('/versions').status, 200, 'its table says that it is his')
    check_equal(Browser(door).get('/versions').status, 401)
    check_in(owner.get('/flow/client/feeding/state').status, (403, 404))
    check_equal(Browser(door).get('/flow/client/feeding/state').status, 401)
    started = owner.post('/process', {'businessCaseName': 'feeding', 'apiV': 'v1'})
    check(started.status not in (401, 403, 404, 503), started)
    person = owner.get('/api/profile').json['id']
    check_equal(door.admin().patch(f'/api/users/{person}', {'roles': []}).status, 200)
    check(until(lambda: owner.get('/versions').status == 403, seconds=30), 'there too')
    behind.stop()
    check_equal(owner.get('/versions').code, 'upstream_unavailable')
    behind.start()
    check(until(lambda: owner.get('/versions').status == 403, seconds=30), 'it is taken in again')
    check_equal((door.stop(), behind.stop()), (0, 0))


def a_wrong_setting_is_a_sentence():
    for setting in ('--gateway.upstreams=crm', '--gateway.upstreams=crm=ftp://x',
                    '--gateway.upstreams=crm=http://x/y',
                    '--gateway.upstreams=a=http://x a=http://y',
                    '--gateway.paths=/crm/=crm', '--gateway.proxies=localhost'):
        code, said = refusal(Server(services=DOOR, settings=[setting]))
        check_equal(code, EXIT_USAGE, setting)
        check_in(setting.partition('=')[0][2:], said)


if __name__ == '__main__':
    main([a_person_is_known_there, nobody_is_nobody_there, what_nobody_answers_is_404,
          they_take_turns_and_fill_in, what_stops_gets_nothing_new,
          versions_are_served_where_they_are,
          names_are_turned_where_a_client_wants_it, what_changes_is_sent_once,
          streams_are_passed_on, payments_travel_in_the_stream_of_deals,
          a_sixth_stream_ends_the_first, a_stop_ends_it_in_order,
          processes_of_ours_are_one_system, a_wrong_setting_is_a_sentence], {'world': world})
