"""redis.py - a real Redis for tests, in a directory of its own.

    with Redis() as server:
        run_the_program("--cache.address", server.address)
        server.run("FLUSHALL")
        server.kill()
        server.start()

It listens on a unix socket and on a port of the loopback, keeps nothing on the disk, and ends with
the process that started it. With a `directory` that is given it is not in the process group of
whoever started it.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
READY_SECONDS = 60
START_TRIES = 20


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisRefusal(Exception):
    """The server answered with an error."""


def read_answer(stream):
    """One answer of RESP2; bytes become text."""
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the server hung up")
    kind, rest = line[:1], line[1:-2].decode(errors="replace")
    if kind == b"-":
        raise RedisRefusal(rest)
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode(errors="replace")
    if kind == b"*":
        return [read_answer(stream) for _ in range(int(rest))]
    return rest


class Redis:
    def __init__(self, secret=None, settings=(), directory=None):
        if shutil.which("redis-server") is None:
            raise RuntimeError("Redis is not installed: apt-get install redis-server")
        self.secret = secret
        self.settings = list(settings)
        self.server = None
        # The path of a socket is short: a long TMPDIR is not used.
        base = tempfile.gettempdir()
        self.is_kept = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="kontora-redis-",
                                                       dir=base if len(base) <= 64 else "/tmp")
        self.socket = os.path.join(self.directory, "redis.sock")
        self.log = os.path.join(self.directory, "log")
        self.port = free_port()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def address(self):
        """What the program is given."""
        who = f":{self.secret}@" if self.secret else ""
        return f"unix://{who}{self.socket}"

    @property
    def tcp_address(self):
        who = f":{self.secret}@" if self.secret else ""
        return f"redis://{who}127.0.0.1:{self.port}"

    def start(self):
        """Empty, in the same place as before."""
        assert self.server is None
        for _ in range(START_TRIES):  # the port may be somebody's for a moment
            self._begin()
            if self._is_ready():
                return
            time.sleep(0.05)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            raise RuntimeError("Redis does not start:\n" + log.read()[-2000:])

    def _begin(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
                   "--unixsocket", self.socket, "--dir", self.directory, "--save", "",
                   "--appendonly", "no", "--daemonize", "no", "--enable-debug-command", "yes"]
        if self.secret:
            command += ["--requirepass", self.secret]
        with open(self.log, "ab") as log:
            self.server = subprocess.Popen(command + self.settings, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, preexec_fn=end_with_parent,
                                           process_group=0 if self.is_kept else None)

    def _is_ready(self):
        """False when it ended."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                return self.run("PING") == "PONG"
            except (OSError, RedisRefusal):
                if self.server.poll() is not None:
                    self.server = None
                    return False
                time.sleep(0.01)
        raise RuntimeError(f"Redis is not ready after a while; see {self.log}")

    def run(self, *words):
        """One command; its answer as text, number, list or None."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(self.socket)
            with connection.makefile("rb") as stream:
                if self.secret:
                    self._send(connection, "AUTH", self.secret)
                    read_answer(stream)
                self._send(connection, *words)
                return read_answer(stream)

    @staticmethod
    def _send(connection, *words):
        encoded = [str(word).encode() for word in words]
        parts = [b"*%d\r\n" % len(encoded)]
        parts += [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
        connection.sendall(b"".join(parts))

    def pause(self):
        """It neither answers nor hangs up."""
        os.kill(self.server.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.server.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self):
        os.kill(self.server.pid, signal.SIGCONT)

    def kill(self):
        self.server.kill()
        self.server.wait()
        self.server = None

    def stop(self):
        if self.server is not None:
            self.kill()
        if not self.is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
