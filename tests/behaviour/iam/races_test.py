"""races_test.py - what is good once is good once, whoever is fast (G45).

64 at once show the same thing. On PostgreSQL they come in by two processes that serve sign-in
from one database, so that no lock of one program decides.
"""
# sanitizers: asan tsan
import os
import shutil
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from house import until
from kontora import Server, the_store
from people import PASSWORD, Browser
from sign_on import change_code, get_code, make_program, new_verifier, post_form
from tap import check, check_equal, main, test_scale

MANY = 64
ROUNDS = test_scale(1)


class Doors:
    """One process, or two that share their rows and the key of the installation."""

    def __init__(self):
        store = the_store()
        options = {'store': store, 'services': 'users,iam,gateway,notifications',
                   'settings': ['--gateway.sign_in_rate=0', '--gateway.address_rate=0',
                                '--gateway.person_rate=0']}
        self.servers = [Server(**options).start()]
        if store.kind == 'postgres':
            other = Server(**options)
            os.makedirs(other.directory, mode=0o700)
            shutil.copy(os.path.join(self.first.directory, 'secret.key'), other.directory)
            self.servers.append(other.start())

    @property
    def first(self):
        return self.servers[0]

    def at_once(self, show):
        """The statuses of 64 who call show(client), each with a connection of his own."""
        statuses, start = [], threading.Barrier(MANY)

        def one(number):
            client = self.servers[number % len(self.servers)].client(key=None)
            client.get('/livez')  # it is connected
            start.wait(60)
            statuses.append(show(client).status)
            client.close()
        threads = [threading.Thread(target=one, args=(number,)) for number in range(MANY)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check_equal(len(statuses), MANY)
        return statuses


def open_doors():
    doors = Doors()
    yield doors
    check_equal([server.stop() for server in doors.servers], [0] * len(doors.servers))


def olga(doors):
    yield Browser(doors.first).set_up()


def program(doors):
    yield make_program(doors.first)


def one_has_won(statuses, others):
    check_equal(sorted(set(statuses) - {200, *others}), [], sorted(statuses))
    check_equal(statuses.count(200), 1, sorted(statuses))


def an_invitation(doors, olga):
    """Each of them brings a password, which is worked on before it is known who was first."""
    answer = olga.post('/api/invitations', {'full_name': 'Мария', 'email': 'maria@example.org'})
    check_equal(answer.status, 201, answer)
    body = {'invitation': answer.json['activation_link'].partition('#')[2], 'password': PASSWORD}
    one_has_won(doors.at_once(lambda client: client.post('/api/invitations/accept', body)),
                (404, 429))
    Browser(doors.first).sign_in('maria@example.org')


def a_refresh_token(doors, olga):
    """And since all the others have shown it again, what the first was given is over too."""
    person = olga.get('/api/profile').json['id']
    for _ in range(ROUNDS):
        pair = doors.first.admin().post('/tokens/issue', {'user_id': person}).json
        body = {'refresh_token': pair['refresh_token']}
        given = []

        def show(client, body=body, given=given):
            answer = client.post('/session/refresh', body)
            given.extend([answer.json] if answer.status == 200 else [])
            return answer
        one_has_won(doors.at_once(show), (401,))
        asked = doors.first.admin().post('/tokens/introspect', {'token': given[0]['access_token']})
        check_equal(asked.json['active'], False)


def ask_for_tokens(program, **form):
    whole = {'client_id': program['client_id'], 'client_secret': program['client_secret'], **form}
    return lambda client: post_form(client, '/oauth/token', whole)


def a_code_of_a_program(doors, olga, program):
    for _ in range(ROUNDS):
        verifier = new_verifier()
        code = get_code(olga, program, verifier)
        one_has_won(doors.at_once(lambda client, code=code, verifier=verifier: change_code(
            client, program, code, verifier)), (400,))


def a_refresh_of_a_program(doors, olga, program):
    for _ in range(ROUNDS):
        verifier = new_verifier()
        given = change_code(doors.first.client(key=None), program,
                            get_code(olga, program, verifier), verifier).json
        one_has_won(doors.at_once(ask_for_tokens(
            program, grant_type='refresh_token', refresh_token=given['refresh_token'])), (400,))


def a_device_code(doors, olga, program):
    asked = post_form(doors.first.client(key=None), '/oauth/device_authorization', {
        'client_id': program['client_id'], 'client_secret': program['client_secret'],
        'scope': 'openid'})
    check_equal(asked.status, 200, asked)
    said = olga.post('/api/oauth/device', {'user_code': asked.json['user_code'], 'approved': True})
    check_equal(said.status, 204, said)
    one_has_won(doors.at_once(ask_for_tokens(
        program, grant_type='urn:ietf:params:oauth:grant-type:device_code',
        device_code=asked.json['device_code'])), (400,))


def a_recovery_code(doors, olga):
    """It takes the second factor away, once; who comes later finds none, or has guessed."""
    from subprocess import run
    secret = olga.post('/api/profile/totp').json['secret']
    shown = run(['oathtool', '--totp', '--base32', secret], check=True, capture_output=True,
                text=True).stdout.strip()
    codes = olga.post('/api/profile/totp/confirm', {'totp_code': shown}).json['recovery_codes']
    headers = {'Cookie': '; '.join(f'{name}={value}' for name, value in olga.jar.items()),
               'Sec-Fetch-Site': 'same-origin'}
    statuses = doors.at_once(lambda client: client.post('/api/profile/totp/remove',
                                                        {'totp_code': codes[0]}, headers))
    check_equal(sorted(set(statuses) - {204, 401, 409, 429}), [], sorted(statuses))
    check_equal(statuses.count(204), 1, sorted(statuses))


def a_link_of_a_telegram(doors):
    """Of 64 Telegrams that bring the same code one is his."""
    admin = doors.first.admin()
    person = admin.post('/api/users', {'email': 'taras@example.org', 'type': 'client'}).json['id']
    check(until(lambda: admin.post('/tokens/issue', {'user_id': person}).status == 200))
    his = doors.first.client(key=admin.post('/tokens/issue', {'user_id': person})
                             .json['access_token'])
    code = his.post('/api/profile/telegram').json['confirmation_code']
    numbers = iter(range(1000, 1000 + MANY))
    lock = threading.Lock()
    keys = {id(server): server.key for server in doors.servers}

    def show(client):
        with lock:
            number = next(numbers)
        server = next(server for server in doors.servers
                      if server.address.endswith(f':{client.connection.port}'))
        return client.post('/telegram/link', {'user_id': person, 'telegram_id': str(number),
                                              'confirmation_code': code},
                           {'Authorization': f'Bearer {keys[id(server)]}'})
    one_has_won(doors.at_once(show), (400, 401, 403, 404, 409, 429))


if __name__ == '__main__':
    main([an_invitation, a_refresh_token, a_code_of_a_program, a_refresh_of_a_program,
          a_device_code, a_recovery_code, a_link_of_a_telegram],
         fixtures={'doors': open_doors, 'olga': olga, 'program': program})
