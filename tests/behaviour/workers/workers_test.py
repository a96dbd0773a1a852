"""workers_test.py - outside workers over HTTP: taking, waiting, leases, answers, limits."""
import os
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import start, status_of
from house import one_or_twins, until
from tap import check, check_equal, check_less, main, seconds_max, test_directory, test_scale

JOB = '''\
workflow: {name}
version: 1
participants: {{guest: {{sees: all}}}}
fields: {{number: {{kind: integer}}, result: {{kind: {kind}}}}}
places: {{finished: {{end: true}}{places}}}
operations:
  begin: {{who: guest, from: start, to: work, accepts: [number]}}
stages:
  work: {{worker: {name}, with: {{number: number}}, result: result, {rules}}}
  done: {{to: finished}}
'''
RULES = {
    'plain': 'retry: {times: 3, first: 1s, most: 1s}, catch: error',
    'once': 'retry: {times: 0}, catch: error',
    'stuck': 'retry: {times: 1, first: 1s, most: 1s}',
    'flag': 'catch: error',
    'crowd': 'catch: error',
    'race': 'catch: error',
    'order': 'catch: error',
    'bounded': 'catch: error',
}


def directory():
    made = tempfile.mkdtemp(dir=test_directory())
    for name, rules in RULES.items():
        with open(os.path.join(made, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            kind = 'flag' if name == 'flag' else 'integer'
            places = ', error: {end: true}' if 'catch' in rules else ''
            file.write(JOB.format(name=name, rules=rules, kind=kind, places=places))
    return made


def start_server():
    server = one_or_twins(services='casework', settings=['--cases.directory', directory()]).start()
    yield server
    server.stop()


def ask(client, queue, verb, status=200, **body):
    said = client.post(f'/work/{queue}/{verb}', body)
    check_equal(said.status, status, said)
    return said.json


def take(client, queue, worker='w', **others):
    return ask(client, queue, 'take', worker=worker, **others)['items']


def take_one(client, queue, worker='w', **others):
    items = take(client, queue, worker, **{'wait_ms': 60000, **others})
    check_equal(len(items), 1)
    return items[0]


def answer(client, queue, item, worker='w', **said):
    return ask(client, queue, 'answer', worker=worker, task_id=item['task_id'], **said)


def page(client, case_id):
    said = client.get(f'/api/cases/casework/{case_id}')
    check_equal(said.status, 200, said)
    return said.json


def asked(server):
    """How many changes the program has run; who waits has been among them."""
    return server.metric('kontora_calls_total{service="casework"}')


def wait_for_calls(server, count):
    check(until(lambda: asked(server) >= count), lambda: (asked(server), count))


# ---- taking ----

def what_is_handed_over(server):
    """E9, E25, E31: {taskId, command, payload} out, {taskId, result} in."""
    client = server.client()
    case_id = start(client, 'plain', {'number': 7})
    item = take_one(client, 'plain')
    check_equal((item['command'], item['payload'], item['case_id']),
                ('work', {'number': 7}, case_id))
    check_equal((item['workflow'], item['version'], item['visit'], item['attempt']),
                ('plain', 1, 1, 1))
    check_equal(item['taskId'], item['task_id'])
    said = client.post('/work/plain/answer', {'taskId': item['taskId'], 'result': 3})
    check_equal(said.json, {'accepted': True, 'why': None})
    check_equal(status_of(client, case_id), {'status': 'finished', 'result': 3})


def zero_false_and_null_are_results(server):
    """T31, T28"""
    client = server.client()
    for queue, result in (('plain', 0), ('plain', None), ('flag', False)):
        case_id = start(client, queue)
        check(answer(client, queue, take_one(client, queue), result=result)['accepted'])
        check_equal(status_of(client, case_id), {'status': 'finished', 'result': result})
    case_id = start(client, 'plain')  # no result at all
    check(answer(client, 'plain', take_one(client, 'plain'))['accepted'])
    check_equal(status_of(client, case_id), {'status': 'finished', 'result': None})


def the_oldest_come_first(server):
    client = server.client()
    ids = [start(client, 'order', {'number': i}) for i in range(7)]
    first = take(client, 'order', max=3)
    rest = take(client, 'order', max=100)
    check_equal([item['case_id'] for item in first + rest], ids)
    check_equal(take(client, 'order', max=100), [])
    for item in first + rest:
        check(answer(client, 'order', item, result=1)['accepted'])


@seconds_max(200)
def nobody_is_given_the_same(server):
    """E31: twenty takers at once, each case once."""
    count = test_scale(60)
    ids = [start(server.client(), 'race', {'number': i}) for i in range(count)]
    taken, lock = [], threading.Lock()

    def worker(name):
        client = server.client()
        while True:
            items = take(client, 'race', name, max=3)
            if not items:
                return
            with lock:
                taken.extend(item['case_id'] for item in items)
            for item in items:
                check(answer(client, 'race', item, name, result=1)['accepted'])

    threads = [threading.Thread(target=worker, args=(f'w{i}',)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal(sorted(taken), sorted(ids))
    client = server.client()
    check(all(status_of(client, one)['status'] == 'finished' for one in ids))


# ---- waiting ----

def who_waits_is_given_what_comes(server):
    client, given = server.client(), []
    waiter = threading.Thread(target=lambda: given.append(take_one(server.client(), 'plain')))
    waiter.start()
    time.sleep(0.3)  # that it waits, most of the time; the check holds either way
    case_id = start(client, 'plain')
    waiter.join()
    check_equal(given[0]['case_id'], case_id)
    answer(client, 'plain', given[0], result=1)


@seconds_max(200)
def a_crowd_waits_for_little():
    """Many wait, few come: each case goes to one; and at the end everybody is answered."""
    crowd, few = 100, 10
    server = one_or_twins(services='casework', settings=['--cases.directory', directory()]).start()
    given, lock = [], threading.Lock()

    def wait():
        items = take(server.client(seconds=100), 'crowd', max=1, wait_ms=60000)
        with lock:
            given.append(items)

    before = asked(server)
    threads = [threading.Thread(target=wait) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    wait_for_calls(server, before + crowd)
    ids = [start(server.client(), 'crowd') for _ in range(few)]
    check(until(lambda: len([items for items in given if items]) == few))
    check_equal(server.stop(), 0)
    for thread in threads:
        thread.join()
    check_equal(len(given), crowd)
    check_equal(sorted(item['case_id'] for items in given for item in items), sorted(ids))


def nothing_is_answered_when_the_time_is_over(server):
    begun = time.monotonic()
    check_equal(take(server.client(), 'plain', wait_ms=200), [])
    check(time.monotonic() - begun >= 0.2, 'it has waited')


def who_waits_does_not_hold_up_the_end():
    server = one_or_twins(services='casework', settings=['--cases.directory', directory()]).start()
    given, before = [], asked(server)
    waiter = threading.Thread(
        target=lambda: given.append(take(server.client(seconds=100), 'plain', wait_ms=60000)))
    waiter.start()
    wait_for_calls(server, before + 1)
    begun = time.monotonic()
    check_equal(server.stop(), 0)
    waiter.join()
    check_equal(given, [[]])
    check_less(time.monotonic() - begun, 50, 'it did not wait for the waiting')


# ---- leases ----

def a_worker_that_dies_has_failed(server):
    """E2, E6, T49: the lease ends, somebody else is given the same task, one try later."""
    client = server.client()
    case_id = start(client, 'plain')
    first = take_one(client, 'plain', 'dies', lease_ms=1000)
    again = take_one(client, 'plain', 'lives')
    check_equal(again['task_id'], first['task_id'])
    check_equal(again['attempt'], 2)
    check_equal(page(client, case_id)['stages'][0]['reason']['code'], 'no_answer')
    check(answer(client, 'plain', again, 'lives', result=1)['accepted'])
    check_equal(answer(client, 'plain', first, 'dies', result=2),
                {'accepted': False, 'why': 'not_awaited'})
    check_equal(status_of(client, case_id)['result'], 1)


def when_the_tries_are_used_up_the_catch_decides(server):
    """E34"""
    client = server.client()
    case_id = start(client, 'once')
    take_one(client, 'once', lease_ms=1000)
    check(until(lambda: status_of(client, case_id)['status'] == 'error'))
    check_equal(status_of(client, case_id)['error']['code'], 'no_answer')


def without_a_catch_a_person_is_called(server):
    """E34: an incident, though nobody asks for work any more."""
    client = server.client()
    case_id = start(client, 'stuck')
    take_one(client, 'stuck', lease_ms=1000)
    take_one(client, 'stuck', lease_ms=1000)
    check(until(lambda: page(client, case_id)['incidents'] == 1))
    stage = page(client, case_id)['stages'][0]
    check_equal((stage['state'], stage['attempt'], stage['reason']['code']),
                ('incident', 2, 'no_answer'))
    check_equal(take(client, 'stuck'), [])


def a_late_result_is_still_a_result(server):
    """E34: nobody was faster, and the work is done."""
    client = server.client()
    case_id = start(client, 'stuck')
    take_one(client, 'stuck', lease_ms=1000)
    last = take_one(client, 'stuck', lease_ms=1000)
    check(until(lambda: page(client, case_id)['incidents'] == 1))
    check(answer(client, 'stuck', last, result=4)['accepted'])
    check_equal(status_of(client, case_id), {'status': 'finished', 'result': 4})


def a_heartbeat_keeps_the_work(server):
    client = server.client()
    start(client, 'plain')
    for _ in range(4):  # as often as it is tried: a machine may sleep through a lease
        item = take_one(client, 'plain', 'slow', lease_ms=1000)
        beat = ask(client, 'plain', 'heartbeat', worker='slow', task_id=item['task_id'],
                   lease_ms=90000)
        if beat['held']:
            break
    for _ in range(8):
        check(beat['held'])
        time.sleep(0.3)  # longer than the first lease, all together
        beat = ask(client, 'plain', 'heartbeat', worker='slow', task_id=item['task_id'],
                   lease_ms=90000)
    check_equal(take(client, 'plain', 'other'), [])
    other = ask(client, 'plain', 'heartbeat', worker='other', task_id=item['task_id'])
    check_equal(other, {'held': False, 'lease_until': None})
    check(answer(client, 'plain', item, 'slow', result=1)['accepted'])
    over = ask(client, 'plain', 'heartbeat', worker='slow', task_id=item['task_id'])
    check_equal(over['held'], False)


# ---- answers ----

def an_error_is_tried_again(server):
    """E34, T29"""
    client = server.client()
    case_id = start(client, 'plain')
    for attempt in (1, 2, 3, 4):
        item = take_one(client, 'plain')
        check_equal(item['attempt'], attempt)
        error = {'code': 'tired', 'message': 'Not now.'}
        check(answer(client, 'plain', item, error=error)['accepted'])
    said = status_of(client, case_id)
    check_equal((said['status'], said['error']['code']), ('error', 'tired'))


def an_error_is_the_word_of_who_has_it(server):
    """E35: somebody else may be about to succeed."""
    client = server.client()
    start(client, 'plain')
    first = take_one(client, 'plain', 'slow', lease_ms=1000)
    again = take_one(client, 'plain', 'new')
    error = {'code': 'late', 'message': 'Too late.', 'final': True}
    check_equal(answer(client, 'plain', first, 'slow', error=error),
                {'accepted': False, 'why': 'not_yours'})
    check(answer(client, 'plain', again, 'new', result=1)['accepted'])


def late_and_double_answers_are_noted(server):
    """E35, E15"""
    client = server.client()
    case_id = start(client, 'plain')
    item = take_one(client, 'plain')
    answer(client, 'plain', item, result=1)
    before = page(client, case_id)
    for i in range(3):
        check_equal(answer(client, 'plain', item, result=i),
                    {'accepted': False, 'why': 'not_awaited'})
    after = page(client, case_id)
    check_equal(after['revision'], before['revision'])
    late = after['late_answers']
    check_equal([(one['stage'], one['visit'], one['times'], one['answer']) for one in late],
                [('work', 1, 3, 2)])
    check_equal(status_of(client, case_id)['result'], 1)


def what_is_forged_is_refused(server):
    """E33, T27"""
    client = server.client()
    case_id = start(client, 'plain')
    item = take_one(client, 'plain')
    task = item['task_id']
    for forged in (task[:-1], task + 'x', task.replace('visit=1', 'visit=2'), 'x',
                   task.replace('stage=work', 'stage=done')):
        for verb in ('answer', 'heartbeat'):
            said = client.post(f'/work/plain/{verb}', {'worker': 'w', 'task_id': forged})
            check_equal((said.status, said.code), (403, 'not_our_task'), said)
    said = client.post('/work/plain/answer', {'result': 1})
    check_equal((said.status, said.code), (400, 'no_task'))
    said = client.post('/work/once/answer', {'task_id': task, 'result': 1})
    check_equal((said.status, said.code), (422, 'other_queue'))
    for error in ({}, {'code': 1}, {'code': 'x', 'final': 1}):
        said = client.post('/work/plain/answer', {'task_id': task, 'error': error})
        check_equal((said.status, said.code), (422, 'bad_error'), said)
    said = client.post('/work/plain/answer', {'task_id': task, 'result': 1, 'next': 'done'})
    check_equal((said.status, said.code), (422, 'bad_next'))
    check_equal(status_of(client, case_id)['status'], 'waiting_service')
    check(answer(client, 'plain', item, result=1)['accepted'])


def nobody_takes_without_a_key(server):
    for client in (server.client(key=None), server.client(key='kontora_root_wrong')):
        said = client.post('/work/plain/take', {'worker': 'w'})
        check_equal(said.status, 401)
    check_equal(server.client().post('/work/nobody/take', {'worker': 'w'}).status, 404)


def the_same_key_gives_the_same_work(server):
    """A lost answer of take is asked for again."""
    client = server.client()
    start(client, 'plain')
    headers = {'Idempotency-Key': 'take-one'}
    first = client.post('/work/plain/take', {'worker': 'w'}, headers).json['items']
    check_equal(len(first), 1)
    check_equal(client.post('/work/plain/take', {'worker': 'w'}, headers).json['items'], first)
    answer(client, 'plain', first[0], result=1)


@seconds_max(200)
def no_more_than_the_limit_at_once():
    """work.queue_max: what is answered makes room for those who wait."""
    server = one_or_twins(services='casework', settings=['--cases.directory', directory(),
                                    '--work.queue_max', '2']).start()
    client = server.client()
    for number in range(5):
        start(client, 'bounded', {'number': number})
    held = take(client, 'bounded', max=100)
    check_equal(len(held), 2)
    check_equal(take(client, 'bounded', max=100), [])
    given = []
    waiter = threading.Thread(target=lambda: given.extend(
        take(server.client(), 'bounded', max=100, wait_ms=60000)))
    waiter.start()
    time.sleep(0.3)
    check_equal(given, [])
    answer(client, 'bounded', held[0], result=1)
    waiter.join()
    check_equal([item['payload']['number'] for item in given], [2])
    server.stop()


def work_survives_a_kill():
    """E2, E16, E17: what was taken, what waits, and what was answered."""
    server = one_or_twins(services='casework', settings=['--cases.directory', directory()]).start()
    client = server.client()
    ids = [start(client, 'plain', {'number': i}) for i in range(3)]
    done = take_one(client, 'plain')
    answer(client, 'plain', done, result=0)
    held = take_one(client, 'plain', 'survivor')
    server.kill()
    server.start()
    client = server.client()
    check_equal(status_of(client, ids[0]), {'status': 'finished', 'result': 0})
    check_equal(take_one(client, 'plain')['case_id'], ids[2])
    check(answer(client, 'plain', held, 'survivor', result=1)['accepted'])
    check_equal(status_of(client, ids[1]), {'status': 'finished', 'result': 1})
    check_equal(server.stop(), 0)


if __name__ == '__main__':
    main([what_is_handed_over, zero_false_and_null_are_results, the_oldest_come_first,
          nobody_is_given_the_same, who_waits_is_given_what_comes, a_crowd_waits_for_little,
          nothing_is_answered_when_the_time_is_over, who_waits_does_not_hold_up_the_end,
          a_worker_that_dies_has_failed, when_the_tries_are_used_up_the_catch_decides,
          without_a_catch_a_person_is_called, a_late_result_is_still_a_result,
          a_heartbeat_keeps_the_work, an_error_is_tried_again, an_error_is_the_word_of_who_has_it,
          late_and_double_answers_are_noted, what_is_forged_is_refused, nobody_takes_without_a_key,
          the_same_key_gives_the_same_work, no_more_than_the_limit_at_once, work_survives_a_kill],
         {'server': start_server})
