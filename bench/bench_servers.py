"""bench_servers.py - what is measured and what it is measured against: started, asked, stopped."""
import contextlib
import http.client
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import time

READY_SECONDS = 60


class BenchFailed(Exception):
    """A measurement did not come about."""


def run(*command, environment=None, may_fail=False):
    """What it says on standard output."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False,
                            env={**os.environ, **(environment or {})})
    if result.returncode != 0 and not may_fail:
        raise BenchFailed(f'{" ".join(command)}: exit code {result.returncode}\n'
                          f'{result.stderr.strip()[-2000:]}')
    return result.stdout


def run_wrk(seconds, *arguments):
    """It knows whole seconds alone: of a part of one it is told when it is over."""
    if seconds >= 1:
        return run('wrk', f'-d{seconds}s', *arguments)
    return run('timeout', '--preserve-status', '--signal=INT', str(seconds), 'wrk', '-d60s',
               *arguments)


def pgbench_length(plan):
    """For so long; or so many transactions of each client, when it is to be quick."""
    return ('-t', '20') if plan.quick else ('-T', str(plan.seconds))


def end(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class AdminConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('kontora', timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Kontora:
    """A server on a port that the system chooses. `ready_ms` is from exec to /readyz."""

    def __init__(self, plan, directory, settings=()):
        self.plan = plan
        self.directory = directory
        self.socket = os.path.join(directory, 'admin.sock')
        self.log = directory.rstrip('/') + '.log'
        self.command = [plan.program, 'serve', '--data', directory, '--net.listen=127.0.0.1:0',
                        '--log.level=warning', *settings]
        self.process = None
        self.ready_ms = None
        self.key = None

    def __enter__(self):
        with open(self.log, 'wb') as said, open(self.log + '.errors', 'wb') as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=said,
                                            stderr=log)
        self._wait_until_ready(began)
        self.ready_ms = (time.perf_counter() - began) * 1000
        self.key = self._said(r'Bearer (kontora_root_[\w-]+)') or self.key
        return self

    def __exit__(self, *_):
        end(self.process)

    def _said(self, pattern):
        with open(self.log, encoding='utf-8') as said:
            found = re.search(pattern, said.read())
        return found.group(1) if found else None

    def _is_ready(self):
        try:
            return self.ask('GET', '/readyz')[0] == 200
        except OSError:
            return False

    def _wait_until_ready(self, began):
        while not self._is_ready():
            if self.process.poll() is not None or time.perf_counter() - began > READY_SECONDS:
                end(self.process)
                with open(self.log + '.errors', encoding='utf-8') as log:
                    raise BenchFailed(f'the server does not start: {log.read()[-2000:]}')
            time.sleep(0.0005)

    def ask(self, method, path, body=None):
        """Status and body, through the admin socket."""
        connection = AdminConnection(self.socket)
        with contextlib.closing(connection):
            headers = {'Content-Type': 'application/json'} if body else {}
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    @property
    def address(self):
        """HOST:PORT."""
        return self._said(r'answers on https?://(\S+)')

    def resident_mib(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as file:
            return int(re.search(r'^VmRSS:\s+(\d+)', file.read(), re.M).group(1)) / 1024

    def load(self, mode, *more):
        """What `kontora bench http` says; 64 clients over TCP, as anybody would come."""
        return json.loads(run(self.plan.program, 'bench', 'http', '--json', '--mode', mode,
                              '--address', self.address, '--seconds', str(self.plan.seconds),
                              *(('--warm-up-ms', '0') if self.plan.quick else ()), *more,
                              environment={'KONTORA_ROOT_KEY': self.key}))


NGINX = """
daemon off; pid {directory}/pid; error_log {directory}/log; worker_processes 2; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000000; default_type application/json;
    client_body_temp_path {directory}/a; proxy_temp_path {directory}/b;
    fastcgi_temp_path {directory}/c; uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }}
}}
"""


class Nginx:
    """Answers everything with one body."""

    def __init__(self, directory, body):
        self.directory = directory
        self.body = body
        self.port = free_port()
        self.process = None

    @property
    def address(self):
        return f'127.0.0.1:{self.port}'

    @property
    def configuration(self):
        return NGINX

    def __enter__(self):
        os.mkdir(self.directory)
        user = 'user www-data;' if os.geteuid() == 0 and has_user('www-data') else ''
        path = os.path.join(self.directory, 'nginx.conf')
        with open(path, 'w', encoding='utf-8') as file:
            body = self.body.replace('\\', '\\\\').replace("'", "\\'").replace('$', '')
            file.write(self.configuration.format(directory=self.directory, user=user,
                                                 port=self.port, body=body))
        self.process = subprocess.Popen(['/usr/sbin/nginx', '-c', path], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, *_):
        end(self.process)


def has_user(name):
    try:
        pwd.getpwnam(name)
        return True
    except KeyError:
        return False


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def wait_for_port(port, process):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(('127.0.0.1', port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise BenchFailed(f'nothing listens on port {port}')
