"""kill_mail_test.py - kill -9 around sending: no letter is lost, and two of one are the same.

B77, G: letters are asked for while the server is killed again and again, at any moment, on each
store; in the end every one was sent, and those that were sent twice have one Message-ID.
"""
# houses: sqlite postgres
import os
import random
import sys
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from house import kind_of_house, until
from kontora import Server, Sqlite, fresh_postgres
from smtp import SmtpServer
from tap import check, check_equal, main, seconds_max

KILLS = max(1, int(5 * float(os.environ.get('KONTORA_TEST_SCALE', '1'))))
LETTERS_EACH = 6


def ask(server, number):
    """Safe to repeat: the same key is the same notification."""
    body = {'template': 'iam.login_code', 'address': f'a{number}@example.com', 'channel': 'email',
            'payload': {'code': str(number), 'minutes': '5'}, 'dedup_key': f'letter-{number}'}
    answer = server.client().post('/api/notifications', body)
    if answer.status == 409:
        return answer.json['details']['notification_id']
    check_equal(answer.status, 202, repr(answer))
    return answer.json['notification_id']


@seconds_max(900)
def every_letter_is_sent_and_twins_are_known():
    store = fresh_postgres() if kind_of_house() == 'postgres' else Sqlite()
    with SmtpServer() as mail:
        server = Server(store=store, settings=[
            f'--mail.address={mail.address}', f'--mail.authorities={mail.authority}',
            '--mail.from=office@example.com', '--notifications.retry_after=50ms',
            '--notifications.retries=100']).start()
        names = {}
        for turn in range(KILLS):
            for number in range(turn * LETTERS_EACH, (turn + 1) * LETTERS_EACH):
                names[number] = ask(server, number)
            time.sleep(random.random() * 0.3)
            server.kill()
            server.start()

        def unsent():
            return [number for number in names if not mail.letters_to(f'a{number}@example.com')]
        check(until(lambda: not unsent(), 600, 0.2), f'lost: {unsent()}')
        client = server.client()
        for number, name in names.items():
            path = f'/api/notifications/{name}'
            check(until(lambda path=path: client.get(path).json['status'] == 'processed', 600, 0.2),
                  client.get(path).text)
            letters = mail.letters_to(f'a{number}@example.com')
            check_equal({one['Message-ID'] for one in letters}, {f'<{name}@example.com>'})
            check_equal(len({one.raw for one in letters}), 1)
        sent = sum(len(mail.letters_to(f'a{number}@example.com')) for number in names)
        print(f'# {len(names)} letters, {sent - len(names)} of them once more, {KILLS} kills')
        check_equal(server.stop(), 0)


if __name__ == '__main__':
    main([every_letter_is_sent_and_twins_are_known])
