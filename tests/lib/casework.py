"""casework.py - processes of business cases for tests: started, looked at, and done by hand or by
the Service of the examples."""
import os
import sqlite3
import subprocess
import sys

import tap
from house import until_none
from tap import check, check_equal

SERVICE = os.path.join(tap.repository(), 'examples', 'casework_service.py')


def start(client, name='feeding', payload=None, status=201, **others):
    body = {'businessCaseName': name, 'businessCasePayload': payload or {}, **others}
    said = client.post('/process', body)
    check_equal(said.status, status, said)
    return said.json['processId'] if status < 300 else said.json


def status_of(client, process_id):
    said = client.get(f'/process/{process_id}/status/')
    check_equal(said.status, 200, said)
    return said.json


# ---- a worker by hand ----

def take(client, queue='feeder', most=1, wait_ms=20000, **others):
    said = client.post(f'/work/{queue}/take',
                       {'worker': 'by hand', 'max': most, 'wait_ms': wait_ms, **others})
    check_equal(said.status, 200, said)
    return said.json['items']


def take_one(client, command=None, queue='feeder', **others):
    items = take(client, queue, **others)
    check_equal(len(items), 1, 'there is one to take')
    check(command in (None, items[0]['command']), items)
    return items[0]


def answer(client, work, result=None, **others):
    """Whether it was accepted."""
    said = client.post('/serviceQ', {'taskId': work['taskId'], 'result': result, **others})
    check_equal(said.status, 200, said)
    return said.json['accepted']


# ---- the Service ----

class Service:
    """A process of examples/casework_service.py; several may share a database."""

    def __init__(self, server, path, lease_ms=1000):
        self.path = path
        environment = {**os.environ, 'KONTORA_KEY': server.key, 'LEASE_MS': str(lease_ms)}
        with open(path + '.log', 'ab') as log:
            self.process = subprocess.Popen([sys.executable, SERVICE, server.address, path],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment)

    def kill(self):
        self.process.kill()
        self.process.wait()


def prepare(path, cats):
    """{address: (approved, balance)}, before any Service has begun."""
    namespace = {'__name__': 'casework_service'}
    with open(SERVICE, encoding='utf-8') as file:
        exec(compile(file.read(), SERVICE, 'exec'), namespace)
    with sqlite3.connect(path) as database:
        database.executescript(namespace['TABLES'])
        database.executemany('INSERT INTO cat VALUES (?, ?, ?)',
                             [(address, *cat) for address, cat in cats.items()])
    database.close()


def rows(path, query):
    database = sqlite3.connect(path, timeout=60)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def all_end(client_of, ids, status='finished', seconds=60):
    """Each of them, patient as long as one more has ended; client_of() gives a client that works
    now."""
    left = until_none(lambda: [one for one in ids
                               if status_of(client_of(), one)['status'] != status], seconds)
    check(not left, lambda: [status_of(client_of(), one) for one in left])
