"""partners_test.py - the process engine and the queue of tasks outside work on requests of phoenix,
each with a credential of its own: A1-A4, A26-A34, A43.
"""
import concurrent.futures
import os
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(HERE, '..', 'engine')]
from house import one_or_twins
from onboarding import Onboarding, places
from partner import Partner
from tap import check, check_equal, check_in, main

ON_EVENT, ON_TASK = '/flow/procaas/phoenix/on-event', '/flow/stq/phoenix/on-task'
EVENTS = '/procaas/caching-proxy/events'


def start_server():
    server = one_or_twins(services='users,notifications,phoenix')
    partner = Partner('procaas', 'stq', 'somebody')
    partner.is_trusted_by(server)
    server.start()
    yield World(server, partner)
    check_equal(server.stop(), 0)


class World:
    def __init__(self, server, partner):
        self.server = server
        self.partner = partner
        self.onboarding = Onboarding(server.admin())
        self.nobody = server.client(key=None)

    def ask(self, name, method, path, body=None, **headers):
        """As that service; None: as nobody."""
        said = self.partner.headers('phoenix', name, **headers) if name else headers
        return self.nobody.ask(method, path, body, said)

    def request(self):
        customer = self.onboarding.customer()
        return customer, customer.do('start').json['case_id']

    def remind(self, case, task_id=None, **body):
        return self.ask('stq', 'POST', ON_TASK, {
            'ticket_id': case, 'task_id': task_id or new_id(), 'trigger_kind': 'remind', **body})

    def reminders(self, case):
        state = self.onboarding.supervisor.state(case).json['case']
        return state['forms'].get('reminders', 0)


def new_id():
    return str(uuid.uuid4())


# ---- notices: A34 ----

def three_reminders_and_no_more(world):
    """A31, A34: how often is remembered with a revision; a task that comes again is done once."""
    _, case = world.request()
    tasks = [new_id() for _ in range(3)]
    for n, task in enumerate(tasks, 1):
        for _ in range(2):
            said = world.remind(case, task, attempt=n)
            check(said.status < 300, said)
        check_equal(world.reminders(case), n)
        remembered = world.ask('stq', 'GET',
                               f'/triggers/state?ticket_id={case}&trigger_kind=remind').json
        check_equal((remembered['revision'], remembered['state']['count']), (n, n))
    for _ in range(2):
        said = world.remind(case)
        check_equal((said.status, said.code), (409, 'enough_reminders'))
    check_equal(world.remind(case, tasks[0]).status < 300, True)
    check_equal(world.reminders(case), 3)


def what_has_ended_is_not_reminded(world):
    customer, case = world.request()
    customer.do('cancel', None, case)
    said = world.remind(case)
    check_equal((said.status, said.code), (409, 'case_closed'))


def what_waits_for_us_is_not_pushed_on(world):
    """In moderation it is not the customer's turn: the reminder is taken, and nothing happens."""
    customer, case = world.onboarding.submitted()
    check(world.remind(case).status < 300)
    check_equal((places(customer.state(case)), world.reminders(case)), (['moderation'], 0))


def many_tasks_at_once_remind_three_times(world):
    """A43: they cannot overwrite what the others remember."""
    _, case = world.request()
    bodies = [{'ticket_id': case, 'task_id': new_id(), 'trigger_kind': 'remind'}
              for _ in range(8)]
    headers = world.partner.headers('phoenix', 'stq')

    def send(body):
        return world.server.client(key=None).post(ON_TASK, body, headers).status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, bodies))
    check_equal(sorted(statuses), [200] * 3 + [409] * 5)
    check_equal(world.reminders(case), 3)


def an_event_of_the_engine_is_taken_once(world):
    """The workflow waits for none of them: it is noted, and passes by."""
    _, case = world.request()
    event = {'ticket_id': case, 'event_id': new_id(), 'revision': 1, 'kind': 'company_checked',
             'payload': {'by': 'engine'}}
    first, again = (world.ask('procaas', 'POST', ON_EVENT, event) for _ in range(2))
    check_equal((first.status, first.json['outcome']), (200, 'ignored'))
    check_equal((again.status, again.body), (200, first.body))
    other = world.ask('procaas', 'POST', ON_EVENT, {**event, 'kind': 'something_else'})
    check_equal((other.status, other.code), (409, 'notice_differs'))


# ---- what triggers remember: A31, A32 ----

def nobody_overwrites_what_he_has_not_read(world):
    _, case = world.request()
    path = f'/triggers/state/upsert?ticket_id={case}&trigger_kind=call_back'
    said = [world.ask('stq', 'POST', f'{path}&last_known_revision={known}', {'state': {'n': n}})
            for n, known in enumerate((0, 1, 1, 0, 2))]
    check_equal([one.status for one in said], [200, 200, 409, 409, 200])
    check_equal((said[2].code, said[2].json['details']), ('revision_conflict', {'revision': 2}))
    read = world.ask('procaas', 'GET', f'/triggers/state?ticket_id={case}&trigger_kind=call_back')
    check_equal((read.json['revision'], read.json['state']), (3, {'n': 4}))


# ---- the events of a request: A33 ----

def a_full_page_never_changes(world):
    """A2: a log that only grows."""
    customer, case = world.onboarding.submitted()
    page = world.ask('procaas', 'GET', f'{EVENTS}?ticket_id={case}&limit=2')
    check_in('immutable', page.headers['cache-control'])
    check_equal([one['revision'] for one in page.json['items']], [1, 2])
    tail = f'{EVENTS}?ticket_id={case}&after_revision={page.json["next"]}'
    before = world.ask('stq', 'GET', tail)
    check_in('no-cache', before.headers['cache-control'])
    same = world.ask('stq', 'GET', tail, **{'If-None-Match': before.etag})
    check_equal(same.status, 304)
    customer.do('cancel', None, case)
    after = world.ask('stq', 'GET', tail, **{'If-None-Match': before.etag})
    count = len(before.json['items'])
    check_equal(after.json['items'][:count], before.json['items'])
    check_equal([one['kind'] for one in after.json['items'][count:]], ['cancel'])
    check_equal(world.ask('procaas', 'GET', f'{EVENTS}?ticket_id={case}&limit=2').body, page.body)


# ---- functions: A29, A30 ----

def functions_are_run_by_partners_only(world):
    _, case = world.onboarding.submitted()
    key = {'Idempotency-Key': f'{case}/create-corp-client-id/1'}
    path, body = '/functions/create-corp-client-id', {'ticket_id': case}
    first = world.ask('procaas', 'POST', path, body, **key)
    again = world.ask('stq', 'POST', path, body, **{'Idempotency-Key': f'{case}/other'})
    check_equal((first.status, again.status), (200, 200))
    check_equal(first.json, again.json)
    check_equal(world.ask('somebody', 'POST', path, body, **key).status, 403)
    check_equal(world.ask(None, 'POST', path, body, **key).status, 401)
    check_equal(world.ask('procaas', 'POST', path, body).status, 428)


# ---- who comes in: A26-A28 ----

def each_comes_in_by_his_own_door(world):
    """A1, A4: a credential is for one service and one audience."""
    _, case = world.request()
    event = {'ticket_id': case, 'event_id': new_id(), 'kind': 'x'}
    job = {'ticket_id': case, 'task_id': new_id(), 'trigger_kind': 'remind'}
    for name, may_tell, may_call in (('procaas', 200, 403), ('stq', 403, 200),
                                     ('somebody', 403, 403), (None, 401, 401)):
        check_equal(world.ask(name, 'POST', ON_EVENT, event).status, may_tell, name)
        check_equal(world.ask(name, 'POST', ON_TASK, job).status, may_call, name)
    said = world.nobody.ask('POST', ON_EVENT, event, world.partner.headers('users', 'procaas'))
    check_equal(said.status, 401)
    for name, status in (('somebody', 403), (None, 401)):
        for path in (f'{EVENTS}?ticket_id={case}',
                     f'/triggers/state?ticket_id={case}&trigger_kind=remind'):
            check_equal(world.ask(name, 'GET', path).status, status, (name, path))


if __name__ == '__main__':
    main([three_reminders_and_no_more, what_has_ended_is_not_reminded,
          what_waits_for_us_is_not_pushed_on, many_tasks_at_once_remind_three_times,
          an_event_of_the_engine_is_taken_once, nobody_overwrites_what_he_has_not_read,
          a_full_page_never_changes, functions_are_run_by_partners_only,
          each_comes_in_by_his_own_door], {'world': start_server})
