"""client_test.py - many customers and a few moderators at once, with clients that know the protocol
from its documents alone: A11-A22, A25, A44.

One process with files, or two that share PostgreSQL: each request and each stream goes to any of
them. Answers and pushes are lost, tokens are stale. With kills: tests/fault/phoenix/.
"""
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), HERE]
from house import one_or_twins
from phoenix_crowd import Crowd
from tap import check, check_equal, main, seconds_max, test_scale

CUSTOMERS, MODERATORS = 15, 2


class House:
    """What a crowd works with: it is never dead here."""

    def __init__(self):
        self.server = one_or_twins(services='users,notifications,phoenix',
                                   settings=['--streams.user_max=1000']).start()
        self.servers = getattr(self.server, 'servers', [self.server])

    def where(self):
        server = random.choice(self.servers)
        return (*server.host_and_port(), {'Authorization': f'Bearer {server.key}'})


def a_house():
    house = House()
    yield house
    check_equal(house.server.stop(), 0)


def join(crowd, threads):
    for thread in threads:
        thread.join(170)
        check(not thread.is_alive(), 'somebody is stuck')
    check_equal(crowd.problems, [])


@seconds_max(test_scale(300))
def a_crowd_is_served(house):
    crowd = Crowd(house)
    moderators = crowd.run([crowd.moderator] * MODERATORS)
    join(crowd, crowd.run([crowd.customer] * test_scale(CUSTOMERS)))
    crowd.no_more.set()
    join(crowd, moderators)
    crowd.check()
    counts = {name: sum(person.counts[name] for person in crowd.people)
              for name in crowd.people[0].counts}
    print(f'# {len(crowd.cases)} customers, {counts}')
    for name in ('lost answers', 'pushes', 'polls', 'diffs'):
        check(counts[name] > 0, f'nothing of {name}')


if __name__ == '__main__':
    main([a_crowd_is_served], {'house': a_house})
