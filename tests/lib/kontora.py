"""kontora.py - a real server for tests: started, stopped, killed; and a client that speaks to it.

    from kontora import Server, the_store

    def start_server():
        server = Server(store=the_store())
        server.start()
        yield server
        server.stop()

    def says_hello(server):
        answer = server.client().get('/api/users')
        check_equal(answer.status, 200)
        answer.json['items']

the_store() is a fresh database of the back end that KONTORA_TEST_STORE names. A server listens on a
port that the system chooses; start() returns when it answers.
"""
import atexit
import fcntl
import glob
import http.client
import json
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import tap
from postgres import Postgres

START_SECONDS = 60
STOP_SECONDS = 60
SANITIZED = ('asan', 'tsan')  # such a program says in the end what was wrong

EXIT_USAGE, EXIT_DATA, EXIT_UNREACHABLE, EXIT_NO_MEMORY = 64, 65, 69, 71
EXIT_IO, EXIT_BUSY = 74, 75


# ---- where rows are kept ----

class Sqlite:
    """Files in the data directory."""
    kind = 'sqlite'
    settings = ()


class PostgresStore:
    kind = 'postgres'

    def __init__(self, address):
        self.address = address
        self.settings = ('--store.kind=postgres', f'--store.address={address}')


_postgres = None
_database_count = 0
PREPARED, PREPARED_COUNT = 'users,iam,gateway,notifications,webhooks,audit', 8


def prepare(postgres):
    """Roles carry the name of their database, so that one cannot be the copy of another."""
    servers = []
    for number in range(1, PREPARED_COUNT + 1):
        store = PostgresStore(postgres.make_database(f'fresh_{number}'))
        servers.append(Server(store=store, services=PREPARED,
                              program=os.environ.get('KONTORA_TEST_PROGRAM')).start())
    for number, server in enumerate(servers, 1):
        server.stop()
        # These open only with the key of a data directory that is gone.
        postgres.psql('DELETE FROM iam.signing_key', database=f'fresh_{number}')


def prepared_postgres():
    """The directory of a PostgreSQL with databases in which the services of the platform have been
    at home, made once for a build: to make their tables takes longer than most tests."""
    release = os.path.join(os.environ.get('BUILD', 'build'), 'release')
    made_at = os.stat(os.path.join(release, 'kontora')).st_mtime_ns
    place = os.path.join(release, f'postgres-{made_at:x}')
    with open(os.path.join(release, 'postgres.lock'), 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(place):
            for old in glob.glob(os.path.join(release, 'postgres-*')):
                shutil.rmtree(old, ignore_errors=True)
            with Postgres() as postgres:
                prepare(postgres)
                postgres.leave_image(place)
    return place


def the_postgres():
    """One PostgreSQL for all tests of a file; it ends with the process."""
    global _postgres
    if _postgres is None:
        _postgres = Postgres(image=prepared_postgres())
        atexit.register(_postgres.stop)
    return _postgres


def fresh_postgres():
    """A database without any row of a person's; the tables of the platform may be there."""
    global _database_count
    _database_count += 1
    name, postgres = f'fresh_{_database_count}', the_postgres()
    return PostgresStore(postgres.address_of(name) if _database_count <= PREPARED_COUNT
                         else postgres.make_database(name))


def store_kind():
    return os.environ.get('KONTORA_TEST_STORE', 'sqlite')


def the_store():
    return fresh_postgres() if store_kind() == 'postgres' else Sqlite()


# ---- the client ----

class Answer:
    def __init__(self, response):
        self.status = response.status
        self.body = response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    @property
    def text(self):
        return self.body.decode('utf-8')

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self):
        return self.headers.get('etag')

    @property
    def code(self):
        """Of a problem document."""
        return self.json['code']

    @property
    def fields(self):
        """Of a problem document: {field: code}."""
        return {field['field']: field['code']
                for field in self.json.get('details', {}).get('fields', [])}

    def __repr__(self):
        return f'<{self.status} {self.headers} {self.body[:600]!r}>'


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__('localhost', timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One connection, opened when it is needed and kept."""

    def __init__(self, host=None, port=None, key=None, socket_path=None, seconds=60):
        self.key = key
        if socket_path:
            self.connection = UnixConnection(socket_path, seconds)
        else:
            self.connection = http.client.HTTPConnection(host, port, timeout=seconds)

    def ask(self, method, path, body=None, headers=None):
        """A dict is sent as JSON, bytes as they are."""
        headers = dict(headers or {})
        if self.key and 'Authorization' not in headers:
            headers['Authorization'] = f'Bearer {self.key}'
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode('utf-8')
        if body is not None and 'Content-Type' not in headers:
            headers['Content-Type'] = 'application/json'
        headers = {name: value for name, value in headers.items() if value is not None}
        try:
            self.connection.request(method, path, body, headers)
            return Answer(self.connection.getresponse())
        except BaseException:
            self.connection.close()
            raise

    def get(self, path, headers=None):
        return self.ask('GET', path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.ask('POST', path, body, headers)

    def patch(self, path, body=None, headers=None):
        return self.ask('PATCH', path, body, headers)

    def delete(self, path, headers=None):
        return self.ask('DELETE', path, headers=headers)

    def close(self):
        self.connection.close()


# ---- the server ----

class DidNotStart(Exception):
    def __init__(self, code, said):
        super().__init__(f'the server did not start: exit code {code}\n{said}')
        self.code = code
        self.said = said


class Server:
    """`wrapper` is put in front of the command; it must become the program (strace -D does).
    `services` is "users,board"; all of them when it is not given."""

    def __init__(self, directory=None, store=None, settings=(), environment=None, variant=None,
                 wrapper=(), program=None, services=None):
        variant = variant or tap.the_variant()
        self.program = program or tap.program(variant)
        self.services = [services] if services else []
        self.directory = directory or os.path.join(tempfile.mkdtemp(dir=tap.test_directory()), 'd')
        self.store = store or Sqlite()
        self.settings = list(settings)
        self.environment = dict(environment or {})
        self.variant = variant
        self.wrapper = list(wrapper)
        if variant == 'tsan':  # its shadow memory does not fit the kernel's widest randomisation
            self.wrapper += ['setarch', '-R']
        self.log = self.directory.rstrip('/') + '.log'
        self.process = None
        self.key = None
        self.address = None
        self.said = ''  # on standard output
        self.ready_seconds = None

    @property
    def command(self):
        return [*self.wrapper, self.program, 'serve', *self.services, '--data', self.directory,
                '--net.listen=127.0.0.1:0', *self.store.settings, *self.settings]

    def start(self):
        """Raises DidNotStart when it ends instead of answering."""
        assert self.process is None
        began = time.monotonic()
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log,
                                            env={**os.environ, **self.environment})
        self._read_greeting(began + START_SECONDS)
        self.ready_seconds = time.monotonic() - began
        return self

    def _read_greeting(self, deadline):
        self.said = ''
        while time.monotonic() < deadline:
            line = self._read_line(deadline)
            self.said += line
            answers = re.search(r'answers on (\S+)', line)
            key = re.search(r'Bearer (kontora_root_[\w-]+)', line)
            self.address = answers.group(1) if answers else self.address
            self.key = key.group(1) if key else self.key
            if line.startswith('Next'):
                return
            if not line and time.monotonic() < deadline:
                code = self.process.wait(STOP_SECONDS)
                self._forget()
                raise DidNotStart(code, self.logged()[-2000:])
        self.kill()
        raise DidNotStart(None, 'it said nothing in time\n' + self.logged()[-2000:])

    def _read_line(self, deadline):
        """Byte by byte, so that a server that says nothing cannot hold us."""
        line = b''
        while not line.endswith(b'\n'):
            readable, _, _ = select.select([self.process.stdout], [], [],
                                           max(0, deadline - time.monotonic()))
            byte = os.read(self.process.stdout.fileno(), 1) if readable else b''
            if not byte:
                break
            line += byte
        return line.decode('utf-8')

    def _forget(self):
        if self.process is not None:
            self.process.stdout.close()
            self.process = None

    def logged(self):
        with open(self.log, encoding='utf-8', errors='replace') as log:
            return log.read()

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def host_and_port(self):
        host, _, port = self.address.rpartition('//')[2].rpartition(':')
        return host, int(port)

    def admin(self, seconds=60):
        """Through the admin socket, where no key is needed."""
        return Client(socket_path=os.path.join(self.directory, 'admin.sock'), seconds=seconds)

    def client(self, key='', seconds=60):
        """Over TCP with the root key, or with another one; None sends none."""
        host, port = self.host_and_port()
        return Client(host, port, self.key if key == '' else key, seconds=seconds)

    def open_socket(self, seconds=60):
        """A bare TCP connection."""
        return socket.create_connection(self.host_and_port(), timeout=seconds)

    def wait(self, seconds=STOP_SECONDS):
        """Its exit code, when it ends by itself; below 0 a signal."""
        code = self.process.wait(seconds)
        self._forget()
        return code

    def stop(self, how=signal.SIGTERM, seconds=STOP_SECONDS):
        """The orderly end; its exit code."""
        if self.process is None:
            return None
        self.process.send_signal(how)
        try:
            code = self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        if code != 0 and self.variant in SANITIZED:
            print(''.join(f'#   {line}\n' for line in self.logged().splitlines()[-100:]))
        return code

    def kill(self):
        """SIGKILL, as when the machine takes the process away."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._forget()

    def resident_bytes(self):
        with open(f'/proc/{self.pid}/statm', encoding='ascii') as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def metric(self, name):
        """The first value of that name in /metrics, labels included in the name."""
        for line in self.admin().get('/metrics').text.splitlines():
            if line.startswith(name + ' '):
                return float(line.rpartition(' ')[2])
        return None


# ---- the command line ----

class Said:
    def __init__(self, result):
        self.code = result.returncode
        self.out = result.stdout
        self.error = result.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f'<exit {self.code}\nout: {self.out[:1500]}\nerror: {self.error[:1500]}>'


def refusal(server):
    """Of a server that must not start: (exit code, what it said)."""
    try:
        server.start()
    except DidNotStart as end:
        return end.code, end.said
    server.stop()
    raise AssertionError('it has started')


def run(*arguments, environment=None, variant='release', seconds=60, **others):
    """One command of the program, to its end."""
    result = subprocess.run([tap.program(variant), *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            timeout=seconds, env={**os.environ, **(environment or {})},
                            check=False, **others)
    return Said(result)
