"""readme_test.py - the first ten minutes of the README, typed in as they stand there."""
# stores: none
import atexit
import json
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
from house import until
from postgres import Postgres
from tap import (check, check_equal, check_in, check_match, main, program, repository,
                 seconds_max, test_directory)

ADDRESS = 'http://127.0.0.1:8480'


def blocks():
    with open(os.path.join(repository(), 'README.md'), encoding='utf-8') as file:
        return re.findall(r'^```sh\n(.*?)^```$', file.read(), re.M | re.S)


def block_with(words):
    found = [block for block in blocks() if words in block]
    check_equal(len(found), 1, f'one block with {words!r}')
    return found[0]


def workplace():
    """A directory in which the commands find the program where the README has it."""
    place = os.path.join(test_directory(), 'clone')
    os.makedirs(os.path.join(place, 'build', 'release'))
    os.symlink(program(), os.path.join(place, 'build', 'release', 'kontora'))
    for name in ('src', 'examples'):
        os.symlink(os.path.join(repository(), name), os.path.join(place, name))
    yield place


class Server:
    """Started by a command of the README, only on a port of its own."""

    def __init__(self, place, command):
        self.running = subprocess.Popen(f'exec {command} --net.listen 127.0.0.1:0', shell=True,
                                        cwd=place, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        atexit.register(self.running.kill)
        self.said = ''
        while 'Next' not in self.said:
            line = self.running.stdout.readline()
            check(line != '', f'the server ended with {self.running.poll()}: {self.said}')
            self.said += line
        self.address = check_match(r'http://\S+', self.said).group(0)

    def stop(self):
        self.running.send_signal(signal.SIGTERM)
        check_equal(self.running.wait(60), 0)


def server(workplace):
    running = Server(workplace, 'build/release/kontora serve --data data')
    running.key = check_match(r'kontora_root_[\w-]+', running.said).group(0)
    yield running
    running.stop()


def type_in(server, place, commands):
    """Runs the lines in a shell; answers what they said."""
    done = subprocess.run(['sh', '-e', '-c', commands.replace(ADDRESS, server.address)], cwd=place,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30,
                          env={**os.environ, 'KEY': server.key})
    check_equal(done.returncode, 0, commands + done.stdout + done.stderr)
    return done.stdout


def values_of_json(text):
    """The JSON documents that stand one behind the other."""
    decoder, values = json.JSONDecoder(), []
    while text.strip():
        value, end = decoder.raw_decode(text.lstrip())
        values.append(value)
        text = text.lstrip()[end:]
    return values


def a_person_is_added_and_found(server, workplace):
    said = values_of_json(type_in(server, workplace, block_with('anna@example.org')))
    check_equal(said[0]['full_name'], 'Anna Petrova')
    check_equal(said[1]['items'], [said[0]])


def no_key_is_needed_on_the_machine(server, workplace):
    commands = block_with('users block ID')
    created = type_in(server, workplace, 'build/release/kontora users create --type client '
                      '--email clara@example.org --json')
    said = type_in(server, workplace, commands.replace(' ID ', f" {json.loads(created)['id']} "))
    check_match(r'clara@example\.org', said)
    check_match(r'status +blocked', said)
    check_in('"block_reason":"left the company"', said)


def asking_twice_happens_once(server, workplace):
    command = block_with('Idempotency-Key')
    first, second = (type_in(server, workplace, command) for _ in range(2))
    check_in('201 Created', first)
    check_in('Idempotent-Replayed: true', second)
    check_equal(second.split('\n\n')[-1], first.split('\n\n')[-1])


def what_happens_can_be_watched(server, workplace):
    """The stream does not end by itself; what has happened so far is enough."""
    type_in(server, workplace, block_with('anna@example.org').replace('anna', 'dora'))
    command = block_with('api/users/events').replace('curl -N', 'timeout 3 curl -sN').strip()
    said = type_in(server, workplace, command + ' || test $? = 124')
    check_in('event: users.created', said)
    check_in('dora@example.org', said)


def a_workflow_is_proved_and_drawn(server, workplace):
    check_in('sound', type_in(server, workplace, block_with('kontora check')))
    with open(os.path.join(workplace, 'feeding.svg'), encoding='utf-8') as file:
        drawn = file.read()
    with open(os.path.join(repository(), 'docs', 'pictures', 'feeding.svg'),
              encoding='utf-8') as file:
        check_equal(drawn, file.read())  # kontora draw src/apps/casework/feeding.yaml


def a_business_case_runs(server, workplace):
    start, worker = block_with('businessCaseName').split('\n\n')
    process = json.loads(type_in(server, workplace, start))['processId']
    working = subprocess.Popen(worker.replace(ADDRESS, server.address).replace('$KEY', server.key),
                               shell=True, cwd=workplace, start_new_session=True)
    try:
        ask = f'curl -s -H "Authorization: Bearer $KEY" {ADDRESS}/process/{process}/status/'
        check(until(lambda: json.loads(type_in(server, workplace, ask))['status'] == 'finished',
                    60, 0.2))
    finally:
        os.killpg(working.pid, signal.SIGKILL)
        working.wait()


def a_bad_day_begins_with_looking(server, workplace):
    commands = block_with('dead list').strip().split('\n')
    check_match('(?i)nothing|no ', type_in(server, workplace, commands[0]))
    check_match('ok', type_in(server, workplace, commands[1]))


def the_pages_it_names_are_there(server, workplace):
    for path in ('/openapi.json', '/readyz', '/metrics'):
        type_in(server, workplace, f'curl -sf -H "Authorization: Bearer $KEY" {ADDRESS}{path}')
    with open(os.path.join(repository(), 'README.md'), encoding='utf-8') as file:
        for path in re.findall(r'\]\(([^)]+)\)', file.read()):
            check(os.path.exists(os.path.join(repository(), path)), path)


@seconds_max(120)
def it_starts_on_postgres(workplace):
    command = block_with('store.kind=postgres')
    command = command[command.index('build/release'):].replace('\\\n', '')
    with Postgres() as database:
        command = check_match(r'(.*--store\.address=)', command).group(1) + f"'{database.address}'"
        running = Server(workplace, command)
        running.key = check_match(r'kontora_root_[\w-]+', running.said).group(0)
        said = type_in(running, workplace, block_with('anna@example.org'))
        check_equal(values_of_json(said)[1]['items'][0]['email'], 'anna@example.org')
        running.stop()


if __name__ == '__main__':
    main([a_person_is_added_and_found, no_key_is_needed_on_the_machine, asking_twice_happens_once,
          what_happens_can_be_watched, a_workflow_is_proved_and_drawn, a_business_case_runs,
          a_bad_day_begins_with_looking,
          the_pages_it_names_are_there, it_starts_on_postgres],
         {'workplace': workplace, 'server': server})
