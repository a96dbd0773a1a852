"""feeding_test.py - the example business case, stage by stage, with a worker by hand. On PostgreSQL
by two processes, of which any does the next stage."""
import os
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import answer, start, status_of, take, take_one
from house import one_or_twins, until
from kontora import store_kind
from tap import check, check_equal, check_in, check_match, check_not_in, main, test_directory

# Goes back as often as it is told to.
ROUND = '''\
workflow: round
version: 1
participants: {guest: {sees: all}}
fields: {result: {kind: integer}}
places: {finished: {end: true}}
operations:
  begin: {who: guest, from: start, to: turn}
stages:
  turn: {worker: rounds, result: result}
  look: {worker: rounds, next: turn}
  done: {to: finished}
'''
# Waits for a worker, but not for ever; it has no catch for what fails.
PATIENT = '''\
workflow: {name}
version: 1
participants: {{guest: {{sees: all}}}}
fields: {{result: {{kind: text, max: 40, secret: true}}}}
places: {{finished: {{end: true}}, {end}: {{end: true}}}}
operations:
  begin: {{who: guest, from: start, to: ask}}
  stop: {{who: guest, from: ask, to: {end}}}
stages:
  ask: {{worker: {name}, result: result{rules}}}
  done: {{to: finished}}
{timers}
'''
WORKFLOWS = {
    'round': ROUND,
    'mute': PATIENT.format(name='mute', end='cancelled', rules='', timers=''),
    'hasty': PATIENT.format(name='hasty', end='error', timers='',
                            rules=', deadline: 1s, catch: error'),
    'bored': PATIENT.format(name='bored', end='cancelled', rules='', timers=(
        'timers: {leave: {after: 1s, from: ask, to: cancelled}}')),
}


def start_server():
    directory = os.path.join(test_directory(), 'workflows')
    os.makedirs(directory, exist_ok=True)
    for name, text in WORKFLOWS.items():
        with open(os.path.join(directory, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    server = one_or_twins(services='casework', settings=['--cases.directory', directory]).start()
    yield server
    server.stop()


def go(client, process_id, answers):
    """Answers each command as it comes; what came: [(command, payload)]."""
    came = []
    while status_of(client, process_id)['status'] in ('started', 'waiting_service'):
        work = take_one(client)
        check_equal(work['case_id'], process_id)
        came.append((work['command'], work['payload']))
        check(answer(client, work, answers.get(work['command'])), work)
    return came


# ---- every way through ----

def every_way_through_the_example(server):
    """E26, E27, T28, T30, T31: what is not needed is not done, and nothing is done in the name of
    another; false and 0 are results like others."""
    client = server.client()
    for is_approved, balance, wanted in (
            (False, 0, ['checkApprove', 'approve', 'getBalance', 'feed', 'send']),
            (True, 0, ['checkApprove', 'getBalance', 'feed', 'send']),
            (True, 4, ['checkApprove', 'getBalance', 'feed', 'send']),
            (True, 5, ['checkApprove', 'getBalance', 'send']),
            (False, 7, ['checkApprove', 'approve', 'getBalance', 'send'])):
        process_id = start(client, payload={'address': 'cat'})
        came = go(client, process_id, {'checkApprove': is_approved, 'getBalance': balance,
                                       'send': {'parcel': balance}})
        check_equal([command for command, _ in came], wanted)
        payloads = dict(came)
        check_equal(payloads['checkApprove'], {'id': 'cat'})
        check_equal(payloads['getBalance'], {'address': 'cat'})
        if 'feed' in payloads:
            check_equal(payloads['feed'], {'address': 'cat', 'amount': 5 - balance})
        check_equal(payloads['send']['address'], 'cat')
        check_match('^[0-9a-f]{64}$', payloads['send']['signature'])
        check_equal(status_of(client, process_id),
                    {'status': 'finished', 'result': {'parcel': balance}})


def any_worker_may_do_any_stage(server):
    """E1, E5, E11, E24: a stage that asks nobody is followed at once, in the transaction of the
    answer that led to it."""
    client, other = server.client(), server.client()
    process_id = start(client, payload={'address': 'cat'})
    answer(client, take_one(other, 'checkApprove'), True)
    answer(other, take_one(client, 'getBalance'), 5)  # then nobody is asked to sign
    answer(client, take_one(other, 'send'))
    check_equal(status_of(other, process_id), {'status': 'finished', 'result': None})


def a_service_may_name_the_next_stage(server):
    """E12: feed and sign are left out."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    answer(client, take_one(client, 'checkApprove'), True)
    answer(client, take_one(client, 'getBalance'), 0, next='send')
    work = take_one(client, 'send')
    check_equal(work['payload'], {'address': 'cat', 'signature': None})
    answer(client, work, {})
    check_equal(status_of(client, process_id)['status'], 'finished')


def a_stage_that_it_does_not_have_is_refused(server):
    """E12, E28: stageNotFoundError; nothing has happened."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    work = take_one(client, 'checkApprove')
    for name in ('nowhere', 'send', 'approve'):
        said = client.post('/serviceQ', {'taskId': work['taskId'], 'result': True, 'next': name})
        check_equal((said.status, said.json['type']), (404, 'stageNotFoundError'), name)
        check_in('message', said.json['options'])
    check_equal(status_of(client, process_id), {'status': 'waiting_service'})
    go_on = answer(client, work, True)
    check_equal(go_on, True)
    go(client, process_id, {'getBalance': 9})


# ---- the task id ----

def a_task_id_says_which_command_it_is(server):
    """E9, E13, E25, E29, E31, E33: {taskId, command, payload}; the same for the same command."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    first = take_one(client, 'checkApprove', lease_ms=1000)
    said = dict(urllib.parse.parse_qsl(first['taskId'], strict_parsing=True))
    check_match('.{20}', said.pop('sign'))
    check_equal(said, {'case': process_id, 'workflow': 'feeding', 'version': '1',
                       'stage': 'checkApprove', 'visit': '1'})
    again = take_one(client, 'checkApprove', wait_ms=60000)  # E6: nobody has answered in time
    check_equal((again['taskId'], again['payload']), (first['taskId'], first['payload']))
    check_equal((first['attempt'], again['attempt']), (1, 2))
    check_equal(answer(client, first, True), True, 'who was late has done it nevertheless')
    check_equal(answer(client, again, False), False)
    check_equal(go(client, process_id, {'getBalance': 9})[0][0], 'getBalance')


def a_stage_that_comes_again_is_another_command(server):
    """E33, T26"""
    client = server.client()
    process_id = start(client, 'round')
    seen = set()
    for turn in (1, 2, 3):
        work = take_one(client, 'turn', 'rounds')
        check_equal(work['visit'], turn)
        seen.add(work['taskId'])
        answer(client, work, turn)
        look = take_one(client, 'look', 'rounds')
        seen.add(look['taskId'])
        answer(client, look, None, **({'next': 'turn'} if turn < 3 else {}))
    check_equal(len(seen), 6)
    check_equal(status_of(client, process_id), {'status': 'finished', 'result': 3})


def a_task_id_is_ours_or_nothing(server):
    """T27, E28: incorrectInnerQMessageError."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    work = take_one(client, 'checkApprove')
    other = start(client, payload={'address': 'dog'})
    take_one(client, 'checkApprove')
    for forged in ('', 'x', work['taskId'].replace('checkApprove', 'send'),
                   work['taskId'].replace(process_id, other), work['taskId'][:-1],
                   work['taskId'].replace('visit=1', 'visit=2'), work['taskId'] + '&visit=1'):
        said = client.post('/serviceQ', {'taskId': forged, 'result': True})
        check(said.status in (400, 404), said)
        if forged:
            check_equal(said.json['type'], 'incorrectInnerQMessageError')
    check_equal(status_of(client, other), {'status': 'waiting_service'})


def dump(server):
    """Everything in the database of casework, as text."""
    database = sqlite3.connect(os.path.join(server.directory, 'casework.db'))
    try:
        return '\n'.join(database.iterdump())
    finally:
        database.close()


def late_and_double_answers_change_nothing(server):
    """E35, E15, E30, T25: the store knows what is done, and nobody looks into a queue. They are
    accepted as such, at every stage and after the end."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    answers = {'checkApprove': False, 'getBalance': 4, 'send': {'parcel': 1}}
    done = []
    while status_of(client, process_id)['status'] != 'finished':
        work = take_one(client)
        check(answer(client, work, answers.get(work['command'])))
        done.append(work)
        for old in done:
            check_equal(answer(client, old, 'something else'), False)
            check_equal(answer(client, old, True, next='send'), False)
    check_equal([work['command'] for work in done],
                ['checkApprove', 'approve', 'getBalance', 'feed', 'send'])
    check_equal(status_of(client, process_id)['result'], {'parcel': 1})
    if store_kind() == 'sqlite':
        check_match("INSERT INTO .?engine_late.*'getBalance'", dump(server))


# ---- what fails ----

def what_fails_is_tried_again(server):
    """E34, T29: the same command, until it is done."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    first = take_one(client, 'checkApprove')
    answer(client, first, error={'code': 'tired', 'message': 'Not now.'})
    check_equal(status_of(client, process_id)['status'], 'waiting_service')
    again = take_one(client, 'checkApprove', wait_ms=60000)
    check_equal((again['taskId'], again['attempt']), (first['taskId'], 2))
    answer(client, again, True)
    go(client, process_id, {'getBalance': 9})
    check_equal(status_of(client, process_id)['status'], 'finished')


def what_fails_for_good_ends_in_error(server):
    """E34, E22, E28: {code, type, message, options} in the status."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    work = take_one(client, 'checkApprove')
    reason = {'code': 'no_such_cat', 'message': 'Nobody knows it.', 'final': True}
    check(answer(client, work, error=reason))
    check_equal(status_of(client, process_id), {
        'status': 'error',
        'error': {'code': 'no_such_cat', 'type': 'stageFailedError', 'message': 'Nobody knows it.',
                  'options': {'stage': 'checkApprove'}}})
    check_equal(answer(client, work, True), False)


def a_result_that_does_not_fit_is_an_error(server):
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    answer(client, take_one(client, 'checkApprove'), 'perhaps')
    said = status_of(client, process_id)
    check_equal((said['status'], said['error']['code']), ('error', 'result_does_not_fit'))


def what_nobody_catches_waits_for_a_person(server):
    """E34, T29: an incident is an error that is still open."""
    client = server.client()
    process_id = start(client, 'mute')
    reason = {'code': 'deaf', 'message': 'It hears nothing.', 'final': True}
    check(answer(client, take_one(client, 'ask', 'mute'), error=reason))
    check_equal(status_of(client, process_id), {
        'status': 'error', 'error': {'code': 'deaf', 'type': 'stageFailedError',
                                     'message': 'It hears nothing.', 'options': {'stage': 'ask'}}})


def nobody_waits_for_ever(server):
    """E34, T49: a deadline leads where `catch` says, a timer where it leads."""
    client = server.client()
    hasty, bored = start(client, 'hasty'), start(client, 'bored')
    check(until(lambda: status_of(client, hasty)['status'] == 'error'))
    check_equal(status_of(client, hasty)['error']['code'], 'deadline_passed')
    check(until(lambda: status_of(client, bored) == {'status': 'cancelled'}))
    check_equal(take(client, 'hasty', wait_ms=0) + take(client, 'bored', wait_ms=0), [])


def a_client_may_cancel(server):
    """E34: by the operation of the workflow; who works on it is told when he answers."""
    client = server.client()
    process_id = start(client, payload={'address': 'cat'})
    work = take_one(client, 'checkApprove')
    anna = {'Kontora-Person': '018f6e2a-0000-7000-8000-00000000a11a', 'Kontora-Roles': 'client'}
    state = client.get(f'/flow/client/feeding/state?case_id={process_id}', anna).json
    token = next(one['token'] for one in state['new_operations'] if one['operation'] == 'cancel')
    said = client.post('/flow/client/feeding/operations/cancel', {'token': token}, anna)
    check_equal(said.status, 200, said)
    check_equal(status_of(client, process_id), {'status': 'cancelled'})
    check_equal(answer(client, work, True), False)
    check_equal(take(client, wait_ms=0), [])


# ---- what is kept ----

def what_is_secret_is_shown_as_stars(server):
    """E29"""
    client = server.client()
    process_id = start(client, 'mute')
    answer(client, take_one(client, 'ask', 'mute'), 'nobody may know')
    check_equal(status_of(client, process_id), {'status': 'finished', 'result': '***'})


def what_is_not_stored_is_not_there(server):
    """E23, E27, E29: the signature (isNotWriteToStore) is handed on and gone."""
    client = server.client()
    process_id = start(client, payload={'address': 'hidden cat'})
    answer(client, take_one(client, 'checkApprove'), True)
    answer(client, take_one(client, 'getBalance'), 5)
    work = take_one(client, 'send')
    signature = work['payload']['signature']
    answer(client, work, {'parcel': 1})
    check_equal(status_of(client, process_id)['status'], 'finished')
    check_not_in(signature, server.logged())
    if store_kind() == 'sqlite':
        said = dump(server)
        check_in('hidden cat', said)  # E7: it looks where things are
        check_not_in(signature, said)


def a_restart_changes_nothing(server):
    """E2, E7, E8, E32: between any two stages the program may stop."""
    process_id = start(server.client(), payload={'address': 'cat'})
    answers = {'checkApprove': False, 'getBalance': 0, 'send': {'parcel': 1}}
    came = []
    while status_of(server.client(), process_id)['status'] != 'finished':
        server.kill()
        server.start()
        work = take_one(server.client())
        came.append(work['command'])
        server.kill()
        server.start()
        check(answer(server.client(), work, answers.get(work['command'])))
    check_equal(came, ['checkApprove', 'approve', 'getBalance', 'feed', 'send'])
    check_equal(take(server.client(), wait_ms=0), [])
    check(until(lambda: status_of(server.client(), process_id)['result'] == {'parcel': 1}))


if __name__ == '__main__':
    main([every_way_through_the_example, any_worker_may_do_any_stage,
          a_service_may_name_the_next_stage, a_stage_that_it_does_not_have_is_refused,
          a_task_id_says_which_command_it_is, a_stage_that_comes_again_is_another_command,
          late_and_double_answers_change_nothing, what_fails_is_tried_again,
          what_fails_for_good_ends_in_error, a_result_that_does_not_fit_is_an_error,
          what_nobody_catches_waits_for_a_person, nobody_waits_for_ever, a_client_may_cancel,
          what_is_secret_is_shown_as_stars,
          what_is_not_stored_is_not_there, a_restart_changes_nothing,
          a_task_id_is_ours_or_nothing], {'server': start_server})
