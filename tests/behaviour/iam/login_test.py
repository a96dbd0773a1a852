"""login_test.py - kontora login: the command line signs in with another screen, and keeps it 0600.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIB)
sys.path.insert(0, os.path.join(LIB, 'iam'))
import tap
from kontora import EXIT_USAGE, PLATFORM, Server, the_store
from people import Browser
from tap import check, check_equal, check_in, check_not_equal, main


def start_server():
    server = Server(store=the_store(), services=PLATFORM,
                    settings=['--gateway.sign_in_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def home():
    yield tempfile.mkdtemp(dir=tap.test_directory())


def start(home, *words):
    return subprocess.Popen([tap.program(), 'login', *words], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, 'XDG_CONFIG_HOME': home})


def run(home, *words):
    done = start(home, *words)
    said, complaint = done.communicate(timeout=60)
    return done.returncode, said, complaint


def path_of(home):
    return os.path.join(home, 'kontora', 'login.json')


def sign_in(server, olga, home, approved):
    running = start(home, server.address)
    said = running.stdout.readline() + running.stdout.readline()
    code = re.search(r'the code (\S+)', said).group(1)
    check_in('/oauth/device', said)
    shown = olga.get(f'/api/oauth/device?user_code={code}')
    check_equal(shown.json['client'], 'Kontora CLI')
    check_equal(olga.post('/api/oauth/device', {'user_code': code,
                                                'approved': approved}).status, 204)
    said, complaint = running.communicate(timeout=120)
    return running.returncode, said, complaint


def nobody_is_in_before(home):
    code, _, complaint = run(home, '--print')
    check_equal(code, 1)
    check_in('nobody has signed in', complaint)


def a_no_is_a_no(server, olga, home):
    code, _, complaint = sign_in(server, olga, home, False)
    check_equal(code, 1)
    check_in('no', complaint)
    check(not os.path.exists(path_of(home)))


def a_person_with_a_browser_lets_it_in(server, olga, home):
    code, said, complaint = sign_in(server, olga, home, True)
    check_equal((code, complaint), (0, ''))
    check_in('You are in', said)
    check_equal(os.stat(path_of(home)).st_mode & 0o777, 0o600)
    code, access, _ = run(home, '--print')
    check_equal(code, 0)
    headers = {'Authorization': f'Bearer {access.strip()}'}
    profile = server.client(key=None).get('/api/profile', headers)
    check_equal((profile.status, profile.json['email']), (200, 'olga@example.org'))


def an_access_that_is_over_is_renewed(server, home):
    with open(path_of(home), encoding='utf-8') as file:
        kept = json.load(file)
    with open(path_of(home), 'w', encoding='utf-8') as file:
        json.dump({**kept, 'expires_at_ms': 1}, file)
    code, access, _ = run(home, '--print')
    check_equal(code, 0)
    check_not_equal(access.strip(), kept['access_token'])
    headers = {'Authorization': f'Bearer {access.strip()}'}
    check_equal(server.client(key=None).get('/api/profile', headers).status, 200)


def a_file_that_others_may_read_is_not_used(home):
    os.chmod(path_of(home), 0o644)
    code, said, complaint = run(home, '--print')
    os.chmod(path_of(home), 0o600)
    check_equal((code, said), (74, ''))
    check_in('others may read it', complaint)


def secrets_do_not_leave_in_the_clear(home):
    for address in ('http://kontora.example', 'http://localhost.evil.example', 'kontora.example'):
        code, _, complaint = run(home, address)
        check_equal(code, EXIT_USAGE, address)
        check_in('https://', complaint)


if __name__ == '__main__':
    main([nobody_is_in_before, a_no_is_a_no, a_person_with_a_browser_lets_it_in,
          an_access_that_is_over_is_renewed, a_file_that_others_may_read_is_not_used,
          secrets_do_not_leave_in_the_clear],
         fixtures={'server': start_server, 'olga': olga, 'home': home})
