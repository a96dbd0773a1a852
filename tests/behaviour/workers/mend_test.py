"""mend_test.py - what a person does with a case that stands still, by HTTP and by command."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import start, status_of, take, take_one
from kontora import EXIT_UNREACHABLE, EXIT_USAGE, Server, run, store_kind, the_store
from tap import (check, check_equal, check_in, check_match, check_not_in, main, seconds_max,
                 test_directory)

# A stage that fails, then somebody must confirm; both branches of a fork.
JOB = '''\
workflow: job
version: 1
one_open_per: name
participants: {guest: {sees: all}, boss: {sees: all}}
fields:
  name:  {kind: text, max: 20}
  score: {kind: integer, min: 0}
  pin:   {kind: text, max: 20, secret: true}
places: {waiting: , finished: {end: true}, cancelled: {end: true}}
operations:
  begin:   {who: guest, from: start, to: rate, asks: [name], accepts: [pin]}
  confirm: {who: boss, from: waiting, to: finished}
stages:
  rate:
    worker: rater
    with: {name: name, pin: pin}
    result: score
    next: check
    retry: {times: 0}
    deadline: 1h
  check: {worker: rater, retry: {times: 0}, to: waiting}
timers:
  forgotten: {after: 30d, from: waiting, to: cancelled}
'''
FORK = '''\
workflow: fork
version: 1
participants: {guest: {sees: all}}
fields: {result: {kind: integer}}
places: {left: , right: , finished: {end: true}}
operations:
  begin: {who: guest, from: start, to: [one, other]}
stages:
  one:   {worker: ones, retry: {times: 0}, to: left}
  other: {worker: others, retry: {times: 0}, to: right}
  join:  {from: [left, right], to: finished}
'''
FAILED = {'code': 'no_stars', 'message': 'The sky is dark.', 'final': True}
WHY = {'reason': 'it is night'}


def directory():
    made = tempfile.mkdtemp(dir=test_directory())
    for name, text in (('job', JOB), ('fork', FORK)):
        with open(os.path.join(made, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    return made


def start_server():
    server = Server(store=the_store(), services='casework',
                    settings=['--cases.directory', directory()]).start()
    yield server
    server.stop()


_names = iter(f'cat {i}' for i in range(1000))


def begin(client, **others):
    return start(client, 'job', {'name': next(_names), 'pin': '1234', **others})


def fail(client, queue='rater'):
    item = take_one(client, queue=queue)
    said = client.post(f'/work/{queue}/answer', {'task_id': item['task_id'], 'error': FAILED})
    check_equal(said.json, {'accepted': True, 'why': None})
    return item


def an_incident(client):
    case_id = begin(client)
    fail(client)
    return case_id


def page(client, case_id):
    said = client.get(f'/api/cases/casework/{case_id}')
    check_equal(said.status, 200, said)
    return said.json


def history(client, case_id):
    return client.get(f'/api/cases/casework/{case_id}/history').json['items']


def mend(client, case_id, verb, status=200, code=None, headers=None, **body):
    said = client.post(f'/api/cases/casework/{case_id}/{verb}', {**WHY, **body}, headers)
    check_equal((said.status, said.json.get('code')), (status, code), said)
    return said.json


def newest(client, case_id):
    step = history(client, case_id)[-1]
    return step['transition'], step['changes'].get('reason')


def drain(client):
    for queue in ('rater', 'ones', 'others'):
        take(client, queue, most=100, wait_ms=0)


# ---- each of them ----

def retry(server):
    """E34: the stage with all its tries before it; who did it and why is in the history."""
    client = server.client()
    case_id = an_incident(client)
    check_equal(page(client, case_id)['incidents'], 1)
    after = mend(client, case_id, 'retry')
    check_equal((after['incidents'], after['stages'][0]['state'], after['stages'][0]['attempt']),
                (0, 'queued', 1))
    check_equal(newest(client, case_id), ('retried', {'code': 'retried', 'message': 'it is night'}))
    check(history(client, case_id)[-1]['actor'].startswith('root'), 'who')
    item = take_one(client, queue='rater')
    client.post('/work/rater/answer', {'task_id': item['task_id'], 'result': 3})
    check_equal(page(client, case_id)['fields']['score'], 3)


def retry_needs_a_failure(server):
    client = server.client()
    case_id = begin(client)
    mend(client, case_id, 'retry', 409, 'cannot')
    mend(client, case_id, 'retry', 409, 'cannot', stage='check')
    mend(client, case_id, 'retry', 409, 'cannot', stage='nothing')
    check_equal(page(client, case_id)['revision'], 1)
    drain(client)


def skip(server):
    """E34: it counts as done; what the worker says later is not awaited."""
    client = server.client()
    case_id = begin(client)
    item = take_one(client, queue='rater')
    mend(client, case_id, 'skip', 409, 'cannot', result='much')
    mend(client, case_id, 'skip', 409, 'cannot', result=1, next='nowhere')
    after = mend(client, case_id, 'skip', result=7)
    check_equal((after['places'], after['fields']['score']), (['check'], 7))
    check_equal(newest(client, case_id), ('rate', {'code': 'skipped', 'message': 'it is night'}))
    said = client.post('/work/rater/answer', {'task_id': item['task_id'], 'result': 9})
    check_equal(said.json, {'accepted': False, 'why': 'not_awaited'})
    check_equal(mend(client, case_id, 'skip')['places'], ['waiting'])
    mend(client, case_id, 'skip', 409, 'cannot')
    drain(client)


def skip_with_nothing_and_to_a_next(server):
    """T28: null is what it leaves."""
    client = server.client()
    case_id = an_incident(client)
    after = mend(client, case_id, 'skip', next='check')
    check_equal(after['places'], ['check'])
    check_not_in('score', after['fields'])
    drain(client)


def edit(server):
    client = server.client()
    case_id = an_incident(client)
    name = page(client, case_id)['fields']['name']
    mend(client, case_id, 'edit', 409, 'cannot', fields={'score': -1})
    mend(client, case_id, 'edit', 409, 'cannot', fields={'nothing': 1})
    mend(client, case_id, 'edit', 409, 'cannot', fields={})
    after = mend(client, case_id, 'edit', fields={'name': 'dog', 'score': 2, 'pin': '99'})
    check_equal(after['fields'], {'name': 'dog', 'score': 2, 'pin': '***'})
    changes = history(client, case_id)[-1]['changes']
    check_equal(changes['fields'], {'name': [name, 'dog'], 'score': [None, 2], 'pin': '***'})
    other = begin(client)
    mend(client, other, 'edit', 409, 'one_is_open', fields={'name': 'dog'})
    check_equal(page(client, other)['revision'], 1)
    drain(client)


def move(server):
    """Only to where a case of the workflow can be."""
    client = server.client()
    case_id = an_incident(client)
    after = mend(client, case_id, 'move', places=['waiting'])
    check_equal((after['places'], after['stages'], after['incidents']), (['waiting'], [], 0))
    check_equal(newest(client, case_id)[0], 'moved')
    for places in (['waiting', 'check'], ['nowhere'], ['start'], [], ['finished', 'cancelled']):
        mend(client, case_id, 'move', 409, 'cannot', places=places)
    after = mend(client, case_id, 'move', places=['rate'])
    check_equal((after['stages'][0]['visit'], after['stages'][0]['state']), (2, 'queued'))
    item = take_one(client, queue='rater')
    check_equal(item['visit'], 2)
    drain(client)


def move_into_a_fork(server):
    client = server.client()
    case_id = start(client, 'fork')
    said = client.post(f'/api/cases/casework/{case_id}/move', {**WHY, 'places': ['left']})
    check_equal((said.status, said.json['message']),
                (409, "No case of this workflow is ever in 'left' alone."))
    after = mend(client, case_id, 'move', places=['left', 'other'])
    check_equal([stage['stage'] for stage in after['stages']], ['other'])
    after = mend(client, case_id, 'skip')
    check_equal(after['places'], ['finished'])
    drain(client)


def a_case_that_has_ended_is_opened_again(server):
    client = server.client()
    case_id = an_incident(client)
    name = page(client, case_id)['fields']['name']
    check(mend(client, case_id, 'cancel')['closed_at'] is not None)
    after = mend(client, case_id, 'move', places=['waiting'])
    check_equal(after['closed_at'], None)
    mend(client, case_id, 'cancel')
    other = start(client, 'job', {'name': name})
    mend(client, case_id, 'move', 409, 'one_is_open', places=['waiting'])
    check(page(client, other)['closed_at'] is None)
    drain(client)


def cancel(server):
    """E34"""
    client = server.client()
    case_id = an_incident(client)
    mend(client, case_id, 'cancel', 409, 'cannot', place='waiting')
    after = mend(client, case_id, 'cancel')
    check_equal((after['places'], after['stages']), (['cancelled'], []))
    check_equal(newest(client, case_id),
                ('cancelled', {'code': 'cancelled', 'message': 'it is night'}))
    check_equal(status_of(client, case_id)['status'], 'cancelled')
    mend(client, case_id, 'cancel', 409, 'cannot')
    other = an_incident(client)
    check_equal(mend(client, other, 'cancel', place='finished')['places'], ['finished'])
    drain(client)


def nobody_mends_what_he_has_not_seen(server):
    client = server.client()
    case_id = an_incident(client)
    old = client.get(f'/api/cases/casework/{case_id}').etag
    mend(client, case_id, 'edit', fields={'score': 1})
    mend(client, case_id, 'cancel', 412, 'has_changed', {'If-Match': old})
    new = client.get(f'/api/cases/casework/{case_id}').etag
    mend(client, case_id, 'cancel', headers={'If-Match': new})


def who_says_no_reason_does_nothing(server):
    client = server.client()
    case_id = an_incident(client)
    for verb in ('retry', 'skip', 'cancel'):
        said = client.post(f'/api/cases/casework/{case_id}/{verb}', {})
        check_equal((said.status, said.fields), (400, {'reason': 'required'}), said)
    check_equal(client.post(f'/api/cases/casework/{case_id}/cancel', WHY).status, 200)


def only_the_owner_of_the_machine(server):
    case_id = an_incident(server.client())
    nobody = server.client(key=None)
    for path in ('', f'/{case_id}', f'/{case_id}/history'):
        check_equal(nobody.get(f'/api/cases/casework{path}').status, 401)
    check_equal(nobody.post(f'/api/cases/casework/{case_id}/cancel', WHY).status, 401)
    check_equal(page(server.client(), case_id)['closed_at'], None)


# ---- looking ----

def lists_and_pages(server):
    client = server.client()
    ids = [start(client, 'fork') for _ in range(7)]
    drain(client)
    def pages(**query):
        text = '&'.join(f'{name}={value}' for name, value in query.items())
        found, cursor = [], ''
        while True:
            said = client.get(f'/api/cases/casework?{text}{cursor}').json
            found += [item['case_id'] for item in said['items']]
            if said['next'] is None:
                return found
            cursor = f"&cursor={said['next']}"
    check_equal(pages(workflow='fork', state='open', limit=3)[:7], ids[::-1])
    check_equal(pages(workflow='fork', place='one', limit=2)[:7], ids[::-1])
    mend(client, ids[2], 'cancel')
    check_equal(pages(workflow='fork', state='closed', limit=50)[0], ids[2])
    check_not_in(ids[2], pages(workflow='fork', place='one', limit=50))
    said = client.get('/api/cases/casework?place=one')
    check_equal((said.status, said.code), (400, 'workflow_needed'))
    check_equal(client.get('/api/cases/casework?cursor=x').code, 'bad_cursor')
    incident = an_incident(client)
    check_equal(pages(state='incident', limit=1)[0], incident)
    check_not_in(ids[1], pages(state='incident'))


def secrets_are_shown_to_nobody(server):
    client = server.client()
    case_id = start(client, 'job', {'name': next(_names), 'pin': 'top secret'})
    fail(client)
    mend(client, case_id, 'edit', fields={'pin': 'new secret'})
    for path in (case_id, f'{case_id}/history'):
        said = client.get(f'/api/cases/casework/{path}').text
        check_not_in('secret', said.replace('"secret"', ''))
        check_in('***', said)


def what_is_not_there(server):
    client = server.client()
    nobody = '0192d3a4-7c1e-7a30-8000-1234567890ab'
    for said in (client.get(f'/api/cases/casework/{nobody}'),
                 client.get(f'/api/cases/casework/{nobody}/history'),
                 client.post(f'/api/cases/casework/{nobody}/cancel', WHY)):
        check_equal((said.status, said.code), (404, 'not_found'))


# ---- the command line ----

def case(server, *arguments, code=0):
    result = run('case', *arguments, '--data', server.directory)
    check_equal(result.code, code, result)
    return result


def the_command_line_says_why(server):
    client = server.client()
    case_id = begin(client)
    check_match(r"'rate' waits for a worker to take it from the queue 'rater', since 20\S+Z\. "
                r'Its deadline is 20', case(server, 'why', case_id).out)
    item = take_one(client, queue='rater')
    check_in("'rate' is being done by the worker 'by hand', who must answer until 20",
             case(server, 'why', case_id).out)
    client.post('/work/rater/answer', {'task_id': item['task_id'], 'error': FAILED})
    check_match(r"'rate' has failed for good, tried 1 time since \S+: The sky is dark "
                r'\(no_stars\)\. It waits for a person', case(server, 'why', case_id).out)
    said = case(server, 'skip', case_id, 'rate', '--next', 'check', '--reason', 'x').out
    check_match('^The case goes on without it\\. It is in .check.', said)
    said = case(server, 'skip', case_id, '--reason', 'x').out
    check_match(r"'confirm' may be done by boss\. 'forgotten' comes at 20\S+Z\.$", said.strip())
    case(server, 'cancel', case_id, '--reason', 'x')
    check_match("^It has ended in 'cancelled', at 20", case(server, 'why', case_id).out)


def the_command_line_mends(server):
    client = server.client()
    case_id = an_incident(client)
    rows = case(server, 'list', '--state', 'incident').out.splitlines()
    check(any(row.startswith(case_id) for row in rows), rows)
    case(server, 'retry', case_id, '--reason', 'the sky is clear')
    check_equal(page(client, case_id)['incidents'], 0)
    fail(client)
    case(server, 'edit', case_id, 'score=4', 'pin="1"', '--reason', 'by telephone')
    check_equal(page(client, case_id)['fields']['score'], 4)
    case(server, 'skip', case_id, 'rate', '--result', '5', '--reason', 'known')
    case(server, 'move', case_id, 'waiting', '--reason', 'known')
    shown = json.loads(case(server, 'show', case_id, '--json').out)
    check_equal((shown['places'], shown['fields']['score']), (['waiting'], 5))
    case(server, 'cancel', case_id, 'broken', '--reason', 'no more', code=1)
    case(server, 'cancel', case_id, '--reason', 'no more')
    said = case(server, 'history', case_id).out
    for what in ('retried', 'edited', 'skipped', 'moved', 'cancelled', 'the sky is clear'):
        check_in(what, said)
    steps = json.loads(case(server, 'history', case_id, '--json').out)['items']
    check_equal([step['revision'] for step in steps], list(range(1, len(steps) + 1)))
    check_in(case_id, case(server, 'list', '--state', 'closed', '--json').out)
    check_in(case_id, case(server, 'show', case_id).out)
    drain(client)


def the_command_line_explains_mistakes(server):
    case_id = an_incident(server.client())
    for arguments, said in (((), 'say what to do'), (('shw',), 'did you mean show?'),
                            (('why',), 'takes the id of a case'),
                            (('retry', case_id), 'say why: --reason'),
                            (('list', '--reason', 'x'), 'takes no --reason'),
                            (('edit', case_id, 'score', '--reason', 'x'), 'not FIELD=VALUE'),
                            (('skip', case_id, '--result', '{', '--reason', 'x'), 'is not JSON'),
                            (('list', '--cursor', 'x'), 'needs --service')):
        check_in(said, case(server, *arguments, code=EXIT_USAGE).error)
    nobody = '0192d3a4-7c1e-7a30-8000-1234567890ab'
    check_in('there is no case', case(server, 'why', nobody, code=1).error)
    check_in('cannot, HTTP 409', case(server, 'move', case_id, 'x', '--reason', 'x', code=1).error)
    check_in('Examples:', run('case', '--help').out)
    stopped = Server(store=the_store(), services='casework')
    result = run('case', 'list', '--data', stopped.directory)
    check_equal(result.code, EXIT_UNREACHABLE, result)


# ---- what cannot be mended ----

@seconds_max(200)
def a_case_whose_file_is_gone_is_mended_all_the_same():
    """E36: its definition is kept beside it."""
    folder = directory()
    server = Server(store=the_store(), services='casework',
                    settings=['--cases.directory', folder]).start()
    case_id = an_incident(server.client())
    server.stop()
    os.remove(os.path.join(folder, 'job.yaml'))
    server.start()
    check_in("'rate' has failed for good", page(server.client(), case_id)['why'])
    mend(server.client(), case_id, 'retry')
    check_equal(take_one(server.client(), queue='rater')['case_id'], case_id)
    server.stop()


def a_case_that_is_unknown_here_stands_still():
    """E36, T50: this process was started before there was such a workflow."""
    store = the_store()
    blue = Server(store=store, services='casework').start()
    green = Server(store=store, services='casework',
                   settings=['--cases.directory', directory()]).start()
    case_id = an_incident(green.client())
    shown = page(blue.client(), case_id)
    check_in("It stands still: version 1 of 'job' is not loaded here.", shown['why'])
    check_equal((shown['fields'], shown['places'], shown['incidents']), (None, ['rate'], 1))
    check_equal(history(blue.client(), case_id)[0]['changes']['fields']['name'], '***')
    mend(blue.client(), case_id, 'cancel', 409, 'stands_still')
    mend(green.client(), case_id, 'cancel')
    check_in(case_id, case(blue, 'list', '--state', 'closed').out)
    blue.stop()
    green.stop()


if __name__ == '__main__':
    main([retry, retry_needs_a_failure, skip, skip_with_nothing_and_to_a_next, edit, move,
          move_into_a_fork, a_case_that_has_ended_is_opened_again, cancel,
          nobody_mends_what_he_has_not_seen, who_says_no_reason_does_nothing,
          only_the_owner_of_the_machine, lists_and_pages, secrets_are_shown_to_nobody,
          what_is_not_there, the_command_line_says_why, the_command_line_mends,
          the_command_line_explains_mistakes, a_case_whose_file_is_gone_is_mended_all_the_same]
         + ([a_case_that_is_unknown_here_stands_still] if store_kind() == 'postgres' else []),
         {'server': start_server})
