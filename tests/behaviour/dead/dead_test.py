"""dead_test.py - what could not be handled is seen by a person, tried again, or given up: C21, D28,
E6, G24; `kontora dead` and the routes behind it.
"""
# houses: all
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import House, MESSAGES, until
from json_schema import offences
from kontora import EXIT_UNREACHABLE, EXIT_USAGE, Said, run
from sealed import change_file
from tap import (check, check_equal, check_in, check_match, check_not_in, main, sample_program,
                 test_directory)

ATTEMPTS = 3  # of the board's subscriptions


def start_house():
    house = House(services=MESSAGES).start()
    yield house
    check_equal(set(house.stop()), {0})


def kontora(house, service, *words):
    """A command of the sample program, beside the server of that service."""
    result = subprocess.run([sample_program(), *words, '--data', house.server(service).directory],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    return Said(result)


def order(house, behaviour='', notes=0, **others):
    client = house.client('shop')
    made = client.post('/api/shop/orders', {'amount': 1, 'behaviour': behaviour, **others})
    check_equal(made.status, 201)
    subject = made.json['order_id']
    for _ in range(notes):
        check_equal(client.post(f'/api/shop/orders/{subject}/notes').status, 200)
    return subject


def rows(house, subject=None, service='board', query=''):
    items = house.client(service).get(f'/api/dead/{service}?limit=200{query}').json['items']
    return [row for row in items if subject in (None, row['subject'])]


def dead_order(house, notes=0):
    """An order the board cannot handle, with what waits behind it; the rows, first the dead one.
    The reply to its charge is one more change that the shop tells."""
    subject = order(house, 'board_poison', notes)
    check(until(lambda: [row['state'] for row in rows(house, subject)] ==
                ['dead'] + ['behind'] * (notes + 1)), rows(house, subject))
    return rows(house, subject)


def heard(house, subject):
    answer = house.client('board').get(f'/api/board/effects?subject={subject}')
    return [(effect['source'], effect['revision']) for effect in answer.json['items']]


# ---- looking ----

def a_person_sees_what_is_dead_and_why(house):
    first, behind = dead_order(house)
    check_equal(first['attempts'], ATTEMPTS)
    check_equal((first['handler'], first['source']), ('shop.ordered', 'shop'))
    check_in('cannot be reached', first['reason'])
    check_equal((first['due_at'], behind['attempts']), (None, 0))
    said = kontora(house, 'board', 'dead', 'list')
    check_equal((said.code, said.error), (0, ''))
    check_match(rf'(?m)^board +{first["number"]} +dead +shop\.ordered +shop +3 +'
                rf'{first["subject"]} .*cannot be reached', said.out)
    check_match(rf'(?m)^board +{behind["number"]} +behind ', said.out)
    only = kontora(house, 'board', 'dead', 'list', '--state', 'dead', '--service', 'board',
                   '--json').json['items']
    check_equal({row['state'] for row in only}, {'dead'})
    check_in({'service': 'board', **first}, only)


def one_is_shown_whole(house):
    first, _ = dead_order(house)
    number = str(first['number'])
    answer = house.client('board').get(f'/api/dead/board/{number}').json
    message = answer.pop('message')
    check_equal(answer, first)
    check_equal((message['type'], message['subject']), ('shop.ordered', first['subject']))
    said = kontora(house, 'board', 'dead', 'show', 'board', number)
    lines, tree = said.out.split('{', 1)
    check_match(r'(?m)^reason +the other side cannot be reached', lines)
    check_equal(json.loads('{' + tree), message)
    check_in('\n    "behaviour": "board_poison"', tree)
    check_equal(kontora(house, 'board', 'dead', 'show', 'board', number, '--json').json['message'],
                message)


def a_long_list_has_pages(house):
    dead_order(house, 2)
    everything = rows(house)
    client = house.client('board')
    found, cursor = [], ''
    while cursor is not None:
        page = client.get(f'/api/dead/board?limit=2{cursor}').json
        check(len(page['items']) <= 2)
        found += page['items']
        cursor = f'&cursor={page["next"]}' if page['next'] else None
    check_equal(found, everything)
    check(len(found) > 2)
    for cursor in ('x', '-1', '1.5'):
        answer = client.get(f'/api/dead/board?cursor={cursor}')
        check_equal((answer.status, answer.code), (400, 'bad_cursor'))


def it_is_counted_for_the_monitoring(house):
    dead_order(house)
    def counted(state):
        return house.server('board').metric(f'kontora_parked{{service="board",state="{state}"}}')
    for state in ('dead', 'behind', 'waiting'):
        check(until(lambda state=state: counted(state) ==
                    len(rows(house, query='&state=' + state))),
              f'{counted(state)} {state}')
    check(counted('dead') >= 1)
    check(until(lambda: house.server('board').metric(
        'kontora_dead_oldest_seconds{service="board"}') >= 1))
    check_equal(house.client('board').get('/readyz').status, 200)


def answers_are_as_described(house):
    """By the OpenAPI document of the server that answers."""
    client = house.client('board')
    document = client.get('/openapi.json').json
    first, _ = dead_order(house)
    for method, path, status in (('get', '/api/dead/board', 200),
                                 ('get', '/api/dead/board/{number}', 200),
                                 ('post', '/api/dead/board/{number}/replay', 200),
                                 ('post', '/api/dead/board/{number}/drop', 200),
                                 ('get', '/api/dead/board/{number}', 404),
                                 ('post', '/api/dead/board/{number}/replay', 404),
                                 ('post', '/api/dead/board/{number}/drop', 404),
                                 ('get', '/api/strays/board', 200)):
        number = first['number']
        answer = client.ask(method.upper(), path.format(number=number))
        check_equal(answer.status, status, f'{method} {path}')
        content = document['paths'][path][method]['responses'][str(status)]['content']
        schema = content[answer.headers['content-type']]['schema']
        check_equal(offences(schema, answer.json, document), [], f'{method} {path}')


def nobody_may_without_saying_who_he_is(house):
    nobody = house.server('board').client(key=None)
    for method, path in (('GET', ''), ('GET', '/1'), ('POST', '/1/replay'), ('POST', '/1/drop')):
        check_equal(nobody.ask(method, '/api/dead/board' + path).status, 401, method + path)
    check_equal(nobody.get('/api/strays/board').status, 401)


# ---- deciding ----

def a_replayed_message_has_all_its_attempts_again(house):
    first, _ = dead_order(house)
    number = str(first['number'])
    said = kontora(house, 'board', 'dead', 'replay', 'board', number)
    check_equal((said.code, said.out), (0, f'board {number} is tried again.\n'))
    def again():
        return rows(house, first['subject'])[0]
    check(until(lambda: again()['state'] == 'dead' and
                again()['changed_at'] > first['changed_at'] and again()['attempts'] == ATTEMPTS),
          again())
    check_match(r'is replayed by a person.*"number":' + number, house.server('board').logged())


def everything_dead_is_replayed_at_once(house):
    before = {row['number']: row['changed_at'] for row in (dead_order(house)[0],
                                                           dead_order(house)[0])}
    said = kontora(house, 'board', 'dead', 'replay', '--all')
    check_equal(said.code, 0, said)
    count = int(check_match(r'^(\d+) messages are tried again\.\n$', said.out).group(1))
    check(count >= 2, said)
    def all_have_died_again():
        now = {row['number']: row for row in rows(house)}
        return all(now[number]['state'] == 'dead' and now[number]['changed_at'] > changed_at
                   for number, changed_at in before.items())
    check(until(all_have_died_again), rows(house))


def only_the_first_of_a_line_is_replayed(house):
    first, behind = dead_order(house)
    answer = house.client('board').post(f'/api/dead/board/{behind["number"]}/replay')
    check_equal((answer.status, answer.code), (409, 'not_first_in_line'))
    check_in(f'behind number {first["number"]},', answer.json['message'])
    said = kontora(house, 'board', 'dead', 'replay', 'board', str(behind['number']))
    check_equal(said.code, 1)
    check_in(f'behind number {first["number"]},', said.error)
    check_equal(rows(house, first['subject']), [first, behind])


def what_is_dropped_is_gone_and_the_next_is_tried(house):
    first, behind = dead_order(house)
    said = kontora(house, 'board', 'dead', 'drop', 'board', str(first['number']),
                   '--reason', 'отменён по телефону')
    check_equal((said.code, said.out), (0, f'board {first["number"]} is dropped.\n'), said)
    check(until(lambda: [(row['number'], row['state'], row['attempts'])
                         for row in rows(house, first['subject'])] ==
                [(behind['number'], 'dead', ATTEMPTS)]), rows(house, first['subject']))
    check_match(r'is dropped by a person.*"who":"root","why":"отменён по телефону".*"number":'
                f'{first["number"]},', house.server('board').logged())
    gone = house.client('board').post(f'/api/dead/board/{first["number"]}/drop')
    check_equal((gone.status, gone.code), (404, 'not_found'))


def one_in_the_middle_may_be_dropped_too(house):
    first, second, third = dead_order(house, 1)
    check_equal(house.client('board').post(f'/api/dead/board/{second["number"]}/drop').status, 200)
    check_equal([row['number'] for row in rows(house, first['subject'])],
                [first['number'], third['number']])
    check_equal([row['state'] for row in rows(house, first['subject'])], ['dead', 'behind'])


def what_is_mended_has_its_effect_and_frees_its_line(house):
    """In order, and once: also after a kill."""
    first, _ = dead_order(house)
    subject = first['subject']
    mend = ("UPDATE {}parked SET message = replace(message, 'board_poison', 'mended')"
            f" WHERE subject = '{subject}'")
    house.kill()
    server = house.server('board')
    if server.store.kind == 'sqlite':
        with change_file(os.path.join(server.directory, 'board.db')) as database:
            database.execute(mend.format(''))
    else:
        from kontora import the_postgres
        name = re.search(r'dbname=(\S+)', server.store.address).group(1)
        the_postgres().psql(mend.format('board.'), database=name)
    house.start()
    check_equal([row['state'] for row in rows(house, subject)], ['dead', 'behind'])
    said = kontora(house, 'board', 'dead', 'replay', 'board', str(first['number']))
    check_equal(said.code, 0, said)
    check(until(lambda: rows(house, subject) == []), rows(house, subject))
    check_equal([one for one in heard(house, subject) if one[0] == 'shop'],
                [('shop', 1), ('shop', 2)])
    house.client('shop').post(f'/api/shop/orders/{subject}/notes')
    check(until(lambda: len(rows(house, subject)) == 1), 'a later one is handled by itself')


# ---- strays ----

def a_reply_that_comes_too_late_is_kept_and_not_run(house):
    subject = order(house, 'poison', is_urgent=True)
    def strays():
        items = house.client('shop').get('/api/strays/shop?limit=200').json['items']
        whole = [house.client('shop').get(f'/api/strays/shop/{stray["id"]}').json
                 for stray in items]
        return [stray for stray in whole if stray['message']['subject'] == subject]
    check(until(lambda: strays()), 'no stray')
    found, = strays()
    check_equal(found['why'], 'late')
    check_equal(found['message']['data']['code'], 'deadline_passed')
    said = kontora(house, 'shop', 'dead', 'strays', '--service', 'shop')
    check_match(rf'(?m)^shop +{found["id"]} +{found["answers"]} +late +\S+Z$', said.out)
    missing = house.client('shop').get(f'/api/strays/shop/{subject}')
    check_equal((missing.status, missing.code), (404, 'not_found'))


# ---- the command line ----

def mistakes_are_told():
    for words, part in (((), 'say what to do'), (('lst',), 'did you mean list?'),
                        (('list', 'x'), 'no further words'), (('show', 'users'), 'a service and'),
                        (('show', 'userz', '1'), "no service 'userz'"),
                        (('list', '--service', 'userz'), "no service 'userz'"),
                        (('drop', 'users', '1', '--state', 'dead'), 'takes no --state'),
                        (('list', '--reason', 'x'), 'takes no --reason'),
                        (('list', '--cursor', '1'), 'needs --service'),
                        (('replay', 'users', '1', '--all'), 'no further words'),
                        (('replay', 'users', '1', '--service', 'users'), 'goes with --all')):
        said = run('dead', *words)
        check_equal((said.code, said.out), (EXIT_USAGE, ''), f'{words}')
        check_in(part, said.error, f'{words}')


def without_a_server_nothing_is_said_to_be_well():
    said = run('dead', 'list', '--data', tempfile.mkdtemp(dir=test_directory()))
    check_equal((said.code, said.out), (EXIT_UNREACHABLE, ''))


def a_number_that_is_not_there_is_told(house):
    for words in (('show', 'board', '999999'), ('replay', 'board', '999999'),
                  ('drop', 'board', '999999')):
        said = kontora(house, 'board', 'dead', *words)
        check_equal((said.code, said.out), (1, ''))
        check_in('not_found', said.error)
    check_equal(kontora(house, 'board', 'dead', 'show', 'board', 'x').code, 1)
    check_equal(house.client('board').get('/api/dead/nobody').status, 404)


def when_all_is_well_it_says_so(house):
    said = kontora(house, 'shop', 'dead', 'list', '--service', 'shop')
    check_equal((said.code, said.out), (0, 'Nothing. Every message was handled.\n'))
    check_not_in('board', said.out)


if __name__ == '__main__':
    main([a_person_sees_what_is_dead_and_why, one_is_shown_whole, a_long_list_has_pages,
          it_is_counted_for_the_monitoring, answers_are_as_described,
          nobody_may_without_saying_who_he_is, a_replayed_message_has_all_its_attempts_again,
          everything_dead_is_replayed_at_once, only_the_first_of_a_line_is_replayed,
          what_is_dropped_is_gone_and_the_next_is_tried, one_in_the_middle_may_be_dropped_too,
          what_is_mended_has_its_effect_and_frees_its_line,
          a_reply_that_comes_too_late_is_kept_and_not_run, mistakes_are_told,
          without_a_server_nothing_is_said_to_be_well, a_number_that_is_not_there_is_told,
          when_all_is_well_it_says_so],
         fixtures={'house': start_house})
