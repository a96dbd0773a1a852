"""demo_test.py - make demo: a filled system in one command, and nothing left of it afterwards."""
# stores: none
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from house import until
from kontora import Client, run
from tap import (check, check_equal, check_in, check_match, for_each_test, main, program,
                 repository, seconds_max, test_directory)

PEOPLE = 42  # of whom 30 are popugs
SECONDS_MAX = 60


class Demo:
    def __init__(self, directory, listen='127.0.0.1:0', days=0):
        self.directory = directory
        self.said = ''
        self.errors = tempfile.TemporaryFile(dir=test_directory())
        self.running = subprocess.Popen(
            [os.path.join(repository(), 'tools', 'demo'), program(), directory],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True, env={**os.environ, 'KONTORA_DEMO_LISTEN': listen,
                                         'KONTORA_DEMO_PACE': '0.2',
                                         'KONTORA_DEMO_DAYS': str(days)})

    def read_until(self, pattern):
        deadline = time.monotonic() + SECONDS_MAX
        while not re.search(pattern, self.said):
            readable, _, _ = select.select([self.running.stdout], [], [],
                                           max(0, deadline - time.monotonic()))
            got = os.read(self.running.stdout.fileno(), 65536).decode() if readable else ''
            check(got, f'it ends, or is silent, after {self.said!r}: {self.complaints()}')
            self.said += got

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def processes(self):
        """Of its session: the script, the server, and whatever they have started."""
        found = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as file:
                    fields = file.read().rpartition(')')[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.running.pid and fields[0] != 'Z':
                found.append(int(pid))
        return found

    def end(self, how, to_all=False):
        """As kill does it to the script, or as Ctrl-C does it to all of them."""
        if to_all:
            os.killpg(self.running.pid, how)
        else:
            self.running.send_signal(how)
        return self.running.wait(60)

    def remove(self):
        if self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
        self.running.stdout.close()
        self.errors.close()


@for_each_test
def demo():
    running = Demo(os.path.join(tempfile.mkdtemp(dir=test_directory()), 'demo-data'))
    yield running
    running.remove()


def people(directory, *words):
    said = run('users', 'list', '--data', directory, '--json', '--limit', '200', *words)
    check_equal(said.code, 0, said)
    return said.json['items']


def people_are_shown(demo):
    demo.read_until('Ctrl-C stops it')
    check_match(r'answers on http://127\.0\.0\.1:\d+\n', demo.said)
    lines = demo.said.splitlines()
    title = next(index for index, line in enumerate(lines) if line.startswith('id '))
    rows = lines[title + 1:title + 1 + PEOPLE]
    for row in rows:
        check_match(r'^[0-9a-f-]{36}  (active |blocked)  \w+ +\S+@demo\.example +\S', row)
    check_equal(lines[title + 1 + PEOPLE], '')
    check_equal(sum('  blocked  ' in row for row in rows), 1)
    check_in('Ёлка Новогодова', demo.said)
    check_equal(len(people(demo.directory)), PEOPLE)
    check('was not added' not in demo.complaints(), demo.complaints())


def what_it_proposes_works(demo):
    demo.read_until('Ctrl-C stops it')
    words = check_match(r'Look around: +(.*)', demo.said).group(1).split()
    check_equal(words[0], program())
    said = run(*words[1:])
    check_equal(said.code, 0, said)
    names = set(re.findall(r'(?m)  (\S+ \S+)$', said.out))
    check_equal(names, {'Елена Еремеева'} | ({'Ёлка Новогодова'} & names))
    check_in('Ёлка Новогодова', names)


def signed_in(demo):
    demo.read_until('Ctrl-C stops it')
    address = check_match(r'Open +(http://\S+)', demo.said).group(1)
    name, password = check_match(r'Sign in as +(\S+), (\S+)', demo.said).groups()
    owner = Client(address.removeprefix('http://'), key=None)
    said = owner.post('/api/login', {'email': name, 'password': password})
    check_equal(said.status, 200, said)
    owner.key = said.json['token']
    return owner


def cases_move_on_their_own(demo):
    owner = signed_in(demo)
    doors = owner.get('/api/doors/phoenix').json['doors']
    check_equal({door['kind'] for door in doors}, {'admin', 'b2b'})

    def revisions():
        return owner.get('/flow/admin/phoenix/cases?limit=200&order=newest').text
    before = revisions()
    check(until(lambda: revisions() != before), 'nothing moves')


@seconds_max(240)
def days_of_a_company_have_passed():
    """Tasks, shuffles, the end of the day and payouts, each on its day; and today goes on."""
    demo = Demo(os.path.join(tempfile.mkdtemp(dir=test_directory()), 'demo-data'), days=2)
    try:
        owner = signed_in(demo)
        check_match(r'A company of 30 has lived through 2 of 2 days\n', demo.said)
        check_match(r'(?m)^Root key +kontora_root_\S+ \(shown only this once\)$', demo.said)
        people = owner.get('/api/colleagues?limit=200').json['items']
        check_equal(len(people), 31, 'thirty popugs, and who has set it up')
        days = owner.get('/api/accounts/totals?days=4').json['items']
        check(all(day['fees_minor'] > 0 and day['rewards_minor'] > 0 for day in days[1:3]), days)
        check_equal((days[3]['fees_minor'], days[3]['rewards_minor']), (0, 0))
        payouts = owner.get('/api/accounts/payouts').json['items']
        paid = {payout['day'] for payout in payouts if payout['status'] == 'paid'}
        check(paid >= {day['day'] for day in days[1:3]}, (paid, days))
        shuffles = owner.get('/api/shuffles').json['items']
        check(sum(one['status'] == 'done' for one in shuffles) >= 4, shuffles)
        newest = lambda: owner.get('/api/tasks?limit=1').json['items'][0]['id']
        before = newest()
        check(until(lambda: newest() != before), 'nobody creates a task')
        check_equal(demo.end(signal.SIGTERM), 0)
        check_equal(demo.processes(), [])
    finally:
        demo.remove()


def a_signal_amid_past_days_leaves_no_process():
    demo = Demo(os.path.join(tempfile.mkdtemp(dir=test_directory()), 'demo-data'), days=30)
    try:
        demo.read_until('lived through 1 of 30')
        check_equal(demo.end(signal.SIGTERM), 0)
        check_equal(demo.processes(), [])
    finally:
        demo.remove()


def a_signal_leaves_no_process(demo):
    demo.read_until('Ctrl-C stops it')
    check(len(demo.processes()) >= 2, 'no server was seen')
    check_equal(demo.end(signal.SIGTERM), 0)
    check_equal(demo.processes(), [])


def control_c_leaves_no_process(demo):
    demo.read_until('Ctrl-C stops it')
    check_equal(demo.end(signal.SIGINT, to_all=True), 0)
    check_equal(demo.processes(), [])


def the_second_time_finds_the_same_people(demo):
    demo.read_until('Ctrl-C stops it')
    first = people(demo.directory)
    demo.end(signal.SIGTERM)
    again = Demo(demo.directory)
    try:
        again.read_until('Ctrl-C stops it')
        check_equal(sorted(user['id'] for user in people(demo.directory)),
                    sorted(user['id'] for user in first))
    finally:
        again.end(signal.SIGTERM)
        again.running.stdout.close()
        again.errors.close()


def an_address_in_use_ends_it(demo):
    demo.read_until('Ctrl-C stops it')
    address = check_match(r'answers on http://(\S+)', demo.said).group(1)
    other = Demo(demo.directory + '-2', address)
    check(other.running.wait(SECONDS_MAX) != 0, 'it says that all is well')
    check_in('already in use', other.complaints())
    check_equal(other.processes(), [])
    other.running.stdout.close()
    other.errors.close()


def make_demo_is_this():
    done = subprocess.run(['make', '-n', 'demo'], cwd=repository(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False, timeout=30)
    check_match(r'(?m)^tools/demo \S+/kontora$', done.stdout)


if __name__ == '__main__':
    main([people_are_shown, what_it_proposes_works, cases_move_on_their_own,
          days_of_a_company_have_passed, a_signal_amid_past_days_leaves_no_process,
          a_signal_leaves_no_process,
          control_c_leaves_no_process, the_second_time_finds_the_same_people,
          an_address_in_use_ends_it, make_demo_is_this], {'demo': demo})
