"""popug_test.py - tasks fall on people, cost money, and pay: D4-D6, D11-D17, D20-D48.

One process with files; two that share PostgreSQL.
"""
import hashlib
import hmac
import os
import sys
import threading
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from house import one_or_twins, until
from popug import Company, Popug, pages
from provider import Provider
from tap import check, check_equal, check_in, main, for_each_test


def provider():
    with Provider() as bank:
        yield bank


@for_each_test
def server(provider):
    provider.refused.clear()
    server = one_or_twins(services='users,notifications,board,accounts,payments',
                          settings=[f'--payments.provider={provider.address}']).start()
    yield server
    check_equal(server.stop(), 0)


@for_each_test
def company(server):
    yield Company(server.admin())


def nobody_is_assignable_before_his_account_is_open(company):
    """D12, D15, D26, D29: created, then an account, then activated; only then a task falls."""
    boss = company.hire('manager')
    refused = boss.post('/api/tasks', {'title': 'Nobody is there'})
    check_equal((refused.status, refused.code), (409, 'nobody_to_assign'))
    popug = company.hire()
    until(lambda: boss.post('/api/tasks', {'title': 'Somebody'}).status == 201)
    task = boss.create()
    check_equal(task['assignee_id'], popug.who)
    check_equal(popug.get('/api/accounts/me').json['currency'], 'USD')


def who_is_a_customer_has_no_account(company):
    """D36: the board is for employees; others neither create nor are assigned."""
    company.hire()
    who = company.client.post('/api/users', {'email': 'c@example.com', 'type': 'client'}).json['id']
    customer = Popug(company.client, who)
    said = customer.post('/api/tasks', {'title': 'Mine'})
    check_equal((said.status, said.code), (403, 'not_an_employee'))
    check_equal(customer.get('/api/accounts/me').code, 'account_not_found')


def prices_are_whole_and_drawn_once(company):
    """D20, D30, D38, D45: fee 10..20, reward 20..40, kept with the task; price is the reward.
    Nobody sets one, with fractions of a cent or without."""
    boss = company.hire('manager')
    popug = company.hire()
    until(lambda: boss.post('/api/tasks', {'title': 'first'}).status == 201)
    tasks = [boss.create(f'task {number}') for number in range(30)]
    for task in tasks:
        check_in(task['fee_minor'], range(1000, 2001, 100))
        check_in(task['reward_minor'], range(2000, 4001, 100))
        check_equal(task['price_minor'], task['reward_minor'])
        again = popug.get(f"/api/tasks/{task['id']}").json
        check_equal((again['fee_minor'], again['reward_minor']),
                    (task['fee_minor'], task['reward_minor']))
    check(len({task['fee_minor'] for task in tasks}) > 3, 'fees differ')
    given = boss.post('/api/tasks', {'title': 'x', 'price': 12.345})
    check_equal(given.status, 400, 'nobody sets a price')


def it_costs_when_it_falls_and_pays_when_it_is_done(company):
    """D13, D14, D16, D32, D38, D40: each line of the statement says why."""
    popug = company.hire()
    task = company.hire('manager').create('Count the feathers')
    until(lambda: popug.balance() == -task['fee_minor'])
    check_equal(popug.balance(), -task['fee_minor'])
    done = popug.finish(task['id'])
    check_equal((done.status, done.json['status']), (200, 'done'))
    left = task['reward_minor'] - task['fee_minor']
    until(lambda: popug.balance() == left)
    reward, fee = popug.entries()
    check_equal((fee['kind'], fee['amount_minor'], fee['why'], fee['about_id'], fee['assignment']),
                ('task_fee', -task['fee_minor'], 'fee for task "Count the feathers"', task['id'],
                 1))
    check_equal((reward['kind'], reward['amount_minor'], reward['balance_minor'], reward['why']),
                ('task_reward', task['reward_minor'], left,
                 'reward for task "Count the feathers"'))
    today = popug.get('/api/accounts/me/days').json['items'][0]
    check_equal((today['in_minor'], today['out_minor'], today['balance_minor']),
                (task['reward_minor'], -task['fee_minor'], left))


def what_is_not_allowed_is_refused(company):
    """D31, D37, D40, D41, D47: another's task, a shuffle, another's account; unknown ids;
    a text of 10 MB."""
    popug, other, boss = company.hire(), company.hire(), company.hire('manager')
    task = boss.create()
    mine, not_mine = (popug, other) if task['assignee_id'] == popug.who else (other, popug)
    check_equal(not_mine.finish(task['id']).code, 'task_not_yours')
    check_equal(boss.finish(task['id']).code, 'task_not_yours')
    check_equal(mine.finish(task['id']).status, 200)
    check_equal(mine.finish(task['id']).code, 'task_is_done')
    check_equal(mine.finish(str(uuid.uuid4())).code, 'task_not_found')
    check_equal(popug.post('/api/tasks/shuffle').status, 403)
    for path in (f'/api/accounts/{other.who}', f'/api/accounts/{other.who}/entries',
                 '/api/accounts/totals', '/api/analytics', '/api/accounts/payouts',
                 '/api/payments'):
        check_equal(popug.get(path).status, 403, path)
    check_equal(boss.get('/api/analytics').status, 403, 'analytics are for admins')
    accountant = company.hire('accountant')
    check_equal(accountant.get(f'/api/accounts/{other.who}').status, 200)
    check_equal(accountant.get(f'/api/accounts/{uuid.uuid4()}').code, 'account_not_found')
    check_equal(accountant.get('/api/analytics').status, 403)
    check_equal(popug.post('/api/tasks', {'title': 'x' * 401}).status, 400)
    check_in(popug.post('/api/tasks', {'title': 'x' * 10_000_000}).status, (400, 413))
    check_equal(company.client.get('/api/accounts/me').code, 'account_not_found', 'root is nobody')


def lists_are_found_by_who_and_what(company):
    """D22, D34, D36: mine, open, a part of the title; titles by ids for who shows an account."""
    popug, boss = company.hire(), company.hire('manager')
    tasks = [boss.create(f'Пёрышко {number}') for number in range(5)]
    popug.finish(tasks[0]['id'])
    ids = lambda path: [task['id'] for task in pages(popug, path)]
    check_equal(ids('/api/tasks?limit=2'), [task['id'] for task in reversed(tasks)])
    check_equal(ids('/api/tasks?assignee=me&status=done'), [tasks[0]['id']])
    check_equal(len(ids(f'/api/tasks?assignee={popug.who}&status=open')), 4)
    check_equal(ids('/api/tasks?q=%D0%9F%D0%95%D0%A0%D0%AB%D0%A8%D0%9A%D0%9E%203'),
                [tasks[3]['id']])
    check_equal([ids(f'/api/tasks?q={sign}') for sign in ('%25', '_', '%5C')], [[], [], []])
    check_equal(popug.get('/api/tasks?assignee=somebody').code, 'bad_assignee')
    titles = company.client.get('/internal/board/tasks?task_ids='
                                f"{tasks[1]['id']},{uuid.uuid4()},{tasks[2]['id']}").json['items']
    check_equal([one['title'] for one in titles], ['Пёрышко 1', 'Пёрышко 2'])


# ---- the shuffle ----

def chosen(seed, task, people):
    """What anybody can compute: docs/popug.md."""
    digest = hmac.new(bytes.fromhex(seed), task.encode(), hashlib.sha256).hexdigest()
    return people[int(digest[:16], 16) % len(people)]


def shuffle(boss):
    said = until(lambda: next((one for one in [boss.post('/api/tasks/shuffle')]
                               if one.status == 202), None))
    which = said.json['id']
    until(lambda: boss.get(f'/api/shuffles/{which}').json['status'] == 'done')
    return boss.get(f'/api/shuffles/{which}').json


def a_shuffle_can_be_checked_by_anybody(company):
    """D31, D37, D46: committed before, shown after; each task again, charged again."""
    boss = company.hire('manager')
    popugs = [company.hire() for _ in range(5)]
    tasks = [boss.create(f'task {number}') for number in range(40)]
    done = [task for task in tasks if task['assignee_id'] == popugs[0].who][:3]
    for task in done:
        popugs[0].finish(task['id'])
    until(lambda: boss.get('/api/shuffles').json['items'])
    promised = boss.get('/api/shuffles').json['items'][0]
    check_equal((promised['status'], promised['seed']), ('committed', None))
    drawn = shuffle(boss)
    check_equal((drawn['id'], drawn['commitment']), (promised['id'], promised['commitment']))
    check_equal(hashlib.sha256(drawn['seed'].encode()).hexdigest(), drawn['commitment'])
    people = [one['person_id'] for one in pages(popugs[1], f"/api/shuffles/{drawn['id']}/people")]
    check_equal(people, sorted(popug.who for popug in popugs), 'no managers')
    results = pages(popugs[1], f"/api/shuffles/{drawn['id']}/results")
    check_equal({one['task_id'] for one in results},
                {task['id'] for task in tasks} - {task['id'] for task in done})
    for one in results:
        check_equal(one['person_id'], chosen(drawn['seed'], one['task_id'], people))
        check_equal(one['assignment'], 2)
        check_equal(boss.get(f"/api/tasks/{one['task_id']}").json['assignee_id'],
                    one['person_id'])
    again = shuffle(boss)
    check(again['seed'] != drawn['seed'], 'each shuffle has its own seed')
    books_agree(company)


def books_agree(company):
    """What each one has is what the facts say: fees of all assignments, rewards of what is done."""
    tasks = {task['id']: task for task in company.settled()}
    for popug in company.popugs:
        lines = popug.entries()
        check_equal(sum(line['amount_minor'] for line in lines), popug.balance())
        fees = [(line['about_id'], line['assignment']) for line in lines
                if line['kind'] == 'task_fee']
        check_equal(len(fees), len(set(fees)), 'each assignment is charged once')
        for line in lines:
            if line['kind'] == 'task_fee':
                check_equal(-line['amount_minor'], tasks[line['about_id']]['fee_minor'])
            elif line['kind'] == 'task_reward':
                check_equal((line['amount_minor'], popug.who),
                            (tasks[line['about_id']]['reward_minor'],
                             tasks[line['about_id']]['assignee_id']))


def finishing_beside_shuffling_has_one_winner(server, company):
    """D47: 64 at once; who finishes is who had it, is paid once, and is charged no more."""
    boss = company.hire('manager')
    popugs = [company.hire() for _ in range(4)]
    tasks = [boss.create(f'task {number}') for number in range(32)]
    answers = []

    def finish(task):
        popug = company.of(task['assignee_id'])
        mine = Popug(server.admin(), popug.who)
        answers.append((task['id'], popug.who, mine.finish(task['id'])))

    def press():
        Popug(server.admin(), boss.who, 'manager').post('/api/tasks/shuffle')

    threads = [threading.Thread(target=finish, args=(task,)) for task in tasks]
    threads += [threading.Thread(target=finish, args=(task,)) for task in tasks[:24]]
    threads[10:10] = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: all(one['status'] != 'running'
                      for one in boss.get('/api/shuffles').json['items']))
    check_equal(len(popugs), 4)
    won = [(task, who) for task, who, said in answers if said.status == 200]
    check_equal(len(won), len({task for task, _ in won}), 'finished once')
    check_equal({said.code for _, _, said in answers if said.status != 200}
                - {'task_is_done', 'task_not_yours'}, set())
    for task, who in won:
        found = boss.get(f'/api/tasks/{task}').json
        check_equal((found['status'], found['assignee_id']), ('done', who))
    books_agree(company)


# ---- the end of the day ----

def worked(company, boss, requisite=None):
    """One who has finished a task that pays more than it has cost."""
    popug = company.hire(requisite=requisite)
    while True:
        task = boss.create()
        company.of(task['assignee_id']).finish(task['id'])
        company.settled()
        if popug.balance() > 0:
            return popug


def payout_of(popug):
    return (popug.get('/api/accounts/me/payouts').json['items'] or [None])[0]


def the_day_ends_and_everybody_is_paid_once(provider, company):
    """D6, D24, D33, D39, D48: the sum leaves when the bank has it; a re-run pays nobody twice."""
    boss, accountant = company.hire('manager'), company.hire('accountant')
    popug = worked(company, boss)
    sum_minor = popug.balance()
    orders = len(provider.paid)
    check_equal(popug.get('/api/accounts/day-end').status, 403)
    check_equal(accountant.post('/api/accounts/day-end').status, 202)
    until(lambda: popug.balance() == 0)
    progress = until(lambda: (now := accountant.get('/api/accounts/day-end').json)
                     and not now['is_counting'] and now['paid'] > 0 and now)
    check_equal(progress['payouts'], progress['paid'] + progress['failed'])
    payout = payout_of(popug)
    check_equal((payout['amount_minor'], payout['status']), (sum_minor, 'paid'))
    paid = provider.paid[payout['id']]
    check_equal((paid['amount_minor'], paid['channel'], paid['destination'], paid['currency']),
                (sum_minor, 'bank_account', '40817810099910004312', 'USD'))
    line = popug.entries()[0]
    check_equal((line['kind'], line['amount_minor'], line['balance_minor']),
                ('payout', -sum_minor, 0))
    check_equal(accountant.get('/api/accounts/totals').json['items'][0]['paid_minor'], sum_minor)
    until(lambda: company.told(popug, 'accounts.payout'))
    check_equal(len(company.told(popug, 'accounts.payout')), 1)
    accountant.post('/api/accounts/day-end')
    later = boss.create()
    popug.finish(later['id'])
    company.settled()
    accountant.post('/api/accounts/day-end')
    check_equal(len(provider.paid), orders + 1)
    check_equal(popug.balance(), later['reward_minor'] - later['fee_minor'])


def a_day_that_is_ended_again_pays_the_rest(provider, company):
    """D33, D39: who had nothing at the first press is paid at the second."""
    boss, accountant = company.hire('manager'), company.hire('accountant')
    accountant.post('/api/accounts/day-end')
    early = worked(company, boss)
    accountant.post('/api/accounts/day-end')
    until(lambda: (payout_of(early) or {}).get('status') == 'paid')
    late = worked(company, boss)
    accountant.post('/api/accounts/day-end')
    until(lambda: (payout_of(late) or {}).get('status') == 'paid')
    check_equal(late.balance(), 0)
    check_equal(provider.paid[payout_of(late)['id']]['amount_minor'],
                payout_of(late)['amount_minor'])


def what_is_owed_is_worked_off(provider, company):
    """D39, D41: below zero nothing is paid, and nothing is forgotten."""
    boss, admin = company.hire('manager'), company.hire('admin')
    popug = company.hire()
    task = boss.create()
    company.settled()
    before = len(provider.paid)
    admin.post('/api/accounts/day-end')
    analytics = admin.get('/api/analytics').json
    check_equal((analytics['in_the_red'], analytics['owed_minor']), (1, task['fee_minor']))
    popug.finish(task['id'])
    company.settled()
    left = task['reward_minor'] - task['fee_minor']
    check_equal((popug.balance(), len(provider.paid)), (left, before))


def a_lost_reply_is_asked_for(provider, company):
    """D28, D48: cut before and after the sum was paid; it is paid once, and known in the end."""
    boss, accountant = company.hire('manager'), company.hire('accountant')
    popug = worked(company, boss)
    provider.lose(before=1, after=1)
    before = len(provider.paid)
    accountant.post('/api/accounts/day-end')
    until(lambda: popug.balance() == 0)
    check_equal(payout_of(popug)['status'], 'paid')
    check_equal((len(provider.paid), provider.doubles), (before + 1, []))


def what_the_bank_refuses_is_shown_and_stays_his(provider, company):
    """D48: the hold is given up, nothing is lost."""
    provider.refused.add('40817810000000000000')
    boss, accountant = company.hire('manager'), company.hire('accountant')
    popug = worked(company, boss, requisite={'bank_account': '40817810000000000000'})
    sum_minor = popug.balance()
    accountant.post('/api/accounts/day-end')
    until(lambda: (payout_of(popug) or {}).get('status') == 'failed')
    payout = payout_of(popug)
    check_equal((payout['status'], payout['reason']), ('failed', 'There is no such account.'))
    account = popug.get('/api/accounts/me').json
    check_equal((account['balance_minor'], account['held_minor']), (sum_minor, 0))


def who_cannot_be_paid_is_shown_to_the_accountant(company):
    """D6, D48: stuck until the directory knows where to; then retried. By another channel."""
    boss, accountant = company.hire('manager'), company.hire('accountant')
    popug = worked(company, boss, requisite={'bank_account': 'no account'})
    accountant.post('/api/accounts/day-end')
    stuck = until(lambda: accountant.get('/api/payments?status=stuck').json['items'])[0]
    check_equal((stuck['person_id'], stuck['amount_minor']), (popug.who, popug.balance()))
    account = popug.get('/api/accounts/me').json
    check_equal(account['held_minor'], account['balance_minor'])
    company.client.patch(f'/api/users/{popug.who}', {'requisite': {'phone': '+79161234567'}})
    check_equal(accountant.post(f"/api/payments/{stuck['id']}/retry").status, 200)
    until(lambda: popug.balance() == 0)
    paid = accountant.get(f"/api/payments/{stuck['id']}").json
    check_equal((paid['status'], paid['channel']), ('done', 'phone'))
    check_equal(accountant.post(f"/api/payments/{stuck['id']}/retry").code, 'payment_is_over')


def the_management_sees_what_it_earns(company):
    """D34, D40, D41, T22: fees less rewards; the dearest finished task of day, week and month."""
    boss, admin = company.hire('manager'), company.hire('admin')
    for _ in range(3):
        company.hire()
    tasks = [boss.create(f'task {number}') for number in range(12)]
    for task in tasks[:6]:
        company.of(task['assignee_id']).finish(task['id'])
    company.settled()
    fees = sum(task['fee_minor'] for task in tasks)
    rewards = sum(task['reward_minor'] for task in tasks[:6])
    until(lambda: admin.get('/api/analytics').json['dearest_of_day_minor'] ==
          max(task['reward_minor'] for task in tasks[:6]))
    seen = admin.get('/api/analytics').json
    check_equal(seen['earning_minor'], fees - rewards)
    dearest = max(task['reward_minor'] for task in tasks[:6])
    check_equal([seen[f'dearest_of_{period}_minor'] for period in ('day', 'week', 'month')],
                [dearest] * 3)
    total = admin.get('/api/accounts/totals').json['items'][0]
    check_equal((total['fees_minor'], total['rewards_minor'], total['earning_minor']),
                (fees, rewards, fees - rewards))
    balances = [popug.balance() for popug in company.popugs]
    check_equal(seen['in_the_red'], sum(balance < 0 for balance in balances))
    check_equal(sum(balances) + total['earning_minor'], 0, 'the books sum to zero')


if __name__ == '__main__':
    main([
        nobody_is_assignable_before_his_account_is_open,
        who_is_a_customer_has_no_account,
        prices_are_whole_and_drawn_once,
        it_costs_when_it_falls_and_pays_when_it_is_done,
        what_is_not_allowed_is_refused,
        lists_are_found_by_who_and_what,
        a_shuffle_can_be_checked_by_anybody,
        finishing_beside_shuffling_has_one_winner,
        the_day_ends_and_everybody_is_paid_once,
        a_day_that_is_ended_again_pays_the_rest,
        what_is_owed_is_worked_off,
        a_lost_reply_is_asked_for,
        what_the_bank_refuses_is_shown_and_stays_his,
        who_cannot_be_paid_is_shown_to_the_accountant,
        the_management_sees_what_it_earns,
    ], fixtures={'provider': provider, 'server': server, 'company': company})
