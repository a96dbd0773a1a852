"""adding_a_service_test.py - docs/adding_a_service.md, followed to the letter by a newcomer.

The blocks of the page become files of a copy of the source, the copy is built, and the service that
has come to be is asked over HTTP.
"""
# stores: none
import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
from tap import (check, check_equal, check_in, check_match, main, repository, seconds_max,
                 test_directory)

FOLDER = 'src/services/notes'


# ---- following the page ----

def blocks():
    with open(os.path.join(repository(), 'docs', 'adding_a_service.md'), encoding='utf-8') as file:
        return re.findall(r'^```c\n(.*?)^```$', file.read(), re.M | re.S)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def replace_once(text, old, new):
    check_equal(text.count(old), 1, f'{old!r} stands there once')
    return text.replace(old, new)


def follow(tree, with_change, with_times=False, with_asks=False, with_events=False):
    """Writes the files of the page; with_change also adds its route, with_times what is later,
    with_asks what another service knows, with_events what is told and heard."""
    files = {re.match(r'/\* (\S+) - ', block).group(1): block
             for block in blocks() if block.startswith('/*')}
    check_equal(sorted(files), ['note.h', 'note_store.c', 'notes.c', 'notes.h'])
    rest = [block for block in blocks()  # dashboards_test.py has dashboards of its own
            if not block.startswith('/*') and 'struct dashboard' not in block]
    check_equal(len(rest), 11, 'a route and its row; a timer and a schedule, how one is set, rows; '
                'a route that asks, its row, whom it asks; who tells and hears, telling, rows')
    table = 'static const struct route routes[] = {\n'
    count = '    .route_count = COUNT_OF(routes),\n'
    if with_change:
        files['notes.c'] = replace_once(files['notes.c'], table, f'{rest[0]}\n{table}{rest[1]}')
    if with_times:
        notes = replace_once(files['notes.c'], 'static enum status create_handle',
                             f'{rest[2]}\nstatic enum status create_handle')
        insert = 'enum status status = note_insert(call->store, &note);\n'
        notes = replace_once(notes, insert, insert + rest[3])
        notes = replace_once(notes, count, count + rest[4])
        files['notes.c'] = replace_once(notes, '#include "services/notes/note.h"\n',
                                        '#include "base/log.h"\n#include "services/notes/note.h"\n')
    if with_asks:
        notes = replace_once(files['notes.c'], table, f'{rest[5]}\n{table}{rest[6]}')
        files['notes.c'] = replace_once(notes, count, count + rest[7])
    if with_events:
        notes = replace_once(files['notes.c'], 'static enum status create_handle',
                             f'{rest[8]}\nstatic enum status create_handle')
        notes = replace_once(notes, rest[3], rest[3] + rest[9])  # after the insert
        files['notes.c'] = replace_once(notes, count, count + rest[10])
    for name, text in files.items():
        write(os.path.join(tree, FOLDER, name), text)


def copy_of_the_source():
    """A tree with what has been built already, so that only what is new is compiled."""
    tree = os.path.join(test_directory(), 'tree')
    build = os.path.join(repository(), os.environ.get('BUILD', 'build'))
    for name in ('src', 'tools', 'web'):
        shutil.copytree(os.path.join(repository(), name), os.path.join(tree, name))
    for name in ('Makefile', '.clang-format', 'package.json', 'package-lock.json'):
        shutil.copy2(os.path.join(repository(), name), tree)
    os.symlink(os.path.join(repository(), 'node_modules'), os.path.join(tree, 'node_modules'))
    for name in ('release/src', 'release/web', 'web', 'sqlite3.o'):
        source, target = os.path.join(build, name), os.path.join(tree, 'build', name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        (shutil.copytree if os.path.isdir(source) else shutil.copy2)(source, target)
    path = os.path.join(tree, 'src', 'main.c')
    text = replace_once(read(path), '#include "services/users/users.h"\n',
                        '#include "services/notes/notes.h"\n#include "services/users/users.h"\n')
    write(path, replace_once(text, '    &users_service,',
                             '    &users_service, &notes_service,'))
    return tree


def build(tree):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('BUILD', 'MAKEFLAGS', 'MAKELEVEL')}
    done = subprocess.run(['make', 'build'], cwd=tree, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, env=environment)
    check_equal(done.returncode, 0, done.stdout)


# ---- asking the service ----

class Server:
    def __init__(self, tree, *words, data='data'):
        program = os.path.join(tree, 'build', 'release', 'kontora')
        self.data = os.path.join(tree, data)
        self.running = subprocess.Popen(
            [program, 'serve', *words, '--data', self.data, '--net.listen', '127.0.0.1:0'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        atexit.register(self.running.kill)
        self.address = self.line(r'answers on (http://\S+)')

    def line(self, pattern):
        for line in self.running.stdout:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        check(False, f'the server never said {pattern}')

    def stop(self):
        self.running.send_signal(signal.SIGTERM)
        check_equal(self.running.wait(60), 0)

    def ask(self, method, path, key, body=None, **headers):
        """Answers the status, the headers and the JSON."""
        headers = {name.replace('_', '-'): value for name, value in headers.items()}
        headers['Authorization'] = f'Bearer {key}'
        data = None
        if body is not None:
            headers['Content-Type'] = 'application/json'
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)


# ---- the tests ----

def tree():
    path = copy_of_the_source()
    follow(path, with_change=False)
    build(path)
    yield path


@seconds_max(180)
def four_files_make_a_service(tree):
    server = Server(tree)
    key = server.line(r'(kontora_root_[\w-]+)')
    write(os.path.join(tree, 'key'), key)
    status, headers, note = server.ask('POST', '/api/notes', key, {'text': 'the tea is out'})
    check_equal((status, headers['ETag'], note['text']), (201, '"1"', 'the tea is out'))
    status, headers, again = server.ask('GET', f"/api/notes/{note['id']}", key)
    check_equal((status, again), (200, note))
    status, _, problem = server.ask('POST', '/api/notes', key, {'text': 'x' * 2001})
    check_equal((status, problem['details']['fields'][0]['field']), (400, 'text'))
    unknown = '/api/notes/01a1fd12-0c72-754f-880e-2056b2d3b820'
    status, _, problem = server.ask('GET', unknown, key)
    check_equal((status, problem['code']), (404, 'note_not_found'))
    server.stop()


@seconds_max(180)
def what_comes_for_free_is_there(tree):
    server = Server(tree)
    key = read(os.path.join(tree, 'key'))
    first = server.ask('POST', '/api/notes', key, {'text': 'once'}, Idempotency_Key='a')
    second = server.ask('POST', '/api/notes', key, {'text': 'once'}, Idempotency_Key='a')
    check_equal(second[2], first[2])
    document = server.ask('GET', '/openapi.json', key)[2]
    check_equal(document['paths']['/api/notes']['post']['operationId'], 'create_note')
    check_in('Note', document['components']['schemas'])
    server.stop()


@seconds_max(180)
def a_route_is_added(tree):
    follow(tree, with_change=True)
    build(tree)
    server = Server(tree)
    key = read(os.path.join(tree, 'key'))
    path = '/api/notes/' + server.ask('POST', '/api/notes', key, {'text': 'before'})[2]['id']
    check_equal(server.ask('PATCH', path, key, {'text': 'after'})[0], 428)
    status, headers, note = server.ask('PATCH', path, key, {'text': 'after'}, If_Match='"1"')
    check_equal((status, headers['ETag'], note['text']), (200, '"2"', 'after'))
    status, _, problem = server.ask('PATCH', path, key, {'text': 'late'}, If_Match='"1"')
    check_equal((status, problem['code']), (412, 'revision_changed'))
    server.stop()


@seconds_max(120)
def a_slip_is_a_sentence_at_start(tree):
    path = os.path.join(tree, FOLDER, 'notes.c')
    correct = read(path)
    write(path, replace_once(correct, '"/api/notes/{note_id}",\n        .operation = "get_note"',
                             '"/api/notes/{id}",\n        .operation = "get_note"'))
    build(tree)
    write(path, correct)
    done = subprocess.run([os.path.join(tree, 'build', 'release', 'kontora'), 'serve', '--data',
                           os.path.join(tree, 'other'), '--net.listen', '127.0.0.1:0'],
                          capture_output=True, text=True, timeout=60)
    check_equal(done.returncode, 64)
    check_match(r"notes, get_note: field 'note_id' is not in the path /api/notes/\{id\}",
                done.stderr)


@seconds_max(180)
def what_is_set_for_later_happens(tree):
    follow(tree, with_change=True, with_times=True)
    build(tree)
    server = Server(tree)
    key = read(os.path.join(tree, 'key'))
    path = '/api/notes/' + server.ask('POST', '/api/notes', key, {'text': 'tea'})[2]['id']
    check_equal(server.ask('GET', path, key)[2]['text'], 'tea')
    until = time.monotonic() + 60
    while server.ask('GET', path, key)[2]['text'] == 'tea' and time.monotonic() < until:
        time.sleep(0.05)
    note = server.ask('GET', path, key)[2]
    check_equal((note['text'], note['revision']), ('tea (rests)', 2))
    time.sleep(1.5)
    check_equal(server.ask('GET', path, key)[2], note, 'once is enough')
    server.stop()


@seconds_max(180)
def another_service_is_asked(tree):
    follow(tree, with_change=True, with_times=True, with_asks=True)
    build(tree)
    server = Server(tree)
    key = read(os.path.join(tree, 'key'))
    person = server.ask('POST', '/api/users', key, {'email': 'anna@example.com', 'type': 'client'})
    check_equal(person[0], 201, person)
    path = f"/api/notes/for/{person[2]['id']}"
    status, _, note = server.ask('POST', path, key)
    check_equal((status, note['text']), (201, 'Please call back.'))
    unknown = '/api/notes/for/01a1fd12-0c72-754f-880e-2056b2d3b820'
    status, _, problem = server.ask('POST', unknown, key)
    check_equal((status, problem['code']), (409, 'no_reader'))
    check_equal(server.ask('DELETE', f"/api/users/{person[2]['id']}", key)[0], 200)
    status, _, problem = server.ask('POST', path, key)
    check_equal((status, problem['code']), (409, 'no_reader'))
    server.stop()


@seconds_max(120)
def also_in_another_process(tree):
    program = os.path.join(tree, 'build', 'release', 'kontora')
    line = subprocess.run([program, 'key', 'notes', '--data', os.path.join(tree, 'notes')],
                          capture_output=True, text=True, timeout=60, check=True).stdout
    write(os.path.join(tree, 'users', 'trusted.keys'), line)
    os.chmod(os.path.join(tree, 'users'), 0o700)
    os.chmod(os.path.join(tree, 'users', 'trusted.keys'), 0o600)
    users = Server(tree, 'users', data='users')
    users_key = users.line(r'(kontora_root_[\w-]+)')
    notes = Server(tree, 'notes', f'--ask.addresses=users={users.address}', data='notes')
    key = notes.line(r'(kontora_root_[\w-]+)')
    person = users.ask('POST', '/api/users', users_key,
                       {'email': 'anna@example.com', 'type': 'client'})
    path = f"/api/notes/for/{person[2]['id']}"
    check_equal(notes.ask('POST', path, key)[0], 201)
    unknown = '/api/notes/for/01a1fd12-0c72-754f-880e-2056b2d3b820'
    check_equal(notes.ask('POST', unknown, key)[2]['code'], 'no_reader')
    users.stop()
    check_equal(notes.ask('POST', path, key)[0], 503)
    notes.stop()


@seconds_max(180)
def what_is_told_is_heard(tree):
    follow(tree, with_change=True, with_times=True, with_asks=True, with_events=True)
    build(tree)
    server = Server(tree)
    key = read(os.path.join(tree, 'key'))
    person = server.ask('POST', '/api/users', key, {'email': 'boris@example.com', 'type': 'client'})
    path = f"/api/notes/{person[2]['id']}"
    until = time.monotonic() + 60
    while server.ask('GET', path, key)[0] != 200 and time.monotonic() < until:
        time.sleep(0.05)
    check_equal(server.ask('GET', path, key)[2]['text'], 'Welcome!')
    check_equal(server.ask('POST', '/api/notes', key, {'text': 'hear, hear'})[0], 201)
    check_in('notes.left', json.dumps(server.ask('GET', '/asyncapi.json', key)[2]))
    check_equal(server.ask('GET', '/api/dead/notes', key)[2]['items'], [])
    server.stop()


def the_page_keeps_the_house_rules(tree):
    follow(tree, with_change=True, with_times=True, with_asks=True, with_events=True)
    files = [os.path.join(FOLDER, name) for name in os.listdir(os.path.join(tree, FOLDER))]
    said = subprocess.run(['tools/tidy', '.'], cwd=tree, capture_output=True, text=True).stdout
    check_equal([line for line in said.splitlines() if line.startswith(FOLDER)], [])
    done = subprocess.run(['clang-format-14', '--dry-run', '-Werror', *files], cwd=tree,
                          stderr=subprocess.PIPE, text=True)
    check_equal((done.returncode, done.stderr), (0, ''))


if __name__ == '__main__':
    main([four_files_make_a_service, what_comes_for_free_is_there, a_route_is_added,
          a_slip_is_a_sentence_at_start, what_is_set_for_later_happens,
          another_service_is_asked, also_in_another_process, what_is_told_is_heard,
          the_page_keeps_the_house_rules], {'tree': tree})
