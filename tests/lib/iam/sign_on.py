"""sign_on.py - programs that let people sign in with us, for tests.

    program = make_program(server)                     a row, with its secret
    said = tell_program(server, browser, program, 'code')
"""
import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import urllib.parse

from tap import check_equal, fail, Skipped

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
RETURN = 'https://program.example/callback'
SECONDS_MAX = 120


def run_node(script, told):
    """What a script of tests/lib/iam says, told this much."""
    if shutil.which('node') is None:
        raise Skipped('node is not installed')
    command = ['node', '--experimental-global-webcrypto', os.path.join(SCRIPTS, script)]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True,
                          timeout=SECONDS_MAX)
    if not done.stdout:
        fail(f'{script} said nothing: {done.stderr[-2000:]}')
    said = json.loads(done.stdout)
    if 'failed' in said:
        fail(f'{script}: {said["failed"]}')
    return said


def make_program(server, **others):
    answer = server.admin().post('/api/oauth/clients', {
        'name': 'Wiki', 'redirect_uris': [RETURN],
        'scopes': ['openid', 'profile', 'email', 'offline_access', 'api'], **others})
    check_equal(answer.status, 201, answer)
    return answer.json


def cookies(browser):
    return '; '.join(f'{name}={value}' for name, value in browser.jar.items())


def tell_program(server, browser, program, story, **others):
    return run_node('sign_on.mjs', {
        'issuer': server.address, 'client_id': program['client_id'],
        'client_secret': program.get('client_secret'), 'redirect_uri': RETURN,
        'cookie': cookies(browser), 'story': story, **others})


# ---- by hand, for what no honest program does ----

def challenge_of(verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b'=').decode()


def question(program, verifier, **others):
    return {'response_type': 'code', 'client_id': program['client_id'], 'redirect_uri': RETURN,
            'scope': 'openid offline_access', 'state': 'st', 'nonce': 'no',
            'code_challenge': challenge_of(verifier), 'code_challenge_method': 'S256', **others}


def get_code(browser, program, verifier, **others):
    answer = browser.post('/api/oauth/consent',
                          {**question(program, verifier, **others), 'approved': True})
    check_equal(answer.status, 200, answer)
    parts = urllib.parse.urlsplit(answer.json['redirect'])
    return dict(urllib.parse.parse_qsl(parts.query))['code']


def new_verifier():
    return secrets.token_urlsafe(48)


def post_form(client, path, form, basic=None):
    headers = {'Content-Type': 'application/x-www-form-urlencoded'}
    if basic:
        pair = ':'.join(urllib.parse.quote_plus(part) for part in basic)
        headers['Authorization'] = 'Basic ' + base64.b64encode(pair.encode()).decode()
    return client.ask('POST', path, urllib.parse.urlencode(form).encode(), headers)


def change_code(client, program, code, verifier, **others):
    return post_form(client, '/oauth/token', {
        'grant_type': 'authorization_code', 'code': code, 'redirect_uri': RETURN,
        'code_verifier': verifier, 'client_id': program['client_id'],
        'client_secret': program['client_secret'], **others})
