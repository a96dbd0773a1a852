"""consul_test.py - addresses that a Consul agent knows: C1, C53, E14.

The agent is a small program that answers the one question as Consul's documentation says
(tests/lib/gateway/small_consul.py); a real Consul is not in the distribution.
"""
# stores: none
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'gateway'), HERE]
from browser import Browser
from house import until
from kontora import EXIT_USAGE, Server, refusal
from relay_test import Other
from small_consul import SmallConsul
from tap import check, check_equal, check_in, for_each_test, main

DOOR = 'users,iam,gateway,notifications'


class World:
    def __init__(self):
        self.consul = SmallConsul()
        self.others = [Other(), Other()]
        self.server = Server(services=DOOR, settings=[
            '--gateway.upstreams=crm', '--gateway.paths=/crm/=crm',
            f'--gateway.consul={self.consul.address}', '--gateway.consul_token=shown']).start()
        self.owner = Browser(self.server).set_up()

    def by(self, version=None):
        """Who answers now."""
        headers = {'Kontora-Version': version} if version else {}
        said = [self.owner.post('/crm/x', {}, headers).json for _ in range(4)]
        return {one.get('by', one.get('code')) for one in said}

    def stop(self):
        check_equal(self.server.stop(), 0)
        self.consul.end()
        for other in self.others:
            other.end()


@for_each_test
def world():
    made = World()
    yield made
    made.stop()


def who_passes_his_checks_is_asked(world):
    """C53: by the name that Consul has for it, and as long as its checks pass."""
    first, second = (other.address for other in world.others)
    check_equal(world.by(), {'upstream_unavailable'})
    world.consul.set('crm', first)
    check(until(lambda: world.by() == {first}))
    world.consul.set('crm', first, second)
    check(until(lambda: world.by() == {first, second}))
    world.consul.set('crm', f':{world.others[1].server_address[1]}')  # it is where its node is
    check(until(lambda: world.by() == {second}))
    world.consul.set('crm')
    check(until(lambda: world.by() == {'upstream_unavailable'}))
    services = {one[0] for one in world.consul.asked}
    check_equal(services, {'crm'})
    for _, query, token in world.consul.asked:
        check_equal((query['passing'], query['wait'], token), (['true'], ['30s'], 'shown'))
    # It waits for changes instead of asking again and again.
    check_in(len(world.consul.asked), range(4, 60))


def versions_stand_in_their_meta(world):
    """E14"""
    first, second = (other.address for other in world.others)
    world.consul.set('crm', first, versions='v1')
    check(until(lambda: world.by('v1') == {first}))
    check_equal(world.by('v2'), {first}, 'nobody has it: whoever is there says so')
    world.consul.set('crm', first, second, versions='v1+v2')
    check(until(lambda: world.by('v2') == {first, second}))


def a_consul_that_is_away_says_nothing(world):
    """What it has said stays; when it comes back, begun anew, it is believed again."""
    first, second = (other.address for other in world.others)
    world.consul.set('crm', first)
    check(until(lambda: world.by() == {first}))
    health = world.server.client(key=None)
    check_equal(health.get('/health').json, {'cache': 'own', 'consul': 'answers'})
    port = world.consul.server_address[1]
    world.consul.end()
    check(until(lambda: health.get('/health').json['consul'] == 'away'))
    check_equal(world.by(), {first})
    world.consul = SmallConsul(port, index=1)
    world.consul.set('crm', second)
    check(until(lambda: world.by() == {second}))
    check_equal(health.get('/health').json['consul'], 'answers')


def a_wrong_address_is_a_sentence():
    for address in ('consul', 'http://', 'http://x/y', 'ftp://x'):
        code, said = refusal(Server(services=DOOR, settings=[
            '--gateway.upstreams=crm', f'--gateway.consul={address}']))
        check_equal(code, EXIT_USAGE, address)
        check_in('gateway.consul', said)


if __name__ == '__main__':
    main([who_passes_his_checks_is_asked, versions_stand_in_their_meta,
          a_consul_that_is_away_says_nothing, a_wrong_address_is_a_sentence], {'world': world})
