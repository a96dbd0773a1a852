"""bent_signatures_test.py - a signature is right, or it is nothing: T46, C14, C31, C53, C75.

At each door that looks at one, every way to bend it gets the same answer, and nothing is written.
What we sign ourselves is good at our own door.
"""
# stores: none
import base64
import hashlib
import hmac
import http.client
import os
import sqlite3
import sys
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'),
                os.path.join(HERE, '..', '..', 'lib', 'gateway')]
from browser import Browser
from house import until
from kontora import Answer, Server
from tap import check, check_equal, main

SECRET = 'a secret of sixteen'
OTHER = 'another of sixteen'
BODY = '{"update_id": 7,  "text":"Ж"}'.encode()


def mac(body, secret=SECRET, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), body, algorithm)


def flipped(text, at):
    """Another letter of the same alphabet there."""
    at %= len(text)
    return text[:at] + ('1' if text[at] == '0' else '0') + text[at + 1:]


def lookalike(text):
    """Digits as wide letters: they look like themselves, and are none."""
    return ''.join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in text)


def send(server, path, headers, body):
    """Headers are pairs, so that one may come twice."""
    host, port = server.host_and_port()
    connection = http.client.HTTPConnection(host, port, timeout=60)
    try:
        connection.putrequest('POST', path)
        for name, value in (*headers, ('Content-Type', 'application/json'),
                            ('Content-Length', str(len(body)))):
            connection.putheader(name, value.encode())
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


# ---- ways to bend ----

def bent_hex(good, prefix):
    """Of a hexadecimal signature of the body, with what stands before it."""
    digits = good[len(prefix):]
    yield 'a flipped digit at the start', flipped(digits, 0)
    yield 'a flipped digit inside', flipped(digits, 31)
    yield 'a flipped digit at the end', flipped(digits, -1)
    yield 'one digit less', digits[:-1]
    yield 'one digit more', digits + '0'
    yield 'half of it', digits[:32]
    yield 'twice in one', digits + digits
    yield 'two with a comma', f'{digits},{digits}'
    yield 'no digit', 'g' + digits[1:]
    yield 'all zero', '0' * 64
    yield 'another form', base64.b64encode(bytes.fromhex(digits)).decode()
    yield 'another secret', mac(BODY, OTHER).hexdigest()
    yield 'another algorithm', mac(BODY, algorithm=hashlib.sha512).hexdigest()
    yield 'a shorter algorithm', mac(BODY, algorithm=hashlib.sha1).hexdigest()
    yield 'no key at all', hashlib.sha256(BODY).hexdigest()
    yield 'of another body', mac(BODY + b'\n').hexdigest()
    yield 'of no body', mac(b'').hexdigest()
    yield 'lookalikes', lookalike(digits)
    yield 'a NUL written out', digits[:-3] + '%00'
    yield 'very long', digits * 60


def hex_bends(header, prefix=''):
    good = prefix + mac(BODY).hexdigest()
    for name, digits in bent_hex(good, prefix):
        yield name, [(header, prefix + digits)], BODY
    yield 'missing', [], BODY
    yield 'empty', [(header, '')], BODY
    yield 'doubled', [(header, good), (header, good)], BODY
    yield 'doubled, the second bad', [(header, good), (header, prefix + '0' * 64)], BODY
    yield 'doubled, the first bad', [(header, prefix + '0' * 64), (header, good)], BODY
    yield 'by another header', [(header + '-1', good)], BODY
    yield 'a line more', [(header, good)], BODY + b'\n'
    yield 'a byte less', [(header, good)], BODY[:-1]
    yield 'a space less', [(header, good)], BODY.replace(b'  ', b' ')
    yield 'no body', [(header, good)], b''
    if prefix:
        digits = good[len(prefix):]
        for name, value in (('the prefix alone', prefix), ('without the prefix', digits),
                            ('the prefix in capitals', prefix.upper() + digits),
                            ('the prefix of another', 'sha1=' + digits),
                            ('the prefix twice', prefix + good)):
            yield name, [(header, value)], BODY


def standard(at=None, name='msg_1', secret=SECRET, body=BODY, algorithm=hashlib.sha256):
    at = str(int(time.time())) if at is None else str(at)
    digest = mac(b'.'.join([name.encode(), at.encode(), body]), secret, algorithm).digest()
    return {'webhook-id': name, 'webhook-timestamp': at,
            'webhook-signature': 'v1,' + base64.b64encode(digest).decode()}


def standard_bends():
    now = int(time.time())
    good = standard(now)
    signature = good['webhook-signature']
    digits = signature[3:]
    changed = {
        'a flipped digit at the start': 'v1,' + flipped(digits, 0),
        'a flipped digit inside': 'v1,' + flipped(digits, 20),
        'no padding': signature.rstrip('='), 'more padding': signature + '=',
        'one digit more': 'v1,A' + digits, 'half of it': 'v1,' + digits[:22] + '==',
        'the prefix alone': 'v1,', 'without the prefix': digits, 'no comma': 'v1' + digits,
        'the prefix in capitals': 'V1,' + digits, 'another version': 'v2,' + digits,
        'asymmetric': 'v1a,' + digits, 'two with a comma': f'{signature},{signature}',
        'only bad ones': ' '.join(['v1,' + flipped(digits, at) for at in range(9)]),
        'another form': 'v1,' + base64.b64decode(digits).hex(),
        'lookalikes': 'v1,' + lookalike(digits) + '１', 'very long': 'v1,' + digits * 60,
        'empty': '',
    }
    for name, value in changed.items():
        yield name, {**good, 'webhook-signature': value}.items(), BODY
    for name, headers in {
            'another secret': standard(now, secret=OTHER),
            'another algorithm': standard(now, algorithm=hashlib.sha512),
            'an old time': standard(now - 3600), 'a time to come': standard(now + 3600),
            'time zero': standard(0), 'a time below zero': standard(-now),
            'a time with a sign': standard(f'+{now}'), 'a time in ms': standard(now * 1000),
            'a time with a point': standard(f'{now}.0'), 'no time': standard('soon'),
            'a very long time': standard('9' * 40), 'of no name': standard(now, name=''),
            'of another body': standard(now, body=BODY + b'\n')}.items():
        yield name, headers.items(), BODY
    yield 'another name', {**good, 'webhook-id': 'msg_2'}.items(), BODY
    yield 'a dot moved', {**good, 'webhook-id': 'msg_1.' + good['webhook-timestamp']}.items(), BODY
    yield 'another time', {**good, 'webhook-timestamp': str(now - 1)}.items(), BODY
    for name in good:
        yield f'without {name}', [one for one in good.items() if one[0] != name], BODY
        yield f'{name} twice', [*good.items(), (name, good[name])], BODY
    yield 'a line more', good.items(), BODY + b'\n'
    yield 'a byte less', good.items(), BODY[:-1]


# ---- doors ----

def start_server():
    server = Server(services='users,iam,gateway,notifications,webhooks', settings=[
        f'--telegram.delivery_secret={SECRET}', '--webhooks.private=yes',
        '--gateway.sign_in_rate=0', '--gateway.address_rate=0']).start()
    owner = Browser(server).set_up()
    for name, scheme in (('standard', 'standard'), ('github', 'github'), ('telegram', 'telegram')):
        check_equal(owner.post('/api/hooks', {'name': name, 'scheme': scheme,
                                              'secret': SECRET}).status, 201)
    yield server
    check_equal(server.stop(), 0)


def written(server):
    """Rows of what came in by hooks, and of what was told of it."""
    database = sqlite3.connect(f'file:{server.directory}/gateway.db?mode=ro', uri=True)
    try:
        return [database.execute(sql).fetchone()[0] for sql in (
            'SELECT count(*) FROM hook_delivery',
            "SELECT count(*) FROM journal WHERE name = 'gateway.hook_received'")]
    finally:
        database.close()


def all_are_refused(server, path, bends, refusal, state):
    before, told, count = state(), set(), 0
    for name, headers, body in bends:
        answer = send(server, path, headers, body)
        check_equal((answer.status, answer.code), refusal, f'{path}, {name}')
        told.add(answer.json['message'])
        count += 1
    check(count >= 20, count)
    check_equal(len(told), 1, 'who bends it learns nothing by the words')
    check_equal(state(), before, 'nothing is written')


def hooks_take_only_what_is_signed(server):
    """T46, C31, C53"""
    for path, bends, good in (
            ('/hooks/standard', standard_bends(), standard().items()),
            ('/hooks/github', hex_bends('X-Hub-Signature-256', 'sha256='),
             [('X-Hub-Signature-256', 'sha256=' + mac(BODY).hexdigest()),
              ('X-GitHub-Delivery', 'one')]),
            ('/hooks/telegram', hex_bends('X-Telegram-Signature'),
             [('X-Telegram-Signature', mac(BODY).hexdigest())]),
            ('/telegram/webhook', hex_bends('X-Telegram-Signature'), None)):
        all_are_refused(server, path, bends, (400, 'invalid_signature'), lambda: written(server))
        if good is not None:
            before = written(server)
            check_equal(send(server, path, good, BODY).status, 202, path)
            check_equal(written(server), [one + 1 for one in before], path)
    capitals = [('X-Telegram-Signature', mac(BODY).hexdigest().upper())]
    check_equal(send(server, '/telegram/webhook', capitals, BODY).status, 202, 'the same number')


def the_bot_is_believed_by_its_signature_alone(server):
    """C14, C75"""
    global BODY
    client = server.admin()
    client.post('/templates', {'key': 'a.word', 'channel': 'telegram', 'locale': 'en', 'body': 'x'})
    made = client.post('/api/notifications', {'template': 'a.word', 'channel': 'telegram',
                                              'address': '4711'})
    check_equal(made.status, 202, made)
    path = f'/api/notifications/{made.json["notification_id"]}'
    check(until(lambda: client.get(path).json['status'] == 'failed'), 'there is no bot')
    kept, BODY = BODY, (f'{{"messageId": "{made.json["notification_id"]}",  '
                        '"status": "delivered"}').encode()
    try:
        all_are_refused(server, '/telegram/delivery',
                        (one for one in hex_bends('X-Telegram-Signature')
                         if one[0] not in ('a byte less', 'no body')),
                        (401, 'invalid_signature'),
                        lambda: (client.get(path).json, client.get(f'{path}/attempts').json))
        good = [('X-Telegram-Signature', mac(BODY).hexdigest())]
        check_equal(send(server, '/telegram/delivery', good, BODY).status, 200)
        check_equal(client.get(path).json['status'], 'delivered')
    finally:
        BODY = kept


def what_we_sign_is_good_at_our_own_door(server):
    """C31: our own verifier takes a webhook of ours, once, and none of another secret."""
    owner = Browser(server).sign_in()
    made = owner.post('/api/webhooks', {'url': f'{server.address}/hooks/mirror',
                                        'events': ['users.created']})
    check_equal(made.status, 201, made)
    path = f'/api/webhooks/{made.json["id"]}'
    hook = {'name': 'mirror', 'scheme': 'standard', 'secret': made.json['secret']}
    check_equal(owner.post('/api/hooks', hook).status, 201)
    before = written(server)
    check_equal(owner.post(f'{path}/test', {}).status, 201)
    check(until(lambda: written(server) == [one + 1 for one in before]), 'it came in')
    check_equal(owner.ask('DELETE', '/api/hooks/mirror').status, 204)
    check_equal(owner.post('/api/hooks', {**hook, 'secret': f'whsec_{uuid.uuid4().hex}'}).status,
                201)
    before = written(server)
    check_equal(owner.post(f'{path}/test', {}).status, 201)
    check(until(lambda: any(one['code'] == 400 for one in
                            owner.get(f'{path}/deliveries').json['items'])), 'it was refused')
    check_equal(written(server), before)


if __name__ == '__main__':
    main([hooks_take_only_what_is_signed, the_bot_is_believed_by_its_signature_alone,
          what_we_sign_is_good_at_our_own_door], {'server': start_server})
