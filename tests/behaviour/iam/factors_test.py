"""factors_test.py - second factors (oathtool is the oracle), keys, programs: C48, C49, C51, D18."""
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from house import until
from kontora import PLATFORM, Server, the_store
from people import PASSWORD, Browser
from tap import check, check_equal, check_in, check_not_in, for_each_test, main

OLGA = 'olga@example.org'
QUIET = ['--gateway.sign_in_rate=0', '--gateway.proxies=127.0.0.1']


@for_each_test
def fresh():
    server = Server(store=the_store(), services=PLATFORM, settings=QUIET).start()
    Browser(server).set_up(OLGA)
    yield server
    server.stop()


def app_code(secret, at=None):
    """What an authenticator app shows."""
    now = [] if at is None else ['--now', time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(at))]
    return subprocess.run(['oathtool', '--totp', '--base32', *now, secret], check=True,
                          capture_output=True, text=True).stdout.strip()


class Phone:
    """Never shows the code of a half minute twice: the next one is computed ahead."""

    def __init__(self, secret):
        self.secret = secret
        self.last = 0

    def code(self):
        step = max(int(time.time()) // 30, self.last + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.5)
        self.last = step
        return app_code(self.secret, step * 30)


def turn_on(browser):
    begun = browser.post('/api/profile/totp')
    check_equal(begun.status, 201, begun)
    phone = Phone(begun.json['secret'])
    check_in(f"secret={begun.json['secret']}", begun.json['uri'])
    check(begun.json['uri'].startswith('otpauth://totp/Kontora:olga%40example.org?'), begun.json)
    answer = browser.post('/api/profile/totp/confirm', {'totp_code': phone.code()})
    check_equal(answer.status, 200, answer)
    return phone, answer.json['recovery_codes']


def login(server, **more):
    return Browser(server, address='192.0.2.9').post(
        '/api/login', {'email': OLGA, 'password': PASSWORD, **more})


# ---- the second factor ----

def a_second_factor_is_asked_for(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    phone, recovery = turn_on(owner)
    check_equal(len(set(recovery)), 10)
    check_equal(owner.post('/api/profile/totp').code, 'totp_is_on')
    answer = login(fresh)
    check_equal((answer.status, answer.code), (401, 'otp_required'))
    check_equal(login(fresh, totp_code='000000').code, 'invalid_otp')
    code = phone.code()
    check_equal(login(fresh, totp_code=code).status, 200)
    check_equal(login(fresh, totp_code=code).code, 'invalid_otp', 'a code is good once')
    check_equal(login(fresh, password='quiet lantern', totp_code=phone.code()).code,
                'invalid_credentials')


def a_recovery_code_is_good_once(fresh):
    """G45"""
    _, recovery = turn_on(Browser(fresh).sign_in(OLGA))
    answers = []

    def try_it(number):
        browser = Browser(fresh, address=f'198.51.100.{number + 1}')
        answers.append(browser.post('/api/login', {'email': OLGA, 'password': PASSWORD,
                                                   'totp_code': recovery[0].upper()}).status)
    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal(sorted(answers), [200] + [401] * 3)


def it_is_taken_away_with_a_code(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    phone, recovery = turn_on(owner)
    check_equal(owner.post('/api/profile/totp/remove', {'totp_code': '123456'}).code, 'invalid_otp')
    check_equal(owner.post('/api/profile/totp/remove', {'totp_code': recovery[3]}).status, 204)
    check_equal(login(fresh).status, 200)
    check_equal(owner.post('/api/profile/totp/remove', {'totp_code': phone.code()}).code,
                'totp_is_off')


# ---- API keys ----

def a_key_opens_what_its_scopes_say(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    made = owner.post('/api/keys', {'name': 'reports', 'scopes': ['users.read']})
    check_equal(made.status, 201, made)
    secret = made.json['key']
    program = fresh.client(key=secret)
    check_equal(program.get('/api/users').status, 200)
    check_equal(program.post('/api/users', {'email': 'x@example.org', 'type': 'client'}).status,
                403)
    listed = owner.get('/api/keys').json['items']
    check_equal([(key['name'], key['scopes']) for key in listed], [('reports', ['users.read'])])
    check_not_in(secret, str(listed))
    check(secret.startswith(listed[0]['start']))
    whole = fresh.client(key=owner.post('/api/keys', {'name': 'all'}).json['key'])
    check_equal(whole.post('/api/users', {'email': 'x@example.org', 'type': 'client'}).status, 201)
    check_equal(owner.delete(f"/api/keys/{made.json['id']}").status, 204)
    check(until(lambda: program.get('/api/users').status == 401))
    check_equal(owner.delete(f"/api/keys/{made.json['id']}").code, 'key_not_found')


def a_key_ends_by_itself(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    made = owner.post('/api/keys', {'name': 'old', 'expires_at': '2020-01-01T00:00:00Z'})
    check_equal(fresh.client(key=made.json['key']).get('/api/profile').status, 401)


# ---- programs ----

def a_program_signs_in(fresh):
    """C51: 401 invalid_credentials, otp_required; 423 account_locked; refresh; logout; profile."""
    client = fresh.client(key=None)
    wrong = client.post('/session/login', {'username': OLGA, 'password': 'quiet lantern'})
    check_equal((wrong.status, wrong.code), (401, 'invalid_credentials'))
    answer = client.post('/session/login', {'username': OLGA, 'password': PASSWORD})
    check_equal(answer.status, 200, answer)
    check_equal((answer.json['expires_in'], answer.json['refresh_expires_in'],
                 answer.json['user']['email']), (900, 604800, OLGA))
    program = fresh.client(key=answer.json['access_token'])
    check_equal(program.get('/session/profile').json['permissions'], ['*'])
    new = client.post('/session/refresh', {'refresh_token': answer.json['refresh_token']})
    check_equal(new.status, 200, new)
    check(until(lambda: program.get('/session/profile').status == 401), 'the old one is over')
    program = fresh.client(key=new.json['access_token'])
    check_equal(program.get('/session/profile').status, 200)
    stolen = client.post('/session/refresh', {'refresh_token': answer.json['refresh_token']})
    check_equal((stolen.status, stolen.code), (401, 'invalid_grant'))
    check(until(lambda: program.get('/session/profile').status == 401), 'the whole family is over')
    check_equal(client.post('/session/refresh', {'refresh_token': new.json['refresh_token']}).code,
                'invalid_grant')
    for number in range(6):
        client.post('/session/login', {'username': OLGA, 'password': f'quiet lantern {number}'})
    locked = client.post('/session/login', {'username': OLGA, 'password': PASSWORD})
    check_equal((locked.status, locked.code), (423, 'account_locked'))
    check_in('retry-after', locked.headers)


def a_program_needs_the_second_factor_too(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    phone, _ = turn_on(owner)
    client = fresh.client(key=None)
    body = {'username': OLGA, 'password': PASSWORD}
    check_equal(client.post('/session/login', body).code, 'otp_required')
    answer = client.post('/session/login', {**body, 'totp_code': phone.code()})
    check_equal(answer.status, 200, answer)
    program = fresh.client(key=answer.json['access_token'])
    check_equal(program.post('/session/logout').status, 204)
    check(until(lambda: program.get('/session/profile').status == 401))


def an_id_and_a_password_give_a_token(fresh):
    """D2, D18"""
    me = Browser(fresh).sign_in(OLGA).get('/api/profile').json['id']
    client = fresh.client(key=None)
    wrong = client.post('/api/token', {'user_id': me, 'passwd': 'quiet lantern'})
    check_equal((wrong.status, wrong.code), (401, 'invalid_credentials'))
    nobody = client.post('/api/token', {'user_id': '018f6e2a-0000-7000-8000-00000000a11a',
                                        'passwd': PASSWORD})
    check_equal((nobody.status, nobody.code), (401, 'invalid_credentials'))
    token = client.post('/api/token', {'user_id': me, 'passwd': PASSWORD}).json['token']
    check_equal(fresh.client(key=token).get('/api/profile').json['id'], me)


def tokens_are_issued_and_asked_about(fresh):
    """C48"""
    admin = fresh.admin()
    me = Browser(fresh).sign_in(OLGA).get('/api/profile').json['id']
    check_equal(admin.post('/tokens/issue', {'user_id': me, 'ttl': 3601}).status, 400)
    pair = admin.post('/tokens/issue', {'user_id': me, 'ttl': 60}).json
    check_equal(pair['expires_in'], 60)
    asked = admin.post('/tokens/introspect', {'token': pair['access_token']}).json
    check_equal((asked['active'], asked['user_id'], asked['roles']), (True, me, ['owner']))
    unknown = admin.post('/tokens/introspect', {'token': 'gws_nothing'})
    check_equal((unknown.status, unknown.json['active']), (200, False))
    check_equal(admin.post('/tokens/revoke', {'user_id': me,
                                              'refresh_token': pair['refresh_token']}).status, 204)
    check_equal(admin.post('/tokens/introspect', {'token': pair['access_token']}).json['active'],
                False)
    check_equal(fresh.client(key=None).post('/tokens/issue', {'user_id': me}).status, 401)


def a_telegram_is_linked_by_a_code(fresh):
    """C49"""
    owner, bot = Browser(fresh).sign_in(OLGA), fresh.admin()
    me = owner.get('/api/profile').json['id']
    check_equal(bot.get('/internal/telegram/users/70001').code, 'not_linked')
    code = owner.post('/api/profile/telegram').json['confirmation_code']
    link = {'user_id': me, 'telegram_id': '70001', 'confirmation_code': code}
    other = f'{(int(code) + 1) % 10**6:06}'
    wrong = bot.post('/telegram/link', {**link, 'confirmation_code': other})
    check_equal((wrong.status, wrong.code), (409, 'invalid_code'))
    check_equal(bot.post('/telegram/link', link).json, {'linked': True})
    check_equal(bot.post('/telegram/link', link).code, 'invalid_code', 'it was used')
    binding = {'user_id': me, 'telegram_id': '70001', 'roles': ['owner'], 'active': True}
    check_equal(bot.get('/internal/telegram/users/70001').json, binding)
    check_equal(bot.get(f'/internal/telegram/bindings/{me}').json, binding)
    check(until(lambda: fresh.admin().get(f'/api/users/{me}').json['telegram_id'] == '70001'))

    def challenge():
        """What the directory has told before it heard of the link may come after it."""
        answer = bot.post('/mfa/challenge', {'user_id': me, 'channel': 'telegram'})
        return answer if answer.status == 202 else None
    check_equal(until(challenge).json['expires_in'], 300)


def settings_of_ones_own(fresh):
    owner = Browser(fresh).sign_in(OLGA)
    me = owner.get('/api/profile').json['id']
    changed = owner.patch('/api/profile', {'locale': 'en', 'full_name': 'Olga Y.'})
    check_equal((changed.status, changed.json['locale'], changed.json['full_name']),
                (200, 'en', 'Olga Y.'))
    check(until(lambda: fresh.admin().get(f'/api/users/{me}').json['locale'] == 'en'))
    check_equal(fresh.admin().get(f'/api/users/{me}').json['full_name'], 'Olga Y.')


if __name__ == '__main__':
    main([a_second_factor_is_asked_for, a_recovery_code_is_good_once, it_is_taken_away_with_a_code,
          a_key_opens_what_its_scopes_say, a_key_ends_by_itself, a_program_signs_in,
          a_program_needs_the_second_factor_too, an_id_and_a_password_give_a_token,
          tokens_are_issued_and_asked_about, a_telegram_is_linked_by_a_code, settings_of_ones_own],
         {'fresh': fresh})
