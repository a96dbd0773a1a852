"""flow_lists_test.py - lists, counts and histories of cases: A37, A38, A39."""
# houses: sqlite postgres
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of
from house import CASES, House
from tap import check_equal, check_in, main

PARCELS = 7


def start_house():
    house = House(settings=['--cases.directory', directory_of(parcel=PARCEL)],
                  services=CASES).start()
    yield house
    check_equal(set(house.stop()), {0})


def start_parcels(house):
    yield Parcels(house)


class Parcels:
    """All that there are; tests that change some come last. Two senders: the first one's parcels
    are every second; the first three are weighed."""

    def __init__(self, house):
        client = house.client('office')
        self.senders = [Participant(client, 'sender', 'parcel') for _ in range(2)]
        self.clerk = Participant(client, 'post', 'parcel', 'post.clerk')
        self.judge = Participant(client, 'post', 'parcel', 'post.judge')
        self.cases = []
        for i in range(PARCELS):
            said = self.senders[i % 2].do('send', {'address': f'Street {i}'}).json
            self.cases.append(said['case_id'])
        for case in self.cases[:3]:
            self.clerk.do('weigh', {'weight': 5}, case)


def ids(answer):
    check_equal(answer.status, 200, answer)
    return [item['case_id'] for item in answer.json['items']]


def paged(participant, asked, limit):
    """All pages of a list."""
    found, cursor = [], ''
    while cursor is not None:
        answer = participant.get(f'cases?limit={limit}{asked}' + (cursor and f'&cursor={cursor}'))
        found.append(ids(answer))
        cursor = answer.json['next']
    return found


def all_are_listed_in_their_order(parcels):
    check_equal(ids(parcels.clerk.get('cases')), parcels.cases)
    check_equal(ids(parcels.clerk.get('cases?order=newest')), parcels.cases[::-1])


def a_sender_sees_his_own(parcels):
    """A38"""
    for number, sender in enumerate(parcels.senders):
        check_equal(ids(sender.get('cases')), parcels.cases[number::2])
        check_equal(ids(sender.get('cases?mine=true&order=newest')),
                    parcels.cases[number::2][::-1])


def pages_follow_each_other(parcels):
    for order, expected in (('oldest', parcels.cases), ('newest', parcels.cases[::-1])):
        pages = paged(parcels.clerk, f'&order={order}', 3)
        check_equal(pages, [expected[:3], expected[3:6], expected[6:]])
    check_equal(sum(paged(parcels.senders[0], '', 1), []), parcels.cases[0::2])


def by_place(parcels):
    check_equal(ids(parcels.clerk.get('cases?place=Weighed')), parcels.cases[:3])
    check_equal(ids(parcels.clerk.get('cases?place=Sent')), parcels.cases[3:])
    check_equal(ids(parcels.senders[0].get('cases?place=Weighed')), parcels.cases[:3:2])


def by_a_key(parcels):
    asked = f'cases?by=sender_id&value={parcels.senders[1].who}'
    check_equal(ids(parcels.judge.get(asked)), parcels.cases[1::2])
    check_equal(ids(parcels.judge.get(asked + '&place=Weighed')), parcels.cases[1:2])


def by_age_and_by_whether_it_has_ended(parcels):
    parcels.clerk.do('lose', {'state_note': 'lost at sea'}, parcels.cases[2])
    check_equal(ids(parcels.clerk.get('cases?open=false')), parcels.cases[2:3])
    check_equal(ids(parcels.clerk.get('cases?open=true')), parcels.cases[:2] + parcels.cases[3:])
    items = parcels.clerk.get('cases').json['items']
    after = items[4]['opened_at']
    expected = [item['case_id'] for item in items if item['opened_at'] >= after]
    check_equal(ids(parcels.clerk.get(f'cases?opened_after={after}')), expected)
    check_equal(ids(parcels.clerk.get(f'cases?opened_before={after}')),
                [item['case_id'] for item in items if item['opened_at'] < after])


def what_cannot_be_asked_for_is_named(parcels):
    for asked, field in (('place=Nowhere', 'place'), ('place=start', 'place'),
                         ('by=address&value=x', 'by'), ('by=sender_id&value=x', 'value'),
                         ('by=sender_id', 'value'), ('cursor=x', 'cursor')):
        answer = parcels.clerk.get(f'cases?{asked}')
        check_equal((answer.status, answer.fields), (400, {field: 'bad_query'}), asked)


def counts_are_of_what_is_seen(parcels):
    """A38"""
    def counts(participant):
        return {place['name']: place['count'] for place in
                participant.get('counts').json['places']}
    check_equal(counts(parcels.clerk), {'Sent': 4, 'Weighed': 3, 'Inspecting': 0, 'Delivered': 0,
                                        'Lost': 0})
    check_equal(counts(parcels.senders[0]), {'Sent': 2, 'Weighed': 2, 'Inspecting': 0,
                                             'Delivered': 0, 'Lost': 0})


def a_history_is_who_what_and_when(parcels):
    """A37, A39"""
    case = parcels.cases[0]
    parcels.judge.do('note', {'suspicion': 'a bomb?'}, case)
    steps = parcels.judge.get(f'cases/{case}/history').json['items']
    check_equal([step['transition'] for step in steps], ['send', 'weigh', 'note'])
    check_equal((steps[1]['person'], steps[1]['kind'], steps[1]['places'], steps[1]['fields']),
                (parcels.clerk.who, 'post', ['Weighed'], {'weight': [None, 5]}))
    check_equal([(step['label'], step['kind_label']) for step in steps[:1]],
                [({'ru': 'send', 'en': 'send'}, {'ru': 'sender', 'en': 'sender'})])
    mine = parcels.senders[0].get(f'cases/{case}/history').json['items']
    check_equal([(step['transition'], step['fields']) for step in mine],
                [('send', {'address': [None, 'Street 0']}), ('weigh', {})])


def a_history_has_pages(parcels):
    case = parcels.cases[1]
    for i in range(5):
        parcels.senders[1].do('readdress', {'address': f'Way {i}'}, case)
    whole = parcels.clerk.get(f'cases/{case}/history').json
    check_equal((len(whole['items']), whole['next']), (7, None))
    first = parcels.clerk.get(f'cases/{case}/history?limit=4').json
    rest = parcels.clerk.get(f'cases/{case}/history?limit=4&cursor={first["next"]}').json
    check_equal(first['items'] + rest['items'], whole['items'])
    check_equal(rest['next'], None)
    check_in('Way 4', str(rest))


TESTS = [all_are_listed_in_their_order, a_sender_sees_his_own, pages_follow_each_other, by_place,
         by_a_key, what_cannot_be_asked_for_is_named, counts_are_of_what_is_seen,
         by_age_and_by_whether_it_has_ended, a_history_is_who_what_and_when, a_history_has_pages]

if __name__ == '__main__':
    main(TESTS, {'house': start_house, 'parcels': start_parcels})
