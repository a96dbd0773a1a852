"""overload_test.py - more is asked than can be done: some hear 503 at once, memory stays bounded,
what was answered is true, and afterwards everything is as before."""
import collections
import os
import signal
import socket
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import Server, the_store
from tap import check, check_equal, check_in, check_less, main, seconds_max

WAITING_MAX, CLIENTS, ROUNDS = 4, 64, 6
CONNECTIONS_MAX = 40
BODY_BYTES, BUFFERED_MAX = 512 * 1024, 4 * 1024 * 1024
MEBIBYTE = 1024 * 1024


def fresh():
    return {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client'}


def check_shed(answer):
    check_in((answer.status, answer.code), ((503, 'overloaded'), (503, 'unavailable'),
                                            (429, 'overloaded')), repr(answer))
    check(int(answer.headers['retry-after']) >= 1)


@seconds_max(120)
def too_much_work_is_shed_and_nothing_is_lost():
    server = Server(store=the_store(), services='users',
                    settings=[f'--work.waiting_max={WAITING_MAX}']).start()
    before, created, shed = server.resident_bytes(), [], []
    start = threading.Barrier(CLIENTS + 1)

    def work():
        client = server.client()
        start.wait()
        for _ in range(ROUNDS):
            answer = client.post('/api/users', fresh())
            if answer.status == 201:
                created.append(answer.json['id'])
            else:
                check_shed(answer)
                shed.append(answer)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    os.kill(server.pid, signal.SIGSTOP)  # so that the first requests of all come at once
    start.wait()
    time.sleep(0.3)
    os.kill(server.pid, signal.SIGCONT)
    for thread in threads:
        thread.join()
    check_equal(len(created) + len(shed), CLIENTS * ROUNDS, 'everybody was answered')
    check(shed, 'nothing was shed: the load was too small for this test')
    client = server.client()
    total = client.get('/api/users?limit=1&total=true').json['total']
    check_equal(total, len(created), 'what was answered 201 is there, what was shed is not')
    for person in created[-20:]:
        check_equal(client.get(f'/api/users/{person}').status, 200)
    check_equal(server.metric('kontora_shed_total'), len(shed))
    check_equal(server.metric('kontora_calls_waiting{service="users"}'), 0)
    check_less(server.resident_bytes() - before, 40 * MEBIBYTE)
    check_equal(client.post('/api/users', fresh()).status, 201, 'afterwards all is well')
    print(f'# {len(created)} created, {len(shed)} shed')
    check_equal(server.stop(), 0)


def reading_goes_on_while_writing_waits():
    server = Server(store=the_store(), services='users',
                    settings=[f'--work.waiting_max={WAITING_MAX}']).start()
    stop, statuses = threading.Event(), collections.Counter()

    def write():
        client = server.client()
        while not stop.is_set():
            statuses[client.post('/api/users', fresh()).status] += 1

    threads = [threading.Thread(target=write) for _ in range(24)]
    for thread in threads:
        thread.start()
    reader = server.client()
    took = []
    for _ in range(50):
        began = time.monotonic()
        check_equal(reader.get('/livez').status, 200)
        took.append(time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join()
    check(set(statuses) <= {201, 503}, repr(statuses))
    check_less(sorted(took)[25], 20, 'seconds for /livez, the median')
    server.stop()


def open_until_refused(server):
    """Sockets; the last one was answered 503 or closed."""
    opened = []
    while len(opened) < CONNECTIONS_MAX + 5:
        opened.append(server.open_socket())
        opened[-1].sendall(b'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
        if not opened[-1].recv(4096).startswith(b'HTTP/1.1 200'):
            break
    return opened


def too_many_connections_are_refused():
    server = Server(store=the_store(), services='users',
                    settings=[f'--net.connections_max={CONNECTIONS_MAX}']).start()
    opened = open_until_refused(server)
    check_equal(len(opened), CONNECTIONS_MAX + 1)
    for connection in opened:
        connection.close()
    deadline = time.monotonic() + 60
    status = None
    while status != 200 and time.monotonic() < deadline:
        try:
            status = server.client().get('/livez').status
        except OSError:
            time.sleep(0.05)
    check_equal(status, 200, 'when they have gone, others come in')
    server.stop()


@seconds_max(120)
def bodies_of_all_together_are_bounded():
    """Many large bodies at once: beyond the budget the answer is 503, and memory stays bounded."""
    server = Server(store=the_store(), services='users',
                    settings=[f'--net.buffered_max={BUFFERED_MAX}']).start()
    before, statuses, opened = server.resident_bytes(), collections.Counter(), []
    head = (f'POST /api/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n'
            f'Content-Type: application/json\r\nContent-Length: {BODY_BYTES}\r\n\r\n').encode()
    for _ in range(40):
        connection = server.open_socket()
        connection.sendall(head)
        try:
            connection.sendall(b' ' * (BODY_BYTES - 1))
        except OSError:
            pass  # it was answered already
        opened.append(connection)
    most = server.resident_bytes()
    for connection in opened:
        try:
            connection.sendall(b'\n')
            connection.settimeout(60)
            statuses[connection.recv(64)[9:12]] += 1
        except OSError:
            statuses[b'cut'] += 1
        connection.close()
    print(f'# {dict(statuses)}, {(most - before) / MEBIBYTE:.1f} MiB more')
    check_less(most - before, BUFFERED_MAX + 16 * MEBIBYTE)
    check(statuses[b'503'] + statuses[b'cut'] > 0, repr(statuses))
    check_equal(server.client().post('/api/users', fresh()).status, 201, 'afterwards all is well')
    check_equal(server.stop(), 0)


def who_waits_too_long_is_told():
    """While the executor is held, what waits beyond its time is answered 503 instead of run."""
    server = Server(store=the_store(), services='users',
                    settings=['--work.waiting_time_max=1s']).start()
    client = server.client()
    check_equal(client.post('/api/users', fresh()).status, 201)
    waiting = [server.open_socket() for _ in range(4)]
    body = [b'{"email":"late%d@example.com","type":"client"}' % n for n in range(4)]
    os.kill(server.pid, signal.SIGSTOP)  # everything stands still; the requests pile up
    for connection, text in zip(waiting, body):
        connection.sendall(f'POST /api/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer '
                           f'{server.key}\r\nContent-Type: application/json\r\n'
                           f'Content-Length: {len(text)}\r\n\r\n'.encode() + text)
    time.sleep(1.2)
    os.kill(server.pid, signal.SIGCONT)
    statuses = collections.Counter()
    for connection in waiting:
        connection.settimeout(60)
        statuses[connection.recv(64)[9:12]] += 1
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    check(set(statuses) <= {b'201', b'503'}, repr(statuses))
    there = [item for item in client.get('/api/users?limit=200').json['items']
             if item['email'].startswith('late')]
    check_equal(len(there), statuses[b'201'])
    server.stop()


if __name__ == '__main__':
    main([too_much_work_is_shed_and_nothing_is_lost, reading_goes_on_while_writing_waits,
          too_many_connections_are_refused, bodies_of_all_together_are_bounded,
          who_waits_too_long_is_told])
