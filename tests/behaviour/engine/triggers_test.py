"""triggers_test.py - services outside and our cases: what triggers remember, the events of a case,
and notices that something has happened or that a time has come."""
# sanitizers: asan tsan
import concurrent.futures
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import one_or_twins
from partner import Partner
from tap import check, check_equal, check_in, check_not_in, main, sample_program, test_scale

PROCAAS, STQ, HELPER = 'engine_of_companies', 'queue_of_companies', 'helper_of_companies'
EVENTS = '/procaas/caching-proxy/events'
ON_EVENT, ON_TASK = '/flow/procaas/phoenix/on-event', '/flow/stq/phoenix/on-task'


def a_server():
    server = one_or_twins(program=sample_program())
    partner = Partner(PROCAAS, STQ, HELPER)
    partner.is_trusted_by(server)
    server.start()
    server.partner = partner
    yield server
    check_equal(server.stop(), 0)


def new_id():
    return str(uuid.uuid4())


def a_ticket(server, company='Horns and Hooves'):
    answer = server.admin().post('/api/corp/tickets', {'owner_id': new_id(), 'company': company})
    check_equal(answer.status, 200, answer)
    return answer.json['ticket_id']


def get_state(server, ticket, kind='remind'):
    return server.admin().get(f'/triggers/state?ticket_id={ticket}&trigger_kind={kind}')


def upsert(server, ticket, state, known=None, kind='remind'):
    known = '' if known is None else f'&last_known_revision={known}'
    return server.admin().post(
        f'/triggers/state/upsert?ticket_id={ticket}&trigger_kind={kind}{known}', {'state': state})


def events(server, ticket, after=0, limit=100, **headers):
    return server.admin().get(
        f'{EVENTS}?ticket_id={ticket}&after_revision={after}&limit={limit}', headers)


def places(server, ticket):
    return events(server, ticket).json['items'][-1]['payload']['places']


def on_event(server, ticket, kind, event_id=None, **body):
    return server.admin().post(ON_EVENT, {'ticket_id': ticket, 'event_id': event_id or new_id(),
                                          'revision': 1, 'kind': kind, **body})


def on_task(server, ticket, kind, task_id=None, **body):
    return server.admin().post(ON_TASK, {'ticket_id': ticket, 'task_id': task_id or new_id(),
                                         'trigger_kind': kind, **body})


def reminders(server, ticket):
    return [one['about'] for one in server.admin().get('/api/corp/made').json['items']
            if one['kind'] == 'reminder'].count(ticket)


# ---- what triggers remember ----

def a_state_is_made_read_and_changed(server):  # A31, A31a, A31b, A32
    ticket = a_ticket(server)
    none = get_state(server, ticket)
    check_equal((none.status, none.code), (404, 'trigger_state_not_found'))
    made = upsert(server, ticket, {'asked': 1, 'of': ['a', None]})
    check_equal((made.status, made.json['revision'], made.etag), (200, 1, '"1"'), made)
    changed = upsert(server, ticket, {'asked': 2}, 1)
    check_equal((changed.status, changed.json['revision']), (200, 2))
    read = get_state(server, ticket)
    check_equal((read.status, read.json), (200, changed.json))
    check_equal((read.json['ticket_id'], read.json['trigger_kind'], read.json['state']),
                (ticket, 'remind', {'asked': 2}))
    check_equal(get_state(server, ticket, 'other').status, 404)


def a_state_is_of_one_case(server):  # A31
    one, other = a_ticket(server), a_ticket(server)
    check_equal(upsert(server, one, {'a': 1}).status, 200)
    check_equal(get_state(server, other).status, 404)
    check_equal(upsert(server, other, {'a': 2}).json['revision'], 1)
    check_equal(get_state(server, one).json['state'], {'a': 1})


def nobody_overwrites_what_he_has_not_read(server):  # A32, A43
    ticket = a_ticket(server)
    too_early = upsert(server, ticket, {}, 1)
    check_equal((too_early.status, too_early.code, too_early.json['details']),
                (409, 'revision_conflict', {'revision': 0}))
    upsert(server, ticket, {'n': 1})
    upsert(server, ticket, {'n': 2}, 1)
    for known in (None, 0, 1, 3):  # absent and 0: only to make it
        answer = upsert(server, ticket, {'n': 9}, known)
        check_equal((answer.status, answer.code, answer.json['details']),
                    (409, 'revision_conflict', {'revision': 2}))
    check_equal(get_state(server, ticket).json['state'], {'n': 2})


def one_of_many_writers_wins_each_time(server):  # A32, A43
    ticket = a_ticket(server)
    upsert(server, ticket, {'n': 0})
    rounds = test_scale(5)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for revision in range(1, rounds + 1):
            answers = pool.map(lambda n, known=revision: upsert(server, ticket, {'n': n}, known),
                               range(6))
            check_equal(sorted(answer.status for answer in answers), [200] + [409] * 5)
    check_equal(get_state(server, ticket).json['revision'], rounds + 1)


def case_id_is_another_name(server):
    ticket, other = a_ticket(server), a_ticket(server)
    path = '/triggers/state/upsert?trigger_kind=t'
    made = server.admin().post(f'{path}&case_id={ticket}', {'state': {}})
    check_equal((made.status, made.json['ticket_id']), (200, ticket))
    both = server.admin().post(f'{path}&case_id={ticket}&ticket_id={ticket}'
                               '&last_known_revision=1', {'state': {}})
    check_equal((both.status, both.json['revision']), (200, 2))
    for query in ('', f'&case_id={ticket}&ticket_id={other}'):
        answer = server.admin().post(path + query, {'state': {}})
        check_equal((answer.status, answer.code), (400, 'ticket_missing'))


def of_no_case_nothing_is_remembered(server):
    answer = upsert(server, new_id(), {})
    check_equal((answer.status, answer.code), (404, 'ticket_not_found'))


def what_is_no_object_is_no_state(server):
    ticket = a_ticket(server)
    for state in ([], 'x', None):
        check_equal(upsert(server, ticket, state).status, 400)
    check_equal(get_state(server, ticket).status, 404)


# ---- the events of a case ----

def a_case_has_its_events(server):  # A33, A39
    ticket = a_ticket(server)
    answer = events(server, ticket)
    check_equal(answer.status, 200, answer)
    (first,) = answer.json['items']
    check_equal((first['ticket_id'], first['revision'], first['kind']), (ticket, 1, 'start'))
    check_equal(first['payload']['places'], ['company_form'])
    check_equal(first['payload']['fields']['company'], [None, 'Horns and Hooves'])
    check_equal(answer.json['next'], None)


def a_full_page_is_for_ever_and_the_tail_is_not(server):  # A33, A43
    ticket = a_ticket(server)
    check_equal(on_event(server, ticket, 'company_blocked', payload={'by': 'us'}).json,
                {'outcome': 'applied'})
    page = events(server, ticket, 0, 1)
    check_equal(([one['revision'] for one in page.json['items']], page.json['next']), ([1], '1'))
    check_in('immutable', page.headers['cache-control'])
    tail = events(server, ticket, 0, 10)
    check_equal([one['revision'] for one in tail.json['items']], [1, 2])
    check_equal(tail.headers['cache-control'], 'private, no-cache')
    rest = events(server, ticket, 1, 10)
    check_equal([one['kind'] for one in rest.json['items']], ['blocked'])
    check_equal(len({one['event_id'] for one in tail.json['items']}), 2)
    for answer, after, limit in ((page, 0, 1), (tail, 0, 10), (rest, 1, 10)):
        same = events(server, ticket, after, limit, **{'If-None-Match': answer.etag})
        check_equal((same.status, same.body), (304, b''))
        check_equal(events(server, ticket, after, limit).body, answer.body)


def the_tail_grows_and_says_so(server):  # A33
    ticket = a_ticket(server)
    before = events(server, ticket, 0, 10)
    on_event(server, ticket, 'company_blocked', payload={'by': 'us'})
    after = events(server, ticket, 0, 10, **{'If-None-Match': before.etag})
    check_equal(after.status, 200)
    check(len(after.json['items']) > len(before.json['items']))


def no_history_is_shorter_than_before(server):  # A33, A43
    """Whoever looks again sees at least what he has seen, on every connection."""
    ticket = a_ticket(server)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        def look(_):
            seen = 0
            for _ in range(test_scale(40)):
                count = len(events(server, ticket).json['items'])
                check(count >= seen, f'{count} after {seen}')
                seen = count
            return seen
        looks = [pool.submit(look, n) for n in range(5)]
        on_event(server, ticket, 'company_blocked', payload={'by': 'us'})
        check_equal(len(events(server, ticket).json['items']), 2)
        for one in looks:
            check_in(one.result(), (1, 2))


def what_is_not_here_yet_is_no_short_history(server):  # A33
    ticket = a_ticket(server)
    check_equal(events(server, ticket, 1).json['items'], [])
    ahead = events(server, ticket, 2)
    check_equal(ahead.status, 503, ahead)
    check_in('retry-after', ahead.headers)


def secrets_stay_secret(server):  # A33, A38
    ticket = a_ticket(server)
    check_equal(on_event(server, ticket, 'tax_office', payload={'number': '7707083893'}).json,
                {'outcome': 'applied'})
    answer = events(server, ticket)
    check_not_in('7707083893', answer.text)
    check_equal(answer.json['items'][-1]['payload']['fields']['tax_number'], [None, '***'])


def of_no_case_there_are_no_events(server):
    answer = events(server, new_id())
    check_equal((answer.status, answer.code), (404, 'ticket_not_found'))
    check_equal(server.admin().get(EVENTS).status, 400)


# ---- notices ----

def an_event_moves_its_case(server):  # A34, A26, A28
    ticket, other = a_ticket(server), a_ticket(server)
    answer = on_event(server, ticket, 'company_blocked', payload={'by': 'tax office'})
    check_equal((answer.status, answer.json), (200, {'outcome': 'applied'}))
    last = events(server, ticket).json['items'][-1]
    check_equal((last['payload']['places'], last['payload']['fields']['blocked_by'],
                 last['actor']), (['rejected'], [None, 'tax office'], 'procaas.company_blocked'))
    check_equal(places(server, other), ['company_form'])


def an_event_counts_once(server):  # A34
    ticket, event = a_ticket(server), new_id()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(
            lambda _: on_event(server, ticket, 'company_blocked', event, payload={'by': 'x'}),
            range(12)))
    check_equal({(answer.status, answer.text) for answer in answers},
                {(200, '{"outcome":"applied"}')})
    check_equal(len(events(server, ticket).json['items']), 2)


def an_event_counts_once_over_a_crash(server):  # A34
    ticket, task = a_ticket(server), new_id()
    check_equal(on_task(server, ticket, 'remind', task).json, {'outcome': 'applied'})
    server.kill()
    server.start()
    check_equal(on_task(server, ticket, 'remind', task, attempt=2).json, {'outcome': 'applied'})
    check_equal((reminders(server, ticket), get_state(server, ticket).json['state']),
                (1, {'count': 1}))


def what_comes_too_late_is_taken_and_changes_nothing(server):  # A34
    ticket = a_ticket(server)
    on_event(server, ticket, 'company_blocked', payload={'by': 'x'})
    late = on_event(server, ticket, 'company_blocked', payload={'by': 'y'})
    check_equal((late.status, late.json), (200, {'outcome': 'not_now'}))
    check_equal(len(events(server, ticket).json['items']), 2)


def what_nobody_waits_for_is_taken(server):  # A34
    ticket = a_ticket(server)
    for answer in (on_event(server, ticket, 'weather_changed'), on_task(server, ticket, 'sing')):
        check_equal((answer.status, answer.json), (200, {'outcome': 'ignored'}))
    # what is told by services is not for procaas to say, nor what the queue says
    check_equal(on_event(server, ticket, 'abandon').json, {'outcome': 'ignored'})


def one_id_is_one_event(server):  # A34
    ticket, other, event = a_ticket(server), a_ticket(server), new_id()
    on_event(server, ticket, 'company_blocked', event)
    for answer in (on_event(server, other, 'company_blocked', event),
                   on_event(server, ticket, 'weather_changed', event)):
        check_equal((answer.status, answer.code), (409, 'notice_differs'))
    check_equal(places(server, other), ['company_form'])
    check_equal(on_task(server, other, 'remind', event).status, 200)  # ids of another source


def a_trigger_remembers(server):  # A34, A31, A37
    ticket = a_ticket(server)
    check_equal(on_task(server, ticket, 'remind').json, {'outcome': 'applied'})
    state = get_state(server, ticket).json
    check_equal((state['revision'], state['state']), (1, {'count': 1}))
    check_equal(on_event(server, ticket, 'remind', payload={'note': 'soon'}).json,
                {'outcome': 'applied'})
    state = get_state(server, ticket).json
    check_equal((state['revision'], state['state']), (2, {'count': 2}))
    check_equal(places(server, ticket), ['company_form'])
    check_equal(on_task(server, ticket, 'remind').json, {'outcome': 'applied'})
    check_equal(places(server, ticket), ['abandoned'])  # it has let the case hear


def a_trigger_that_refuses_has_done_nothing(server):  # A34
    ticket, task = a_ticket(server), new_id()
    for _ in range(3):
        on_task(server, ticket, 'remind')
    for _ in range(2):
        answer = on_task(server, ticket, 'remind', task)
        check_equal((answer.status, answer.code), (409, 'enough_reminders'))
    check_equal((reminders(server, ticket), get_state(server, ticket).json['revision']), (3, 3))


def what_cannot_be_done_now_comes_again(server):  # A34
    ticket, event = a_ticket(server), new_id()
    answer = on_event(server, ticket, 'remind', event, payload={'note': 'not now'})
    check_equal(answer.status, 503, answer)
    check_equal((reminders(server, ticket), get_state(server, ticket).status), (0, 404))
    answer = on_event(server, ticket, 'remind', event, payload={'note': 'now'})
    check_equal((answer.status, reminders(server, ticket)), (200, 1))


def a_payload_is_held_against_what_is_taken(server):
    ticket = a_ticket(server)
    answer = on_event(server, ticket, 'remind', payload={'note': 1})
    check_equal((answer.status, answer.code), (422, 'bad_payload'))
    check_equal(reminders(server, ticket), 0)


def of_no_case_there_is_no_notice(server):
    for answer in (on_event(server, new_id(), 'company_blocked'), on_task(server, new_id(), 'x')):
        check_equal((answer.status, answer.code), (404, 'ticket_not_found'))
    check_equal(server.admin().post('/flow/procaas/leave/on-event', {}).status, 404)
    check_equal(server.admin().post(ON_EVENT, {'ticket_id': new_id()}).status, 400)


# ---- who comes in ----

def each_comes_in_by_his_own_door(server):  # A27, A28, A31, A33, A34
    ticket = a_ticket(server)
    client = server.client(key=None)

    def status(name, method, path, body=None):
        headers = server.partner.headers('corp', name) if name else {}
        return client.ask(method, path, body, headers).status

    event = {'ticket_id': ticket, 'event_id': new_id(), 'kind': 'x'}
    job = {'ticket_id': ticket, 'task_id': new_id(), 'trigger_kind': 'x'}
    state = f'/triggers/state?ticket_id={ticket}&trigger_kind=x'
    for name, may_tell, may_call in ((PROCAAS, 200, 403), (STQ, 403, 200), (HELPER, 403, 403)):
        check_equal(status(name, 'POST', ON_EVENT, event), may_tell, name)
        check_equal(status(name, 'POST', ON_TASK, job), may_call, name)
        check_equal(status(name, 'GET', state), 404, name)
        check_equal(status(name, 'GET', f'{EVENTS}?ticket_id={ticket}'), 200, name)
    for method, path, body in (('POST', ON_EVENT, event), ('POST', ON_TASK, job),
                               ('GET', state, None), ('GET', f'{EVENTS}?ticket_id={ticket}', None)):
        check_equal(status(None, method, path, body), 401)
        person = {'Kontora-Person': new_id(), 'Kontora-Roles': 'procaas, stq, b2b, admin'}
        check_equal(server.admin().ask(method, path, body, person).status, 403)
        kind = {'Kontora-Roles': 'procaas, stq'}
        check_in(server.admin().ask(method, path, body, kind).status, (200, 404))


def others_have_addresses_of_their_own(server):
    paths = server.admin().get('/openapi.json').json['paths']
    for path in ('/triggers/state', '/triggers/state/upsert', EVENTS, ON_EVENT, ON_TASK):
        check_in(path, paths)
        if not path.startswith('/flow'):
            check_in(f'/office{path}', paths)
    check_not_in(f'/corp{EVENTS}', paths)
    check_equal(server.admin().get(f'/office{EVENTS}?ticket_id={a_ticket(server)}').status, 404)


if __name__ == '__main__':
    main([a_state_is_made_read_and_changed, a_state_is_of_one_case,
          nobody_overwrites_what_he_has_not_read, one_of_many_writers_wins_each_time,
          case_id_is_another_name, of_no_case_nothing_is_remembered, what_is_no_object_is_no_state,
          a_case_has_its_events, a_full_page_is_for_ever_and_the_tail_is_not,
          the_tail_grows_and_says_so, no_history_is_shorter_than_before,
          what_is_not_here_yet_is_no_short_history, secrets_stay_secret,
          of_no_case_there_are_no_events, an_event_moves_its_case, an_event_counts_once,
          an_event_counts_once_over_a_crash, what_comes_too_late_is_taken_and_changes_nothing,
          what_nobody_waits_for_is_taken, one_id_is_one_event, a_trigger_remembers,
          a_trigger_that_refuses_has_done_nothing, what_cannot_be_done_now_comes_again,
          a_payload_is_held_against_what_is_taken, of_no_case_there_is_no_notice,
          each_comes_in_by_his_own_door, others_have_addresses_of_their_own],
         {'server': a_server})
