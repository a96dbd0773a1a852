"""timers_test.py - nobody goes on with a request: reminded after 7 days, abandoned after 30 (A42).

The server is stopped, what it waits for is moved into the past, and it is started again, as if it
had been away for so long. PostgreSQL, for a file of ours that somebody else has written is damaged.
"""
# stores: none
import os
import re
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import disable_code
from house import until
from kontora import Server, fresh_postgres, the_postgres
from onboarding import COMPANY, Onboarding, places
from tap import check, check_equal, for_each_test, main

DAY_MS = 24 * 60 * 60 * 1000


@for_each_test
def start_server():
    server = Server(store=fresh_postgres()).start()
    yield server
    check_equal(server.stop(), 0)


def timers(server, case):
    """What the case waits for: name -> milliseconds after it was set. The server is stopped."""
    rows = ask(server, f"SELECT subject || ' ' || due_at - set_at FROM phoenix.later_timer"
                       f" WHERE subject LIKE '{case}/%'").split('\n')
    return {row.partition('/')[2].split()[0]: int(row.split()[1]) for row in rows if row}


def ask(server, sql):
    return the_postgres().psql(sql, re.search(r'dbname=(\w+)', server.store.address).group(1))


def away_for(server, days):
    check_equal(server.stop(), 0)
    ask(server, f'UPDATE phoenix.later_timer SET due_at = due_at - {days * DAY_MS}')
    server.start()
    return Onboarding(server.admin())


def reminders(onboarding, case):
    return onboarding.supervisor.state(case).json['case']['forms'].get('reminders', 0)


def somebody(server):
    """Of the directory, whom notices reach."""
    admin = server.admin()
    who = admin.post('/api/users', {'email': 'maria@example.com', 'type': 'person',
                                    'locale': 'en'}).json['id']
    check(until(lambda: admin.post('/api/notifications', {
        'template': 'notifications.test', 'recipient_id': who, 'channel': 'inbox'}).status == 202))
    return who


def told(server, who):
    items = server.admin().get('/api/inbox', {'Kontora-Person': who}).json['items']
    return sorted(item['key'] for item in items if item['key'].startswith('phoenix.'))


def he_is_reminded_and_then_it_is_abandoned(server):
    """And is told so, each time once."""
    onboarding = Onboarding(server.admin())
    customer = onboarding.customer(somebody(server))
    case = customer.do('start').json['case_id']
    server.stop()
    check_equal(timers(server, case), {'remind': 7 * DAY_MS, 'abandon': 30 * DAY_MS})
    server.start()
    onboarding = away_for(server, 8)
    check_equal(until(lambda: reminders(onboarding, case)), 1)
    customer = onboarding.customer(customer.who)
    check_equal(places(customer.state(case)), ['company_form'])
    check(until(lambda: told(server, customer.who) == ['phoenix.stalled']))
    onboarding = away_for(server, 23)
    customer = onboarding.customer(customer.who)
    check(until(lambda: places(customer.state(case)) == ['abandoned']), customer.state(case))
    check_equal({disable_code(offer) for offer in customer.state(case).json['new_operations']},
                {'case_closed'})
    check(until(lambda: told(server, customer.who) == ['phoenix.abandoned', 'phoenix.stalled']),
          told(server, customer.who))
    check(customer.do('start').json['case_id'] != case, 'he begins another one')


def who_goes_on_is_not_reminded(server):
    """Each form has days of its own; what waits for a moderator waits as long as it takes."""
    onboarding = Onboarding(server.admin())
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    onboarding = away_for(server, 6)
    customer = onboarding.customer(customer.who)
    customer.do('submit_company_form', COMPANY, case)
    onboarding = away_for(server, 6)
    check_equal(reminders(onboarding, case), 0)
    _, other = onboarding.submitted()
    server.stop()
    check_equal(timers(server, other), {})
    server.start()
    onboarding = away_for(server, 40)
    customer = onboarding.customer(customer.who)
    check(until(lambda: places(customer.state(case)) == ['abandoned']))
    check_equal(places(onboarding.moderator.state(other)), ['moderation'])


def send(customer, case, data):
    """A document of which so much comes as there is; it is said to have 300 bytes."""
    path = customer.path(f'cases/{case}/files')
    file = customer.client.post(path, {'field': 'documents', 'name': 'x.pdf', 'bytes': 300},
                                customer.headers).json['file_id']
    said = customer.client.ask('PUT', f'{path}/{file}?offset=0', data, customer.headers)
    check_equal(said.status, 200, said)
    return file


def sent(customer, case):
    return {one['file_id'] for one in customer.get(f'cases/{case}/files').json['items']}


def chunks(server):
    return int(ask(server, 'SELECT count(*) FROM phoenix.engine_chunk'))


def files_that_no_form_has_are_forgotten(server):
    """After a day; the same bytes are kept once, and stay as long as one has them."""
    onboarding = Onboarding(server.admin())
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    customer.do('submit_company_form', COMPANY, case)
    whole = b'%PDF-' + b'x' * 295
    taken, again, half, other = [send(customer, case, data) for data in (
        whole, whole, whole[:200], whole.replace(b'x', b'y'))]
    check_equal(customer.do('save_contact', {'documents': [taken]}, case).status, 200)
    check_equal(chunks(server), 3, 'the second was there already')
    check_equal(server.stop(), 0)
    ask(server, f"UPDATE phoenix.engine_file SET created_at = created_at - {DAY_MS}"
                f" WHERE file_id <> '{other}'")
    server.start()
    customer = Onboarding(server.admin()).customer(customer.who)
    check(until(lambda: not sent(customer, case) & {again, half}), sent(customer, case))
    check_equal(sent(customer, case), {taken, other})
    check_equal(chunks(server), 2)
    check_equal(customer.get(f'cases/{case}/files/{taken}').body, whole)


if __name__ == '__main__':
    main([files_that_no_form_has_are_forgotten,
          he_is_reminded_and_then_it_is_abandoned, who_goes_on_is_not_reminded],
         {'server': start_server})
