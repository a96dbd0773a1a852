"""sign_in_kill_test.py - kill -9 while people come in by codes and invitations, and set up (G45).

An invitation, the place of the first owner is used up in the transaction of what it brings: after
any kill either it is unused and nothing has come of it, or it is used and the way in is there.
"""
# stores: none
import http.client
import os
import random
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'iam')]
from house import until
from kontora import Server
from people import PASSWORD, Browser
from tap import check, check_equal, for_each_test, main, seconds_max, test_scale

GONE = (OSError, http.client.HTTPException)
QUIET = ['--gateway.sign_in_rate=0', '--gateway.proxies=127.0.0.1']


@for_each_test
def server():
    server = Server(variant='fault', settings=QUIET)
    yield server
    server.kill()


def killed_soon(server, about=0.25):
    """At a moment that nobody chose, about when the password has been hashed."""
    timer = threading.Timer(random.uniform(0.7, 1.3) * about, server.process.kill)
    timer.start()
    return timer


def accepts(server, invitation, address):
    """The answer's status, or None when there was none."""
    try:
        return Browser(server, address=address).post(
            '/api/invitations/accept', {'invitation': invitation, 'password': PASSWORD}).status
    except GONE:
        return None


@seconds_max(400)
def an_invitation_is_used_with_its_password_or_not_at_all(server):
    server.start()
    Browser(server).set_up()
    seen = {'unused': 0, 'used': 0, 'answered': 0}
    about, life = 0.25, 0
    while life < test_scale(12) or (life < 60 and not (seen['used'] and seen['unused'])):
        life += 1
        email = f'guest{life}@example.org'
        made = server.admin().post('/api/invitations', {'full_name': 'G', 'email': email}).json
        invitation = made['activation_link'].partition('#')[2]
        timer = killed_soon(server, about)
        first = accepts(server, invitation, f'198.51.100.{life + 1}')
        timer.join()
        server.kill()
        server.start()
        guest = Browser(server, address=f'203.0.113.{life + 1}')
        login = guest.post('/api/login', {'email': email, 'password': PASSWORD}).status
        again = accepts(server, invitation, f'198.51.100.{life + 1}')
        seen['answered'] += first == 200
        if login == 200:
            seen['used'] += 1
            about = max(0.01, about * 0.8)
            check_equal(again, 404, 'it was used, and may be used again')
        else:
            seen['unused'] += 1
            about = min(10, about * 1.25)
            check(first != 200, 'it was answered, and is lost')
            check_equal(again, 200, 'it was used, and nothing has come of it')
    print(f'# {seen}')
    check(seen['used'] and seen['unused'], seen)


@seconds_max(400)
def there_is_one_owner_or_none(server):
    for life in range(test_scale(8)):
        server.start()
        if not Browser(server).get('/api/setup').json['needed']:
            break
        timer = killed_soon(server)
        try:
            Browser(server).post('/api/setup', {'full_name': 'O', 'email': f'o{life}@example.org',
                                                'password': PASSWORD})
        except GONE:
            pass
        timer.join()
        server.kill()
    else:
        server.start()
    if Browser(server).get('/api/setup').json['needed']:
        Browser(server).set_up('o0@example.org')

    def owners():
        people = server.admin().get('/api/users?role=owner').json['items']
        return [person['email'] for person in people]
    check(until(lambda: len(owners()) == 1), owners)
    time.sleep(0.1)
    check_equal(len(owners()), 1)
    Browser(server).sign_in(owners()[0])


@seconds_max(400)
def wrong_guesses_survive(server):
    """G44: neither a kill nor a restart gives anybody new tries."""
    server.start()
    Browser(server).set_up()
    stranger = {'email': 'olga@example.org', 'password': 'quiet lantern'}
    statuses = []
    for number in range(7):
        statuses.append(Browser(server, address=f'198.51.100.{number + 1}').post(
            '/api/login', stranger).status)
        server.kill()
        server.start()
    check_equal(statuses[:5], [401] * 5)
    server.kill()
    server.start()
    last = [Browser(server, address='203.0.113.1').post('/api/login', stranger).status
            for _ in range(6)]
    check(429 in last, (statuses, last))


if __name__ == '__main__':
    main([an_invitation_is_used_with_its_password_or_not_at_all, there_is_one_owner_or_none,
          wrong_guesses_survive], {'server': server})
