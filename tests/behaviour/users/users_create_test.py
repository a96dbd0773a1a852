"""users_create_test.py - people are added to the directory: B33, B34, B36, C46.

B34 POST /api/users; B36 what is known of a person; C46 409 user_exists. Creating again with the
same external_id gives the same person.
"""
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from kontora import Server, the_store
from tap import check, check_equal, check_in, check_match, main

EVERYTHING = {
    'external_id': 'crm:42', 'email': 'Anna.Petrova@Example.com', 'full_name': 'Анна Ёлкина',
    'type': 'worker', 'roles': ['worker', 'translator'], 'activated': True,
    'spec': 'переводы с немецкого', 'phone': '+79161234567', 'telegram_id': '123456789',
    'contacts': {'skype': 'anna', 'ages': [1, 2.50, -3e2, None, True]},
    'requisite': {'bank': 'Банк', 'account': '40817'}, 'locale': 'en',
}


def start_server():
    server = Server(store=the_store(), services='users').start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    yield server.client()


def fresh(**others):
    return {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client', **others}


def check_refused_field(answer, field, code):
    check_equal((answer.status, answer.code), (400, 'validation_error'), repr(answer))
    check_equal(answer.fields, {field: code})


# ---- what is created ----

def everything_that_was_given_is_kept(client):
    answer = client.post('/api/users', EVERYTHING)
    check_equal(answer.status, 201, repr(answer))
    seen = answer.json
    for name, value in EVERYTHING.items():
        check_equal(seen[name], value, name)
    check_equal((seen['status'], seen['revision'], seen['blocked_at']), ('active', 1, None))
    check_match(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', seen['created_at'])
    check_equal(seen['created_at'], seen['changed_at'])
    check_equal(uuid.UUID(seen['id']).version, 7)
    check_equal(answer.etag, '"1"')
    check_equal(client.get(f'/api/users/{seen["id"]}').body, answer.body)


def numbers_inside_objects_keep_every_digit(client):
    body = ('{"email":"digits@example.com","type":"client","contacts":'
            '{"n":12345678901234567890.10}}').encode()
    answer = client.post('/api/users', body)
    check_in(b'12345678901234567890.10', answer.body)


def little_is_enough(client):
    answer = client.post('/api/users', fresh())
    check_equal(answer.status, 201)
    seen = answer.json
    for name in ('external_id', 'full_name', 'spec', 'phone', 'telegram_id', 'contacts',
                 'requisite', 'block_reason'):
        check_equal(seen[name], None, name)
    check_equal((seen['roles'], seen['activated'], seen['locale']), ([], False, 'ru'))


def null_is_nothing(client):
    answer = client.post('/api/users', fresh(full_name=None, phone=None, contacts=None,
                                             telegram_id=''))
    check_equal(answer.status, 201, repr(answer))
    check_equal((answer.json['full_name'], answer.json['telegram_id']), (None, None))


def roles_may_be_said_twice(client):
    answer = client.post('/api/users', fresh(roles=['client', 'client']))
    check_in(answer.status, (201, 400))
    if answer.status == 201:
        items = client.get('/api/users?role=client').json['items']
        check_equal(len([item for item in items if item['id'] == answer.json['id']]), 1)


def ids_grow(client):
    ids = [client.post('/api/users', fresh()).json['id'] for _ in range(20)]
    check_equal(ids, sorted(ids))


# ---- again ----

def the_same_external_id_is_the_same_person(client):
    body = fresh(external_id=uuid.uuid4().hex)
    first = client.post('/api/users', body)
    again = client.post('/api/users', body)
    check_equal((first.status, again.status), (201, 200))
    check_equal(again.json, first.json)
    client.patch(f'/api/users/{first.json["id"]}', {'full_name': 'Новое имя'})
    third = client.post('/api/users', body)
    check_equal((third.status, third.json['full_name']), (200, 'Новое имя'), 'as he is now')
    found = client.get(f'/api/users?external_id={body["external_id"]}').json['items']
    check_equal(len(found), 1)


def the_same_external_id_for_somebody_else_is_refused(client):
    key = uuid.uuid4().hex
    client.post('/api/users', fresh(external_id=key))
    answer = client.post('/api/users', fresh(external_id=key))
    check_equal((answer.status, answer.code), (409, 'external_id_taken'))
    check_equal(answer.fields, {'external_id': 'external_id_taken'})


def an_address_belongs_to_one_person(client):
    client.post('/api/users', fresh(email='Ivan@Example.com'))
    for email in ('ivan@example.com', 'IVAN@EXAMPLE.COM'):
        answer = client.post('/api/users', fresh(email=email))
        check_equal((answer.status, answer.code), (409, 'user_exists'))
        check_equal(answer.fields, {'email': 'user_exists'})
    check_equal(len(client.get('/api/users?email=ivan@example.com').json['items']), 1)


def a_telegram_id_belongs_to_one_person(client):
    client.post('/api/users', fresh(telegram_id='777'))
    answer = client.post('/api/users', fresh(telegram_id='777'))
    check_equal((answer.status, answer.code), (409, 'telegram_id_taken'))
    check_equal(answer.fields, {'telegram_id': 'telegram_id_taken'})


# ---- what is refused ----

REFUSED = [
    ({'email': 'no at sign'}, 'email', 'not_an_email'),
    ({'email': 'two@at@example.com'}, 'email', 'not_an_email'),
    ({'email': ''}, 'email', 'empty'),
    ({'email': None}, 'email', 'null'),
    ({'email': 7}, 'email', 'wrong_type'),
    ({'email': 'a' * 250 + '@example.com'}, 'email', 'too_long'),
    ({'type': 'Not A Name'}, 'type', 'not_a_name'),
    ({'type': '1st'}, 'type', 'not_a_name'),
    ({'roles': 'client'}, 'roles', 'wrong_type'),
    ({'roles': ['client', 7]}, 'roles', 'wrong_type'),
    ({'roles': ['Bad Role']}, 'roles', 'not_a_name'),
    ({'roles': [f'role_{n}' for n in range(33)]}, 'roles', 'too_many'),
    ({'activated': 'yes'}, 'activated', 'wrong_type'),
    ({'activated': 1}, 'activated', 'wrong_type'),
    ({'phone': '89161234567'}, 'phone', 'not_a_phone'),
    ({'phone': '+7 916'}, 'phone', 'not_a_phone'),
    ({'contacts': []}, 'contacts', 'wrong_type'),
    ({'contacts': {'x': 'y' * 5000}}, 'contacts', 'too_long'),
    ({'locale': 'de'}, 'locale', 'not_a_choice'),
    ({'full_name': 'bell\a'}, 'full_name', 'control_characters'),
    ({'full_name': ''}, 'full_name', 'empty'),
    ({'full_name': 'й' * 201}, 'full_name', 'too_long'),
    ({'external_id': 'x' * 129}, 'external_id', 'too_long'),
    ({'emial': 'a@b.ru'}, 'emial', 'unknown_field'),
    ({'id': str(uuid.uuid4())}, 'id', 'unknown_field'),
    ({'status': 'active'}, 'status', 'unknown_field'),
]


def each_wrong_field_is_named(client):
    before = len(client.get('/api/users?limit=200').json['items'])
    for wrong, field, code in REFUSED:
        check_refused_field(client.post('/api/users', fresh(**wrong)), field, code)
    check_equal(len(client.get('/api/users?limit=200').json['items']), before)


def all_complaints_come_at_once(client):
    answer = client.post('/api/users', {'email': 'x', 'roles': 7, 'emial': 'y'})
    check_equal(answer.status, 400)
    check_equal(answer.fields, {'email': 'not_an_email', 'roles': 'wrong_type',
                                'emial': 'unknown_field', 'type': 'required'})
    said = {field['field']: field['message'] for field in answer.json['details']['fields']}
    check_in("did you mean 'email'?", said['emial'])


def nothing_at_all_misses_what_is_required(client):
    for body in ({}, b''):
        answer = client.post('/api/users', body)
        check_equal(answer.fields, {'email': 'required', 'type': 'required'})


def many_clients_create_one_person_once(server):
    """Eight at once with the same external_id: one 201, the others 200, all the same person."""
    import threading
    body, answers = fresh(external_id=uuid.uuid4().hex), []

    def create():
        answers.append(server.client().post('/api/users', body))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal(sorted(answer.status for answer in answers), [200] * 7 + [201])
    check_equal(len({answer.json['id'] for answer in answers}), 1)
    check(all(answer.json['revision'] == 1 for answer in answers))


if __name__ == '__main__':
    main([everything_that_was_given_is_kept, numbers_inside_objects_keep_every_digit,
          little_is_enough, null_is_nothing, roles_may_be_said_twice, ids_grow,
          the_same_external_id_is_the_same_person,
          the_same_external_id_for_somebody_else_is_refused, an_address_belongs_to_one_person,
          a_telegram_id_belongs_to_one_person, each_wrong_field_is_named,
          all_complaints_come_at_once, nothing_at_all_misses_what_is_required,
          many_clients_create_one_person_once],
         fixtures={'server': start_server, 'client': client})
