"""bot_test.py - a bot that is a program of its own, behind the door: C13, C14, C31, T46.

What Telegram sends is checked at the door over its raw bytes, and signed anew for the bot, which
checks it as it would have checked it there: X-Telegram-Signature over the bytes it has got.
"""
# stores: none
import hashlib
import hmac
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'),
                os.path.join(HERE, '..', '..', 'lib', 'gateway')]
from browser import Browser
from house import until
from kontora import Server
from other import Other
from tap import check, check_equal, check_not_in, main

TELEGRAM = 'what telegram signs with'
UPDATE = '{"update_id": 71,  "message": {"text": "/confirm Ж"}}'.encode()


def mac(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def world():
    bot = Other()
    server = Server(services='users,iam,gateway,notifications,webhooks',
                    settings=['--webhooks.private=yes']).start()
    owner = Browser(server).set_up()
    check_equal(owner.post('/api/hooks', {'name': 'telegram', 'scheme': 'telegram',
                                          'secret': TELEGRAM}).status, 201)
    made = owner.post('/api/webhooks', {'url': f'{bot.address}/bot',
                                        'events': ['gateway.hook_received', 'users.created']})
    check_equal(made.status, 201, made)
    yield server, bot, made.json['secret']
    check_equal(server.stop(), 0)
    bot.end()


def update(server, secret=TELEGRAM, body=UPDATE):
    return server.client(key=None).ask('POST', '/telegram/webhook', body, {
        'Content-Type': 'application/json', 'X-Telegram-Signature': mac(secret, body)})


def told(bot):
    """(body, X-Telegram-Signature or None) of each delivery."""
    return [(body, {name.lower(): value for name, value in headers}.get('x-telegram-signature'))
            for _, path, headers, body in bot.asked if path == '/bot']


def the_bot_checks_what_it_gets(world):
    """C13, C14, T46: the same bytes inside, signed with a secret that only the two of them have."""
    server, bot, secret = world
    check_equal(update(server, 'what somebody else signs with').code, 'invalid_signature')
    for _ in range(2):
        check_equal(update(server).status, 202)
    check(until(lambda: [one for one in told(bot) if b'hook_received' in one[0]]), 'it was told')
    (body, signature), = [one for one in told(bot) if b'hook_received' in one[0]]
    check(hmac.compare_digest(signature, mac(secret, body)), 'over the raw bytes')
    for bent in (body + b'\n', body.replace(b'71', b'72'), json.dumps(json.loads(body)).encode()):
        check(signature != mac(secret, bent), bent)
    check(signature != mac(TELEGRAM, body), 'the hop is signed anew')
    data = json.loads(body)['data']
    check_equal((data['hook'], data['delivery'], data['body'].encode()), ('telegram', '71', UPDATE))
    check_not_in(TELEGRAM, body.decode())


def other_events_are_signed_as_ever(world):
    server, bot, _ = world
    person = {'email': 'p@example.org', 'type': 'client'}
    check_equal(server.admin().post('/api/users', person).status, 201)
    check(until(lambda: [one for one in told(bot) if b'p@example.org' in one[0]]))
    check_equal([signature for body, signature in told(bot) if b'users.created' in body
                 and b'p@example.org' in body], [None])


if __name__ == '__main__':
    main([the_bot_checks_what_it_gets, other_events_are_signed_as_ever], {'world': world})
