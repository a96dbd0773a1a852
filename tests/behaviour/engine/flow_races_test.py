"""flow_races_test.py - one effect or one clear refusal, whoever else is at it: T5, T6, T42, A12,
A22, A36.

Under load: others work in the same store meanwhile. 50 rounds of each, 1,000 at scale 20."""
# houses: sqlite postgres
# sanitizers: asan tsan
import os
import sys
import threading

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, at_once, directory_of
from house import CASES, House
from tap import check, check_equal, for_each_test, main, seconds_max, test_scale

ROUNDS = test_scale(50)
SECONDS = 180 + 4 * ROUNDS
DAYS = {'first_day': '2096-03-30', 'last_day': '2096-03-31'}


def start_house():
    house = House(settings=['--cases.directory', directory_of(parcel=PARCEL)],
                  services=CASES).start()
    yield house
    check_equal(set(house.stop()), {0})


def start_crowd(house):
    """Others, all the while."""
    stops = threading.Event()
    crowd = [threading.Thread(target=work, args=(house, stops)) for _ in range(2)]
    for thread in crowd:
        thread.start()
    yield crowd
    stops.set()
    for thread in crowd:
        thread.join(60)


def work(house, stops):
    sender = Participant(house.client('office'), 'sender', 'parcel')
    while not stops.is_set():
        case = sender.do('send', {'address': 'x'}).json['case_id']
        sender.do('readdress', {'address': 'y'}, case)


class Racers:
    """Two clients, each with a connection of its own."""

    def __init__(self, house):
        self.first = house.client('office')
        self.second = house.client('office')

    def of(self, kind, workflow='parcel', roles=None, who=None):
        one = Participant(self.first, kind, workflow, roles, who)
        return one, Participant(self.second, kind, workflow, roles, who or one.who)


@for_each_test
def start_racers(house, crowd):
    check(all(thread.is_alive() for thread in crowd))
    yield Racers(house)


def codes(answers):
    return sorted((answer.status, answer.json.get('code', answer.json.get('status')))
                  for answer in answers)


ONE_OF_TWO = [(200, 'succeeded'), (409, 'invalid_token')]


@seconds_max(SECONDS)
def two_clients_with_one_token(racers):
    """T5, A22: other forms, so one of the two is refused."""
    for _ in range(ROUNDS):
        one, other = racers.of('sender')
        token = one.token('send')
        answers = at_once(lambda: one.post('send', token, {'address': 'here'}),
                          lambda: other.post('send', token, {'address': 'there'}))
        check_equal(codes(answers), ONE_OF_TWO)
        check_equal(len(one.get('cases').json['items']), 1)


@seconds_max(SECONDS)
def a_response_is_lost_and_asked_for_at_once(racers):
    """A22, T42: the same body twice is one operation."""
    for _ in range(ROUNDS):
        one, other = racers.of('sender')
        token = one.token('send')
        answers = at_once(lambda: one.post('send', token, {'address': 'here'}),
                          lambda: other.post('send', token, {'address': 'here'}))
        check_equal([answer.status for answer in answers], [200, 200])
        check_equal(answers[0].json, answers[1].json)
        check_equal(len(one.get('cases').json['items']), 1)


@seconds_max(SECONDS)
def two_people_race(racers):
    """A12: who comes second has not seen the newest."""
    sender = racers.of('sender')[0]
    for _ in range(ROUNDS):
        case = sender.do('send', {'address': 'here'}).json['case_id']
        clerk = racers.of('post', roles='post.clerk')[0]
        other = racers.of('post', roles='post.clerk')[1]
        tokens = clerk.token('weigh', case), other.token('weigh', case)
        answers = at_once(lambda: clerk.post('weigh', tokens[0], {'weight': 1}),
                          lambda: other.post('weigh', tokens[1], {'weight': 2}))
        check_equal(codes(answers), ONE_OF_TWO)
        steps = clerk.get(f'cases/{case}/history').json['items']
        check_equal(sum(step['transition'] == 'weigh' for step in steps), 1)


@seconds_max(SECONDS)
def two_begin_what_there_may_be_one_of(racers):
    """A36, T6: two tokens, one case; both are told which."""
    for _ in range(ROUNDS):
        one, other = racers.of('staff', 'leave')
        tokens = one.token('ask'), other.token('ask')
        answers = at_once(lambda: one.post('ask', tokens[0], DAYS),
                          lambda: other.post('ask', tokens[1], DAYS))
        check_equal([answer.status for answer in answers], [200, 200])
        check_equal(len({answer.json['case_id'] for answer in answers}), 1)
        check_equal(len({answer.json['operation_id'] for answer in answers}), 2)
        check_equal(len(one.get('cases').json['items']), 1)


@seconds_max(SECONDS)
def a_used_one_is_never_good_again(racers):
    """T5: replayed as it is, by others, for another case, and after the case has gone on."""
    sender, other = racers.of('sender')
    thief = racers.of('sender')[0]
    for _ in range(ROUNDS):
        case = sender.do('send', {'address': 'here'}).json['case_id']
        token = sender.token('readdress', case)
        first = sender.post('readdress', token, {'address': 'there'}).json
        check_equal(other.post('readdress', token, {'address': 'there'}).json, first)
        check_equal(other.post('readdress', token, {'address': 'nowhere'}).status, 409)
        check_equal(thief.post('readdress', token, {'address': 'there'}).status, 409)
        check_equal(sender.do('readdress', {'address': 'home'}, case).status, 200)
        check_equal(other.post('readdress', token, {'address': 'there'}).json, first)
        check_equal(sender.state(case).json['case']['forms']['address'], 'home')


TESTS = [two_clients_with_one_token, a_response_is_lost_and_asked_for_at_once, two_people_race,
         two_begin_what_there_may_be_one_of, a_used_one_is_never_good_again]

if __name__ == '__main__':
    main(TESTS, {'house': start_house, 'crowd': start_crowd, 'racers': start_racers})
