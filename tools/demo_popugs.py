"""demo_popugs.py - a company of popugs for the demonstration: tasks fall on them, and days go by.

Its first days have passed before the demonstration begins: the program lives through each of them
with its calendar behind (time.behind), a few seconds long. Payouts go to the payment provider of
the tests, which refuses one account and loses a reply now and then.
"""
import contextlib
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tests', 'lib', 'servers'))
from provider import Provider  # pylint: disable=wrong-import-position

NAMES = (
    'Кеша Перьев', 'Гоша Хохлов', 'Рита Зернова', 'Лора Крылова', 'Яша Клювин', 'Соня Пушкова',
    'Вася Щеглов', 'Нора Чижова', 'Тоша Галкин', 'Ася Синицына', 'Рома Скворцов',
    'Дина Воробьёва', 'Миша Дроздов', 'Люся Сорокина', 'Федя Грачёв', 'Варя Ласточкина',
    'Паша Соловьёв', 'Зоя Сойкина', 'Лёва Филин', 'Катя Голубева', 'Степан Орлов',
    'Майя Чайкина', 'Борис Аистов', 'Инна Цаплина', 'Олег Журавлёв', 'Noah Beak',
    'Polly Feather', 'Rio Plume', 'Coco Perch', 'Iago Quill')
ROLES = {0: ['manager'], 1: ['accountant'], 2: ['admin']}  # the others are those who work
MEANINGS = (
    ('manager', 'Shuffles the tasks', ['board.shuffle']),
    ('accountant', 'Looks after accounts and payouts', ['accounts.*', 'payments.*']),
    ('admin', 'Sees all of the task board', ['board.*', 'accounts.*', 'payments.*',
                                             'analytics.read']))
TITLES = (
    'Разобрать почту', 'Накормить попугаев', 'Починить скрипучую дверь', 'Заказать зерно',
    'Вымыть окна', 'Сверить счета', 'Научить новичка летать', 'Поменять лампу', 'Полить фикус',
    'Отвезти документы', 'Собрать ветки', 'Проверить сигнализацию', 'Созвониться с поставщиком',
    'Обновить вывеску', 'Составить отчёт', 'Разгрузить машину', 'Настроить принтер',
    'Ответить на письма', 'Прибрать в кладовой', 'Найти пропавший ключ')
WHERE = ('у входа', 'на втором этаже', 'до обеда', 'вместе с соседями', 'в большом гнезде', 'снова',
         'по описи', 'к празднику')
REFUSED, NOWHERE = 5, 6  # the bank refuses the account of one; of another it is not known
SERVICES = 'users,notifications,board,accounts,payments'
ITEMS_A_DAY, SETTLES_IN = 24, 20


class Company:
    def __init__(self, admin, dice, refused):
        self.admin = admin
        self.dice = dice
        self.refused = refused  # what a no of the server looks like
        self.ids = []

    def ask(self, method, path, body=None, person=None):
        return self.admin.ask(method, path, body, person, '')

    def hire_all(self):
        """An external_id makes each safe to repeat."""
        for number, name in enumerate(NAMES):
            account = 'unknown' if number == NOWHERE else f'4081781000000000{number:04d}'
            self.ids.append(self.ask('POST', '/api/users', {
                'external_id': f'popug-{number}', 'type': 'popug', 'full_name': name,
                'email': f'popug{number}@demo.example', 'roles': ROLES.get(number, []),
                'requisite': {'bank_account': account}})['id'])

    def wait_until_all_work(self):
        """Each has an account and is activated; then tasks fall on him."""
        def working():
            people = self.ask('GET', '/api/colleagues?limit=200')['items']
            return sum(one['is_assignable'] for one in people)
        self.wait_until(lambda: working() >= len(NAMES) - len(ROLES))

    def wait_until(self, is_so):
        deadline = time.monotonic() + SETTLES_IN
        while not is_so() and time.monotonic() < deadline:
            time.sleep(0.05)

    def add_roles(self):
        for name, meaning, permissions in MEANINGS:
            try:
                self.ask('POST', '/api/roles', {'name': name, 'meaning': meaning,
                                                'permissions': permissions, 'participants': []})
            except self.refused:
                pass  # it is there

    # ---- what they do ----

    def create(self):
        title = f'{self.dice.choice(TITLES)} {self.dice.choice(WHERE)}'
        self.ask('POST', '/api/tasks', {'title': title}, self.dice.choice(self.ids))

    def finish(self, share):
        """So many of what is open; what has fallen on somebody else here is left to him."""
        for item in self.ask('GET', '/api/tasks?status=open&limit=200')['items']:
            if item['assignee_id'] in self.ids and self.dice.random() < share:
                self.ask('POST', f"/api/tasks/{item['id']}/finish", None, item['assignee_id'])

    def shuffle(self):
        self.wait_until(lambda: any(draw['status'] == 'committed' for draw in
                                    self.ask('GET', '/api/shuffles')['items']))
        draw = self.ask('POST', '/api/tasks/shuffle')['id']
        self.wait_until(lambda: self.ask('GET', f'/api/shuffles/{draw}')['status'] == 'done')

    def end_day(self):
        """Whom nobody can pay stays behind."""
        day = self.ask('POST', '/api/accounts/day-end')['day']

        def is_over():
            stuck = len(self.ask('GET', '/api/payments?status=stuck')['items'])
            payouts = self.ask('GET', '/api/accounts/payouts')['items']
            pending = sum(payout['status'] == 'pending' for payout in payouts)
            return pending <= stuck and any(payout['day'] == day for payout in payouts)
        self.wait_until(is_over)

    def live_a_day(self):
        for _ in range(ITEMS_A_DAY):
            self.create()
        self.finish(0.4)
        self.shuffle()
        self.finish(0.4)
        self.shuffle()
        self.finish(0.4)
        self.end_day()

    def turn(self):
        """A moment of today."""
        what = self.dice.random()
        if what < 0.55:
            self.create()
        elif what < 0.95:
            self.finish(0.1)
        elif what < 0.99:
            self.shuffle()
        else:
            self.ask('POST', '/api/accounts/day-end')


def open_bank():
    bank = Provider()
    bank.refused.add(f'4081781000000000{REFUSED:04d}')
    return bank


# ---- the program, as long as it is needed ----


class Ending:
    """SIGTERM and Ctrl-C end the demonstration; one that comes while they are held ends it then."""

    def __init__(self):
        self.is_held = self.has_come = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.hear)

    def hear(self, *_):
        self.has_come = True
        self.heed()

    def heed(self):
        if self.has_come and not self.is_held:
            sys.exit(0)

    @contextlib.contextmanager
    def held(self):
        self.is_held = True
        try:
            yield
        finally:
            self.is_held = False
            self.heed()


@contextlib.contextmanager
def serving(command, ending):
    """The program runs, and has ended afterwards: no signal comes when nobody would end it."""
    servers = []
    try:
        with ending.held():
            servers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        yield servers[0]
    finally:
        with ending.held():
            for server in servers:
                server.terminate()
                server.wait()
                server.stdout.close()


# ---- days that were ----


def pass_days(days, command, bank, company, ending):
    """`command(*more)` starts the program; the key that it shows only once, or None."""
    key = None
    for ago in range(days, 0, -1):
        bank.lose(after=1)
        with serving(command(SERVICES, '--time.behind', f'{ago}d'), ending) as server:
            for line in server.stdout:
                key = line.partition('Bearer ')[2].partition("'")[0] or key
                if line.startswith('Next'):
                    break
            if not company.ids:
                company.hire_all()
                company.wait_until_all_work()
            company.live_a_day()
            print(f'\rA company of {len(NAMES)} has lived through {days - ago + 1} of {days} days',
                  end='', flush=True)
        company.admin.close()
    print(flush=True)
    return key
