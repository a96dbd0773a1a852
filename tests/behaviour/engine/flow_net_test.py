"""flow_net_test.py - the order net (B38, B39, T33): a command that is waited for, a fork, a join
that fires once whichever branch was last, an event that goes on from there. In one process, and in
two that share the cases, with the services they speak to behind real messages.
"""
# houses: sqlite three
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import Participant, at_once, directory_of
from house import CASES, House, until
from tap import check, check_equal, main, seconds_max, test_scale

# tests/workflows/order.yaml with the one command and the one event that the sample's payroll has.
NET = '''\
workflow: net
version: 1
participants:
  client: {is: client_id, sees: all}
  helper: {sees: all, roles: {calculator: , matching: , supply: }}
fields:
  client_id: {kind: id}
  first_day: {kind: date}
  last_day: {kind: date}
  entry: {kind: text, max: 40}
  executor_id: {kind: id}
  value: {kind: integer}
places:
  New:
  RateForExample:
  NeedExecutor: {hidden: true}
  Executor:
  Valued:
  NeedSupply: {hidden: true}
  Supplied:
  Pending:
  PreReport:
  SuccessPaid: {end: true}
operations:
  create:
    who: client
    from: start
    to: New
    asks: [first_day, last_day]
    sets: {client_id: caller_id}
  set_example_rate: {who: helper.calculator, from: RateForExample, to: [NeedExecutor, NeedSupply]}
  set_executor: {who: helper.matching, from: NeedExecutor, to: Executor, asks: [executor_id]}
  set_value: {who: helper.calculator, from: Executor, to: Valued, asks: [value]}
  set_supplied: {who: helper.supply, from: NeedSupply, to: Supplied}
  approve: {who: client, from: PreReport, to: SuccessPaid}
stages:
  ask_estimate:
    from: New
    to: RateForExample
    call: payroll.book_leave
    with: {employee: client_id, first_day: first_day, last_day: last_day}
    result: entry
  join: {from: [Valued, Supplied], to: Pending}
events:
  arrive: {event: staff.recalled, match: {client_id: user_id}, from: Pending, to: PreReport}
'''
ROUNDS = test_scale(8)


def start_house():
    house = House(settings=['--cases.directory', directory_of(net=NET)], services=CASES).start()
    yield house
    check_equal(set(house.stop()), {0})


class Order:
    """One case, and those who work on it, each wherever the request happens to go."""

    def __init__(self, house):
        self.house = house
        self.client = Participant(house.client('office'), 'client', 'net')
        self.helpers = {role: Participant(house.client('office'), 'helper', 'net', f'helper.{role}')
                        for role in ('calculator', 'matching', 'supply')}
        made = self.client.do('create', {'first_day': '2096-03-30', 'last_day': '2096-03-31'})
        check_equal(made.status, 200, made)
        self.case = made.json['case_id']

    def places(self):
        said = self.house.client('office').get(f'/api/cases/office/{self.case}')
        check_equal(said.status, 200, said)
        return sorted(said.json['places'])

    def wait_for(self, *places):
        check(until(lambda: self.places() == sorted(places)), self.places)

    def history(self):
        said = self.house.client('office').get(f'/api/cases/office/{self.case}/history')
        check_equal(said.status, 200, said)
        return [step['transition'] for step in said.json['items']]

    def do(self, role, operation, form=None):
        answer = self.helpers[role].do(operation, form, self.case)
        check_equal(answer.status, 200, answer)

    def try_until_done(self, role, operation, form=None):
        """Whoever hears that the case has changed looks again."""
        def attempt():
            answer = self.helpers[role].do(operation, form, self.case)
            check(answer.status in (200, 409), answer)
            return answer.status == 200
        check(until(attempt), operation)

    def value(self):
        self.try_until_done('calculator', 'set_value', {'value': 7})

    def supply(self):
        self.try_until_done('supply', 'set_supplied')

    def rate(self):
        """As far as both branches."""
        self.wait_for('RateForExample')
        self.do('calculator', 'set_example_rate')
        self.wait_for('NeedExecutor', 'NeedSupply')

    def find_executor(self):
        self.do('matching', 'set_executor', {'executor_id': self.client.who})

    def finish(self):
        """What was told comes to the case; and the end."""
        self.wait_for('Pending')
        check_equal(self.history().count('join'), 1)
        said = self.house.client('payroll').post('/api/payroll/recalls',
                                                 {'user_id': self.client.who})
        check_equal(said.status, 201, said)
        self.wait_for('PreReport')
        answer = self.client.do('approve', case=self.case)
        check_equal(answer.status, 200, answer)
        self.wait_for('SuccessPaid')
        history = self.history()
        for once in ('ask_estimate', 'join', 'arrive', 'approve'):
            check_equal((once, history.count(once)), (once, 1))


@seconds_max(300)
def the_join_fires_once_in_either_order(house):
    """T33, B38"""
    for supply_is_first in (False, True):
        order = Order(house)
        order.rate()
        if supply_is_first:
            order.supply()
            check_equal(order.places(), ['NeedExecutor', 'Supplied'])
        order.find_executor()
        order.value()
        if not supply_is_first:
            check_equal(order.places(), ['NeedSupply', 'Valued'])
            check_equal(order.history().count('join'), 0)
            order.supply()
        order.finish()


@seconds_max(600)
def the_join_fires_once_when_both_come_at_the_same_moment(house):
    """T33: two processes, each with one of the branches."""
    for _ in range(ROUNDS):
        order = Order(house)
        order.rate()
        order.find_executor()
        at_once(order.value, order.supply)
        order.finish()


@seconds_max(300)
def an_event_before_its_time_moves_nothing(house):
    """B39: nobody has come before the worker is found."""
    order = Order(house)
    order.rate()
    said = house.client('payroll').post('/api/payroll/recalls', {'user_id': order.client.who})
    check_equal(said.status, 201, said)
    other = Order(house)  # by the time of whose reply the event has come, too
    other.rate()
    check_equal(order.places(), ['NeedExecutor', 'NeedSupply'])
    order.find_executor()
    order.value()
    order.supply()
    order.finish()


if __name__ == '__main__':
    main([the_join_fires_once_in_either_order,
          the_join_fires_once_when_both_come_at_the_same_moment,
          an_event_before_its_time_moves_nothing], {'house': start_house})
