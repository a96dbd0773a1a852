"""shared_limits_test.py - how often somebody may come, counted at two doors together: C5, C30, G44.

Two installations that have nothing in common but their Redis, behind one proxy. What an address has
taken at one of them is missing at the other; without Redis each counts for itself.
"""
# stores: none
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'gateway')]
from browser import Browser
from house import until
from kontora import Server
from redis import Redis
from tap import check, check_equal, check_in, main

DOOR = 'users,iam,gateway,notifications'
BURST = 20  # of 120 a minute: two more each second


class World:
    def __init__(self):
        self.redis = Redis()
        self.doors = [Server(services=DOOR, settings=[
            '--cache.kind=redis', f'--cache.address={self.redis.address}',
            '--gateway.proxies=127.0.0.1', '--gateway.address_rate=120']).start()
            for _ in range(2)]
        self.clients = [door.client(key=None) for door in self.doors]
        self.next_address = 0

    def ask(self, door, address):
        return self.clients[door].get('/api/profile', headers={'X-Forwarded-For': address}).status

    def address(self):
        self.next_address += 1
        return f'203.0.113.{self.next_address}'

    def stop(self):
        for door in self.doors:
            check_equal(door.stop(), 0)
        self.redis.stop()


def start_world():
    world = World()
    yield world
    world.stop()


def taken_at_second_door(world):
    """How many it lets in of somebody who has taken all at the first."""
    address = world.address()
    taken = []

    def is_refused():
        while world.ask(0, address) == 401:
            pass
        taken.append(world.ask(1, address))
        return taken[-1] == 429
    until(is_refused, every=0.2)
    return taken.count(401)


def what_is_taken_at_one_door_is_missing_at_the_other(world):
    """C30: by itself the second door would let in twenty and more. (Where a counter has just begun
    anew it hears of little at first: so it may have several tries.)"""
    check(any(taken_at_second_door(world) <= BURST // 2 for _ in range(4)))
    keys = world.redis.run('KEYS', 'limit:address:*')
    check(keys)
    check(not any('203.0.113' in key for key in keys), 'nobody reads there who it is')


def without_redis_each_counts_for_itself(world):
    """G44: there is a limit all the same."""
    check_equal(world.clients[0].get('/health').json, {'cache': 'shared', 'consul': 'none'})
    world.redis.kill()
    check(until(lambda: world.clients[0].get('/health').json['cache'] == 'away'))
    for door in (0, 1):
        address = world.address()
        allowed = 0
        while world.ask(door, address) == 401:
            allowed += 1
        check_in(allowed, range(BURST, 20 * BURST))
    world.redis.start()
    check(any(taken_at_second_door(world) <= BURST // 2 for _ in range(8)))


def a_dashboard_has_a_rate_of_its_own(world):
    """C30, by route: six hundred a minute, far below what a person may ask in all."""
    owner = Browser(world.doors[0]).set_up()
    refused = threading.Event()
    limits = []

    def ask():
        browser = Browser(world.doors[0])
        browser.jar = owner.jar
        while not refused.is_set():
            answer = browser.get('/api/dashboard/start')
            if answer.status == 429:
                limits.append(answer.headers['ratelimit-limit'])
                refused.set()
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    check_equal(limits[0], '100')
    check_equal(owner.get('/api/profile').status, 200)


if __name__ == '__main__':
    main([what_is_taken_at_one_door_is_missing_at_the_other,
          without_redis_each_counts_for_itself, a_dashboard_has_a_rate_of_its_own],
         {'world': start_world})
