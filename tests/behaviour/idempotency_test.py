"""idempotency_test.py - the same Idempotency-Key: one effect, the same answer; C50, T10, B34.

Same key and same request: the first answer, byte for byte, also after a restart. Same key and
another request: 422. A refusal is kept like any other answer.
"""
import os
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import Server, the_store
from tap import check, check_equal, check_in, check_not_in, for_each_test, main

CLIENTS = 8


def start_server():
    server = Server(store=the_store(), services='users').start()
    yield server
    check_equal(server.stop(), 0)


@for_each_test  # a restarted server has another port
def client(server):
    yield server.client()


def fresh(**others):
    return {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client', **others}


def new_key():
    return {'Idempotency-Key': uuid.uuid4().hex}


def check_same(again, first):
    check_equal((again.status, again.body, again.etag, again.headers['content-type']),
                (first.status, first.body, first.etag, first.headers['content-type']))
    check_equal(again.headers.get('idempotent-replayed'), 'true')
    check_not_in('idempotent-replayed', first.headers)


def the_same_request_has_one_effect(client):
    body, key = fresh(), new_key()
    first = client.post('/api/users', body, key)
    check_equal(first.status, 201)
    for _ in range(3):
        check_same(client.post('/api/users', body, key), first)
    check_equal(len(client.get(f'/api/users?email={body["email"]}').json['items']), 1)


def every_kind_of_change_is_kept(client):
    person = client.post('/api/users', fresh()).json
    path = f'/api/users/{person["id"]}'
    for method, end, body in (('PATCH', '', {'full_name': 'Один'}), ('POST', '/block', {}),
                              ('POST', '/unblock', None), ('DELETE', '', None)):
        key = new_key()
        first = client.ask(method, path + end, body, key)
        check_equal(first.status, 200)
        check_same(client.ask(method, path + end, body, key), first)
    check_equal(client.get(path).json['revision'], 5)


def the_first_answer_is_given_though_the_person_has_changed(client):
    body, key = fresh(), new_key()
    first = client.post('/api/users', body, key)
    client.patch(f'/api/users/{first.json["id"]}', {'full_name': 'Позже'})
    check_same(client.post('/api/users', body, key), first)


def another_request_under_the_key_is_refused(client):
    body, key = fresh(), new_key()
    first = client.post('/api/users', body, key)
    path = f'/api/users/{first.json["id"]}'
    for answer in (client.post('/api/users', fresh(), key),
                   client.post('/api/users', {**body, 'full_name': 'x'}, key),
                   client.post(path + '/block', {}, key),
                   client.patch(path, body | {'type': 'x'}, key),
                   client.post('/api/users', body, {**key, 'If-Match': '"1"'})):
        check_equal((answer.status, answer.code), (422, 'idempotency_key_reused'))
    check_same(client.post('/api/users', body, key), first)
    check_equal(client.get(path).json['revision'], 1)


def a_refusal_is_kept_too(client):
    taken = fresh()
    holder = client.post('/api/users', taken).json
    key = new_key()
    first = client.post('/api/users', taken, key)
    check_equal((first.status, first.code), (409, 'user_exists'))
    client.patch(f'/api/users/{holder["id"]}', {'email': f'{uuid.uuid4().hex}@example.com'})
    check_same(client.post('/api/users', taken, key), first)
    check_equal(client.post('/api/users', taken, new_key()).status, 201, 'a new key sees anew')


def a_wrong_request_does_not_use_up_its_key(client):
    key = new_key()
    check_equal(client.post('/api/users', {'email': 'no'}, key).status, 400)
    check_equal(client.post('/api/users', fresh(), key).status, 201)


def a_key_outlives_a_restart_and_a_kill(server):
    body, key = fresh(), new_key()
    first = server.client().post('/api/users', body, key)
    server.stop()
    server.start()
    check_same(server.client().post('/api/users', body, key), first)
    server.kill()
    server.start()
    check_same(server.client().post('/api/users', body, key), first)


def clients_at_once_get_one_answer(server):
    for _ in range(5):
        body, key, answers = fresh(), new_key(), []

        def create():
            answers.append(server.client().post('/api/users', body, key))

        threads = [threading.Thread(target=create) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check_equal({(answer.status, answer.body) for answer in answers},
                    {(201, answers[0].body)})


def the_owner_of_the_machine_is_the_same_caller(server):
    """Both doors are the same root, so a key sent through one is known to the other."""
    body, key = fresh(), new_key()
    first = server.client().post('/api/users', body, key)
    check_same(server.admin().post('/api/users', body, key), first)


def a_key_has_a_form(client):
    for key in ('', 'with space', 'тест'.encode().decode('latin-1'), 'x' * 256):
        answer = client.post('/api/users', fresh(), {'Idempotency-Key': key})
        check_equal((answer.status, answer.code), (400, 'bad_idempotency_key'), repr(key))
    for key in ('x', 'x' * 250 + uuid.uuid4().hex[:5], '!"#~' + uuid.uuid4().hex):
        check_equal(client.post('/api/users', fresh(), {'Idempotency-Key': key}).status, 201)


def a_key_on_a_read_is_nothing(client):
    key = new_key()
    check_equal(client.get('/api/users', key).status, 200)
    answer = client.post('/api/users', fresh(), key)
    check_equal(answer.status, 201)
    check_in(answer.json['id'], client.get('/api/users?limit=200', key).text)


def without_a_key_a_creation_is_done_again(client):
    body = fresh()
    check_equal([client.post('/api/users', body).status for _ in range(2)], [201, 409])
    check(client.get(f'/api/users?email={body["email"]}').json['items'])


if __name__ == '__main__':
    main([the_same_request_has_one_effect, every_kind_of_change_is_kept,
          the_first_answer_is_given_though_the_person_has_changed,
          another_request_under_the_key_is_refused, a_refusal_is_kept_too,
          a_wrong_request_does_not_use_up_its_key, a_key_outlives_a_restart_and_a_kill,
          clients_at_once_get_one_answer, the_owner_of_the_machine_is_the_same_caller,
          a_key_has_a_form, a_key_on_a_read_is_nothing, without_a_key_a_creation_is_done_again],
         fixtures={'server': start_server, 'client': client})
