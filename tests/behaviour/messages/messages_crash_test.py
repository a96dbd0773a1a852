"""messages_crash_test.py - a message that stops the whole program is found out, and who began a
chain of messages is known at its end: C20, G24.
"""
# stores: none
import json
import os
import re
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import House, MESSAGES, until
from kontora import DidNotStart
from tap import check, check_equal, check_in, main, seconds_max

CRASHES_MAX = 20
ABORTED = -6


def order(house, behaviour='', headers=None):
    answer = house.client('shop').post('/api/shop/orders', {'amount': 1, 'behaviour': behaviour}
                                       if behaviour else {'amount': 1}, headers or {})
    check_equal(answer.status, 201)
    return answer.json['order_id']


def heard(house, subject):
    answer = house.client('board').get(f'/api/board/effects?subject={subject}')
    return [effect['name'] for effect in answer.json['items']]


def dead(house, service='board'):
    return house.client(service).get(f'/api/dead/{service}?state=dead').json['items']


def replay(house, row):
    try:
        answer = house.client('board').post(f'/api/dead/board/{row["number"]}/replay')
        check_equal(answer.status, 200)
    except OSError:
        pass  # the program may end before the answer leaves


def lives(server):
    """How often it ends by itself until it stays."""
    count = 0
    while True:
        try:
            if server.process is None:
                server.start()
            code = server.wait(3)
        except DidNotStart as ended:
            code = ended.args[0]
        except subprocess.TimeoutExpired:
            return count
        check_equal(code, ABORTED, server.logged()[-2000:])
        count += 1
        check(count <= CRASHES_MAX, 'it is never found out')


@seconds_max(120)
def who_stops_the_program_is_parked_and_the_others_go_on():
    """The message at hand is noted; after twenty ends in a row it is dead, and may be replayed."""
    house = House('sqlite', variant='fault', services=MESSAGES).start()
    server = house.servers[0]
    before = order(house)
    check(until(lambda: len(heard(house, before)) == 3))
    try:
        order(house, 'board_crash')
    except OSError:
        pass  # as above
    check_equal(lives(server), CRASHES_MAX)
    row, = dead(house)
    check_in('ended 20 times in a row', row['reason'])
    check_equal(len(heard(house, before)), 3, 'nothing twice')
    after = order(house)
    check(until(lambda: len(heard(house, after)) == 3), heard(house, after))
    check_equal(heard(house, row['subject']), ['till.charged'], 'what the shop tells of it waits')
    replay(house, row)
    check_equal(lives(server), CRASHES_MAX, 'a person has asked for it')
    check_equal([again['number'] for again in dead(house)], [row['number']])
    check_equal(server.stop(), 0)


def lines_of(log, trace):
    return [line for line in map(json.loads, re.findall(r'^\{.*\}$', log, re.M))
            if line.get('trace') == trace]


def one_trace_from_the_request_to_the_last_handler():
    """The request, its event, its command, the reply: in the log, and in what is parked."""
    house = House('sqlite', services=MESSAGES).start()
    trace = uuid.uuid4().hex
    order(house, 'board_poison', {'traceparent': f'00-{trace}-00f067aa0ba902b7-01'})
    rows = until(lambda: dead(house))
    message = house.client('board').get(f'/api/dead/board/{rows[0]["number"]}').json['message']
    check_in(trace, json.dumps(message))
    log = house.servers[0].logged()
    rooms = {(line['room'], line['message']) for line in lines_of(log, trace)}
    check_in(('board', 'a message could not be handled; it is tried again'), rooms)
    check_in(('board', 'a parked message has failed again'), rooms)
    check_in(('board', 'a message is dead: see kontora dead list'), rooms)
    poison = order(house, 'poison', {'traceparent': f'00-{trace[::-1]}-00f067aa0ba902b7-01'})
    check(until(lambda: [row for row in dead(house, 'till') if row['subject'] == poison]))
    rooms = {line['room'] for line in lines_of(house.servers[0].logged(), trace[::-1])}
    check_equal(rooms, {'till'}, 'the command of that order')
    check_equal(house.servers[0].stop(), 0)


if __name__ == '__main__':
    main([who_stops_the_program_is_parked_and_the_others_go_on,
          one_trace_from_the_request_to_the_last_handler])
