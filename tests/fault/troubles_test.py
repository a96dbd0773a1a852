"""troubles_test.py - three processes, three servers, and everything that can go wrong with them.

G19, G23, G25, G26, C23, T43 in short: while orders are made, PostgreSQL is restarted and killed,
Redis emptied and killed, RabbitMQ killed, short of memory, queues deleted, each Kontora killed;
then all of them at once, and brought up in the wrong order. In the end each order must have been
charged or refused once, and everybody must have heard everything, once and in order; nobody lends a
hand.
"""
# stores: none
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from errands import ENDS, Errands, Gone
from house import House
from kontora import DidNotStart, the_postgres
from tap import check, check_equal, main, seconds_max, test_scale

WORKERS, BETWEEN_SECONDS, SETTLE_SECONDS = 3, 0.7, 120


class Worker(threading.Thread):
    """Orders without end; who finds nobody there tries again."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.errands = Errands(house)
        self.is_over = threading.Event()
        self.problem = None

    def run(self):
        while not self.is_over.is_set():
            try:
                self.errands.work(1)
                time.sleep(0.03)
            except Gone:
                time.sleep(0.05)
            except Exception as problem:
                self.problem = problem
                return


def bring_up(server):
    """As a service manager does: again, until it stays."""
    deadline = time.monotonic() + 60
    while True:
        try:
            server.start()
            return
        except DidNotStart as death:
            check(time.monotonic() < deadline, death.said)
            time.sleep(0.2)


class Trouble:
    def __init__(self, house):
        self.house = house
        self.postgres = the_postgres()

    def postgres_restarts(self):
        self.postgres.restart()

    def postgres_dies(self):
        self.postgres.kill()
        self.postgres.start()

    def redis_forgets_everything(self):
        self.house.cache.run('FLUSHALL')

    def redis_dies(self):
        self.house.cache.kill()
        time.sleep(BETWEEN_SECONDS)
        self.house.cache.start()

    def rabbitmq_dies(self):
        """And comes back without two of the queues that it knows of."""
        self.house.broker.kill()
        self.house.broker.lose_files('board.shop', 'till.commands')
        time.sleep(BETWEEN_SECONDS)
        self.house.broker.start()

    def rabbitmq_is_short_of_memory(self):
        self.house.broker.memory_alarm(True)
        time.sleep(2 * BETWEEN_SECONDS)
        self.house.broker.memory_alarm(False)

    def a_queue_is_deleted(self):
        self.house.broker.delete_queue('board.shop')
        self.house.broker.delete_queue('till.commands')

    def each_kontora_dies(self):
        for server in self.house.servers:
            server.kill()
            time.sleep(BETWEEN_SECONDS)
            bring_up(server)

    def everything_dies(self):
        """Those who need others come first, and wait."""
        for server in self.house.servers:
            server.kill()
        self.house.cache.kill()
        self.house.broker.kill()
        self.postgres.kill()
        managers = [threading.Thread(target=bring_up, args=(server,))
                    for server in self.house.servers]
        for manager in managers:
            manager.start()
        for helper in random.sample([self.house.broker, self.house.cache, self.postgres], 3):
            time.sleep(BETWEEN_SECONDS)
            helper.start()
        for manager in managers:
            manager.join()


ALL = [Trouble.postgres_restarts, Trouble.postgres_dies, Trouble.redis_forgets_everything,
       Trouble.redis_dies, Trouble.rabbitmq_dies, Trouble.rabbitmq_is_short_of_memory,
       Trouble.a_queue_is_deleted, Trouble.each_kontora_dies, Trouble.everything_dies]


def check_all(house, workers):
    for worker in workers:
        worker.errands.check_orders(SETTLE_SECONDS)
    orders = [behaviour for worker in workers
              for behaviour, _ in worker.errands.orders.values()]
    charged = [behaviour for behaviour in orders if ENDS[behaviour] == 'charged']
    till = house.client('till').get('/api/till/summary').json
    check_equal((till['charges'], till['doubles']), (len(charged), 0))
    board = house.client('board').get('/api/board/summary').json
    check_equal((board['doubles'], board['disorder']), (0, 0))
    for service in ('shop', 'till', 'board'):
        check_equal(house.client(service).get(f'/api/dead/{service}').json['items'], [])
    return len(orders)


@seconds_max(test_scale(280))
def nothing_is_lost_whatever_goes_wrong():
    house = House('three', has_own_broker=True).start()
    trouble = Trouble(house)
    workers = [Worker(house) for _ in range(WORKERS)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for _ in range(test_scale(1)):
        for happens in random.sample(ALL, len(ALL)):
            time.sleep(BETWEEN_SECONDS)
            happens(trouble)
    time.sleep(BETWEEN_SECONDS)
    for worker in workers:
        worker.is_over.set()
    for worker in workers:
        worker.join()
        check(worker.problem is None, repr(worker.problem))
    troubled = time.monotonic() - began
    count = check_all(house, workers)
    print(f'# {len(ALL)} troubles in {troubled:.0f} s, {count} orders, '
          f'settled after {time.monotonic() - began - troubled:.1f} s')
    check_equal(set(house.stop()), {0})


if __name__ == '__main__':
    main([nothing_is_lost_whatever_goes_wrong])
