"""matrix_test.py - every route against everybody, from the program's own description (G41).

Who may what is written down here once more, by hand: a route that lets in somebody whom this page
does not, or keeps out somebody whom it does, is a mistake in one of the two. A route that stands in
no row may do anything but answer nobody with success.
"""
import json
import os
import re
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib', 'gateway'))
from browser import Browser
from kontora import Server, the_store
from tap import check, check_equal, main, test_scale

PROBES_MIN = 5000
ANYBODY, PERSON, PARTICIPANT = 'anybody', 'a person', 'a participant'

POLICY = [  # (paths, methods, what is needed); the first row that fits
    (r'/api/setup|/api/login(/.*)?|/api/login_request', 'GET POST', ANYBODY),
    (r'/health', 'GET', ANYBODY),
    (r'/api/v1/streams/users', 'GET', 'users.read'),
    (r'/api/v1/streams/(notifications|heartbeat)|/api/dashboard/start', 'GET', PERSON),
    (r'/api/passkeys/login(_options)?|/api/invitations/.*', 'POST', ANYBODY),
    (r'/api/audit/.*', 'GET', 'audit.read'),
    (r'/\.well-known/.*|/oauth/.*', 'GET POST', ANYBODY),
    (r'/api/oauth/clients(/.*)?', 'GET POST PATCH DELETE', 'iam.clients'),
    (r'/api/inbox(/.*)?', 'GET POST PUT', PERSON),
    (r'/api/hooks(/.*)?', 'GET POST DELETE', 'gateway.hooks'),
    (r'/hooks/.*|/telegram/webhook', 'POST', ANYBODY),  # a signature says who it is
    (r'/api/logout|/api/profile|/api/sessions(/.*)?', 'GET POST PATCH DELETE', PERSON),
    (r'/api/users/[^/]+/sessions', 'DELETE', 'iam.sessions'),
    (r'/api/users/events', 'GET', 'users.read'),
    (r'/api/users(/[^/]+)?', 'GET', 'users.read'),
    (r'/api/users', 'POST', 'users.create'),
    (r'/api/users/[^/]+', 'PATCH', 'users.change'),
    (r'/api/users/[^/]+', 'DELETE', 'users.block'),
    (r'/api/users/[^/]+/(un)?block', 'POST', 'users.block'),
    (r'/api/users/[^/]+/forget', 'POST', 'users.forget'),
    (r'/api/sample', 'GET', 'sample.read'),
    (r'/api/sample', 'POST', 'sample.fill'),
    (r'/api/sample', 'DELETE', 'sample.remove'),
    (r'/api/roles(/.*)?', 'GET POST PATCH DELETE', 'iam.roles'),
    (r'/internal/iam/decisions/.*', 'GET', 'iam.decide'),
    (r'/api/(dead|strays)/.*', 'GET', 'dead.read'),
    (r'/api/dead/.*', 'POST', 'dead.write'),
    (r'/process', 'POST', 'casework.start'),
    (r'/process/.*|/status|/versions', 'GET', 'casework.read'),
    (r'/serviceQ', 'POST', 'casework.answer'),
    (r'/versions/.*', 'PUT', 'casework.change'),
    (r'/work/feeder/.*', 'POST', 'work.feeder'),
    (r'/api/cases/.*', 'GET', 'cases.read'),
    (r'/api/cases/.*', 'POST', 'cases.mend'),
    (r'/api/cases/.*', 'DELETE', 'cases.forget'),
    (r'/api/workflows/.*', 'GET', 'workflows.read'),
    (r'/api/workflows/.*', 'POST', 'workflows.write'),
    (r'/flow/.*|/api/doors/.*', 'GET POST', PARTICIPANT),
]

GRANTS = {  # principals that are people, by what they may
    'with nothing': '',
    'a reader of people': 'users.read',
    'who looks after people': 'users.*',
    'who looks after sign-in': 'iam.*',
    'who mends': 'cases.*,dead.*',
    'a reader of workflows': 'workflows.read',
    'a clerk': 'casework.start,casework.read,casework.answer',
    'a worker': 'work.*',
    'almost': 'users.x,user.read,users.reads,iam.role,xusers.read',
    'who may all': '*',
}


def covers(granted, permission):
    return any(one in ('*', permission) or
               (one.endswith('.*') and permission.startswith(one[:-1]))
               for one in granted.split(','))


def needed_for(method, path):
    for paths, methods, need in POLICY:
        if method in methods.split() and re.fullmatch(paths, path):
            return need
    return None


class Principal:
    def __init__(self, name, client, headers=None, granted=None):
        self.name = name
        self.client = client
        self.headers = headers or {}
        self.granted = granted  # None: nobody

    def may(self, need):
        """None: this page does not know."""
        if need == ANYBODY:
            return True
        if need == PARTICIPANT:  # as whom one comes in is the workflow's business
            return None if self.granted is not None else False
        if self.granted is None:
            return False
        return need == PERSON or covers(self.granted, need)


def start_world():
    server = Server(store=the_store(), settings=['--gateway.address_rate=0',
                                                 '--gateway.sign_in_rate=0',
                                                 '--gateway.person_rate=0']).start()
    owner = Browser(server).set_up()
    yield server, owner
    check_equal(server.stop(), 0)


def principals_of(server, owner):
    person = owner.get('/api/profile').json['id']
    for name, granted in GRANTS.items():
        headers = {'Kontora-Person': person, 'Kontora-May': granted}
        yield Principal(name, server.client(seconds=20), headers, granted)
    spoofing = {'Kontora-Person': person, 'Kontora-May': '*', 'Kontora-Roles': 'admin'}
    wrong = {'Authorization': 'Bearer gws_' + 'A' * 49}
    yield Principal('nobody', server.client(key=None, seconds=20))
    yield Principal('nobody who says he is somebody', server.client(key=None, seconds=20), spoofing)
    yield Principal('with a wrong credential', server.client(key=None, seconds=20), wrong)
    yield Principal('the owner, signed in', owner.client,
                    {'Cookie': f"kontora={owner.session}"}, '*')


def operations_of(server):
    paths = server.admin().get('/openapi.json').json['paths']
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method != 'parameters':
                is_stream = 'text/event-stream' in json.dumps(operation)
                yield method.upper(), path, operation['operationId'], is_stream


def fillings(path, victim):
    if '{' not in path:
        return [path, path + '?x=1', path + '?limit=1']
    values = [str(uuid.uuid4()), victim, '1', 'x', '..%2Fusers', '%00', 'a' * 300]
    return [re.sub(r'\{\w+\}', value, path) for value in values]


# the owner's session is needed to the end
SPARED = re.compile(r'logout|revoke|/api/sessions')


def probe(principal, method, target):
    body = {} if method in ('POST', 'PUT', 'PATCH') else None
    return principal.client.ask(method, target, body, principal.headers)


def complaint(principal, operation, target, need, answer):
    """What is wrong with it; None: nothing."""
    kept_out = answer.status in (401, 403)
    may = principal.may(need) if need is not None else None
    told = f'{principal.name}: {operation} {target} -> {answer.status} {answer.text[:200]}'
    if principal.granted is None and need != ANYBODY and answer.status < 300:
        return 'nobody got in: ' + told
    if answer.status >= 500:
        return 'it failed: ' + told
    if may is False and not kept_out and answer.status not in (400, 404, 414):
        return 'not kept out: ' + told
    if may is False and answer.status == 404 and '"not_found"' not in answer.text:
        return 'learned that there is none: ' + told
    codes = ('unauthorized', 'forbidden') if need != ANYBODY else ()
    if may is True and kept_out and answer.json.get('code') in codes:
        return 'kept out: ' + told
    return None


def each_may_what_he_may_and_nothing_else(world):
    server, owner = world
    victim = server.admin().post('/api/users', {'email': 'victim@example.org',
                                                'full_name': 'Victor',
                                                'type': 'employee'}).json['id']
    operations = list(operations_of(server))
    complaints, count, rounds = [], 0, 0
    while count < test_scale(PROBES_MIN) and rounds < test_scale(20):
        rounds += 1
        for principal in principals_of(server, owner):
            for method, path, operation, is_stream in operations:
                need = needed_for(method, path)
                if is_stream and (need is None or principal.may(need) is not False):
                    continue  # it would go on
                if SPARED.search(path) and principal.granted is not None:
                    continue
                for target in fillings(path, victim):
                    count += 1
                    told = complaint(principal, operation, target, need,
                                     probe(principal, method, target))
                    complaints += [told] if told else []
    check_equal(complaints[:10], [], f'{len(complaints)} of {count} probes')
    check(count >= PROBES_MIN, f'{count} probes of {len(operations)} operations')


def this_page_knows_nearly_all_routes(world):
    """Whoever adds a route adds a row."""
    server, _ = world
    unknown = [f'{method} {path}' for method, path, _, _ in operations_of(server)
               if needed_for(method, path) is None]
    print('#', len(unknown), 'operations stand in no row:', ', '.join(unknown)[:2000])
    check_equal([one for one in unknown if re.search(r' /api/(users|roles|dead|cases)', one)], [])


if __name__ == '__main__':
    main([each_may_what_he_may_and_nothing_else, this_page_knows_nearly_all_routes],
         {'world': start_world})
