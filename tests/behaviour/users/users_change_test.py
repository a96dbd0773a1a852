"""users_change_test.py - people are changed, blocked and let in again: B34, B36, C47, C50, T10, D3.

C47 PATCH with roles replaced, an empty telegram_id unlinks; T10 DELETE blocks, twice is fine, and
unblocking is there separately. Revisions are ETags.
"""
import os
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from kontora import Server, the_store
from tap import check, check_equal, check_match, check_not_equal, for_each_test, main

NOBODY = '0192d3a4-7c1e-7a30-8000-1234567890ab'
CLIENTS, CHANGES_EACH = 6, 15


def start_server():
    server = Server(store=the_store(), services='users').start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    yield server.client()


@for_each_test
def person(client):
    """A fresh one; the answer of the creation."""
    answer = client.post('/api/users', {
        'email': f'{uuid.uuid4().hex}@example.com', 'type': 'worker', 'full_name': 'Анна',
        'roles': ['worker', 'editor'], 'phone': '+79161234567', 'spec': 'всё',
        'telegram_id': uuid.uuid4().hex, 'contacts': {'a': 1}, 'requisite': {'b': 2}})
    check_equal(answer.status, 201, repr(answer))
    yield answer


def path_of(person):
    return f'/api/users/{person.json["id"]}'


# ---- change ----

def only_what_was_given_changes(client, person):
    answer = client.patch(path_of(person), {'full_name': 'Анна Петрова'})
    check_equal((answer.status, answer.etag), (200, '"2"'))
    expected = {**person.json, 'full_name': 'Анна Петрова', 'revision': 2,
                'changed_at': answer.json['changed_at']}
    check_equal(answer.json, expected)
    check_equal(client.get(path_of(person)).body, answer.body)


def every_field_can_be_changed(client, person):
    changes = {'email': f'{uuid.uuid4().hex}@example.com', 'full_name': 'Пётр', 'type': 'client',
               'roles': ['client'], 'activated': True, 'spec': 'немного', 'phone': '+4915112345678',
               'telegram_id': '42', 'contacts': {'x': [1]}, 'requisite': {}, 'locale': 'en'}
    for revision, (name, value) in enumerate(changes.items(), 2):
        answer = client.patch(path_of(person), {name: value})
        check_equal((answer.status, answer.json[name], answer.json['revision']),
                    (200, value, revision), name)


def roles_are_replaced(client, person):
    check_equal(client.patch(path_of(person), {'roles': ['editor', 'boss']}).json['roles'],
                ['editor', 'boss'])
    check_equal(client.patch(path_of(person), {'roles': []}).json['roles'], [])
    ids = [item['id'] for item in client.get('/api/users?role=boss').json['items']]
    check(person.json['id'] not in ids)


def an_empty_telegram_id_unlinks(client, person):
    for empty in ('', None):
        client.patch(path_of(person), {'telegram_id': 'tg' + person.json['id']})
        answer = client.patch(path_of(person), {'telegram_id': empty})
        check_equal((answer.status, answer.json['telegram_id']), (200, None), repr(empty))
    other = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client',
                                       'telegram_id': 'tg' + person.json['id']})
    check_equal(other.status, 201, 'it is free again')


def null_takes_away_and_absent_leaves(client, person):
    for name in ('full_name', 'phone', 'spec', 'contacts', 'requisite'):
        check_equal(client.patch(path_of(person), {name: None}).json[name], None, name)
    check_equal(client.get(path_of(person)).json['roles'], ['worker', 'editor'])
    for name in ('email', 'type', 'roles', 'activated', 'locale', 'status'):
        answer = client.patch(path_of(person), {name: None})
        check_equal((answer.status, answer.fields), (400, {name: 'null'}))


def a_change_that_changes_nothing_keeps_the_revision(client, person):
    for body in ({}, {'full_name': 'Анна'}, {'roles': ['worker', 'editor'], 'status': 'active'}):
        answer = client.patch(path_of(person), body)
        check_equal((answer.status, answer.body, answer.etag), (200, person.body, '"1"'))


def what_is_taken_is_refused_and_nothing_changes(client, person):
    other = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client',
                                       'telegram_id': uuid.uuid4().hex}).json
    for name, code in (('email', 'user_exists'), ('telegram_id', 'telegram_id_taken')):
        answer = client.patch(path_of(person), {name: other[name].upper() if name == 'email'
                                                else other[name], 'full_name': 'Не будет'})
        check_equal((answer.status, answer.code, answer.fields), (409, code, {name: code}))
        check_equal(client.get(path_of(person)).body, person.body)
    own = client.patch(path_of(person), {'email': person.json['email'].upper()})
    check_equal(own.status, 200, "one's own address in another case is free")


def what_is_fixed_is_no_field(client, person):
    for name in ('id', 'external_id', 'revision', 'created_at', 'blocked_at', 'block_reason'):
        answer = client.patch(path_of(person), {name: 'x'})
        check_equal((answer.status, answer.fields), (400, {name: 'unknown_field'}))


# ---- revisions ----

def if_match_protects_a_change(client, person):
    answer = client.patch(path_of(person), {'full_name': 'Первый'}, {'If-Match': '"1"'})
    check_equal((answer.status, answer.etag), (200, '"2"'))
    answer = client.patch(path_of(person), {'full_name': 'Второй'}, {'If-Match': '"1"'})
    check_equal((answer.status, answer.code), (412, 'revision_changed'))
    check_equal(client.get(path_of(person)).json['full_name'], 'Первый')
    answer = client.patch(path_of(person), {'full_name': 'Второй'}, {'If-Match': '*'})
    check_equal(answer.status, 200)
    for tag in ('1', 'W/"1"', '"1", "2"', '""', '"x"', '"3'):
        answer = client.patch(path_of(person), {'full_name': 'Третий'}, {'If-Match': tag})
        check_equal((answer.status, answer.code), (400, 'bad_if_match'), tag)
    for method, end in (('POST', '/block'), ('POST', '/unblock'), ('DELETE', '')):
        answer = client.ask(method, path_of(person) + end, headers={'If-Match': '"1"'})
        check_equal((answer.status, answer.code), (412, 'revision_changed'), method + end)


def if_none_match_spares_the_body(client, person):
    answer = client.get(path_of(person), {'If-None-Match': '"1"'})
    check_equal((answer.status, answer.body, answer.etag), (304, b'', '"1"'))
    client.patch(path_of(person), {'full_name': 'Другая'})
    check_equal(client.get(path_of(person), {'If-None-Match': '"1"'}).status, 200)


def nobody_overwrites_unseen(server, client, person):
    """Clients who read, then change with If-Match: each success is one revision, none is lost."""
    done = []

    def work():
        own = server.client()
        while len([who for who in done if who == own]) < CHANGES_EACH:
            seen = own.get(path_of(person))
            count = int(seen.json['spec']) if seen.json['spec'].isdigit() else 0
            answer = own.patch(path_of(person), {'spec': str(count + 1)}, {'If-Match': seen.etag})
            check(answer.status in (200, 412), repr(answer))
            if answer.status == 200:
                done.append(own)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = client.get(path_of(person)).json
    check_equal((seen['spec'], seen['revision']),
                (str(CLIENTS * CHANGES_EACH), CLIENTS * CHANGES_EACH + 1))


# ---- block ----

def blocking_twice_is_blocking_once(client, person):
    first = client.post(path_of(person) + '/block', {'reason': 'ушёл'})
    check_equal((first.status, first.json['status'], first.json['block_reason'], first.etag),
                (200, 'blocked', 'ушёл', '"2"'))
    check_match(r'Z$', first.json['blocked_at'])
    again = client.post(path_of(person) + '/block', {'reason': 'другая причина'})
    check_equal((again.status, again.body), (200, first.body))


def delete_blocks_and_removes_nothing(client, person):
    first = client.delete(path_of(person))
    check_equal((first.status, first.json['status'], first.json['revision']), (200, 'blocked', 2))
    again = client.delete(path_of(person))
    check_equal((again.status, again.body), (200, first.body))
    check_equal(client.get(path_of(person)).body, first.body)


def unblocking_lets_in_again(client, person):
    client.delete(path_of(person))
    first = client.post(path_of(person) + '/unblock')
    check_equal((first.status, first.json['status'], first.json['revision']), (200, 'active', 3))
    check_equal((first.json['blocked_at'], first.json['block_reason']), (None, None))
    again = client.post(path_of(person) + '/unblock')
    check_equal((again.status, again.body), (200, first.body))


def status_is_a_way_to_block_too(client, person):
    blocked = client.patch(path_of(person), {'status': 'blocked'})
    check_equal((blocked.status, blocked.json['status']), (200, 'blocked'))
    check_not_equal(blocked.json['blocked_at'], None)
    active = client.patch(path_of(person), {'status': 'active'})
    check_equal((active.json['status'], active.json['blocked_at']), ('active', None))


def activated_is_another_matter(client, person):
    client.patch(path_of(person), {'activated': True})
    blocked = client.delete(path_of(person)).json
    check_equal((blocked['status'], blocked['activated']), ('blocked', True))


def a_reason_has_its_limits(client, person):
    for reason, code in (('x' * 1001, 'too_long'), (7, 'wrong_type'), ('', 'empty')):
        answer = client.post(path_of(person) + '/block', {'reason': reason})
        check_equal((answer.status, answer.fields), (400, {'reason': code}))
    check_equal(client.post(path_of(person) + '/block').status, 200, 'without a reason')


def nobody_is_404(client):
    for method, end, body in (('GET', '', None), ('PATCH', '', {'full_name': 'x'}),
                              ('DELETE', '', None), ('POST', '/block', {}),
                              ('POST', '/unblock', None)):
        answer = client.ask(method, f'/api/users/{NOBODY}{end}', body)
        check_equal((answer.status, answer.code), (404, 'user_not_found'), method + end)
    for name in ('7', 'me', NOBODY.replace('-', ''), NOBODY + '0', '%00'):
        answer = client.get(f'/api/users/{name}')
        check_equal(answer.status, 400, name)
    check_equal(client.get('/api/users/x').fields, {'user_id': 'not_an_id'})


if __name__ == '__main__':
    main([only_what_was_given_changes, every_field_can_be_changed, roles_are_replaced,
          an_empty_telegram_id_unlinks, null_takes_away_and_absent_leaves,
          a_change_that_changes_nothing_keeps_the_revision,
          what_is_taken_is_refused_and_nothing_changes, what_is_fixed_is_no_field,
          if_match_protects_a_change, if_none_match_spares_the_body, nobody_overwrites_unseen,
          blocking_twice_is_blocking_once, delete_blocks_and_removes_nothing,
          unblocking_lets_in_again, status_is_a_way_to_block_too, activated_is_another_matter,
          a_reason_has_its_limits, nobody_is_404],
         fixtures={'server': start_server, 'client': client, 'person': person})
