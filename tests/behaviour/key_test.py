"""key_test.py - what services of several processes need to know of each other, from outside."""
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE, Client, Server, refusal, run, the_store
from tap import (check, check_equal, check_in, check_match, check_not_in, for_each_test, main,
                 test_directory)

LINE = r'users=[A-Za-z0-9_-]{43}\n'


@for_each_test
def new_server():
    """Not started yet."""
    server = Server(store=the_store())
    yield server
    server.stop()


def a_directory_has_one_key():
    directory = os.path.join(test_directory(), 'fresh')
    first = run('key', 'users', '--data', directory)
    check_equal((first.code, first.error), (0, ''))
    check_match(f'^{LINE}$', first.out)
    check_equal(run('key', 'users', '--data', directory).out, first.out)
    mode = stat.S_IMODE(os.stat(os.path.join(directory, 'service.key')).st_mode)
    check_equal(oct(mode), '0o600')
    other = run('key', 'users', '--data', os.path.join(test_directory(), 'other')).out
    check(other != first.out, 'each directory has its own')


def a_service_that_is_not_there_has_none():
    said = run('key', 'nobody', '--data', os.path.join(test_directory(), 'unused'))
    check_equal((said.code, said.out), (EXIT_USAGE, ''))
    check_in("there is no service 'nobody'", said.error)
    check(not os.path.exists(os.path.join(test_directory(), 'unused')), 'and nothing was made')


def a_running_server_has_its_key(new_server):
    new_server.start()
    said = run('key', 'users', '--data', new_server.directory)
    check_equal(said.code, 0, said)
    check_match(f'^{LINE}$', said.out)


def who_is_known_by_which_key_is_listed(new_server):
    """Its own services by its own key, others by theirs, and what each may ask."""
    other = os.path.join(test_directory(), 'elsewhere')
    os.makedirs(new_server.directory, mode=0o700, exist_ok=True)
    line = run('key', 'gateway,casework', '--data', other).out
    with open(os.path.join(new_server.directory, 'trusted.keys'), 'w', encoding='ascii') as file:
        file.write(line)
    new_server.services = ['users,iam,gateway,notifications']
    new_server.start()
    own = run('key', 'users', '--data', new_server.directory).out.strip().split('=')[1]
    items = new_server.admin().get('/api/service_identities').json['items']
    here = {item['service']: item for item in items if item['is_here']}
    there = {item['service']: item for item in items if not item['is_here']}
    check_equal(sorted(here), ['gateway', 'iam', 'notifications', 'users'])
    check_equal({item['public_key'] for item in here.values()}, {own})
    check_equal(sorted(there), ['casework', 'gateway'])
    check_equal({item['public_key'] for item in there.values()}, {line.strip().split('=')[1]})
    check_in('iam.decide_credential', there['gateway']['may_ask'])
    check_equal(here['users']['may_ask'], [])
    check_equal(new_server.client(key=None).get('/api/service_identities').status, 401)
    said = run('key', '--list', '--data', new_server.directory)
    check_equal((said.code, said.error), (0, ''))
    check_equal(said.out.count('\n'), 1 + len(items))
    check_in('iam.decide_credential', said.out)
    said = run('key', '--list', '--json', '--data', new_server.directory)
    check_equal(said.json['items'], items)


def a_damaged_key_is_a_sentence(new_server):
    new_server.start()
    new_server.stop()
    path = os.path.join(new_server.directory, 'service.key')
    with open(path, 'w', encoding='ascii') as file:
        file.write('not a key')
    code, said = refusal(new_server)
    check_in('service.key', said)
    check_in('kontora key', said)
    check(code != 0, code)


def a_damaged_line_is_a_sentence(new_server):
    new_server.start()
    new_server.stop()
    with open(os.path.join(new_server.directory, 'trusted.keys'), 'w', encoding='ascii') as file:
        file.write('users=short  # a slip\n')
    code, said = refusal(new_server)
    check_equal(code, EXIT_USAGE)
    check_in("trusted.keys: 'users=short' is not SERVICE,...=KEY", said)


def a_damaged_address_is_a_sentence():
    server = Server(store=the_store(), settings=['--ask.addresses', 'users=nowhere'])
    code, said = refusal(server)
    check_equal(code, EXIT_USAGE)
    check_in("ask.addresses: 'users=nowhere'", said)


def a_credential_that_nobody_knows_opens_nothing(new_server):
    new_server.start()
    forged = 'kontora_service_1.users.users.1795257210.1795257270.0123456789abcdef.' + 'A' * 86
    host, port = new_server.address.removeprefix('http://').split(':')
    client = Client(host, int(port), key=forged)
    for path in ('/api/users', '/metrics'):
        check_equal(client.get(path).status, 401)
    owner = Client(socket_path=os.path.join(new_server.directory, 'admin.sock'), key=forged)
    check_equal(owner.get('/api/users').status, 401, 'also where it is not needed')
    client.close()
    owner.close()
    check_not_in('A' * 86, new_server.logged())


if __name__ == '__main__':
    main([a_directory_has_one_key, a_service_that_is_not_there_has_none,
          a_running_server_has_its_key, who_is_known_by_which_key_is_listed,
          a_damaged_key_is_a_sentence, a_damaged_line_is_a_sentence,
          a_damaged_address_is_a_sentence, a_credential_that_nobody_knows_opens_nothing],
         {'new_server': new_server})
