"""popug_facts_test.py - what is told by which name, who hears of it, and what each thing has in it:
D4, D5, D11, D16, D17, D21, D23, D25, D27, D35, D42-D44, T20, T22, T23, T39, T41.

One process with files; two that share PostgreSQL.
"""
# sanitizers: asan
import datetime
import os
import sys
import uuid
import zoneinfo

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from house import one_or_twins, until
from popug import Company, Popug, pages
from provider import Provider
from smtp import SmtpServer
from tap import check, check_equal, check_in, check_not_in, main, for_each_test

ZONE = 'Pacific/Kiritimati'  # 14 hours before Greenwich: most of the day it is tomorrow there
SERVICES = 'users,notifications,board,accounts,payments'


def provider():
    with Provider() as bank:
        yield bank


def mail():
    with SmtpServer(tls=False) as server:
        yield server


@for_each_test
def server(provider, mail):
    server = one_or_twins(services=SERVICES, settings=[
        f'--payments.provider={provider.address}', f'--mail.address={mail.address}',
        '--mail.tls=when_offered', '--mail.from=office@example.org', f'--business.zone={ZONE}'])
    server.start()
    yield server
    check_equal(server.stop(), 0)


@for_each_test
def company(server):
    yield Company(server.admin())


def earned(company, boss):
    """One who has something to get."""
    popug = company.hire()
    while popug.balance() <= 0:
        popug.finish(boss.create()['id'])
        company.settled()
    return popug


# ---- names and things ----

def events_have_the_names_of_the_design(company):
    """D17, D30, D32, D33: each under the name of this program, with the other beside it."""
    said = company.client.get('/asyncapi.json').text
    for name in ('UserCreated', 'BillCreated', 'UserActivated', 'TaskCreated', 'TaskAssigned',
                 'TaskFinished', 'TaskPriced', 'DailyEarningCounted', 'EarningTransferred'):
        check_in(f'"{name}"', said)


def things_have_what_they_need(company):
    """D4, D11, D43: a task, an account, a line, a payout; every id is a UUID."""
    boss = company.hire('manager')
    popug = earned(company, boss)
    Popug(company.client, boss.who, 'accountant').post('/api/accounts/day-end')
    until(lambda: popug.balance() == 0)
    task = pages(popug, '/api/tasks?assignee=me&status=done')[0]
    check_equal(task, {**task, 'title': 'Feed the parrots', 'description': None, 'status': 'done',
                       'assignee_id': popug.who, 'currency': 'USD', 'author_id': boss.who})
    check(task['created_at'] <= task['finished_at'], task)
    check(task['fee_minor'] > 0 and task['reward_minor'] > 0, task)
    account = popug.get('/api/accounts/me').json
    check_equal((account['person_id'], account['balance_minor'], account['currency']),
                (popug.who, 0, 'USD'))
    lines = popug.entries()
    check_equal({line['kind'] for line in lines}, {'task_fee', 'task_reward', 'payout'})
    payout = pages(popug, '/api/accounts/me/payouts')[0]
    check_equal((payout['person_id'], payout['status']), (popug.who, 'paid'))
    for thing in (task['id'], task['assignee_id'], account['person_id'], payout['id'],
                  *(line['about_id'] for line in lines)):
        check_equal(str(uuid.UUID(thing)), thing)


def paths_are_those_of_the_design(company):
    """D44: what was drawn on paper is there."""
    company.hire()
    admin = company.hire('admin')
    until(lambda: admin.get('/api/shuffles').json['items'])
    task = admin.create('by path')
    for method, path, status in (
            ('POST', '/api/tasks/shuffle', 202), ('GET', '/api/tasks?assignee=me', 200),
            ('GET', f"/api/tasks/{task['id']}", 200), ('GET', '/api/accounts/me', 200),
            ('GET', '/api/accounts/totals?days=3', 200), ('GET', '/api/analytics', 200)):
        said = company.client.ask(method, path, headers=admin.headers)
        check_equal(said.status, status, path)


def an_account_is_never_deleted(company):
    """D5, T20, T41: the history of whoever has worked here stays; nothing in it can be changed."""
    boss = company.hire('manager')
    popug = earned(company, boss)
    balance, lines = popug.balance(), popug.entries()
    company.client.post(f'/api/users/{popug.who}/block')
    accountant = company.hire('accountant')
    until(lambda: not pages(accountant, '/api/colleagues') or all(
        one['id'] != popug.who for one in pages(accountant, '/api/colleagues')))
    seen = accountant.get(f'/api/accounts/{popug.who}').json
    check_equal(seen['balance_minor'], balance)
    check_equal(pages(accountant, f'/api/accounts/{popug.who}/entries'), list(lines))
    for method in ('DELETE', 'PATCH', 'PUT', 'POST'):
        for path in (f'/api/accounts/{popug.who}', f'/api/accounts/{popug.who}/entries'):
            check_equal(company.client.ask(method, path, {}).status, 405, (method, path))


def a_balance_is_no_bill(provider, company):
    """D35: the account in the books and where money is paid to are two things."""
    boss = company.hire('manager')
    popug = earned(company, boss)
    balance = popug.balance()
    said = company.client.patch(f'/api/users/{popug.who}', {
        'requisite': {'bank_account': '40817810570000123456'}})
    check_equal(said.status, 200)
    check_equal(popug.balance(), balance)
    check_not_in('40817810570000123456', popug.get('/api/accounts/me').text)
    Popug(company.client, boss.who, 'accountant').post('/api/accounts/day-end')
    until(lambda: popug.balance() == 0)
    paid = provider.paid[pages(popug, '/api/accounts/me/payouts')[0]['id']]
    check_equal((paid['destination'], paid['amount_minor']), ('40817810570000123456', balance))


# ---- who takes part ----

def a_blocked_one_gets_nothing_and_stays_activated(company):
    """D21, T41: activated and blocked are two things; tasks fall on who is both and no manager."""
    boss = company.hire('manager')
    out, left = company.hire(), company.hire()
    company.client.post(f'/api/users/{out.who}/block')
    check_equal(company.client.get(f'/api/users/{out.who}').json['activated'], True)
    until(lambda: {one['id'] for one in pages(left, '/api/colleagues') if one['is_assignable']} ==
          {left.who})
    check_equal({boss.create()['assignee_id'] for _ in range(12)}, {left.who})
    company.client.post(f'/api/users/{out.who}/unblock')
    until(lambda: any(boss.create()['assignee_id'] == out.who for _ in range(3)))
    check_in(out.who, {task['assignee_id'] for task in pages(boss, '/api/tasks')})


def overseers_take_part_where_it_is_set(provider):
    """T23, D37: one edition says anybody may be picked, another excludes managers."""
    server = one_or_twins(services=SERVICES, settings=['--board.overseers_take_part=yes']).start()
    company = Company(server.admin())
    boss = company.hire('manager')
    company.popugs.append(boss)
    until(lambda: boss.post('/api/tasks', {'title': 'mine'}).status == 201)
    check_equal(boss.create()['assignee_id'], boss.who)
    check_equal(boss.get('/api/colleagues/me').json['is_assignable'], True)
    until(lambda: boss.get('/api/shuffles').json['items'])
    drawn = boss.post('/api/tasks/shuffle').json
    check_equal(drawn['people'], 1)
    until(lambda: boss.get(f"/api/shuffles/{drawn['id']}").json['status'] == 'done')
    company.settled()
    check_equal(server.stop(), 0)


# ---- who hears of it ----

def who_gets_a_task_is_told(company):
    """D42: of a new one at once, of a shuffle in one sentence."""
    boss = company.hire('manager')
    popugs = [company.hire() for _ in range(3)]
    tasks = [boss.create(f'Task {number}') for number in range(9)]
    for popug in popugs:
        mine = [task for task in tasks if task['assignee_id'] == popug.who]
        until(lambda: len(company.told(popug, 'board.task_assigned')) == len(mine))
        check_equal(len(company.told(popug, 'board.task_assigned')), len(mine))
    until(lambda: boss.get('/api/shuffles').json['items'])
    drawn = boss.post('/api/tasks/shuffle').json
    until(lambda: boss.get(f"/api/shuffles/{drawn['id']}").json['status'] == 'done')
    results = pages(boss, f"/api/shuffles/{drawn['id']}/results")
    for popug in popugs:
        count = sum(one['person_id'] == popug.who for one in results)
        until(lambda: len(company.told(popug, 'board.tasks_shuffled')) == (count > 0))
        inbox = pages(popug, '/api/inbox?key=board.tasks_shuffled')
        check_equal(len(inbox), int(count > 0))
        check(count == 0 or str(count) in inbox[0]['title'], inbox)


def the_sum_of_the_day_comes_by_mail(mail, company):
    """D23, D25, D39: to the address that the directory has, with the sum, once."""
    boss = company.hire('manager')
    popug = earned(company, boss)
    balance = popug.balance()
    address = company.client.get(f'/api/users/{popug.who}').json['email']
    Popug(company.client, boss.who, 'accountant').post('/api/accounts/day-end')
    paid = lambda: [one for one in mail.letters_to(address) if 'Paid' in one['Subject']
                    or 'Выплата' in one['Subject']]
    until(paid)
    check_in(f'{balance // 100}.{balance % 100:02} USD', paid()[0]['Subject'])
    check_equal(len(paid()), 1)


def a_day_is_one_of_the_business(company):
    """T39: where the business is, not where the clock of the machine is."""
    boss = company.hire('manager')
    popug = earned(company, boss)
    before = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()
    Popug(company.client, boss.who, 'accountant').post('/api/accounts/day-end')
    payout = until(lambda: pages(popug, '/api/accounts/me/payouts'))[0]
    after = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()
    check_in(payout['day'], {str(before), str(after)})
    check_in(popug.get('/api/accounts/me/days').json['items'][0]['day'], {str(before), str(after)})


if __name__ == '__main__':
    main([
        events_have_the_names_of_the_design,
        things_have_what_they_need,
        paths_are_those_of_the_design,
        an_account_is_never_deleted,
        a_balance_is_no_bill,
        a_blocked_one_gets_nothing_and_stays_activated,
        overseers_take_part_where_it_is_set,
        who_gets_a_task_is_told,
        the_sum_of_the_day_comes_by_mail,
        a_day_is_one_of_the_business,
    ], fixtures={'provider': provider, 'mail': mail, 'server': server, 'company': company})
