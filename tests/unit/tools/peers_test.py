"""peers_test.py - the peers' bench counts, judges and sums up rightly: no speed, no network."""
# needs: build
import contextlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..', '..')
PEERS = os.path.join(ROOT, 'bench', 'peers')
sys.path[:0] = [PEERS, os.path.join(ROOT, 'bench'), os.path.join(HERE, '..', '..', 'lib')]
from bench_servers import BenchFailed
from peers_figures import in_words, summarise
from peers_load import STEPS, Count, check_count, measure, parse_wrk
from tap import check, check_equal, check_match, main, skip, test_directory

LINE = '{{"answers": {}, "seconds": 5.0, "errors": {}, "p50_ms": 7.250, "p99_ms": 9.5}}'
LOAD_SECONDS = 2


def why_not(function, *arguments):
    """What it complains about; None when it does not."""
    try:
        function(*arguments)
    except BenchFailed as failure:
        return str(failure)
    return None


# ---- what wrk has said ----

def the_line_of_wrk_is_read():
    said = f'Running 5s test @ http://127.0.0.1:1\n  1 threads\n\n{LINE.format(500, 0)}\n'
    check_equal(parse_wrk(said)['answers'], 500)
    check_equal(parse_wrk(said)['p50_ms'], 7.25)


def errors_of_wrk_are_told():
    check_match('"errors": 3', why_not(parse_wrk, LINE.format(500, 3)))
    check_match('"answers": 0', why_not(parse_wrk, LINE.format(0, 0)))
    check_match('how many', why_not(parse_wrk, 'unable to connect'))


# ---- what was done ----

def what_was_answered_for_is_finished():
    for finished in (100, 101, 104):
        check_equal(why_not(check_count, Count(finished, 0, finished * STEPS), 100, 4), None)


def what_is_lost_is_told():
    check_match('100 workflows .* 99 are', why_not(check_count, Count(99, 0, 99 * STEPS), 100, 4))
    check_match('105 are finished', why_not(check_count, Count(105, 0, 105 * STEPS), 100, 4))
    check_match('have 499 steps', why_not(check_count, Count(100, 0, 499), 100, 4))
    check_match('have 501 steps', why_not(check_count, Count(100, 0, 501), 100, 4))
    check_match('1 workflows are not', why_not(check_count, Count(100, 1, 500), 100, 4))


# ---- a load, on a peer that is made up ----

class MadeUp(http.server.BaseHTTPRequestHandler):
    """Answers each path once; what it was asked twice is an error."""
    protocol_version = 'HTTP/1.1'

    def do_POST(self):  # noqa: N802 - the library's name
        with self.server.lock:
            is_new = re.fullmatch('/before/[0-9a-f]+-[0-9]+/after', self.path) is not None
            is_new = is_new and self.path not in self.server.seen
            self.server.seen.add(self.path)
        self.send_response(200 if is_new else 409)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'15')

    def log_message(self, *_):
        pass


class MadeUpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), MadeUp)
        self.seen, self.lock = set(), threading.Lock()

    def handle_error(self, *_):
        """At its end wrk hangs up on what is under way."""


class MadeUpPeer:
    before, after = '/before/', '/after'

    def __init__(self, server, forgotten):
        self.server, self.forgotten = server, forgotten
        self.port = server.server_address[1]

    def count(self):
        finished = max(0, len(self.server.seen) - self.forgotten)
        return Count(finished, 0, finished * STEPS)


@contextlib.contextmanager
def made_up(forgotten=0):
    if shutil.which('wrk') is None:
        skip('wrk is not there: apt-get install wrk')
    with MadeUpServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield MadeUpPeer(server, forgotten)
        finally:
            server.shutdown()
            thread.join()


def two_loads_have_ids_of_their_own():
    script = os.path.join(test_directory(), 'load.lua')
    with made_up() as peer:
        first = measure(peer, script, 4, LOAD_SECONDS)
        second = measure(peer, script, 1, LOAD_SECONDS)
        began = len(peer.server.seen)
    answers = first['answers'] + second['answers']
    check(0 <= began - answers <= 5, (began, answers))
    check_equal((first['connections'], second['connections']), (4, 1))
    check(0 < second['p50_ms'] <= second['p99_ms'])
    check(abs(first['steps_per_second'] * first['seconds'] - STEPS * first['answers']) < 0.01)


def a_peer_that_forgets_is_found_out():
    with made_up(forgotten=20) as peer:
        complaint = why_not(measure, peer, os.path.join(test_directory(), 'forgets.lua'), 4,
                            LOAD_SECONDS)
    check_match('were answered for with 4 connections', complaint)


# ---- the figures ----

def load(connections, per_second, p99_ms):
    return {'connections': connections, 'answers': 10, 'outside': 0.0, 'p50_ms': p99_ms / 2,
            'p99_ms': p99_ms, 'workflows_per_second': per_second,
            'steps_per_second': per_second * STEPS}


ROUNDS = {'quick': [load(64, 100, 60), load(1, 20, 9), load(64, 900, 90), load(1, 21, 8),
                    load(64, 120, 70), load(1, 22, 30)],
          'slow': [load(64, 50, 10), load(1, 10, 8.5)] * 3}


def the_median_of_the_rounds_counts():
    together, alone = summarise(ROUNDS)['peers'][0]['loads']
    check_equal((together['connections'], together['steps_per_second']), (64, 600))
    check_equal((together['p99_ms'], together['workflows']), (70, 30))
    check_equal(together['steps_per_second_of_rounds'], [500, 4500, 600])
    check_equal((alone['connections'], alone['p99_ms']), (1, 9))


def the_best_of_them_is_told():
    figures = summarise(ROUNDS)
    check_equal(figures['best'], {'steps_per_second': 600, 'p50_ms_alone': 4.25,
                                  'p99_ms_alone': 8.5})
    said = '\n'.join(in_words(figures))
    check_match('best of the others: 600 durable steps a second; one workflow alone 8.5 ms', said)
    check_match('120 workflows were answered for', said)
    check_equal(len(re.findall('^(quick|slow) ', said, re.M)), 4, said)


def ours_stand_beside_those_with_the_same_database():
    found = {'Restate': [load(64, 100, 60), load(1, 20, 9)],
             'DBOS on PostgreSQL': [load(64, 50, 10), load(1, 10, 8)],
             'Kontora on SQLite': [load(64, 1000, 5), load(1, 100, 2)],
             'Kontora on PostgreSQL': [load(64, 350, 5), load(1, 100, 3)]}
    figures = summarise(found)
    check_equal(figures['best']['steps_per_second'], 500)  # not ours
    said = '\n'.join(in_words(figures))
    check_match('SQLite: 10.0 times the steps .* p99 2.0 ms against 8.0 ms', said)
    check_match('PostgreSQL: 7.0 times the steps .* p99 3.0 ms against 8.0 ms', said)


def a_busy_machine_is_told():
    busy = {'slow': [{**load(64, 50, 10), 'outside': 0.3}, load(1, 10, 8.5)]}
    check_match('too low', '\n'.join(in_words(summarise(busy))))
    check_equal('too low' in '\n'.join(in_words(summarise(ROUNDS))), False)


# ---- what is installed ----

def run_with_npm(npm, place):
    """The whole script, with an npm that is made up."""
    tools = os.path.join(test_directory(), f'tools-{len(os.listdir(test_directory()))}')
    os.mkdir(tools)
    with open(os.path.join(tools, 'npm'), 'w', encoding='ascii') as file:
        file.write(f'#!/bin/sh\n{npm}\n')
    os.chmod(file.name, 0o755)
    return subprocess.run([sys.executable, os.path.join(PEERS, 'run'), '--quick', '--installed',
                           place, '--json', os.path.join(tools, 'figures.json')],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
                          stderr=subprocess.PIPE,
                          env={**os.environ, 'PATH': f'{tools}:{os.environ["PATH"]}'})


def no_registry_is_a_clear_sentence():
    place = os.path.join(test_directory(), 'unreachable')
    said = run_with_npm('echo ENOTFOUND registry >&2; exit 1', place)
    check_equal(said.returncode, 1, said)
    check_match('^peers: npm could not install the peers', said.stderr)
    check_match('ENOTFOUND registry', said.stderr)
    check_equal('Traceback' in said.stderr, False, said.stderr)


def npm_is_asked_once():
    place = os.path.join(test_directory(), 'installed')
    npm = f'mkdir -p node_modules; echo "$@" >>{test_directory()}/asked'
    for _ in range(2):
        said = run_with_npm(npm, place)
        check_match('peers: .* has no program for Linux', said.stderr)
    stamp = os.path.join(place, 'node_modules', '.installed-lock')
    with open(stamp, 'a', encoding='ascii') as file:
        file.write('another lock')
    run_with_npm(npm, place)
    with open(os.path.join(test_directory(), 'asked'), encoding='ascii') as file:
        lines = file.read().splitlines()
    check_equal(len(lines), 2)
    check_match('^ci --ignore-scripts ', lines[0])
    check(os.path.exists(os.path.join(place, 'dbos_steps.js')))


def all_versions_are_pinned():
    with open(os.path.join(PEERS, 'package.json'), encoding='utf-8') as file:
        wanted = json.load(file)
    with open(os.path.join(PEERS, 'package-lock.json'), encoding='utf-8') as file:
        locked = json.load(file)['packages']
    for kind in ('dependencies', 'optionalDependencies'):
        check_equal(locked[''][kind], wanted[kind])
        for name, version in wanted[kind].items():
            check_match(r'^\d+\.\d+\.\d+$', version)
            check_equal(locked[f'node_modules/{name}']['version'], version)
    for name, package in locked.items():
        check(name == '' or package['integrity'].startswith('sha512-'), name)


if __name__ == '__main__':
    main([the_line_of_wrk_is_read, errors_of_wrk_are_told, what_was_answered_for_is_finished,
          what_is_lost_is_told, two_loads_have_ids_of_their_own, a_peer_that_forgets_is_found_out,
          the_median_of_the_rounds_counts, the_best_of_them_is_told,
          ours_stand_beside_those_with_the_same_database, a_busy_machine_is_told,
          no_registry_is_a_clear_sentence, npm_is_asked_once, all_versions_are_pinned])
