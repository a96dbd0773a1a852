"""tokens_test.py - whatever looks like a token and is none opens nothing, at any door (G40).

What is signed here are id tokens alone, and they are for the program that has asked for them. What
opens our doors is opaque; so a JWT is no credential at all, whoever has signed it. The verifier by
which we believe others is tests/unit/base/crypto's, and sign_in_elsewhere_test.py shows it at work.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from kontora import Server, the_store
from people import Browser
from sign_on import change_code, get_code, make_program, new_verifier, post_form
from tap import check, check_equal, check_in, main


def start_server():
    server = Server(store=the_store(), services='users,iam,gateway,notifications',
                    settings=['--gateway.sign_in_rate=0', '--gateway.address_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def program(server):
    yield make_program(server)


def real(server, olga, program):
    """What honest people get: an id token of ours among it."""
    verifier = new_verifier()
    code = get_code(olga, program, verifier, scope='openid api offline_access')
    yield change_code(server.client(key=None), program, code, verifier).json


def encoded(value):
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(plain).rstrip(b'=').decode()


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def hmac_signed(head, claims, secret):
    said = f'{encoded(head)}.{encoded(claims)}'
    return f'{said}.{encoded(hmac.new(secret, said.encode(), hashlib.sha256).digest())}'


def forgeries(server, real):
    """By name; each is what somebody has believed somewhere."""
    head_part, claims_part, signature = real['id_token'].split('.')
    head, claims = decoded(head_part), decoded(claims_part)
    public = server.client(key=None).get('/oauth/jwks.json').json['keys'][0]
    later = {**claims, 'exp': int(time.time()) + 86400 * 365}
    session = {'sub': claims['sub'], 'scope': 'api', 'exp': later['exp'], 'iss': claims['iss']}
    made = {
        'our own id token': real['id_token'],
        'its claims changed': f'{head_part}.{encoded(later)}.{signature}',
        'its signature left out': f'{head_part}.{claims_part}.',
        'its signature cut': real['id_token'][:-2],
        'no signature at all': f'{head_part}.{claims_part}',
        'alg none': f"{encoded({'alg': 'none'})}.{encoded(session)}.",
        'alg nOnE': f"{encoded({'alg': 'nOnE'})}.{encoded(session)}.",
        'alg none, signed': f"{encoded({'alg': 'none'})}.{encoded(session)}.{signature}",
        'HS256 under our public key': hmac_signed(
            {'alg': 'HS256', 'kid': public['kid']}, session, json.dumps(public).encode()),
        'HS256 under its modulus': hmac_signed(
            {'alg': 'HS256', 'kid': public['kid']}, session,
            base64.urlsafe_b64decode(public.get('n', public.get('x', '')) + '==')),
        'HS256 under nothing': hmac_signed({'alg': 'HS256'}, session, b''),
        'kid of a path': hmac_signed({'alg': 'HS256', 'kid': '../../../dev/null'}, session, b''),
        'kid of SQL': hmac_signed({'alg': 'HS256', 'kid': "x' UNION SELECT 'k' --"}, session, b'k'),
        'a key of its own': hmac_signed({'alg': 'HS256', 'jwk': {'kty': 'oct', 'k': encoded(b'k')}},
                                        session, b'k'),
        'a key from elsewhere': hmac_signed({'alg': 'HS256', 'jku': 'http://127.0.0.1:1/keys',
                                             'x5u': 'http://127.0.0.1:1/c'}, session, b'k'),
        'crit': hmac_signed({'alg': 'HS256', 'crit': ['exp']}, session, b''),
        'b64 false': f"{encoded({'alg': 'none', 'b64': False, 'crit': ['b64']})}.{{}}.",
        'alg twice': encoded(b'{"alg":"RS256","alg":"none"}') + f'.{encoded(session)}.',
        'sub twice': f"{encoded({'alg': 'none'})}." + encoded(
            b'{"sub":"0","sub":"' + claims['sub'].encode() + b'"}') + '.',
        'exp of text': f"{encoded({'alg': 'none'})}.{encoded({**session, 'exp': 'never'})}.",
        'five parts': f"{encoded({'alg': 'dir', 'enc': 'A256GCM'})}..AAAA.AAAA.AAAA",
        'JSON of a JWS': json.dumps({'payload': claims_part, 'signatures': []}).replace(' ', ''),
        'an access cut': real['access_token'][:-1],
        'an access in other letters': real['access_token'].swapcase(),
        'a refresh in its place': real['refresh_token'],
        'nothing behind the prefix': 'gws_',
        'a session of zeros': 'gws_' + '0' * 43,
        'a key of zeros': 'gwk_' + '0' * 43,
        'a path': 'gws_../../../../etc/passwd',
        'a null byte, escaped': 'gws_%00' + 'A' * 40,
    }
    check_equal(head['alg'], 'RS256')
    return made


# ---- the doors ----

def a_forgery_opens_no_door(server, real):
    made = forgeries(server, real)
    nobody = server.client(key=None)
    for name, token in made.items():
        bearer = {'Authorization': f'Bearer {token}'}
        for path in ('/api/profile', '/api/users', '/oauth/userinfo'):
            check_equal(nobody.get(path, bearer).status, 401, (name, path))
        cookie = {'Cookie': f'kontora={token}', 'Sec-Fetch-Site': 'same-origin'}
        check_in(nobody.get('/api/profile', cookie).status, (400, 401), name)


def a_forgery_is_not_active(server, program, real):
    """And nobody is told why, where he may ask."""
    for name, token in forgeries(server, real).items():
        asked = server.admin().post('/tokens/introspect', {'token': token})
        check_equal((asked.status, asked.json.get('active')), (200, False), name)
        if name == 'a refresh in its place':
            continue  # it is one of its program's tokens, and good as what it is
        ours = post_form(server.client(key=None), '/oauth/introspect', {
            'token': token, 'client_id': program['client_id'],
            'client_secret': program['client_secret']})
        check_equal((ours.status, ours.json), (200, {'active': False}), name)


def a_forgery_renews_nothing(server, program, real):
    for name, token in forgeries(server, real).items():
        if name == 'a refresh in its place':
            continue
        answer = server.client(key=None).post('/session/refresh', {'refresh_token': token})
        check_in((answer.status, answer.code), ((401, 'invalid_grant'),
                                                (400, 'validation_error')), name)
        for grant in ('refresh_token', 'authorization_code'):
            answer = post_form(server.client(key=None), '/oauth/token', {
                'grant_type': grant, 'refresh_token': token, 'code': token,
                'code_verifier': new_verifier(), 'redirect_uri': program['redirect_uris'][0],
                'client_id': program['client_id'], 'client_secret': program['client_secret']})
            check_in((answer.status, answer.json['error']),
                     ((400, 'invalid_grant'), (400, 'invalid_request')), name)


def a_large_one_costs_nothing(server):
    """10 MB in the head or the body: refused before anybody looks for it."""
    for size in (2000, 9000, 10 * 1024 * 1024):
        client = server.client(key=None)
        try:
            status = client.get('/api/profile', {'Authorization': 'Bearer ' + 'A' * size}).status
        except (BrokenPipeError, ConnectionError):
            status = 431  # it hung up while we were still sending
        check_in(status, (401, 431), size)
    client = server.client(key=None)
    try:
        status = client.post('/session/refresh', {'refresh_token': 'A' * 10 * 1024 * 1024}).status
    except (BrokenPipeError, ConnectionError):
        status = 413
    check_in(status, (400, 413))
    check(server.client(key=None).get('/livez').status == 200)


def honest_ones_still_work(server, real):
    """So the doors above were no walls."""
    bearer = {'Authorization': f"Bearer {real['access_token']}"}
    nobody = server.client(key=None)
    check_equal(nobody.get('/api/profile', bearer).status, 200)
    check_equal(nobody.get('/oauth/userinfo', bearer).status, 200)


if __name__ == '__main__':
    main([a_forgery_opens_no_door, a_forgery_is_not_active, a_forgery_renews_nothing,
          a_large_one_costs_nothing, honest_ones_still_work],
         fixtures={'server': start_server, 'olga': olga, 'program': program, 'real': real})
