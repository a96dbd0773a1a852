"""echo.py - starts tests/net/echo_server.c for a Python test and talks to it in raw bytes."""
import json
import os
import re
import signal
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
from tap import check_equal, repository


def server_program():
    build = os.environ.get('BUILD', 'build')
    return os.path.join(repository(), build, 'release', 'tests', 'net', 'echo_server')


class Echo:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([server_program(), *arguments], stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(re.fullmatch(r'ready (\d+)\n', self.process.stdout.readline()).group(1))

    def stop(self):
        """It must answer what it accepted, close what is idle, and end by itself."""
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=60)
        check_equal((said.strip().split('\n')[-1], self.process.returncode), ('drained', 0))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), timeout=60)

    def ask(self, request, cuts=()):
        """All that comes until the server closes; the client has said everything then."""
        with self.connect() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                for begin, end in zip((0, *cuts), (*cuts, len(request))):
                    client.sendall(request[begin:end])
                client.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has refused already and may have closed
            return read_all(client)

    def counts(self):
        answer = self.ask(b'GET /counts HTTP/1.1\r\nHost: x\r\n\r\n')
        return json.loads(answer.partition(b'\r\n\r\n')[2])


def read_all(client):
    pieces = []
    try:
        while piece := client.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b''.join(pieces)


def statuses(answer):
    return [int(code) for code in re.findall(rb'HTTP/1\.1 (\d{3}) [A-Z]', answer)]
