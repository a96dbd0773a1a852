"""rules_test.py - who is told what when something happens stands in rows: B76, C5, C72.

B76: a rule says which event becomes which words, by which channels, for whom; it is checked before
it is kept, and what it cannot do at the time goes to the dead letters with a sentence.
"""
import os
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers'), os.path.join(LIB, 'gateway')]
from browser import Browser
from house import until
from kontora import Server, the_store
from smtp import SmtpServer, plain_of
from tap import check, check_equal, check_in, main

RULES = '/api/notification_rules'


def mail():
    server = SmtpServer()
    yield server
    server.stop()


def server(mail):
    server = Server(store=the_store(), services='users,iam,gateway,notifications', settings=[
        f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
        '--mail.from=office@example.com', '--notifications.retries=0']).start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    client = server.admin()
    for key, subject in (('people.gone', 'Gone: {{full_name}}'),
                         ('orders.late', 'Late: {{number}}')):
        answer = client.post('/templates', {'key': key, 'channel': 'email', 'locale': 'en',
                                            'subject': subject, 'body': subject})
        check_equal(answer.status, 201, answer)
    yield client


def make(client, **fields):
    answer = client.post(RULES, {'name': f'r{uuid.uuid4().hex}', **fields})
    check_equal(answer.status, 201, answer)
    return answer.json


def is_known(client, person):
    """By an event that nobody tells."""
    return client.post(RULES, {'name': f'k{uuid.uuid4().hex}', 'event': 'nobody.tells',
                               'template': 'people.gone', 'to_person': person}).status == 201


def somebody(client, **more):
    email = f'{uuid.uuid4().hex}@example.com'
    answer = client.post('/api/users', {'email': email, 'type': 'worker', 'locale': 'en', **more})
    check_equal(answer.status, 201, answer)
    person = answer.json['id']
    check(until(lambda: is_known(client, person)), 'the directory has told of him')
    return person, email


def inbox(client, person):
    return [one['title'] for one in
            client.get('/api/inbox', {'Kontora-Person': person}).json['items']]


def block(client, person):
    check_equal(client.post(f'/api/users/{person}/block').status, 200)


def switch_off(client, rule):
    check_equal(client.patch(f'{RULES}/{rule["id"]}', {'status': 'inactive'}).status, 200)


def everybody_with_a_role_is_told(client, mail):
    """B76: by the inbox at once, and by the first channel of the rule that reaches him."""
    first, email = somebody(client, roles=['watch.night'])
    second, _ = somebody(client, roles=['watch.night', 'other'], full_name='Second')
    outside, _ = somebody(client, roles=['other'])
    rule = make(client, event='users.blocked', template='people.gone', to_role='watch.night',
                channels=['telegram', 'email', 'inbox'])
    check_equal((rule['channels'], rule['origin'], rule['status'], rule['revision']),
                (['telegram', 'email', 'inbox'], 'person', 'active', 1))
    gone, _ = somebody(client, full_name='Merlin')
    block(client, gone)
    for person in (first, second):
        check(until(lambda one=person: inbox(client, one) == ['Gone: Merlin']))
    check_equal([one['Subject'] for one in mail.wait_for(email)], ['Gone: Merlin'])
    check_equal((inbox(client, outside), inbox(client, gone)), ([], []))
    block(client, second)  # he may come in no more, and is told no more, of himself neither
    check(until(lambda: len(inbox(client, first)) == 2))
    check_equal(inbox(client, second), ['Gone: Merlin'])
    switch_off(client, rule)
    last, _ = somebody(client, full_name='Last')
    make(client, event='users.blocked', template='people.gone', to_person=outside)
    block(client, last)
    check(until(lambda: inbox(client, outside) == ['Gone: Last']), 'one person is named')
    check_equal(len(inbox(client, first)), 2, 'what is switched off tells nobody')


def dead(client):
    return client.get('/api/dead/notifications').json['items']


def what_a_path_lacks_is_a_dead_letter(client):
    """B76: with a sentence that names the rule; right again and replayed, it is told once."""
    watcher, _ = somebody(client)
    rule = make(client, event='users.changed', template='people.gone', to_path='external_id')
    person, _ = somebody(client, full_name='Vivian')
    check_equal(client.patch(f'/api/users/{person}', {'full_name': 'Vivien'}).status, 200)
    check(until(lambda: dead(client)))
    letter, = dead(client)
    check_in(f'The rule {rule["name"]} for users.changed: it has nothing at external_id',
             letter['reason'])
    changed = client.patch(f'{RULES}/{rule["id"]}', {'to_path': None, 'to_person': watcher})
    check_equal((changed.status, changed.json['to_path']), (200, None))
    check_equal(client.post(f'/api/dead/notifications/{letter["number"]}/replay').status, 200)
    check(until(lambda: inbox(client, watcher) == ['Gone: Vivien']))
    check_equal(dead(client), [])
    switch_off(client, rule)


def what_is_told_from_outside_follows_rules_too(client, mail):
    """B76, C75: without a rule the event says itself who is told."""
    person, email = somebody(client)
    event = {'source': 'shop', 'type': 'orders.late', 'data': {'number': 7, 'who': {
        'all': [person, email]}}}
    rule = make(client, event='orders.late', template='orders.late', to_path='who.all')
    for _ in range(2):
        answer = client.post('/api/notifications/events', {**event, 'id': 'e-1'})
        check_equal((answer.status, answer.json['notification_id']), (202, None))
    check(until(lambda: len(mail.letters_to(email)) == 2), 'to the person, and to the mailbox')
    check_equal(inbox(client, person), ['Late: 7'], 'and once')
    wrong = client.post('/api/notifications/events', {**event, 'id': 'e-2', 'data': {'number': 8}})
    check_equal((wrong.status, wrong.code), (422, 'rule_path_missing'))
    check_in(rule['name'], wrong.json['details']['why'])
    switch_off(client, rule)
    own = client.post('/api/notifications/events', {
        **event, 'id': 'e-3', 'data': {'number': 9, 'recipient_id': person}})
    check(own.json['notification_id'], own)


def a_wrong_rule_is_refused_by_its_field(client):
    """B76"""
    person, _ = somebody(client)
    good = {'name': 'a.rule', 'event': 'users.changed', 'template': 'people.gone', 'to_path': 'id'}
    for change, status, field, code in (
            ({'name': 'A rule'}, 422, 'name', 'rule_bad_name'),
            ({'name': 'a..b'}, 422, 'name', 'rule_bad_name'),
            ({'name': None}, 400, 'name', None),
            ({'event': 'users.exploded'}, 422, 'event', 'rule_event_unknown'),
            ({'event': 'users.*'}, 422, 'event', 'rule_event_unknown'),
            ({'template': 'no.such'}, 422, 'template', 'rule_template_unknown'),
            ({'channels': ['inbox', 'email', 'inbox']}, 422, 'channels', 'rule_channel_twice'),
            ({'channels': ['pigeon']}, 400, 'channels', None),
            ({'to_path': 'no_such'}, 422, 'to_path', 'rule_path_unknown'),
            ({'to_path': 'activated'}, 422, 'to_path', 'rule_path_unknown'),
            ({'to_path': 'id.inside'}, 422, 'to_path', 'rule_path_unknown'),
            ({'to_path': '..'}, 422, 'to_path', 'rule_path_unknown'),
            ({'to_path': None}, 422, 'to_path', 'rule_recipient_unclear'),
            ({'to_role': 'owner'}, 422, 'to_path', 'rule_recipient_unclear'),
            ({'to_path': None, 'to_role': 'Not a role'}, 400, 'to_role', None),
            ({'to_path': None, 'to_person': str(uuid.uuid4())}, 422, 'to_person',
             'rule_person_unknown'),
            ({'status': 'sleepy'}, 400, 'status', None)):
        answer = client.post(RULES, {**good, **change})
        fields = [one['field'] for one in answer.json['details']['fields']]
        check_equal((answer.status, fields), (status, [field]), (change, answer))
        check(code in (None, answer.code), answer)
    made = client.post(RULES, good)
    check_equal(made.status, 201, made)
    again = client.post(RULES, good)
    check_equal((again.status, again.code), (409, 'rule_exists'))
    path = f'{RULES}/{made.json["id"]}'
    check_equal(client.get(path).json, made.json)
    stale = client.patch(path, {'template': 'orders.late'}, {'If-Match': '"7"'})
    check_equal((stale.status, stale.code), (409, 'revision_changed'))
    wrong = client.patch(path, {'event': 'users.exploded'})
    check_equal((wrong.status, wrong.code), (422, 'rule_event_unknown'))
    check_equal(client.delete(path).status, 204)
    check_equal((client.get(path).code, client.delete(path).code), ('rule_not_found',) * 2)
    may = {'Kontora-Person': person, 'Kontora-May': 'notifications.templates'}
    hidden = client.ask('POST', RULES, good, may)
    check_equal((hidden.status, hidden.code), (403, 'rule_event_hidden'))
    check_equal(client.get(RULES, {'Kontora-Person': person}).status, 403)


def shipped_rules_come_back(server, client, mail):
    """B76: of a sign-in on a new device a rule tells; changed, it does as it says."""
    Browser(server).set_up()
    owner, address = Browser(server), 'olga@example.org'

    def sign_in():
        Browser(server).sign_in()

    def letters():
        return [plain_of(one) for one in mail.letters_to(address)]

    shipped, = [one for one in client.get(RULES).json['items'] if one['origin'] == 'shipped']
    check_equal((shipped['name'], 'id' in shipped, shipped['event'], shipped['to_path']),
                ('new_device', False, 'iam.new_device', 'person_id'))
    sign_in()
    check(until(lambda: len(letters()) == 1), 'a letter of the shipped rule')
    check_in('127.0.0.1', letters()[0])
    me = owner.sign_in().get('/api/profile').json['id']
    check(until(lambda: len(letters()) == 2))
    own = client.post(RULES, {'name': 'new_device', 'event': 'iam.new_device',
                              'template': 'iam.new_device', 'to_person': me, 'channels': ['inbox']})
    check_equal(own.status, 201, own)
    listed = [one for one in client.get(RULES).json['items'] if one['name'] == 'new_device']
    check_equal([one['origin'] for one in listed], ['person'], 'it takes the place')
    sign_in()
    check(until(lambda: len(inbox(client, me)) == 1), 'by the inbox now')
    check_equal(len(letters()), 2, 'and by nothing else')
    check_equal(client.delete(f'{RULES}/{own.json["id"]}').status, 204)
    sign_in()
    check(until(lambda: len(letters()) == 3), 'the shipped one is back')


if __name__ == '__main__':
    main([everybody_with_a_role_is_told, what_a_path_lacks_is_a_dead_letter,
          what_is_told_from_outside_follows_rules_too, a_wrong_rule_is_refused_by_its_field,
          shipped_rules_come_back], {'mail': mail, 'server': server, 'client': client})
