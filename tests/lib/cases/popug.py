"""popug.py - a company of popugs, as tests see it: who works there, the board, the accounts.

Somebody is spoken for as the gateway does it: Kontora-Person and what he may.
"""
import uuid

from house import until
from tap import check, check_equal

OVERSEER = {'manager': 'board.shuffle', 'admin': 'board.shuffle, accounts.*, analytics.read, '
            'payments.*', 'accountant': 'accounts.*, payments.*'}


class Popug:
    """One who works there."""

    def __init__(self, client, who, role=None):
        self.client = client
        self.who = who
        self.role = role
        self.headers = {'Kontora-Person': who}
        if role in OVERSEER:
            self.headers['Kontora-May'] = OVERSEER[role]

    def is_awaited(self):
        """Until the board knows him: it hears of who was hired later than the directory."""
        known_as = 'works_here' if self.role else 'is_assignable'
        check(until(lambda: self.get('/api/colleagues/me').json[known_as]), known_as)

    def get(self, path):
        return self.client.get(path, headers=self.headers)

    def post(self, path, body=None):
        return self.client.post(path, body, headers=self.headers)

    def create(self, title='Feed the parrots'):
        said = self.post('/api/tasks', {'title': title})
        check_equal(said.status, 201, repr(said))
        return said.json

    def finish(self, task):
        return self.post(f'/api/tasks/{task}/finish')

    def balance(self):
        said = self.get('/api/accounts/me')
        return said.json['balance_minor'] if said.status == 200 else None

    def entries(self):
        return pages(self, '/api/accounts/me/entries?limit=100')


def pages(popug, path):
    found, cursor = [], ''
    while cursor is not None:
        said = popug.get(path + (f'{"&" if "?" in path else "?"}cursor={cursor}' if cursor else ''))
        check_equal(said.status, 200, repr(said))
        found += said.json['items']
        cursor = said.json['next']
    return found


class Company:
    def __init__(self, client):
        self.client = client
        self.popugs = []

    def hire(self, role=None, requisite=None):
        """As soon as his account is open and he is activated, if tasks fall on him."""
        who = self.client.post('/api/users', {
            'email': f'{uuid.uuid4()}@example.com', 'full_name': 'A popug', 'type': 'popug',
            'roles': [role] if role else [],
            'requisite': requisite or {'bank_account': '40817810099910004312'}}).json['id']
        popug = Popug(self.client, who, role)
        until(lambda: self.client.get(f'/api/users/{who}').json['activated'])
        check_equal(popug.balance(), 0)
        popug.is_awaited()
        if role is None:
            self.popugs.append(popug)
        return popug

    def of(self, who):
        return [popug for popug in self.popugs if popug.who == who][0]

    def told(self, popug, template):
        """Notices of that kind that were sent to him."""
        sent = pages(self.client, f'/api/notifications?recipient_id={popug.who}')
        return [one for one in sent if one['template'] == template]

    def settled(self):
        """Every fact of the board stands in the books, once."""
        anybody = Popug(self.client, str(uuid.uuid4()), 'admin')
        tasks = pages(anybody, '/api/tasks?limit=200')
        expected = sum(task['assignment'] + (task['status'] == 'done') for task in tasks)
        lines = lambda: sum(1 for popug in self.popugs for line in popug.entries()
                            if line['kind'] != 'payout')
        until(lambda: lines() == expected)
        check_equal(lines(), expected)
        return tasks
