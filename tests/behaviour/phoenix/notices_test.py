"""notices_test.py - moderators hear that a request waits, customers what has become of theirs.

A38, A40: nothing is in a notice that its receiver does not see in the request itself.
"""
import os
import re
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from flow import Participant
from house import one_or_twins, until
from onboarding import COMPANY, CONTACT, Onboarding
from smtp import SmtpServer, plain_of
from tap import check, check_equal, check_in, check_not_in, main

SECRETS = ('подозрительно, фирма-однодневка', 'звонили дважды, не поднимает')


def mail():
    server = SmtpServer()
    yield server
    server.stop()


def onboarding(mail):
    server = one_or_twins(settings=[
        f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
        '--mail.from=Контора <office@example.com>', '--web.address=https://kontora.example'])
    server.start()
    onboarding = Onboarding(server.admin())
    onboarding.mail = mail
    onboarding.public = server.client(key=None)
    yield onboarding
    check_equal(server.stop(), 0)


# ---- people ----

def somebody(onboarding, kind, role, locale='ru'):
    """Somebody of the directory, whom notices reach; as a participant with that role."""
    email = f'{uuid.uuid4().hex[:12]}@example.com'
    made = onboarding.client.post('/api/users', {
        'email': email, 'full_name': 'Мария Иванова', 'type': 'person', 'locale': locale,
        'roles': [role.rpartition('.')[2]]})
    check_equal(made.status, 201, made)
    participant = Participant(onboarding.client, kind, 'phoenix', role, made.json['id'])
    participant.email = email
    until(lambda: is_known(participant))
    return participant


def is_known(participant):
    """By notifications. What phoenix has heard by then nobody can ask: reached() tries it."""
    said = participant.client.post('/api/notifications', {
        'template': 'notifications.test', 'recipient_id': participant.who, 'channel': 'email'})
    return said.status == 202


def inbox(participant):
    said = participant.client.get('/api/inbox', {'Kontora-Person': participant.who})
    check_equal(said.status, 200, said)
    return said.json['items']


def found(participant, key, count=1):
    """What stands in his inbox under this key, as soon as there are so many."""
    until(lambda: len(of_key(participant, key)) >= count)
    items = of_key(participant, key)
    check_equal(len(items), count, (key, inbox(participant)))
    return items


def of_key(participant, key):
    return [item for item in inbox(participant) if item['key'] == key]


def hears_of(moderator, case):
    return [item for item in of_key(moderator, 'phoenix.submitted') if case in item['body']]


def submitted_until(onboarding, stays, is_so):
    """Requests are submitted until it is so of one that `stays` has heard of; that one's case."""
    cases = []

    def once_more():
        cases.append(onboarding.submitted()[1])
        return until(lambda: hears_of(stays, cases[-1]), 5) and is_so(cases[-1])
    check(until(once_more), cases)
    return cases[-1]


def moderator_of(onboarding):
    """Somebody whom phoenix knows as a moderator."""
    moderator = somebody(onboarding, 'admin', 'admin.moderator')
    submitted_until(onboarding, moderator, lambda case: True)
    return moderator


def customer_of(onboarding, locale='ru'):
    return somebody(onboarding, 'b2b', 'b2b', locale)


def letters_of(onboarding, participant, count):
    letters = onboarding.mail.wait_for(participant.email, count)
    return [letter for letter in letters if 'Проверка почты' not in letter['Subject']
            and 'test letter' not in letter['Subject']]


# ---- moderators ----

def moderators_hear_that_a_request_waits(onboarding):
    moderators = [moderator_of(onboarding) for _ in range(2)]
    support = somebody(onboarding, 'admin', 'admin.support')
    customer, case = onboarding.submitted(customer_of(onboarding))
    for moderator in moderators:
        check(until(lambda: hears_of(moderator, case)), inbox(moderator))
        item, = hears_of(moderator, case)
        check_equal(item['title'], f'На проверку: {COMPANY["company_name"]}')
        check_in(f'https://kontora.example/app/phoenix/queue/{case}', item['body'])
    check_equal(of_key(support, 'phoenix.submitted'), [])
    check_equal(of_key(customer, 'phoenix.submitted'), [])


def who_moderates_no_more_hears_nothing(onboarding):
    stays, changes, is_blocked = [moderator_of(onboarding) for _ in range(3)]
    users = onboarding.client
    check_equal(users.patch(f'/api/users/{changes.who}', {'roles': ['support']}).status, 200)
    check_equal(users.post(f'/api/users/{is_blocked.who}/block', {'reason': 'gone'}).status, 200)
    case = submitted_until(onboarding, stays, lambda case: not hears_of(changes, case) and
                           not hears_of(is_blocked, case))
    later = onboarding.submitted()[1]
    check(until(lambda: hears_of(stays, later)))
    for case in (case, later):
        check_equal(hears_of(changes, case) + hears_of(is_blocked, case), [])


# ---- customers ----

def a_returned_request_says_what_to_correct(onboarding):
    """A38: the reason, never the comment."""
    customer, case = onboarding.submitted(customer_of(onboarding))
    onboarding.moderator.do('return_for_changes', {
        'return_reason': 'Адрес не полон', 'comment': SECRETS[0]}, case)
    item, = found(customer, 'phoenix.returned')
    check_equal(item['title'], 'Заявку нужно исправить')
    check_in('Адрес не полон', item['body'])
    letters = letters_of(onboarding, customer, 3)  # each goes its own way to the server
    received, returned = sorted(letters, key=lambda letter: letter['Subject'])
    check_equal((received['Subject'], returned['Subject']),
                ('Заявка отправлена на проверку', 'Заявку нужно исправить'))
    check_in('Адрес не полон', plain_of(returned))
    check_in('https://kontora.example/app/phoenix/request', plain_of(returned))


def a_rejected_one_says_why_if_he_may_know(onboarding):
    said = {}
    for form in ({}, {'reject_reason': 'Такой компании нет'}):
        customer, case = onboarding.submitted(customer_of(onboarding, 'en'))
        onboarding.moderator.do('reject', {'comment': SECRETS[0], **form}, case)
        key = 'phoenix.rejected_because' if form else 'phoenix.rejected'
        item, = found(customer, key)
        said[key] = item['body']
        check_equal(item['title'], 'Your request was rejected')
    check_in('Такой компании нет', said['phoenix.rejected_because'])


def he_is_welcomed(onboarding):
    customer, case = onboarding.submitted(customer_of(onboarding, 'en'))
    onboarding.moderator.do('approve', {'comment': SECRETS[0]}, case)
    found(customer, 'phoenix.completed')
    letters = letters_of(onboarding, customer, 3)
    check_equal(sorted(letter['Subject'] for letter in letters),
                ['Welcome!', 'Your request was sent for moderation'])


def who_cancels_is_told_that(onboarding):
    customer = customer_of(onboarding)
    case = customer.do('start').json['case_id']
    customer.do('cancel', None, case)
    found(customer, 'phoenix.cancelled')
    check_equal(of_key(customer, 'phoenix.abandoned'), [])


# ---- where it stands, for whoever has the link ----

def status_of(onboarding, link):
    return onboarding.public.post('/api/phoenix/status', {'link': link})


def the_status_link_shows_where_it_stands_and_nothing_else(onboarding):
    """A38, A40: no name, no form, no reason; looked at as often as anybody likes."""
    customer, case = onboarding.submitted(customer_of(onboarding))
    letter, = letters_of(onboarding, customer, 2)
    link = re.search(r'https://kontora.example/app/phoenix/status#([\w-]+)', plain_of(letter))
    for _ in range(3):
        check(until(lambda: status_of(onboarding, link[1]).json['since']))
    said = status_of(onboarding, link[1])
    check_equal(said.status, 200, said)
    check_equal({key: value for key, value in said.json.items() if not key.endswith('_at')
                 and key != 'since'},
                {'place': 'moderation', 'label_ru': 'На проверке', 'label_en': 'In moderation',
                 'waits_for': 'moderator'})
    onboarding.moderator.do('approve', {'comment': SECRETS[0]}, case)
    check(until(lambda: status_of(onboarding, link[1]).json['place'] == 'completed'))
    check(status_of(onboarding, link[1]).json['closed_at'])


def a_link_that_is_not_ours_opens_nothing(onboarding):
    customer, case = onboarding.submitted(customer_of(onboarding))
    client, path = onboarding.client, f'/api/phoenix/requests/{case}/status_link'
    said = client.get(path, {'Kontora-Person': customer.who})
    link = said.json['link'].partition('#')[2]
    check_equal(status_of(onboarding, link).status, 200)
    stranger = client.get(path, {'Kontora-Person': str(uuid.uuid4())})
    check_equal((stranger.status, stranger.code), (404, 'case_not_found'))
    for n in range(0, len(link), 7):
        other = link[:n] + ('A' if link[n] != 'A' else 'B') + link[n + 1:]
        said = status_of(onboarding, other)
        check_equal((said.status, said.code), (404, 'link_not_good'), (n, said))
    for other in (link[:-1], link + 'A', 'x'):
        check_equal(status_of(onboarding, other).code, 'link_not_good', other)


def what_was_begun_for_him_comes_with_a_link(onboarding):
    customer = customer_of(onboarding)
    telemarketing = somebody(onboarding, 'admin', 'admin.telemarketing')
    case = telemarketing.do('start_for_customer', {'owner_id': customer.who}).json['case_id']
    found(customer, 'phoenix.begun_for_customer')
    letter, = letters_of(onboarding, customer, 2)
    check_in('https://kontora.example/app/phoenix/request', plain_of(letter))
    himself = customer_of(onboarding)
    himself.do('start')
    himself.do('cancel', None, himself.state().json['case']['case_id'])
    check_equal(of_key(himself, 'phoenix.begun_for_customer'), [])


def he_is_reminded(onboarding):
    customer = customer_of(onboarding)
    case = customer.do('start').json['case_id']
    for n in range(2):
        said = onboarding.client.post('/flow/stq/phoenix/on-task', {
            'task_id': str(uuid.uuid4()), 'ticket_id': case, 'trigger_kind': 'remind'})
        check(said.status < 300, said)
        found(customer, 'phoenix.stalled', n + 1)


# ---- nothing else ----

def without_chance(items, case):
    """The words alone, and which request it is."""
    text = repr([(item['key'], item['title'], item['body']) for item in items])
    return without_links(text, case)


def without_links(text, case):
    return re.sub(r'status#[\w-]+', 'STATUS', re.sub(case, 'CASE', text))


def fill_in(customer, case):
    customer.do('submit_company_form', COMPANY, case)
    customer.do('submit_contact_form', CONTACT, case)
    customer.do('submit_for_moderation', None, case)


def story(onboarding, secrets, customer, case):
    """All that a customer hears of, with what the staff keeps to itself."""
    fill_in(customer, case)
    comment, note = secrets
    onboarding.support.do('note', {'support_note': note}, case)
    onboarding.moderator.do('claim', None, case)
    onboarding.moderator.do('return_for_changes', {
        'return_reason': 'Адрес', 'comment': comment}, case)
    fill_in(customer, case)
    onboarding.moderator.do('approve', {'comment': comment}, case)
    found(customer, 'phoenix.completed')


def what_is_hidden_is_in_no_notice(onboarding):
    """A38, A40: byte by byte the same, whatever the staff has written; and for moderators,
    whatever the customer thinks of the support."""
    said, moderators_said = [], []
    for secrets, rating in ((SECRETS, 1), (('fine', 'no note'), 5)):
        moderator = moderator_of(onboarding)
        customer = customer_of(onboarding)
        case = customer.do('start').json['case_id']
        customer.do('rate_support', {'support_rating': rating}, case)
        story(onboarding, secrets, customer, case)
        letters = ''.join(sorted(  # two that are sent at once come in either order
            plain_of(letter) for letter in letters_of(onboarding, customer, 5)))
        found_in = sorted(inbox(customer), key=lambda one: one['key'])
        said.append(without_chance(found_in, case) + without_links(letters, case))
        check(until(lambda: len(hears_of(moderator, case)) == 2), hears_of(moderator, case))
        moderators_said.append(without_chance(hears_of(moderator, case), case))
        onboarding.client.post(f'/api/users/{moderator.who}/block', {'reason': 'gone'})
        for secret in secrets:
            check_not_in(secret, said[-1] + moderators_said[-1])
    check_equal(said[0], said[1])
    check_equal(moderators_said[0], moderators_said[1])
    check_in('phoenix.returned', said[0])
    check_in('phoenix.completed', said[0])


NO_EVENTS_OF_ITS_OWN = ('phoenix.case_', 'phoenix.begin_sample', 'phoenix.forget_sample')


def the_events_have_no_comment(onboarding):
    """A40: whoever listens to them inside or outside."""
    said = onboarding.client.get('/asyncapi.json').json
    seen = {field['name'] for field in onboarding.customer().get('about').json['fields']}
    shapes = {name: shape['properties'] for name, shape in said['components']['schemas'].items()
              if name.startswith('phoenix.') and not name.startswith(NO_EVENTS_OF_ITS_OWN)}
    check_equal(len(shapes), 9, sorted(shapes))
    for name, fields in shapes.items():
        check_equal(set(fields) - seen, {'case_id'}, name)


if __name__ == '__main__':
    main([moderators_hear_that_a_request_waits, who_moderates_no_more_hears_nothing,
          a_returned_request_says_what_to_correct, a_rejected_one_says_why_if_he_may_know,
          he_is_welcomed, what_was_begun_for_him_comes_with_a_link, he_is_reminded,
          who_cancels_is_told_that, the_status_link_shows_where_it_stands_and_nothing_else,
          a_link_that_is_not_ours_opens_nothing,
          what_is_hidden_is_in_no_notice, the_events_have_no_comment],
         {'mail': mail, 'onboarding': onboarding})
