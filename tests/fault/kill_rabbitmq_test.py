"""kill_rabbitmq_test.py - kill -9 while messages are on their way over RabbitMQ: each counts once.

G23, G24: the sample's services, killed around publishing, confirms, commits and acknowledging; the
broker lives on with whatever it was given.
"""
# stores: none
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kill_messages_test import Lives
from tap import check, main, seconds_max, test_scale

KILLS = 30
POINTS = ('rabbit_published', 'rabbit_confirmed', 'rabbit_place_kept',
          'rabbit_before_acknowledging', 'intake_ran', 'executor_before_commit',
          'executor_after_commit')


@seconds_max(test_scale(250))
def at_the_points_of_the_bus():
    lives = Lives(kind='rabbitmq')
    hit = collections.Counter()
    n = 0
    try:
        while lives.kills < test_scale(KILLS):
            for name in POINTS:
                hit[name] += lives.life(rest=0.8, KONTORA_FAULT=f'{name}:{n % 4 + 1}')
            n += 1
        lives.end()
    finally:
        lives.house.end_the_rest()
    print(f'# {lives.kills} kills, {dict(hit)}, {lives.errands.acknowledged} requests')
    for name in POINTS:
        check(hit[name] > 0, f'no kill at {name}: {hit}')


if __name__ == '__main__':
    main([at_the_points_of_the_bus])
