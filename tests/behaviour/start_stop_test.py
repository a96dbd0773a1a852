"""start_stop_test.py - how the server comes and goes: what it says, what it refuses, what it
answers at the end, and what it keeps to itself."""
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from kontora import (EXIT_BUSY, EXIT_DATA, EXIT_IO, EXIT_USAGE, Server, refusal, run, the_store)
from sealed import change_file
from shipped import shipped_services
from tap import (check, check_equal, check_in, check_less, check_match, check_not_equal,
                 check_not_in, for_each_test, main, program, seconds_max, test_directory)

KEY = r'kontora_root_[A-Za-z0-9_-]{43}'


@for_each_test
def new_server():
    """Not started yet, on a data directory that is not there yet. All services on files; on the
    other store a few of them start as they all do, many times as fast."""
    store = the_store()
    few = 'users,iam,gateway,notifications'
    server = Server(store=store, services=few if store.kind == 'postgres' else None)
    yield server
    server.stop()


def person(number):
    return {'email': f'p{number}@example.com', 'type': 'client', 'full_name': f'Пётр {number}'}


# ---- the greeting ----

def the_first_start_says_four_lines(new_server):
    new_server.start()
    lines = new_server.said.splitlines()
    check_equal(len(lines), 4, new_server.said)
    check_match(r'^Kontora \d+\.\d+\.\d+ answers on http://127\.0\.0\.1:\d+$', lines[0])
    check_equal(lines[1], f'Its data are in {new_server.directory}')
    check_match(rf"^Next .*only this once.*: curl -H 'Authorization: Bearer {KEY}' "
                rf'{new_server.address}/api/users$', lines[3])
    check_match(r'^Open it in a browser .* with the setup code [0-9a-f]{5}-[0-9a-f]{5}$', lines[2])
    command = lines[3].partition(': ')[2].partition(': ')
    typed = (command[0] + command[1] + command[2]).replace('curl', 'curl -sS')
    done = subprocess.run(['sh', '-c', typed], stdout=subprocess.PIPE, check=True, timeout=30)
    check_equal(json.loads(done.stdout), {'items': [], 'next': None})


def later_starts_say_three_lines_without_the_key(new_server):
    new_server.start()
    key = new_server.key
    for _ in range(2):
        check_equal(new_server.stop(), 0)
        new_server.start()
        lines = new_server.said.splitlines()
        check_equal(len(lines), 3)
        check_equal(lines[2], f'Next: {new_server.command[0]} users list '
                              f'--data {new_server.directory}')
        check_not_in('kontora_root_', new_server.said)
        said = run(*lines[2].split()[2:])
        check_equal(said.code, 0, said)
    check_equal(new_server.client(key).get('/api/users').status, 200, 'the key is still good')


def a_new_key_comes_when_its_file_is_removed(new_server):
    new_server.start()
    old = new_server.key
    new_server.stop()
    os.remove(os.path.join(new_server.directory, 'root.key'))
    new_server.start()
    check_not_equal(new_server.key, old)
    check_equal(new_server.client().get('/api/users').status, 200)
    check_equal(new_server.client(old).get('/api/users').status, 401)


def a_key_that_cannot_be_shown_is_not_kept(new_server):
    with open('/dev/full', 'wb') as full:
        done = subprocess.run(new_server.command, stdout=full, stderr=subprocess.PIPE, timeout=30,
                              stdin=subprocess.DEVNULL, text=True, check=False)
    check_equal(done.returncode, EXIT_IO)
    check_in('cannot be shown', done.stderr)
    check_not_in('root.key', os.listdir(new_server.directory))
    check_not_in('admin.sock', os.listdir(new_server.directory))
    new_server.start()
    check(new_server.key, 'no key was shown at the next start')
    check_equal(new_server.client().get('/api/users').status, 200)


def it_starts_in_time(new_server):
    new_server.start()
    new_server.stop()
    new_server.start()
    check_less(new_server.ready_seconds, 30)


# ---- refused starts ----

def a_second_process_is_refused_at_once(new_server):
    new_server.start()
    second = Server(directory=new_server.directory, store=new_server.store,
                    services=new_server.services[0] if new_server.services else None)
    second.log = new_server.log + '.second'
    began = time.monotonic()
    code, said = refusal(second)
    check_less(time.monotonic() - began, 20)
    check_equal(code, EXIT_BUSY)
    check_in(f'pid {new_server.pid}', said)
    check_in('--data', said)
    check_equal(new_server.client().post('/api/users', person(1)).status, 201)
    check_equal(new_server.admin().get('/api/users').status, 200, 'the socket was taken away')


def a_killed_process_leaves_nothing_in_the_way(new_server):
    new_server.start()
    new_server.client().post('/api/users', person(1))
    new_server.kill()
    check(os.path.exists(os.path.join(new_server.directory, 'admin.sock')))
    new_server.start()
    check_equal(len(new_server.admin().get('/api/users').json['items']), 1)


def an_address_in_use_is_told(new_server):
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        address = f'127.0.0.1:{taken.getsockname()[1]}'
        new_server.settings = ['--net.listen', address]
        code, said = refusal(new_server)
    check_equal(code, EXIT_BUSY)
    for words in (address, 'already in use', '--net.listen'):
        check_in(words, said)
    new_server.settings = []
    new_server.start()
    check(new_server.key, 'the refused start has used the key up')


def an_address_that_is_none_is_told(new_server):
    for address in ('nonsense', '127.0.0.1', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.1:http',
                    '127.0.0.1:', ':80', 'no-such-host.invalid:80', '192.0.2.1:80'):
        new_server.settings = ['--net.listen', address]
        code, said = refusal(new_server)
        check(code not in (None, 0) and code > 0, said)
        check_match(rf'cannot listen on {re.escape(address)}: \S', said)


def a_newer_data_directory_is_refused(new_server):
    new_server.start()
    new_server.client().post('/api/users', person(1))
    new_server.stop()
    row = ("INSERT INTO {0}migration (series, version, name, checksum, applied_at) "
           "SELECT 'users', max(version) + 1, 'shoe_sizes', 'ab', 1 FROM {0}migration "
           "WHERE series = 'users'")
    if new_server.store.kind == 'postgres':
        from kontora import the_postgres
        name = new_server.store.address.rpartition('dbname=')[2].split()[0]
        the_postgres().psql(row.format('users.'), database=name)
    else:
        with change_file(os.path.join(new_server.directory, 'users.db')) as database:
            database.execute(row.format(''))
    code, said = refusal(new_server)
    check_equal(code, EXIT_DATA, said)
    for words in ('users', '(shoe_sizes)', 'knows only', 'Start the newer program'):
        check_in(words, said)


def a_directory_that_others_may_write_is_refused(new_server):
    os.makedirs(new_server.directory, mode=0o700)
    for mode in (0o770, 0o707, 0o720, 0o777):
        os.chmod(new_server.directory, mode)
        code, said = refusal(new_server)
        check_equal(code, EXIT_USAGE)
        check_in('chmod go-w', said)
    os.chmod(new_server.directory, 0o750)
    new_server.start()


def a_directory_that_is_none_is_refused(new_server):
    with open(new_server.directory, 'w', encoding='ascii'):
        pass
    code, said = refusal(new_server)
    check_equal(code, EXIT_USAGE)
    check_in('is not a directory', said)
    os.remove(new_server.directory)
    new_server.directory = '/nonexistent/deep/data'
    new_server.log = os.path.join(test_directory(), 'nonexistent.log')
    code, said = refusal(new_server)
    check_in('cannot be made: No such file', said)


def a_damaged_key_file_is_told(new_server):
    new_server.start()
    new_server.stop()
    with open(os.path.join(new_server.directory, 'root.key'), 'w', encoding='ascii') as file:
        file.write('short')
    code, said = refusal(new_server)
    check_equal(code, EXIT_DATA)
    check_in('root.key', said)
    check_in('remove it and start again', said)


# ---- the end ----

class Load:
    """Clients that create people one after another until the server is gone."""

    def __init__(self, server, count):
        self.server = server
        self.acknowledged = []
        self.others = []  # answers that are no 201
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, args=(number,))
                        for number in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, worker):
        number, client = 0, self.server.client()
        while True:
            email = f'w{worker}-{number}@example.com'
            number += 1
            try:
                answer = client.post('/api/users', {'email': email, 'type': 'client'})
            except OSError:
                return
            except Exception:  # http.client: it hung up without a word
                return
            with self.lock:
                if answer.status == 201:
                    self.acknowledged.append(email)
                else:
                    self.others.append(answer.status)

    def join(self):
        for thread in self.threads:
            thread.join(30)
        check(not any(thread.is_alive() for thread in self.threads), 'a client waits for ever')


def everybody(server):
    found, query = [], ''
    while True:
        page = server.admin().get('/api/users?limit=200' + query).json
        found += [user['email'] for user in page['items']]
        if page['next'] is None:
            return found
        query = '&cursor=' + page['next']


@seconds_max(120)
def a_stop_under_load_answers_what_was_accepted(new_server):
    """Whatever took effect was answered, and whatever was answered took effect: no answer is lost
    in between, though the signal comes in the middle of everything."""
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        new_server.start()
        before = set(everybody(new_server))
        address = new_server.host_and_port()
        load = Load(new_server, 16)
        time.sleep(0.5)
        check_equal(new_server.stop(how), 0, new_server.logged()[-2000:])
        load.join()
        check(len(load.acknowledged) > 50, f'only {len(load.acknowledged)}: no load at all')
        check_equal(load.others, [])
        try:
            socket.create_connection(address, timeout=5).close()
            check(False, 'somebody still listens')
        except ConnectionRefusedError:
            pass
        new_server.start()
        now = everybody(new_server)
        check_equal(len(now), len(set(now)), 'somebody is there twice')
        check_equal(set(now) - before - set(load.acknowledged), set(), 'done, but not answered')
        check_equal(set(load.acknowledged) - set(now), set(), 'answered, but not done')
        new_server.stop()
        shutil.rmtree(new_server.directory)
        new_server.store = the_store()


def half_a_request_does_not_hold_the_end_up(new_server):
    new_server.settings = ['--work.stop_time_max', '1s']
    new_server.start()
    key = new_server.key.encode()
    idle, half_head, half_body = (new_server.open_socket() for _ in range(3))
    half_head.sendall(b'GET /api/users HTTP/1.1\r\nHost: x\r\n')
    half_body.sendall(b'POST /api/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ' + key +
                      b'\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"email')
    time.sleep(0.2)
    began = time.monotonic()
    code = new_server.stop()
    check_less(time.monotonic() - began, 9)  # and not the ten seconds of the default
    check_in(code, (0, 1))
    for each in (idle, half_head, half_body):
        each.close()


def the_end_leaves_no_socket(new_server):
    new_server.start()
    check_in('admin.sock', os.listdir(new_server.directory))
    new_server.stop()
    names = {name for name in os.listdir(new_server.directory)
             if name.split('.')[0] not in shipped_services()}
    check_equal(names, {'lock', 'root.key', 'service.key', 'secret.key', 'intake.notes'})


# ---- systemd ----

def messages(listener, count):
    return [listener.recv(4096).decode() for _ in range(count)]


def the_service_manager_is_told(new_server):
    path = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'notify')
    for name, bound in ((path, path), (f'@kontora-test-{os.getpid()}',
                                       f'\0kontora-test-{os.getpid()}')):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(bound)
            listener.settimeout(60)
            new_server.environment = {'NOTIFY_SOCKET': name}
            new_server.start()
            check_equal(messages(listener, 1), ['READY=1'])
            check_equal(new_server.client(key=None).get('/readyz').status, 200)
            new_server.stop()
            check_equal(messages(listener, 1), ['STOPPING=1'])
    for nowhere in ('/nonexistent/socket', 'nonsense', ''):
        new_server.environment = {'NOTIFY_SOCKET': nowhere}
        new_server.start()
        check_equal(new_server.stop(), 0)


# ---- who may come in ----

def files_are_for_the_owner_alone(new_server):
    old = os.umask(0)
    try:
        new_server.start()
    finally:
        os.umask(old)
    new_server.admin().post('/api/users', person(1))
    check_equal(stat.S_IMODE(os.stat(new_server.directory).st_mode), 0o700)
    names = os.listdir(new_server.directory)
    for name in ('root.key', 'admin.sock', 'lock'):
        check_in(name, names)
    for name in names:
        mode = os.stat(os.path.join(new_server.directory, name)).st_mode
        check_equal(oct(stat.S_IMODE(mode)), oct(0o600), name)


def no_key_is_needed_on_the_admin_socket_only(new_server):
    new_server.start()
    check_equal(new_server.admin().post('/api/users', person(1)).status, 201)
    check_equal(new_server.client().get('/api/users').status, 200)
    key = new_server.key
    for wrong in (None, key[:-1], key + 'A', key[:-1] + ('A' if key[-1] != 'A' else 'B'),
                  key.lower(), 'kontora_root_', 'x' * 4000):
        answer = new_server.client(key=wrong).get('/api/users')
        check_equal(answer.status, 401, f'{wrong}')
        check_equal(answer.code, 'unauthorized')
    for scheme in (f'Basic {key}', key, f'Bearer{key}', f'Bearer  {key}x'):
        answer = new_server.client(key=None).get('/api/users', {'Authorization': scheme})
        check_equal(answer.status, 401, scheme)
    check_equal(new_server.client(key=None).get('/metrics').status, 401)
    check_equal(new_server.client(key=None).get('/livez').status, 200)


def the_admin_socket_may_be_elsewhere(new_server):
    path = os.path.join(tempfile.mkdtemp(dir=test_directory()), 's')
    new_server.settings = ['--net.admin_socket', path]
    new_server.start()
    check_equal(oct(stat.S_IMODE(os.stat(path).st_mode)), oct(0o600))
    check(not os.path.exists(os.path.join(new_server.directory, 'admin.sock')))
    said = run('users', 'list', '--json', '--net.admin_socket', path)
    check_equal((said.code, said.json['items']), (0, []))


# ---- what is kept secret ----

def lines_of_the_log(server):
    with open(server.log, encoding='utf-8') as file:
        return file.read().splitlines()


def the_log_is_json_and_holds_no_secret(new_server):
    new_server.settings = ['--log.level', 'debug']
    new_server.start()
    key = new_server.key
    client = new_server.client()
    client.post('/api/users', person(1))
    client.post('/api/users', {'email': 'x'})
    client.get('/api/users?q=' + 'x' * 300)
    new_server.client(key=key + 'x').get('/api/users')
    with new_server.open_socket() as broken:
        broken.sendall(b'GET /' + key.encode() + b' HTTP/9\r\nAuthorization: Bearer ' +
                       key.encode() + b'\r\n\r\n')
        broken.recv(4096)
    processes = {}
    for name in ('environ', 'cmdline'):
        with open(f'/proc/{new_server.pid}/{name}', 'rb') as file:
            processes[name] = file.read()
    new_server.stop()
    lines = lines_of_the_log(new_server)
    check(len(lines) >= 2, lines)
    for line in lines:
        entry = json.loads(line)
        check_match(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', entry['time'])
        check_in(entry['level'], ('debug', 'info', 'warning', 'error'))
        check(entry['room'] and entry['message'], line)
    secret = key.removeprefix('kontora_root_')
    check_not_in(secret, '\n'.join(lines))
    for name, content in processes.items():
        check_not_in(secret.encode(), content, name)
    for path in glob.glob(os.path.join(new_server.directory, '*')):
        with open(path, 'rb') as file:
            check_not_in(secret.encode(), file.read(), path)


def plain_user():
    """Somebody who is not root, so that what the kernel withholds can be seen."""
    if os.geteuid() != 0:
        return os.geteuid(), {}
    user = pwd.getpwnam('nobody')
    return user.pw_uid, {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}


def memory_is_not_dumped():
    """An undumpable process belongs to root in /proc; and no core file may be written."""
    user, as_user = plain_user()
    place = tempfile.mkdtemp()
    try:
        os.chmod(place, 0o755)
        copy = shutil.copy(program(), os.path.join(place, 'kontora'))
        data = os.path.join(place, 'data')
        os.mkdir(data, 0o700)
        os.chown(data, user, -1)
        process = subprocess.Popen([copy, 'serve', '--data', data, '--net.listen', '127.0.0.1:0'],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd='/',
                                   stderr=subprocess.DEVNULL, text=True, **as_user)
        try:
            check_match('answers on', process.stdout.readline())
            check_equal(os.stat(f'/proc/{process.pid}/environ').st_uid, 0)
            with open(f'/proc/{process.pid}/limits', encoding='ascii') as file:
                check_match(r'Max core file size +0 +0 ', file.read())
        finally:
            process.terminate()
            process.stdout.close()
            check_equal(process.wait(60), 0)
    finally:
        shutil.rmtree(place)


# ---- TLS ----

def make_certificate(name):
    place = tempfile.mkdtemp(dir=test_directory())
    key, certificate = os.path.join(place, 'key.pem'), os.path.join(place, 'certificate.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', f'/CN={name}',
                    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key,
                    '-out', certificate], check=True, stderr=subprocess.DEVNULL)
    return certificate, key


def curl(*words):
    done = subprocess.run(['curl', '-sS', '--max-time', '10', *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def tls_speaks_both_versions(new_server):
    certificate, key = make_certificate('kontora')
    new_server.settings = ['--net.tls_certificate', certificate, '--net.tls_key', key]
    new_server.start()
    check_match(r'^https://127\.0\.0\.1:\d+$', new_server.address)
    check_in(f'{new_server.address}/api/users', new_server.said)
    header = f'Authorization: Bearer {new_server.key}'
    for version, spoken in (('--http1.1', '1.1'), ('--http2', '2')):
        code, said, error = curl('--cacert', certificate, version, '-H', header, '-w',
                                 '\n%{http_version}', '-H', 'Content-Type: application/json',
                                 '-d', json.dumps(person(spoken)),
                                 new_server.address + '/api/users')
        check_equal((code, error), (0, ''))
        body, _, used = said.rpartition('\n')
        check_equal((json.loads(body)['full_name'], used), (f'Пётр {spoken}', spoken))
    check_equal(curl(new_server.address + '/livez')[0], 60, 'a certificate nobody vouches for')
    plain = new_server.address.replace('https', 'http') + '/livez'
    check(curl(plain)[0] != 0, 'it answers without TLS')
    old = curl('--cacert', certificate, '--tls-max', '1.1', new_server.address + '/livez')
    check(old[0] != 0, 'it speaks TLS 1.1')
    said = run('users', 'list', '--json', '--data', new_server.directory)
    check_equal((said.code, len(said.json['items'])), (0, 2))
    said = run('doctor', '--json', '--data', new_server.directory, *new_server.store.settings,
               *new_server.settings)
    check_equal(said.code, 0, said)


def a_bad_pair_is_told(new_server):
    certificate, key = make_certificate('one')
    _, other = make_certificate('two')
    nonsense = os.path.join(test_directory(), 'nonsense.pem')
    with open(nonsense, 'w', encoding='ascii') as file:
        file.write('this is no PEM\n')
    for first, second in ((certificate, other), (certificate, '/nonexistent.pem'),
                          ('/nonexistent.pem', key), (nonsense, key), (certificate, nonsense),
                          (key, certificate), (certificate, ''), ('', key)):
        pair = ['--net.tls_certificate', first, '--net.tls_key', second]
        new_server.settings = pair
        code, said = refusal(new_server)
        check_equal(code, EXIT_USAGE, said)
        check_match(r'(?m)^kontora: .*(certificate|key)', said, f'{pair}')
        doctor = run('doctor', '--data', new_server.directory, *new_server.store.settings, *pair)
        check_equal(doctor.code, 1, f'{pair}')
        check_match(r'(?m)^wrong    TLS', doctor.out)


if __name__ == '__main__':
    main([the_first_start_says_four_lines, later_starts_say_three_lines_without_the_key,
          a_new_key_comes_when_its_file_is_removed, a_key_that_cannot_be_shown_is_not_kept,
          it_starts_in_time, a_second_process_is_refused_at_once,
          a_killed_process_leaves_nothing_in_the_way, an_address_in_use_is_told,
          an_address_that_is_none_is_told, a_newer_data_directory_is_refused,
          a_directory_that_others_may_write_is_refused, a_directory_that_is_none_is_refused,
          a_damaged_key_file_is_told, a_stop_under_load_answers_what_was_accepted,
          half_a_request_does_not_hold_the_end_up, the_end_leaves_no_socket,
          the_service_manager_is_told, files_are_for_the_owner_alone,
          no_key_is_needed_on_the_admin_socket_only, the_admin_socket_may_be_elsewhere,
          the_log_is_json_and_holds_no_secret, memory_is_not_dumped, tls_speaks_both_versions,
          a_bad_pair_is_told],
         {'new_server': new_server})
