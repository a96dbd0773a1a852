"""letters.py - a server that writes letters to a real mail server, and what stands in them.

    with_letters = server_with_letters()    a fixture that gives (server, mail)
    code_of(mail, 'olga@example.org')       the newest code that was sent there
"""
import itertools
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'servers'))
from kontora import PLATFORM, Server, the_store
from people import Browser
from smtp import SmtpServer, plain_of
from tap import check


class Post:
    """A server, its mail, and how many letters of each address were read."""

    def __init__(self, store=None, services=PLATFORM, **more):
        self.mail = SmtpServer(user='kontora', secret='s3cret')
        self.read = {}
        self.server = Server(store=store or the_store(), services=services, settings=[
            f'--mail.address={self.mail.address}', f'--mail.authorities={self.mail.authority}',
            '--mail.from=Kontora <office@example.com>', '--gateway.sign_in_rate=0',
            '--gateway.proxies=127.0.0.1'], **more)
        self.numbers = itertools.count(1)

    def guest(self, agent='Firefox'):
        """A browser somewhere else, each with an address of its own."""
        number = next(self.numbers)
        return Browser(self.server, agent, f'198.18.{number // 250}.{number % 250 + 1}')

    def start(self):
        self.server.start()
        return self

    def stop(self):
        code = self.server.stop()
        self.mail.stop()
        return code

    def next_letter(self, address):
        """The next one that was not read yet; what is sent comes, sooner or later."""
        count = self.read.get(address, 0) + 1
        letters = self.mail.wait_for(address, count)
        check(len(letters) >= count, f'no letter has come to {address}')
        self.read[address] = count
        return plain_of(letters[count - 1])

    def code(self, address):
        return re.search(r'\b(\d{6})\b', self.next_letter(address)).group(1)

    def link(self, address):
        return re.search(r'#(gwi_[\w-]+)', self.next_letter(address)).group(1)
