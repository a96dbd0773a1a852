"""bench_test.py - the measuring commands measure, compare like with like, and clean up.

How fast anything is, is no business of a test: the machine may be busy. That figures come out, that
the two sides of a ratio wrote the same rows, and that nothing is left behind, is.
"""
# stores: none
import json
import os
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from kontora import Server, run
from tap import (check, check_equal, check_in, check_match, main, program, repository, seconds_max,
                 skip, test_directory)


def nobody_there_is_told():
    said = run('bench', 'http', '--socket', os.path.join(test_directory(), 'nothing.sock'))
    check_equal(said.code, 69, said)
    check_match('kontora serve', said.error)


def wrong_flags_are_told():
    for flags in (['--clients', '0'], ['--clients', 'many'], ['--mode', 'fast'],
                  ['--address', 'nowhere'], ['--socket', 'a', '--address', 'b:1']):
        said = run('bench', 'http', '--key', 'x', *flags)
        check_equal(said.code, 64, said)
    check_equal(run('bench').code, 64)
    check_equal(run('bench', 'store').code, 64)


def the_store_is_compared_with_the_same_rows():
    place = os.path.join(test_directory(), 'store')
    os.mkdir(place)
    said = run('bench', 'store', place, '--people', '3000', '--batch', '100', '--json')
    check_equal(said.code, 0, said)
    check(said.json['raw_people_per_second'] > 0 and said.json['store_people_per_second'] > 0)
    check_equal(os.listdir(place), [], 'it cleans up')


def a_filled_directory_is_served():
    place = os.path.join(test_directory(), 'filled')
    ids = os.path.join(test_directory(), 'filled.ids')
    said = run('bench', 'fill', place, '--people', '2500', '--ids', ids)
    check_equal(said.code, 0, said)
    check_equal(run('bench', 'fill', place).code, 64, 'it never fills what is there')
    server = Server(directory=place).start()
    with open(ids, encoding='ascii') as file:
        for identifier in file.read().split()[::500]:
            check_equal(server.admin().get(f'/api/users/{identifier}').status, 200)
    server.stop()
    said = run('bench', 'grow', place, '--seconds', '1', '--batch', '50', '--first',
               '5000000000000', '--json')
    check_equal(said.code, 0, said)
    check(said.json['people'] > 0 and said.json['raw_people_per_second'] > 0)
    report = run('doctor', '--deep', '--data', place)
    check_equal(report.code, 0, report)
    database = sqlite3.connect(os.path.join(place, 'users.db'))
    names = [row[0] for row in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'person'")]
    check_equal(database.execute('SELECT count(*) FROM person').fetchone()[0],
                2500 + said.json['people'])
    check_in('person_email', names)
    database.close()


@seconds_max(240)
def the_whole_bench_runs_through():
    if not all(os.access(tool, os.X_OK)
               for tool in ('/usr/bin/wrk', '/usr/sbin/nginx', '/usr/sbin/rabbitmq-server')):
        skip('something is not there: apt-get install wrk nginx-light rabbitmq-server')
    place = os.path.join(test_directory(), 'bench')
    os.mkdir(place)
    os.chmod(test_directory(), 0o755)
    figures = os.path.join(place, 'bench.json')
    result = subprocess.run([os.path.join(repository(), 'bench', 'run'), '--quick', '--large',
                             '--program', program(), '--directory', place, '--json', figures],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    check_equal(result.returncode, 0, result.stdout)
    with open(figures, encoding='utf-8') as file:
        rows = json.load(file)['rows']
    check_equal(len(rows), 40, result.stdout)
    for row in rows:
        check_match(row['what'], result.stdout)
        check_in(row['verdict'], ('met', 'MISSED'))
    check_equal(os.listdir(place), ['bench.json'], 'it cleans up')


if __name__ == '__main__':
    main([nobody_there_is_told, wrong_flags_are_told, the_store_is_compared_with_the_same_rows,
          a_filled_directory_is_served, the_whole_bench_runs_through])
