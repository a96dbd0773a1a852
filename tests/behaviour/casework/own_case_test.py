"""own_case_test.py - docs/own_case.md, followed to the letter by a newcomer: once with a file and a
worker, once with a function in C that becomes part of the program."""
# stores: none
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import start, status_of
from house import until
from kontora import Server
from tap import check, check_equal, check_in, main, repository, seconds_max, test_directory

CASEWORK = 'src/apps/casework'


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as file:
        return file.read()


def write(text, *path):
    os.makedirs(os.path.dirname(os.path.join(*path)), exist_ok=True)
    with open(os.path.join(*path), 'w', encoding='utf-8') as file:
        file.write(text)


def blocks(kind, part):
    """Those of one language, in the first or the second half of the page."""
    page = read(repository(), 'docs', 'own_case.md').split('\n## With ')[part]
    return re.findall(rf'^```{kind}\n(.*?)^```$', page, re.M | re.S)


def replace_once(text, old, new):
    check_equal(text.count(old), 1, f'{old!r} stands there once')
    return text.replace(old, new)


# ---- a file and a worker ----

def type_in(block, directory, **environment):
    program = os.path.dirname(Server().program)
    return subprocess.run(['sh', '-ec', block], cwd=directory, text=True, timeout=60, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, 'PATH': f'{program}:{os.environ["PATH"]}',
                               **environment})


def a_file_and_a_worker_are_enough():
    place = os.path.join(test_directory(), 'office')
    (yaml,), (worker,), (answered,) = (blocks(kind, 1) for kind in ('yaml', 'python', 'json'))
    proves, works, starts, asks = blocks('sh', 1)
    write(yaml, place, 'cases', 'letter.yaml')
    write(worker, place, 'scribe.py')
    said = type_in(proves, place)
    check_equal(said.returncode, 0, said.stdout)
    check_in('kontora serve --data office --cases.directory cases',
             read(repository(), 'docs', 'own_case.md'))
    server = Server(settings=['--cases.directory', os.path.join(place, 'cases')]).start()
    names = {'KONTORA': server.address, 'KEY': server.key}
    first = json.loads(type_in(starts, place, **names).stdout)
    check_equal(json.loads(type_in(starts, place, **names).stdout), first, 'asked twice')
    names['PROCESS'] = first['processId']
    check_equal(json.loads(type_in(asks, place, **names).stdout), {'status': 'waiting_service'})
    works = replace_once(works, 'http://127.0.0.1:8480', server.address)
    scribe = subprocess.Popen(['sh', '-c', f'exec env {works}'], cwd=place,
                              env={**os.environ, **names}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wanted = json.loads(answered)
        check(until(lambda: status_of(server.client(), first['processId']) == wanted),
              status_of(server.client(), first['processId']))
    finally:
        scribe.kill()
        scribe.wait()
    server.stop()


# ---- a function in C ----

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
    return tree


def build(tree):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('BUILD', 'MAKEFLAGS', 'MAKELEVEL')}
    done = subprocess.run(['make', 'build'], cwd=tree, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, env=environment, check=False)
    check_equal(done.returncode, 0, done.stdout)


def follow(tree):
    function, header, include, text, file_row, function_row = blocks('c', 2)
    write(blocks('yaml', 2)[0], tree, CASEWORK, 'parcel.yaml')
    for source in (function, header):
        name = re.match(r'/\* (\S+) - ', source).group(1)
        write(source, tree, CASEWORK, name)
    page = read(tree, CASEWORK, 'casework.c')
    for after, added in (('#include "apps/casework/casework_store.h"\n', include),
                         ('WORKFLOW_TEXT(feeding);\n', text),
                         ('    WORKFLOW_FILE(feeding),\n', file_row),
                         ('static const struct case_function functions[] = {\n', function_row)):
        page = replace_once(page, after, after + added)
    write(page, tree, CASEWORK, 'casework.c')


@seconds_max(300)
def a_function_in_c_is_a_stage():
    tree = copy_of_the_source()
    follow(tree)
    build(tree)
    server = Server(program=os.path.join(tree, 'build', 'release', 'kontora')).start()
    client = server.client()
    priced, refused = (json.loads(block) for block in blocks('json', 2))
    check_equal(status_of(client, start(client, 'parcel', {'grams': 1500})), priced)
    check_equal(status_of(client, start(client, 'parcel', {'grams': 30000})), refused)
    server.stop()
    the_page_keeps_the_house_rules(tree)


def the_page_keeps_the_house_rules(tree):
    files = [os.path.join(CASEWORK, name) for name in os.listdir(os.path.join(tree, CASEWORK))
             if name.endswith(('.c', '.h'))]
    said = subprocess.run(['tools/tidy', '.'], cwd=tree, capture_output=True, text=True,
                          check=False).stdout
    check_equal([line for line in said.splitlines() if line.startswith(CASEWORK)], [])
    done = subprocess.run(['clang-format-14', '--dry-run', '-Werror', *files], cwd=tree,
                          stderr=subprocess.PIPE, text=True, check=False)
    check_equal((done.returncode, done.stderr), (0, ''))


if __name__ == '__main__':
    main([a_file_and_a_worker_are_enough, a_function_in_c_is_a_stage])
