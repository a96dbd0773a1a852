"""dashboards_test.py - one answer made of several services: C18, C32, C52, T13.

Sign-in and the inbox are in the process at the door, cases in another one, which is killed and
held up. What it has said last is shown then, with its age; the rest is as it was.
"""
# stores: none
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'gateway')]
import tap
from browser import Browser
from house import until
from kontora import Server
from redis import Redis
from tap import check, check_equal, check_not_in, for_each_test, main

DOOR = 'users,iam,gateway,notifications'
START = '/api/dashboard/start'
OF_CASES = ('waiting', 'cases', 'workflows')
NOT_KEPT = '--gateway.dashboard_time=0'  # every part is asked for anew
ASKED = '--ask.deadline=2s'


def key_of(directory):
    said = subprocess.run([tap.program('release'), 'key', DOOR, '--data', directory],
                          capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


class World:
    """The door, and casework behind it."""

    def __init__(self, *settings):
        self.door = Server(services=DOOR)
        trusted = f'--ask.trusted_keys={key_of(self.door.directory)}'
        self.behind = Server(services='casework',
                             settings=['--access.gateway=gateway', trusted]).start()
        host, port = self.behind.host_and_port()
        self.behind.settings.append(f'--net.listen={host}:{port}')  # after a restart, too
        self.door.settings = [f'--gateway.upstreams=casework={self.behind.address}', ASKED,
                              *settings]
        self.door.start()
        self.owner = Browser(self.door).set_up()

    def parts(self, query=''):
        answer = self.owner.get(START + query)
        check_equal(answer.status, 200, answer)
        return answer.json['parts']

    def take_roles(self, person):
        """The directory may hear of a new owner a moment later than he comes in."""
        check(until(lambda: self.door.admin().patch(f'/api/users/{person}', {'roles': []}).status
                    == 200))

    def stop(self):
        check_equal(self.door.stop(), 0)
        self.behind.stop()


@for_each_test
def world():
    made = World(NOT_KEPT)
    yield made
    made.stop()


def hold_up(pid):
    """Each thread by itself comes to stand, some time after the signal."""
    os.kill(pid, signal.SIGSTOP)
    tasks = f'/proc/{pid}/task'
    until(lambda: all(open(f'{tasks}/{each}/stat').read().rpartition(')')[2].split()[0] == 'T'
                      for each in os.listdir(tasks)))


def is_fresh(part):
    return 'data' in part and not part['stale']


def parts_of_several_services_are_one_answer(world):
    """C18, C52: two processes, one request; what is chosen in the query goes to the parts."""
    parts = world.parts()
    check_equal(set(parts), {'me', 'unread', 'inbox', 'people'} |
                {f'{part}_{service}' for part in OF_CASES for service in ('casework', 'phoenix')})
    for part in OF_CASES:  # phoenix runs nowhere
        check_equal(parts.pop(f'{part}_phoenix'), {'missing': True, 'why': 'not_found'})
    check(all(map(is_fresh, parts.values())), parts)
    check_equal(parts['waiting_casework']['data'], world.owner.get('/api/doors/casework').json)
    check_equal(parts['me']['data'], world.owner.get('/api/profile').json)
    check_equal(parts['cases_casework']['data'],
                world.owner.get('/api/cases/casework?limit=5').json)
    check_equal(parts['workflows_casework']['data'],
                world.owner.get('/api/workflows/casework').json)
    for number in range(6):
        world.door.admin().post('/api/users', {'email': f'a{number}@example.com', 'type': 'client',
                                               'full_name': 'Пётр'})
    check_equal(len(world.parts()['people']['data']['items']), 5)
    check_equal(len(world.parts('?size=20')['people']['data']['items']), 7)
    refused = world.owner.get(START + '?size=6')
    check_equal((refused.status, refused.fields), (400, {'size': 'not_a_choice'}))


def each_part_has_the_rights_of_who_asks(world):
    """C18, G41: nobody is let in; a person sees the parts that he might see by himself."""
    check_equal(Browser(world.door).get(START).status, 401)
    person = world.owner.get('/api/profile').json['id']
    check(is_fresh(world.parts()['cases_casework']))
    world.take_roles(person)
    parts = until(lambda: (now := world.parts())['people'].get('missing') and now, seconds=30)
    for name in ('people', 'cases_casework', 'workflows_casework'):
        check_equal(parts[name], {'missing': True, 'why': 'forbidden'})
    check(is_fresh(parts['me']) and is_fresh(parts['inbox']))


def a_killed_process_leaves_what_it_has_said_last(world):
    """C32, T13: marked as old, with its age; and new again when it is back."""
    before = world.parts()
    world.behind.kill()
    check(until(lambda: world.parts()['cases_casework']['age_seconds'] > 0))
    parts = world.parts()
    for name in ('waiting_casework', 'cases_casework', 'workflows_casework'):
        check_equal((parts[name]['data'], parts[name]['stale']), (before[name]['data'], True))
    check(is_fresh(parts['me']) and is_fresh(parts['people']))
    check_equal(world.parts('?size=20')['cases_casework'], {'missing': True, 'why': 'unavailable'})
    world.behind.start()
    check(until(lambda: is_fresh(world.parts()['cases_casework']), seconds=60))


def a_held_up_process_holds_nobody_up(world):
    """C32: it takes connections and says nothing. The others are asked meanwhile, and not twice."""
    check(is_fresh(world.parts()['cases_casework']))
    hold_up(world.behind.pid)
    try:
        parts = world.parts()
        check(all(parts[f'{part}_casework']['stale'] for part in OF_CASES), parts)
        check(is_fresh(parts['unread']))
    finally:
        os.kill(world.behind.pid, signal.SIGCONT)
    check(until(lambda: is_fresh(world.parts()['cases_casework']), seconds=60))


def who_has_lost_his_rights_sees_nothing_old(world):
    """T13: what was kept is kept for who he was."""
    person = world.owner.get('/api/profile').json['id']
    check(is_fresh(world.parts()['cases_casework']))
    world.take_roles(person)
    check(until(lambda: world.parts()['people'].get('missing'), seconds=30))
    world.behind.kill()
    check_equal(world.parts()['cases_casework'], {'missing': True, 'why': 'unavailable'})


def what_was_asked_a_moment_ago_is_not_asked_again():
    """C18: remembered in Redis; and without it everything is just asked."""
    cache = Redis()
    made = World('--gateway.dashboard_time=10m', '--cache.kind=redis',
                 f'--cache.address={cache.address}')
    first = made.parts()
    made.door.admin().post('/api/users', {'email': 'a@example.com', 'type': 'client',
                                          'full_name': 'Пётр'})
    again = made.parts()
    for answer in (first, again):
        check(all(answer.pop(f'{part}_phoenix')['missing'] for part in OF_CASES))  # not kept
    check_equal({name: part['data'] for name, part in again.items()},
                {name: part['data'] for name, part in first.items()})
    check(not any(part['stale'] for part in again.values()))
    keys = cache.run('KEYS', 'dashboard:*')
    check_equal(len(keys), 7)
    check_not_in(made.owner.get('/api/profile').json['id'], ' '.join(keys))
    cache.kill()
    asked = made.parts()
    check(is_fresh(asked['people']))
    check_equal(len(asked['people']['data']['items']), 2)
    made.behind.kill()
    check_equal(made.parts()['cases_casework'], {'missing': True, 'why': 'unavailable'})
    made.stop()
    cache.stop()


if __name__ == '__main__':
    main([parts_of_several_services_are_one_answer, each_part_has_the_rights_of_who_asks,
          a_killed_process_leaves_what_it_has_said_last, a_held_up_process_holds_nobody_up,
          who_has_lost_his_rights_sees_nothing_old,
          what_was_asked_a_moment_ago_is_not_asked_again], {'world': world})
