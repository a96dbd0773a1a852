"""sample_command_test.py - sample data from a terminal, with how far it is: C81."""
# stores: none
# sanitizers: asan
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import until
from kontora import EXIT_UNREACHABLE, EXIT_USAGE, Server, run
from tap import check, check_equal, check_in, check_match, main, test_directory
from terminal import on_a_terminal

FILLED = 'There is sample data: 12 people and 7 cases.\n'
NONE = 'There is no sample data.\n'


def server():
    started = Server(services='users,notifications,phoenix,sample').start()
    yield started
    check_equal(started.stop(), 0)


def sample(server, *words):
    return run('sample', *words, '--data', server.directory)


def it_comes_and_goes(server):
    """Each command is over when it is done; what it prints is the end."""
    check_equal(sample(server, 'status').out, NONE)
    said = sample(server, 'fill')
    check_equal((said.code, said.out, said.error), (0, FILLED, ''))
    check_equal(len(server.client().get('/api/users').json['items']), 12)
    again = sample(server, 'fill')
    check_equal((again.code, again.out), (1, ''), again)
    check_in('sample_is_there', again.error)
    shown = sample(server, 'status', '--json').json
    check_equal((shown['state'], shown['people'], shown['cases'], shown['left']),
                ('filled', 12, 7, 0))
    said = sample(server, 'remove', '--json')
    check_equal((said.code, said.json['state'], said.error), (0, 'none', ''))
    check_equal(server.client().get('/api/users').json['items'], [])
    said = sample(server, 'remove')  # nothing is left to do
    check_equal((said.code, said.out), (0, NONE))


def a_terminal_is_told_how_far_it_is(server):
    """C81: a line that is taken away again; what is printed is what a pipe gets."""
    for verb, what, printed in (('fill', 'made up', FILLED), ('remove', 'removed', NONE)):
        code, said, shown = on_a_terminal('sample', verb, '--data', server.directory)
        check_equal((code, said), (0, printed), shown)
        check_match(rf'(?s)^\r\x1b\[K{what}: \d+ of 19', shown)
        check(shown.endswith('\r\x1b[K'), repr(shown))


def nobody_needs_to_wait(server):
    """The server goes on by itself."""
    said = sample(server, 'fill', '--no-wait')
    check_equal((said.code, said.error), (0, ''))
    check_match(r'^(Sample data is being made up: \d+ of 19|There is sample data: .*)\.?\n$',
                said.out)
    check(until(lambda: sample(server, 'status').out == FILLED), sample(server, 'status'))
    check_equal(sample(server, 'remove').out, NONE)


def mistakes_are_said(server):
    for words, sentence in ((('fil',), 'did you mean fill?'), ((), 'fill, remove or status'),
                            (('fill', 'more'), 'no further words'),
                            (('status', '--no-wait'), '--no-wait')):
        said = sample(server, *words)
        check_equal((said.code, said.out), (EXIT_USAGE, ''), said)
        check_in(sentence, said.error)
    said = run('sample', 'status', '--data', test_directory())
    check_equal((said.code, said.out), (EXIT_UNREACHABLE, ''), said)


def where_it_does_not_run_it_says_so():
    other = Server(services='users').start()
    said = sample(other, 'fill')
    check_equal((said.code, said.out), (1, ''), said)
    check_in('does not serve `sample`', said.error)
    check_equal(other.stop(), 0)


if __name__ == '__main__':
    main([it_comes_and_goes, a_terminal_is_told_how_far_it_is, nobody_needs_to_wait,
          mistakes_are_said, where_it_does_not_run_it_says_so], {'server': server})
