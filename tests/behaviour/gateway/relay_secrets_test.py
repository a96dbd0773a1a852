"""relay_secrets_test.py - what was good at the door ends there: B9, B11, C53.

Whoever runs a process behind the door could use what it is shown. So a service of ours sees this
process's own credential, made out to it alone, and one that is not ours what a setting says;
neither sees the root key, the credential of a service, a session or a key.
"""
# stores: none
import base64
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'),
                os.path.join(HERE, '..', '..', 'lib', 'gateway')]
from browser import Browser
from kontora import EXIT_USAGE, Server, refusal
from other import Other
from tap import check, check_equal, check_in, check_not_in, main

DOOR = 'users,iam,gateway,notifications'
SERVICE = 'Bearer kontora_service_1.shop.casework.1790000000.1790000060.0123456789abcdef.c2ln'
PERSON = '018f6e2a-0000-7000-8000-00000000a11a'
OF_PERSONS = ('kontora-person', 'kontora-roles', 'kontora-may', 'kontora-session')


class World:
    """casework is a service of ours, crm and the two others are not; all of them take notes."""

    def __init__(self):
        self.others = {name: Other() for name in ('casework', 'crm', 'till', 'shop')}
        for other in self.others.values():
            other.sets = []
        upstreams = ' '.join(f'{name}={other.address}' for name, other in self.others.items())
        self.server = Server(services=DOOR, settings=[
            f'--gateway.upstreams={upstreams}',
            '--gateway.paths=/flow/=casework /crm/=crm /till/=till /shop/=shop',
            '--gateway.authorization=till=Bearer of-the-till; shop=client']).start()
        self.owner = Browser(self.server).set_up()

    def seen(self, name, path, headers=None, by=None):
        """What stands there of whoever asked, in lower case."""
        by = by or self.server.client(key=None)
        check_equal(by.get(path, headers or {}).status, 201)
        _, _, sent, _ = self.others[name].asked[-1]
        return {key.lower(): value for key, value in sent}

    def stop(self):
        check_equal(self.server.stop(), 0)
        for other in self.others.values():
            other.end()


def world():
    made = World()
    yield made
    made.stop()


def is_of_this_process(seen):
    return seen.get('authorization', '').startswith('Bearer kontora_service_1.gateway.casework.')


def has_nothing(seen):
    return [name for name in ('authorization', 'cookie', 'x-user-id', *OF_PERSONS) if name in seen]


def the_root_key_ends_here(world):
    root = {'Authorization': f'Bearer {world.server.key}'}
    seen = world.seen('casework', '/flow/x', root)
    check(is_of_this_process(seen), seen)
    check_equal([name for name in OF_PERSONS if name in seen], [], 'and it is nobody in particular')
    check_equal(has_nothing(world.seen('crm', '/crm/x', root)), [])
    check_equal(has_nothing(world.seen('shop', '/shop/x', root)), [], 'nor by client')
    check_equal(world.seen('till', '/till/x', root)['authorization'], 'Bearer of-the-till')


def root_calls_for_somebody_there_too(world):
    root = {'Authorization': f'Bearer {world.server.key}', 'Kontora-Person': PERSON,
            'Kontora-Roles': 'clerk'}
    seen = world.seen('casework', '/flow/x', root)
    check_equal((is_of_this_process(seen), seen['kontora-person'], seen['kontora-roles']),
                (True, PERSON, 'clerk'))
    seen = world.seen('crm', '/crm/x', root)
    check_equal((seen['x-user-id'], seen.get('authorization'), seen.get('kontora-person')),
                (PERSON, None, None))
    wrong = world.server.client(key=None).get('/crm/x', {**root, 'Kontora-Person': 'me'})
    check_equal((wrong.status, wrong.code), (400, 'bad_person'))


def the_credential_of_a_service_ends_here(world):
    """Nobody has looked at it here, so it is not exchanged for ours either."""
    real = world.seen('casework', '/flow/x', by=world.owner)['authorization']
    for shown in (SERVICE, real, real.replace('Bearer ', 'bearer  ')):
        for name, path in (('casework', '/flow/x'), ('crm', '/crm/x'), ('shop', '/shop/x')):
            seen = world.seen(name, path, {'Authorization': shown})
            check_equal(has_nothing(seen), [], f'{shown} at {name}')


def a_session_ends_here(world):
    bearer = {'Authorization': f'Bearer {world.owner.session}'}
    person = world.owner.get('/api/profile').json
    nobody = world.server.client(key=None)
    for by, headers in ((world.owner, {}), (nobody, bearer)):
        seen = world.seen('casework', '/flow/x', headers, by)
        check(is_of_this_process(seen), seen)
        check_equal((seen['kontora-person'], seen['kontora-may'], seen['kontora-session'],
                     seen.get('cookie')), (person['id'], '*', person['session_id'], None))
        for name in ('crm', 'shop'):
            seen = world.seen(name, f'/{name}/x', headers, by)
            check_equal((seen['x-user-id'], seen['x-user-type'], seen.get('authorization'),
                         seen.get('cookie'), [one for one in OF_PERSONS if one in seen]),
                        (person['id'], 'person', None, None, []))
        check_equal(world.seen('till', '/till/x', headers, by)['authorization'],
                    'Bearer of-the-till')


def nobody_shows_what_a_setting_lets_him(world):
    basic = 'Basic ' + base64.b64encode(b'a:b').decode()
    for shown in (basic, 'Bearer theirs', 'Digest username="a"'):
        headers = {'Authorization': shown}
        check_equal(has_nothing(world.seen('casework', '/flow/x', headers)), [])
        check_equal(has_nothing(world.seen('crm', '/crm/x', headers)), [])
        check_equal(world.seen('till', '/till/x', headers)['authorization'], 'Bearer of-the-till')
        check_equal(world.seen('shop', '/shop/x', headers)['authorization'], shown)
    over = 'gws_' + 'x' * 43
    inside = base64.b64encode(f'id:{over}'.encode()).decode()
    for shown in (f'Bearer {over}', f'Custom {over}', f'Basic {inside}', 'Basic ??', f'"{over}"'):
        headers = {'Authorization': shown}
        check_equal(has_nothing(world.seen('shop', '/shop/x', headers)), [], shown)


def cookies_of_ours_stay_here(world):
    theirs = {'Cookie': 'a=b; kontora=gws_x; __Host-kontora=gws_y; kontora_browser=gwd_z;c=d'}
    for name, path in (('casework', '/flow/x'), ('crm', '/crm/x')):
        check_equal(world.seen(name, path, theirs)['cookie'], 'a=b; c=d')
        check_not_in('cookie', world.seen(name, path, {'Cookie': 'kontora=gws_x'}))


def cookies_of_ours_are_set_here(world):
    """Else it could sign somebody in as somebody else."""
    world.others['crm'].sets = [('Set-Cookie', 'kontora=gws_x; Path=/'), ('Set-Cookie', 'a=b'),
                                ('Set-Cookie', '__Host-kontora=gws_x; Path=/; Secure')]
    answer = world.server.client(key=None).get('/crm/x')
    check_equal(answer.headers.get('set-cookie'), 'a=b')


def a_wrong_setting_is_a_sentence():
    addresses = '--gateway.upstreams=crm=http://127.0.0.1:1 casework=http://127.0.0.1:1'
    for setting in ('crm', 'crm=', 'other=client', 'casework=client', 'crm=client;crm=hush'):
        code, said = refusal(Server(services=DOOR, settings=[
            addresses, f'--gateway.authorization={setting}']))
        check_equal(code, EXIT_USAGE, setting)
        check_in('gateway.authorization', said)
        check_not_in('hush', said)


if __name__ == '__main__':
    main([the_root_key_ends_here, root_calls_for_somebody_there_too,
          the_credential_of_a_service_ends_here, a_session_ends_here,
          nobody_shows_what_a_setting_lets_him, cookies_of_ours_stay_here,
          cookies_of_ours_are_set_here, a_wrong_setting_is_a_sentence], {'world': world})
