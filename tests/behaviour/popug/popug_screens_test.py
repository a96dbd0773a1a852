"""popug_screens_test.py - what the screens read beside the rest: colleagues, the board's stream."""
import csv
import io
import json
import os
import sys
import uuid
from urllib.parse import quote

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers')]
from house import until
from kontora import Server
from popug import Company, Popug, pages
from provider import Provider
from tap import check, check_equal, check_match, for_each_test, main


def provider():
    with Provider() as bank:
        yield bank


@for_each_test
def server(provider):
    server = Server(services='users,notifications,board,accounts,payments',
                    settings=[f'--payments.provider={provider.address}']).start()
    yield server
    check_equal(server.stop(), 0)


@for_each_test
def company(server):
    yield Company(server.admin())


def rename(company, popug, name):
    said = company.client.patch(f'/api/users/{popug.who}', {'full_name': name})
    check_equal(said.status, 200, said)
    until(lambda: popug.get('/api/colleagues/me').json['full_name'] == name)


def colleagues_know_each_other_by_name(company):
    """D36: on a board for all employees one reads who has what."""
    ann, ben = company.hire(), company.hire()
    rename(company, ann, 'Анна Ёлкина')
    rename(company, ben, 'Ben 100%')
    found = pages(ann, '/api/colleagues?limit=1')
    check_equal({one['full_name'] for one in found}, {'Анна Ёлкина', 'Ben 100%'})
    check_equal({(one['works_here'], one['is_assignable']) for one in found}, {(True, True)})
    check_equal([one['id'] for one in pages(ben, f'/api/colleagues?q={quote("ЕЛК")}')], [ann.who])
    check_equal(pages(ben, '/api/colleagues?q=zzz'), [])
    said = ben.get(f'/api/colleagues?ids={ann.who},{uuid.uuid4()},rubbish').json['items']
    check_equal([one['full_name'] for one in said], ['Анна Ёлкина'])


def who_does_not_work_here_learns_no_names(company):
    company.hire()
    who = company.client.post('/api/users', {'email': 'c@example.com', 'type': 'client'}).json['id']
    customer = Popug(company.client, who)
    said = customer.get('/api/colleagues')
    check_equal((said.status, said.code), (403, 'not_an_employee'))
    me = customer.get('/api/colleagues/me')
    check_equal((me.status, me.json['id'], me.json['works_here']), (200, who, False))
    check_equal(company.client.get('/api/colleagues/me').status, 403, 'root is nobody')


def a_manager_works_here_and_gets_nothing(company):
    boss = company.hire('manager')
    me = boss.get('/api/colleagues/me').json
    check_equal((me['works_here'], me['is_assignable']), (True, False))


class Watching:
    """A stream, read as a browser reads it."""

    def __init__(self, server, path, popug):
        self.socket = server.open_socket()
        head = [f'GET {path} HTTP/1.0', 'Host: x', f'Authorization: Bearer {server.key}',
                *(f'{name}: {value}' for name, value in popug.headers.items())]
        self.socket.sendall(('\r\n'.join(head) + '\r\n\r\n').encode())
        self.lines = self.socket.makefile('r', encoding='utf-8')
        check(' 200 ' in self.lines.readline(), 'it is refused')
        for line in self.lines:  # from the id it is greeted with on, it is told everything
            if line.startswith('id: '):
                break

    def next(self, wanted):
        """The data of the next event of that name."""
        name = None
        for line in self.lines:
            kind, _, value = line.rstrip('\r\n').partition(': ')
            name = value if kind == 'event' else name
            if kind == 'data' and name == wanted:
                return json.loads(value)
        raise EOFError(wanted)

    def close(self):
        self.lines.close()
        self.socket.close()


def the_board_is_watched(server, company):
    boss, popug = company.hire('manager'), company.hire()
    watching = Watching(server, '/api/tasks/events', boss)
    item = boss.create('Watched')
    check_equal(watching.next('board.task_assigned')['task_id'], item['id'])
    check_equal(popug.finish(item['id']).status, 200)
    told = watching.next('board.task_finished')
    check_equal((told['task_id'], told['user_id']), (item['id'], popug.who))
    watching.close()


def payments_are_watched(server, company):
    """D33: EarningTransferred, as it comes; to nobody who may not see payments."""
    keeper, popug = company.hire('accountant'), company.hire()
    said = popug.get('/api/payments/events')
    check_equal(said.status, 403, said)
    watching = Watching(server, '/api/payments/events', keeper)
    while popug.balance() <= 0:  # now and then a task pays what it takes
        popug.finish(keeper.create()['id'])
        company.settled()
    check_equal(keeper.post('/api/accounts/day-end').status, 202)
    told = watching.next('payments.earning_transferred')
    payout = popug.get('/api/accounts/me/payouts').json['items'][0]
    check_equal((told['payment_id'], told['amount_minor']),
                (payout['id'], payout['amount_minor']))
    watching.close()


TITLES = ('=HYPERLINK("http://evil.example", "a,b")', '+7 999', '-1', '@all', '\tx',
          'with "quotes", commas\r\nand lines', 'Клюв')


def rows_of(said):
    check_equal(said.status, 200, said)
    check_equal(said.headers['content-type'].split(';')[0], 'text/csv')
    text = said.body.decode('utf-8-sig')
    check_match(r'[a-z_,]+\r\n', text)
    check(text.endswith('\r\n'), text[-20:])
    return list(csv.DictReader(io.StringIO(text, newline=''), strict=True))


def a_statement_opens_in_a_spreadsheet(company):
    """D34, D40: each line with its reason, the oldest first; a title is never a formula."""
    boss, popug = company.hire('manager'), company.hire()
    for title in TITLES:
        item = boss.create(title)
        check_equal(popug.finish(item['id']).status, 200)
    company.settled()
    lines = list(reversed(popug.entries()))
    rows = rows_of(popug.get('/api/accounts/me/statement.csv'))
    check_equal(len(rows), 14)
    check_equal([row['about_id'] for row in rows], [line['about_id'] for line in lines])
    check_equal([round(100 * float(row['amount'])) for row in rows],
                [line['amount_minor'] for line in lines])
    check_equal([row['why'] for row in rows], [line['why'] for line in lines])
    check_equal({row['title'] for row in rows if row['title'].startswith("'")},
                {"'" + title for title in TITLES[:5]}, 'what would be a formula is words')
    check_equal([row['title'].removeprefix("'") for row in rows], [line['title'] for line in lines])
    check_equal({row['currency'] for row in rows}, {'USD'})
    check(all(row['amount'].startswith('-') == (row['kind'] == 'task_fee') for row in rows), rows)
    admin = company.hire('admin')
    check_equal(rows_of(admin.get(f'/api/accounts/{popug.who}/statement.csv')), rows)
    check_equal(boss.get(f'/api/accounts/{popug.who}/statement.csv').status, 403)


def totals_and_days_say_the_same(company):
    admin, popug = company.hire('admin'), company.hire()
    item = admin.create('Dear one')
    popug.finish(item['id'])
    company.settled()
    until(lambda: admin.get('/api/analytics').json['dearest_of_day_id'] == item['id'])
    total = admin.get('/api/accounts/totals?days=3').json['items']
    rows = rows_of(admin.get('/api/accounts/totals.csv?days=3'))
    check_equal([row['day'] for row in rows], [one['day'] for one in reversed(total)])
    check_equal(round(100 * float(rows[-1]['earning'])), total[0]['earning_minor'])
    days = admin.get('/api/analytics/days?days=3').json['items']
    check_equal([day['earning_minor'] for day in days], [one['earning_minor'] for one in total])
    check_equal([day['dearest_title'] for day in days], ['Dear one', None, None])
    check_equal(days[0]['dearest_minor'], item['reward_minor'])
    check_equal(popug.get('/api/accounts/totals.csv').status, 403)
    check_equal(popug.get('/api/analytics/days').status, 403)


def all_accounts_are_listed_for_the_accountant(company):
    keeper, popugs = company.hire('accountant'), [company.hire() for _ in range(3)]
    item = keeper.create('Who owes')
    company.settled()
    found = pages(keeper, '/api/accounts?limit=1')
    check_equal({one['person_id'] for one in found}, {one.who for one in popugs} | {keeper.who})
    owing = pages(keeper, '/api/accounts?owing=true')
    check_equal([(one['person_id'], one['balance_minor']) for one in owing],
                [(item['assignee_id'], -item['fee_minor'])])
    check_equal(popugs[0].get('/api/accounts').status, 403)


if __name__ == '__main__':
    main([colleagues_know_each_other_by_name, who_does_not_work_here_learns_no_names,
          a_manager_works_here_and_gets_nothing, the_board_is_watched,
          payments_are_watched, a_statement_opens_in_a_spreadsheet,
          totals_and_days_say_the_same, all_accounts_are_listed_for_the_accountant],
         {'provider': provider, 'server': server, 'company': company})
