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
from house import House
from tap import check, check_equal, check_in, check_not_in, for_each_test, main

SEEN = {'sender': {'address', 'state_note'}, 'clerk': {'address', 'weight', 'price'}}
VALUES = {'suspicion': ('a bomb?', 'a cat'), 'secret_code': ('1234', '98765'),
          'weight': (100, 20000), 'price': ('1.00', '12345.00'), 'state_note': ('here', 'there')}
WRITER = {'state_note': 'say'}  # the others by 'note'


def open_house(**others):
    return House(settings=['--cases.directory', directory_of(parcel=PARCEL)], **others).start()


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
def start_post(house):
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


def a_hidden_field_changes_no_byte(post):
    """A40: state, list, counts, history, errors, ETags."""
    count = 0
    for name, field in hidden_fields():
        participant = getattr(post, name)
        for value in VALUES[field]:
            before = all_he_can_get(participant, post.case)
            post.change(field, value)
            check_equal(all_he_can_get(participant, post.case), before, f'{name}, {field}')
            count += 1
    check_equal(count, 14)


def a_seen_field_changes_some(post):
    """Otherwise the test above would prove nothing."""
    for name, field in (('sender', 'state_note'), ('clerk', 'weight'), ('clerk', 'price')):
        participant = getattr(post, name)
        for value in VALUES[field]:
            before = all_he_can_get(participant, post.case)
            post.change(field, value)
            after = all_he_can_get(participant, post.case)
            changed = sum(one != other for one, other in zip(before, after))
            check(changed >= 3, f'{name}, {field}: {changed}')


def a_stale_token_names_no_hidden_field(post):
    """A16, A40: what has changed since is named, of what he sees."""
    token = post.sender.token('readdress', post.case)
    for field, values in VALUES.items():
        post.change(field, values[0])
    details = post.sender.post('readdress', token, {'address': 'x'}).json['details']
    check_equal(details, {'changed': ['state_note'], 'places': ['Sent'], 'disable_reason': None})


def nobody_finds_by_what_he_does_not_see(post):
    """The clerk does not see who has sent it."""
    asked = f'cases?by=sender_id&value={post.sender.who}'
    check_equal(post.clerk.get(asked).json, {'items': [], 'next': None})
    check_equal(len(post.judge.get(asked).json['items']), 1)


def a_secret_is_shown_to_nobody(post):
    post.change('secret_code', '424242')
    for participant in (post.sender, post.clerk, post.judge):
        check_not_in('424242', json.dumps(all_he_can_get(participant, post.case)))
    check_equal(post.judge.state(post.case).json['case']['forms']['secret_code'], '***')
    check_in('***', post.judge.get(f'cases/{post.case}/history').text)


def who_acts_is_told_to_colleagues_only(post):
    post.change('state_note', 'soon')
    for participant, seen in ((post.judge, post.judge.who), (post.sender, None)):
        steps = participant.get(f'cases/{post.case}/history').json['items']
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


def a_stranger_sees_nothing(post):
    """A38"""
    stranger = Participant(post.sender.client, 'sender', 'parcel')
    unknown = '018f6e2a-0000-7000-8000-00000000dead'
    said = [(answer.status, answer.json.get('code')) for answer in
            (stranger.state(post.case), stranger.get(f'cases/{post.case}/history'))]
    check_equal(said, [(404, 'case_not_found')] * 2)
    check_equal(without_chance(stranger.state(post.case).text),
                without_chance(stranger.state(unknown).text))
    check_equal(stranger.get('cases').json['items'], [])
    check_equal({place['count'] for place in stranger.get('counts').json['places']}, {0})


if __name__ == '__main__':
    main([a_hidden_field_changes_no_byte, a_seen_field_changes_some,
          a_stale_token_names_no_hidden_field, nobody_finds_by_what_he_does_not_see,
          a_secret_is_shown_to_nobody, who_acts_is_told_to_colleagues_only,
          a_stranger_sees_nothing, the_bugs_are_found],
         {'house': start_house, 'post': start_post})
