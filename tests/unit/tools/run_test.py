"""run_test.py - the runner must notice every way in which a suite can fail, silent ones too."""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from tap import check, check_equal, check_in, check_not_in, main, test_directory

RUN = os.path.join(HERE, '..', '..', 'run')


def run(files, *options, **environment):
    """Runs the runner over a tree with these files; answers its exit code and its lines."""
    root = os.path.join(test_directory(), f'tree-{time.monotonic_ns()}')
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), 'w') as file:
            file.write(text)
        os.chmod(os.path.join(root, path), 0o755)
    inherited = {name: value for name, value in os.environ.items() if name != 'BUILD'}
    done = subprocess.run([RUN, '--root', root, *options], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=300, env={**inherited, **environment})
    return done.returncode, done.stdout.splitlines()


def run_one(body, *options):
    return run({'tests/unit/one_test.py': body}, *options)


def says(*lines):
    return f'import os, sys, subprocess, time\nprint({chr(10).join(lines)!r}, flush=True)\n'


def counts_are_on_the_last_line():
    code, lines = run_one(says('ok 1 - a', 'ok 2 - b', '1..2'))
    check_equal((code, lines[-1]), (0, '2 passed, 0 failed'))


def a_failed_test_is_counted_and_shown():
    code, lines = run_one(says('#   from the good one', 'ok 1 - a', '#   17 is not 4',
                               'not ok 2 - b', '1..2') + 'sys.exit(1)')
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'))
    check_in('#   17 is not 4', lines)
    check_not_in('#   from the good one', lines)


def a_crash_after_success_is_a_failure():
    code, lines = run_one(says('ok 1 - a', '1..1') + 'os.abort()')
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'))


def an_exit_code_alone_is_a_failure():
    code, lines = run_one(says('ok 1 - a', '1..1') + 'sys.exit(3)')
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'))


def no_plan_is_a_failure():
    check_equal(run_one(says('ok 1 - a'))[0], 1)


def a_short_plan_is_a_failure():
    check_equal(run_one(says('ok 1 - a', '1..2'))[0], 1)


def no_test_is_a_failure():
    check_equal(run_one(says('1..0'))[0], 1)
    check_equal(run_one('')[0], 1)


def bailing_out_is_a_failure():
    check_equal(run_one(says('ok 1 - a', 'Bail out! no disk', '1..1'))[0], 1)


def only_skipped_tests_are_no_success():
    code, lines = run_one(says('ok 1 - a # SKIP no server', '1..1'))
    check_equal((code, lines[-1]), (1, '0 passed, 0 failed'))
    check_in('1 skipped', lines)


def what_is_left_running_is_ended():
    child = 'import time; time.sleep(300)'
    code, lines = run_one(says('ok 1 - a', '1..1') +
                          f'p = subprocess.Popen([sys.executable, "-c", {child!r}],'
                          ' start_new_session=True, stdout=subprocess.DEVNULL)\n'
                          'open("pid", "w").write(str(p.pid))')
    check_equal(code, 0)
    check(any('left running and ended: python3' in line for line in lines), lines)


def each_suite_has_a_directory_that_goes_away():
    _, lines = run_one(says('not ok 1 - a', '1..1') + 'print("# in", os.environ["TMPDIR"])\n',
                       '--verbose')
    place = [line for line in lines if line.startswith('# in ')][0][len('# in '):]
    check(place.startswith('/') and not os.path.exists(place), place)


ASKS_A_BROKER = f'''# of RabbitMQ
import os, sys
sys.path.insert(0, {os.path.join(HERE, '..', '..', 'lib')!r})
from rabbitmq import shared_rabbitmq
broker = shared_rabbitmq()
print('#', broker.directory, broker.run('list_to_integer(os:getpid()).'),
      broker.run('length(rabbit_vhost:list_names()).'))
print('ok 1 - a')
print('1..1')
'''


def who_needs_a_broker_shares_one():
    """What the first leaves there the second does not see, and in the end nothing is left."""
    code, lines = run({f'tests/unit/{name}_test.py': ASKS_A_BROKER for name in 'ab'},
                      '--workers=1', '--verbose')
    check_equal((code, lines[-1]), (0, '3 passed, 0 failed'), lines)
    (place, pid, hosts), second = [line.split()[1:] for line in lines if line.startswith('# /')]
    check_equal(second, [place, pid, hosts])
    check_equal(hosts, '2', 'the one that each broker has, and its own')
    check(not os.path.exists(place) and not os.path.exists(f'/proc/{pid}'), 'it goes on')


def both_stores_are_tested():
    body = says() + 'print("ok 1 -", os.environ["KONTORA_TEST_STORE"], "\\n1..1")'
    code, lines = run({'tests/behaviour/a_test.py': body,
                       'Makefile': '.PHONY: programs\nprograms:\n\ttrue\n'})
    check_equal((code, lines[-1]), (0, '3 passed, 0 failed'), lines)
    names = ' '.join(lines)
    check('behaviour/a_test@sqlite' in names and 'behaviour/a_test@postgres' in names, names)


def a_build_that_fails_is_a_failure():
    code, lines = run({'tests/behaviour/a_test.py': '# stores: none\n' + says('ok 1 - a', '1..1'),
                       'Makefile': '.PHONY: programs\n'
                                   'programs:\n\techo the compiler complains; false\n'})
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'))
    check_in('the compiler complains', lines)


def a_missing_binary_is_a_failure():
    code, lines = run({'tests/unit/base/x_test.c': 'int main;', 'Makefile': '%:\n\ttrue\n'},
                      '--no-sanitizers')
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'), lines)


def nothing_to_run_is_a_failure():
    check_equal(run_one(says('ok 1 - a', '1..1'), '--only', 'nothing_of_this_name')[0], 1)
    check_equal(run({'tests/empty/readme': ''})[0], 1)


def suites_run_side_by_side():
    """Each waits until it sees the other."""
    def body(mine, others):
        return ('import os, time\n'
                f'open("seen-{mine}", "w").close()\n'
                'until = time.monotonic() + 50\n'
                f'while not os.path.exists("seen-{others}") and time.monotonic() < until:\n'
                '    time.sleep(0.01)\n'
                f'print("ok 1 - a" if os.path.exists("seen-{others}") else "not ok 1 - a")\n'
                'print("1..1")\n')
    code, lines = run({'tests/unit/a_test.py': body('a', 'b'),
                       'tests/unit/b_test.py': body('b', 'a')})
    check_equal(code, 0, lines)


FAILS_ONCE = ('# stores: none\nimport os\nseen = os.path.exists("seen-{0}")\n'
              'open("seen-{0}", "w").close()\n'
              'print("ok 1 - a" if seen else "not ok 1 - in_a_hurry")\nprint("1..1")\n')


def run_hurried(folder, count, body=FAILS_ONCE):
    """So many suites that fail, of the first time or always, and one that passes."""
    files = {f'tests/{folder}/{number}_test.py': body.format(number) for number in range(count)}
    return run({**files, 'tests/unit/good_test.py': says('ok 1 - b', '1..1'),
                'Makefile': '.PHONY: programs build sample bank\n'
                            'programs build sample bank:\n\ttrue\n'})


def what_was_too_late_beside_others_is_called_unsteady():
    code, lines = run_hurried('behaviour', 1)
    check_equal((code, lines[-1]), (0, '3 passed, 0 failed'), lines)
    check_in('1 unsteady: behaviour/0_test', lines)
    check(any('failed beside others: 1 - in_a_hurry' in line for line in lines), lines)
    check_in('| not ok 1 - in_a_hurry', lines)


def what_fails_twice_has_failed():
    always = '# stores: none\nprint("not ok 1 - a{0}")\nprint("1..1")\n'
    code, lines = run_hurried('behaviour', 1, always)
    check_equal((code, lines[-1]), (1, '2 passed, 1 failed'), lines)
    check_in('not ok 1 - a0', lines)


def many_that_fail_do_not_run_again():
    code, lines = run_hurried('behaviour', 6)
    check_equal((code, lines[-1]), (1, '2 passed, 6 failed'), lines)
    check(not any('unsteady' in line for line in lines), lines)


def a_unit_has_one_run():
    code, lines = run_hurried('unit', 1)
    check_equal((code, lines[-1]), (1, '1 passed, 1 failed'), lines)


if __name__ == '__main__':
    main([counts_are_on_the_last_line, a_failed_test_is_counted_and_shown,
          a_crash_after_success_is_a_failure, an_exit_code_alone_is_a_failure,
          no_plan_is_a_failure, a_short_plan_is_a_failure, no_test_is_a_failure,
          bailing_out_is_a_failure, only_skipped_tests_are_no_success,
          what_is_left_running_is_ended, each_suite_has_a_directory_that_goes_away,
          who_needs_a_broker_shares_one, both_stores_are_tested, a_build_that_fails_is_a_failure,
          a_missing_binary_is_a_failure, nothing_to_run_is_a_failure, suites_run_side_by_side,
          what_was_too_late_beside_others_is_called_unsteady, what_fails_twice_has_failed,
          many_that_fail_do_not_run_again, a_unit_has_one_run])
