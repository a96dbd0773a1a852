"""mail_test.py - letters through a real mail server: B76, B77, C73, C74, D25.

STARTTLS and AUTH, both forms of the text, headers; refused, put off, uncertain; retried, failed,
retried by a person; nothing in a letter can add a header.
"""
import os
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from house import until
from kontora import PLATFORM, Server, the_store
from smtp import SmtpServer, html_of, plain_of
from tap import check, check_equal, check_in, check_match, main

CODE = {'code': '428571', 'minutes': '10'}


def mail():
    server = SmtpServer(user='kontora', secret='s3cret')
    yield server
    server.stop()


def settings_of(mail, *more):
    return [f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
            '--mail.from=Контора <office@example.com>', '--notifications.retry_after=50ms', *more]


def server(mail):
    server = Server(store=the_store(), services=PLATFORM, settings=settings_of(
        mail, '--mail.unsubscribe=https://example.com/inbox')).start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    yield server.client()


def send(client, address, template='iam.login_code', payload=None, **more):
    body = {'template': template, 'address': address, 'channel': 'email',
            'payload': CODE if payload is None else payload, **more}
    return client.post('/api/notifications', body)


def sent(client, *arguments, **more):
    answer = send(client, *arguments, **more)
    check_equal(answer.status, 202, repr(answer))
    return answer.json['notification_id']


def state(client, name):
    return client.get(f'/api/notifications/{name}').json


def ended(client, name, status):
    until(lambda: state(client, name)['status'] == status)
    found = state(client, name)
    check_equal(found['status'], status, repr(found))
    return found


def somebody(box='anna'):
    return f'{box}@{uuid.uuid4().hex[:12]}.example.com'


def a_letter_has_both_forms_and_proper_headers(client, mail):
    address = somebody()
    name = sent(client, address, locale='ru')
    letter, = mail.wait_for(address)
    check_equal(letter.envelope['tls'], True)
    check_equal(letter.envelope['user'], 'kontora')
    check_equal(letter.envelope['from'], 'office@example.com')
    check_equal(letter['Subject'], 'Код для входа: 428571')
    check_equal(letter['From'], 'Контора <office@example.com>')
    check_equal(letter['To'], address)
    check_equal(letter['Message-ID'], f'<{name}@example.com>')
    check_equal(letter['Auto-Submitted'], 'auto-generated')
    check_match(r'\w{3}, \d{1,2} \w{3} 20\d\d \d\d:\d\d:\d\d \+0000', str(letter['Date']))
    check_equal(letter['List-Unsubscribe'], None)  # nobody mutes a sign-in code
    check_equal(letter.get_content_type(), 'multipart/alternative')
    check_in('Ваш код для входа: 428571', plain_of(letter))
    check_in('428571', html_of(letter))
    check(all(len(line) <= 998 and '\n' not in line and '\r' not in line
              for line in letter.raw.split('\r\n')))
    found = ended(client, name, 'processed')
    check_equal((found['channel'], found['attempts'], found['reason']), ('email', 1, None))
    attempts = client.get(f'/api/notifications/{name}/attempts').json['items']
    check_equal([(one['outcome'], one['number'], one['code']) for one in attempts],
                [('taken', 1, 250)])


def what_may_be_muted_says_where(client, mail):
    address = somebody()
    answer = client.post('/templates', {'key': 'payout.daily', 'channel': 'email',
                                        'subject': 'Payout', 'body': 'Today: {{salary}}'})
    check_equal(answer.status, 201, repr(answer))
    sent(client, address, 'payout.daily', {'salary': '1250.50'})  # D25
    letter, = mail.wait_for(address)
    check_equal(letter['List-Unsubscribe'], '<https://example.com/inbox>')
    check_equal(plain_of(letter).strip(), 'Today: 1250.50')


def no_text_adds_a_header(client, mail):
    address = somebody()
    evil = 'x\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>'
    sent(client, address, payload={'code': evil, 'minutes': 1}, locale='en')
    letter, = mail.wait_for(address)
    check_equal(letter['Bcc'], None)
    check_equal(letter.envelope['to'], [address])
    check_in('&lt;script&gt;', html_of(letter))
    check('<script>' not in html_of(letter))
    for bad in ('a@b.example\r\nRCPT TO:<c@d.example>', 'a b@example.com', 'a@b@c.example',
                '<a@example.com>', 'anna', 'a@example.com,b@example.com'):
        answer = send(client, bad)
        check_equal((answer.status, answer.code), (422, 'bad_address'), bad)


def a_hole_without_a_value_is_named(client):
    answer = send(client, somebody(), payload={'minutes': 5})
    check_equal((answer.status, answer.code), (422, 'values_missing'))
    check_equal(answer.json['details']['missing'], ['code'])
    answer = send(client, somebody(), 'no.such.template')
    check_equal((answer.status, answer.code), (404, 'template_not_found'))
    answer = client.post('/api/notifications', {'template': 'iam.login_code', 'payload': CODE})
    check_equal((answer.status, answer.code), (422, 'no_recipient'))


def the_same_key_is_sent_once(client, mail):
    address, key = somebody(), uuid.uuid4().hex
    name = sent(client, address, dedup_key=key)
    answer = send(client, address, dedup_key=key)
    check_equal((answer.status, answer.code), (409, 'duplicate_notification'))
    check_equal(answer.json['details']['notification_id'], name)
    ended(client, name, 'processed')
    check_equal(len(mail.letters_to(address)), 1)


def what_is_never_taken_fails_at_once(client):
    name = sent(client, somebody('never'))
    found = ended(client, name, 'failed')
    check_in('550', found['reason'])
    check_equal(len(client.get(f'/api/notifications/{name}/attempts').json['items']), 1)
    listed = client.get('/api/notifications?status=failed').json['items']
    check_in(name, [one['notification_id'] for one in listed])
    check_equal(client.post(f'/api/notifications/{name}/retry').status, 200)
    ended(client, name, 'failed')
    until(lambda: len(client.get(f'/api/notifications/{name}/attempts').json['items']) == 2)
    check_equal(len(client.get(f'/api/notifications/{name}/attempts').json['items']), 2)


def what_is_put_off_is_tried_three_times_more(client):
    name = sent(client, somebody('later'))
    found = ended(client, name, 'failed')
    check_in('451', found['reason'])
    attempts = client.get(f'/api/notifications/{name}/attempts').json['items']
    check_equal([one['outcome'] for one in attempts], ['later'] * 4)


def a_lost_answer_is_uncertain_and_the_letters_are_one(client, mail):
    address = somebody('lost')
    name = sent(client, address)
    found = ended(client, name, 'failed')
    attempts = client.get(f'/api/notifications/{name}/attempts').json['items']
    check_equal([one['outcome'] for one in attempts], ['uncertain'] * 4, repr(found))
    letters = mail.wait_for(address, 4)
    check_equal({letter['Message-ID'] for letter in letters}, {f'<{name}@example.com>'})
    check_equal(len({letter.raw for letter in letters}), 1)


def without_a_mail_server_it_says_so():
    server = Server(store=the_store(), services=PLATFORM).start()
    client = server.client()
    found = ended(client, sent(client, somebody()), 'failed')
    check_in('mail.address', found['reason'])
    check_equal(server.stop(), 0)


def without_tls_nothing_is_given():
    with SmtpServer(tls=False) as plain:
        settings = [f'--mail.address={plain.address}', '--mail.from=office@example.com',
                    '--notifications.retries=0']
        server = Server(store=the_store(), services=PLATFORM, settings=settings).start()
        address = somebody()
        ended(server.client(), sent(server.client(), address), 'failed')
        check_equal(plain.letters_to(address), [])
        check_equal(server.stop(), 0)
        server = Server(store=the_store(), services=PLATFORM,
                        settings=[*settings, '--mail.tls=when_offered']).start()
        ended(server.client(), sent(server.client(), address), 'processed')
        check_equal(len(plain.wait_for(address)), 1)
        check_equal(server.stop(), 0)


def a_server_nobody_vouches_for_and_a_wrong_secret_get_nothing(mail):
    for wrong in ([f'--mail.address={mail.address}'],
                  [f'--mail.address={mail.address.replace("s3cret", "other")}',
                   f'--mail.authorities={mail.authority}']):
        server = Server(store=the_store(), services=PLATFORM, settings=[
            *wrong, '--mail.from=office@example.com', '--notifications.retries=0']).start()
        address = somebody()
        found = ended(server.client(), sent(server.client(), address), 'failed')
        check(found['reason'], repr(found))
        check('s3cret' not in found['reason'])
        check_equal(mail.letters_to(address), [])
        check_equal(server.stop(), 0)


def smtps_is_spoken_too():
    with SmtpServer(user='kontora', secret='s3cret', secure=True) as mail:
        server = Server(store=the_store(), services=PLATFORM, settings=settings_of(mail)).start()
        address = somebody()
        ended(server.client(), sent(server.client(), address), 'processed')
        check_equal(mail.wait_for(address)[0].envelope['tls'], True)
        check_equal(server.stop(), 0)


if __name__ == '__main__':
    main([a_letter_has_both_forms_and_proper_headers, what_may_be_muted_says_where,
          no_text_adds_a_header, a_hole_without_a_value_is_named, the_same_key_is_sent_once,
          what_is_never_taken_fails_at_once, what_is_put_off_is_tried_three_times_more,
          a_lost_answer_is_uncertain_and_the_letters_are_one, without_a_mail_server_it_says_so,
          without_tls_nothing_is_given,
          a_server_nobody_vouches_for_and_a_wrong_secret_get_nothing, smtps_is_spoken_too],
         {'mail': mail, 'server': server, 'client': client})
