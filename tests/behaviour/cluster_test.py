"""cluster_test.py - make cluster: two processes, three servers; what dies comes back, nothing is
lost, and nothing is left behind.
"""
# stores: none
import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from house import until
from kontora import Client
from tap import (check, check_equal, check_in, check_not_equal, main, repository, sample_program,
                 seconds_max)

START_SECONDS, STOP_SECONDS, SETTLE_SECONDS = 90, 60, 60


def all_but_people():
    """As tools/cluster divides them: the names of the other process."""
    said = subprocess.run([sample_program(), 'asyncapi'], stdout=subprocess.PIPE, check=True)
    tags = json.loads(said.stdout)['info']['tags']
    return ','.join(tag['name'] for tag in tags if tag['name'] != 'users')


REST = all_but_people()
MEMBERS = ['PostgreSQL', 'RabbitMQ', 'Redis', 'Kontora users', f'Kontora {REST}']


class Cluster:
    """Not in the directory of the tests: the servers' own users must be able to reach it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='kontora-cluster-')
        os.chmod(self.directory, 0o711)
        self.said = os.path.join(self.directory, 'said')
        self.process = None

    def command(self):
        return [os.path.join(repository(), 'tools', 'cluster'), '--directory', self.directory,
                sample_program()]

    def start(self):
        with open(self.said, 'ab') as said:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=said,
                                            stderr=said)
        check(until(lambda: self.state() or self.process.poll() is not None, START_SECONDS, 0.1))
        check(self.process.poll() is None, self.heard())
        return self

    def heard(self):
        with open(self.said, encoding='utf-8') as said:
            return said.read()[-3000:]

    def state(self):
        with contextlib.suppress(FileNotFoundError):
            with open(os.path.join(self.directory, 'cluster.json'), encoding='utf-8') as file:
                return json.load(file)
        return None

    def member(self, what):
        return next(row for row in self.state()['members'] if row['what'] == what)

    def client(self, group):
        """Through the admin socket of the process that serves it."""
        names = os.listdir(os.path.join(self.directory, 'kontora'))
        name = next(one for one in names if one.endswith(group[:40]))
        return Client(socket_path=os.path.join(self.directory, 'kontora', name, 'admin.sock'))

    def kill(self, what):
        """Ends it as a crash would; waits until another one is there."""
        old = self.member(what)['pid']
        os.kill(old, signal.SIGKILL)
        check(until(lambda: self.member(what)['pid'] != old, START_SECONDS, 0.1), self.heard())

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def left_running(self):
        """Processes that name the directory, in their command or their environment."""
        found = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for name in ('cmdline', 'environ'):
                with contextlib.suppress(OSError):
                    with open(f'/proc/{pid}/{name}', 'rb') as file:
                        if self.directory.encode() in file.read():
                            found.append(pid)
        return found

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()  # its children end with it
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def begin_cluster():
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.end()


def order(cluster, amount=1):
    answer = cluster.client(REST).post('/api/shop/orders', {'amount': amount})
    check_equal(answer.status, 201, answer)
    return answer.json['order_id']


def state_of(cluster, order_id):
    return cluster.client(REST).get(f'/api/shop/orders/{order_id}').json['state']


def add_person(cluster):
    answer = cluster.client('users').post('/api/users', {
        'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client'})
    check_equal(answer.status, 201, answer)
    return answer.json['id']


def heard_of(cluster, subject):
    answer = cluster.client(REST).get(f'/api/board/effects?subject={subject}')
    return [effect['name'] for effect in answer.json['items']]


def check_arrived(cluster, orders, people):
    """Each order was charged, and the board has heard of each person; nothing came twice."""
    for one in orders:
        check(until(lambda at=one: state_of(cluster, at) == 'charged', SETTLE_SECONDS, 0.1), one)
    for one in people:
        check(until(lambda at=one: heard_of(cluster, at) == ['users.created'], SETTLE_SECONDS,
                    0.1), f'{one}: {heard_of(cluster, one)}')
    check_equal(cluster.client(REST).get('/api/till/summary').json['doubles'], 0)
    board = cluster.client(REST).get('/api/board/summary').json
    check_equal((board['doubles'], board['disorder']), (0, 0))


# ---- one life after the other ----

@seconds_max(150)
def it_says_what_runs_where(cluster):
    rows = cluster.state()['members']
    check_equal([row['what'] for row in rows], MEMBERS)
    said = cluster.heard()
    for row in rows:
        os.kill(row['pid'], 0)
        check(os.path.exists(row['log']), row)
        for part in (row['address'], str(row['pid']), row['log'], row['look']):
            check_in(part, said)


def one_may_look_inside(cluster):
    """What is printed as a command is one. (redis-cli monitor would never end.)"""
    for what, word in (('PostgreSQL', '-c "SELECT 40 + 2"'), ('RabbitMQ', ''),
                       ('Kontora users', '-s'), (f'Kontora {REST}', '-s')):
        done = subprocess.run(['sh', '-c', f"{cluster.member(what)['look']} {word}"], text=True,
                              capture_output=True, check=False, timeout=60)
        check_equal(done.returncode, 0, f'{what}: {done.stderr}')
        check_in({'PostgreSQL': '42', 'RabbitMQ': 'board.users'}.get(
            what, 'kontora_bus_connected 1'), done.stdout)
    look = shlex.split(cluster.member('Redis')['look'])
    done = subprocess.run([*look[:-1], 'PING'], capture_output=True, text=True, check=False)
    check_equal(done.stdout, 'PONG\n')


def a_second_one_only_looks(cluster):
    before = cluster.state()
    done = subprocess.run(cluster.command(), capture_output=True, text=True, timeout=30,
                          check=False)
    check_equal(done.returncode, 0, done.stderr)
    check_in('It runs already', done.stdout)
    check_in(cluster.member('RabbitMQ')['address'], done.stdout)
    check_equal(cluster.state(), before)


def what_is_told_crosses_over(cluster):
    check_arrived(cluster, [order(cluster)], [add_person(cluster)])


@seconds_max(240)
def what_is_killed_comes_back_and_nothing_is_lost(cluster):
    orders, people = [], []
    for what in (f'Kontora {REST}', 'Kontora users', 'RabbitMQ', 'Redis'):
        orders += [order(cluster) for _ in range(10)]
        people += [add_person(cluster) for _ in range(5)]
        cluster.kill(what)  # while most of it is on its way
        orders.append(order(cluster))
        people.append(add_person(cluster))
    check_arrived(cluster, orders, people)


@seconds_max(240)
def it_stops_in_order_and_keeps_what_it_had(cluster):
    kept = order(cluster)
    check(until(lambda: state_of(cluster, kept) == 'charged', SETTLE_SECONDS, 0.1))
    for how in (signal.SIGINT, signal.SIGTERM):
        pids = {row['pid'] for row in cluster.state()['members']}
        check_equal(cluster.stop(how), 0, cluster.heard())
        check_equal(cluster.state(), None)
        check(until(lambda: not cluster.left_running(), 20, 0.1), cluster.left_running())
        cluster.start()
        check_not_equal({row['pid'] for row in cluster.state()['members']}, pids)
        check_equal(state_of(cluster, kept), 'charged')
    check_arrived(cluster, [order(cluster)], [add_person(cluster)])


@seconds_max(120)
def whoever_starts_it_takes_all_with_him(cluster):
    """Killed without a word, it leaves nothing running."""
    check(cluster.left_running())
    cluster.process.kill()
    cluster.process.wait()
    check(until(lambda: not cluster.left_running(), 30, 0.1), cluster.left_running())


if __name__ == '__main__':
    main([it_says_what_runs_where, one_may_look_inside, a_second_one_only_looks,
          what_is_told_crosses_over, what_is_killed_comes_back_and_nothing_is_lost,
          it_stops_in_order_and_keeps_what_it_had, whoever_starts_it_takes_all_with_him],
         {'cluster': begin_cluster})
