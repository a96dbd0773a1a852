"""funnel_test.py - a supervisor sees where requests stand, how long, and how many get through.

A37, A41. One process with files; two that share PostgreSQL.
"""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from house import one_or_twins, until
from onboarding import COMPANY, Onboarding, places
from tap import check, check_equal, for_each_test, main

PATH = '/api/phoenix/funnel'
STEPS = ('opened', 'submitted', 'approved', 'completed', 'rejected', 'abandoned')


@for_each_test
def start_server():
    server = one_or_twins(services='users,notifications,phoenix').start()
    onboarding = Onboarding(server.admin())
    onboarding.server = server
    yield onboarding
    check_equal(server.stop(), 0)


def look(onboarding, query=''):
    said = onboarding.client.get(PATH + query)
    check_equal(said.status, 200, said)
    return said.json


def now(funnel):
    return {place['place']: place['now'] for place in funnel['places'] if place['now']}


def counted(onboarding, wanted):
    """Once all steps were heard of: the funnel in which so many have begun like this."""
    def fits():
        begun = look(onboarding)['begun']
        return tuple(begun[step] for step in STEPS) == wanted
    check(until(fits), (wanted, look(onboarding)['begun']))
    return look(onboarding)


def end_some(onboarding):
    """One of each: completed after a return, rejected, cancelled, waiting, filling in."""
    customer, case = onboarding.submitted()
    onboarding.moderator.do('return_for_changes', {'return_reason': 'the address'}, case)
    customer.do('submit_company_form', COMPANY, case)
    customer.do('submit_for_moderation', None, case)
    onboarding.moderator.do('approve', None, case)
    check(until(lambda: places(customer.state(case)) == ['completed']))
    _, case = onboarding.submitted()
    onboarding.moderator.do('reject', {'comment': 'no'}, case)
    customer = onboarding.customer()
    customer.do('cancel', None, customer.do('start').json['case_id'])
    onboarding.submitted()
    onboarding.customer().do('start')


def requests_are_counted_by_place_and_day(onboarding):
    end_some(onboarding)
    funnel = counted(onboarding, (5, 3, 1, 1, 1, 1))
    check_equal(now(funnel), {'company_form': 1, 'moderation': 1, 'completed': 1, 'rejected': 1,
                              'abandoned': 1})
    moved = {place['place']: (place['entered'], place['left']) for place in funnel['places']}
    check_equal(moved, {'company_form': (6, 5), 'contact_form': (4, 4), 'moderation': (4, 3),
                        'provisioning': (1, 1), 'completed': (1, 0), 'rejected': (1, 0),
                        'abandoned': (1, 0)})
    for name, place in ((place['place'], place) for place in funnel['places']):
        has_left = moved[name][1] > 0
        check_equal(place['median_ms'] is not None, has_left, place)
        check(not has_left or 0 <= place['median_ms'] <= place['p90_ms'] < 600_000, place)
        check_equal(place['oldest_since'] is not None, place['now'] > 0, place)
    check_equal(funnel['days'][-1]['day'], funnel['last_day'])
    check_equal(sum(day['begun']['opened'] for day in funnel['days']), 5)
    check_equal(sum(day['left']['moderation'] for day in funnel['days']), 3)


def a_window_has_its_days(onboarding):
    end_some(onboarding)
    counted(onboarding, (5, 3, 1, 1, 1, 1))
    check_equal(len(look(onboarding)['days']), 30)
    check_equal(look(onboarding)['zone'] != '', True)
    last = look(onboarding, '?days=2&last_day=2024-03-01')
    check_equal((last['first_day'], last['last_day']), ('2024-02-29', '2024-03-01'))
    check_equal([last['begun'][step] for step in STEPS], [0] * 6)
    check_equal(now(last)['moderation'], 1, 'where they stand is said of now')
    for query in ('?last_day=2023-02-29', '?last_day=9999-01-01', '?last_day=2024-1-01'):
        said = onboarding.client.get(PATH + query)
        check_equal((said.status, said.code), (400, 'bad_day'), said)
    check_equal(onboarding.client.get(PATH + '?days=367').status, 400)


def what_was_there_before_is_counted_once(onboarding):
    """Killed and started again: neither lost nor twice."""
    end_some(onboarding)
    onboarding.server.kill()
    onboarding.server.start()
    again = Onboarding(onboarding.server.admin())
    funnel = counted(again, (5, 3, 1, 1, 1, 1))
    check_equal(sum(place['now'] for place in funnel['places']), 5)
    check(until(lambda: look(again)['counts_all']))


def it_is_not_for_everybody(onboarding):
    person = {'Kontora-Person': onboarding.supervisor.who, 'Kontora-Roles': 'admin.supervisor'}
    check_equal(onboarding.client.get(PATH, headers=person).status, 403)


if __name__ == '__main__':
    main([requests_are_counted_by_place_and_day, a_window_has_its_days,
          what_was_there_before_is_counted_once, it_is_not_for_everybody],
         {'onboarding': start_server})
