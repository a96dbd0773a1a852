"""simulate_test.py - kontora simulate: what it prints, and how it ends."""
# stores: none
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from kontora import EXIT_USAGE
from tap import check, check_equal, check_in, main, program, repository

WORKFLOWS = os.path.join(repository(), 'tests', 'workflows')


def run(*words, given=None):
    done = subprocess.run([program(), 'simulate', *words], input=given, capture_output=True,
                          text=True, timeout=120, cwd=WORKFLOWS)
    return done.returncode, done.stdout, done.stderr


def worlds_are_counted():
    code, said, error = run('feeding.yaml', 'payout.yaml', '--seeds', '3')
    check_equal((code, error), (0, ''))
    check_in('3 seeds: every promise was kept. ', said)


def the_same_seed_prints_the_same():
    first = run('order.yaml', '--seed', '42', '--steps', '80', '--trace')
    check_equal(first[0], 0)
    check(len(first[1].splitlines()) > 60, first[1])
    check_in('peace: from now on nothing goes wrong', first[1])
    check_equal(run('order.yaml', '--seed', '42', '--steps', '80', '--trace'), first)
    check(run('order.yaml', '--seed', '43', '--steps', '80', '--trace') != first, 'another world')


def for_programs_it_is_json():
    code, said, _ = run('deal.yaml', '--seed', '7', '--seeds', '2', '--json')
    said = json.loads(said)
    check_equal((code, said['ok'], said['seeds']), (0, True, 2))
    check(said['cases'] > 0 and said['revisions'] >= said['cases'], said)


def a_file_that_is_wrong_is_not_run():
    code, said, error = run('-', given='workflow: wrong\nversion: 1\n')
    check_equal((code, said), (1, ''))
    check_in('-:1:1: ', error)


def what_was_mistyped_is_said():
    check_equal(run()[0], EXIT_USAGE)
    code, _, error = run('order.yaml', '--seeds', 'many')
    check_equal(code, EXIT_USAGE)
    check_in('--seeds is a whole number', error)
    code, _, error = run('nothing.yaml')
    check_equal(code, EXIT_USAGE)
    check_in('nothing.yaml: No such file', error)


if __name__ == '__main__':
    main([worlds_are_counted, the_same_seed_prints_the_same, for_programs_it_is_json,
          a_file_that_is_wrong_is_not_run, what_was_mistyped_is_said])
