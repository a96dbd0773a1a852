"""digest_test.py - who wants to hear once a day gets one letter, when the day has come (C75, B77).

The server is stopped, the time at which letters are put together is moved into the past, and it is
started again, as if the night had gone by. PostgreSQL: a file of ours that somebody else has
written is damaged.
"""
# stores: none
import os
import re
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from house import until
from kontora import Server, fresh_postgres, the_postgres
from smtp import SmtpServer, plain_of
from tap import check, check_equal, check_in, main

DAY_MS = 24 * 60 * 60 * 1000


def open_mail():
    server = SmtpServer(user='kontora', secret='s3cret')
    yield server
    server.stop()


def start_server(mail):
    server = Server(store=fresh_postgres(), services='users,notifications', settings=[
        f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
        '--mail.from=Office <office@example.com>']).start()
    yield server
    check_equal(server.stop(), 0)


def ask(server, sql):
    return the_postgres().psql(sql, re.search(r'dbname=(\w+)', server.store.address).group(1))


def due(server):
    return int(ask(server, 'SELECT due_at FROM notifications.later_schedule'
                           " WHERE name = 'send_digests'"))


def next_morning(server):
    """The clock cannot be turned, but what it is compared with can."""
    check_equal(server.stop(), 0)
    before = due(server)
    ask(server, f'UPDATE notifications.later_schedule SET due_at = due_at - {2 * DAY_MS}')
    server.start()
    check(until(lambda: due(server) >= before))


def person_of(server, name, mode):
    """Somebody who is known here and wants his letters so."""
    admin = server.admin()
    email = f'{name}@example.com'
    person = admin.post('/api/users', {'email': email, 'type': 'person', 'locale': 'en'}).json['id']
    who = {'Kontora-Person': person}
    check(until(lambda: ask(server, 'SELECT count(*) FROM notifications.recipient'
                                    f" WHERE id = '{person}'") == '1'))
    if mode:
        answer = admin.ask('PUT', '/api/inbox/preferences',
                           {'key': '*', 'channel': 'email', 'mode': mode}, who)
        check_equal(answer.status, 200, answer)
    return person, email


def told(server, person, number, **more):
    return server.admin().post('/api/notifications', {
        'template': 'orders.late', 'recipient_id': person, 'payload': {'number': number}, **more})


def state(server, answer):
    name = answer.json['notification_id']
    return server.admin().get(f'/api/notifications/{name}').json['status']


def make_words(server):
    for channel in ('email', 'inbox'):
        answer = server.admin().post('/templates', {
            'key': 'orders.late', 'channel': channel, 'locale': 'en', 'subject': 'Late: {{number}}',
            'body': 'Order {{number}} is late.'})
        check_equal(answer.status, 201, answer)


def many_letters_become_one_a_day(server, mail):
    make_words(server)
    daily, his = person_of(server, 'daily', 'daily')
    other, others = person_of(server, 'other', 'daily')
    at_once, hers = person_of(server, 'at_once', None)
    waiting = [told(server, daily, number) for number in (1, 2, 3)] + [told(server, other, 9)]
    told(server, at_once, 4)
    check_equal([state(server, answer) for answer in waiting], ['queued'] * 4)
    mail.wait_for(hers)
    check_equal((mail.letters_to(his), mail.letters_to(others)), ([], []))
    next_morning(server)
    letter = plain_of(mail.wait_for(his)[0])
    for line in ('(3)', '- Late: 1', '- Late: 2', '- Late: 3'):
        check_in(line, letter)
    check_in('(1)', plain_of(mail.wait_for(others)[0]))
    check(until(lambda: [state(server, answer) for answer in waiting] == ['processed'] * 4))


def nothing_is_told_twice_and_no_news_are_no_letter(server, mail):
    """The next mornings: one has something new, the other has not."""
    before = len(mail.letters_to('daily@example.com'))
    next_morning(server)
    person = server.admin().get('/api/users?email=other%40example.com').json['items'][0]['id']
    told(server, person, 10)
    next_morning(server)
    letters = mail.wait_for('other@example.com', 2)
    check_in('- Late: 10', plain_of(letters[1]))
    check('Late: 9' not in plain_of(letters[1]), plain_of(letters[1]))
    check_equal(len(mail.letters_to('daily@example.com')), before)


if __name__ == '__main__':
    main([many_letters_become_one_a_day, nothing_is_told_twice_and_no_news_are_no_letter],
         fixtures={'mail': open_mail, 'server': start_server})
