"""platform_test.py - what the platform answers itself: /livez, /readyz, /metrics; and what a reader
sees of a change that was answered."""
import os
import re
import sys
import threading
import time
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'servers')]
from kontora import Server, store_kind, the_postgres, the_store
from shipped import shipped_services
from tap import check, check_equal, check_in, check_match, main, skip

READERS, CHANGES = 3, 120
NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf'^({NAME})(?:\{{((?:{LABEL},?)*)\}})? ([-+0-9.eE]+|NaN|[+-]Inf)$')


def start_server():
    server = Server(store=the_store()).start()
    yield server
    check_equal(server.stop(), 0)


def fresh():
    return {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client'}


# ---- health ----

def health_needs_no_key(server):
    stranger = server.client(key=None)
    answer = stranger.get('/livez')
    check_equal((answer.status, answer.json), (200, {'status': 'ok'}))
    answer = stranger.get('/readyz')
    check_equal((answer.status, answer.json), (200, {
        'status': 'ready', 'services': {name: 'ready' for name in shipped_services()}}))


def ready_goes_and_comes_with_the_store():
    if store_kind() != 'postgres':
        skip('a file does not go away')
    server = Server(store=the_store()).start()
    client = server.client()
    check_equal(client.post('/api/users', fresh()).status, 201)
    the_postgres().kill()
    answer = client.post('/api/users', fresh())
    check_equal((answer.status, answer.code), (503, 'unavailable'))
    check(answer.headers.get('retry-after'))
    answer = client.get('/readyz')
    check_equal((answer.status, answer.json['services']['users']), (503, 'store unavailable'))
    check_equal(client.get('/livez').status, 200, 'it lives all the same')
    the_postgres().start()
    deadline = time.monotonic() + 60
    while client.get('/readyz').status != 200 and time.monotonic() < deadline:
        time.sleep(0.05)  # by itself: nobody asks for anything else
    check_equal(client.get('/readyz').status, 200)
    check_equal(client.post('/api/users', fresh()).status, 201)
    check_equal(server.stop(), 0)


# ---- metrics ----

def read_metrics(server):
    """{(name, labels): value}; every line is checked on the way."""
    answer = server.client().get('/metrics')
    check_equal(answer.status, 200)
    check_in('text/plain; version=0.0.4', answer.headers['content-type'])
    check(answer.text.endswith('\n'))
    kinds, samples, current = {}, {}, None
    for line in answer.text.splitlines():
        if line.startswith('# HELP '):
            current = line.split()[2]
            check(current not in kinds, f'{current} is described twice')
        elif line.startswith('# TYPE '):
            name, kind = line.split()[2:]
            check_equal(name, current)
            check_in(kind, ('counter', 'gauge', 'histogram'))
            kinds[name] = kind
        else:
            found = SAMPLE.match(line)
            check(found, f'no sample: {line!r}')
            base = re.sub(r'_(bucket|sum|count)$', '', found[1])
            check(current in (found[1], base), f'{line!r} stands under {current}')
            check((found[1], found[2]) not in samples, f'{line!r} is there twice')
            samples[found[1], found[2]] = float(found[3])
    return kinds, samples


def metrics_are_prometheus_text(server):
    server.client().post('/api/users', fresh())
    kinds, samples = read_metrics(server)
    for name, kind in kinds.items():
        check(kind != 'counter' or name.endswith('_total'), name)
    check_in(('kontora_build_info', 'version="0.1.0"'), samples)
    check(1 << 20 < samples['process_resident_memory_bytes', None] < 1 << 30)


def metrics_count_what_happens(server):
    client = server.client()
    before = read_metrics(server)[1]
    for _ in range(7):
        answer = client.post('/api/users', fresh())
        check_equal(answer.status, 201, answer)
    client.post('/api/users', {})
    after = read_metrics(server)[1]

    def grown(name, labels):
        return after[name, labels] - before.get((name, labels), 0)

    check_equal(grown('kontora_requests_total', 'operation="create_user",status="2xx"'), 7)
    check_equal(grown('kontora_requests_total', 'operation="create_user",status="4xx"'), 1)
    check_equal(grown('kontora_request_seconds_count', 'operation="create_user"'), 8)
    check(grown('kontora_calls_total', 'service="users"') >= 7)
    check(grown('kontora_received_bytes_total', None) > 0)


def histograms_add_up(server):
    _, samples = read_metrics(server)
    operations = {labels for name, labels in samples if name == 'kontora_request_seconds_count'}
    check(operations)
    for operation in operations:
        buckets = [(labels, value) for (name, labels), value in samples.items()
                   if name == 'kontora_request_seconds_bucket' and labels.startswith(operation)]
        values = [value for _, value in buckets]
        check_equal(values, sorted(values), operation)
        check_match(r'le="\+Inf"$', buckets[-1][0])
        check_equal(values[-1], samples['kontora_request_seconds_count', operation])


# ---- what a reader sees ----

def a_read_after_an_answer_sees_the_change(server):
    """Other connections, on other loops, in point reads and in lists."""
    writer = server.client()
    readers = [server.client() for _ in range(READERS)] + [server.admin()]
    answer = writer.post('/api/users', fresh())
    check_equal(answer.status, 201, answer)
    body = answer.json
    path = f'/api/users/{body["id"]}'
    stop, busy = threading.Event(), []

    def disturb():
        client = server.client()
        while not stop.is_set():
            busy.append(client.get(path).status)

    threads = [threading.Thread(target=disturb) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        for number in range(CHANGES):
            answer = writer.patch(path, {'full_name': f'Имя {number}'})
            for reader in readers:
                check_equal(reader.get(path).body, answer.body, f'change {number}')
            if number % 10 == 0:
                found = readers[0].get(f'/api/users?email={body["email"]}').json['items']
                check_equal(found, [answer.json])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    check_equal(set(busy), {200})


if __name__ == '__main__':
    main([health_needs_no_key, ready_goes_and_comes_with_the_store, metrics_are_prometheus_text,
          metrics_count_what_happens, histograms_add_up, a_read_after_an_answer_sees_the_change],
         fixtures={'server': start_server})
