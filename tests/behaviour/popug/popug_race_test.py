"""popug_race_test.py - 64 at once on the same tasks, round after round: D16, D37, D46-D48, T40.

Finishes by who has them and by who has not, shuffles, ends of the day.
One process with files; two that share PostgreSQL. KONTORA_TEST_SCALE=20 runs a thousand
rounds with files, KONTORA_TEST_SCALE=50 with PostgreSQL.
"""
import concurrent.futures
import os
import sys
import threading

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from house import one_or_twins, until
from kontora import store_kind
from popug import Company, Popug, pages
from provider import Provider
from tap import check, check_equal, main, seconds_max, test_scale

AT_ONCE, TASKS = 64, 6
ROUNDS = 50 if store_kind() == 'sqlite' else 20
CODES = {'task_is_done', 'task_not_yours'}


def start_server():
    with Provider() as bank:
        server = one_or_twins(services='users,notifications,board,accounts,payments',
                              settings=[f'--payments.provider={bank.address}']).start()
        yield server, bank
        check_equal(server.stop(), 0)


class Crowd:
    """So many threads, each with a connection of its own, that begin together."""

    def __init__(self, server):
        self.server = server
        self.own = threading.local()
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)

    def client(self):
        if not hasattr(self.own, 'client'):
            self.own.client = self.server.admin()
        return self.own.client

    def at_once(self, deeds):
        """What came of each: a deed is given a client."""
        gate = threading.Barrier(len(deeds))

        def do(deed):
            client = self.client()
            gate.wait()
            return deed(client)
        return [one.result() for one in [self.pool.submit(do, deed) for deed in deeds]]


def finishing(task, who):
    return lambda client: (task['id'], who, Popug(client, who).finish(task['id']))


def pressing(boss):
    return lambda client: (None, None,
                           Popug(client, boss.who, 'manager').post('/api/tasks/shuffle'))


def ending(boss):
    return lambda client: (None, None,
                           Popug(client, boss.who, 'accountant').post('/api/accounts/day-end'))


def deeds_of(boss, company, tasks, number):
    """Four of who has it and two of others for each task; the rest presses and ends the day."""
    deeds = []
    for place, task in enumerate(tasks):
        stranger = company.popugs[(number + place) % len(company.popugs)]
        deeds += [finishing(task, task['assignee_id'])] * 4 + [finishing(task, stranger.who)] * 2
    while len(deeds) < AT_ONCE:
        deeds += [pressing(boss), ending(boss)]
    mixed = deeds[:AT_ONCE]
    return mixed[number % AT_ONCE:] + mixed[:number % AT_ONCE]


def one_round(crowd, company, boss, number):
    tasks = [boss.create(f'Round {number}') for _ in range(TASKS)]
    said = crowd.at_once(deeds_of(boss, company, tasks, number))
    answers = [(task, who, one) for task, who, one in said if task is not None]
    won = [(task, who) for task, who, one in answers if one.status == 200]
    check_equal(len(won), len({task for task, _ in won}), 'a task is finished once')
    check_equal({one.code for _, _, one in answers if one.status != 200} - CODES, set())
    check_equal([one for task, _, one in said if task is None and one.status != 202], [])
    return won


def finish_the_rest(company, boss):
    """So that a shuffle has little to do: whoever has it by now."""
    until(lambda: all(one['status'] != 'running'
                      for one in boss.get('/api/shuffles').json['items']))
    for task in pages(boss, '/api/tasks?status=open&limit=200'):
        company.of(task['assignee_id']).finish(task['id'])


def each_moves_once(company, bank, won):
    tasks = {task['id']: task for task in company.settled()}
    for task, who in won:
        check_equal((tasks[task]['status'], tasks[task]['assignee_id']), ('done', who))
    under_way = lambda: [one for popug in company.popugs
                         for one in pages(popug, '/api/accounts/me/payouts')
                         if one['status'] == 'pending']
    until(lambda: not under_way())
    payouts = []
    for popug in company.popugs:
        lines = popug.entries()
        check_equal(sum(line['amount_minor'] for line in lines), popug.balance())
        facts = [(line['kind'], line['about_id'], line['assignment']) for line in lines]
        check_equal(len(facts), len(set(facts)), 'once')
        rewards = {line['about_id'] for line in lines if line['kind'] == 'task_reward'}
        check_equal(rewards, {one['id'] for one in tasks.values()
                              if one['assignee_id'] == popug.who and one['status'] == 'done'})
        his = pages(popug, '/api/accounts/me/payouts')
        check_equal(len(his), len({one['day'] for one in his}), 'one for a day')
        payouts += his
    check_equal({one['id']: one['amount_minor'] for one in payouts},
                {key: order['amount_minor'] for key, order in bank.paid.items()})
    check_equal(bank.doubles, [])
    return len(payouts)


@seconds_max(3600)
def each_task_has_one_winner_and_each_sum_moves_once(started):
    server, bank = started
    company, crowd = Company(server.admin()), Crowd(server)
    boss = company.hire('manager')
    rounds = test_scale(ROUNDS)
    for _ in range(10 + rounds // 5):
        company.hire()
    until(lambda: boss.get('/api/shuffles').json['items'])
    won = []
    for number in range(rounds):
        won += one_round(crowd, company, boss, number)
        finish_the_rest(company, boss)
    paid = each_moves_once(company, bank, won)
    print(f'# {rounds} rounds of {AT_ONCE}: {len(won)} finished, {paid} payouts')
    check(won and paid, 'something was done')


if __name__ == '__main__':
    main([each_task_has_one_winner_and_each_sum_moves_once], {'started': start_server})
