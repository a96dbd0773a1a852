"""postgres.py - a real PostgreSQL for tests, in a directory of its own.

    with Postgres() as server:
        run_the_program("--store.postgres", server.address)
        server.kill()
        server.start()

It listens on a unix socket only, keeps fsync on, and has a database with an owner role as an
administrator would make it. It runs as the system user `postgres` when the tests run as root, and
ends with the process that started it. In a `directory` that is given it keeps what it has, and it
is not in the process group of whoever started it. An `image` is a directory that another one left
behind in order: this one begins as its copy.
"""

import ctypes
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


def find_programs():
    """The folder of the newest PostgreSQL that Debian's packages have put there."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if not found:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))


def end_with_parent():
    """Asked for after the user has changed, because that change forgets it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Postgres:
    def __init__(self, database="kontora", settings=(), directory=None, image=None):
        self.programs = find_programs()
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
                subprocess.run(["cp", "-a", os.path.join(image, "."), self.directory], check=True)
            if os.path.exists(os.path.join(self.directory, "made")):
                self.start()
            else:
                self._make()
        except BaseException:
            self.stop()
            raise

    def _make(self):
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "admin", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.psql("CREATE ROLE kontora_owner LOGIN CREATEROLE", database="postgres")
        self.make_database(self.database)
        with open(os.path.join(self.directory, "made"), "wb"):
            pass

    def make_database(self, name):
        """An empty database the owner may use; gives its address."""
        self.psql(f"CREATE DATABASE {name}", database="postgres")
        self.psql(f"GRANT CREATE ON DATABASE {name} TO kontora_owner", database="postgres")
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
        """As a superuser; rows as text, columns divided by |."""
        address = self.address_of(database or self.database, "admin")
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", sql).strip()

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

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                self.psql("SELECT 1", database="postgres")
                return
            except RuntimeError:
                if self.server.poll() is not None:
                    break
                time.sleep(0.02)
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

    def leave_image(self, place):
        """Ends in order; what it has stays there, for others to begin with."""
        self._end(signal.SIGINT)
        subprocess.run(["cp", "-a", self.directory, place + ".new"], check=True)
        os.rename(place + ".new", place)

    def stop(self):
        self._end(signal.SIGINT if self.is_kept else signal.SIGQUIT)
        if not self.is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
