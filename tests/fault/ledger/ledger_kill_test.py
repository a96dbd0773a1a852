"""ledger_kill_test.py - kill -9 while money moves: what was answered stays, nothing moves twice.

Clients pay with ids of their own. A server that dies leaves some without an answer: they ask the
next one again, with the same ids. In the end every transfer has been answered once as made, and
answered the same whenever it was asked again; the balances are the sum of them, and fsck agrees.
The last test is a control: with answers that leave before their commit the same checks complain.
"""
# stores: none
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'lib'))
import tap
from kontora import Server, Sqlite, fresh_postgres
from tap import check, check_equal, main, seconds_max, test_scale

ACCOUNTS, CLIENTS, LIVES, CONTROL_LIVES = 12, 6, 12, 40
PATIENCE_SECONDS = 60


class Wrong(Exception):
    """The books are not what was promised."""


def bank(variant):
    return os.path.join(os.path.dirname(tap.program(variant)), 'bench', 'bank_server')


class Payer:
    """One client: he knows what he has ordered, and what was answered."""

    def __init__(self, number):
        self.number, self.made, self.pending = number, [], None
        self.wrong = None
        self.random = random.Random(number)

    def order(self):
        debit, credit = self.random.sample(range(ACCOUNTS), 2)
        count = len(self.made) + 1
        return {'id': f'01900000-0000-7{self.number:03x}-8000-{count:012x}', 'debit': debit,
                'credit': credit, 'amount': self.random.randint(1, 900)}

    def pay(self, client, order):
        deadline = time.monotonic() + PATIENCE_SECONDS
        answer = client.post('/api/bank/main/transfers', order)
        while answer.status == 503 and time.monotonic() < deadline:  # the dead one's locks
            time.sleep(0.1)
            answer = client.post('/api/bank/main/transfers', order)
        if answer.status != 200:
            raise Wrong(f'{order}: {answer.status} {answer.text}')
        return answer.json

    def settle(self, client):
        """The one without an answer once more; and one of those before is still the same."""
        if self.pending:
            self.made.append((self.pending, self.pay(client, self.pending)))
            self.pending = None
        for order, said in self.made[-3:]:
            again = self.pay(client, order)
            if again != said:
                raise Wrong(f'{order} was answered {said}, and now {again}')

    def run(self, server):
        try:
            client = server.client()
            while True:
                self.pending = self.pending or self.order()
                self.made.append((self.pending, self.pay(client, self.pending)))
                self.pending = None
        except Wrong as wrong:
            self.wrong = wrong
        except (OSError, http.client.HTTPException):
            return  # the server is gone


def balances_of(payers):
    sums = [0] * ACCOUNTS
    for payer in payers:
        for order, _ in payer.made:
            sums[order['debit']] -= order['amount']
            sums[order['credit']] += order['amount']
    return sums


def check_books(server, payers):
    client = server.client()
    for payer in payers:
        payer.settle(client)
    accounts = [client.get(f'/api/bank/accounts/{number}') for number in range(ACCOUNTS)]
    if any(account.status != 200 for account in accounts):
        raise Wrong(f'accounts that were opened are gone: {accounts}')
    seen = [account.json['balance'] for account in accounts]
    if seen != balances_of(payers):
        raise Wrong(f'the accounts have {seen}, their transfers say {balances_of(payers)}')
    said = subprocess.run([server.program, 'fsck', '--json', '--data', server.directory,
                           *server.store.settings], stdout=subprocess.PIPE, check=False).stdout
    found = [one for one in json.loads(said)['findings'] if one['check'] == 'ledger']
    if [one['verdict'] for one in found] != ['ok']:
        raise Wrong(f'fsck: {found}')


def one_life(server, payers, seconds):
    """Until it is killed, while everybody pays."""
    server.start()
    check_books(server, payers)
    threads = [threading.Thread(target=payer.run, args=(server,)) for payer in payers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    server.kill()
    for thread in threads:
        thread.join()
    for payer in payers:
        if payer.wrong:
            raise payer.wrong


def lives(store, count, variant='release', environment=None):
    """How many transfers were made in all of them."""
    server = Server(store=store, program=bank(variant), environment=environment)
    payers = [Payer(number) for number in range(CLIENTS)]
    chance = random.Random(7)
    server.start()
    answer = server.client().post('/api/bank/main/accounts', {'first': 0, 'count': ACCOUNTS})
    check_equal(answer.status, 204)
    server.kill()
    try:
        for _ in range(count):
            one_life(server, payers, chance.uniform(0.02, 0.4))
        server.start()
        check_books(server, payers)
    finally:
        server.kill()
    return sum(len(payer.made) for payer in payers)


@seconds_max(test_scale(200))
def no_transfer_is_lost_or_made_twice():
    made = lives(Sqlite(), test_scale(LIVES))
    print(f'# {made} transfers in {test_scale(LIVES)} lives')
    check(made > 50, 'hardly anything was made')


@seconds_max(test_scale(200))
def nor_on_postgres():
    made = lives(fresh_postgres(), test_scale(LIVES))
    print(f'# {made} transfers in {test_scale(LIVES)} lives')
    check(made > 50, 'hardly anything was made')


@seconds_max(test_scale(200))
def answers_before_the_commit_are_seen():
    try:
        lives(Sqlite(), CONTROL_LIVES, 'fault', {'KONTORA_BUG': 'reply_before_commit'})
    except Wrong as wrong:
        print(f'# {str(wrong)[:200]}')
        return
    check(False, 'nobody has complained')


if __name__ == '__main__':
    main([no_transfer_is_lost_or_made_twice, nor_on_postgres, answers_before_the_commit_are_seen])
