"""view_as_test.py - a case with the eyes of another participant: what he sees himself, byte
for byte, nothing to do with it, by permission alone, and never without a trace.
"""
# houses: sqlite postgres
import json
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of, person
from house import CASES, House
from tap import check, check_equal, check_not_in, main


def post():
    house = House(settings=['--cases.directory', directory_of(parcel=PARCEL)],
                  services=CASES).start()
    yield Post(house)
    check_equal(set(house.stop()), {0})


class Post:
    def __init__(self, house):
        self.house = house
        self.root = house.client('office')
        self.sender = Participant(self.root, 'sender', 'parcel')
        self.eyes = {'sender': self.sender,
                     'post': Participant(self.root, 'post', 'parcel', 'post'),
                     'post.clerk': Participant(self.root, 'post', 'parcel', 'post.clerk'),
                     'post.judge': Participant(self.root, 'post', 'parcel', 'post.judge')}
        self.case = self.sender.do('send', {'address': 'Main street 1'}).json['case_id']
        self.eyes['post.judge'].do('note', {'suspicion': 'a bomb?', 'secret_code': '1234'},
                                   self.case)
        self.eyes['post.clerk'].do('weigh', {'weight': 700}, self.case)

    def look(self, participant, permissions='cases.view_as', case=None):
        body = {} if participant is None else {'as': participant}
        return self.root.post(f'/api/cases/office/{case or self.case}/view_as', body,
                              {'Kontora-Person': person(), 'Kontora-May': permissions})


def without_tokens(offers):
    return [{name: value for name, value in offer.items() if name != 'token'} for offer in offers]


def it_is_what_he_sees_himself(post):
    for name, eyes in post.eyes.items():
        said = post.look(name).json
        own = eyes.state(post.case).json
        check_equal(said['as'], name)
        check_equal(said['about'], eyes.get('about').json, name)
        check_equal(said['case'], own['case'], name)
        check_equal(said['new_operations'], without_tokens(own['new_operations']), name)
        history = eyes.get(f'cases/{post.case}/history').json['items']
        if name in ('post.clerk', 'post.judge'):
            check(any(step['fields'] for step in history), name)
        check_equal(said['history'], history, name)
    seen = {name: set(post.look(name).json['case']['forms']) for name in post.eyes}
    check('weight' in seen['post.clerk'] and 'weight' not in seen['sender'], seen)
    check('suspicion' in seen['post.judge'] and 'suspicion' not in seen['post.clerk'], seen)
    for name in post.eyes:
        check_not_in('1234', post.look(name).text)


def nothing_can_be_done_with_it(post):
    said = post.look('post.judge').json
    check(len(said['new_operations']) > 1, said)
    check_not_in('token', json.dumps(said))


def who_there_is_is_listed_without_looking(post):
    said = post.look(None).json
    check_equal([one['name'] for one in said['participants']], list(post.eyes))
    check_equal((said['as'], said['case'], said['history']), (None, None, []))


def nobody_looks_who_may_not(post):
    for permissions in ('cases.read', 'cases.mend', 'workflows.*', 'users.*', ''):
        check_equal(post.look('sender', permissions).status, 403, permissions)
    check_equal(post.look('sender', 'cases.*').status, 200)
    answer = post.look('post.boss')
    check_equal((answer.status, answer.code), (422, 'no_participant'), repr(answer))
    check_equal(post.look('sender', case=person()).status, 404)


if __name__ == '__main__':
    main([it_is_what_he_sees_himself, nothing_can_be_done_with_it,
          who_there_is_is_listed_without_looking, nobody_looks_who_may_not], {'post': post})
