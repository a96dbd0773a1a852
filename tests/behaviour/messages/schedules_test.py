"""schedules_test.py - what runs by the calendar is seen by a person, and run before its time.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import until
from kontora import Server, the_store
from tap import check, check_equal, main

PERSON = '018f6e2a-0000-7000-8000-00000000a11a'
LIST = '/api/schedules/notifications'
RUN = f'{LIST}/send_digests/run'


def server():
    started = Server(store=the_store(), services='users,notifications')
    started.start()
    yield started
    started.stop()


def digests(server):
    one, = server.client().get(LIST).json['items']
    return one


def one_says_when_it_ran_and_when_it_will(server):
    one = digests(server)
    check_equal((one['name'], one['schedule'], one['catch_up'], one['last_at']),
                ('send_digests', 'daily 09:00, UTC', 'once', None))
    check(one['next_at'].endswith('T09:00:00.000Z'), one['next_at'])


def run_now_it_runs_once_and_goes_on_by_the_calendar(server):
    before = digests(server)
    answer = server.client().post(RUN, {})
    check_equal(answer.status, 200, repr(answer))
    due = answer.json['next_at']
    until(lambda: digests(server)['last_at'] is not None)
    after = digests(server)
    check_equal((after['last_at'], after['next_at']), (due, before['next_at']))
    server.kill()
    server.start()
    check_equal(digests(server), after)


def what_was_asked_for_is_run_after_a_kill(server):
    before = digests(server)
    due = server.client().post(RUN, {}).json['next_at']
    server.kill()
    server.start()
    until(lambda: digests(server)['last_at'] == due)
    check_equal(digests(server)['next_at'], before['next_at'])


def who_may_not_does_not(server):
    def ask(method, path, *permissions):
        headers = {'Kontora-Person': PERSON, 'Kontora-May': ', '.join(permissions)}
        return server.admin().ask(method, path, None if method == 'GET' else {}, headers)
    before = digests(server)
    check_equal(ask('GET', LIST, 'schedules.read').status, 200)
    check_equal(ask('GET', LIST, 'dead.read').status, 403)
    check_equal(ask('POST', RUN, 'schedules.read').status, 403)
    check_equal(digests(server), before)
    check_equal(ask('POST', RUN, 'schedules.*').status, 200)
    answer = ask('POST', f'{LIST}/eat_digests/run', 'schedules.run')
    check_equal((answer.status, answer.code), (404, 'schedule_not_found'))


if __name__ == '__main__':
    main([one_says_when_it_ran_and_when_it_will, run_now_it_runs_once_and_goes_on_by_the_calendar,
          what_was_asked_for_is_run_after_a_kill, who_may_not_does_not], {'server': server})
