"""webhooks_test.py - signed webhooks to a real server; npm `standardwebhooks` checks them.

Tried again, 410, two secrets while one changes, replay, what may not be reached, what may not be
heard, and kills: at least once, each time with the same webhook-id.
"""
# sanitizers: asan tsan
import http.server
import json
import os
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import until
from kontora import PLATFORM, Server, the_store
from tap import (check, check_equal, check_in, check_match, for_each_test, main, repository,
                 without_sanitizers)

CHECKER = '''
const { Webhook } = require('standardwebhooks');
const { secret, body, headers } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
try { new Webhook(secret).verify(body, headers); console.log('good'); }
catch (error) { console.log('bad: ' + error.message); }
'''


class Receiver:
    """Answers with `codes` one after the other, then with the last of them for ever."""

    def __init__(self):
        self.codes = [200]
        self.got = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append((headers, body))
                code = receiver.codes[0]
                if len(receiver.codes) > 1:
                    receiver.codes.pop(0)
                self.send_response(code)
                self.send_header('Content-Length', '0')
                self.send_header('Location', 'http://127.0.0.1:1/')
                self.end_headers()

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # whoever calls may be killed in the middle

        self.server = Quiet(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}/hooks'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count):
        until(lambda: len(self.got) >= count)
        return list(self.got)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@for_each_test
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@for_each_test
def server():
    server = Server(store=the_store(), services=PLATFORM, settings=['--webhooks.private=yes',
                                                 '--webhooks.retry_after=20ms',
                                                 '--webhooks.retries=4']).start()
    yield server
    if server.process is not None:
        check_equal(server.stop(), 0)


def add_person(server):
    answer = server.client().post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                                 'type': 'worker'})
    return answer.json['id']


def add_endpoint(server, url, events=('users.*',)):
    answer = server.client().post('/api/webhooks', {'url': url, 'events': list(events)})
    check_equal(answer.status, 201, repr(answer))
    check_match(r'^whsec_[A-Za-z0-9+/]{43}=$', answer.json['secret'])
    return answer.json


def verdict(secret, body, headers):
    result = subprocess.run(['node', '-e', CHECKER], cwd=repository(), text=True, check=True,
                            input=json.dumps({'secret': secret, 'body': body, 'headers': headers}),
                            stdout=subprocess.PIPE)
    return result.stdout.strip()


def deliveries(server, endpoint):
    return server.client().get(f'/api/webhooks/{endpoint["id"]}/deliveries').json['items']


def ended(server, endpoint, status):
    until(lambda: [one['status'] for one in deliveries(server, endpoint)] == [status])
    one, = deliveries(server, endpoint)
    check_equal(one['status'], status, repr(one))
    return one


def a_library_of_others_accepts_what_is_sent(server, receiver):
    endpoint = add_endpoint(server, receiver.url, ['users.created'])
    person = add_person(server)
    server.client().post(f'/api/users/{person}/block', {})  # not wanted
    (headers, body), = receiver.wait_for(1)
    check_equal(verdict(endpoint['secret'], body, headers), 'good')
    check_match('^bad', verdict(endpoint['secret'], body + ' ', headers))
    check_match('^bad', verdict('whsec_' + 'A' * 43 + '=', body, headers))
    said = json.loads(body)
    check_equal((said['type'], said['data']['id']), ('users.created', person))
    one = ended(server, endpoint, 'delivered')
    check_equal((one['attempts'], one['code'], one['event_type']), (1, 200, 'users.created'))
    shown = server.client().get(f'/api/webhooks/{endpoint["id"]}')
    check('secret' not in shown.json and 'whsec' not in shown.text)


def what_is_not_taken_comes_again_and_then_has_failed(server, receiver):
    receiver.codes = [500, 302, 200]
    endpoint = add_endpoint(server, receiver.url)
    add_person(server)
    one = ended(server, endpoint, 'delivered')
    check_equal(one['attempts'], 3)
    check_equal(len({headers['webhook-id'] for headers, _ in receiver.got}), 1)
    receiver.codes = [500]
    server.client().delete(f'/api/webhooks/{endpoint["id"]}')
    endpoint = add_endpoint(server, receiver.url)
    add_person(server)
    one = ended(server, endpoint, 'failed')
    check_equal((one['attempts'], one['code']), (5, 500))
    receiver.codes = [204]
    count = len(receiver.got)
    path = f'/api/webhooks/{endpoint["id"]}/deliveries/{one["id"]}/replay'
    check_equal(server.client().post(path).status, 200)
    ended(server, endpoint, 'delivered')
    check_equal(receiver.got[count][0]['webhook-id'], receiver.got[count - 1][0]['webhook-id'])


def gone_is_gone(server, receiver):
    receiver.codes = [410]
    endpoint = add_endpoint(server, receiver.url)
    add_person(server)
    ended(server, endpoint, 'failed')
    shown = server.client().get(f'/api/webhooks/{endpoint["id"]}').json
    check_equal(shown['status'], 'disabled')
    check_in('410', shown['reason'])


def both_secrets_sign_while_one_changes(server, receiver):
    endpoint = add_endpoint(server, receiver.url)
    new = server.client().post(f'/api/webhooks/{endpoint["id"]}/rotate').json['secret']
    check(new != endpoint['secret'])
    add_person(server)
    (headers, body), = receiver.wait_for(1)
    check_equal(verdict(endpoint['secret'], body, headers), 'good')
    check_equal(verdict(new, body, headers), 'good')


def nobody_reaches_our_own_network(receiver):
    server = Server(store=the_store(), services=PLATFORM).start()
    client = server.client()
    for url in (receiver.url, 'https://a@example.com/', 'https://example.com/#x',
                'ftp://x.example/', 'https://', 'https:///x', 'https://exa mple.com/'):
        answer = client.post('/api/webhooks', {'url': url, 'events': ['users.*']})
        check_equal((answer.status, answer.code), (422, 'bad_url'), url)
    for host in ('127.0.0.1', 'localhost', '10.0.0.1', '169.254.169.254', '[::1]', '0x7f.1',
                 '[::ffff:127.0.0.1]', '2130706433'):
        endpoint = add_endpoint(server, f'https://{host}:{receiver.server.server_port}/')
        add_person(server)
        until(lambda one=endpoint: any(told['detail'] for told in deliveries(server, one)))
        told, = deliveries(server, endpoint)
        check_equal((told['code'], bool(told['detail'])), (0, True), f'{host} {told}')
        check_equal(client.delete(f'/api/webhooks/{endpoint["id"]}').status, 204)
    check_equal(receiver.got, [])
    check_equal(server.stop(), 0)


def nobody_hears_more_than_he_may_read(server, receiver):
    anna = {'Kontora-Person': '018f6e2a-0000-7000-8000-00000000a11a',
            'Kontora-May': 'webhooks.*, users.read'}
    for events, status in ((['users.*'], 201), (['users.created'], 201), (['*'], 403),
                           (['casework.*'], 403), (['users.*', 'iam.login'], 403)):
        answer = server.admin().post('/api/webhooks', {'url': receiver.url, 'events': events}, anna)
        check_equal(answer.status, status, f'{events} {answer}')
    for bad in ([], ['users'], ['users.*x'], ['us ers.*'], ['.*'], ['**']):
        answer = server.client().post('/api/webhooks', {'url': receiver.url, 'events': bad})
        check_equal((answer.status, answer.code), (422, 'bad_events'), repr(bad))


def a_test_is_told_at_once_and_signed(server, receiver):
    endpoint = add_endpoint(server, receiver.url, ['users.created'])
    path = f'/api/webhooks/{endpoint["id"]}'
    answer = server.client().post(f'{path}/test', {})
    check_equal((answer.status, answer.json['event_type']), (201, 'webhooks.test'), repr(answer))
    (headers, body), = receiver.wait_for(1)
    check_equal(verdict(endpoint['secret'], body, headers), 'good')
    check_equal((json.loads(body)['type'], json.loads(body)['data']),
                ('webhooks.test', {'is_test': True}))
    ended(server, endpoint, 'delivered')
    server.client().patch(path, {'status': 'disabled'})
    answer = server.client().post(f'{path}/test', {})
    check_equal((answer.status, answer.code), (409, 'endpoint_disabled'), repr(answer))
    anna = {'Kontora-Person': '018f6e2a-0000-7000-8000-00000000a11a',
            'Kontora-May': 'webhooks.read'}
    check_equal(server.admin().post(f'{path}/test', {}, anna).status, 403)


def nothing_is_lost_through_kills(server, receiver):
    add_endpoint(server, receiver.url, ['users.created'])
    people = []
    for _ in range(4):
        people += [add_person(server) for _ in range(3)]
        server.kill()
        server.start()

    def told():
        return {json.loads(body)['data']['id'] for _, body in receiver.got}
    until(lambda: told() >= set(people), 120)
    check_equal(told(), set(people))
    by_person = {}
    for headers, body in receiver.got:
        by_person.setdefault(json.loads(body)['data']['id'], set()).add(headers['webhook-id'])
    check_equal({len(ids) for ids in by_person.values()}, {1})


if __name__ == '__main__':
    main([a_library_of_others_accepts_what_is_sent, gone_is_gone,
          both_secrets_sign_while_one_changes, a_test_is_told_at_once_and_signed,
          *without_sanitizers(
              what_is_not_taken_comes_again_and_then_has_failed, nobody_reaches_our_own_network,
              nobody_hears_more_than_he_may_read, nothing_is_lost_through_kills)],
         {'server': server, 'receiver': receiver})
