"""sign_in_elsewhere_test.py - people sign in with an outside provider: oidc-provider is one.

Linked by a verified address alone, and then by who he is there; each way good once, in the browser
that began it; nothing is changed by a GET; what the provider does not vouch for lets nobody in.
"""
import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIB)
sys.path.insert(0, os.path.join(LIB, 'iam'))
from kontora import PLATFORM, Server, the_store
from people import Browser
from tap import Skipped, check, check_equal, check_in, main

SECRET = 'a secret: with + signs'


def start_server():
    server = Server(store=the_store(), services=PLATFORM,
                    settings=['--gateway.sign_in_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


class Provider:
    """The other side, and the row by which we know it."""

    def __init__(self, server, name, way, algorithm):
        if shutil.which('node') is None:
            raise Skipped('node is not installed')
        self.name = name
        told = {'redirect_uris': [f'{server.address}/api/login/oidc/{name}/callback'], 'way': way,
                'algorithm': algorithm}
        scripts = os.path.join(LIB, 'iam')
        self.process = subprocess.Popen(['node', '--experimental-global-webcrypto',
                                         '--experimental-loader',
                                         os.path.join(scripts, 'older_node.mjs'),
                                         os.path.join(scripts, 'provider.mjs'), json.dumps(told)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.issuer = self.process.stdout.readline().strip()
        if not self.issuer:
            raise AssertionError(self.process.stderr.read()[-2000:])
        answer = server.admin().ask('PUT', f'/api/oauth/providers/{name}', {
            'label': 'Elsewhere', 'issuer': self.issuer, 'client_id': 'kontora',
            'client_secret': SECRET})
        check_equal(answer.status, 200, answer)

    def set(self, sub, email, verified=True):
        urllib.request.urlopen(urllib.request.Request(
            self.issuer + '/set', json.dumps({'sub': sub, 'email': email,
                                              'verified': verified}).encode())).read()

    def go(self, redirect):
        """What a browser does there, until it is sent back to us: what stands in that address."""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        try:
            end = urllib.request.build_opener(jar).open(redirect).geturl()
        except urllib.error.HTTPError as error:
            end = error.geturl()
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(end).query))

    def stop(self):
        self.process.kill()
        self.process.wait()


def elsewhere(server, olga):
    provider = Provider(server, 'elsewhere', 'client_secret_basic', 'RS256')
    yield provider
    provider.stop()


def begin(browser, provider, **content):
    answer = browser.post(f'/api/login/oidc/{provider.name}/start', content)
    check_equal(answer.status, 200, answer)
    return answer.json['redirect']


def come_back(browser, provider, said):
    return browser.post(f'/api/login/oidc/{provider.name}/callback', said)


def sign_in(server, provider):
    browser = Browser(server)
    said = provider.go(begin(browser, provider))
    return browser, come_back(browser, provider, said)


def who_has_a_verified_address_comes_in(server, elsewhere):
    elsewhere.set('sub-1', 'OLGA@example.org')
    browser, answer = sign_in(server, elsewhere)
    check_equal(answer.status, 200, answer)
    check_equal(browser.get('/api/profile').json['email'], 'olga@example.org')
    elsewhere.set('sub-1', 'another@example.org')  # he is known by who he is there from now on
    browser, answer = sign_in(server, elsewhere)
    check_equal(answer.status, 200, answer)
    methods = {session['method'] for session in browser.get('/api/sessions').json['items']}
    check_in('oidc:elsewhere', methods)


def an_address_that_is_not_verified_is_nothing(server, elsewhere):
    elsewhere.set('sub-2', 'olga@example.org', verified=False)
    _, answer = sign_in(server, elsewhere)
    check_equal((answer.status, answer.code), (403, 'not_known_here'))
    elsewhere.set('sub-3', 'stranger@example.org')
    _, answer = sign_in(server, elsewhere)
    check_equal((answer.status, answer.code), (403, 'not_known_here'))
    for word in ('true', 1, None):
        elsewhere.set('sub-4', 'olga@example.org', verified=word)
        check_equal(sign_in(server, elsewhere)[1].status, 403, word)


def a_way_is_good_once_and_in_one_browser(server, elsewhere):
    elsewhere.set('sub-1', 'olga@example.org')
    browser, other = Browser(server), Browser(server)
    said = elsewhere.go(begin(browser, elsewhere))
    begin(other, elsewhere)
    path = f'/api/login/oidc/elsewhere/callback?{urllib.parse.urlencode(said)}'
    check_equal(other.get(path).status, 400, 'somebody else has begun this')
    check_equal((come_back(other, elsewhere, said).code), 'provider_not_accepted')
    for _ in range(2):  # a GET changes nothing
        page = browser.get(path)
        check_equal((page.status, page.headers['cache-control']), (200, 'no-store'))
    check_equal(come_back(browser, elsewhere, said).status, 200)
    check_equal(come_back(browser, elsewhere, said).status, 401)


def what_was_changed_on_the_way_is_not_accepted(server, elsewhere):
    elsewhere.set('sub-1', 'olga@example.org')
    for change in ({'code': 'x'}, {'state': 'x'}, {'iss': 'http://evil.example'},
                   {'error': 'access_denied'}, {'code': None}):
        browser = Browser(server)
        said = {**elsewhere.go(begin(browser, elsewhere)), **change}
        answer = come_back(browser, elsewhere, {name: value for name, value in said.items()
                                                if value is not None})
        check_equal((answer.status, answer.code), (401, 'provider_not_accepted'), change)
    first, second = Browser(server), Browser(server)
    said = elsewhere.go(begin(first, elsewhere))
    mine = elsewhere.go(begin(second, elsewhere))
    answer = come_back(second, elsewhere, {**mine, 'code': said['code']})
    check_equal(answer.code, 'provider_not_accepted', 'a code of another way')


def who_is_kept_out_here_stays_out(server, olga, elsewhere):
    admin = server.admin()
    person = admin.post('/api/users', {'email': 'boris@example.org', 'type': 'employee'}).json
    check_equal(admin.post(f'/api/users/{person["id"]}/block', {}).status, 200)
    elsewhere.set('sub-boris', 'boris@example.org')
    from house import until
    check(until(lambda: sign_in(server, elsewhere)[1].code == 'user_blocked'))


def other_providers_speak_otherwise(server, olga):
    for name, way, algorithm in (('posted', 'client_secret_post', 'ES256'),
                                 ('basic', 'client_secret_basic', 'EdDSA')):
        provider = Provider(server, name, way, algorithm)
        provider.set('sub-1', 'olga@example.org')
        _, answer = sign_in(server, provider)
        provider.stop()
        check_equal(answer.status, 200, (name, answer))
        gone = Browser(server).post(f'/api/login/oidc/{name}/start', {})
        check_equal((gone.status, gone.code), (409, 'provider_unavailable'))


def he_goes_on_to_a_place_of_ours(server, elsewhere):
    for wanted, place in (('/app/cases', '/app/cases'), ('//evil.example', '/'),
                          ('https://evil.example', '/'), ('/\\evil.example', '/'), ('', '/')):
        browser = Browser(server)
        said = elsewhere.go(begin(browser, elsewhere, **({'next': wanted} if wanted else {})))
        path = f'/api/login/oidc/elsewhere/callback?{urllib.parse.urlencode(said)}'
        check_in(f'"next":"{place}"', browser.get(path).text)


def rows_say_who_is_asked(server, elsewhere):
    admin = server.admin()
    for bad in ('http://accounts.example', 'ftp://a', 'https://', 'https://a b'):
        answer = admin.ask('PUT', '/api/oauth/providers/bad', {
            'label': 'x', 'issuer': bad, 'client_id': 'x'})
        check_equal((answer.status, answer.code), (422, 'bad_issuer'), bad)
    shown = admin.get('/api/oauth/providers').text
    check(SECRET not in shown and '"has_secret":true' in shown)
    choices = Browser(server).get('/api/login/oidc').json['items']
    check_in({'provider': 'elsewhere', 'label': 'Elsewhere',
              'start': '/api/login/oidc/elsewhere/start'}, choices)
    check_equal(Browser(server).post('/api/login/oidc/nobody/start', {}).status, 404)
    changed = admin.ask('PUT', '/api/oauth/providers/elsewhere', {
        'label': 'There', 'issuer': elsewhere.issuer, 'client_id': 'kontora'})
    check_equal((changed.json['has_secret'], changed.json['revision']), (True, 2))
    elsewhere.set('sub-1', 'olga@example.org')
    check_equal(sign_in(server, elsewhere)[1].status, 200, 'the secret has stayed')
    wrong = elsewhere.issuer.replace('127.0.0.1', 'localhost')  # it calls itself otherwise
    admin.ask('PUT', '/api/oauth/providers/wrong', {'label': 'x', 'issuer': wrong,
                                                    'client_id': 'kontora'})
    check_equal(Browser(server).post('/api/login/oidc/wrong/start', {}).code,
                'provider_unavailable')
    check_equal(admin.delete('/api/oauth/providers/wrong').status, 204)


if __name__ == '__main__':
    main([who_has_a_verified_address_comes_in, an_address_that_is_not_verified_is_nothing,
          a_way_is_good_once_and_in_one_browser, what_was_changed_on_the_way_is_not_accepted,
          who_is_kept_out_here_stays_out, other_providers_speak_otherwise,
          he_goes_on_to_a_place_of_ours, rows_say_who_is_asked],
         fixtures={'server': start_server, 'olga': olga, 'elsewhere': elsewhere})
