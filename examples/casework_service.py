#!/usr/bin/env python3
"""casework_service.py - the Service of the example business case: it applies each command once.

  KONTORA_KEY=kontora_root_... examples/casework_service.py http://127.0.0.1:8480 service.db

It takes work from the queue `feeder`, does it in its own database, and answers. Whatever crashes
wherever, a command may come again, with the same task id. So the task id is written in the
transaction of its effect together with the result, and who comes again gets that result: this is
all there is to "exactly once", and only the side that has the effect can do it.

Several may run at once on one database. No dependencies.
"""
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

QUEUE, WAIT_MS = 'feeder', 20000
LEASE_MS = int(os.environ.get('LEASE_MS', '30000'))
TABLES = '''
CREATE TABLE IF NOT EXISTS applied (task_id TEXT PRIMARY KEY, command TEXT, result TEXT);
CREATE TABLE IF NOT EXISTS cat (address TEXT PRIMARY KEY, approved INTEGER DEFAULT 0,
                                balance INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcel (number INTEGER PRIMARY KEY, address TEXT, signature TEXT);
'''


# ---- what it can do: each is one command, run in a transaction ----

def cat_of(database, address):
    database.execute('INSERT OR IGNORE INTO cat (address) VALUES (?)', (address,))
    return database.execute('SELECT approved, balance FROM cat WHERE address = ?',
                            (address,)).fetchone()


def check_approved(database, payload):
    return bool(cat_of(database, payload['id'])[0])


def approve(database, payload):
    cat_of(database, payload['id'])
    database.execute('UPDATE cat SET approved = 1 WHERE address = ?', (payload['id'],))


def get_balance(database, payload):
    return cat_of(database, payload['address'])[1]


def feed(database, payload):
    cat_of(database, payload['address'])
    database.execute('UPDATE cat SET balance = balance + ? WHERE address = ?',
                     (payload['amount'], payload['address']))


def send(database, payload):
    number = database.execute('INSERT INTO parcel (address, signature) VALUES (?, ?)',
                              (payload['address'], payload['signature'])).lastrowid
    return {'parcel': number}


COMMANDS = {'checkApprove': check_approved, 'approve': approve, 'getBalance': get_balance,
            'feed': feed, 'send': send}


# ---- each of them once ----

def apply_once(database, task_id, command, payload):
    """Case 4: look for the task id and do the command, in one transaction."""
    with database:
        database.execute('BEGIN IMMEDIATE')
        known = database.execute('SELECT result FROM applied WHERE task_id = ?',
                                 (task_id,)).fetchone()
        if known is not None:
            return json.loads(known[0])
        result = COMMANDS[command](database, payload)
        database.execute('INSERT INTO applied VALUES (?, ?, ?)',
                         (task_id, command, json.dumps(result)))
        return result


# ---- asking for work, and answering ----

def ask(path, body):
    """What was answered; None when it could not be asked now."""
    request = urllib.request.Request(
        sys.argv[1] + path, json.dumps(body).encode(),
        {'Content-Type': 'application/json', 'Authorization': f"Bearer {os.environ['KONTORA_KEY']}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.URLError, OSError, json.JSONDecodeError) as error:
        print(f'{path}: {error}', file=sys.stderr, flush=True)
        time.sleep(0.2)
        return None


def main():
    database = sqlite3.connect(sys.argv[2], timeout=60, isolation_level=None)
    database.executescript(TABLES)
    name = f'casework_service {os.getpid()}'
    while True:
        taken = ask(f'/work/{QUEUE}/take',
                    {'worker': name, 'max': 1, 'lease_ms': LEASE_MS, 'wait_ms': WAIT_MS})
        for work in (taken or {'items': []})['items']:
            result = apply_once(database, work['taskId'], work['command'], work['payload'])
            # Lost on the way, it is taken again when the lease is over, and known then.
            ask('/serviceQ', {'taskId': work['taskId'], 'result': result})


if __name__ == '__main__':
    main()
