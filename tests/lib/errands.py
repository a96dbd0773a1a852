"""errands.py - clients of the sample who know what must have happened in the end.

An Errands orders things and changes them, in a house that may die at any moment. A request without
an answer is asked again with the same Idempotency-Key of the next life. When everything is quiet
again, each order must have been charged or refused exactly once, its reply handled once, and the
board must have heard of every change, once and in order.
"""
import http.client
import random
import time
import uuid

from house import until

BEHAVIOURS = ('', '', '', 'refuse', 'fail_twice')
ENDS = {'': 'charged', 'fail_twice': 'charged', 'refuse': 'refused'}


class Violation(Exception):
    """A promise was broken."""


class Gone(Exception):
    """The house died in the middle."""


def promise(condition, what, *seen):
    if not condition:
        raise Violation(what + ''.join(f'\n  {item!r}' for item in seen))


class Errands:
    def __init__(self, house):
        self.house = house
        self.orders = {}  # id: (behaviour, how many notes)
        self.pending = None
        self.acknowledged = 0

    # ---- asking ----

    def settle(self, path, body, patience=60):
        """The answer, from this life or a later one."""
        if self.pending is None:
            self.pending = (path, body, uuid.uuid4().hex)
        path, body, key = self.pending
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self.house.client('shop').post(path, body, {'Idempotency-Key': key})
            except (OSError, http.client.HTTPException) as error:
                raise Gone(repr(error)) from error
            if answer.status not in (503, 507):
                break
            promise(time.monotonic() < deadline, 'it does not recover', answer)
            time.sleep(0.05)
        promise(answer.status in (200, 201), 'refused', answer)
        self.pending = None
        self.acknowledged += 1
        return path, answer.json

    def note_answer(self, path, seen):
        behaviour, notes = self.orders.get(seen['order_id'], (seen['behaviour'], 0))
        self.orders[seen['order_id']] = (behaviour, notes + path.endswith('/notes'))

    def work(self, count):
        """Raises Gone when the house dies; what was begun is gone on with the next time."""
        for _ in range(count):
            if self.pending is None and self.orders and random.random() < 0.5:
                order = random.choice(list(self.orders)[-20:])
                path, body = f'/api/shop/orders/{order}/notes', None
            else:
                path, body = '/api/shop/orders', {'amount': 1,
                                                  'behaviour': random.choice(BEHAVIOURS)}
                body = {name: value for name, value in body.items() if value != ''}
            self.note_answer(*self.settle(path, body))

    # ---- when all is quiet ----

    def look(self, order):
        return self.house.client('shop').get(f'/api/shop/orders/{order}').json

    def heard(self, order):
        answer = self.house.client('board').get(f'/api/board/effects?subject={order}')
        return [effect['revision'] for effect in answer.json['items']
                if effect['source'] == 'shop']

    def check_order(self, order, seconds):
        behaviour, notes = self.orders[order]
        end = ENDS[behaviour]
        until(lambda: self.look(order)['state'] == end, seconds)
        seen = self.look(order)
        promise(seen['state'] == end, f'the order is not {end}', seen)
        promise(seen['replies'] == 1, 'its reply was not handled once', seen)
        promise(seen['revision'] == notes + 2, 'a change is lost, or happened twice', seen, notes)
        expected = list(range(1, notes + 3))
        until(lambda: len(self.heard(order)) >= len(expected), seconds)
        promise(self.heard(order) == expected, 'the board has heard', self.heard(order), expected)

    def check_orders(self, seconds=60):
        if self.pending is not None:
            self.note_answer(*self.settle(None, None))
        for order in self.orders:
            self.check_order(order, seconds)

    def check_everything(self, seconds=60):
        self.check_orders(seconds)
        charged = [order for order, (behaviour, _) in self.orders.items()
                   if ENDS[behaviour] == 'charged']
        till = self.house.client('till').get('/api/till/summary').json
        promise((till['charges'], till['doubles']) == (len(charged), 0), 'charges', till,
                len(charged))
        board = self.house.client('board').get('/api/board/summary').json
        promise((board['doubles'], board['disorder']) == (0, 0), 'the board', board)
