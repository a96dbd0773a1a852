"""popug_apart_test.py - each service a process of its own, as it was drawn, over RabbitMQ: D1-D3,
D7-D10, D12-D28, T24.

Six processes, each with files of its own: gateway, users, board, accounts, payments, and sign-in
with notifications. People come in by the door only.
"""
# stores: none
import os
import re
import subprocess
import sys
import tempfile

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), os.path.join(LIB, 'servers'),
                os.path.join(LIB, 'iam')]
import tap
from house import until
from kontora import Server, run
from people import PASSWORD, Browser
from popug import Popug, pages
from provider import Provider
from rabbitmq import free_port, shared_rabbitmq
from smtp import SmtpServer, plain_of
from tap import check, check_equal, check_in, main, seconds_max

GROUPS = ('gateway', 'users', 'board', 'accounts', 'payments', 'iam,notifications')


class Apart:
    """The six, and what they need around them."""

    def __init__(self):
        self.broker, self.bank, self.mail = shared_rabbitmq(), Provider(), SmtpServer(tls=False)
        home = tempfile.mkdtemp(dir=tap.test_directory())
        ports = [free_port() for _ in GROUPS]
        directories = [os.path.join(home, group.replace(',', '_')) for group in GROUPS]
        addresses = ' '.join(f'{service}=http://127.0.0.1:{port}'
                             for group, port in zip(GROUPS[1:], ports[1:])
                             for service in group.split(','))
        keys = ' '.join(key_of(*pair) for pair in zip(directories, GROUPS))
        shared = ['--bus.kind=rabbitmq', f'--bus.address={self.broker.address()}',
                  f'--ask.addresses={addresses}', f'--ask.trusted_keys={keys}',
                  f'--payments.provider={self.bank.address}', '--payments.timeout=1s',
                  f'--mail.address={self.mail.address}', '--mail.tls=when_offered',
                  '--mail.from=office@example.org']
        self.servers = {}
        for group, port, directory in zip(GROUPS, ports, directories):
            own = ([f'--gateway.upstreams={addresses}', '--gateway.address_rate=0',
                    '--gateway.person_rate=0', '--gateway.sign_in_rate=0'] if group == 'gateway'
                   else ['--access.gateway=gateway'])
            self.servers[group] = Server(directory, None,
                                         [*shared, *own, f'--net.listen=127.0.0.1:{port}'],
                                         services=group)
        self.owner = None

    def start(self):
        for group in reversed(GROUPS):
            self.servers[group].start()
        behind = self.servers['iam,notifications']
        code = re.search(r'code: (\S+)', run('setup', '--data', behind.directory).out).group(1)
        self.owner = Browser(self.servers['gateway'])
        said = until(lambda: next((one for one in [self.owner.post('/api/setup', {
            'full_name': 'Olga', 'email': 'olga@example.org', 'password': PASSWORD,
            'setup_code': code})] if one.status == 201), None))
        check_equal(said.status, 201, said)
        for role, permissions in (('manager', ['board.shuffle']),
                                  ('accountant', ['accounts.*', 'payments.*'])):
            said = self.owner.post('/api/roles', {'name': role, 'permissions': permissions})
            check_equal(said.status, 201, said)
        return self

    def stop(self):
        codes = [server.stop() for server in self.servers.values()]
        for helper in (self.broker, self.bank, self.mail):
            helper.stop()
        return codes

    def hire(self, name, role=None):
        """Comes in by the door with a token of his own, when his account is open."""
        who = self.owner.post('/api/users', {
            'email': f'{name}@example.org', 'full_name': name, 'type': 'popug',
            'roles': [role] if role else [],
            'requisite': {'bank_account': '40817810099910004312'}}).json['id']
        until(lambda: self.owner.get(f'/api/users/{who}').json['activated'])
        issued = until(lambda: next((one for one in [self.owner.post(
            '/tokens/issue', {'user_id': who})] if one.status == 200), None))
        popug = Popug(self.servers['gateway'].client(key=None), who, role)
        popug.headers = {'Authorization': f"Bearer {issued.json['access_token']}"}
        popug.is_awaited()
        check_equal(until(lambda: popug.balance() == 0), True)
        return popug


def key_of(directory, services):
    said = subprocess.run([tap.program('release'), 'key', services, '--data', directory],
                          capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def start_apart():
    apart = Apart().start()
    yield apart
    check_equal(apart.stop(), [0] * len(GROUPS))


def books(popug, tasks):
    """What his account must have by what is seen on the board, when nothing was shuffled."""
    mine = [task for task in tasks if task['assignee_id'] == popug.who]
    return (sum(task['reward_minor'] for task in mine if task['status'] == 'done')
            - sum(task['fee_minor'] for task in mine))


@seconds_max(400)
def a_day_of_popugs(apart):
    """D1-D3, D7-D10, D12-D26: created, fallen, finished, shuffled, paid, written to."""
    boss, money = apart.hire('boss', 'manager'), apart.hire('money', 'accountant')
    ann, ben = apart.hire('ann'), apart.hire('ben')
    tasks = [boss.create(f'Task {number}') for number in range(10)]
    check_equal({task['assignee_id'] for task in tasks} - {ann.who, ben.who}, set())
    for task in tasks[:8]:
        mine, other = (ann, ben) if task['assignee_id'] == ann.who else (ben, ann)
        check_equal(other.finish(task['id']).code, 'task_not_yours')
        check_equal(mine.finish(task['id']).status, 200)
    seen = pages(boss, '/api/tasks')
    for popug in (ann, ben):
        until(lambda: popug.balance() == books(popug, seen))
        check_equal(popug.balance(), books(popug, seen))
    check_equal(ann.post('/api/tasks/shuffle').status, 403)
    until(lambda: boss.get('/api/shuffles').json['items'])
    drawn = boss.post('/api/tasks/shuffle').json
    until(lambda: boss.get(f"/api/shuffles/{drawn['id']}").json['status'] == 'done')
    fallen = {one['task_id']: one['person_id']
              for one in pages(boss, f"/api/shuffles/{drawn['id']}/results")}
    check_equal(set(fallen), {task['id'] for task in tasks[8:]})
    fee = {task['id']: task['fee_minor'] for task in tasks}
    due = {popug.who: books(popug, seen) - sum(fee[task] for task, who in fallen.items()
                                               if who == popug.who) for popug in (ann, ben)}
    for popug in (ann, ben):
        until(lambda: popug.balance() == due[popug.who])
        check_equal(popug.balance(), due[popug.who])
    day_ends(apart, money, [popug for popug in (ann, ben) if due[popug.who] > 0], due)


def day_ends(apart, money, earners, due):
    check(earners, 'somebody has earned')
    check_equal(money.post('/api/accounts/day-end').status, 202)
    for popug in earners:
        until(lambda: popug.balance() == 0)
        payout = pages(popug, '/api/accounts/me/payouts')[0]
        check_equal((payout['status'], payout['amount_minor']), ('paid', due[popug.who]))
        check_equal(apart.bank.paid[payout['id']]['amount_minor'], due[popug.who])
        address = apart.owner.get(f'/api/users/{popug.who}').json['email']
        amount = f"{due[popug.who] // 100}.{due[popug.who] % 100:02} USD"
        until(lambda: any(amount in one['Subject'] for one in apart.mail.letters_to(address)))
        letters = [one for one in apart.mail.letters_to(address) if amount in one['Subject']]
        check_equal(len(letters), 1)
        check_in(amount, plain_of(letters[0]))
    check_equal(apart.bank.doubles, [])


@seconds_max(300)
def what_is_away_is_waited_for_and_no_task_is_without_a_price(apart):
    """D20, D26-D28, T24: a price is asked for first; what is told waits for who is away."""
    boss = apart.hire('second', 'manager')
    before = len(pages(boss, '/api/tasks'))
    accounts = apart.servers['accounts']
    accounts.kill()
    said = boss.post('/api/tasks', {'title': 'Without a price'})
    check_equal(said.status, 503, said)
    check_equal(len(pages(boss, '/api/tasks')), before)
    open_ones = pages(boss, '/api/tasks?status=open')
    finished = open_ones[0]
    ann = Popug(boss.client, finished['assignee_id'])
    issued = apart.owner.post('/tokens/issue', {'user_id': ann.who}).json['access_token']
    ann.headers = {'Authorization': f'Bearer {issued}'}
    check_equal(ann.finish(finished['id']).status, 200, 'the board does not wait for the books')
    accounts.start()
    check(until(lambda: any(
        (line['kind'], line['about_id']) == ('task_reward', finished['id'])
        for line in (ann.entries() if ann.balance() is not None else []))), 'he is paid for it')
    check(until(lambda: boss.post('/api/tasks', {'title': 'With one'}).status == 201), 'again')


if __name__ == '__main__':
    main([a_day_of_popugs, what_is_away_is_waited_for_and_no_task_is_without_a_price],
         {'apart': start_apart})
