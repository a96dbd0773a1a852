"""apart_test.py - sign-in in a process of its own, behind the one that people reach: B12-B16."""
# stores: none
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
import tap
from house import until
from kontora import Server, fresh_postgres, run
from people import PASSWORD, Browser
from rabbitmq import shared_rabbitmq
from tap import check, check_equal, check_in, main, seconds_max

DOOR = 'users,gateway,notifications,casework,phoenix'


def start_both():
    broker, store = shared_rabbitmq(), fresh_postgres()
    both = ['--bus.kind=rabbitmq', f'--bus.address={broker.address()}']
    behind = Server(services='iam', store=store, settings=[*both, '--access.gateway=gateway'])
    behind.start()
    there = f'iam={behind.address}'
    door = Server(services=DOOR, store=store, settings=[
        *both, f'--gateway.upstreams={there}', f'--ask.addresses={there}'])
    key = subprocess.run([tap.program('release'), 'key', DOOR, '--data', door.directory],
                         capture_output=True, text=True, check=True).stdout.split()[-1]
    behind.stop()
    behind.settings += [f'--ask.trusted_keys={key}', f'--net.listen={behind.address[7:]}']
    behind.start()
    door.start()
    yield door, behind
    door.stop()
    behind.stop()
    broker.stop()


@seconds_max(300)
def people_come_in_through_the_door(both):
    door, behind = both
    code = re.search(r'code: (\S+)', run('setup', '--data', behind.directory).out).group(1)
    owner = Browser(door)
    check_equal(owner.get('/api/setup').json, {'needed': True, 'code_needed': True})
    answer = owner.post('/api/setup', {'full_name': 'O', 'email': 'olga@example.org',
                                       'password': PASSWORD, 'setup_code': code})
    check_equal(answer.status, 201, answer)
    check_in('kontora', owner.jar)
    check_equal(owner.get('/api/profile').json['permissions'], ['*'])
    check_equal(owner.get('/api/users').status, 200, 'and what runs at the door itself')
    me = answer.json['user']['id']
    check(until(lambda: owner.get(f'/api/users/{me}').status == 200), 'the directory has heard')
    other = Browser(door, 'Merlin/2').sign_in('olga@example.org')
    agents = {one['user_agent'] for one in owner.get('/api/sessions').json['items']}
    check_equal(agents, {'Firefox', 'Merlin/2'})
    check_equal(other.post('/api/logout').status, 204)
    check(until(lambda: other.get('/api/profile').status == 401))
    wrong = Browser(door).post('/api/login', {'email': 'olga@example.org', 'password': 'lantern 9'})
    check_equal((wrong.status, wrong.code), (401, 'invalid_credentials'))


@seconds_max(300)
def who_is_blocked_is_out_at_each_door(both):
    door, _ = both
    made = door.admin().post('/api/users', {'email': 'p@example.org', 'type': 'client'}).json
    owner = Browser(door).sign_in('olga@example.org')
    issue = {'user_id': made['id']}
    check(until(lambda: owner.post('/tokens/issue', issue).status == 200), 'sign-in has heard')
    his = door.client(key=owner.post('/tokens/issue', issue).json['access_token'])
    check_equal(his.get('/api/profile').json['email'], 'p@example.org')
    door.admin().post(f"/api/users/{made['id']}/block")
    check(until(lambda: his.get('/api/profile').status in (401, 403)), 'he is out')


if __name__ == '__main__':
    main([people_come_in_through_the_door, who_is_blocked_is_out_at_each_door],
         {'both': start_both})
