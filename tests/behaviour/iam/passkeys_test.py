"""passkeys_test.py - signing in with what a device keeps: Chromium with a virtual authenticator.

And by hand what no browser would send: challenges of others, of before, of nobody; another origin;
nothing at all.
"""
import base64
import json
import os
import shutil
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIB)
sys.path.insert(0, os.path.join(LIB, 'iam'))
from kontora import PLATFORM, Server, the_store
from people import Browser
from sign_on import run_node
from tap import Skipped, check, check_equal, check_in, main, seconds_max


def start_server():
    server = Server(store=the_store(), services=PLATFORM,
                    settings=['--gateway.sign_in_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def by_name(server):
    return server.address.replace('127.0.0.1', 'localhost')


def at_name(server):
    """What a browser says of where it is."""
    return {'Host': by_name(server).rpartition('//')[2]}


@seconds_max(300)
def a_device_is_a_key(server, olga):
    if not shutil.which('chromium'):
        raise Skipped('chromium is not installed')
    said = run_node('passkeys.mjs', {'address': by_name(server), 'cookies': olga.jar})
    check_equal((said['first']['status'], said['first']['said']['label']), (201, 'telephone'))
    check_equal(said['first']['again'], 401, 'a challenge is good once')
    check_equal(said['same_device']['said'], 'InvalidStateError', 'it has a key already')
    check_equal((said['entered'], said['entered_again']), ('olga@example.org',) * 2)
    check_in('passkey', said['sessions'])
    check_equal([one['label'] for one in said['listed']], ['telephone'])
    check(said['listed'][0]['used_at'] is not None)
    check_equal(said['copy'], 401, 'its count is behind')
    check_equal(said['entered_later'], 'olga@example.org')
    check_equal((said['renamed'], said['label']), (204, 'old telephone'))
    check_equal((said['removed'], said['removed_again']), (204, 404))
    check_equal(said['after'], 401)


# ---- what no browser sends ----

def encoded(value):
    return base64.urlsafe_b64encode(value).rstrip(b'=').decode()


def made_up(challenge, origin, **others):
    client = {'type': 'webauthn.get', 'challenge': challenge, 'origin': origin, **others}
    return {'challenge': challenge, 'credential_id': encoded(b'nobody'),
            'client_data': encoded(json.dumps(client).encode()),
            'authenticator_data': encoded(bytes(37)), 'signature': encoded(b'x')}


def nobody_comes_in_with_nothing(server):
    browser = Browser(server)
    headers = at_name(server)
    options = browser.post('/api/passkeys/login_options', {}, headers)
    check_equal((options.status, options.json['rp_id']), (200, 'localhost'))
    shown = made_up(options.json['challenge'], by_name(server))
    for content in (shown, shown, made_up('A' * 40, by_name(server)),
                    {**shown, 'client_data': '!!'}, {**shown, 'credential_id': '../..'}):
        answer = browser.post('/api/passkeys/login', content, headers)
        check_equal((answer.status, answer.code), (401, 'passkey_not_accepted'))


def a_challenge_is_for_the_browser_that_asked(server):
    headers = at_name(server)
    options = Browser(server).post('/api/passkeys/login_options', {}, headers)
    answer = Browser(server).post('/api/passkeys/login',
                                  made_up(options.json['challenge'], by_name(server)), headers)
    check_equal(answer.status, 401)
    check_in('the challenge is none of ours', server.logged())


def keys_are_added_by_who_is_in(server, olga):
    headers = at_name(server)
    check_equal(Browser(server).post('/api/passkeys/register_options', {}, headers).status, 401)
    check_equal(server.admin().post('/api/passkeys/register_options', {}).status, 403)
    answer = olga.post('/api/passkeys', {'challenge': 'x', 'label': 'x', 'client_data': 'x',
                                         'attestation_object': 'x'}, headers)
    check_equal((answer.status, answer.code), (401, 'passkey_not_accepted'))


def an_address_of_numbers_has_no_passkeys(server, olga):
    answer = olga.post('/api/passkeys/register_options', {})
    check_equal((answer.status, answer.code), (409, 'passkeys_need_a_name'))


if __name__ == '__main__':
    main([a_device_is_a_key, nobody_comes_in_with_nothing,
          a_challenge_is_for_the_browser_that_asked, keys_are_added_by_who_is_in,
          an_address_of_numbers_has_no_passkeys],
         fixtures={'server': start_server, 'olga': olga})
