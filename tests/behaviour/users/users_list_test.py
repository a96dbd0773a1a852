"""users_list_test.py - the directory is listed, filtered, searched and paged: B34, C45, D3."""
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from urllib.parse import quote

from kontora import Server, the_store
from tap import check, check_equal, check_in, check_not_in, main, seconds_max

PEOPLE = [
    ('anna@one.example', 'Анна Ёлкина', 'client', ['client'], False),
    ('boris@one.example', 'Борис Елкин', 'worker', ['worker', 'editor'], True),
    ('vera@two.example', 'вера Ивановна', 'worker', ['worker'], False),
    ('grigory@two.example', 'Григорий', 'employee', ['manager', 'editor'], True),
    ('dmitry@two.example', None, 'client', [], False),
]
MANY, PAGE, ADDED_MEANWHILE = 500, 37, 60


def fill(client):
    for email, name, kind, roles, activated in PEOPLE:
        answer = client.post('/api/users', {'email': email, 'full_name': name, 'type': kind,
                                            'roles': roles, 'activated': activated,
                                            'external_id': f'x:{email}'})
        check_equal(answer.status, 201, repr(answer))


def start_server():
    server = Server(store=the_store(), services='users').start()
    fill(server.client())
    yield server
    check_equal(server.stop(), 0)


def client(server):
    yield server.client()


def start_full_server():
    server = Server(store=the_store(), services='users').start()
    client = server.client()
    for number in range(MANY):
        client.post('/api/users', {'email': f'u{number:04}@example.com', 'type': 'client',
                                   'full_name': f'Житель {(number * 7919) % MANY:04}'})
    yield server
    check_equal(server.stop(), 0)


def names(client, query):
    """The first part of each address, in the order of the list."""
    answer = client.get('/api/users' + query)
    check_equal(answer.status, 200, repr(answer))
    return [item['email'].partition('@')[0] for item in answer.json['items']]


# ---- filters and search ----

def everybody_in_the_order_of_creation(client):
    check_equal(names(client, ''), ['anna', 'boris', 'vera', 'grigory', 'dmitry'])


def each_filter_filters(client):
    for query, expected in (('type=worker', ['boris', 'vera']),
                            ('role=editor', ['boris', 'grigory']),
                            ('role=nobody_has_it', []),
                            ('activated=true', ['boris', 'grigory']),
                            ('activated=false', ['anna', 'vera', 'dmitry']),
                            ('status=active', ['anna', 'boris', 'vera', 'grigory', 'dmitry']),
                            ('status=blocked', []),
                            ('email=ANNA@one.example', ['anna']),
                            ('email=anna', []),
                            ('external_id=x:vera@two.example', ['vera']),
                            ('external_id=x:vera', [])):
        check_equal(names(client, '?' + query), expected, query)


def filters_narrow_each_other(client):
    check_equal(names(client, '?type=worker&role=editor'), ['boris'])
    check_equal(names(client, '?role=editor&activated=true&type=employee'), ['grigory'])
    check_equal(names(client, '?role=worker&activated=false'), ['vera'])


def blocked_people_are_found_by_status(client):
    vera = client.get('/api/users?email=vera@two.example').json['items'][0]['id']
    client.post(f'/api/users/{vera}/block', {'reason': 'отпуск'})
    check_equal(names(client, '?status=blocked'), ['vera'])
    check_equal(names(client, '?status=blocked&type=client'), [])
    check_equal(names(client, '?status=active&type=worker'), ['boris'])
    client.post(f'/api/users/{vera}/unblock')
    check_equal(names(client, '?status=blocked'), [])


def search_begins_with_the_name(client):
    """Whatever the case; ё is е."""
    for text, expected in (('анна', ['anna']), ('АННА Е', ['anna']), ('анна ё', ['anna']),
                           ('БОРИС', ['boris']), ('Вера', ['vera']), ('ёлкина', []),
                           ('г', ['grigory']), ('  г ', ['grigory'])):
        check_equal(names(client, f'?q={quote(text)}'), expected, text)


def search_with_an_at_sign_is_for_addresses(client):
    check_equal(names(client, '?q=VERA@'), ['vera'])
    check_equal(names(client, '?q=vera@one'), [])


def search_is_sorted_by_name(client):
    for name in ('Зоя Я', 'Зоя А', 'зоя М'):
        client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client',
                                   'full_name': name})
    items = client.get(f'/api/users?q={quote("зоя")}').json['items']
    check_equal([item['full_name'] for item in items], ['Зоя А', 'зоя М', 'Зоя Я'])


def search_is_no_pattern(client):
    for text in ('%', '_', '*', "'", '"; DROP TABLE', '\\'):
        check_equal(names(client, f'?q={quote(text)}'), [], text)


def what_was_changed_is_found_anew(client):
    answer = client.post('/api/users', {'email': 'moves@example.com', 'type': 'client',
                                        'full_name': 'Юрий', 'roles': ['before']})
    path = f'/api/users/{answer.json["id"]}'
    client.patch(path, {'full_name': 'Яна', 'roles': ['after'], 'email': 'moved@example.com'})
    check_equal(names(client, f'?q={quote("юрий")}'), [])
    check_equal(names(client, f'?q={quote("яна")}'), ['moved'])
    check_equal(names(client, '?role=before'), [])
    check_equal(names(client, '?role=after'), ['moved'])
    check_equal(names(client, '?email=moves@example.com'), [])
    check_equal(names(client, '?q=moved@'), ['moved'])


def bad_queries_name_their_field(client):
    for query, field, code in (('limit=0', 'limit', 'out_of_range'),
                               ('limit=201', 'limit', 'out_of_range'),
                               ('limit=ten', 'limit', 'not_a_number'),
                               ('offset=-1', 'offset', 'out_of_range'),
                               ('offset=10001', 'offset', 'out_of_range'),
                               ('status=gone', 'status', 'not_a_choice'),
                               ('activated=1', 'activated', 'not_a_flag'),
                               ('type=A', 'type', 'not_a_name'),
                               ('limti=5', 'limti', 'unknown_field'),
                               ('limit=5&limit=6', 'limit', 'given_twice'),
                               ('q=%ff', 'query', 'bad_escape'),
                               ('q=%2', 'query', 'bad_escape')):
        answer = client.get('/api/users?' + query)
        check_equal((answer.status, answer.code), (400, 'validation_error'), query)
        check_equal(answer.fields, {field: code}, query)


def a_cursor_of_ones_own_is_refused(client):
    for cursor in ('x', 'AAAA', '%20', 'A' * 1300):
        answer = client.get(f'/api/users?cursor={cursor}')
        check_equal(answer.status, 400, cursor)
        check_in('cursor', answer.fields)


# ---- paging ----

def pages(client, query):
    """Every item, through the cursors, and how many pages it took."""
    items, cursor, count = [], None, 0
    while count == 0 or cursor is not None:
        more = f'&cursor={cursor}' if cursor else ''
        page = client.get(f'/api/users?limit={PAGE}{query}{more}').json
        items += page['items']
        cursor, count = page['next'], count + 1
        check(len(page['items']) <= PAGE and count < 100)
    return items, count


def a_cursor_shows_everybody_once(full):
    client = full.client()
    items, count = pages(client, '')
    check_equal(count, -(-MANY // PAGE))
    check_equal([item['email'] for item in items], [f'u{n:04}@example.com' for n in range(MANY)])


def a_cursor_goes_on_in_a_sorted_search(full):
    items, _ = pages(full.client(), f'&q={quote("житель")}')
    check_equal([item['full_name'] for item in items], [f'Житель {n:04}' for n in range(MANY)])


def total_and_offset_count(full):
    client = full.client()
    page = client.get('/api/users?limit=10&offset=490&total=true').json
    check_equal((page['total'], page['total_is_minimum']), (MANY, False))
    check_equal([item['email'][:5] for item in page['items']],
                [f'u{number:04}' for number in range(490, 500)])
    check_equal(page['next'], None)
    check_equal(client.get('/api/users?offset=500').json['items'], [])
    check_not_in('total', client.get('/api/users?limit=1').json)
    found = client.get(f'/api/users?q={quote("Житель 00")}&limit=1&total=true').json
    check_equal(found['total'], 100)


@seconds_max(120)
def who_is_added_meanwhile_hides_nobody(full):
    """People are added and renamed between the pages: nobody twice, nobody missing."""
    client = full.client()
    before = {item['id'] for item in pages(client, '')[0]}
    seen, cursor, added = [], None, 0
    while added == 0 or cursor is not None:
        page = client.get(f'/api/users?limit={PAGE}' + (f'&cursor={cursor}' if cursor else '')).json
        seen += [item['id'] for item in page['items']]
        cursor = page['next']
        for _ in range(ADDED_MEANWHILE // 10):
            if added < ADDED_MEANWHILE:
                answer = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@new.example',
                                                    'type': 'client', 'full_name': 'Аа'})
                added += answer.status == 201
        client.patch(f'/api/users/{page["items"][0]["id"]}', {'spec': f'seen {added}'})
    check_equal(len(seen), len(set(seen)), 'nobody twice')
    check_equal(before - set(seen), set(), 'nobody missing')


if __name__ == '__main__':
    main([everybody_in_the_order_of_creation, each_filter_filters, filters_narrow_each_other,
          blocked_people_are_found_by_status, search_begins_with_the_name,
          search_with_an_at_sign_is_for_addresses, search_is_sorted_by_name, search_is_no_pattern,
          what_was_changed_is_found_anew, bad_queries_name_their_field,
          a_cursor_of_ones_own_is_refused, a_cursor_shows_everybody_once,
          a_cursor_goes_on_in_a_sorted_search, total_and_offset_count,
          who_is_added_meanwhile_hides_nobody],
         fixtures={'server': start_server, 'client': client, 'full': start_full_server})
