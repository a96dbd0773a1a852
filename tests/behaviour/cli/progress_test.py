"""progress_test.py - what takes a while says how far it is, on a terminal and nowhere else: C81.

Standard error is a terminal of the test's own; standard output is a pipe, as in a script.
"""
# stores: none
# sanitizers: asan
import json
import os
import re
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import until
from kontora import Server, run
from tap import check, check_equal, check_match, main, repository
from terminal import on_a_terminal

PEOPLE = 5
WORKFLOW = os.path.join(repository(), 'tests', 'workflows', 'order.yaml')


def server():
    made = Server(services='users,audit').start()
    client = made.client()
    for _ in range(PEOPLE):
        answer = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                            'type': 'worker'})
        check_equal(answer.status, 201)
    until(lambda: len(client.get('/api/audit/events').json['items']) >= PEOPLE)
    yield made
    check_equal(made.stop(), 0)


def a_terminal_is_told_how_far_it_is(server):
    """C81: the line is written over and taken away; what is printed is what a pipe gets."""
    code, printed, shown = on_a_terminal('audit', 'verify', '--data', server.directory)
    check_equal(code, 0)
    check_match(rf'^The record is as it was written: {PEOPLE} records', printed)
    check(re.search(rf'\r\x1b\[Krecords read: {PEOPLE} of {PEOPLE}', shown), repr(shown))
    check(shown.endswith('\r\x1b[K'), repr(shown))


def json_is_the_same(server):
    code, printed, shown = on_a_terminal('fsck', '--json', '--data', server.directory)
    check_equal(code, 0, printed)
    check(json.loads(printed)['sound'])
    check('services read: ' in shown and 'services checked: ' in shown, repr(shown))


def nothing_else_is_told_anything(server):
    """A pipe, a log, a terminal that can only write line after line."""
    said = run('audit', 'verify', '--data', server.directory, environment={'TERM': 'xterm'})
    check_equal((said.code, said.error), (0, ''))
    check_equal(on_a_terminal('audit', 'verify', '--data', server.directory, kind='dumb')[2], '')


def many_worlds_are_counted():
    code, printed, shown = on_a_terminal('simulate', '--seeds=3', '--steps=5', WORKFLOW)
    check_equal(code, 0, printed)
    check('worlds: 0 of 3' in shown, repr(shown))
    check_equal(on_a_terminal('simulate', '--steps=5', WORKFLOW)[2], '')  # one is no progress


if __name__ == '__main__':
    main([a_terminal_is_told_how_far_it_is, json_is_the_same, nothing_else_is_told_anything,
          many_worlds_are_counted], {'server': server})
