"""inbox_test.py - what a person finds when he comes in: B77, C5, C72, C73, C75, C76; his wishes.

Whoever calls sees his own inbox and nobody else's; the stream tells him alone.
"""
# sanitizers: asan
import hashlib
import hmac
import json
import os
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from house import until
from kontora import PLATFORM, Server, the_store
from smtp import SmtpServer, plain_of
from tap import check, check_equal, check_in, main

SECRET = 'a secret of the bot'


def mail():
    server = SmtpServer()
    yield server
    server.stop()


def server(mail):
    server = Server(store=the_store(), services=PLATFORM, settings=[
        f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
        '--mail.from=office@example.com', f'--telegram.delivery_secret={SECRET}',
        '--notifications.retries=0']).start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    client = server.admin()
    answer = client.post('/templates', {'key': 'orders.late', 'channel': 'email', 'locale': 'en',
                                        'subject': 'Late: {{order.number}}',
                                        'body': 'Order {{order.number}} is late.'})
    check_equal(answer.status, 201, repr(answer))
    yield client


def somebody(client, **more):
    email = f'{uuid.uuid4().hex}@example.com'
    person = client.post('/api/users', {'email': email, 'type': 'worker', 'locale': 'en',
                                        **more}).json['id']
    return person, email, {'Kontora-Person': person}


def late(client, person, number=7, **more):
    return client.post('/api/notifications', {'template': 'orders.late', 'recipient_id': person,
                                              'payload': {'order': {'number': number}}, **more})


def inbox(client, who, query=''):
    return client.get(f'/api/inbox{query}', who).json['items']


def known(client, mail, person, email):
    """The directory's event has come: from now on he has an address."""
    def tried():
        late(client, person, 'first')
        return mail.letters_to(email)
    check(until(tried, every=0.2))


def he_finds_it_and_reads_it(client, mail):
    person, email, who = somebody(client)
    _, _, other = somebody(client)
    known(client, mail, person, email)
    client.post('/api/inbox/read', headers=who)
    answer = late(client, person, 42)
    check_equal(answer.status, 202)
    item = inbox(client, who)[0]
    check_equal((item['title'], item['body'], item['key'], item['read_at']),
                ('Late: 42', 'Order 42 is late.', 'orders.late', None))
    check_equal(item['payload'], {'order': {'number': 42}})
    check_equal(client.get('/api/inbox/unread', who).json, {'unread': 1})
    check_equal(inbox(client, other), [])
    path = f'/api/inbox/{item["id"]}/read'
    refused = client.post(path, headers=other)
    check_equal((refused.status, refused.code), (404, 'inbox_item_not_found'))
    check_equal(client.post(path, headers=who).json, {'unread': 0})
    check_equal(client.post(path, headers=who).json, {'unread': 0})
    check_equal(inbox(client, who, '?unread=true'), [])
    check('Order 42' in [plain_of(one) for one in mail.wait_for(email)][-1]
          or until(lambda: any('Order 42' in plain_of(one) for one in mail.letters_to(email))))


def pages_and_all_at_once(client):
    person, _, who = somebody(client)
    for number in range(5):
        check_equal(late(client, person, number, channel='inbox').status, 202)
    first = client.get('/api/inbox?limit=2', who).json
    second = client.get(f'/api/inbox?limit=2&cursor={first["next"]}', who).json
    check_equal([one['title'] for one in first['items'] + second['items']],
                ['Late: 4', 'Late: 3', 'Late: 2', 'Late: 1'])
    check_equal(client.post('/api/inbox/read', headers=who).json, {'unread': 0})
    check_equal(client.get('/api/inbox').status, 403)


def what_stands_in_the_inbox_alone_is_delivered(client):
    person, _, _ = somebody(client)
    name = late(client, person, channel='inbox').json['notification_id']
    found = client.get(f'/notifications/{name}').json
    check_equal((found['status'], found['channels']), ('delivered', ['inbox']))
    check(found['delivered_at'])


def a_code_does_not_stand_in_the_inbox(client):
    person, email, who = somebody(client)
    client.post('/api/notifications', {'template': 'iam.login_code', 'recipient_id': person,
                                       'address': email, 'payload': {'code': 1, 'minutes': 2}})
    check_equal(inbox(client, who), [])


def he_is_told_as_he_wishes(client, mail):
    person, email, who = somebody(client)
    known(client, mail, person, email)
    for key, mode in (('orders.late', 'off'), ('*', 'on')):
        answer = client.ask('PUT', '/api/inbox/preferences',
                            {'key': key, 'channel': 'email', 'mode': mode}, who)
        check_equal(answer.status, 200, repr(answer))
    name = late(client, person).json['notification_id']
    found = client.get(f'/api/notifications/{name}').json
    check_equal((found['channels'], found['status']), (['inbox'], 'delivered'))
    client.ask('PUT', '/api/inbox/preferences',
               {'key': 'orders.late', 'channel': 'inbox', 'mode': 'off'}, who)
    name = late(client, person).json['notification_id']
    found = client.get(f'/api/notifications/{name}').json
    check_equal((found['channels'], found['status']), ([], 'processed'))
    check_in('muted', found['reason'])
    client.ask('PUT', '/api/inbox/preferences',
               {'key': 'orders.late', 'channel': 'email', 'mode': 'daily'}, who)
    name = late(client, person).json['notification_id']
    found = client.get(f'/api/notifications/{name}').json
    check_equal((found['channels'], found['status'], found['next_at']), (['email'], 'queued', None))
    modes = {(one['key'], one['channel']): one['mode']
             for one in client.get('/api/inbox/preferences', who).json['items']}
    check_equal(modes, {('orders.late', 'email'): 'daily', ('orders.late', 'inbox'): 'off',
                        ('*', 'email'): 'on'})


def every_way_is_used_unless_somebody_says_otherwise(client, mail):
    """C5, C76: there is no switch at each thing that is told; only a person's own wish counts."""
    client.post('/templates', {'key': 'orders.late', 'channel': 'telegram', 'locale': 'en',
                               'body': 'Order {{order.number}} is late.'})
    person, email, who = somebody(client, telegram_id=str(uuid.uuid4().int % 10 ** 9))
    known(client, mail, person, email)

    def channels():
        name = late(client, person).json['notification_id']
        return client.get(f'/api/notifications/{name}').json['channels']
    check_equal(channels(), ['inbox', 'telegram', 'email'])
    client.ask('PUT', '/api/inbox/preferences',
               {'key': '*', 'channel': 'telegram', 'mode': 'off'}, who)
    check_equal(channels(), ['inbox', 'email'])


def several_are_told_as_the_crm_asks(client):
    people = [somebody(client) for _ in range(3)]
    body = {'eventKey': 'orders.late', 'recipients': [{'userId': one[0]} for one in people],
            'payload': {'order': {'number': 5}}, 'channelOverrides': ['sse'],
            'deduplicationKey': uuid.uuid4().hex}
    answer = client.post('/notifications', body)
    check_equal(answer.status, 202, repr(answer))
    for _, _, who in people:
        check_equal([one['title'] for one in inbox(client, who)], ['Late: 5'])
    again = client.post('/notifications', body)
    check_equal((again.status, again.code), (409, 'duplicate_notification'))
    check_equal(again.json['details']['notification_id'], answer.json['notification_id'])
    for bad in ([], {}, [{}], [{'userId': 'x'}], 'x'):
        check_equal(client.post('/notifications', {**body, 'recipients': bad}).code,
                    'bad_recipients', repr(bad))


def an_event_from_outside_tells_whom_it_concerns(client):
    person, _, who = somebody(client)
    event = {'id': uuid.uuid4().hex, 'source': 'shop', 'type': 'orders.late',
             'time': '2026-11-21T10:00:00Z', 'data': {'recipient_id': person,
                                                      'order': {'number': 3}}}
    for _ in range(2):
        answer = client.post('/api/notifications/events', event)
        check_equal(answer.status, 202, repr(answer))
        check(answer.json['notification_id'])
    check_equal(len(inbox(client, who)), 1)
    answer = client.post('/api/notifications/events', {**event, 'id': 'x', 'data': {}})
    check_equal((answer.status, answer.json), (202, {'notification_id': None}))


def templates_are_unique_and_shipped_ones_come_back(client):
    body = {'key': 'iam.login_code', 'channel': 'email', 'locale': 'en', 'subject': 'Code',
            'body': '{{code}}!'}
    made = client.post('/templates', body)
    check_equal(made.status, 201)
    again = client.post('/templates', body)
    check_equal((again.status, again.code), (409, 'template_conflict'))
    preview = {'key': 'iam.login_code', 'channel': 'email', 'locale': 'en',
               'payload': {'code': '<1>', 'minutes': 5}}
    shown = client.post('/templates/preview', preview).json
    check_equal(shown['plain'], '<1>!')
    check_in('&lt;1&gt;!', shown['html'])
    path = f'/templates/{made.json["id"]}'
    stale = client.ask('PATCH', path, {'body': 'x'}, {'If-Match': '"9"'})
    check_equal((stale.status, stale.code), (409, 'revision_changed'))
    broken = client.patch(path, {'body': 'Hello {{name'})
    check_equal((broken.status, broken.code), (422, 'template_malformed'))
    check_equal(client.patch(path, {'body': 'Now {{code}}'}).etag, '"2"')
    check_equal(client.post('/templates/preview', preview).json['plain'], 'Now <1>')
    check_equal(client.delete(path).status, 204)
    check_in('your sign-in code', client.post('/templates/preview', preview).json['plain'])
    missing = client.post('/templates/preview', {**preview, 'payload': {}})
    check_equal(missing.json['details'], {'missing': ['code', 'minutes']})


def the_bot_is_believed_by_its_signature(client, server):
    person, _, _ = somebody(client)
    client.post('/templates', {'key': 'orders.late', 'channel': 'telegram', 'locale': 'en',
                               'body': 'Late: {{order.number}}'})
    answer = late(client, person, channel='telegram', address='4711')
    check_equal(answer.status, 202, repr(answer))
    name = answer.json['notification_id']
    path = f'/api/notifications/{name}'
    until(lambda: client.get(path).json['status'] == 'failed')
    check_in('Telegram', client.get(path).json['reason'])
    body = json.dumps({'messageId': name, 'status': 'delivered',
                       'occurredAt': '2026-11-21T10:00:00Z'}, indent=1).encode()
    stranger = server.client(key=None)

    def report(signature):
        return stranger.post('/telegram/delivery', body, {'X-Telegram-Signature': signature})
    wrong = report('0' * 64)
    check_equal((wrong.status, wrong.code), (401, 'invalid_signature'))
    check_equal(stranger.post('/telegram/delivery', body).status, 401)
    right = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    check_equal(report(right).status, 200)
    check_equal(client.get(path).json['status'], 'delivered')
    check_equal(report(right).status, 200)


def the_stream_tells_him_alone(client, server):
    person, _, who = somebody(client)
    other, _, _ = somebody(client)
    watcher = server.admin()
    watcher.connection.request('GET', '/api/inbox/events', headers=who)
    stream = watcher.connection.getresponse()
    check_equal(stream.status, 200)
    late(client, other, 1, channel='inbox')
    late(client, person, 2, channel='inbox')
    data = None
    while data is None:
        line = stream.readline().decode()
        check(line != '', 'the stream has ended')
        if line.startswith('data:') and 'notification_id' in line:
            data = json.loads(line[5:])
    check_equal((data['title'], data['what'], data['unread']), ('Late: 2', 'added', 1))
    watcher.close()


if __name__ == '__main__':
    main([he_finds_it_and_reads_it, pages_and_all_at_once,
          what_stands_in_the_inbox_alone_is_delivered, a_code_does_not_stand_in_the_inbox,
          he_is_told_as_he_wishes,
          every_way_is_used_unless_somebody_says_otherwise, several_are_told_as_the_crm_asks,
          an_event_from_outside_tells_whom_it_concerns,
          templates_are_unique_and_shipped_ones_come_back, the_bot_is_believed_by_its_signature,
          the_stream_tells_him_alone],
         {'mail': mail, 'server': server, 'client': client})
