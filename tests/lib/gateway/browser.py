"""browser.py - a person at the door, for tests: keeps cookies, and speaks for our own pages.

    owner = Browser(server).set_up()
    owner.get('/api/profile').json['permissions']
"""
import json
from http.cookies import SimpleCookie

from kontora import Answer
from tap import check_equal

PASSWORD = 'seven quiet harbours'


class Browser:
    def __init__(self, server, seconds=60):
        self.client = server.client(key=None, seconds=seconds)
        self.jar = {}

    @property
    def session(self):
        return self.jar.get('kontora')

    def ask(self, method, path, body=None, headers=None):
        sent = {'Sec-Fetch-Site': 'same-origin'}
        if self.jar:
            sent['Cookie'] = '; '.join(map('='.join, self.jar.items()))
        if body is not None:
            body = json.dumps(body).encode()
            sent['Content-Type'] = 'application/json'
        connection = self.client.connection
        try:
            connection.request(method, path, body, {**sent, **(headers or {})})
            response = connection.getresponse()
            self._keep(response.headers.get_all('Set-Cookie') or [])
            return Answer(response)
        except BaseException:
            connection.close()
            raise

    def _keep(self, lines):
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.jar[name] = morsel.value
                if morsel['max-age'] == '0':
                    del self.jar[name]

    def get(self, path, headers=None):
        return self.ask('GET', path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.ask('POST', path, body, headers)

    def patch(self, path, body=None, headers=None):
        return self.ask('PATCH', path, body, headers)

    def set_up(self, email='olga@example.org'):
        """The first owner."""
        answer = self.post('/api/setup', {'full_name': 'Ольга Ёлкина', 'email': email,
                                          'password': PASSWORD})
        check_equal(answer.status, 201, answer)
        return self

    def sign_in(self, email='olga@example.org'):
        answer = self.post('/api/login', {'email': email, 'password': PASSWORD})
        check_equal(answer.status, 200, answer)
        return self
