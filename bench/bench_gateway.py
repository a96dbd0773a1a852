"""bench_gateway.py - what it costs that each request is decided: sign-in at the door.

The same read of one person, of the same server: with the root key, which passes the door by, and
with the session of somebody who has signed in. And nginx, which asks a trivial upstream about each
request (auth_request) and gets the answer from another one: what a gateway of that kind would take.
"""
import json
import time
import urllib.request

from bench_limits import (CLIENTS, PEOPLE_TO_READ, WRK_SCRIPT, median_outside, middle,
                          people_to_read, rate, row, read_with_wrk, spread)
from bench_machine import Outside, processor_seconds
from bench_servers import BenchFailed, Kontora, Nginx, free_port
from stream_readers import Readers

SETTINGS = ['--gateway.person_rate=0', '--gateway.address_rate=0', '--gateway.sign_in_rate=0',
            '--streams.user_max=100000', '--net.connections_max=15000']

AUTH_REQUEST = """
daemon off; pid {directory}/pid; error_log {directory}/log; worker_processes 2; {user}
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; default_type application/json;
    client_body_temp_path {directory}/a; proxy_temp_path {directory}/b;
    fastcgi_temp_path {directory}/c; uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;
    upstream decision {{ server 127.0.0.1:{decision}; keepalive 64; }}
    upstream behind {{ server 127.0.0.1:{behind}; keepalive 64; }}
    server {{ listen 127.0.0.1:{decision}; location / {{ return 200; }} }}
    server {{ listen 127.0.0.1:{behind}; location / {{ return 200 '{body}'; }} }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1; proxy_set_header Connection '';
        location / {{ auth_request /decide; proxy_pass http://behind; }}
        location = /decide {{ internal; proxy_pass http://decision; proxy_pass_request_body off;
                              proxy_set_header Content-Length ''; }}
    }}
}}
"""


class AuthRequest(Nginx):
    """Each request is asked about first."""

    @property
    def configuration(self):
        return (AUTH_REQUEST.replace('{decision}', str(free_port()))
                .replace('{behind}', str(free_port())))


def sign_in(server):
    """The credential of the first owner."""
    body = json.dumps({'full_name': 'Olga', 'email': 'olga@example.org',
                       'password': 'seven quiet harbours'}).encode()
    request = urllib.request.Request(f'http://{server.address}/api/setup', body,
                                     {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())['token']


def script_with(plan, ids, credential):
    path = plan.fresh('wrk') + '.lua'
    with open(path, 'w', encoding='utf-8') as file:
        file.write(WRK_SCRIPT.format(ids=ids, key=credential))
    return path


def decided_reads(plan):
    with Kontora(plan, plan.fresh('gateway'), SETTINGS) as server:
        server.load('get', '--people', str(PEOPLE_TO_READ + 200))
        session = sign_in(server)
        ids, body = people_to_read(server)
        path = plan.fresh('ids')
        with open(path, 'w', encoding='ascii') as file:
            file.write('\n'.join(ids) + '\n')
        plain, decided = (script_with(plan, path, one) for one in (server.key, session))
        found, rounds = ([], [], []), []
        with AuthRequest(plan.fresh('nginx'), body) as nginx:
            for _ in range(plan.rounds):
                with Outside() as outside:
                    found[0].append(read_with_wrk(plan, server.address, plain, 2)[0])
                    found[1].append(read_with_wrk(plan, server.address, decided, 2)[0])
                    found[2].append(read_with_wrk(plan, nginx.address, plain, 2)[0])
                rounds.append(outside)
    return found, rounds


def compared(what, here, limit, unit, target, rounds):
    ratios = [mine / other for mine, other in zip(here, limit)]
    line = row(what, rate(middle(here), 'answers/s'), rate(middle(limit), unit), middle(ratios),
               target)
    line['outside'] = median_outside(rounds)
    line['notes'] = [f'{CLIENTS} connections, wrk -t2; {spread(ratios)}']
    return line


def streams_signed_in(plan):
    count = 500 if plan.quick else 10000
    with Outside() as outside, Kontora(plan, plan.fresh('gateway'), SETTINGS) as server:
        session = sign_in(server)
        before = server.resident_mib()
        port = server.address.rpartition(':')[2]
        with Readers(plan.program, port, session, '/api/users/events', count, 'none') as readers:
            began = time.monotonic()
            seen = readers.wait_until(lambda one: one['open'] == count)
            opened = time.monotonic() - began
            used = processor_seconds(server.process.pid)
            each = (server.resident_mib() - before) * 1024 / count
            server.ask('POST', '/api/users', {'email': 'a@example.org', 'full_name': 'Anna',
                                              'type': 'employee'})
            seen = readers.wait_until(lambda one: one['fewest'] >= 1)
    if seen['open'] != count or seen['fewest'] < 1:
        raise BenchFailed(f'not all streams opened, or heard: {seen}')
    return {'what': f'{count:,} streams signed in: memory of one', 'here': f'{each:.1f} KiB',
            'limit': '', 'ratio': '', 'target': '<= 20 KiB',
            'verdict': 'met' if each <= 20 else 'MISSED',
            'outside': f'{round(100 * outside.share)}%',
            'notes': [f'all were open after {opened:.1f} s, {used:.1f} s of the processors']}


def gateway(plan):
    (plain, decided, asked), rounds = decided_reads(plan)
    return [compared('reads signed in, against the root key', decided, plain, 'past the door', 0.7,
                     rounds),
            compared('reads signed in, against nginx', decided, asked, 'nginx, auth_request', 1.0,
                     rounds),
            streams_signed_in(plan)]
