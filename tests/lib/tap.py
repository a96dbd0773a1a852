"""tap.py - the test harness for Python tests: a table of functions, TAP on standard output.

    import os, sys
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
    from tap import check_equal, main

    def adds():
        check_equal(1 + 1, 2)

    if __name__ == '__main__':
        main([adds])

Run one alone by name: python3 tests/behaviour/users_test.py adds
A failing check prints both values and where it stands, and ends that test; so do an exception and
three minutes (or @seconds_max(300)); what a test waits for it waits for patiently, because machines
are slow and shared.

What a test needs it names as a parameter. `main(tests, fixtures={'server': start_server})` maps the
name to a function that yields once:

    def start_server():
        server = Server(test_directory())
        yield server
        server.stop()

A fixture begins with the first test that names it and ends with the file; @for_each_test makes it
begin and end with every test. A fixture may name other fixtures. When a fixture fails to begin,
the tests that need it fail; when it fails to end, that is a failed test of its own.
"""
import atexit
import inspect
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback

SECONDS_MAX_DEFAULT = 180
VALUE_CHARACTERS_MAX = 2000


class CheckFailed(AssertionError):
    """A check did not hold; the message says what was found and what was expected."""


class Skipped(Exception):
    """The test cannot run here; the message says why."""


class TimeIsOver(BaseException):
    """Not an Exception, so that a test that catches everything does not swallow it."""


# ---- checks ----

def show(value):
    text = repr(value)
    if len(text) > VALUE_CHARACTERS_MAX:
        text = f'{text[:VALUE_CHARACTERS_MAX]}... ({len(text)} characters)'
    return text


def fail(message):
    raise CheckFailed(message)


def check(condition, message='the condition does not hold'):
    """The message may be a function, asked only when there is something to say."""
    if not condition:
        fail(str(message() if callable(message) else message))


def check_equal(actual, expected, message=''):
    if actual != expected:
        fail(f'{message}\n  is        {show(actual)}\n  expected  {show(expected)}'.lstrip('\n'))


def check_not_equal(actual, unwanted, message=''):
    if actual == unwanted:
        fail(f'{message}\n  is {show(actual)}, which it must not be'.lstrip('\n'))


def check_in(item, collection, message=''):
    if item not in collection:
        fail(f'{message}\n  {show(item)}\n  is not in {show(collection)}'.lstrip('\n'))


def check_not_in(item, collection, message=''):
    if item in collection:
        fail(f'{message}\n  {show(item)}\n  must not be in {show(collection)}'.lstrip('\n'))


def check_match(pattern, text, message=''):
    found = re.search(pattern, text)
    if not found:
        fail(f'{message}\n  nothing matches {show(pattern)}\n  in {show(text)}'.lstrip('\n'))
    return found


def check_less(actual, limit, message=''):
    if not actual < limit:
        fail(f'{message}\n  is {show(actual)}, must be less than {show(limit)}'.lstrip('\n'))


def check_raises(kind, function, *arguments):
    """Returns the exception, so that its message can be checked too."""
    try:
        result = function(*arguments)
    except kind as error:
        return error
    fail(f'{kind.__name__} was expected, it returned {show(result)}')


def skip(reason):
    raise Skipped(reason)


# ---- what a test may ask ----

_directory = None


def test_directory():
    """A fresh directory below $TMPDIR for this file's tests, removed at the end."""
    global _directory
    if _directory is None:
        _directory = tempfile.mkdtemp(prefix='kontora-test-')
        atexit.register(shutil.rmtree, _directory, ignore_errors=True)
    return _directory


def without_sanitizers(*tests):
    """Those that take long and show nothing more where every access is looked at."""
    return [] if the_variant() in ('asan', 'tsan') else list(tests)


def test_scale(count):
    """For tests that are a loop over many runs: how many, from KONTORA_TEST_SCALE (default 1.0)."""
    return max(1, int(float(os.environ.get('KONTORA_TEST_SCALE', '1')) * count))


def repository():
    return os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))


def the_variant():
    """The one to be tested: release, or one with a sanitizer."""
    return os.environ.get('KONTORA_TEST_VARIANT', 'release')


def sample_program(variant=None):
    """Kontora with the services of tests/sample."""
    variant = variant or the_variant()
    return os.path.join(repository(), os.environ.get('BUILD', 'build'), variant, 'tests', 'sample',
                        'kontora-sample')


def program(variant='release'):
    """The path of the kontora that is tested; `fault` is the one with fault points."""
    given = os.environ.get('KONTORA_TEST_PROGRAM' if variant == 'release'
                           else f'KONTORA_TEST_PROGRAM_{variant.upper()}')
    build = os.environ.get('BUILD', 'build')
    return given or os.path.join(repository(), build, variant, 'kontora')


# ---- marks on tests and fixtures ----

def seconds_max(seconds):
    def mark(test):
        test.seconds_max = seconds
        return test
    return mark


def for_each_test(fixture):
    fixture.is_for_each_test = True
    return fixture


# ---- running ----

def _trace():
    """What went wrong and where, without the harness's own frames."""
    error = traceback.TracebackException(*sys.exc_info())
    own = [frame for frame in error.stack if frame.filename != __file__]
    error.stack = traceback.StackSummary.from_list(own or error.stack)
    return ''.join(error.format())


class Fixtures:
    """Begins fixtures when they are first named and ends them in the reverse order."""

    def __init__(self, makers):
        self.makers = makers
        self.begun = []  # (name, value, generator), in order of their beginning

    def value(self, name):
        for begun_name, value, _ in self.begun:
            if begun_name == name:
                return value
        if name not in self.makers:
            fail(f'no fixture is called {name!r}; there are {sorted(self.makers)}')
        generator = self.makers[name](**self.arguments(self.makers[name]))
        value = next(generator)
        self.begun.append((name, value, generator))
        return value

    def arguments(self, function):
        return {name: self.value(name) for name in inspect.signature(function).parameters}

    def lives_for_one_test(self, name):
        maker = self.makers[name]
        needs = inspect.signature(maker).parameters
        return getattr(maker, 'is_for_each_test', False) or any(map(self.lives_for_one_test, needs))

    def end(self, all_of_them):
        """Ends every fixture that must end, the others even when one fails to."""
        problems = []
        for entry in reversed(list(self.begun)):
            name, _, generator = entry
            if all_of_them or self.lives_for_one_test(name):
                self.begun.remove(entry)
                try:
                    next(generator, None)
                except Exception:
                    problems.append(f'fixture {name}:\n{_trace()}')
        return problems


def _ring(_signal, _frame):
    raise TimeIsOver()


def _within(seconds, function, *arguments):
    signal.signal(signal.SIGALRM, _ring)
    signal.alarm(seconds)
    try:
        return function(*arguments)
    finally:
        signal.alarm(0)


def _call(test, fixtures):
    test(**fixtures.arguments(test))


def _run_one(test, fixtures):
    """Returns (passed, directive, the lines to show)."""
    seconds = getattr(test, 'seconds_max', SECONDS_MAX_DEFAULT)
    seconds = max(seconds, test_scale(seconds))  # the long version may take as much longer
    passed, directive, told = False, '', []
    try:
        _within(seconds, _call, test, fixtures)
        passed = True
    except Skipped as reason:
        passed, directive = True, f' # SKIP {reason}'
    except TimeIsOver:
        told.append(f'not done after {seconds} seconds\n{_trace()}')
    except (Exception, SystemExit):
        told.append(_trace())
    try:
        told += _within(SECONDS_MAX_DEFAULT, fixtures.end, False)
    except TimeIsOver:
        told.append('a fixture does not end')
    return passed and not told, directive, told


def _tell(lines):
    for text in lines:
        for line in text.rstrip().split('\n'):
            print(f'#   {line}')


def _chosen(tests, names):
    known = [test.__name__ for test in tests]
    doubles = sorted({name for name in known if known.count(name) > 1})
    if doubles:
        sys.exit(f'two tests have the same name: {doubles}')
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f'no test is called {unknown[0]}; the names are:\n  ' + '\n  '.join(known))
    return [test for test in tests if not names or test.__name__ in names]


def main(tests, fixtures=None):
    """Runs the tests named on the command line, or all, and exits with 1 if one failed."""
    begun = Fixtures(fixtures or {})
    all_passed, number = True, 0
    try:
        for number, test in enumerate(_chosen(tests, sys.argv[1:]), 1):
            passed, directive, told = _run_one(test, begun)
            _tell(told)
            word = 'ok' if passed else 'not ok'
            print(f'{word} {number} - {test.__name__}{directive}', flush=True)
            all_passed = all_passed and passed
    finally:
        problems = _within(SECONDS_MAX_DEFAULT, begun.end, True)
    if problems:
        number += 1
        _tell(problems)
        print(f'not ok {number} - everything that was begun has ended')
    print(f'1..{number}', flush=True)
    sys.exit(0 if all_passed and not problems and number else 1)
