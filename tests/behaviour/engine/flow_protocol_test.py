"""flow_protocol_test.py - the operation protocol to the letter: A5 to A28, A36, T5, T6."""
# houses: sqlite postgres
# sanitizers: asan tsan
import os
import re
import sys
import time
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of, disable_code, person
from house import CASES, House, seeks_seeded_bugs, until
from json_schema import offences
from tap import check, check_equal, check_in, check_not_equal, for_each_test, main, repository

DAYS = {'first_day': '2096-03-30', 'last_day': '2096-03-31'}
BACKWARDS = {'first_day': '2096-03-31', 'last_day': '2096-03-30'}


def open_house(**others):
    return House(settings=['--cases.directory', directory_of(parcel=PARCEL)],
                 services=CASES, **others).start()


def house_with(bug):
    return open_house(kind='sqlite', variant='fault', environment={'KONTORA_BUG': bug})


def start_house():
    house = open_house()
    yield house
    check_equal(set(house.stop()), {0})


@for_each_test
def start_post(house):
    yield Post(house)


class Post:
    """A sender and the people of the post office."""

    def __init__(self, house):
        self.house = house
        self.client = house.client('office')
        self.sender = self.join('sender')
        self.clerk = self.join('post', 'post.clerk')
        self.judge = self.join('post', 'post.judge')

    def join(self, kind, roles=None, workflow='parcel', who=None):
        return Participant(self.house.client('office'), kind, workflow, roles, who)

    def send(self, **form):
        answer = self.sender.do('send', {'address': 'Main street 1', **form})
        check_equal((answer.status, answer.json['status']), (200, 'succeeded'), answer)
        return answer.json['case_id']


def refused(answer, status, code):
    check_equal((answer.status, answer.json.get('code')), (status, code), answer)
    return answer.json.get('details')


# ---- the way it should go ----

def a_client_goes_its_three_steps(post):
    """A11, A13, A15, A17, A19, A26, A27, A28"""
    before = post.sender.state().json
    check_equal((before['case'], before['operations']), (None, []))
    begun = post.sender.do('send', {'address': 'Main street 1'})
    check_equal(begun.status, 200)
    said = begun.json
    state = post.sender.state(said['case_id'], said['event_id']).json
    check_equal(state['operations'], [])
    check_equal(state['case']['forms'], {'address': 'Main street 1'})
    check_equal(state['case']['places'],
                [{'name': 'Sent', 'label': {'ru': 'Отправлена', 'en': 'Sent'}}])


def an_operation_is_queried_after_its_end(post):
    """A21"""
    said = post.sender.do('send', {'address': 'Main street 1'}).json
    again = post.sender.operation(said['operation_id'])
    check_equal((again.status, again.json), (200, said))
    check_equal(said['status'], 'succeeded')
    check(said['finished_at'] and said['event_id'])


def an_operation_is_its_askers_own(post):
    """A13: the caller's own."""
    said = post.sender.do('send', {'address': 'Main street 1'}).json
    refused(post.join('sender').operation(said['operation_id']), 404, 'operation_not_found')
    other_door = Participant(post.client, 'post', 'parcel', 'post.clerk', post.sender.who)
    refused(other_door.operation(said['operation_id']), 404, 'operation_not_found')
    refused(post.sender.operation(uuid.uuid4()), 404, 'operation_not_found')


def a_state_restores_all(post):
    """A14: another browser knows the person, and nothing else."""
    leave = post.join('staff', workflow='leave')
    case = leave.do('ask', DAYS).json['case_id']
    elsewhere = post.join('staff', workflow='leave', who=leave.who)
    check_equal(elsewhere.state().json['case']['case_id'], case)


def what_is_under_way_is_in_the_state(post):
    """A13, A14, A20: the reply of the payroll ends it, and the state says so afterwards."""
    staff = post.join('staff', workflow='leave')
    boss = post.join('office', 'office.manager', 'leave')
    case = staff.do('ask', DAYS).json['case_id']
    said = boss.do('approve', case=case).json
    check_in(said['status'], ('running', 'succeeded'))
    ended = until(lambda: ended_operation(boss, said['operation_id']))
    check_equal(ended['status'], 'succeeded')
    state = boss.state(case, ended['event_id']).json
    check_equal((state['operations'], state['case']['places'][0]['name']), ([], 'booked'))


def ended_operation(participant, operation_id):
    said = participant.operation(operation_id).json
    return said if said['status'] != 'running' else None


def each_offer_has_a_token_or_a_reason(post):
    """A8, A23"""
    case = post.send()
    offers = post.clerk.state(case).json['new_operations']
    codes = {offer['operation']: disable_code(offer) for offer in offers}
    check_equal(codes, {'say': None, 'weigh': None, 'stamp': None, 'deliver': 'wrong_stage',
                        'lose': None})
    reason = post.clerk.offer('deliver', case)['disable_reason']
    check_equal(set(reason), {'code', 'message', 'details'})


def a_condition_says_why_in_both_languages(post):
    """A23"""
    case = post.send()
    check_equal(post.clerk.do('weigh', {'weight': 100}, case).status, 200)
    reason = post.clerk.offer('deliver', case)['disable_reason']
    check_equal(reason, {'code': 'condition', 'message': 'It is not paid.',
                         'details': {'because': {'ru': 'Не оплачена.', 'en': 'It is not paid.'}}})


def a_closed_case_offers_nothing(post):
    """A23"""
    case = post.send()
    post.clerk.do('lose', {'state_note': 'lost at sea'}, case)
    codes = {disable_code(offer) for offer in post.clerk.state(case).json['new_operations']}
    check_equal(codes, {'case_closed'})


def inspected(post):
    """A case whose stage waits for a worker that never comes; and the operation before it."""
    case = post.send()
    post.clerk.do('weigh', {'weight': 100}, case)
    said = post.judge.do('inspect', case=case).json
    check_equal(said['status'], 'running')
    return case, said['operation_id']


def an_operation_in_progress_is_not_begun_again(post):
    """A23; and the state names it, wherever its asker looks from (A14)."""
    case, operation_id = inspected(post)
    check_equal(disable_code(post.judge.offer('inspect', case)), 'operation_in_progress')
    elsewhere = post.join('post', 'post.judge', who=post.judge.who)
    unfinished = elsewhere.state(case).json['operations']
    check_equal([(one['operation_id'], one['status']) for one in unfinished],
                [(operation_id, 'running')])
    check_equal(post.clerk.state(case).json['operations'], [])


def an_operation_may_be_overtaken(post):
    """A44: what has not come to rest holds nobody up."""
    case, operation_id = inspected(post)
    check_equal(post.clerk.do('lose', {'state_note': 'lost at sea'}, case).json['status'],
                'succeeded')
    said = post.judge.operation(operation_id).json
    check_equal((said['status'], said['fail_reason']), ('succeeded', None))
    check(said['finished_at'] and said['event_id'])


def who_only_notes_waits_for_nobody(post):
    """A21: an operation that sets nothing off is over at once, whatever others have set off."""
    case, operation_id = inspected(post)
    said = post.clerk.do('say', {'state_note': 'it ticks'}, case).json
    check_equal(said['status'], 'succeeded')
    check_equal(post.judge.operation(operation_id).json['status'], 'running')
    check_equal(disable_code(post.judge.offer('inspect', case)), 'operation_in_progress')


def what_is_not_allowed_is_not_offered(post):
    """A38, default deny"""
    case = post.send()
    names = [offer['operation'] for offer in post.sender.state(case).json['new_operations']]
    check_equal(names, ['readdress'])


def a_form_is_described(post):
    """A9, A13: what a client needs to draw it."""
    form = post.sender.offer('send')['form']
    check_equal([(field['name'], field['kind'], field['required']) for field in form],
                [('address', 'text', True), ('tags', 'texts', False), ('urgent', 'flag', False)])
    check_equal(form[0]['label'], {'ru': 'Адрес', 'en': 'Address'})
    check_equal((form[0]['letters_min'], form[0]['letters_max']), (0, 200))


# ---- tokens ----

def the_same_again_is_the_same(post):
    """A22: a lost response is asked for again."""
    token = post.sender.token('send')
    first = post.sender.post('send', token, {'address': 'Main street 1'})
    again = post.sender.post('send', token, {'address': 'Main street 1'})
    check_equal((again.status, again.json), (200, first.json))
    listed = post.sender.get('cases?mine=true').json['items']
    check_equal(len(listed), 1)


def another_body_with_it_is_refused(post):
    """A22"""
    token = post.sender.token('send')
    post.sender.post('send', token, {'address': 'Main street 1'})
    refused(post.sender.post('send', token, {'address': 'Elsewhere'}), 409, 'invalid_token')


def a_stale_one_is_refused_with_what_has_changed(post):
    """A12, A16: places and fields, of those that he sees."""
    case = post.send()
    token = post.sender.token('readdress', case)
    post.clerk.do('weigh', {'weight': 7}, case)
    details = refused(post.sender.post('readdress', token, {'address': 'x'}), 409, 'invalid_token')
    check_equal((details['changed'], details['places']), ([], ['Weighed']))
    token = post.sender.token('readdress', case)
    post.clerk.do('say', {'state_note': 'soon'}, case)
    details = refused(post.sender.post('readdress', token, {'address': 'x'}), 409, 'invalid_token')
    check_equal((details['changed'], details['places']), (['state_note'], ['Weighed']))
    check_equal(post.sender.do('readdress', {'address': 'x'}, case).status, 200)


def what_he_does_not_see_leaves_it_good(post):
    """A12, A38: whether something happened where he may not look is not his to learn."""
    case = post.send()
    token = post.sender.token('readdress', case)
    check_equal(post.judge.do('note', {'suspicion': 'a bomb?'}, case).status, 200)
    check_equal(post.sender.post('readdress', token, {'address': 'x'}).status, 200)


def one_of_somebody_else_is_refused(post):
    """A12, A22, T5: bound to person, door, workflow, operation and case."""
    case = post.send()
    token = post.clerk.token('weigh', case)
    form = {'weight': 5}
    for other in (post.join('post', 'post.clerk'), post.join('post', 'post.judge')):
        refused(other.post('weigh', token, form), 409, 'invalid_token')
    refused(post.clerk.post('say', token, {'state_note': 'x'}), 409, 'invalid_token')
    refused(post.clerk.post('lose', token), 409, 'invalid_token')
    check_equal(post.clerk.state(case).json['case']['places'][0]['name'], 'Sent')
    check_equal(post.clerk.post('weigh', token, form).status, 200)


def a_forged_one_is_refused(post):
    """T5: every letter counts."""
    case = post.send()
    token = post.clerk.token('weigh', case)
    for at in range(0, len(token), 9):
        letter = 'A' if token[at] != 'A' else 'B'
        forged = token[:at] + letter + token[at + 1:]
        refused(post.clerk.post('weigh', forged, {'weight': 5}), 409, 'invalid_token')
    for forged in ('x', token[:-1], token + 'A', token[::-1]):
        refused(post.clerk.post('weigh', forged, {'weight': 5}), 409, 'invalid_token')


def an_expired_one_is_refused():
    """A44, T5"""
    house = house_with('tokens_expire_at_once')
    post = Post(house)
    token = post.sender.token('send')
    time.sleep(0.05)
    refused(post.sender.post('send', token, {'address': 'x'}), 409, 'invalid_token')
    check_equal(post.sender.get('cases').json['items'], [])
    house.stop()


def a_wrong_form_leaves_it_good(post):
    """A22: nothing is consumed."""
    token = post.sender.token('send')
    wrong = post.sender.post('send', token, {'address': 5, 'tags': ['a', 3], 'who': 'me'})
    check_equal((wrong.status, wrong.code), (400, 'validation_error'))
    check_equal(wrong.fields, {'form.address': 'bad_value', 'form.tags': 'bad_value',
                               'form.who': 'unknown_field'})
    missing = post.sender.post('send', token)
    check_equal((missing.status, missing.fields), (400, {'form.address': 'required'}))
    check_equal(post.sender.post('send', token, {'address': 'x'}).status, 200)


def a_field_says_what_it_must_be(post):
    """A23: what another field has decides; the token is still good, and both languages are told."""
    case = post.send(address='Street 1')
    token = post.clerk.token('say', case)
    wrong = post.clerk.post('say', token, {'state_note': 'Street 1'})
    check_equal((wrong.status, wrong.fields), (400, {'form.state_note': 'condition'}))
    check_in('form.state_note is not right: That is the address.', wrong.json['message'])
    form = post.clerk.offer('say', case)['form']
    check_equal(form[0]['because'], {'ru': 'Это адрес.', 'en': 'That is the address.'})
    check_equal(post.clerk.post('say', token, {'state_note': 'lost'}).status, 200)


def a_form_that_does_not_meet_the_condition(post):
    """The form itself decides: it is offered, and looked at when it has come."""
    case = post.send()
    token = post.clerk.token('lose', case)
    details = refused(post.clerk.post('lose', token, {'state_note': 'no'}), 422, 'condition')
    check_in('because', details)
    check_equal(post.clerk.post('lose', token, {'state_note': 'gone for good'}).status, 200)


# ---- what becomes of it ----

def a_function_that_refuses_fails_the_operation(post):
    """A7, A21: undone, recorded, and said with a code; the case is where it was."""
    case = post.send()
    said = post.clerk.do('stamp', {'stamp_of': 'dry'}, case)
    check_equal((said.status, said.json['status']), (200, 'failed'), said)
    check_equal(said.json['fail_reason'],
                {'code': 'no_ink', 'message': 'There is no ink.', 'details': {}})
    check_equal(post.clerk.operation(said.json['operation_id']).json, said.json)
    check_equal(post.judge.state(case).json['case']['forms'].get('stamp_of'), None)
    worked = post.clerk.do('stamp', {'stamp_of': 'red'}, case).json
    check_equal((worked['status'], worked['fail_reason']), ('succeeded', None))
    check_equal(post.judge.state(case).json['case']['forms']['stamp_of'], 'red')


def one_open_case_is_gone_on_with(post):
    """A36, T6: starting it again comes to the one that is open."""
    staff = post.join('staff', workflow='leave')
    first, second = staff.token('ask'), staff.token('ask')
    begun = staff.post('ask', first, DAYS).json
    state = staff.state().json
    check_equal((state['case']['case_id'], state['new_operations']), (begun['case_id'], []))
    again = staff.post('ask', second, BACKWARDS)
    check_equal((again.status, again.json['case_id'], again.json['status']),
                (200, begun['case_id'], 'succeeded'))
    check_not_equal(again.json['operation_id'], begun['operation_id'])
    check_equal(staff.state().json['case']['forms']['first_day'], DAYS['first_day'])
    check_equal(staff.post('ask', second, BACKWARDS).json, again.json)


def a_closed_case_makes_room(post):
    """A36"""
    staff = post.join('staff', workflow='leave')
    boss = post.join('office', 'office.manager', 'leave')
    first = staff.do('ask', DAYS).json['case_id']
    boss.do('refuse', {'answer': 'no'}, first)
    check_equal(staff.state().json['case'], None)
    check_not_equal(staff.do('ask', DAYS).json['case_id'], first)


# ---- who may come in ----

def a_door_is_for_its_kind(post):
    """A26, A27, A28"""
    case = post.send()
    stranger = post.join('sender', 'post.clerk')
    refused(stranger.state(), 403, 'forbidden')
    refused(stranger.post('send', 'x', {}), 403, 'forbidden')
    refused(stranger.get('cases'), 403, 'forbidden')
    nobody = post.house.server('office').client(key=None)
    check_equal(nobody.get('/flow/sender/parcel/state').status, 401)
    check_equal(post.client.get('/flow/sender/parcel/state').status, 403)
    refused(post.join('sender').state(case), 404, 'case_not_found')
    refused(post.sender.state(uuid.uuid4()), 404, 'case_not_found')
    check_equal(post.client.get('/flow/driver/parcel/state').status, 404)


def a_case_of_another_workflow_is_not_here(post):
    case = post.send()
    boss = post.join('office', 'office.manager', 'leave')
    refused(boss.state(case), 404, 'case_not_found')


def a_case_has_an_older_name(post):
    """A39: ticket_id"""
    case = post.send()
    check_equal(post.sender.get(f'state?ticket_id={case}').json['case']['case_id'], case)


# ---- events ----

def an_event_of_tomorrow_is_unknown(post):
    """A20, A25"""
    case = post.send()
    refused(post.sender.state(case, uuid.uuid4()), 404, 'unknown_event')
    tomorrow = int((time.time() + 86400) * 1000)
    refused(post.sender.state(case, version_seven(tomorrow)), 404, 'unknown_event')


def an_event_that_is_about_to_be_is_not_ready(post):
    """A25"""
    case = post.send()
    soon = post.sender.state(case, version_seven(int((time.time() + 30) * 1000)))
    refused(soon, 503, 'not_ready')
    check_equal(soon.headers['retry-after'], '1')


def version_seven(moment_ms):
    return uuid.UUID(int=moment_ms << 80 | 7 << 76 | 2 << 62)


# ---- ETags, reasons ----

def a_state_that_is_known_is_not_sent(post):
    case = post.send()
    state = post.sender.state(case)
    known = {'If-None-Match': state.etag}
    check_equal(post.sender.state(case, headers=known).status, 304)
    post.judge.do('note', {'suspicion': 'a bomb?'}, case)
    check_equal(post.sender.state(case, headers=known).status, 304)
    post.clerk.do('say', {'state_note': 'soon'}, case)
    check_equal(post.sender.state(case, headers=known).status, 200)


def every_code_is_in_the_registry(post):
    """A6, A7: and what stands in its details fits."""
    registry = {one['code']: one for one in
                post.clerk.get('fail-reasons').json['fail_reasons']}
    check_in('no_ink', registry)
    said = [(one['code'], one['details']) for one in everything_that_is_said(post)]
    check_equal({code for code, _ in said} - set(registry), set())
    for code, details in said:
        check_equal(offences(registry[code]['details'], details, {}), [], code)
    check(len({code for code, _ in said}) >= 12, sorted({code for code, _ in said}))


def codes_of_stages():
    """Those that stand in the source of stages and operations."""
    for folder in ('run', 'stages', 'operations'):
        path = os.path.join(repository(), 'src', 'engine', folder)
        for name in os.listdir(path):
            with open(os.path.join(path, name), encoding='utf-8') as file:
                yield from re.findall(r'(?:\.code = TEXT|failure)\("([a-z_]+)"', file.read())


def codes_of_stages_are_in_the_registry(post):
    """A7: whatever a stage can fail with may be the fail_reason of an operation."""
    registry = {one['code'] for one in post.clerk.get('fail-reasons').json['fail_reasons']}
    found = set(codes_of_stages()) - {'early'}  # which is noted in a history, and fails nothing
    check(len(found) >= 6, found)
    check_equal(found - registry, set())


def the_manual_has_the_registry(post):
    """A5, A6: docs/operations.md says of each what it means, in the same words."""
    with open(os.path.join(repository(), 'docs', 'operations.md'), encoding='utf-8') as file:
        manual = file.read()
    staff = post.join('staff', workflow='leave')
    for one in staff.get('fail-reasons').json['fail_reasons']:
        check_in(f"| `{one['code']}` | {', '.join(one['said_by'])} | {one['meaning']} |", manual)


def everything_that_is_said(post):
    """Each code that can be provoked from outside."""
    case = post.send()
    token = post.sender.token('readdress', case)
    answers = [
        post.house.server('office').client(key=None).get('/flow/sender/parcel/state'),
        post.join('sender', 'nobody').state(),
        post.sender.state(uuid.uuid4()),
        post.sender.operation(uuid.uuid4()),
        post.sender.state(case, uuid.uuid4()),
        post.sender.state(case, version_seven(int((time.time() + 30) * 1000))),
        post.sender.post('readdress', 'x', {}),
        post.sender.post('readdress', token, {}),
        post.clerk.do('lose', {'state_note': 'no'}, case),
        post.clerk.get('cases?place=Nowhere'),
    ]
    for answer in answers:
        yield {'details': {}, **answer.json}
    yield post.clerk.offer('deliver', case)['disable_reason']
    post.clerk.do('weigh', {'weight': 5}, case)
    yield post.clerk.offer('deliver', case)['disable_reason']
    yield post.clerk.do('stamp', {'stamp_of': 'dry'}, case).json['fail_reason']
    post.clerk.do('lose', {'state_note': 'gone'}, case)
    yield post.clerk.offer('deliver', case)['disable_reason']


# ---- the tests can fail ----

def bugs_are_found():
    for bug, proof in (('nonce_not_looked_at', the_same_again_is_the_same),
                       ('stale_is_fresh', a_stale_one_is_refused_with_what_has_changed)):
        house = house_with(bug)
        try:
            proof(Post(house))
        except AssertionError:
            pass
        else:
            check(False, f'{bug} was not found')
        finally:
            house.stop()


TESTS = [a_client_goes_its_three_steps, an_operation_is_queried_after_its_end,
         an_operation_is_its_askers_own, a_state_restores_all, what_is_under_way_is_in_the_state,
         each_offer_has_a_token_or_a_reason, a_condition_says_why_in_both_languages,
         a_closed_case_offers_nothing, an_operation_in_progress_is_not_begun_again,
         an_operation_may_be_overtaken, who_only_notes_waits_for_nobody,
         what_is_not_allowed_is_not_offered, a_form_is_described, the_same_again_is_the_same,
         another_body_with_it_is_refused, a_stale_one_is_refused_with_what_has_changed,
         what_he_does_not_see_leaves_it_good, one_of_somebody_else_is_refused,
         a_forged_one_is_refused, a_wrong_form_leaves_it_good, a_field_says_what_it_must_be,
         a_form_that_does_not_meet_the_condition, a_function_that_refuses_fails_the_operation,
         one_open_case_is_gone_on_with, a_closed_case_makes_room, a_door_is_for_its_kind,
         a_case_of_another_workflow_is_not_here, a_case_has_an_older_name,
         an_event_of_tomorrow_is_unknown, an_event_that_is_about_to_be_is_not_ready,
         a_state_that_is_known_is_not_sent, every_code_is_in_the_registry,
         codes_of_stages_are_in_the_registry, the_manual_has_the_registry]
IN_ONE_PROCESS = [an_expired_one_is_refused, bugs_are_found]

if __name__ == '__main__':
    main(TESTS + (IN_ONE_PROCESS if seeks_seeded_bugs() else []),
         {'house': start_house, 'post': start_post})
