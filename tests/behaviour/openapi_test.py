"""openapi_test.py - the description of the API: well formed, complete, and true."""
import json
import os
import re
import subprocess
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from json_schema import offences
from kontora import Server, run, the_store
from shipped import shipped_services
from tap import (check, check_equal, check_in, check_match, check_not_equal, main, repository,
                 seconds_max, test_directory)

METHODS = ('get', 'post', 'put', 'patch', 'delete')


def start_server():
    server = Server(store=the_store())
    server.start()
    yield server
    server.stop()


def read_document(server):
    yield server.client(key=None).get('/openapi.json').json


def operations(document):
    return {(method, path): operation for path, methods in document['paths'].items()
            for method, operation in methods.items()}


# ---- the door ----

def the_door_is_described(document):
    """By what somebody comes in, and that he may not come too often."""
    schemes = document['components']['securitySchemes']
    check_equal({name: (scheme['type'], scheme.get('scheme') or scheme.get('name'))
                 for name, scheme in schemes.items()},
                {'rootKey': ('http', 'bearer'), 'credential': ('http', 'bearer'),
                 'session': ('apiKey', 'kontora')})
    check_equal(document['security'], [{'rootKey': []}, {'credential': []}, {'session': []}])
    without = [key for key, operation in operations(document).items()
               if '429' not in operation['responses']]
    check_equal(without, [])


def without_a_door_it_is_not_described():
    """Of services alone, as several processes have them."""
    server = Server(store=the_store(), services='users').start()
    alone = server.client(key=None).get('/openapi.json').json
    server.stop()
    check_equal(list(alone['components']['securitySchemes']), ['rootKey'])
    check_equal([key for key, operation in operations(alone).items()
                 if '429' in operation['responses']], [])


# ---- the document ----

def lint(document):
    path = os.path.join(test_directory(), 'openapi.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(document, file)
    return subprocess.run([os.path.join(repository(), 'tools', 'openapi-lint'), path], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


@seconds_max(120)
def the_linter_has_nothing_to_say(document):
    said = lint(document)
    check_equal((said.returncode, said.stdout), (0, '0 offences\n'))


@seconds_max(120)
def the_linter_would_say_it(document):
    """Each change below is one offence that the rules must notice."""
    broken = json.loads(json.dumps(document))
    get = broken['paths']['/api/users/{user_id}']['get']
    del get['summary']
    get['operationId'] = 'list_users'
    get['responses']['200']['content']['application/json']['schema']['$ref'] = '#/nowhere'
    broken['paths']['/api/users']['post']['tags'] = ['unheard of']
    broken['components']['schemas']['User']['required'].append('shoe_size')
    said = lint(broken)
    check_equal(said.returncode, 1)
    for rule in ('operation-summary', 'operation-operationId-unique', 'no-unresolved-refs',
                 'operation-tag-defined', 'no-required-schema-properties-undefined'):
        check_in(f'[{rule}]', said.stdout)


def the_command_prints_what_is_served(server):
    said = run('openapi')
    check_equal((said.code, said.error), (0, ''))
    served = server.client(key=None).get('/openapi.json')
    check_equal(served.headers['content-type'], 'application/json')
    check_equal(said.out, served.text + '\n')
    check_equal(said.json['openapi'], '3.1.0')
    check_equal(said.json['info']['version'], run('version').out.split()[1])


def who_has_it_already_is_told_so(server):
    client = server.client(key=None)
    etag = client.get('/openapi.json').etag
    again = client.get('/openapi.json', {'If-None-Match': etag})
    check_equal((again.status, again.body), (304, b''))
    check_equal(client.get('/openapi.json', {'If-None-Match': '"old"'}).status, 200)


def routes_of_the_tables():
    """(method, path) of every row in src/services and src/apps."""
    found = set()
    folders = [os.path.join(repository(), 'src', room) for room in ('services', 'apps')]
    for place, names in ((place, names) for folder in folders
                         for place, _, names in os.walk(folder)):
        for name in names:
            with open(os.path.join(place, name), encoding='utf-8') as file:
                text = file.read()
            rows = re.findall(r'\.method = HTTP_(\w+),\s*\.path = "([^"]+)"', text)
            found |= {(method.lower(), path) for method, path in rows}
            streams = re.findall(r'struct stream \w+\[\w*\] = \{(.*?)\n\};', text, re.S)
            found |= {('get', path) for table in streams
                      for path in re.findall(r'\.path = "([^"]+)"', table)}
            boards = re.findall(r'struct dashboard \w+\[\w*\] = \{(.*?)\n\};', text, re.S)
            found |= {('get', f'/api/dashboard/{board}') for table in boards
                      for board in re.findall(r'^        \.name = "([^"]+)"', table, re.M)}
    return found


# What every service has beside its own table; dead_test.py holds it against the truth.
OF_EVERY_SERVICE = {(method, path.format(service)) for service in shipped_services()
                    for method, path in (('get', '/api/dead/{}'),
                                         ('get', '/api/dead/{}/{{number}}'),
                                         ('post', '/api/dead/{}/{{number}}/replay'),
                                         ('post', '/api/dead/{}/{{number}}/drop'),
                                         ('get', '/api/strays/{}'),
                                         ('get', '/api/strays/{}/{{stray_id}}'))}
# Of those that have any; schedules_test.py holds it against the truth.
OF_SCHEDULES = {(method, path.format(service)) for service in ('accounts', 'notifications')
                for method, path in (('get', '/api/schedules/{}'),
                                     ('post', '/api/schedules/{}/{{schedule}}/run'))}
# What the engine makes of workflows; the tests of the engine hold it against the truth.
OF_WORKFLOWS = re.compile(r'/(flow|work|api/cases|api/workflows|api/doors|api/checks|functions|'
                          r'(\w+/)?triggers|(\w+/)?procaas|api/v1/streams/client-events\.\w+)/')


def every_route_is_there(document):
    routes = routes_of_the_tables()
    check(len(routes) >= 7, routes)
    found = {(method, path) for method, path in operations(document)
             if not OF_WORKFLOWS.match(path + '/')}
    check_equal(found, routes | OF_EVERY_SERVICE | OF_SCHEDULES)


def every_described_route_is_routed(document, server):
    """A method that is not described is 405, with exactly the described ones in Allow."""
    for path in document['paths']:
        described = {method.upper() for method in METHODS if method in document['paths'][path]}
        other = next(method for method in ('PUT', 'DELETE', 'PATCH') if method not in described)
        answer = server.client().ask(other, re.sub(r'{\w+}', str(uuid.uuid4()), path))
        check_equal(answer.status, 405, f'{other} {path}')
        allowed = set(answer.headers['allow'].split(', ')) - {'HEAD', 'OPTIONS'}
        check_equal(allowed, described, path)


def parameters_of_the_path_are_described(document):
    for (method, path), operation in operations(document).items():
        described = {parameter['name'] for parameter in operation['parameters']
                     if parameter['in'] == 'path'}
        check_equal(described, set(re.findall(r'{(\w+)}', path)), f'{method} {path}')


# ---- is it true? ----

def schema_of(operation, answer):
    responses = operation['responses']
    check_in(str(answer.status), responses, f'{operation["operationId"]} has answered this')
    kind = answer.headers['content-type']
    return responses[str(answer.status)]['content'][kind]['schema']


def check_described(document, method, path, answer, status):
    """The answer has the status, and is what the document says about it."""
    operation = operations(document)[method, path]
    check_equal(answer.status, status, f'{method} {path}: {answer}')
    if 'ETag' in operation['responses'][str(status)].get('headers', {}):
        check_match(r'^"\d+"$', answer.etag)
    if status in (204, 304):
        check_equal(answer.body, b'')
        return None
    found = offences(schema_of(operation, answer), answer.json, document)
    check_equal(found, [], f'{method} {path}')
    return answer.json


FULL = {'email': 'olga@example.com', 'external_id': 'crm-1', 'full_name': 'Ольга Ёлкина',
        'type': 'employee', 'roles': ['manager', 'accountant'], 'activated': True,
        'spec': 'принимает и считает', 'phone': '+79160000001', 'telegram_id': '70001',
        'contacts': {'site': 'https://example.com'}, 'requisite': {'iban': 'DE0212'},
        'locale': 'en'}
LEAST = {'email': 'least@example.com', 'type': 'client'}


def every_success_is_as_described(document, server):
    client = server.client()
    seen = set()

    def ask(method, path, status, body=None, headers=None, query='', **values):
        answer = client.ask(method.upper(), path.format(**values) + query, body, headers)
        seen.add((method, path, str(status)))
        return check_described(document, method, path, answer, status)

    one = '/api/users/{user_id}'
    person = ask('post', '/api/users', 201, FULL)
    for name, value in FULL.items():
        check_equal(person[name], value, name)
    ask('post', '/api/users', 200, FULL)
    user = person['id']
    ask('post', '/api/users', 201, LEAST)
    ask('get', one, 200, user_id=user)
    ask('get', one, 304, headers={'If-None-Match': f'"{person["revision"]}"'}, user_id=user)
    ask('patch', one, 200, {'full_name': None, 'roles': []}, user_id=user)
    ask('post', one + '/block', 200, {'reason': 'ушла'}, user_id=user)
    ask('post', one + '/unblock', 200, user_id=user)
    ask('delete', one, 200, user_id=user)
    page = ask('get', '/api/users', 200, query='?total=true&limit=1')
    check_equal((len(page['items']), page['total'], page['total_is_minimum']), (1, 2, False))
    check_not_equal(page['next'], None)
    ask('get', '/api/users', 200, query='?limit=10')
    ask('post', one + '/forget', 204, user_id=user)
    described = {(method, path, status) for (method, path), operation
                 in operations(document).items() for status in operation['responses']
                 if status < '4' and path.startswith('/api/users')
                 and path != '/api/users/events'  # it does not end: streams_test.py
                 and not path.endswith('/sessions')}  # of sign-in: tests/behaviour/iam
    check_equal(seen, described, 'a success is described and was not seen, or the reverse')


def every_refusal_is_as_described(document, server):
    client = server.client()
    nobody = server.client(key=None)
    one, missing = '/api/users/{user_id}', f'/api/users/{uuid.uuid4()}'
    key = {'Idempotency-Key': str(uuid.uuid4())}
    first = client.post('/api/users', {**LEAST, 'email': 'first@example.com'}, key).json
    at = f'/api/users/{first["id"]}'
    old = {'If-Match': '"999"'}
    for method, path, status, answer in (
            ('get', '/api/users', 400, client.get('/api/users?limit=0&sort=x')),
            ('get', '/api/users', 400, client.get('/api/users?cursor=made-up')),
            ('get', '/api/users', 401, nobody.get('/api/users')),
            ('get', one, 400, client.get('/api/users/not-an-id')),
            ('get', one, 401, nobody.get(at)),
            ('get', one, 404, client.get(missing)),
            ('post', '/api/users', 400, client.post('/api/users', {'email': 'x', 'shoe': 1})),
            ('post', '/api/users', 400, client.post('/api/users', b'{"email": ')),
            ('post', '/api/users', 401, nobody.post('/api/users', LEAST)),
            ('post', '/api/users', 409,
             client.post('/api/users', {**LEAST, 'email': 'FIRST@example.com'})),
            ('post', '/api/users', 422, client.post('/api/users', LEAST, key)),
            ('patch', one, 404, client.patch(missing, {'spec': 'none'})),
            ('patch', one, 412, client.patch(at, {'spec': 'none'}, old)),
            ('delete', one, 404, client.delete(missing)),
            ('delete', one, 412, client.delete(at, old)),
            ('post', one + '/block', 404, client.post(missing + '/block', {'reason': 'x'})),
            ('post', one + '/unblock', 412, client.post(at + '/unblock', headers=old))):
        problem = check_described(document, method, path, answer, status)
        check_equal(problem['status'], status)
        check_match(r'^[0-9a-f]{32}$', problem['trace_id'])


def other_problems_have_the_same_shape(document, server):
    """What no operation lists is described by "default"."""
    client = server.client()
    schema = operations(document)['post', '/api/users']['responses']['default']['content']
    schema = schema['application/problem+json']['schema']
    for status, answer in (
            (404, client.get('/api/nothing')),
            (405, client.ask('PUT', '/api/users', b'{}')),
            (415, client.post('/api/users', b'a=b', {'Content-Type': 'text/plain'})),
            (413, client.post('/api/users', b' ' * (1 << 20) + b'{}'))):
        check_equal(answer.status, status)
        check_equal(answer.headers['content-type'], 'application/problem+json')
        check_equal(offences(schema, answer.json, document), [], str(status))


def a_body_that_fits_is_taken(document, server):
    """What the schema of a body allows, and what it forbids, is what the server does."""
    schema = document['components']['schemas']['CreateUser']
    client = server.client()
    for change in ({'phone': '12'}, {'type': 'Not a name'}, {'locale': 'fr'}, {'roles': 'manager'},
                   {'activated': 'yes'}, {'email': 'nobody'}, {'roles': ['Boss']},
                   {'roles': ['r'] * 33}, {'full_name': 'x' * 401}, {'shoe_size': 44},
                   {'contacts': []}, {'activated': None}):
        body = {**LEAST, 'email': 'fits@example.com', **change}
        check_not_equal(offences(schema, body, document), [], f'the schema takes {change}')
        check_equal(client.post('/api/users', body).status, 400, f'the server takes {change}')
    for change in ({'phone': None}, {'full_name': 'x' * 400}, {'roles': []}, {'contacts': {}},
                   {'telegram_id': ''}):
        body = {**LEAST, 'email': f'{uuid.uuid4()}@example.com', **change}
        check_equal(offences(schema, body, document), [])
        check_equal(client.post('/api/users', body).status, 201, f'refused: {change}')


def the_checker_would_notice(document, server):
    """An answer with one thing changed fits no longer."""
    client = server.client()
    user = client.post('/api/users', {**FULL, 'email': 'c@example.com', 'external_id': 'crm-2',
                                      'telegram_id': '70002'}).json
    schema = document['components']['schemas']['User']
    check_equal(offences(schema, user, document), [])
    for change in ({'id': 'x'}, {'revision': '1'}, {'revision': True}, {'roles': None},
                   {'roles': [1]}, {'status': 'gone'}, {'created_at': '2026-02-30T00:00:00Z'},
                   {'created_at': None}, {'email': None}, {'contacts': 'x'}, {'shoe_size': 44}):
        check_not_equal(offences(schema, {**user, **change}, document), [], f'{change}')
    for name in user:
        less = {key: value for key, value in user.items() if key != name}
        check_not_equal(offences(schema, less, document), [], f'without {name}')


if __name__ == '__main__':
    main([the_door_is_described, without_a_door_it_is_not_described,
          the_linter_has_nothing_to_say, the_linter_would_say_it,
          the_command_prints_what_is_served, who_has_it_already_is_told_so, every_route_is_there,
          every_described_route_is_routed, parameters_of_the_path_are_described,
          every_success_is_as_described, every_refusal_is_as_described,
          other_problems_have_the_same_shape, a_body_that_fits_is_taken, the_checker_would_notice],
         {'server': start_server, 'document': read_document})
