"""worker_keys_test.py - workers come in with keys of their own, each for its queues and nothing
else: 401, 403, 200."""
import os
import subprocess
import sys
import tempfile

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'iam')]
from casework import all_end, start, status_of
from house import until
from kontora import Server, the_store
from people import Browser
from tap import check, check_equal, main, repository, test_directory

JOB = '''\
workflow: {name}
version: 1
participants: {{guest: {{sees: all}}}}
fields: {{number: {{kind: integer}}, result: {{kind: integer}}}}
places: {{finished: {{end: true}}}}
operations:
  begin: {{who: guest, from: start, to: work, accepts: [number]}}
stages:
  work: {{worker: {name}, with: {{number: number}}, result: result, to: finished}}
'''
VERBS = ('take', 'answer', 'heartbeat')


def start_server():
    directory = tempfile.mkdtemp(dir=test_directory())
    for name in ('bakery', 'dairy'):
        with open(os.path.join(directory, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(JOB.format(name=name))
    server = Server(store=the_store(), settings=['--cases.directory', directory,
                                                 '--gateway.sign_in_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def key_of(person, *scopes):
    made = person.post('/api/keys', {'name': 'a worker', 'scopes': list(scopes)})
    check_equal(made.status, 201, made)
    return made.json['key']


def ask(client, queue, verb, task='x'):
    body = {'worker': 'w', 'task_id': task}
    if verb == 'take':
        body = {'worker': 'w'}
    return client.post(f'/work/{queue}/{verb}', body)


def without_a_key_nothing(server, olga):
    stale = server.client(key='gwk_' + 'A' * 43)
    for client in (server.client(key=None), stale):
        for verb in VERBS:
            check_equal(ask(client, 'bakery', verb).status, 401)


def with_the_key_of_something_else_nothing(server, olga):
    for scopes in (['users.read'], ['work.dairy'], ['work.baker'], ['working.bakery'], ['users.*']):
        client = server.client(key=key_of(olga, *scopes))
        for verb in VERBS:
            answer = ask(client, 'bakery', verb)
            check_equal((scopes, verb, answer.status), (scopes, verb, 403))


def a_key_of_the_queue_opens_it_and_nothing_else(server, olga):
    baker = server.client(key=key_of(olga, 'work.bakery'))
    case_id = start(server.client(), 'bakery', {'number': 7})
    [item] = ask(baker, 'bakery', 'take').json['items']
    check_equal((item['case_id'], item['payload']), (case_id, {'number': 7}))
    held = ask(baker, 'bakery', 'heartbeat', item['task_id'])
    check_equal((held.status, held.json['held']), (200, True))
    answer = baker.post('/work/bakery/answer', {'task_id': item['task_id'], 'result': 3})
    check_equal((answer.status, answer.json['accepted']), (200, True))
    check_equal(status_of(server.client(), case_id), {'status': 'finished', 'result': 3})
    for verb in VERBS:
        check_equal(ask(baker, 'dairy', verb, item['task_id']).status, 403)
    check_equal(baker.get(f'/api/cases/casework/{case_id}').status, 403)
    check_equal(baker.post('/process', {'businessCaseName': 'bakery'}).status, 403)


def a_task_of_another_queue_is_refused(server, olga):
    """By a key that may come in: nobody keeps or settles what is not of his queue."""
    milkman = server.client(key=key_of(olga, 'work.dairy'))
    start(server.client(), 'bakery')
    [item] = ask(server.client(), 'bakery', 'take').json['items']
    for verb in ('answer', 'heartbeat'):
        answer = ask(milkman, 'dairy', verb, item['task_id'])
        check_equal((answer.status, answer.code), (422, 'other_queue'), answer)
    check_equal(ask(server.client(), 'bakery', 'heartbeat', item['task_id']).json['held'], True)


def one_key_may_open_all_queues(server, olga):
    for scopes in (['work.*'], []):  # none: whatever its person may
        client = server.client(key=key_of(olga, *scopes))
        for queue in ('bakery', 'dairy'):
            check_equal(ask(client, queue, 'take').status, 200)


def a_role_gives_a_queue(server, olga):
    """Who has the role has the permission, and no key of his has more."""
    said = olga.post('/api/roles', {'name': 'milkman', 'permissions': ['work.dairy']})
    check_equal(said.status, 201, said)
    person = olga.post('/api/users', {'email': 'ivan@example.org', 'type': 'employee',
                                      'roles': ['milkman']})
    check_equal(person.status, 201, person)
    speaks = {'Kontora-Person': person.json['id'], 'Kontora-May': 'work.dairy'}
    for queue, status in (('dairy', 200), ('bakery', 403)):
        answer = server.client().ask('POST', f'/work/{queue}/take', {'worker': 'w'}, speaks)
        check_equal((queue, answer.status), (queue, status), answer)


def a_key_that_was_taken_back_opens_nothing(server, olga):
    made = olga.post('/api/keys', {'name': 'old', 'scopes': ['work.dairy']}).json
    client = server.client(key=made['key'])
    check_equal(ask(client, 'dairy', 'take').status, 200)
    check_equal(olga.delete(f"/api/keys/{made['id']}").status, 204)
    check(until(lambda: ask(client, 'dairy', 'take').status == 401))


def the_example_works_with_such_a_key(server, olga):
    """docs/workers.md, as written."""
    case_id = start(server.client(), payload={'address': 'cat'})
    environment = {**os.environ, 'KONTORA_KEY': key_of(olga, 'work.feeder')}
    worker = subprocess.Popen(  # pylint: disable=consider-using-with
        [sys.executable, os.path.join(repository(), 'examples', 'workers', 'worker.py'),
         server.address, 'feeder', os.path.join(tempfile.mkdtemp(dir=test_directory()), 'done.db')],
        env=environment)
    try:
        all_end(server.client, [case_id])
    finally:
        worker.kill()
        worker.wait()


if __name__ == '__main__':
    main([without_a_key_nothing, with_the_key_of_something_else_nothing,
          a_key_of_the_queue_opens_it_and_nothing_else, a_task_of_another_queue_is_refused,
          one_key_may_open_all_queues, a_role_gives_a_queue,
          a_key_that_was_taken_back_opens_nothing, the_example_works_with_such_a_key],
         fixtures={'server': start_server, 'olga': olga})
