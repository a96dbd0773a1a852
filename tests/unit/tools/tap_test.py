"""tap_test.py - the harness must fail when a test fails: it is run on small files of its own."""
import os
import subprocess
import sys

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIBRARY)
from tap import check, check_equal, check_in, check_match, check_not_in, main, test_directory

HEAD = f'import sys, time\nsys.path.insert(0, {LIBRARY!r})\nimport tap\nfrom tap import *\n'


def run(body, *names):
    """Runs a test file with this body; answers its exit code, output and complaints."""
    path = os.path.join(test_directory(), 'inner.py')
    with open(path, 'w') as file:
        file.write(HEAD + body)
    command = [sys.executable, path, *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def a_passing_test_passes():
    code, said, _ = run('def one(): check_equal(1, 1)\nmain([one])')
    check_equal((code, said), (0, 'ok 1 - one\n1..1\n'))


def a_failing_check_fails_and_shows_both_values():
    code, said, _ = run('def one(): check_equal(17, 4)\ndef two(): pass\nmain([one, two])')
    check_equal(code, 1)
    check_match(r'is +17', said)
    check_match(r'expected +4', said)
    check_in('not ok 1 - one\nok 2 - two\n1..2', said)


def every_kind_of_check_can_fail():
    for check_text in ['check(False)', 'check_not_equal(1, 1)', 'check_in(1, [2])', 'fail("no")',
                       'check_not_in(1, [1])', 'check_match("a", "b")', 'check_less(2, 2)',
                       'check_raises(ValueError, lambda: 1)', 'check_raises(KeyError, int, "x")']:
        code, said, _ = run(f'def one(): {check_text}\nmain([one])')
        check_equal(code, 1, check_text)
        check_in('not ok 1 - one', said, check_text)


def every_kind_of_check_can_pass():
    for check_text in ['check(True)', 'check_not_equal(1, 2)', 'check_in(1, [1])',
                       'check_not_in(1, [2])', 'check_match("a", "bab")', 'check_less(1, 2)',
                       'check_raises(ValueError, int, "x")']:
        check_equal(run(f'def one(): {check_text}\nmain([one])')[0], 0, check_text)


def an_exception_fails():
    code, said, _ = run('def one(): {}["x"]\nmain([one])')
    check_equal(code, 1)
    check_in("KeyError: 'x'", said)


def a_test_that_hangs_fails():
    code, said, _ = run('@seconds_max(1)\ndef one(): time.sleep(20)\nmain([one])')
    check_equal(code, 1)
    check_in('not done after 1 seconds', said)


def a_test_that_swallows_everything_still_ends():
    body = ('@seconds_max(1)\ndef one():\n    try: time.sleep(20)\n    except Exception: pass\n'
            'main([one])')
    check_equal(run(body)[0], 1)


def a_skipped_test_says_so():
    code, said, _ = run('def one(): skip("no server here")\nmain([one])')
    check_equal((code, said), (0, 'ok 1 - one # SKIP no server here\n1..1\n'))


def no_test_is_a_failure():
    check_equal(run('main([])')[0], 1)


def a_test_runs_alone_by_name():
    body = 'def one(): fail("no")\ndef two(): pass\nmain([one, two])'
    check_equal(run(body, 'two')[:2], (0, 'ok 1 - two\n1..1\n'))
    code, _, complaint = run(body, 'three')
    check_equal(code, 1)
    check_in('no test is called three', complaint)


def doubled_names_are_refused():
    check_equal(run('def one(): pass\nmain([one, one])')[0], 1)


FIXTURES = '''
def house():
    print('# house begins')
    yield 'house'
    print('# house ends')

@for_each_test
def guest(house):
    print('# guest comes')
    yield house + ' guest'
    print('# guest leaves')

def one(guest): check_equal(guest, 'house guest')
def two(guest): pass
def three(): pass
'''


def fixtures_begin_and_end_in_order():
    code, said, _ = run(FIXTURES + "main([one, two], {'house': house, 'guest': guest})")
    check_equal(code, 0)
    check_equal(said.splitlines(), [
        '# house begins', '# guest comes', '# guest leaves', 'ok 1 - one',
        '# guest comes', '# guest leaves', 'ok 2 - two', '# house ends', '1..2'])


def a_fixture_nobody_needs_never_begins():
    said = run(FIXTURES + "main([three], {'house': house, 'guest': guest})")[1]
    check_not_in('house', said)


def a_fixture_that_cannot_begin_fails_its_tests():
    code, said, _ = run('def bad():\n    raise OSError("no room")\n    yield\n'
                        'def one(bad): pass\ndef two(): pass\nmain([one, two], {"bad": bad})')
    check_equal(code, 1)
    check_in('no room', said)
    check_in('not ok 1 - one\nok 2 - two', said)


def a_fixture_that_cannot_end_is_a_failure():
    code, said, _ = run('def bad():\n    yield 1\n    raise OSError("stuck")\n'
                        'def one(bad): pass\nmain([one], {"bad": bad})')
    check_equal(code, 1)
    check('ok 1 - one' in said and 'not ok 2 - ' in said and '1..2' in said, said)


if __name__ == '__main__':
    main([a_passing_test_passes, a_failing_check_fails_and_shows_both_values,
          every_kind_of_check_can_fail, every_kind_of_check_can_pass, an_exception_fails,
          a_test_that_hangs_fails, a_test_that_swallows_everything_still_ends,
          a_skipped_test_says_so, no_test_is_a_failure, a_test_runs_alone_by_name,
          doubled_names_are_refused, fixtures_begin_and_end_in_order,
          a_fixture_nobody_needs_never_begins, a_fixture_that_cannot_begin_fails_its_tests,
          a_fixture_that_cannot_end_is_a_failure])
