"""kill_popug_test.py - killed at any moment: each assignment charged once, each payout paid once.

D16, D28, D46, D48, T40: files and PostgreSQL, and a provider that loses replies besides.
"""
import http.client
import os
import random
import sys
import threading
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from house import until
from kontora import Server, Sqlite, fresh_postgres
from popug import Company, Popug, pages
from provider import Provider
from tap import check, check_equal, main, seconds_max, test_scale

ROUNDS = 4
NO_ANSWER = (http.client.HTTPException, OSError)


def work_until_it_dies(server, company, boss):
    """Creates, finishes, shuffles, ends days; its client is its own."""
    client = server.admin()
    mine = Popug(client, boss.who, 'manager')
    money = Popug(client, boss.who, 'accountant')
    try:
        while True:
            for _ in range(5):
                task = mine.post('/api/tasks', {'title': 'Once'}).json
                Popug(client, task['assignee_id']).finish(task['id'])
                mine.post('/api/tasks', {'title': 'Left open'})
            mine.post('/api/tasks/shuffle')
            money.post('/api/accounts/day-end')
    except NO_ANSWER:
        pass


def every_sum_moves_once(company, provider):
    tasks = {task['id']: task for task in company.settled()}
    payouts = []
    for popug in company.popugs:
        lines = popug.entries()
        check_equal(sum(line['amount_minor'] for line in lines), popug.balance())
        facts = [(line['kind'], line['about_id'], line['assignment']) for line in lines]
        check_equal(len(facts), len(set(facts)), 'once')
        for line in lines:
            if line['kind'] == 'task_reward':
                check_equal(tasks[line['about_id']]['assignee_id'], popug.who)
        found = pages(popug, '/api/accounts/me/payouts')
        check_equal(sum(one['amount_minor'] for one in found if one['status'] == 'paid'),
                    -sum(line['amount_minor'] for line in lines if line['kind'] == 'payout'))
        payouts += found
    check_equal({one['id']: one['amount_minor'] for one in payouts},
                {key: order['amount_minor'] for key, order in provider.paid.items()})
    check_equal(provider.doubles, [])
    return payouts


def one_life(server, company, boss, seconds):
    worker = threading.Thread(target=work_until_it_dies, args=(server, company, boss))
    worker.start()
    time.sleep(seconds)
    server.kill()
    worker.join()
    server.start()
    company.client = server.admin()
    for popug in (boss, *company.popugs):
        popug.client = company.client


def lives(store, provider):
    dice = random.Random(48)
    # Who dies while he asks the bank leaves a lease of three times this.
    server = Server(store=store, settings=[f'--payments.provider={provider.address}',
                                           '--payments.timeout=1s'])
    server.start()
    company = Company(server.admin())
    boss = company.hire('manager')
    for _ in range(6):
        company.hire()
    lived = 0
    while lived < test_scale(ROUNDS) or not provider.paid:  # a slow machine needs longer lives
        provider.lose(after=1)
        one_life(server, company, boss, dice.uniform(0.05, 0.8) * (1 + lived // ROUNDS))
        lived += 1
    provider.lose()
    until(lambda: all(one['status'] != 'running'
                      for one in boss.get('/api/shuffles').json['items']))
    company.settled()
    until(lambda: not provider_waits(company))
    check(every_sum_moves_once(company, provider), 'somebody was paid')
    check_equal(server.stop(), 0)


def provider_waits(company):
    """Payouts that are under way."""
    return [one for popug in company.popugs for one in pages(popug, '/api/accounts/me/payouts')
            if one['status'] == 'pending']


@seconds_max(300)
def killed_at_any_moment_nothing_is_paid_twice():
    with Provider() as provider:
        lives(Sqlite(), provider)


@seconds_max(300)
def nor_on_postgres():
    with Provider() as provider:
        lives(fresh_postgres(), provider)


if __name__ == '__main__':
    main([killed_at_any_moment_nothing_is_paid_twice, nor_on_postgres])
