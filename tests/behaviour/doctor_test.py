"""doctor_test.py - kontora doctor: finds what is wrong, says what to do, and breaks nothing."""
import contextlib
import os
import pwd
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from kontora import EXIT_DATA, EXIT_USAGE, DidNotStart, Server, run, store_kind, the_store
from rabbitmq import free_port, shared_rabbitmq
from redis import Redis
from shipped import shipped_services
from tap import (check, check_equal, check_in, check_less, check_match, check_not_in, for_each_test,
                 main, program, seconds_max, test_directory)

UNREACHABLE_SECONDS_MAX = 60


@for_each_test
def stopped_server():
    """One that has run, has a person, and is stopped now."""
    server = Server(store=the_store())
    server.start()
    add(server, 'first@example.com')
    check_equal(server.stop(), 0)
    yield server
    server.stop()


def add(server, email):
    answer = server.admin().post('/api/users', {'email': email, 'type': 'client'})
    check_equal(answer.status, 201, answer)


def addresses(server):
    items = server.admin().get('/api/users?limit=200').json['items']
    return sorted(user['email'] for user in items)


def doctor(server, *words, **others):
    return run('doctor', '--data', server.directory, *server.store.settings, *words, **others)


def findings(said):
    return {finding['what']: (finding['verdict'], finding['detail'])
            for finding in said.json['findings']}


def wrongs(said):
    """What is wrong, by --json; and the exit code says the same."""
    check_equal(said.json['healthy'], said.code == 0)
    return {what: detail for what, (verdict, detail) in findings(said).items()
            if verdict == 'wrong'}


# ---- healthy ----

def all_is_well(stopped_server):
    said = doctor(stopped_server, '--json')
    check_equal(said.code, 0, said)
    check_equal(said.json['healthy'], True)
    found = findings(said)
    check_equal(set(found), {'data directory', 'room on the disk', 'back ends', 'bus', 'cache',
                             'open files', 'clock', 'time zone', 'TLS',
                             *(f'store of {name}' for name in shipped_services())})
    check_equal(found['store of users'], ('ok', 'a nonce was written, committed and read back'))
    check_in('keeps a nonce', found['data directory'][1])
    for verdict, detail in found.values():
        check_in(verdict, ('ok', 'warning'))
        check(detail, found)


def a_person_reads_a_line_for_each(stopped_server):
    said = doctor(stopped_server)
    check_equal(said.code, 0)
    lines = said.out.splitlines()
    as_json = findings(doctor(stopped_server, '--json'))
    check_equal(len(lines), len(as_json))
    for line, what in zip(lines, as_json):
        check_match(rf'^(ok|warning)  +{re.escape(what)}  ', line)


def it_leaves_everything_as_it_was(stopped_server):
    before = set(os.listdir(stopped_server.directory))
    for words in ((), ('--deep',), ('--json',)):
        check_equal(doctor(stopped_server, *words).code, 0)
    check_equal(set(os.listdir(stopped_server.directory)), before)
    stopped_server.start()
    check_equal(addresses(stopped_server), ['first@example.com'])


def a_running_server_is_noticed_and_not_disturbed(stopped_server):
    stopped_server.start()
    found = findings(doctor(stopped_server, '--json', '--deep'))
    check_equal({verdict for verdict, _ in found.values()} - {'warning'}, {'ok'})
    check_in('a server is running on it', found['data directory'][1])
    store = 'in use by the running server' if store_kind() == 'sqlite' else 'a nonce was written'
    check_in(store, found['store of users'][1])
    add(stopped_server, 'second@example.com')
    check_equal(addresses(stopped_server), ['first@example.com', 'second@example.com'])
    check_equal(stopped_server.stop(), 0)


def where_no_server_has_been_nothing_is_made():
    directory = os.path.join(test_directory(), 'not-there')
    said = run('doctor', '--deep', '--json', '--data', directory)
    check_equal(said.code, 0)
    check_equal(findings(said)['data directory'][0], 'warning')
    check_in('is not there', findings(said)['data directory'][1])
    check(not os.path.exists(directory))
    os.mkdir(directory, 0o700)
    said = run('doctor', '--deep', '--json', '--data', directory)
    check_equal((said.code, os.listdir(directory)), (0, []))
    check_equal(findings(said)['data directory'][0], 'ok')
    check_in('no server has started on it yet', findings(said)['data directory'][1])


# ---- the data directory ----

def plain_user():
    """Arguments that run a program as somebody whom permissions hold; root is not held."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam('nobody')
    return {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}


def a_directory_that_cannot_be_written():
    place = tempfile.mkdtemp()  # the directory of the tests is closed to others
    copy = shutil.copy(program(), os.path.join(place, 'kontora'))
    directory = os.path.join(place, 'data')
    os.mkdir(directory)
    try:
        os.chmod(place, 0o755)
        os.chmod(directory, 0o555)
        done = subprocess.run([copy, 'doctor', '--json', '--data', directory], text=True, cwd='/',
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=30, **plain_user())
        check_equal(done.returncode, 1, done.stdout)
        check_match(r'does not keep what is written: Permission denied', done.stdout)
        with open(os.path.join(directory, 'lock'), 'w', encoding='ascii'):
            pass  # as if a server had been here
        done = subprocess.run([copy, 'doctor', '--json', '--data', directory], text=True, cwd='/',
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=30, **plain_user())
        check_equal(done.returncode, 1, done.stdout)
        check_match(r'"wrong".*cannot be written: Permission denied', done.stdout)
    finally:
        shutil.rmtree(place)


def a_directory_that_others_may_write(stopped_server):
    os.chmod(stopped_server.directory, 0o770)
    said = doctor(stopped_server, '--json')
    check_equal(said.code, 1)
    check_in('chmod go-w', wrongs(said)['data directory'])


def a_low_limit_of_files_is_a_warning(stopped_server):
    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
    said = doctor(stopped_server, '--json', preexec_fn=lower)
    check_equal((said.code, findings(said)['open files'][0]), (0, 'warning'))


# ---- PostgreSQL ----

@contextlib.contextmanager
def silent_listener():
    """It accepts and never says a word, as a firewall or a wedged server does."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def ask_postgres(address):
    began = time.monotonic()
    said = run('doctor', '--json', '--data', os.path.join(test_directory(), 'pg'),
               '--store.kind=postgres', f'--store.address={address}')
    check_less(time.monotonic() - began, UNREACHABLE_SECONDS_MAX, f'{address}: {said}')
    check_equal(said.code, 1, said)
    others = [detail for what, detail in wrongs(said).items()
              if what.startswith('store of ') and what != 'store of users']
    check(others and all('same database' in detail for detail in others),
          f'each service asks a database that is away: {others}')
    return wrongs(said)['store of users'], said.out + said.error


def a_wrong_address_is_told_in_time():
    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        port = closed.getsockname()[1]  # nobody listens there
        detail, _ = ask_postgres(f'host=127.0.0.1 port={port} dbname=kontora')
    check_in('cannot be reached', detail)
    check_in('Connection refused', detail)
    check_in('cannot be reached', ask_postgres('host=/nonexistent dbname=kontora')[0])
    check_in('cannot be reached', ask_postgres('host=no-such-host.invalid dbname=kontora')[0])
    with silent_listener() as port:
        detail, _ = ask_postgres(f'host=127.0.0.1 port={port} dbname=kontora')
    check_in('cannot be reached', detail)


def a_password_is_in_no_message():
    for address in ('host=/nonexistent password=tiger-lily', 'tiger-lily',
                    'postgresql://kontora:tiger-lily@127.0.0.1:1/kontora',
                    'host=/nonexistent password=tiger-lily nonsense=1',
                    "host=/nonexistent password='tiger-lily"):
        _, everything = ask_postgres(address)
        check_not_in('tiger', everything, address)


def a_server_says_the_same():
    """serve and users too, before anything is made of the address."""
    server = Server(settings=('--store.kind=postgres',
                              "--store.address=host=/nonexistent password='tiger-lily"))
    try:
        server.start()
    except DidNotStart as end:
        check_in(end.code, (64, 69))
        check_not_in('tiger', end.said)
        return
    server.stop()
    check(False, 'it has started without a store')


# ---- files ----

def damage(path):
    """Some bytes in the middle of every page but the first are others now."""
    with open(path, 'r+b') as file:
        file.seek(16)
        page = int.from_bytes(file.read(2), 'big')
        size = os.path.getsize(path)
        check(size >= 4 * page, f'{path} has {size} bytes only')
        for at in range(page, size, page):
            file.seek(at + page // 2)
            file.write(b'\xa5\x5a\xa5\x5a')


def a_damaged_file_is_found(stopped_server):
    fine = doctor(stopped_server, '--deep', '--json')
    check_equal(findings(fine)['pages of users'], ('ok', 'ok'))
    damage(os.path.join(stopped_server.directory, 'users.db'))
    said = doctor(stopped_server, '--deep', '--json')
    check_equal(said.code, 1)
    check_in('pages of users', wrongs(said))
    check_match(r'(?m)^wrong    pages of users  ', doctor(stopped_server, '--deep').out)


def copy_files(server):
    """An old copy, as of a careless backup: the database without its mark."""
    place = tempfile.mkdtemp(dir=test_directory())
    shutil.copy(os.path.join(server.directory, 'users.db'), place)
    return place


def put_back(server, place):
    shutil.copy(os.path.join(place, 'users.db'), server.directory)
    for end in ('-wal', '-shm'):
        path = os.path.join(server.directory, 'users.db' + end)
        if os.path.exists(path):
            os.remove(path)


def what_it_says(server):
    """Of a server that must not start: (exit code, sentence)."""
    try:
        server.start()
    except DidNotStart as end:
        return end.code, end.said
    server.stop()
    return 0, ''


def a_store_behind_its_mark(stopped_server):
    """An old file put back is noticed, and a person may accept the loss, once."""
    place = copy_files(stopped_server)
    stopped_server.start()
    add(stopped_server, 'lost@example.com')
    stopped_server.stop()
    put_back(stopped_server, place)

    said = doctor(stopped_server, '--json')
    detail = wrongs(said)['store of users']
    for words in ('is behind its mark', 'acknowledged commits are missing', 'Restore a backup',
                  '--accept-loss users'):
        check_in(words, detail)
    code, sentence = what_it_says(stopped_server)
    check_equal(code, EXIT_DATA)
    check_in('--accept-loss users', sentence)
    check_equal(doctor(stopped_server).code, 1, 'being refused has changed the verdict')

    stopped_server.settings = ['--accept-loss', 'users']
    stopped_server.start()
    check_equal(addresses(stopped_server), ['first@example.com'])
    check_in('A loss was accepted.', stopped_server.logged())
    add(stopped_server, 'after@example.com')
    stopped_server.stop()

    stopped_server.settings = []
    check_equal(doctor(stopped_server, '--deep').code, 0)
    stopped_server.start()
    check_equal(addresses(stopped_server), ['after@example.com', 'first@example.com'])


def a_missing_mark_is_told(stopped_server):
    os.remove(os.path.join(stopped_server.directory, 'users.mark'))
    said = doctor(stopped_server, '--json')
    check_in('its mark', wrongs(said)['store of users'])
    code, sentence = what_it_says(stopped_server)
    check_equal(code, EXIT_DATA)
    check_in('--accept-loss users', sentence)


def an_accepted_loss_is_of_one_service(stopped_server):
    """Another name does not help, and is told."""
    os.remove(os.path.join(stopped_server.directory, 'users.mark'))
    stopped_server.settings = ['--accept-loss', 'usres']
    code, sentence = what_it_says(stopped_server)
    check_equal(code, EXIT_USAGE, sentence)
    check_in("no service 'usres'", sentence)


def a_file_of_another_program_is_left_alone(stopped_server):
    path = os.path.join(stopped_server.directory, 'users.db')
    with open(path, 'wb') as file:
        file.write(b'this is a letter to my aunt\n' * 400)
    said = doctor(stopped_server, '--json')
    check_equal(said.code, 1)
    check_in('store of users', wrongs(said))
    check_equal(what_it_says(stopped_server)[0], EXIT_DATA)
    with open(path, 'rb') as file:
        check_equal(file.read(16), b'this is a letter')


# ---- TLS ----

def a_bad_pair_of_files_is_told(stopped_server):
    said = doctor(stopped_server, '--json', '--net.tls_certificate=/nonexistent.pem')
    check_in('net.tls_key', wrongs(said)['TLS'])


# ---- what lies between ----

def the_cache_is_asked_by_a_nonce(stopped_server):
    with Redis(secret='topsecret') as redis:
        for address in (redis.address, redis.tcp_address):
            said = doctor(stopped_server, '--json', '--cache.kind=redis',
                          f'--cache.address={address}')
            check_equal((said.code, findings(said)['cache']), (0, ('ok', 'redis keeps a nonce')))
        check_equal(redis.run('KEYS', '*'), [])
        said = doctor(stopped_server, '--json', '--cache.kind=redis',
                      f'--cache.address={redis.address.replace("top", "no")}')
        check_in('WRONGPASS', wrongs(said)['cache'])
        check_not_in('secret', said.out + said.error)
    said = doctor(stopped_server, '--json', '--cache.kind=redis',
                  '--cache.address=redis://:topsecret@127.0.0.1:1')
    check_in('cannot be connected to', wrongs(said)['cache'])
    check_not_in('topsecret', said.out + said.error)


@seconds_max(120)
def the_bus_is_asked_by_a_nonce(stopped_server):
    with shared_rabbitmq() as broker:
        address = broker.address()
        said = doctor(stopped_server, '--json', '--bus.kind=rabbitmq', f'--bus.address={address}')
        check_equal((said.code, findings(said)['bus']),
                    (0, ('ok', 'a nonce was published, and came back')))
        said = doctor(stopped_server, '--json', '--bus.kind=rabbitmq',
                      f'--bus.address={address.replace(":guest@", ":topsecret@")}')
        check_in('ACCESS_REFUSED', wrongs(said)['bus'])
        check_not_in('topsecret', said.out + said.error)
    said = doctor(stopped_server, '--json', '--bus.kind=rabbitmq',
                  f'--bus.address=amqp://guest:guest@127.0.0.1:{free_port()}')
    check_in('Connection refused', wrongs(said)['bus'])


def an_address_that_is_none_is_said(stopped_server):
    for settings, sentence in (
            (('--bus.kind=rabbitmq',), 'bus.kind is rabbitmq, but bus.address is empty'),
            (('--bus.kind=rabbitmq', '--bus.address=http://topsecret'), 'bus.address: '),
            (('--cache.kind=redis',), 'cache.kind is redis, but cache.address is empty'),
            (('--cache.kind=redis', '--cache.address=http://topsecret'), 'cache.address: ')):
        said = doctor(stopped_server, '--json', *settings)
        check_in(sentence, ' '.join(f'{detail}' for detail in wrongs(said).values()))
        check_not_in('topsecret', said.out + said.error)
        started = run('serve', '--data', stopped_server.directory, '--net.listen=127.0.0.1:0',
                      *stopped_server.store.settings, *settings)
        check_equal(started.code, EXIT_USAGE)
        check_in(sentence, started.error)
        check_not_in('topsecret', started.error)


def a_server_without_its_cache_works(stopped_server):
    """What may be lost may be away: it is said, and nothing else changes."""
    with Redis() as redis:
        stopped_server.settings += ['--cache.kind=redis', f'--cache.address={redis.address}']
        stopped_server.start()
        check_equal(stopped_server.metric('kontora_cache_connected{kind="redis"}'), 1)
        check_equal(stopped_server.stop(), 0)
    stopped_server.start()
    check_equal(stopped_server.metric('kontora_cache_connected{kind="redis"}'), 0)
    check_equal(stopped_server.admin().get('/readyz').status, 200)
    check_equal(addresses(stopped_server), ['first@example.com'])
    check_in('the cache is away', stopped_server.logged())


TESTS = [all_is_well, a_person_reads_a_line_for_each, it_leaves_everything_as_it_was,
         a_running_server_is_noticed_and_not_disturbed, a_directory_that_others_may_write,
         the_cache_is_asked_by_a_nonce, the_bus_is_asked_by_a_nonce,
         an_address_that_is_none_is_said, a_server_without_its_cache_works]
OF_FILES = [where_no_server_has_been_nothing_is_made, a_directory_that_cannot_be_written,
            a_low_limit_of_files_is_a_warning, a_damaged_file_is_found, a_store_behind_its_mark,
            a_missing_mark_is_told, an_accepted_loss_is_of_one_service,
            a_file_of_another_program_is_left_alone, a_bad_pair_of_files_is_told]
OF_POSTGRES = [a_wrong_address_is_told_in_time, a_password_is_in_no_message,
               a_server_says_the_same]

if __name__ == '__main__':
    main(TESTS + (OF_FILES if store_kind() == 'sqlite' else OF_POSTGRES),
         {'stopped_server': stopped_server})
