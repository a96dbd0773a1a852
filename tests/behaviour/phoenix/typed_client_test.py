"""typed_client_test.py - a client that a generator of npm has made from our description: A10.

openapi-typescript makes types of `kontora openapi --participant b2b`; a small program that walks
the story of a customer has no error under `tsc --strict`, and does it. With a field of another
name, or a city that is not in the list, it has one. Without the generator nothing is shown here.
"""
# stores: none
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from kontora import Server, run
from onboarding import COMPANY
from tap import check, check_equal, check_in, main, repository, skip, test_directory

STORY = os.path.join(HERE, 'typed_story.ts')
TOOLS = os.environ.get('KONTORA_TEST_NPM', os.path.join(repository(), 'node_modules'))


MISTAKES = (("city: 'moscow'", "city: 'atlantis'", 'atlantis'),
            ("inn: '7707083893'", "tax_number: '7'", 'tax_number'),
            ('done.operation_id', 'done.operation_number', 'number'),
            ("contact_name: 'Мария Иванова',", '', 'contact_name'))


def tool(name):
    return os.path.join(TOOLS, '.bin', name)


def client():
    """A directory with the story and the types it is written against."""
    if not os.path.exists(tool('openapi-typescript')):
        skip('openapi-typescript is not installed')
    where = tempfile.mkdtemp(dir=test_directory())
    described = os.path.join(where, 'b2b.json')
    with open(described, 'w', encoding='utf-8') as file:
        file.write(run('openapi', '--participant', 'b2b').out)
    made = subprocess.run([tool('openapi-typescript'), described, '-o', f'{where}/b2b.ts'],
                          capture_output=True, text=True, timeout=120, check=False)
    check_equal(made.returncode, 0, made.stderr)
    shutil.copy(STORY, where)
    yield where


def compiled(where, names):
    """What the compiler has to say of all of them; '' is nothing. It starts once, for it reads the
    types of the language and of the client each time."""
    modules = os.path.join(repository(), 'node_modules')
    command = [os.path.join(modules, '.bin', 'tsc'), '--strict', '--noUncheckedIndexedAccess',
               '--skipLibCheck', '--pretty', 'false',
               '--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'bundler',
               '--lib', 'es2022,dom', '--types', 'node',
               '--typeRoots', os.path.join(modules, '@types'), *names]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=120,
                          check=False).stdout


def write_wrong(where):
    """The story with one mistake each: file name -> mistake."""
    with open(STORY, encoding='utf-8') as file:
        story = file.read()
    names = {f'wrong_{number}.ts': mistake for number, mistake in enumerate(MISTAKES)}
    for name, (right, wrong, _) in names.items():
        check(right in story, right)
        with open(os.path.join(where, name), 'w', encoding='utf-8') as file:
            file.write(story.replace(right, wrong, 1))
    return names


def what_is_wrong_does_not_compile(client):
    """And what is right does: nothing is said of it."""
    names = write_wrong(client)
    said = compiled(client, ['typed_story.ts', *names])
    for name, (_, wrong, complaint) in names.items():
        about = [line for line in said.splitlines() if line.startswith(f'{name}(')]
        check_in(complaint, '\n'.join(about), wrong)
    check_equal([line for line in said.splitlines() if not line.startswith(('wrong_', ' '))], [])


def it_walks_the_story(client):
    server = Server().start()
    try:
        os.rename(f'{client}/typed_story.js', f'{client}/typed_story.mjs')
        done = subprocess.run(
            ['node', f'{client}/typed_story.mjs', 'http://%s:%d' % server.host_and_port(),
             server.key, str(uuid.uuid4()), COMPANY['bank_account']],
            capture_output=True, text=True, timeout=60, check=False)
        check_equal(done.returncode, 0, done.stderr)
        check_equal(json.loads(done.stdout)['places'], ['moderation'])
    finally:
        server.stop()


if __name__ == '__main__':
    main([what_is_wrong_does_not_compile, it_walks_the_story],
         {'client': client})
