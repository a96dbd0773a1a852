"""shelf_test.py - workflows as people find them: doors, whose turn it is, faces and pictures.

A13, A38-A40: what is said of a workflow is what this participant may see of its cases.
"""
# houses: sqlite postgres
import os
import sys
import xml.dom.minidom

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, Participant, directory_of
from house import House
from tap import check, check_equal, check_in, check_not_in, for_each_test, main


class Post:
    def __init__(self, house):
        self.root = house.client('office')
        self.sender = Participant(self.root, 'sender', 'parcel')
        self.clerk = Participant(self.root, 'post', 'parcel', 'post.clerk')
        self.judge = Participant(self.root, 'post', 'parcel', 'post.judge')
        self.case = self.sender.do('send', {'address': 'Street 1'}).json['case_id']

    def doors(self, who):
        answer = self.root.get('/api/doors/office', headers=who.headers)
        check_equal(answer.status, 200, answer)
        return [door for door in answer.json['doors'] if door['workflow'] == 'parcel']


@for_each_test
def start_post():
    house = House(settings=['--cases.directory', directory_of(parcel=PARCEL)]).start()
    yield Post(house)
    check_equal(set(house.stop()), {0})


def waiting(participant, more=''):
    answer = participant.get('cases?waiting=true' + more)
    check_equal(answer.status, 200, answer)
    return [item['case_id'] for item in answer.json['items']]


# ---- whose turn it is ----


def it_is_the_turn_of_who_leads_on(post):
    """Sent waits for a clerk, who weighs; to lose a parcel is nobody's turn."""
    check_equal(waiting(post.clerk), [post.case])
    check_equal(waiting(post.sender), [])
    check_equal(waiting(post.judge), [])
    post.clerk.do('weigh', {'weight': 5}, post.case)
    check_equal(waiting(post.clerk), [post.case])
    check_equal(waiting(post.judge), [post.case])
    post.judge.do('inspect', None, post.case)  # a worker's turn, who is no participant
    check_equal(waiting(post.judge) + waiting(post.clerk), [])


def items_say_whose_turn_it_is(post):
    item = post.sender.get('cases').json['items'][0]
    check_equal((item['is_mine'], item['is_waiting']), (True, False))
    item = post.clerk.get('cases').json['items'][0]
    check_equal((item['is_mine'], item['is_waiting']), (False, True))
    check_equal(waiting(post.clerk, '&mine=true'), [])


def a_case_that_has_ended_waits_for_nobody(post):
    post.clerk.do('lose', {'state_note': 'gone for good'}, post.case)
    check_equal(waiting(post.clerk), [])


# ---- doors ----


def doors_are_those_that_are_open(post):
    doors = post.doors(post.clerk)
    check_equal([(door['kind'], door['waiting'], door['mine'], door['sees_all'])
                 for door in doors], [('post', 1, 0, True)])
    check_equal(doors[0]['begins'], [])
    doors = post.doors(post.sender)
    check_equal([(door['kind'], door['waiting'], door['sees_all']) for door in doors],
                [('sender', 0, False)])
    check_equal([one['operation'] for one in doors[0]['begins']], ['send'])
    check_equal(doors[0]['label'], {'ru': 'Посылка', 'en': 'Parcel'})


def a_stranger_has_no_door(post):
    check_equal(post.doors(Participant(post.root, 'guest', 'parcel')), [])


# ---- faces ----


def a_face_names_what_may_be_seen_anywhere(post):
    """A39: a field that he sees nowhere is not named."""
    about = post.sender.get('about').json
    check_equal([field['name'] for field in about['fields']], ['address', 'state_note'])
    check_equal({one['operation']: one['begins'] for one in about['operations']},
                {'send': True, 'readdress': False})
    check_equal(about['fields'][0]['label'], {'ru': 'Адрес', 'en': 'Address'})
    check_equal(about['sees_all'], False)
    check_in('suspicion', [field['name'] for field in post.judge.get('about').json['fields']])
    check_not_in('suspicion', [field['name'] for field in post.clerk.get('about').json['fields']])
    check_equal(post.sender.get('about?version=9').status, 400)
    check_equal(post.sender.get('about?version=1').json, about)


# ---- pictures ----


def drawn(answer):
    check_equal((answer.status, answer.headers['content-type']), (200, 'image/svg+xml'))
    return xml.dom.minidom.parseString(answer.text).documentElement


def pictures_are_for_who_sees_all(post):
    plain, lit = (drawn(post.clerk.get('picture' + asked)).toxml()
                  for asked in ('', f'?case_id={post.case}'))
    check(plain != lit, 'where the case is is lit')
    check_in('Отправлена', drawn(post.clerk.get('picture?language=ru')).toxml())
    check_equal(post.sender.get('picture').status, 403)
    check_equal(post.sender.get(f'picture?case_id={post.case}').status, 403)
    check_equal(post.clerk.get(f'picture?case_id={post.sender.who}').status, 404)


def who_may_read_workflows_sees_them_drawn_and_counted(post):
    base = '/api/workflows/office/parcel'
    drawn(post.root.get(f'{base}/picture?version=1'))
    drawn(post.root.get(f'{base}/picture?case_id={post.case}&theme=dark'))
    counts = {place['name']: place['count']
              for place in post.root.get(f'{base}/places').json['places']}
    check_equal((counts['Sent'], counts['Lost']), (1, 0))
    check_equal(post.root.get('/api/workflows/office/none/places').status, 404)
    check_equal(post.root.get(f'{base}/places', headers=post.clerk.headers).status, 403)


# ---- checks ----


def check_text(post, text):
    answer = post.root.post('/api/checks/office', {'text': text})
    check_equal(answer.status, 200, answer)
    return answer.json


def a_definition_is_judged_with_what_is_known_here(post):
    fine = check_text(post, PARCEL)
    check_equal((fine['ok'], fine['complaints'], fine['version']), (True, [], 1))
    check_in('<svg', fine['picture'])
    wrong = check_text(post, PARCEL.replace('run: stamp,', 'run: stmap,'))
    check_equal(wrong['ok'], False)
    check_in('did you mean "stamp"?', wrong['complaints'][0]['sentence'])
    stuck = check_text(post, PARCEL.replace('Lost: {end: true}', 'Lost:'))
    check_equal(stuck['ok'], False)
    check_in('Lost', stuck['complaints'][0]['sentence'])
    check_equal(check_text(post, 'workflow: [')['picture'], None)


if __name__ == '__main__':
    main([it_is_the_turn_of_who_leads_on, items_say_whose_turn_it_is,
          a_case_that_has_ended_waits_for_nobody, doors_are_those_that_are_open,
          a_stranger_has_no_door, a_face_names_what_may_be_seen_anywhere,
          pictures_are_for_who_sees_all, who_may_read_workflows_sees_them_drawn_and_counted,
          a_definition_is_judged_with_what_is_known_here],
         {'post': start_post})
