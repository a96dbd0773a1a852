"""popug_screens_test.py - what the screens read beside the rest: colleagues, the board's stream."""
import json
import os
import sys
import uuid
from urllib.parse import quote

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from house import until
from kontora import Server
from popug import Company, Popug, pages
from tap import check, check_equal, for_each_test, main


@for_each_test
def server():
    server = Server(services='users,notifications,board,accounts,payments').start()
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


if __name__ == '__main__':
    main([colleagues_know_each_other_by_name, who_does_not_work_here_learns_no_names,
          a_manager_works_here_and_gets_nothing, the_board_is_watched],
         {'server': server, 'company': company})
