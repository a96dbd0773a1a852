"""postgres.py - a real PostgreSQL for tests, in a directory of its own.

    with Postgres() as server:
        run_the_program("--store.postgres", server.address)
        server.kill()
        server.start()

It listens on a unix socket only, keeps fsync on, and has a database with an owner role as an
administrator would make it. It runs as the system user `postgres` when the tests run as root, and
ends with the process that started it. In a `directory` that is given it keeps what it has, and it
is not in the process group of whoever started it. An `image` is a directory that another one left
behind in order: this one begins as its copy; databases that were left as spares are copied when
they are taken. A `frugal` one (and whoever begins as its copy) does without what costs processors
and proves nothing: large buffers, long files of log, and work that it would begin by itself.
"""

import ctypes
import fcntl
import glob
import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
READY_SECONDS = 60
FRUGAL = ('autovacuum = off', 'jit = off', 'shared_buffers = 16MB', 'min_wal_size = 2MB',
          'max_wal_size = 1GB', 'wal_recycle = off', 'wal_init_zero = off',
          'bgwriter_lru_maxpages = 0', 'max_logical_replication_workers = 0')


def find_programs():
    """The folder of the newest PostgreSQL that Debian's packages have put there."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if not found:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))


def end_with_parent():
    """Asked for after the user has changed, because that change forgets it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def copy(source, target):
    """With owners and rights; into the target, when that is there."""
    subprocess.run(["cp", "-aT", source, target], check=True)


class Postgres:
    def __init__(self, database="kontora", settings=(), directory=None, image=None,
                 frugal=False):
        self.programs = find_programs()
        self.image, self.is_frugal = image, frugal
        self.database = database
        self.settings = list(settings)
        self.server = None
        self.as_user = {}
        self.is_kept = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="kontora-postgres-")
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.directory, user.pw_uid, user.pw_gid)
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.log = os.path.join(self.directory, "log")
        try:
            if image is not None:
                copy(os.path.join(image, "begins"), self.directory)
            if os.path.exists(os.path.join(self.directory, "made")):
                self.start()
            else:
                self._make()
        except BaseException:
            self.stop()
            raise

    def _make(self):
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "admin", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync", *["--wal-segsize=1"] * self.is_frugal)
        if self.is_frugal:
            with open(os.path.join(self.directory, "data", "postgresql.conf"), "a",
                      encoding="ascii") as file:
                file.writelines(f"{setting}\n" for setting in FRUGAL)
        self.start()
        self.psql("CREATE ROLE kontora_owner LOGIN CREATEROLE", database="postgres")
        self.make_database(self.database)
        with open(os.path.join(self.directory, "made"), "wb"):
            pass

    def make_database(self, name):
        """An empty database the owner may use; gives its address."""
        self.psql([f"CREATE DATABASE {name}",
                   f"GRANT CREATE ON DATABASE {name} TO kontora_owner"], database="postgres")
        return self.address_of(name)

    def take_database(self, name):
        """One that the image has as a spare, before anybody has asked for it; gives its address."""
        spare = os.path.join(self.image, name)
        number, = os.listdir(spare)
        copy(os.path.join(spare, number), os.path.join(self.directory, "data", "base", number))
        return self.address_of(name)

    def address_of(self, database, user="kontora_owner"):
        return f"host={self.directory} dbname={database} user={user}"

    @property
    def address(self):
        """What the program is given: the owner's."""
        return self.address_of(self.database)

    @property
    def admin_address(self):
        return self.address_of(self.database, "admin")

    def _run(self, program, *arguments):
        result = subprocess.run([os.path.join(self.programs, program), *arguments],
                                cwd=self.directory, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                check=False, **self.as_user)
        if result.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def psql(self, sql, database=None):
        """As a superuser, one text or a list of them; rows as text, columns divided by |."""
        address = self.address_of(database or self.database, "admin")
        texts = [sql] if isinstance(sql, str) else sql
        commands = [word for text in texts for word in ("-c", text)]
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", address, *commands).strip()

    def start(self):
        assert self.server is None
        command = [os.path.join(self.programs, "postgres"), "-D", "data", "-k", self.directory,
                   "-c", "listen_addresses=", "-c", "max_connections=400"]
        for setting in self.settings:
            command += ["-c", setting]
        with open(self.log, "ab") as log:
            self.server = subprocess.Popen(command, cwd=self.directory, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, preexec_fn=end_with_parent,
                                           process_group=0 if self.is_kept else None,
                                           **self.as_user)
        self._wait_until_ready()

    def _is_ready(self):
        """It says so in its file, as pg_ctl reads it; an older server's has another number."""
        try:
            with open(os.path.join(self.directory, "data", "postmaster.pid"),
                      encoding="utf-8") as file:
                lines = file.read().split("\n")
        except OSError:
            return False
        return lines[0] == str(self.server.pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.server.poll() is None:
            if self._is_ready():
                return
            time.sleep(0.01)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            raise RuntimeError("PostgreSQL does not start:\n" + log.read()[-2000:])

    def _children(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    line = file.read()
            except OSError:
                continue
            if int(line.rpartition(")")[2].split()[1]) == self.server.pid:
                found.append(int(path.split("/")[2]))
        return found

    def kill(self):
        """SIGKILL for the server and its children, as when the machine stops; start() goes on."""
        os.kill(self.server.pid, signal.SIGSTOP)  # no child is born between the look and the kill
        for child in self._children():
            try:
                handle = os.pidfd_open(child)
            except ProcessLookupError:
                continue
            os.kill(child, signal.SIGKILL)
            select.select([handle], [], [], 10)
            os.close(handle)
        self.server.kill()
        self.server.wait()
        self.server = None

    def restart(self):
        """The orderly way; clients are hung up."""
        self._end(signal.SIGINT)
        self.start()

    def _end(self, how):
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(timeout=30)
            self.server = None

    def leave_image(self, place, spares=()):
        """Ends in order; what it has stays there, for others to begin with."""
        numbers = {name: self.psql(f"SELECT oid FROM pg_database WHERE datname = '{name}'",
                                   database="postgres") for name in spares}
        self._end(signal.SIGINT)
        os.mkdir(place + ".new")
        for name, number in numbers.items():
            spare = os.path.join(place + ".new", name)
            os.mkdir(spare)
            subprocess.run(["mv", os.path.join(self.directory, "data", "base", number), spare],
                           check=True)
        os.remove(self.log)
        copy(self.directory, os.path.join(place + ".new", "begins"))
        os.rename(place + ".new", place)

    def stop(self):
        self._end(signal.SIGINT if self.is_kept else signal.SIGQUIT)
        if not self.is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def make_once(place, make):
    """Whoever comes first makes the directory; whoever comes meanwhile waits for it."""
    with open(os.path.join(os.path.dirname(place), "postgres.lock"), "w",
              encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(place):
            make()
