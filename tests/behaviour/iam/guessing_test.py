"""guessing_test.py - scripted guesses at whatever opens a door, from many addresses (G44, G40).

There is no token here that says by itself who somebody is, so nothing of one can be forged (G40):
what is sent is looked up by its digest, or is nothing.
"""
import base64
import os
import random
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from kontora import store_kind
from letters import Post
from people import PASSWORD, Browser
from tap import check, check_equal, check_in, main, skip, test_scale

OLGA = 'olga@example.org'
GUESSES = test_scale(150)


def start_post():
    post = Post().start()
    Browser(post.server).set_up(OLGA)
    yield post
    post.stop()


def sessions(post):
    token = post.server.admin().post('/tokens/issue', {'user_id': owner(post)}).json['access_token']
    return post.server.client(key=token).get('/api/sessions').json['items']


def owner(post):
    return post.server.admin().get('/api/users?role=owner').json['items'][0]['id']


def codes_are_not_guessed(post):
    """At most five guesses are looked at for each code that is sent."""
    browser = post.guest()
    browser.post('/api/login_request', {'channel': 'email', 'address': OLGA})
    code, before = post.code(OLGA), len(sessions(post))
    tried = set()
    for number in range(GUESSES):
        guess = f'{random.randrange(10**6):06}'
        if guess != code:
            tried.add(guess)
            browser.address = f'198.51.100.{number % 250 + 1}'
            answer = browser.post('/api/login', {'email': OLGA, 'code': guess})
            check_in(answer.status, (401, 429))
    answer = browser.post('/api/login', {'email': OLGA, 'code': code})
    check_in(answer.status, (401, 429), 'after so many guesses it is worth nothing')
    check_equal(len(sessions(post)), before + 1, 'nobody has come in but who looks')
    print(f'# {len(tried)} guesses at one code')


def passwords_are_not_guessed(post):
    """From however many addresses, few guesses at one person are looked at; he comes in all the
    same, with the browser that he has come with before."""
    mine = post.guest().sign_in(OLGA)
    looked_at = 0
    for number in range(60):
        stranger = Browser(post.server, address=f'203.0.113.{number + 1}')
        answer = stranger.post('/api/login', {'email': OLGA, 'password': f'lantern no {number}'})
        looked_at += answer.status == 401
        check_in(answer.status, (401, 429))
    check(looked_at < 20, looked_at)
    again = Browser(post.server, address='192.0.2.200')
    again.jar = {'kontora_browser': mine.jar['kontora_browser']}
    again.sign_in(OLGA)
    print(f'# {looked_at} of 60 guesses were looked at')


def forged(kind):
    """One that looks as it should, one that is cut, and the famous ones."""
    body = base64.urlsafe_b64encode(random.randbytes(32)).decode().rstrip('=')
    return random.choice([f'{kind}{body}', f'{kind}{body}000000', kind, f'{kind}{"A" * 49}',
                          'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.',
                          f'{kind}../../../etc/passwd', f"{kind}' OR 1=1 --", kind * 100])


def credentials_are_not_guessed(post):
    """G40: sessions, keys, refresh tokens, invitations."""
    client = post.server.client(key=None)
    for number in range(GUESSES):
        bearer = {'Authorization': f'Bearer {forged(random.choice(["gws_", "gwk_", "gwa_"]))}',
                  'X-Forwarded-For': f'198.51.100.{number % 250 + 1}'}
        check_equal(client.get('/api/profile', bearer).status, 401, bearer)
        here = {'X-Forwarded-For': bearer['X-Forwarded-For']}
        answer = client.post('/session/refresh', {'refresh_token': forged('gwr_')[:60]}, here)
        check_in(answer.status, (400, 401))
        answer = client.post('/api/invitations/look', {'invitation': forged('gwi_')[:60]}, here)
        check_in(answer.status, (400, 404))


def a_flood_of_passwords_does_not_stop_others(post):
    """Two are hashed at once, 64 wait, the rest is told to come again."""
    if store_kind() != 'sqlite':
        skip('hashing asks no store')
    answers = []

    def knock(number):
        answers.append(Browser(post.server, address=f'198.18.200.{number + 1}').post(
            '/api/login', {'email': f'n{number}@example.org', 'password': PASSWORD}).status)
    threads = [threading.Thread(target=knock, args=(number,)) for number in range(90)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        check_equal(post.server.admin().get('/api/users').status, 200)
    check_equal(set(answers) - {401, 429}, set(), answers)
    print(f'# {answers.count(401)} were looked at, {answers.count(429)} told to come again')


if __name__ == '__main__':
    main([codes_are_not_guessed, passwords_are_not_guessed, credentials_are_not_guessed,
          a_flood_of_passwords_does_not_stop_others], {'post': start_post})
