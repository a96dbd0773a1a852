"""messages_test.py - what is told arrives, once and in order: B4, B35, C19-C23, C85, C89, D9, D10,
D12-D16, D26-D28, E4-E6, E15-E20; traps T2, T3, T4, T16, T17, T25, T32.

The sample's services tell each other events and commands. The same tests run in one process and in
three, with messages carried inside and over a broker.
"""
# houses: all
import concurrent.futures
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from house import House, MESSAGES, until
from tap import check, check_equal, check_in, main, seconds_max

MANY = 300


def start_house():
    house = House(services=MESSAGES).start()
    yield house
    check_equal(set(house.stop()), {0})


def order(house, amount=1, **others):
    answer = house.client('shop').post('/api/shop/orders', {'amount': amount, **others})
    check_equal(answer.status, 201)
    return answer.json


def look(house, made):
    return house.client('shop').get(f'/api/shop/orders/{made["order_id"]}').json


def state_becomes(house, made, state):
    found = until(lambda: (now := look(house, made))['state'] == state and now)
    check(found, f'the order is {look(house, made)}, not {state}')
    return found


def heard(house, subject):
    answer = house.client('board').get(f'/api/board/effects?subject={subject}')
    return [(effect['name'], effect['revision']) for effect in answer.json['items']]


def summary(house, service):
    return house.client(service).get(f'/api/{service}/summary').json


def check_counted_once(house):
    check_equal(summary(house, 'till')['doubles'], 0)
    board = summary(house, 'board')
    check_equal((board['doubles'], board['disorder']), (0, 0))


def an_event_reaches_who_listens(house):
    """B35, D10, D12: a person is added, and the board has heard of it."""
    person = house.client('users').post('/api/users', {
        'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client'}).json
    check(until(lambda: heard(house, person['id']) == [('users.created', 1)]),
          f'heard: {heard(house, person["id"])}')


def every_change_of_a_person_is_told_in_order(house):
    """B35, C47, D15, D26: created, changed, activated, blocked, unblocked; T4: by revision."""
    client = house.client('users')
    person = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                        'type': 'worker'}).json
    path = f'/api/users/{person["id"]}'
    client.patch(path, {'full_name': 'Мурка'})
    client.patch(path, {'activated': True})
    client.post(path + '/block', {'reason': 'ушла'})
    client.post(path + '/unblock')
    expected = [('users.created', 1), ('users.changed', 2), ('users.activated', 3),
                ('users.blocked', 4), ('users.unblocked', 5)]
    check(until(lambda: heard(house, person['id']) == expected),
          f'heard: {heard(house, person["id"])}')


def what_changes_nothing_tells_nothing(house):
    client = house.client('users')
    person = client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                        'type': 'worker', 'full_name': 'Барсик'}).json
    path = f'/api/users/{person["id"]}'
    client.patch(path, {'full_name': 'Барсик'})
    client.post(path + '/unblock')
    client.patch(path, {'full_name': 'Барс'})
    expected = [('users.created', 1), ('users.changed', 2)]
    check(until(lambda: heard(house, person['id']) == expected),
          f'heard: {heard(house, person["id"])}')


def a_refused_request_tells_nothing(house):
    """T32: what is rolled back was never said."""
    client = house.client('users')
    body = {'email': f'{uuid.uuid4().hex}@example.com', 'type': 'client'}
    person = client.post('/api/users', body).json
    check_equal(client.post('/api/users', body).status, 409)
    client.patch(f'/api/users/{person["id"]}', {'full_name': 'x'})
    expected = [('users.created', 1), ('users.changed', 2)]
    check(until(lambda: heard(house, person['id']) == expected))


def a_command_is_carried_out_and_answered(house):
    """B4, D13, E4, E19: the reply comes back to the teller."""
    made = order(house, 7)
    found = state_becomes(house, made, 'charged')
    check_equal(found['replies'], 1)
    check_in('"amount":7', found['reason'])
    check(until(lambda: ('till.charged', None) in heard(house, made['order_id'])))


def a_refused_command_says_why(house):
    """What the handler wrote before it refused is undone."""
    before = summary(house, 'till')
    made = order(house, 100000, behaviour='refuse')
    found = state_becomes(house, made, 'refused')
    check_in('card_declined', found['reason'])
    check_equal(found['replies'], 1)
    check(summary(house, 'till')['amount'] < before['amount'] + 100000)


def what_fails_is_tried_again(house):
    """D28, E6: with a growing pause, and what it wrote when it failed is gone."""
    made = order(house, 3, behaviour='fail_twice')
    check_equal(state_becomes(house, made, 'charged')['replies'], 1)
    check_counted_once(house)


def a_deadline_ends_the_waiting(house):
    """E15: the teller hears of it, and a reply that comes later is not run."""
    made = order(house, 3, behaviour='poison', is_urgent=True)
    found = state_becomes(house, made, 'expired')
    check_equal(found['replies'], 1)


def poison_does_not_hold_up_others(house):
    """C20, G24: it is parked; the same subject waits behind it, all others go on."""
    poison = order(house, 1, behaviour='board_poison')
    for _ in range(3):
        house.client('shop').post(f'/api/shop/orders/{poison["order_id"]}/notes')
    others = [order(house, 1) for _ in range(20)]
    for made in others:
        state_becomes(house, made, 'charged')
        check(until(lambda made=made: len(heard(house, made['order_id'])) >= 2))
    check_equal([name for name, _ in heard(house, poison['order_id']) if name.startswith('shop')],
                [])


@seconds_max(120)
def many_at_once_arrive_once_and_in_order(house):
    """C23, C89, D16, D27, E15-E18, T2, T4: hundreds of orders, each changed several times."""
    def one(number):
        made = order(house, 1)
        client = house.client('shop')
        for _ in range(number % 4):
            client.post(f'/api/shop/orders/{made["order_id"]}/notes')
        return made, number % 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        all_made = list(pool.map(one, range(MANY)))
    for made, notes in all_made:
        state_becomes(house, made, 'charged')
        # ordered, each note, the change by the reply, and what the till tells
        check(until(lambda made=made, notes=notes:
                    len(heard(house, made['order_id'])) == notes + 3),
              f'heard {heard(house, made["order_id"])}, with {notes} notes')
    check_counted_once(house)


def it_takes_milliseconds(house):
    """Nothing polls: an answer is there at once. Generous, because machines differ."""
    made = order(house, 1)
    began = time.monotonic()
    state_becomes(house, made, 'charged')
    check(time.monotonic() - began < 20, 'an errand took seconds')


if __name__ == '__main__':
    main([an_event_reaches_who_listens, every_change_of_a_person_is_told_in_order,
          what_changes_nothing_tells_nothing, a_refused_request_tells_nothing,
          a_command_is_carried_out_and_answered, a_refused_command_says_why,
          what_fails_is_tried_again, a_deadline_ends_the_waiting, poison_does_not_hold_up_others,
          many_at_once_arrive_once_and_in_order, it_takes_milliseconds],
         fixtures={'house': start_house})
