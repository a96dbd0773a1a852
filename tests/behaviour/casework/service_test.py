"""service_test.py - the example with its Service: whatever is killed whenever, each command is
applied once and every process ends."""
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import Service, all_end, answer, prepare, rows, start, status_of, take_one
from house import until
from kontora import Server, store_kind, the_store
from rabbitmq import shared_rabbitmq
from redis import Redis
from tap import check, check_equal, check_in, main, seconds_max, test_directory, test_scale

CATS = {'stranger': (0, 0), 'known': (1, 0), 'fed': (1, 9), 'hungry': (1, 4), 'new': (0, 7)}


def fresh(name='service'):
    return os.path.join(tempfile.mkdtemp(dir=test_directory()), f'{name}.db')


def expected_commands(approved, balance):
    return sorted(['checkApprove', 'getBalance', 'send'] + ['approve'] * (not approved)
                  + ['feed'] * (balance < 5))


def check_applied_once(path, addresses):
    """Cases 1 to 4 (E16-E19): by its effects, and by what it wrote down."""
    parcels = [row[0] for row in rows(path, 'SELECT address FROM parcel')]
    check_equal(sorted(parcels), sorted(addresses), 'each is sent once')
    signatures = rows(path, 'SELECT signature FROM parcel')
    check_equal(len(set(signatures)), len(addresses))
    for address, approved, balance in rows(path, 'SELECT address, approved, balance FROM cat'):
        kind = CATS[address.split()[0]]
        check_equal((approved, balance), (1, max(5, kind[1])), address)
    commands = sorted(row[0] for row in rows(path, 'SELECT command FROM applied'))
    wanted = sorted(command for address in addresses
                    for command in expected_commands(*CATS[address.split()[0]]))
    check_equal(commands, wanted)


def addresses_of(count):
    return [f'{list(CATS)[i % len(CATS)]} {i}' for i in range(count)]


def prepared(count):
    path, addresses = fresh(), addresses_of(count)
    prepare(path, {address: CATS[address.split()[0]] for address in addresses})
    return path, addresses


def the_service_does_its_part():
    """E4, E10, E19, E20, E26, E27"""
    server = Server(store=the_store(), services='casework').start()
    path, addresses = prepared(10)
    service = Service(server, path)
    client = server.client()
    ids = [start(client, payload={'address': address}) for address in addresses]
    all_end(server.client, ids)
    service.kill()
    check_applied_once(path, addresses)
    numbers = sorted(status_of(client, one)['result']['parcel'] for one in ids)
    check_equal(numbers, list(range(1, 11)))
    server.stop()


@seconds_max(300)
def anyone_may_be_killed_at_any_time():
    """E2, E6, E15-E19, E31, E32: the program and the Service, again and again."""
    chance = random.Random(7)
    server = Server(store=the_store(), services='casework').start()
    path, addresses = prepared(test_scale(10))
    ids = []
    services = [Service(server, path) for _ in range(2)]
    for address in addresses:
        ids.append(start(server.client(), payload={'address': address}, clientKey=address))
        if chance.random() < 0.5:
            time.sleep(chance.random() * 0.2)
            services.pop(0).kill()
            services.append(Service(server, path))
        if chance.random() < 0.3:
            server.kill()
            server.start()
            for service in services:  # it answers elsewhere now
                service.kill()
            services = [Service(server, path) for _ in range(2)]
        check_equal(start(server.client(), payload={'address': address}, status=200,
                          clientKey=address), ids[-1])
    all_end(server.client, ids, seconds=200)
    for service in services:
        service.kill()
    check_applied_once(path, addresses)
    check_equal(server.stop(), 0)


def broker_and_cache():
    broker, cache = shared_rabbitmq(), Redis()
    yield ['--bus.kind=rabbitmq', f'--bus.address={broker.address()}',
           '--cache.kind=redis', f'--cache.address={cache.address}']
    broker.stop()
    cache.stop()


@seconds_max(300)
def several_programs_and_several_services():
    """E29, E31: any of them does the next step; one is killed for good."""
    several([])


@seconds_max(300)
def also_over_a_broker(outside):
    """E6, E29, E31: what is told leaves the program."""
    several(outside)


def several(settings):
    store = the_store()
    servers = [Server(store=store, services='casework', settings=settings).start()
               for _ in range(3)]
    path, addresses = prepared(12)
    services = [Service(server, path) for server in servers]
    ids = [start(servers[i % 3].client(), payload={'address': address})
           for i, address in enumerate(addresses)]
    until(lambda: len(rows(path, 'SELECT * FROM applied')) >= 10, every=0.01)
    servers[0].kill()
    services[1].kill()
    all_end(servers[1].client, ids, seconds=200)
    all_end(servers[2].client, ids, seconds=200)
    for service in services:
        service.kill()
    check_applied_once(path, addresses)
    for server in servers[1:]:
        check_equal(server.stop(), 0)


def an_old_program_leaves_new_work_to_a_new_one():
    """E14, E36, T50: blue-green. The new container is there before the old one has gone."""
    folder = tempfile.mkdtemp(dir=test_directory())
    store = the_store()
    yaml = ('workflow: tea\nversion: {}\nparticipants: {{guest: {{sees: all}}}}\n'
            'fields: {{result: {{kind: text, max: 40}}}}\nplaces: {{finished: {{end: true}}}}\n'
            'operations:\n  order: {{who: guest, from: start, to: boil}}\n'
            'stages:\n  boil: {{worker: kitchen, result: result}}\n  done: {{to: finished}}\n')
    directories = []
    for last in (1, 2):
        directories.append(os.path.join(folder, str(last)))
        os.mkdir(directories[-1])
        for version in range(1, last + 1):
            with open(os.path.join(directories[-1], f'tea_{version}.yaml'), 'w',
                      encoding='utf-8') as file:
                file.write(yaml.format(version))
    blue, green = [Server(store=store, services='casework',
                          settings=['--cases.directory', directory]) for directory in directories]
    old = start(blue.start().client(), 'tea')
    new = start(green.start().client(), 'tea')
    served = [{(one['businessCaseName'], one['apiV'])
               for one in each.client().get('/versions').json['items']} for each in (blue, green)]
    check_equal(served[1] - served[0], {('tea', 2)})  # what a gateway routes by
    check_in(('tea', 1), served[1])

    ours = take_one(blue.client(), 'boil', 'kitchen')
    check_equal((ours['case_id'], ours['version']), (old, 1))
    said = blue.client().post('/work/kitchen/take', {'worker': 'blue', 'max': 10, 'wait_ms': 0})
    left = [one for one in said.json.get('items', []) if one['case_id'] == new]
    check_equal(left, [], 'it would not know what to do with the answer')
    theirs = take_one(green.client(), 'boil', 'kitchen', wait_ms=60000)
    check_equal((theirs['case_id'], theirs['version']), (new, 2))
    late = blue.client().post('/serviceQ', {'taskId': theirs['taskId'], 'result': 'lost?'})
    check_equal(late.status, 503, 'it says so, and keeps nothing')
    check_equal(status_of(green.client(), new), {'status': 'waiting_service'})
    check(answer(green.client(), theirs, 'green tea'))
    check(answer(green.client(), ours, 'blue tea'))  # the version that it began with
    check_equal(blue.stop(), 0)
    check_equal(status_of(green.client(), old)['result'], 'blue tea')
    check_equal(status_of(green.client(), new)['result'], 'green tea')
    green.stop()


if __name__ == '__main__':
    ALONE = [the_service_does_its_part, anyone_may_be_killed_at_any_time]
    SEVERAL = [several_programs_and_several_services, also_over_a_broker,
               an_old_program_leaves_new_work_to_a_new_one]  # on a database that is a server
    main(ALONE + (SEVERAL if store_kind() == 'postgres' else []), {'outside': broker_and_cache})
