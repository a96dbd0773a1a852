"""hooks_test.py - programs of others at the door: C13, C31, C53, T46.

T46 the signature is checked over the bytes as they came, at the first hop; what comes twice counts
once; C53 POST /telegram/webhook 202, 400 invalid_signature.
"""
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib', 'gateway'))
from browser import Browser
from kontora import PLATFORM, Server, the_postgres, the_store
from tap import check, check_equal, check_not_in, for_each_test, main

SECRET = 'a secret of sixteen'
BODY = '{"update_id": 7,  "text":"Ж"}'.encode()  # two spaces: not as anybody would write it anew


@for_each_test
def world():
    server = Server(store=the_store(), services=PLATFORM).start()
    yield server, Browser(server).set_up()
    check_equal(server.stop(), 0)


def hex_of(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make(owner, name, scheme, **more):
    answer = owner.post('/api/hooks', {'name': name, 'scheme': scheme, **more})
    check_equal(answer.status, 201, answer)
    return answer.json


def send(server, path, body, headers):
    headers = {'Content-Type': 'text/plain', **headers}
    return server.client(key=None).ask('POST', path, body, headers)


def hooks_are_made_and_taken_away(world):
    server, owner = world
    made = make(owner, 'billing', 'standard', meaning='Who pays')
    check(len(made['secret']) >= 40, made)
    check_equal(owner.post('/api/hooks', {'name': 'billing', 'scheme': 'github'}).code,
                'hook_exists')
    listed = owner.get('/api/hooks')
    check_equal([(one['name'], 'secret' in one) for one in listed.json['items']],
                [('billing', False)])
    check_not_in(made['secret'], listed.text)
    check_equal(server.client(key=None).get('/api/hooks').status, 401)
    check_equal(owner.ask('DELETE', '/api/hooks/billing').status, 204)
    check_equal(owner.ask('DELETE', '/api/hooks/billing').code, 'hook_not_found')
    check_equal(send(server, '/hooks/billing', b'x', {}).code, 'hook_not_found')
    check_equal(owner.post('/api/hooks', {'name': 'Billing/..', 'scheme': 'github'}).status, 400)


def the_bytes_are_signed(world):
    server, owner = world
    make(owner, 'telegram', 'telegram', secret=SECRET)
    good = {'X-Telegram-Signature': hex_of(BODY)}
    check_equal(send(server, '/telegram/webhook', BODY, good).status, 202)
    check_equal(send(server, '/hooks/telegram', BODY, good).status, 202)
    anew = json.dumps(json.loads(BODY)).encode()
    for body, headers in [(anew, good), (BODY + b' ', good), (BODY, {}), (b'', good),
                          (BODY, {'X-Telegram-Signature': hex_of(BODY, 'another')}),
                          (BODY, {'X-Telegram-Signature': hex_of(BODY)[:-1]}),
                          (BODY, {'X-Telegram-Signature': ''})]:
        answer = send(server, '/telegram/webhook', body, headers)
        check_equal((answer.status, answer.code), (400, 'invalid_signature'), (body, headers))


def github_signs_so(world):
    server, owner = world
    make(owner, 'repository', 'github', secret=SECRET)
    good = {'X-Hub-Signature-256': 'sha256=' + hex_of(BODY), 'X-GitHub-Delivery': 'd-1'}
    check_equal(send(server, '/hooks/repository', BODY, good).status, 202)
    bare = {**good, 'X-Hub-Signature-256': hex_of(BODY)}
    check_equal(send(server, '/hooks/repository', BODY, bare).code, 'invalid_signature')


def standard(secret, body, name='msg_1', at=None):
    at = str(int(at if at is not None else time.time()))
    key = base64.b64decode(secret[6:]) if secret.startswith('whsec_') else secret.encode()
    digest = hmac.new(key, b'.'.join([name.encode(), at.encode(), body]), hashlib.sha256).digest()
    return {'webhook-id': name, 'webhook-timestamp': at,
            'webhook-signature': 'v1a,xyz v1,' + base64.b64encode(digest).decode()}


def standard_webhooks_are_of_now(world):
    server, owner = world
    secret = 'whsec_' + base64.b64encode(os.urandom(32)).decode()
    make(owner, 'shop', 'standard', secret=secret)
    check_equal(send(server, '/hooks/shop', BODY, standard(secret, BODY)).status, 202)
    for headers in [standard(secret, BODY, at=time.time() - 400),
                    standard(secret, BODY, at=time.time() + 400), standard(secret, BODY, at=0),
                    {**standard(secret, BODY), 'webhook-id': 'msg_2'},
                    {**standard(secret, BODY), 'webhook-timestamp': str(int(time.time()) + 1)},
                    {**standard(secret, BODY), 'webhook-signature': 'v1,'}]:
        check_equal(send(server, '/hooks/shop', BODY, headers).code, 'invalid_signature', headers)


def told(server):
    """How often gateway.hook_received stands in the journal."""
    sql = "SELECT count(*) FROM {}journal WHERE name = 'gateway.hook_received'"
    if server.store.kind == 'postgres':
        name = server.store.address.partition('dbname=')[2].split()[0]
        return int(the_postgres().psql(sql.format('gateway.'), database=name).strip())
    path = os.path.join(server.directory, 'gateway.db')
    database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    try:
        return database.execute(sql.format('')).fetchone()[0]
    finally:
        database.close()


def what_comes_twice_is_told_once(world):
    server, owner = world
    make(owner, 'repository', 'github', secret=SECRET)
    for number in range(3):
        good = {'X-Hub-Signature-256': 'sha256=' + hex_of(BODY), 'X-GitHub-Delivery': 'd-1'}
        check_equal(send(server, '/hooks/repository', BODY, good).status, 202)
    check_equal(told(server), 1)
    other = {'X-Hub-Signature-256': 'sha256=' + hex_of(BODY), 'X-GitHub-Delivery': 'd-2'}
    check_equal(send(server, '/hooks/repository', BODY, other).status, 202)
    check_equal(told(server), 2)


def too_much_is_refused(world):
    server, owner = world
    make(owner, 'repository', 'github', secret=SECRET)
    big = b'x' * (256 * 1024 + 1)
    answer = send(server, '/hooks/repository', big,
                  {'X-Hub-Signature-256': 'sha256=' + hex_of(big)})
    check_equal((answer.status, answer.code), (413, 'too_large'))
    wild = b'\xff\xfe'
    answer = send(server, '/hooks/repository', wild,
                  {'X-Hub-Signature-256': 'sha256=' + hex_of(wild)})
    check_equal(answer.code, 'not_utf8')


if __name__ == '__main__':
    main([hooks_are_made_and_taken_away, the_bytes_are_signed, github_signs_so,
          standard_webhooks_are_of_now, what_comes_twice_is_told_once, too_much_is_refused],
         {'world': world})
