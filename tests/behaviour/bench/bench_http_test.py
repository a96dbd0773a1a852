"""bench_http_test.py - the load counts right answers only, and says what was wrong with others."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from kontora import Server, run, the_store
from tap import check, check_equal, check_in, check_less, check_match, main, test_directory


def start_server():
    server = Server(store=the_store())
    server.start()
    yield server
    server.stop()


def load(server, *more):
    return run('bench', 'http', '--json', '--seconds', '1', '--warm-up-ms', '0', '--clients', '8',
               '--address', server.address, *more, environment={'KONTORA_ROOT_KEY': server.key})


def people_of(server):
    """How many there are, page by page."""
    count, cursor = 0, ''
    while cursor is not None:
        page = server.admin().get(f'/api/users?limit=200{cursor}').json
        count += len(page['items'])
        cursor = f'&cursor={page["next"]}' if page.get('next') else None
    return count


def creates_are_counted_once(server):
    """What is reported is what is there; only those on their way at the end may be added."""
    before = people_of(server)
    said = load(server, '--mode', 'create')
    check_equal(said.code, 0, said)
    check_equal(said.json['errors'], 0)
    check_equal(said.json['statuses'], {'201': said.json['answers']})
    check(said.json['answers'] > 0)
    made = people_of(server) - before
    check(said.json['answers'] <= made <= said.json['answers'] + 8, (made, said))


def reads_and_a_mixture(server):
    said = load(server, '--mode', 'get', '--people', '20')
    check_equal((said.code, list(said.json['statuses'])), (0, ['200']), said)
    check_less(said.json['p50_us'], said.json['p99_us'] + 1)
    check_less(said.json['p99_us'], said.json['max_us'] + 1)
    said = load(server, '--mode', 'mixed', '--people', '20')
    check_equal((said.code, sorted(said.json['statuses'])), (0, ['200', '201']), said)


def a_wrong_answer_is_an_error(server):
    said = run('bench', 'http', '--json', '--seconds', '1', '--address', server.address, '--key',
               'kontora_root_wrong')
    check_equal(said.code, 1, said)
    check_equal(said.json['answers'], 0)
    check(said.json['errors'] > 0)
    check_match('401', said.error)
    said = load(server, '--first', '7')
    check_equal(said.code, 0, said)
    said = load(server, '--first', '7')  # the same people again
    check_equal(said.code, 1, said)
    check_in('409', said.json['statuses'])


def ids_come_from_a_file(server):
    ids = [item['id'] for item in server.admin().get('/api/users?limit=5').json['items']]
    path = os.path.join(test_directory(), 'ids')
    with open(path, 'w', encoding='ascii') as file:
        file.write('\n'.join(ids) + '\n')
    said = load(server, '--mode', 'get', '--ids', path)
    check_equal((said.code, list(said.json['statuses'])), (0, ['200']), said)
    with open(path, 'a', encoding='ascii') as file:
        file.write('nobody\n')
    said = load(server, '--mode', 'get', '--ids', path)
    check_equal(said.code, 64, said)
    check_match('line 6', said.error)


if __name__ == '__main__':
    main([creates_are_counted_once, reads_and_a_mixture, a_wrong_answer_is_an_error,
          ids_come_from_a_file], fixtures={'server': start_server})
