"""api_errors_test.py - how the API says no: C50, B34.

Every error is a problem document with a code for programs, a sentence for a person, and the trace
id of the request.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import Server, the_store
from tap import check, check_equal, check_in, check_match, check_not_equal, main

PERSON = {'email': 'problem@example.com', 'type': 'client'}
SOMEBODY = '/api/users/0192d3a4-7c1e-7a30-8000-1234567890ab'
TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
BODY_MAX = 64 * 1024


def start_server():
    server = Server(store=the_store(), settings=[f'--net.body_max={BODY_MAX}']).start()
    yield server
    check_equal(server.stop(), 0)


def client(server):
    yield server.client()


def check_problem(answer, status, code):
    check_equal(answer.status, status, repr(answer))
    check_equal(answer.headers['content-type'], 'application/problem+json')
    seen = answer.json
    check_equal((seen['type'], seen['status'], seen['code']), ('about:blank', status, code))
    check(seen['title'] and seen['message'])
    check_match(r'^[0-9a-f]{32}$', seen['trace_id'])


# ---- who may ----

def without_a_key_401(server):
    for key in (None, 'kontora_root_wrong', server.key + 'x', server.key[:-1], ''):
        stranger = server.client(key=None)
        headers = {} if key is None else {'Authorization': f'Bearer {key}'}
        for method, path, body in (('GET', '/api/users', None), ('POST', '/api/users', PERSON),
                                   ('GET', SOMEBODY, None), ('PATCH', SOMEBODY, {}),
                                   ('DELETE', SOMEBODY, None), ('GET', '/metrics', None)):
            answer = stranger.ask(method, path, body, headers)
            check_problem(answer, 401, 'unauthorized')
            check_equal(answer.headers['www-authenticate'], 'Bearer')
    check_equal(server.client().get('/api/users').json['items'], [], 'nothing was created')


def another_scheme_is_no_key(server):
    for value in (server.key, f'Basic {server.key}', f'Bearer{server.key}', 'Bearer', 'Bearer '):
        answer = server.client(key=None).get('/api/users', {'Authorization': value})
        check_problem(answer, 401, 'unauthorized')
    answer = server.client(key=None).get('/api/users', {'Authorization': f'bearer {server.key}'})
    check_equal(answer.status, 200, 'the scheme is in any case')


def who_may_not_learns_nothing(server):
    """A stranger hears 401 before his input is read, whether the person is there or not."""
    stranger = server.client(key=None)
    check_problem(stranger.post('/api/users', b'{not json'), 401, 'unauthorized')
    check_problem(stranger.get('/api/users/not-an-id'), 401, 'unauthorized')
    check_problem(stranger.get('/api/users?limti=1'), 401, 'unauthorized')


# ---- where ----

def an_unknown_address_is_404(client):
    for path in ('/api', '/api/', '/none', '/api/user', '/api/users/', '/API/users', '/api//users',
                 SOMEBODY + '/', SOMEBODY + '/nothing', '/a' * 40, '/api/users/../users'):
        check_problem(client.get(path), 404, 'not_found')


def a_bad_escape_in_the_path_is_400(client):
    for path in ('/api/users/%', '/api/users/%4', '/api/users/%zz', '/api/users/%ff'):
        check_problem(client.get(path), 400, 'bad_path')


def another_method_is_405(client):
    for path, method, allow in (('/api/users', 'DELETE', {'GET', 'HEAD', 'OPTIONS', 'POST'}),
                                ('/api/users', 'PUT', {'GET', 'HEAD', 'OPTIONS', 'POST'}),
                                (SOMEBODY, 'POST', {'GET', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE'}),
                                (SOMEBODY + '/block', 'GET', {'POST', 'OPTIONS'}),
                                ('/livez', 'POST', {'GET', 'HEAD'}),
                                ('/metrics', 'DELETE', {'GET', 'HEAD'})):
        answer = client.ask(method, path)
        check_problem(answer, 405, 'method_not_allowed')
        check_equal(set(re.split(r', *', answer.headers['allow'])), allow, path)


def options_tells_the_methods(client):
    answer = client.ask('OPTIONS', SOMEBODY)
    check_equal((answer.status, answer.body), (204, b''))
    check_equal(set(answer.headers['allow'].split(', ')),
                {'GET', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE'})


def head_is_get_without_the_body(client):
    for path in ('/api/users', '/livez', '/openapi.json', SOMEBODY):
        get, head = client.get(path), client.ask('HEAD', path)
        check_equal((head.status, head.body), (get.status, b''))
        for name in ('content-type', 'etag'):
            check_equal(head.headers.get(name), get.headers.get(name), path)
        if path != SOMEBODY:  # a problem has a trace id of its own, but of one length
            check_equal(head.headers['content-length'], get.headers['content-length'], path)


# ---- what ----

def another_media_type_is_415(client):
    for kind in ('text/plain', 'application/xml', 'application/jsonx', 'multipart/form-data', ''):
        answer = client.post('/api/users', PERSON, {'Content-Type': kind})
        check_problem(answer, 415, 'unsupported_media_type')
    for kind in ('application/json; charset=utf-8', 'Application/JSON', 'application/json ;x=y'):
        answer = client.post('/api/users', {}, {'Content-Type': kind})
        check_problem(answer, 400, 'validation_error')


def malformed_json_tells_where(client):
    for body, offset in ((b'{', 1), (b'{"email":}', 9), (b'{"a":1,}', 7), (b'{"a":01}', 5),
                         (b'[1,2', 4), (b'{"a":"\x01"}', 6), (b'nul', 0), (b'{"a":1} x', 8)):
        answer = client.post('/api/users', body)
        check_problem(answer, 400, 'malformed_json')
        check_in(f'at byte {offset}', answer.json['message'], repr(body))
    for body in (b'[]', b'"text"', b'7', b'null', b'true'):
        check_problem(client.post('/api/users', body), 400, 'malformed_json')


def hostile_json_is_refused(client):
    for body in (b'{"email":"a@b.ru","email":"c@d.ru","type":"x"}',   # a key twice
                 b'{"email":"\xff@b.ru"}', b'{"email":"\\ud800"}', b'{"email":"\\u0000"}',
                 b'[' * 100 + b']' * 100, b'{"email":1e999}', b'\xef\xbb\xbf{}'):
        check_problem(client.post('/api/users', body), 400, 'malformed_json')
    many = b'{"contacts":[' + b'1,' * 10001 + b'1]}'
    check_problem(client.post('/api/users', many), 413, 'too_many_values')


def too_large_a_body_is_413(server):
    answer = server.client().post('/api/users', b' ' * (BODY_MAX + 1))
    check_equal(answer.status, 413, repr(answer))
    check_equal(answer.headers['content-type'], 'application/problem+json')
    client = server.client()
    check_problem(client.post('/api/users', b'{' + b' ' * (BODY_MAX - 2) + b'}'), 400,
                  'validation_error')


def a_long_name_is_not_repeated_in_full(client):
    answer = client.post('/api/users', {**PERSON, 'x' * 20000: 1})
    check_problem(answer, 400, 'validation_error')
    check(len(answer.body) < 2000, f'{len(answer.body)} bytes')
    answer = client.post('/api/users', {f'unknown{n}': n for n in range(500)})
    check(len(answer.json['details']['fields']) <= 20)


def what_a_client_sends_comes_back_as_data(client):
    answer = client.post('/api/users', {**PERSON, '<script>alert(1)</script>': 1, '"\n': 2})
    check_problem(answer, 400, 'validation_error')
    check_in('<script>alert(1)</script>', answer.fields)


# ---- the trace id ----

def the_trace_id_is_the_callers(client):
    answer = client.get('/nowhere', {'traceparent': f'00-{TRACE}-00f067aa0ba902b7-01'})
    check_equal(answer.json['trace_id'], TRACE)


def without_a_good_one_there_is_a_new_one(client):
    seen = set()
    for header in (None, '', 'x', f'00-{TRACE}', f'00-{"0" * 32}-00f067aa0ba902b7-01',
                   f'00-{TRACE.upper()}-00f067aa0ba902b7-01', f'00-{TRACE}-00f067aa0ba902b7-01x'):
        answer = client.get('/nowhere', {'traceparent': header})
        check_problem(answer, 404, 'not_found')
        check_not_equal(answer.json['trace_id'], TRACE)
        seen.add(answer.json['trace_id'])
    check_equal(len(seen), 7, 'each has its own')


if __name__ == '__main__':
    main([without_a_key_401, another_scheme_is_no_key, who_may_not_learns_nothing,
          an_unknown_address_is_404, a_bad_escape_in_the_path_is_400, another_method_is_405,
          options_tells_the_methods, head_is_get_without_the_body, another_media_type_is_415,
          malformed_json_tells_where, hostile_json_is_refused, too_large_a_body_is_413,
          a_long_name_is_not_repeated_in_full, what_a_client_sends_comes_back_as_data,
          the_trace_id_is_the_callers, without_a_good_one_there_is_a_new_one],
         fixtures={'server': start_server, 'client': client})
