"""examples_test.py - the workers of examples/workers, as they are: killed in the middle, they do
each task once."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import all_end, start
from house import until
from kontora import Server, the_store
from tap import check, check_equal, check_less, main, repository, seconds_max, skip, test_directory

FOLDER = os.path.join(repository(), 'examples', 'workers')
LANGUAGES = {'worker.py': [sys.executable], 'worker.js': ['node']}


class Worker:
    def __init__(self, server, name, path):
        self.name, self.path = name, path
        command = [*LANGUAGES[name], os.path.join(FOLDER, name), server.address, 'feeder', path,
                   '1000']
        with open(path + '.said', 'ab') as said:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said,
                                            stderr=said,
                                            env={**os.environ, 'KONTORA_KEY': server.key})

    def kill(self):
        self.process.kill()
        self.process.wait()

    def done(self):
        """{task id: command} of what it wrote down; each task id is there once or this fails."""
        ids = list(self._ids())
        check_equal(len(ids), len(set(ids)), 'what was done is done once')
        return {one: re.search('stage=([^&]*)', one).group(1) for one in ids}

    def _ids(self):
        if not os.path.exists(self.path):
            return []
        if self.name == 'worker.js':
            with open(self.path, encoding='utf-8') as file:
                return [json.loads(line)['task_id'] for line in file if line.endswith('\n')]
        database = sqlite3.connect(self.path, timeout=60)
        try:
            return [row[0] for row in database.execute('SELECT id FROM done')]
        except sqlite3.OperationalError:
            return []  # it has not even made its tables
        finally:
            database.close()

    def balances(self):
        if self.name == 'worker.js':
            with open(self.path, encoding='utf-8') as file:
                cats = [json.loads(line)['cat'] for line in file]
            return {cat['address']: (cat['approved'], cat['balance']) for cat in cats}
        database = sqlite3.connect(self.path, timeout=60)
        try:
            return {row[0]: (bool(row[1]), row[2])
                    for row in database.execute('SELECT address, approved, balance FROM cat')}
        finally:
            database.close()


def kill_again_and_again(name):
    if shutil.which(LANGUAGES[name][0]) is None:
        skip(f'{LANGUAGES[name][0]} is not installed')
    server = Server(store=the_store()).start()
    client = server.client()
    addresses = [f'cat {i}' for i in range(6)]
    ids = [start(client, payload={'address': address}) for address in addresses]
    path = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'done')
    worker = Worker(server, name, path)
    for count in (1, 4, 9):
        until(lambda: len(worker.done()) >= count, every=0.005)
        worker.kill()
        worker = Worker(server, name, path)
    all_end(server.client, ids, seconds=240)
    worker.kill()
    check_equal(worker.balances(), {address: (True, 5) for address in addresses})
    commands = sorted(worker.done().values())
    check_equal(commands, sorted(['checkApprove', 'approve', 'getBalance', 'feed', 'send'] * 6))
    check_equal(server.stop(), 0)


@seconds_max(300)
def the_one_in_python():
    """E19, E20, E31"""
    kill_again_and_again('worker.py')


@seconds_max(300)
def the_one_in_javascript():
    """E19, E20, E31"""
    kill_again_and_again('worker.js')


def they_are_short():
    for name in LANGUAGES:
        with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
            text = file.read()
        check_less(len(text.splitlines()), 60, name)
        check('No dependencies' in text)


if __name__ == '__main__':
    main([the_one_in_python, the_one_in_javascript, they_are_short])
