"""asyncapi_test.py - the registry of events: well formed, complete, and true (B4, C85, E4).

The sample's services tell each other more than the program's own, so both are looked at.
"""
# stores: none
import importlib.machinery
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from house import House, until
from json_schema import offences
from shipped import (services_with_cases, shipped_services, told_by_workflows,
                     worked_at_outside)
from tap import (check, check_equal, check_in, check_not_equal, main, program, repository,
                 sample_program, seconds_max, test_directory)


def ask(command, *arguments):
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False,
                          timeout=30)


def read_own():
    yield json.loads(ask(program(), 'asyncapi').stdout)


def read_sample():
    yield json.loads(ask(sample_program(), 'asyncapi').stdout)


# ---- the document ----

def lint(document):
    path = os.path.join(test_directory(), 'asyncapi.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(document, file)
    return ask(os.path.join(repository(), 'tools', 'openapi-lint'), path)


@seconds_max(120)
def schema_and_linter_have_nothing_to_say(own, sample):
    for document in (own, sample):
        said = lint(document)
        check_equal((said.returncode, said.stdout, said.stderr), (0, '0 offences\n', ''))


@seconds_max(120)
def they_would_say_it(sample):
    broken = json.loads(json.dumps(sample))
    broken['operations']['shop.tells.shop.ordered']['action'] = 'shout'
    broken['operations']['board.hears.shop.noted']['channel']['$ref'] = '#/channels/nowhere'
    del broken['info']['version']
    message = broken['components']['messages']['till.charge']
    message['payload']['allOf'][0]['$ref'] = '#/nothing'
    said = lint(broken)
    check_equal(said.returncode, 1)
    for word in ('/action: must be equal to one of the allowed values',
                 '#/channels/nowhere is not there', '#/nothing is not there',
                 "must have required property 'version'"):
        check_in(word, said.stdout + said.stderr)


@seconds_max(60)
def the_command_prints_what_is_served():
    """The same from every process, whatever it serves; ETag as elsewhere."""
    house = House('sqlite').start()
    client = house.client('users')
    served = client.get('/asyncapi.json')
    said = ask(sample_program(), 'asyncapi')
    check_equal((said.returncode, said.stderr), (0, ''))
    check_equal(served.headers['content-type'], 'application/json')
    check_equal(said.stdout, served.text + '\n')
    again = client.get('/asyncapi.json', {'If-None-Match': served.etag})
    check_equal((again.status, again.body), (304, b''))
    check_not_equal(client.get('/openapi.json').etag, served.etag)
    check_equal(house.stop(), [0])


# ---- is it complete? ----

def parse(*documents):
    """What AsyncAPI's own parser makes of them."""
    paths = []
    for number, document in enumerate(documents):
        paths.append(os.path.join(test_directory(), f'parsed_{number}.json'))
        with open(paths[-1], 'w', encoding='utf-8') as file:
            json.dump(document, file)
    script = os.path.join(LIB, 'servers', 'asyncapi_parser.mjs')
    done = subprocess.run(['node', script, *paths], capture_output=True, text=True, check=False,
                          timeout=110)
    check_equal((done.returncode, done.stderr), (0, ''))
    return json.loads(done.stdout)


@seconds_max(120)
def their_own_parser_accepts_it(own, sample):
    """And finds in it what we have put there."""
    broken = json.loads(json.dumps(sample))
    broken['operations']['shop.tells.shop.ordered']['action'] = 'shout'
    said = parse(own, sample, broken)
    for document, one in zip((own, sample), said):
        check_equal(one['complaints'], [])
        check_equal((one['found']['version'], one['found']['channels'], one['found']['operations']),
                    ('3.0.0', len(document['channels']), len(document['operations'])))
        check_equal(one['found']['messages'], len(document['components']['messages']))
    check_equal(said[2]['found'], None)
    check(said[2]['complaints'])


def rows(folder, pattern):
    found = []
    for place, _, names in os.walk(os.path.join(repository(), folder)):
        for name in sorted(names):
            if name.endswith('.c'):
                with open(os.path.join(place, name), encoding='utf-8') as file:
                    found += re.findall(pattern, file.read())
    return found


def of_tables(pattern):
    return rows('src/services', pattern) + rows('src/apps', pattern)


def every_event_of_the_tables_is_there(own, sample):
    events = of_tables(r'\.name = "(\w+\.\w+)",\s*\.version')
    check(len(events) >= 5, events)
    cases = {f'{service}.{event}' for service in services_with_cases()
             for event in ('case_changed', 'case_viewed_as', 'case_forgotten')}
    events = [name for name in events if name.split('.')[0] in shipped_services()]
    commands = of_tables(r'\.name = "(\w+\.\w+)",\s*\.summary')
    commands += ['phoenix.begin_sample', 'phoenix.forget_sample']  # it takes samples
    replies = [f'{name}.reply' for name in commands]
    queues = {f'work.{name}' for name in worked_at_outside()}
    queues |= {'work.answers.casework'} if queues else set()
    check(queues)
    check_equal(set(own['components']['messages']),
                {*events, *commands, *replies, *cases, *told_by_workflows(), *queues})
    for name in (name for name in events if name.startswith('users.')):
        check_in(name, sample['channels']['users.events']['messages'])
    aliases = set(of_tables(r'\.alias = "(\w+)"'))
    check_equal({message['x-alias'] for message in own['components']['messages'].values()
                 if 'x-alias' in message}, aliases)


def who_says_and_who_hears_is_there(sample):
    operations = sample['operations']
    heard = rows('tests/sample', r'HEARS\("([\w.]+)"\)')
    check(len(heard) >= 8, heard)
    for name in heard:
        check_equal(operations[f'board.hears.{name}']['action'], 'receive')
        check_equal(operations[f'board.hears.{name}']['x-takes'], ['behaviour'])
    for command in ('till.charge', 'till.charge_at_once'):
        sends, does = operations[f'shop.sends.{command}'], operations[f'till.does.{command}']
        check_equal((sends['action'], does['action']), ('send', 'receive'))
        check_equal(sends['channel'], does['channel'])
        check_equal(sends['reply'], does['reply'])
    for name in ('office.tells.office.case_changed', 'office.tells.leave.asked',
                 'office.hears.staff.recalled', 'office.sends.payroll.book_leave'):
        check_in(name, operations)  # what a workflow needs stands there like all else
    for name in ('steps', 'corp'):
        check_in(f'{name}.tells.{name}.case_changed', operations)
        check_in(f'{name}.tells.{name}.case_viewed_as', operations)
        check_in(f'{name}.tells.{name}.case_forgotten', operations)
    check_equal(operations['corp.hands_out.work.nobody']['reply']['channel'],
                {'$ref': '#/channels/work.answers.corp'})  # E4: and by which queue it comes back
    check_equal(operations['corp.takes_back.work.answers.corp']['action'], 'receive')
    check_equal(len(operations), 10 + 9 + 2 + 2 + 4 + 2 + 2 + 4 + 2 + 6, sorted(operations))


def exchanges_have_the_names_of_the_tables(sample):
    """C85: an exchange that is named so in the table, and one that is named after its service."""
    bindings = {name: channel['bindings']['amqp']['exchange']
                for name, channel in sample['channels'].items()
                if channel['bindings']['amqp']['is'] == 'routingKey'}
    check_equal({name: (exchange['name'], exchange['type'])
                 for name, exchange in bindings.items()},
                {'users.events': ('users.events', 'topic'),
                 'users.commands': ('kontora.commands', 'direct'),
                 'shop.domain': ('shop.domain', 'topic'),
                 'till.events': ('till.events', 'topic'),
                 'till.commands': ('kontora.commands', 'direct'),
                 'office.events': ('office.events', 'topic'),
                 'payroll.events': ('payroll.events', 'topic'),
                 'payroll.commands': ('kontora.commands', 'direct'),
                 'steps.events': ('steps.events', 'topic'),
                 'corp.events': ('corp.events', 'topic'),
                 'replies': ('kontora.commands', 'direct')})
    queues = {name: channel['bindings']['amqp']['queue']['name']
              for name, channel in sample['channels'].items() if name not in bindings}
    check_equal(queues, {name: name for name in ('work.nobody', 'work.answers.corp')})


def a_page_for_reading_is_made():
    """docs/events.md is made of the program's own services; here it has commands too."""
    path = os.path.join(repository(), 'tools', 'docs')
    loader = importlib.machinery.SourceFileLoader('docs', path)
    docs = importlib.util.module_from_spec(importlib.util.spec_from_loader('docs', loader))
    loader.exec_module(docs)
    page = docs.events(sample_program())
    for line in ('| `shop.ordered` | 1 | shop | board | Somebody has ordered something |',
                 'Version 1, told by users, heard by board. Elsewhere called `UserCreated`.',
                 'Charge an order. Done by till, sent by shop. May be refused: `card_declined`.',
                 '| `work.nobody` | corp | `work.answers.corp` |',
                 '| `kontoraposition` | | string. Its place in the journal of its source |'):
        check_in(line, page)


# ---- is it true? ----

def make_work(house):
    users, shop = house.client('users'), house.client('shop')
    person = users.post('/api/users', {'email': 'a@example.com', 'type': 'client', 'roles': ['r'],
                                       'contacts': {'site': 'x'}, 'telegram_id': '7'}).json
    users.patch(f'/api/users/{person["id"]}', {'full_name': None, 'activated': True})
    users.post(f'/api/users/{person["id"]}/block', {'reason': 'away'})
    users.post(f'/api/users/{person["id"]}/unblock')
    users.patch(f'/api/users/{person["id"]}', {'locale': 'en'})
    users.post(f'/api/users/{person["id"]}/block')
    users.post(f'/api/users/{person["id"]}/forget')
    orders = [shop.post('/api/shop/orders', {'amount': 5, **others}).json
              for others in ({}, {'behaviour': 'refuse'}, {'is_urgent': True})]
    for order in orders:
        path = f'/api/shop/orders/{order["order_id"]}'
        check(until(lambda at=path: shop.get(at).json['state'] != 'ordered'))


def journal(house, service):
    """What was told, when the server has ended."""
    path = os.path.join(house.servers[0].directory, f'{service}.db')
    database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    try:
        return list(database.execute('SELECT kind, name, outcome, data FROM journal'))
    finally:
        database.close()


def schema_of(document, kind, name, outcome):
    schemas = document['components']['schemas']
    if kind == 'reply':
        return schemas['Refusal' if outcome == 'refused' else f'{name}.reply']
    return schemas[name]


@seconds_max(90)
def what_is_told_is_as_described(sample):
    house = House('sqlite').start()
    make_work(house)
    check_equal(house.stop(), [0])
    told = [row for service in ('users', 'shop', 'till') for row in journal(house, service)]
    found = []
    for kind, name, outcome, data in told:
        schema = dict(schema_of(sample, kind, name, outcome))
        if kind == 'command':  # it says more than the other side reads
            data = json.dumps({key: value for key, value in json.loads(data).items()
                               if key in schema['properties']})
        found += offences(schema, json.loads(data), sample, f'{kind} {name}')
    check_equal(found, [])
    messages = {f'{name}.reply' if kind == 'reply' else name for kind, name, _, _ in told}
    said = {name.split('.', 2)[2] for name in sample['operations']
            if name.split('.')[1] in ('tells', 'sends')}
    described = {name for name in sample['components']['messages']
                 if name.removesuffix('.reply') in said and
                 name.split('.')[0] in ('users', 'shop', 'till')}
    check_equal(messages, described, 'told, and not described')
    check_in(('reply', 'refused'), {(kind, outcome) for kind, _, outcome, _ in told})


def the_checker_would_notice(sample):
    schema = sample['components']['schemas']['till.charged']
    fine = {'order_id': '01977f3e-8d2a-7c11-9f7a-6d2c8f1b2a3c', 'amount': 5, 'times': 1,
            'attempts': 1}
    check_equal(offences(schema, fine, sample), [])
    for change in ({'order_id': 'x'}, {'amount': '5'}, {'shoe_size': 44}):
        check_not_equal(offences(schema, {**fine, **change}, sample), [], f'{change}')
    check_not_equal(offences(schema, {'amount': 5}, sample), [])


if __name__ == '__main__':
    main([schema_and_linter_have_nothing_to_say, they_would_say_it,
          their_own_parser_accepts_it, the_command_prints_what_is_served,
          every_event_of_the_tables_is_there,
          who_says_and_who_hears_is_there, exchanges_have_the_names_of_the_tables,
          a_page_for_reading_is_made, what_is_told_is_as_described, the_checker_would_notice],
         {'own': read_own, 'sample': read_sample})
