"""process_test.py - processes as a client of the framework knows them: started, looked at, refused;
and which versions there are. On PostgreSQL two processes share the work."""
import os
import re
import subprocess
import sys
import tempfile
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import one_or_twins
from json_schema import offences
from kontora import Server, the_store
from tap import (check, check_equal, check_in, check_not_in, main, repository, test_directory,
                 test_scale)

FEEDING = {'businessCaseName': 'feeding', 'businessCasePayload': {'address': 'cat 123'}}

# Ends at once; the second version has another result, and asks for something else.
TEA = '''\
workflow: tea
version: 1
participants: {guest: {sees: all}}
fields: {kind: {kind: text, max: 20}, result: {kind: text, max: 40}}
places: {finished: {end: true}}
operations:
  order: {who: guest, from: start, to: boil, accepts: [kind], sets: {result: "'one cup'"}}
stages:
  boil: {to: finished}
'''
TEA_2 = TEA.replace('version: 1', 'version: 2').replace('one cup', 'two cups')
# Waits for a worker that nobody is.
WAITS = '''\
workflow: waits
version: 1
participants: {guest: {sees: all}}
fields: {pin: {kind: text, max: 20, secret: true}, result: {kind: flag}}
places: {finished: {end: true}}
operations:
  begin: {who: guest, from: start, to: ask, asks: [pin]}
stages:
  ask: {worker: nobody, with: {pin: pin}, result: result}
  done: {to: finished}
'''
WAITS_2 = WAITS.replace('version: 1', 'version: 2')
ZERO = '''\
workflow: zero
version: 1
participants: {guest: {sees: all}}
fields: {result: {kind: integer}}
places: {finished: {end: true}}
operations:
  count: {who: guest, from: start, to: finished, sets: {result: 5 - 5}}
'''
ONCE = '''\
workflow: once
version: 1
one_open_per: name
participants: {guest: {sees: all}}
fields: {name: {kind: text, max: 20}}
places: {open: , finished: {end: true}}
operations:
  begin: {who: guest, from: start, to: open, asks: [name]}
  end: {who: guest, from: open, to: finished}
'''


def directory_of(**files):
    directory = tempfile.mkdtemp(dir=test_directory())
    for name, text in files.items():
        with open(os.path.join(directory, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    return directory


def serve(directory, **others):
    return Server(settings=['--cases.directory', directory], services='casework', **others).start()


def start_server():
    directory = directory_of(tea=TEA, tea_2=TEA_2, waits=WAITS, zero=ZERO, once=ONCE)
    server = one_or_twins(settings=['--cases.directory', directory], services='casework').start()
    yield server
    server.stop()


def start(client, name, payload=None, status=201, **others):
    body = {'businessCaseName': name, 'businessCasePayload': payload or {}, **others}
    said = client.post('/process', body)
    check_equal(said.status, status, said)
    return said.json['processId'] if status < 300 else said.json


def status_of(client, process_id):
    said = client.get(f'/process/{process_id}/status/')
    check_equal(said.status, 200, said)
    return said.json


def check_error(said, status, kind, **options):
    """E28: {code, type, message, options}, inside of a problem document."""
    check_equal((said.status, said.headers['content-type']), (status, 'application/problem+json'))
    problem = said.json
    check_equal((problem['status'], problem['type'], problem['options']), (status, kind, options))
    check(problem['message'].endswith('.') and re.fullmatch('[a-z_]+', problem['code']), problem)


# ---- starting and looking ----

def a_process_is_started_and_looked_at(server):
    """E21, E22, E8: status and result come from the store."""
    client = server.client()
    process_id = start(client, 'feeding', {'address': 'cat 123'}, apiV=1)
    check_equal(str(uuid.UUID(process_id)), process_id)
    check_equal(status_of(client, process_id), {'status': 'waiting_service'})
    tea = start(client, 'tea', apiV=1)
    check_equal(status_of(client, tea), {'status': 'finished', 'result': 'one cup'})


def zero_and_nothing_are_results(server):
    """T30, T31: a falsy result is told, and so is that there is none."""
    client = server.client()
    check_equal(status_of(client, start(client, 'zero')), {'status': 'finished', 'result': 0})


def the_program_says_what_it_is(server):
    """E21: GET /status."""
    said = server.client().get('/status').json
    check_equal(set(said), {'version', 'uptime'})
    check(isinstance(said['uptime'], int) and 0 <= said['uptime'] < 3600, said)
    shown = subprocess.run([server.program, 'version'], capture_output=True, text=True, check=True)
    check_equal(said['version'], shown.stdout.split()[1])


def a_stranger_is_told_nothing(server):
    stranger = server.client(key=None)
    process_id = start(server.client(), 'waits', {'pin': '1234'})
    for said in (stranger.get('/status'), stranger.get('/versions'),
                 stranger.get(f'/process/{process_id}/status/'),
                 stranger.post('/process', FEEDING),
                 stranger.ask('PUT', '/versions/tea/1', {'isAllowed': False})):
        check_equal(said.status, 401, said)


def the_example_can_be_read_and_seen(server):
    """E3"""
    path = os.path.join(repository(), 'src', 'apps', 'casework', 'feeding.yaml')
    said = subprocess.run([server.program, 'check', path], capture_output=True, text=True,
                          check=False)
    check_equal(said.returncode, 0, said.stdout)
    drawn = subprocess.run([server.program, 'draw', path], capture_output=True, text=True,
                           check=False)
    check_in('getBalance', drawn.stdout)
    check_equal(versions(server.client(), 'feeding'), {1: (True, True)})


# ---- the errors of the framework ----

def every_error_has_the_names_of_the_framework(server):
    """E28"""
    client = server.client()
    check_error(client.post('/process', {'businessCaseName': 'feedin', 'businessCasePayload': {}}),
                404, 'businessCaseNotFoundError', businessCaseName='feedin')
    check_error(client.post('/process', {**FEEDING, 'apiV': 7}),
                404, 'businessCaseApiNotFoundError', businessCaseName='feeding', apiV=7)
    check_error(client.get(f'/process/{uuid.uuid4()}/status/'), 404, 'processNotFoundError')
    check_error(client.get('/process/no-uuid/status/'), 404, 'processNotFoundError')
    check_error(client.ask('PUT', '/versions/feedin/1', {'isAllowed': True}),
                404, 'businessCaseNotFoundError')
    check_error(client.ask('PUT', '/versions/tea/9', {'isAllowed': True}),
                404, 'businessCaseApiNotFoundError')


def a_payload_is_validated(server):
    """E23: validatePayload is the form of the operation that begins it."""
    client = server.client()
    for payload, word in (({}, 'address must be given'),
                          ({'adress': 'x'}, 'adress is no field of this form'),
                          ({'address': 7}, 'address'), ({'address': 'x' * 101}, 'address')):
        said = client.post('/process', {**FEEDING, 'businessCasePayload': payload})
        check_equal((said.status, said.json['type']), (400, 'payloadIsWrongError'))
        check_in(word, said.json['options']['message'])
    said = client.post('/process', {**FEEDING, 'apiv': 1})
    check_equal((said.status, said.fields), (400, {'apiv': 'unknown_field'}))


def what_is_hidden_is_said_nowhere(server):
    """E29: a hidden payload."""
    client = server.client()
    secret = f'hush-{uuid.uuid4().hex[:8]}'
    process_id = start(client, 'waits', {'pin': secret})
    guest = {'Kontora-Person': str(uuid.uuid4()), 'Kontora-Roles': 'guest'}
    state = client.get(f'/flow/guest/waits/state?case_id={process_id}', guest)
    check_equal(state.json['case']['forms'], {'pin': '***'})
    check_not_in(secret, state.text)
    too_long = secret * 3
    said = client.post('/process', {'businessCaseName': 'waits',
                                    'businessCasePayload': {'pin': too_long}})
    check_equal(said.status, 400)
    check_not_in(secret, said.text)
    check_not_in(secret, client.get(f'/process/{process_id}/status/').text)
    check_not_in(secret, server.logged())


# ---- asking twice ----

def a_client_key_gives_one_process(server):
    """E37"""
    client = server.client()
    first = start(client, 'feeding', {'address': 'a'}, clientKey='order 7')
    for _ in range(3):
        check_equal(start(client, 'feeding', {'address': 'a'}, 200, clientKey='order 7'), first)
    check(start(client, 'feeding', {'address': 'a'}, clientKey='order 8') != first)
    for other in ({'address': 'b'}, {}):
        check_error(client.post('/process', {'businessCaseName': 'feeding', 'clientKey': 'order 7',
                                             'businessCasePayload': other}),
                    409, 'clientKeyIsTakenError', businessCaseName='feeding')
    check_error(client.post('/process', {**FEEDING, 'clientKey': 'order 7', 'apiV': 1}),
                409, 'clientKeyIsTakenError', businessCaseName='feeding', apiV=1)


def what_was_refused_may_be_asked_again(server):
    """E37: a key is used when there is a process."""
    client = server.client()
    check_equal(client.post('/process', {'businessCaseName': 'feeding', 'clientKey': 'later',
                                         'businessCasePayload': {}}).status, 400)
    start(client, 'feeding', {'address': 'a'}, clientKey='later')


def many_with_one_key_at_once(server):
    """E37: whoever comes first."""
    for turn in range(test_scale(5)):
        found = []

        def ask(key):
            said = server.client().post('/process', {**FEEDING, 'clientKey': key})
            found.append((said.status, said.json.get('processId', said.json)))

        threads = [threading.Thread(target=ask, args=(f'race {turn}',)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check_equal(sorted(status for status, _ in found), [200] * 7 + [201], found)
        check_equal(len({process_id for _, process_id in found}), 1, found)


def the_idempotency_key_of_the_house_works_too(server):
    """E37"""
    client = server.client()
    key = {'Idempotency-Key': str(uuid.uuid4())}
    first = client.post('/process', FEEDING, key)
    again = client.post('/process', FEEDING, key)
    check_equal((first.status, first.json), (again.status, again.json))


def the_one_that_is_open_is_given(server):
    client = server.client()
    first = start(client, 'once', {'name': 'a'})
    check_equal(start(client, 'once', {'name': 'a'}, 200), first)
    check(start(client, 'once', {'name': 'b'}) != first)


# ---- versions ----

def allow(client, name, version, is_allowed):
    said = client.ask('PUT', f'/versions/{name}/{version}', {'isAllowed': is_allowed})
    check_equal((said.status, said.json['isAllowed']), (200, is_allowed), said)


def versions(client, name):
    return {one['apiV']: (one['isAllowed'], one['isNewest'])
            for one in client.get('/versions').json['items'] if one['businessCaseName'] == name}


def new_processes_take_the_newest_or_what_is_asked_for(server):
    """E14, E23: several versions side by side."""
    client = server.client()
    check_equal(versions(client, 'tea'), {1: (True, False), 2: (True, True)})
    check_equal(status_of(client, start(client, 'tea'))['result'], 'two cups')
    check_equal(status_of(client, start(client, 'tea', apiV=1))['result'], 'one cup')


def a_version_may_be_forbidden(server):
    """E28: apiIsNotAllowedError; E14: going back from a new version."""
    client = server.client()
    allow(client, 'tea', 2, False)
    check_equal(versions(client, 'tea'), {1: (True, False), 2: (False, True)})
    check_error(client.post('/process', {'businessCaseName': 'tea', 'apiV': 2}),
                403, 'apiIsNotAllowedError', businessCaseName='tea', apiV=2)
    check_equal(status_of(client, start(client, 'tea'))['result'], 'one cup')
    allow(client, 'tea', 1, False)
    check_error(client.post('/process', {'businessCaseName': 'tea'}),
                403, 'apiIsNotAllowedError', businessCaseName='tea')
    allow(client, 'tea', 1, True)
    allow(client, 'tea', 2, True)
    check_equal(status_of(client, start(client, 'tea'))['result'], 'two cups')


def a_running_process_keeps_its_version():
    """E36, T50: also when its file has gone; new ones are of what there is."""
    directory = directory_of(waits=WAITS)
    server = serve(directory, store=the_store())
    old = start(server.client(), 'waits', {'pin': '1'})
    server.stop()
    os.rename(os.path.join(directory, 'waits.yaml'), os.path.join(directory, 'waits.old'))
    with open(os.path.join(directory, 'waits_2.yaml'), 'w', encoding='utf-8') as file:
        file.write(WAITS_2)
    server.start()
    client = server.client()
    check_equal(status_of(client, old), {'status': 'waiting_service'})
    check_equal(versions(client, 'waits'), {1: (False, False), 2: (True, True)})
    check_equal(client.post('/process', {'businessCaseName': 'waits', 'apiV': 1,
                                         'businessCasePayload': {'pin': '1'}}).json['type'],
                'businessCaseApiNotFoundError')
    start(client, 'waits', {'pin': '1'})
    server.stop()


def a_version_without_processes_may_go():
    """E36, T50: what has ended can still be looked at."""
    directory = directory_of(tea=TEA, tea_2=TEA_2)
    server = serve(directory, store=the_store())
    tea = start(server.client(), 'tea', apiV=1)
    server.stop()
    os.unlink(os.path.join(directory, 'tea.yaml'))
    server.start()
    check_equal(versions(server.client(), 'tea')[2], (True, True))
    check_equal(server.client().post('/process', {'businessCaseName': 'tea', 'apiV': 1}).status,
                404)
    check_equal(status_of(server.client(), tea)['result'], 'one cup')
    server.stop()


# ---- the description ----

def answers_are_as_described(server):
    client = server.client()
    document = client.get('/openapi.json').json
    process_id = start(client, 'tea')
    for method, path, said in (
            ('post', '/process', client.post('/process', {'businessCaseName': 'tea'})),
            ('get', '/process/{processId}/status/', client.get(f'/process/{process_id}/status/')),
            ('get', '/status', client.get('/status')),
            ('get', '/versions', client.get('/versions')),
            ('put', '/versions/{businessCaseName}/{apiV}',
             client.ask('PUT', '/versions/tea/1', {'isAllowed': True}))):
        content = document['paths'][path][method]['responses'][str(said.status)]['content']
        schema = content['application/json']['schema']
        check_equal(offences(schema, said.json, document), [], (method, path))


if __name__ == '__main__':
    main([a_process_is_started_and_looked_at, zero_and_nothing_are_results,
          the_program_says_what_it_is, the_example_can_be_read_and_seen,
          a_stranger_is_told_nothing,
          every_error_has_the_names_of_the_framework, a_payload_is_validated,
          what_is_hidden_is_said_nowhere, a_client_key_gives_one_process,
          what_was_refused_may_be_asked_again, many_with_one_key_at_once,
          the_idempotency_key_of_the_house_works_too, the_one_that_is_open_is_given,
          new_processes_take_the_newest_or_what_is_asked_for, a_version_may_be_forbidden,
          a_running_process_keeps_its_version, a_version_without_processes_may_go,
          answers_are_as_described], {'server': start_server})
