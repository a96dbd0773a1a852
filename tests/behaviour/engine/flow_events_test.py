"""flow_events_test.py - what people hear of cases: A18, A19, A20, A24, A25."""
# houses: sqlite postgres
import json
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of
from house import CASES, House, kind_of_house, seeks_seeded_bugs
from tap import check, check_equal, check_in, for_each_test, main, test_scale

ROUNDS = test_scale(10 if kind_of_house() == 'three' else 50)
DAYS = {'first_day': '2096-03-30', 'last_day': '2096-03-31'}


def open_house(**others):
    return House(settings=['--cases.directory', directory_of(parcel=PARCEL),
                           '--streams.user_max=1000'],
                 services=CASES, **others).start()


def start_house():
    house = open_house()
    yield house
    check_equal(set(house.stop()), {0})


class Ear:
    """One reader of .../events; what comes is the text itself (HTTP/1.0)."""

    def __init__(self, house, participant, path=None):
        server = house.server('office')
        self.socket = server.open_socket()
        self.socket.settimeout(60)
        headers = [f'GET {path or participant.path("events")} HTTP/1.0', 'Host: x',
                   f'Authorization: Bearer {server.key}']
        headers += [f'{name}: {value}' for name, value in participant.headers.items()]
        self.socket.sendall(('\r\n'.join(headers) + '\r\n\r\n').encode('ascii'))
        self.rest = b''
        self.head = self._until(b'\r\n\r\n').decode('ascii')
        check_in(' 200 ', self.head.splitlines()[0])
        self._until(b'\n\n')  # retry, and where it stands

    def _until(self, end):
        while end not in self.rest:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError(self.rest)
            self.rest += got
        piece, self.rest = self.rest.split(end, 1)
        return piece

    def next(self):
        """The next event, whatever comments are in between."""
        while True:
            lines = self._until(b'\n\n').decode('utf-8').splitlines()
            data = [line[6:] for line in lines if line.startswith('data: ')]
            if data:
                return json.loads(data[0])

    def until(self, condition):
        """All that was heard up to the first for which it is true."""
        heard = [self.next()]
        while not condition(heard[-1]):
            heard.append(self.next())
        return heard

    def close(self):
        self.socket.close()


class Post:
    def __init__(self, house):
        self.house = house
        client = house.client('office')
        self.sender = Participant(client, 'sender', 'parcel')
        self.clerk = Participant(client, 'post', 'parcel', 'post.clerk')
        self.judge = Participant(client, 'post', 'parcel', 'post.judge')
        self.stranger = Participant(client, 'sender', 'parcel')
        self.ears = {}

    def listen(self, *names):
        for name in names:
            self.ears[name] = Ear(self.house, getattr(self, name))

    def send(self):
        return self.sender.do('send', {'address': 'Main street 1'}).json


@for_each_test
def start_hearers(house):
    hearers = Post(house)
    yield hearers
    for ear in hearers.ears.values():
        ear.close()


def is_of(operation):
    return lambda heard: heard['operation_id'] == operation['operation_id']


def who_asked_hears_how_it_ended(hearers):
    """A18, A24: the payload has no business data."""
    hearers.listen('sender')
    operation = hearers.send()
    heard = hearers.ears['sender'].until(is_of(operation))[-1]
    check_equal(set(heard), {'event_id', 'case_id', 'operation_id', 'status', 'occurred_at'})
    check_equal((heard['event_id'], heard['case_id'], heard['status']),
                (operation['event_id'], operation['case_id'], 'succeeded'))


def a_refused_one_is_heard_of_too(hearers):
    """A18, A21"""
    case = hearers.send()['case_id']
    hearers.listen('clerk')
    operation = hearers.clerk.do('stamp', {'stamp_of': 'dry'}, case).json
    heard = hearers.ears['clerk'].until(is_of(operation))[-1]
    check_equal((heard['status'], heard['event_id']), ('failed', operation['event_id']))


def others_hear_that_it_has_changed(hearers):
    """A24: not whose operation it was."""
    hearers.listen('clerk')
    case = hearers.send()['case_id']
    heard = hearers.ears['clerk'].until(lambda one: one['case_id'] == case)[-1]
    check_equal((heard['operation_id'], heard['status']), (None, None))


def who_sees_nothing_of_it_hears_nothing(hearers):
    """A38, A40: a note for the judge, and then something that they see."""
    hearers.listen('sender', 'clerk', 'judge')
    sent = hearers.send()
    case = sent['case_id']
    for name in ('sender', 'clerk', 'judge'):
        hearers.ears[name].until(lambda one: one['event_id'] == sent['event_id'])
    noted = hearers.judge.do('note', {'suspicion': 'a bomb?'}, case).json
    told = hearers.judge.do('say', {'state_note': 'soon'}, case).json
    other = hearers.stranger.do('send', {'address': 'Elsewhere'}).json
    judge = hearers.ears['judge'].until(is_of(told))
    check_equal([one['event_id'] for one in judge], [noted['event_id'], told['event_id']])
    check_equal(hearers.ears['sender'].next()['event_id'], told['event_id'])
    # The clerk sees neither what is said nor the suspicion: he hears of the other's parcel.
    check_equal(hearers.ears['clerk'].next()['event_id'], other['event_id'])


def a_stranger_hears_nothing(hearers):
    """A38"""
    hearers.listen('stranger')
    case = hearers.send()['case_id']
    hearers.judge.do('say', {'state_note': 'soon'}, case)
    other = hearers.stranger.do('send', {'address': 'Elsewhere'}).json
    check_equal(hearers.ears['stranger'].next()['event_id'], other['event_id'])


def the_channel_client_events_has_all_of_it(hearers):
    """A3, A18, C54: of every workflow of the service, each saying which it is of."""
    everything = Ear(hearers.house, hearers.sender, '/api/v1/streams/client-events.office')
    nobody = Ear(hearers.house, hearers.stranger, '/api/v1/streams/client-events.office')
    sent = hearers.send()
    heard = everything.until(is_of(sent))[-1]
    check_equal((heard['workflow'], heard['status'], heard['case_id']),
                ('parcel', 'succeeded', sent['case_id']))
    staff = Participant(hearers.sender.client, 'staff', 'leave', 'staff', who=hearers.sender.who)
    at_leave = Ear(hearers.house, staff, '/api/v1/streams/client-events.office')
    asked = staff.do('ask', DAYS).json
    check_equal(at_leave.until(is_of(asked))[-1]['workflow'], 'leave')
    other = hearers.stranger.do('send', {'address': 'Elsewhere'}).json
    check_equal(nobody.next()['event_id'], other['event_id'])
    for ear in (everything, nobody, at_leave):
        ear.close()


def a_state_is_never_older_than_what_was_heard(hearers):
    """A19, A20, A25: after the push the operation counts as finished, and the case has moved."""
    staff = Participant(hearers.sender.client, 'staff', 'leave')
    boss = Participant(hearers.sender.client, 'office', 'leave', 'office.manager')
    ear = Ear(hearers.house, boss)
    for _ in range(ROUNDS):
        case = staff.do('ask', DAYS).json['case_id']
        operation = boss.do('approve', case=case).json
        heard = ear.until(is_of(operation))[-1]
        state = boss.state(case, heard['event_id']).json
        check_equal((heard['status'], state['operations']), ('succeeded', []))
        check_equal(state['case']['places'][0]['name'], 'booked')
        staff = Participant(hearers.sender.client, 'staff', 'leave')
    ear.close()


def the_bug_is_found():
    house = open_house(kind='sqlite', variant='fault', environment={'KONTORA_BUG': 'told_to_all'})
    try:
        who_sees_nothing_of_it_hears_nothing(Post(house))
    except AssertionError:
        pass
    else:
        check(False, 'told_to_all was not found')
    finally:
        house.stop()


TESTS = [who_asked_hears_how_it_ended, a_refused_one_is_heard_of_too,
         others_hear_that_it_has_changed, who_sees_nothing_of_it_hears_nothing,
         a_stranger_hears_nothing, the_channel_client_events_has_all_of_it,
         a_state_is_never_older_than_what_was_heard]
IN_ONE_PROCESS = [the_bug_is_found]

if __name__ == '__main__':
    main(TESTS + (IN_ONE_PROCESS if seeks_seeded_bugs() else []),
         {'house': start_house, 'hearers': start_hearers})
