#!/usr/bin/env python3
"""worker.py - does the stages of a queue, each task once. No dependencies.

  KONTORA_KEY=kontora_root_... examples/workers/worker.py http://127.0.0.1:8480 feeder done.db

The effect, the result and the task id are one transaction, so what comes again is known.
"""
import json
import os
import sqlite3
import sys
import time
import urllib.request

ADDRESS, QUEUE, FILE, LEASE_MS = [*sys.argv[1:], 30000][:4]  # longer than a task takes
HEADERS = {'Content-Type': 'application/json',
           'Authorization': 'Bearer ' + os.environ['KONTORA_KEY']}
TABLES = ('CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY, result TEXT);'
          'CREATE TABLE IF NOT EXISTS cat (address TEXT PRIMARY KEY, approved INT, balance INT)')


def do(store, command, payload):
    """The effect of each command; put yours here."""
    cat = (payload.get('address', payload.get('id')),)
    store.execute('INSERT OR IGNORE INTO cat VALUES (?, 0, 0)', cat)
    if command == 'approve':
        store.execute('UPDATE cat SET approved = 1 WHERE address = ?', cat)
    if command == 'feed':
        store.execute('UPDATE cat SET balance = balance + ? WHERE address = ?',
                      (payload['amount'], *cat))
    seen = store.execute('SELECT approved, balance FROM cat WHERE address = ?', cat).fetchone()
    return {'checkApprove': bool(seen[0]), 'getBalance': seen[1]}.get(command)


def do_once(store, work):
    with store:
        store.execute('BEGIN IMMEDIATE')
        row = store.execute('SELECT result FROM done WHERE id = ?', (work['task_id'],)).fetchone()
        if row is None:
            row = [json.dumps(do(store, work['command'], work['payload']))]
            store.execute('INSERT INTO done VALUES (?, ?)', (work['task_id'], row[0]))
        return json.loads(row[0])


def ask(verb, **body):
    body = json.dumps({'worker': f'worker.py {os.getpid()}', **body}).encode()
    request = urllib.request.Request(f'{ADDRESS}/work/{QUEUE}/{verb}', body, HEADERS)
    return json.load(urllib.request.urlopen(request, timeout=90))


done = sqlite3.connect(FILE, timeout=60, isolation_level=None)
done.executescript(TABLES)
while True:
    try:
        for item in ask('take', wait_ms=20000, lease_ms=int(LEASE_MS))['items']:
            ask('answer', task_id=item['task_id'], result=do_once(done, item))
    except OSError as error:  # lost on the way, it comes again when its lease is over
        print(error, file=sys.stderr, flush=True)
        time.sleep(1)
