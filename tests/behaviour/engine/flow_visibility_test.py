"""flow_visibility_test.py - what somebody may not see leaves no trace in anything he gets: A9, A38,
A40.

For each kind of participant and each field that is hidden from him: the field is changed, and not
one byte of what he can ask for is different. Pushes: flow_events_test.py.
"""
# houses: sqlite postgres
import json
import os
import re
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of
from house import CASES, House, seeks_seeded_bugs
from tap import check, check_equal, check_in, check_not_in, for_each_test, main

SEEN = {'sender': {'address', 'state_note'}, 'clerk': {'address', 'weight', 'price'}}
VALUES = {'suspicion': ('a bomb?', 'a cat'), 'secret_code': ('1234', '98765'),
          'weight': (100, 20000), 'price': ('1.00', '12345.00'), 'state_note': ('here', 'there')}
WRITER = {'state_note': 'say'}  # the others by 'note'


def open_house(**others):
    return House(settings=['--cases.directory', directory_of(parcel=PARCEL)],
                 services=CASES, **others).start()


def start_house():
    house = open_house()
    yield house
    check_equal(set(house.stop()), {0})


class Post:
    def __init__(self, house):
        client = house.client('office')
        self.sender = Participant(client, 'sender', 'parcel')
        self.clerk = Participant(client, 'post', 'parcel', 'post.clerk')
        self.judge = Participant(client, 'post', 'parcel', 'post.judge')
        self.case = self.sender.do('send', {'address': 'Main street 1'}).json['case_id']

    def change(self, field, value):
        answer = self.judge.do(WRITER.get(field, 'note'), {field: value}, self.case)
        check_equal((answer.status, answer.json['status']), (200, 'succeeded'), answer)


@for_each_test
def start_watched(house):
    yield Post(house)


def all_he_can_get(participant, case):
    """Everything he can read, byte by byte, but for what is different each time it is asked."""
    answers = [participant.get(rest) for rest in (
        f'state?case_id={case}', 'state', 'cases?order=newest', 'cases?place=Sent',
        'cases?mine=true', 'cases?open=true&order=newest', 'counts',
        f'cases/{case}/history', 'fail-reasons', 'about', 'cases?waiting=true',
        f'picture?case_id={case}', 'picture',
        f'operations/{case}', 'cases?place=Nowhere')]
    answers.append(participant.post('readdress', 'x', {}))
    answers.append(participant.post('weigh', 'x', {}))
    return [(answer.status, answer.etag, without_chance(answer.text)) for answer in answers]


def without_chance(text):
    text = re.sub(r'"token": ?"[^"]*"', '"token":"-"', text)
    return re.sub(r'"trace_id": ?"[^"]*"', '"trace_id":"-"', text)


def hidden_fields():
    for name, seen in SEEN.items():
        for field in VALUES:
            if field not in seen:
                yield name, field


def a_hidden_field_changes_no_byte(watched):
    """A40: state, list, counts, history, errors, ETags."""
    count = 0
    for name, field in hidden_fields():
        participant = getattr(watched, name)
        for value in VALUES[field]:
            before = all_he_can_get(participant, watched.case)
            watched.change(field, value)
            check_equal(all_he_can_get(participant, watched.case), before, f'{name}, {field}')
            count += 1
    check_equal(count, 14)


def a_seen_field_changes_some(watched):
    """Otherwise the test above would prove nothing."""
    for name, field in (('sender', 'state_note'), ('clerk', 'weight'), ('clerk', 'price')):
        participant = getattr(watched, name)
        for value in VALUES[field]:
            before = all_he_can_get(participant, watched.case)
            watched.change(field, value)
            after = all_he_can_get(participant, watched.case)
            changed = sum(one != other for one, other in zip(before, after))
            check(changed >= 3, f'{name}, {field}: {changed}')


def a_stale_token_names_no_hidden_field(watched):
    """A16, A40: what has changed since is named, of what he sees."""
    token = watched.sender.token('readdress', watched.case)
    for field, values in VALUES.items():
        watched.change(field, values[0])
    details = watched.sender.post('readdress', token, {'address': 'x'}).json['details']
    check_equal(details, {'changed': ['state_note'], 'places': ['Sent'], 'disable_reason': None})


def nobody_finds_by_what_he_does_not_see(watched):
    """The clerk does not see who has sent it."""
    asked = f'cases?by=sender_id&value={watched.sender.who}'
    check_equal(watched.clerk.get(asked).json, {'items': [], 'next': None})
    check_equal(len(watched.judge.get(asked).json['items']), 1)


def a_secret_is_shown_to_nobody(watched):
    watched.change('secret_code', '424242')
    for participant in (watched.sender, watched.clerk, watched.judge):
        check_not_in('424242', json.dumps(all_he_can_get(participant, watched.case)))
    check_equal(watched.judge.state(watched.case).json['case']['forms']['secret_code'], '***')
    check_in('***', watched.judge.get(f'cases/{watched.case}/history').text)


def who_acts_is_told_to_colleagues_only(watched):
    watched.change('state_note', 'soon')
    for participant, seen in ((watched.judge, watched.judge.who), (watched.sender, None)):
        steps = participant.get(f'cases/{watched.case}/history').json['items']
        said = [step['person'] for step in steps if step['transition'] == 'say']
        check_equal(said, [seen])


def the_bugs_are_found():
    for bug, proof in (('view_shows_all', a_hidden_field_changes_no_byte),
                       ('view_ignores_is', a_stranger_sees_nothing)):
        house = open_house(kind='sqlite', variant='fault', environment={'KONTORA_BUG': bug})
        try:
            proof(Post(house))
        except AssertionError:
            pass
        else:
            check(False, f'{bug} was not found')
        finally:
            house.stop()


def a_stranger_sees_nothing(watched):
    """A38"""
    stranger = Participant(watched.sender.client, 'sender', 'parcel')
    unknown = '018f6e2a-0000-7000-8000-00000000dead'
    said = [(answer.status, answer.json.get('code')) for answer in
            (stranger.state(watched.case), stranger.get(f'cases/{watched.case}/history'))]
    check_equal(said, [(404, 'case_not_found')] * 2)
    check_equal(without_chance(stranger.state(watched.case).text),
                without_chance(stranger.state(unknown).text))
    check_equal(stranger.get('cases').json['items'], [])
    check_equal({place['count'] for place in stranger.get('counts').json['places']}, {0})


TESTS = [a_hidden_field_changes_no_byte, a_seen_field_changes_some,
         a_stale_token_names_no_hidden_field, nobody_finds_by_what_he_does_not_see,
         a_secret_is_shown_to_nobody, who_acts_is_told_to_colleagues_only, a_stranger_sees_nothing]
IN_ONE_PROCESS = [the_bugs_are_found]

if __name__ == '__main__':
    main(TESTS + (IN_ONE_PROCESS if seeks_seeded_bugs() else []),
         {'house': start_house, 'watched': start_watched})
