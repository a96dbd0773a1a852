"""flow_several_test.py - cases in several processes: whoever works with one is never told where it
is kept. A5 to A28, A36 to A40, T5, T6, T42. The order net is played by flow_net_test.py.

Two processes serve the same workflows from one PostgreSQL, and a third the payroll that they call
over RabbitMQ. Every request goes to any of the two: what one offers is done at the other, a token
that was spent at one is spent, and who listens to one hears of what was done at the other.
"""
# houses: three
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
import flow_events_test as events
import flow_lists_test as lists
import flow_protocol_test as protocol
import flow_races_test as races
import flow_visibility_test as visibility
from flow import Participant
from tap import check_equal, main


def both_of_two_are_asked(house):
    """Or the rest would prove nothing."""
    servers = house.all_that_serve('office')
    asked = 'kontora_calls_total{service="office"}'
    before = [server.metric(asked) or 0 for server in servers]
    sender = Participant(house.client('office'), 'sender', 'parcel')
    for _ in range(10):
        sender.do('send', {'address': 'Main street 1'})
    after = [server.metric(asked) for server in servers]
    check_equal([now > then for then, now in zip(before, after)], [True, True])


if __name__ == '__main__':
    main([*lists.TESTS, both_of_two_are_asked, *protocol.TESTS, *events.TESTS, *visibility.TESTS,
          *races.TESTS],
         {'house': events.start_house, 'parcels': lists.start_parcels, 'post': protocol.start_post,
          'hearers': events.start_hearers, 'watched': visibility.start_watched,
          'crowd': races.start_crowd, 'racers': races.start_racers})
