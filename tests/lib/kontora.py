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
from postgres import Postgres, make_once

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
_taken = {'fresh': 0, 'sample': 0}  # databases of each kind
# All but the applications; each service costs its start.
PLATFORM = 'users,iam,gateway,notifications,webhooks,audit'
SPARES = {'fresh': 10, 'sample': 4}

# Roles carry the name of their database. To make the tables again takes ten times as long as to
# copy them and to let the rights be those of other roles. What a service might say of roles in
# another catalogue than these is not known here, and must not be forgotten.
COPY = """DO $$
DECLARE
    old record;
    here oid := (SELECT oid FROM pg_database WHERE datname = '{name}');
BEGIN
    IF EXISTS (SELECT FROM pg_shdepend WHERE dbid = here AND classid NOT IN (
        'pg_class'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass,
        'pg_default_acl'::regclass)) THEN
        RAISE EXCEPTION 'there are rights of another kind';
    END IF;
    FOR old IN SELECT oid, rolname, replace(rolname, '{first}_', '{name}_') AS name FROM pg_roles
        WHERE starts_with(rolname, '{first}_') LOOP
        EXECUTE format('CREATE ROLE %I NOLOGIN', old.name);
        EXECUTE format('GRANT %I TO kontora_owner', old.name);
        UPDATE pg_shdepend SET refobjid = old.name::regrole
            WHERE dbid = here AND refclassid = 'pg_authid'::regclass AND refobjid = old.oid;
    END LOOP;
    UPDATE pg_class SET relacl = replace(relacl::text, '{first}_', '{name}_')::aclitem[]
        WHERE relacl IS NOT NULL;
    UPDATE pg_attribute SET attacl = replace(attacl::text, '{first}_', '{name}_')::aclitem[]
        WHERE attacl IS NOT NULL;
    UPDATE pg_proc SET proacl = replace(proacl::text, '{first}_', '{name}_')::aclitem[]
        WHERE proacl IS NOT NULL;
    UPDATE pg_namespace SET nspacl = replace(nspacl::text, '{first}_', '{name}_')::aclitem[]
        WHERE nspacl IS NOT NULL;
    UPDATE pg_default_acl
        SET defaclacl = replace(defaclacl::text, '{first}_', '{name}_')::aclitem[];
END $$"""
BUSY = """SELECT count(*) FROM phoenix.errand WHERE settled_at IS NULL"""


def is_at_rest(postgres, database):
    """Its services have told each other what they tell at their first start."""
    return postgres.psql(BUSY, database=database) == '0'


def prepare(postgres, kind, program):
    """Databases in which all services of a program have been at home."""
    first = f'{kind}_1'
    server = Server(store=PostgresStore(postgres.make_database(first)), program=program).start()
    if kind == 'fresh':
        deadline = time.monotonic() + START_SECONDS
        while not is_at_rest(postgres, first) and time.monotonic() < deadline:
            time.sleep(0.05)
    server.stop()
    # These open only with the key of a data directory that is gone.
    if kind == 'fresh':
        postgres.psql('DELETE FROM iam.signing_key', database=first)
    postgres.psql('VACUUM', database=first)
    for number in range(2, SPARES[kind] + 1):
        name = f'{kind}_{number}'
        postgres.psql([f'CREATE DATABASE {name} TEMPLATE {first}',
                       f'GRANT CREATE ON DATABASE {name} TO kontora_owner'], 'postgres')
        postgres.psql(COPY.format(name=name, first=first), database=name)


def programs_of(release):
    return {'fresh': os.environ.get('KONTORA_TEST_PROGRAM') or os.path.join(release, 'kontora'),
            'sample': os.path.join(release, 'tests', 'sample', 'kontora-sample')}


def leave_prepared(place, programs):
    for old in glob.glob(os.path.join(os.path.dirname(place), 'postgres-*')):
        shutil.rmtree(old, ignore_errors=True)
    with Postgres(frugal=True) as postgres:
        for kind, program in programs.items():
            prepare(postgres, kind, program)
        postgres.leave_image(place, [f'{kind}_{number}' for kind, count in SPARES.items()
                                     for number in range(1, count + 1)])


def prepared_postgres():
    """The directory of a PostgreSQL with databases in which the services have been at home, made
    once for a build: to make their tables takes longer than most tests."""
    release = os.path.join(os.environ.get('BUILD', 'build'), 'release')
    programs = programs_of(release)
    made_at = max(os.stat(path).st_mtime_ns for path in (*programs.values(), __file__))
    place = os.path.join(release, f'postgres-{made_at:x}')
    make_once(place, lambda: leave_prepared(place, programs))
    return place


def the_postgres():
    """One PostgreSQL for all tests of a file; it ends with the process."""
    global _postgres
    if _postgres is None:
        _postgres = Postgres(image=prepared_postgres())
        atexit.register(_postgres.stop)
    return _postgres


def fresh_postgres(kind='fresh'):
    """A database without any row of a person's; the tables of the program may be there, or those
    of the sample's program."""
    _taken[kind] += 1
    name, postgres = f'{kind}_{_taken[kind]}', the_postgres()
    return PostgresStore(postgres.take_database(name) if _taken[kind] <= SPARES[kind]
                         else postgres.make_database(name))


def store_kind():
    return os.environ.get('KONTORA_TEST_STORE', 'sqlite')


def the_store(kind='fresh'):
    return fresh_postgres(kind) if store_kind() == 'postgres' else Sqlite()


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
