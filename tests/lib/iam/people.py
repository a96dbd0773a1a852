"""people.py - people at the door, for tests: browsers with a jar of cookies, and an owner.

    owner = Browser(server).set_up('olga@example.org')
    owner.get('/api/profile').json['email']
"""
from http.cookies import SimpleCookie

from tap import check_equal

PASSWORD = 'melon harbour violet'


class Browser:
    """Keeps cookies as a browser does; what it sends comes from our own pages."""

    def __init__(self, server, agent='Firefox', address=None):
        self.server = server
        self.address = address  # as a proxy says it, where one is believed
        self.client = server.client(key=None)
        self.agent = agent
        self.jar = {}

    def ask(self, method, path, body=None, headers=None):
        headers = {'User-Agent': self.agent, 'Sec-Fetch-Site': 'same-origin', **(headers or {})}
        if self.address:
            headers.setdefault('X-Forwarded-For', self.address)
        if self.jar:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in self.jar.items())
        self.client.connection.request(method, path, *self._body(body, headers))
        response = self.client.connection.getresponse()
        self._keep(response.headers.get_all('Set-Cookie') or [])
        from kontora import Answer
        return Answer(response)

    @staticmethod
    def _body(body, headers):
        import json
        if body is None:
            return None, headers
        return json.dumps(body).encode(), {'Content-Type': 'application/json', **headers}

    def _keep(self, lines):
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel['max-age'] == '0':
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value

    def get(self, path, headers=None):
        return self.ask('GET', path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.ask('POST', path, body, headers)

    def patch(self, path, body=None, headers=None):
        return self.ask('PATCH', path, body, headers)

    def delete(self, path, headers=None):
        return self.ask('DELETE', path, headers=headers)

    def set_up(self, email='olga@example.org', password=PASSWORD, name='Ольга Ёлкина'):
        answer = self.post('/api/setup', {'full_name': name, 'email': email,
                                          'password': password})
        check_equal(answer.status, 201, answer)
        return self

    def sign_in(self, email, password=PASSWORD):
        answer = self.post('/api/login', {'email': email, 'password': password})
        check_equal(answer.status, 200, answer)
        return self
