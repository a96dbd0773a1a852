"""peers_servers.py - Restate, DBOS and ourselves: started on loopback, asked, stopped.

Each as its makers would want it measured on a small machine, and as durable as they are by default:
Restate flushes its log, PostgreSQL each commit. What they start ends with us, however we end.
"""
import contextlib
import http.client
import json
import os
import sqlite3
import subprocess
import time

from bench_servers import READY_SECONDS, BenchFailed, end, free_port
from peers_load import STEPS, Count
from postgres import Postgres, end_with_parent

# 24 partitions are its default, and for a large machine: with as many as there are cores it does
# more steps a second (6,015 instead of 3,485 on two).
RESTATE_PARTITIONS = os.cpu_count() or 2
SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'build', 'release',
                      'tests', 'sample', 'kontora-sample')
COUNT_FINISHED = "SELECT count(*) AS n FROM sys_invocation WHERE completion_result = 'success'"
COUNT_BEGUN = "SELECT count(*) AS n FROM sys_invocation"
COUNT_RUNS = "SELECT count(*) AS n FROM sys_journal WHERE entry_type = 'Notification: Run'"
COUNT_CASES = """SELECT (SELECT count(*) FROM {schema}engine_case WHERE closed_at IS NOT NULL),
 (SELECT count(*) FROM {schema}engine_case WHERE closed_at IS NULL), (SELECT count(*) FROM
 {schema}engine_history WHERE transition <> 'begin')"""
COUNT_DBOS = """SELECT count(*) FILTER (WHERE status = 'SUCCESS'), count(*) FILTER (WHERE status <>
 'SUCCESS'), (SELECT count(*) FROM dbos.operation_outputs) FROM dbos.workflow_status"""


LOG_FILES = 30  # 16 MiB each: more than a load writes
WEAR_IN = f"""SELECT count(pg_switch_wal()) FROM (SELECT
 pg_logical_emit_message(false, 'bench', 'x') FROM generate_series(1, {LOG_FILES})) AS written"""


def start_postgres():
    """As one that has run for a while: it has files of its log that it can use again. A new one
    makes each of them from zeros while everybody's commit waits for it."""
    postgres = Postgres('peers')
    postgres.psql(WEAR_IN)
    postgres.psql('CHECKPOINT')
    return postgres


def ask(port, method, path, body=None):
    """Status and body; (0, why) when nobody answers."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    headers = {'Content-Type': 'application/json', 'Accept': 'application/json'} if body else {}
    with contextlib.closing(connection):
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)


class Peer:
    """What both have: programs below it with a log, and a first workflow that shows it is ready."""
    before = after = ''  # of an id, in the path that starts a workflow and waits for it

    def __init__(self, installed, directory):
        self.installed = installed
        self.directory = directory
        self.log = os.path.join(directory, 'log')
        self.port = free_port()
        self.programs = []
        os.mkdir(directory)

    def cwd(self):
        return self.installed.directory

    def launch(self, *command, environment=None):
        with open(self.log, 'ab') as log:
            self.programs.append(subprocess.Popen(
                command, cwd=self.cwd(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, preexec_fn=end_with_parent, env={**os.environ, **(environment or {})}))

    def wait_for(self, is_there, what):
        deadline = time.monotonic() + READY_SECONDS
        while not is_there():
            if time.monotonic() > deadline or any(one.poll() is not None for one in self.programs):
                with open(self.log, encoding='utf-8', errors='replace') as log:
                    raise BenchFailed(f'{what} does not start: {log.read()[-2000:]}')
            time.sleep(0.05)

    def runs_one(self):
        status, body = ask(self.port, 'POST', f'{self.before}first-{time.time_ns():x}{self.after}')
        if status == 200 and body != str(sum(range(1, STEPS + 1))):
            raise BenchFailed(f'the first workflow answers {body}')
        return status == 200

    def start(self):
        raise NotImplementedError

    def stop(self):
        for program in reversed(self.programs):
            end(program)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class Restate(Peer):
    before, after = '/steps/', '/run'

    @staticmethod
    def title(installed):
        package = f'@restatedev/restate-server-linux-{installed.machine}'
        return f'Restate {installed.version(package)}, {RESTATE_PARTITIONS} partitions'

    def start(self):
        self.admin, node, endpoint = free_port(), free_port(), free_port()
        self.launch(self.installed.restate_server, '--no-logo', environment={
            'DO_NOT_TRACK': '1', 'RESTATE_DISABLE_TELEMETRY': 'true', 'RESTATE_LOG_FILTER': 'warn',
            'RESTATE_BASE_DIR': os.path.join(self.directory, 'data'), 'RESTATE_NODE_NAME': 'peers',
            'RESTATE_DEFAULT_NUM_PARTITIONS': str(RESTATE_PARTITIONS),
            'RESTATE_LISTEN_MODE': 'tcp', 'RESTATE_BIND_ADDRESS': f'127.0.0.1:{node}',
            'RESTATE_INGRESS__BIND_ADDRESS': f'127.0.0.1:{self.port}',
            'RESTATE_ADMIN__BIND_ADDRESS': f'127.0.0.1:{self.admin}'})
        self.launch(self.installed.node, self.installed.script('restate_steps.js'), str(endpoint),
                    str(STEPS))
        uri = {'uri': f'http://127.0.0.1:{endpoint}'}
        self.wait_for(lambda: ask(self.admin, 'POST', '/deployments', uri)[0] in (200, 201),
                      'Restate')
        self.wait_for(self.runs_one, 'Restate')

    def number(self, sql):
        status, body = ask(self.admin, 'POST', '/query', {'query': sql})
        if status != 200:
            raise BenchFailed(f'Restate does not say what it has done: {status} {body[:500]}')
        return json.loads(body)['rows'][0]['n']

    def count(self):
        finished = self.number(COUNT_FINISHED)
        return Count(finished, self.number(COUNT_BEGUN) - finished, self.number(COUNT_RUNS))


class Dbos(Peer):
    before = '/'

    def __init__(self, installed, directory):
        super().__init__(installed, directory)
        self.postgres = None

    @staticmethod
    def title(installed):
        return f'DBOS {installed.version("@dbos-inc/dbos-sdk")} on PostgreSQL'

    def start(self):
        self.postgres = start_postgres()
        self.launch(self.installed.node, self.installed.script('dbos_steps.js'), str(self.port),
                    str(STEPS),
                    f'postgresql://kontora_owner@localhost/peers?host={self.postgres.directory}')
        self.wait_for(self.runs_one, 'DBOS')

    def stop(self):
        super().stop()
        if self.postgres is not None:
            self.postgres.stop()

    def count(self):
        return Count(*map(int, self.postgres.psql(COUNT_DBOS).split('|')))


class Kontora(Peer):
    """The same five steps as a workflow of the sample program (tests/sample/five.yaml)."""
    before, after = '/steps/', '/run'
    settings = ()

    @staticmethod
    def title(_):
        return 'Kontora on SQLite'

    def cwd(self):
        return self.directory

    def runs_one(self):
        return ask(self.port, 'POST', f'{self.before}first{self.after}')[0] == 200

    def start(self):
        self.data = os.path.join(self.directory, 'data')
        self.launch(SAMPLE, 'serve', 'steps', '--data', self.data,
                    f'--net.listen=127.0.0.1:{self.port}', '--log.level=warning', *self.settings)
        self.wait_for(self.runs_one, 'Kontora')

    def rows(self):
        path = f'file:{self.data}/steps.db?mode=ro'
        with contextlib.closing(sqlite3.connect(path, uri=True)) as database:
            return database.execute(COUNT_CASES.format(schema='')).fetchone()

    def count(self):
        return Count(*map(int, self.rows()))


class KontoraOnPostgres(Kontora):
    @staticmethod
    def title(_):
        return 'Kontora on PostgreSQL'

    def start(self):
        self.postgres = start_postgres()
        self.settings = ('--store.kind=postgres', f'--store.address={self.postgres.address}')
        super().start()

    def stop(self):
        super().stop()
        self.postgres.stop()

    def rows(self):
        return self.postgres.psql(COUNT_CASES.format(schema='steps.')).split('|')
