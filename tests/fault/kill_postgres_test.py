"""kill_postgres_test.py - with rows in PostgreSQL: the program is killed, then PostgreSQL is.

The same clients and checks as in kill_test.py.
"""
# stores: none
import collections
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from kill_scenario import Campaign, Violation, spread
from kontora import fresh_postgres, the_postgres
from tap import check, fail, main, seconds_max, test_scale

KILLS, POSTGRES_KILLS, CONTROL_LIVES = 90, 8, 30
REQUESTS_UNDER_LOAD = 60


def point_plan(campaign):
    listed = os.path.join(campaign.home, 'points')
    campaign.life(variant='fault', environment={'KONTORA_FAULT_LIST': listed})
    with open(listed, encoding='ascii') as file:
        names = file.read().split()
    return [(name, n) for name in sorted(set(names))
            for n in range(1, min(names.count(name), 12) + 1)]


def kill_at_point(campaign, name, n):
    return campaign.life(variant='fault', environment={'KONTORA_FAULT': f'{name}:{n}'})


@seconds_max(test_scale(200))
def the_program_at_every_fault_point():
    began = time.monotonic()
    campaign = Campaign(store=fresh_postgres())
    plan = point_plan(campaign)
    hit = collections.Counter()
    for entry in spread(plan, test_scale(KILLS)):
        hit[entry[0]] += kill_at_point(campaign, *entry)
    campaign.check_everything()
    campaign.tell('at fault points, on PostgreSQL', time.monotonic() - began)
    campaign.end()
    missed = sorted({name for name, _ in plan} - {name for name in hit if hit[name]})
    check(not missed, f'no kill at {missed}')


@seconds_max(test_scale(200))
def postgresql_under_load():
    """The program stays, answers 503 meanwhile, and goes on."""
    began = time.monotonic()
    campaign = Campaign(store=fresh_postgres(), actor_count=4)

    def kill_postgres(_server):
        time.sleep(random.uniform(0.02, 0.25))
        the_postgres().kill()
        time.sleep(random.uniform(0, 0.1))
        the_postgres().start()

    for _ in range(test_scale(POSTGRES_KILLS)):
        campaign.life(requests=REQUESTS_UNDER_LOAD, middle=kill_postgres)
    campaign.check_everything()
    campaign.tell(f'PostgreSQL killed {test_scale(POSTGRES_KILLS)} times under load',
                  time.monotonic() - began)
    check(campaign.kills == 0, 'the program ended too')
    check(any(name.startswith('answered 503') for name in campaign.counts), 'nobody noticed')
    campaign.end()


def a_reply_before_the_commit_is_caught():
    campaign = Campaign(store=fresh_postgres(), environment={'KONTORA_BUG': 'reply_before_commit'})
    try:
        campaign.life(variant='fault')  # several writers: it may show without any kill
        for n in spread(list(range(1, 8)), CONTROL_LIVES):
            kill_at_point(campaign, 'executor_before_commit', n)
        campaign.check_everything()
    except Violation as violation:
        print(f'# caught after {campaign.kills} kills: {str(violation).splitlines()[0]}')
        return
    finally:
        campaign.end()
    fail('the bug is not found')


if __name__ == '__main__':
    main([the_program_at_every_fault_point, postgresql_under_load,
          a_reply_before_the_commit_is_caught])
