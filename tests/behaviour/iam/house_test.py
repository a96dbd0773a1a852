"""house_test.py - which apps the house shows: chosen by few, seen by all, kept, and told.
"""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIB)
from kontora import Server, the_store
from tap import check, check_equal, main

PERSON = '018f6e2a-0000-7000-8000-00000000a11a'


def server():
    started = Server(store=the_store(), services='users,iam,gateway,notifications').start()
    yield started
    check_equal(started.stop(), 0)


class Somebody:
    def __init__(self, server, permissions):
        self.client = server.admin()
        self.headers = {'Kontora-Person': PERSON, 'Kontora-May': permissions}

    def look(self):
        return self.client.get('/api/house', self.headers)

    def choose(self, hidden, **headers):
        return self.client.patch('/api/house', {'hidden': hidden}, {**self.headers, **headers})


def nothing_is_hidden_until_somebody_chooses(server):
    said = Somebody(server, '').look()
    check_equal((said.status, said.json['hidden'], said.json['revision']), (200, [], 0))


def what_was_chosen_is_kept_and_told(server):
    chief = Somebody(server, 'iam.house')
    answer = chief.choose(['phoenix', 'board'])
    check_equal((answer.status, answer.json['revision']), (200, 1), repr(answer))
    server.kill()
    server.start()
    chief = Somebody(server, 'iam.house')
    check_equal(Somebody(server, 'users.read').look().json['hidden'], ['phoenix', 'board'])
    check_equal(chief.choose([]).json['hidden'], [])
    check_equal(chief.look().json['revision'], 2)


def who_may_not_does_not_choose(server):
    check_equal(Somebody(server, 'users.*').choose(['board']).status, 403)
    check_equal(server.client(key=None).get('/api/house').status, 401)


def what_does_not_fit_is_refused(server):
    chief = Somebody(server, 'iam.*')
    check(chief.choose(['board']).status == 200)
    revision = chief.look().json['revision']
    late = chief.choose([], **{'If-Match': f'"{revision - 1}"'})
    check_equal((late.status, late.code), (412, 'revision_changed'), repr(late))
    for bad in ('Board', 'a b', '../x'):
        answer = chief.choose([bad])
        check_equal((answer.status, answer.code), (422, 'bad_app'), repr(answer))
    check_equal(chief.look().json['hidden'], ['board'])


if __name__ == '__main__':
    main([nothing_is_hidden_until_somebody_chooses, what_was_chosen_is_kept_and_told,
          who_may_not_does_not_choose, what_does_not_fit_is_refused], {'server': server})
