"""single_sign_on_test.py - other programs let their people sign in here (C2): openid-client is one.

Discovery, code with PKCE, refresh and its reuse, introspection, revocation, device flow; and what
no honest program does: codes shown twice and at once (G45), addresses that are nearly right, PKCE
left out, scopes that were not given, secrets that are not theirs.
"""
import os
import sys
import threading
import urllib.parse

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path.insert(0, LIB)
sys.path.insert(0, os.path.join(LIB, 'iam'))
from house import until
from kontora import EXIT_USAGE, PLATFORM, DidNotStart, Server, the_store
from people import Browser
from sign_on import (RETURN, change_code, get_code, make_program, new_verifier, post_form, question,
                     tell_program)
from tap import check, check_equal, check_in, check_not_equal, main


def start_server():
    server = Server(store=the_store(), services=PLATFORM,
                    settings=['--gateway.sign_in_rate=0']).start()
    wanted = server.client().get('/.well-known/openid-configuration').json[
        'id_token_signing_alg_values_supported']
    check(until(lambda: len(server.client().get('/oauth/jwks.json').json['keys']) == len(wanted)),
          'its keys are made after the start, one after the other')
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def program(server):
    yield make_program(server)


# ---- openid-client ----

def a_program_learns_who_somebody_is(server, olga, program):
    said = tell_program(server, olga, program, 'code')
    check_equal((said['page'], said['algorithm'], said['iss']), (200, 'RS256', server.address))
    check_equal(said['scope'], 'openid profile email offline_access')
    for claims in (said['claims'], said['who']):
        check_equal((claims['email'], claims['email_verified']), ('olga@example.org', True))
        check_equal(claims['name'], 'Ольга Ёлкина')
    check_equal(said['claims']['sub'], said['who']['sub'])
    check_equal(said['expires_in'], 900)


def a_program_may_want_another_signature(server, olga):
    program = make_program(server, id_token_algorithm='EdDSA')
    said = tell_program(server, olga, program, 'code', way='ClientSecretPost')
    check_equal(said['algorithm'], 'EdDSA')


def a_program_without_a_secret_has_pkce(server, olga):
    program = make_program(server, is_public=True)
    check_equal(program['client_secret'], None)
    said = tell_program(server, olga, program, 'code', is_public=True)
    check_equal(said['claims']['email'], 'olga@example.org')


def a_refresh_that_comes_twice_ends_the_family(server, olga, program):
    said = tell_program(server, olga, program, 'refresh')
    check(said['changed'])
    check_equal((said['before']['active'], said['before']['scope']),
                (True, 'openid offline_access'))
    check_equal((said['stolen'], said['after'], said['access']),
                ('invalid_grant', 'invalid_grant', False))


def what_is_given_up_is_over(server, olga, program):
    said = tell_program(server, olga, program, 'revoke')
    check_equal((said['before'], said['access'], said['refresh']), (True, False, True))
    check_equal(said['after'], 'invalid_grant')
    check_not_equal(said['who'], 'no error')


def a_device_is_let_in_with_another_screen(server, olga, program):
    said = tell_program(server, olga, program, 'device', approved=True)
    check_equal(said['looked'], {'client': 'Wiki', 'scopes': 'openid offline_access'})
    check_equal((said['word'], said['again'], said['said']), (204, 404, 'no error'))
    check(said['refresh'])
    check(said['begun']['verification_uri'].startswith(server.address))


def a_device_is_not_let_in_after_a_no(server, olga, program):
    said = tell_program(server, olga, program, 'device', approved=False)
    check_equal((said['word'], said['said']), (204, 'access_denied'))


# ---- what no honest program does ----

def a_code_is_good_once(server, olga, program):
    verifier = new_verifier()
    code = get_code(olga, program, verifier)
    client = server.client(key=None)
    first = change_code(client, program, code, verifier)
    check_equal((first.status, first.headers['cache-control']), (200, 'no-store'))
    again = change_code(client, program, code, verifier)
    check_equal((again.status, again.json['error']), (400, 'invalid_grant'))
    kept = post_form(client, '/oauth/token', {
        'grant_type': 'refresh_token', 'refresh_token': first.json['refresh_token'],
        'client_id': program['client_id'], 'client_secret': program['client_secret']})
    check_equal(kept.json['error'], 'invalid_grant', 'what came of a stolen code ends')


def of_many_who_show_a_code_at_once_one_is_given(server, olga, program):
    verifier = new_verifier()
    code = get_code(olga, program, verifier)
    statuses = []

    def show():
        statuses.append(change_code(server.client(key=None), program, code, verifier).status)

    threads = [threading.Thread(target=show) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal((statuses.count(200), statuses.count(400)), (1, 15))


def a_code_is_for_who_began(server, olga, program):
    other = make_program(server)
    client = server.client(key=None)
    wrong = (
        {'code_verifier': new_verifier()},
        {'redirect_uri': RETURN + '/'},
        {'client_id': other['client_id'], 'client_secret': other['client_secret']},
    )
    for others in wrong:
        verifier = new_verifier()
        code = get_code(olga, program, verifier)
        answer = change_code(client, program, code, verifier, **others)
        check_equal((answer.status, answer.json['error']), (400, 'invalid_grant'), others)
    for missing in ('code_verifier', 'redirect_uri', 'code'):
        verifier = new_verifier()
        shown = {'code': get_code(olga, program, verifier), 'verifier': verifier}
        others = {missing: ''} if missing == 'redirect_uri' else {}
        shown['code' if missing == 'code' else 'verifier' if not others else ''] = ''
        answer = change_code(client, program, shown['code'], shown['verifier'], **others)
        check_equal(answer.json['error'], 'invalid_request', missing)


def a_program_must_show_its_own_secret(server, olga, program):
    client = server.client(key=None)
    other = make_program(server)
    forms = (
        {'client_secret': 'gwc_wrong'}, {'client_secret': other['client_secret']},
        {'client_secret': ''}, {'client_id': 'nobody'}, {'client_id': ''},
        {'client_id': "' OR 1=1 --"},
    )
    for others in forms:
        verifier = new_verifier()
        answer = change_code(client, program, get_code(olga, program, verifier), verifier, **others)
        check_equal((answer.status, answer.json['error']), (401, 'invalid_client'), others)
        check_in('Basic', answer.headers['www-authenticate'])
    both = post_form(client, '/oauth/token',
                     {'grant_type': 'refresh_token', 'refresh_token': 'x',
                      'client_secret': program['client_secret']},
                     basic=(program['client_id'], program['client_secret']))
    check_equal(both.json['error'], 'invalid_client', 'one way, not two')


def nobody_is_sent_where_no_row_says(olga, program):
    places = (RETURN + '/', RETURN + '?a=b', RETURN.replace('https', 'http'), RETURN + '#x',
              'https://program.example.evil.example/callback',
              'https://program.example/callback/..',
              'https://program.example@evil.example/callback', 'javascript:alert(1)', '//evil', '',
              RETURN.upper())
    for place in places:
        asked = urllib.parse.urlencode(question(program, new_verifier(), redirect_uri=place))
        page = olga.get('/oauth/authorize?' + asked)
        check_equal((page.status, page.headers.get('location')), (400, None), place)
        check_in('text/html', page.headers['content-type'])
        said = olga.post('/api/oauth/consent', {**question(program, new_verifier()),
                                                'redirect_uri': place or 'x', 'approved': True})
        check_equal((said.status, said.code), (400, 'unknown_redirect_uri'), place)


def other_faults_are_told_to_the_program(olga, program):
    rows = (
        ({'response_type': 'token'}, 'unsupported_response_type'),
        ({'response_type': 'code id_token'}, 'unsupported_response_type'),
        ({'response_mode': 'fragment'}, 'invalid_request'),
        ({'code_challenge': ''}, 'invalid_request'),
        ({'code_challenge_method': 'plain'}, 'invalid_request'),
        ({'code_challenge': 'short'}, 'invalid_request'),
        ({'scope': 'openid admin'}, 'invalid_scope'),
        ({'scope': ''}, 'invalid_scope'),
        ({'request': 'eyJ.e30.'}, 'request_not_supported'),
        ({'request_uri': 'https://evil.example'}, 'request_uri_not_supported'),
    )
    for others, error in rows:
        asked = question(program, new_verifier(), **others)
        answer = olga.get('/oauth/authorize?' + urllib.parse.urlencode(asked))
        check_equal(answer.status, 303, others)
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers['location']).query))
        check(answer.headers['location'].startswith(RETURN + '?'))
        check_equal((back['error'], back['state']), (error, 'st'), others)
        check('iss' in back and 'code' not in back)


def a_no_is_told_to_the_program(olga, program):
    answer = olga.post('/api/oauth/consent',
                       {**question(program, new_verifier()), 'approved': False})
    check_in('error=access_denied', answer.json['redirect'])


def nobody_signs_in_silently(server, olga, program):
    asked = question(program, new_verifier(), prompt='none', scope='openid email')
    path = '/oauth/authorize?' + urllib.parse.urlencode(asked)
    answer = Browser(server).get(path)
    check_in('error=login_required', answer.headers['location'])
    check_in('error=consent_required', olga.get(path).headers['location'])
    page = Browser(server).get(path.replace('&prompt=none', ''))
    check_equal(page.status, 200)
    check_in('"mode":"sign_in"', page.text)
    check_in("frame-ancestors 'none'", page.headers['content-security-policy'])


def a_page_says_what_it_was_told_and_runs_none_of_it(olga, program):
    asked = question(program, new_verifier(), state='</script><script>alert(1)</script>',
                     prompt='consent')
    page = olga.get('/oauth/authorize?' + urllib.parse.urlencode(asked))
    check_equal(page.status, 200)
    check('<script>alert' not in page.text)
    check_in('\\u003c/script>', page.text)


def only_a_person_who_is_in_says_yes(server, program):
    said = {**question(program, new_verifier()), 'approved': True}
    check_equal(Browser(server).post('/api/oauth/consent', said).status, 401)


def an_access_without_api_does_nothing_here(server, olga, program):
    client = server.client(key=None)
    for scope, status in (('openid email', 401), ('openid api', 200)):
        verifier = new_verifier()
        code = get_code(olga, program, verifier, scope=scope)
        given = change_code(client, program, code, verifier).json
        headers = {'Authorization': f'Bearer {given["access_token"]}'}
        check('refresh_token' not in given)
        check_equal(client.get('/oauth/userinfo', headers).status, 200)
        check_equal(client.get('/api/profile', headers).status, status, scope)
        said = client.post('/api/oauth/consent', {**question(program, new_verifier()),
                                                  'approved': True}, headers)
        check_in(said.status, (401, 403), 'a program does not let in other programs')


def an_access_ends_with_the_session_it_was_given_in(server, program):
    owner = Browser(server).sign_in('olga@example.org')
    client = server.client(key=None)
    verifier = new_verifier()
    code = get_code(owner, program, verifier, scope='openid')
    given = change_code(client, program, code, verifier).json
    headers = {'Authorization': f'Bearer {given["access_token"]}'}
    check_equal(client.get('/oauth/userinfo', headers).status, 200)
    check_equal(owner.post('/api/logout', {}).status, 204)
    after = client.get('/oauth/userinfo', headers)
    check_equal((after.status, after.json['error']), (401, 'invalid_token'))


def a_program_that_is_removed_has_nothing(server, olga):
    program = make_program(server)
    client = server.client(key=None)
    verifier = new_verifier()
    given = change_code(client, program, get_code(olga, program, verifier), verifier).json
    headers = {'Authorization': f'Bearer {given["access_token"]}'}
    admin = server.admin()
    check_equal(admin.delete(f'/api/oauth/clients/{program["client_id"]}').status, 204)
    check_equal(client.get('/oauth/userinfo', headers).status, 401)


def who_has_given_takes_back(server, olga, program):
    client = server.client(key=None)
    verifier = new_verifier()
    given = change_code(client, program, get_code(olga, program, verifier), verifier).json
    headers = {'Authorization': f'Bearer {given["access_token"]}'}
    shown = [one for one in olga.get('/api/oauth/given').json['items']
             if one['client_id'] == program['client_id']]
    check_equal((shown[0]['client'], shown[0]['scopes']), ('Wiki', 'openid offline_access'))
    path = f'/api/oauth/given/{program["client_id"]}'
    check_equal((olga.delete(path).status, olga.delete(path).status), (204, 404))
    check_equal(client.get('/oauth/userinfo', headers).status, 401)


def who_signs_out_everywhere_has_given_nothing(server, program):
    owner = Browser(server).sign_in('olga@example.org')
    client = server.client(key=None)
    verifier = new_verifier()
    given = change_code(client, program, get_code(owner, program, verifier), verifier).json
    check_equal(owner.delete('/api/sessions').status, 204)
    answer = post_form(client, '/oauth/token', {
        'grant_type': 'refresh_token', 'refresh_token': given['refresh_token'],
        'client_id': program['client_id'], 'client_secret': program['client_secret']})
    check_equal(answer.json['error'], 'invalid_grant')


# ---- rows and keys ----

def a_row_says_where_and_what(server):
    admin = server.admin()
    for bad in ('http://program.example/x', 'https://', 'https:///x', 'javascript:alert(1)',
                'https://a.example/#x', 'https://a.example/ b', 'https://*.example/', 'data:x,y',
                'http://localhost.evil.example/'):
        answer = admin.post('/api/oauth/clients', {'name': 'x', 'redirect_uris': [bad]})
        check_equal((answer.status, answer.code), (422, 'bad_uri'), bad)
    answer = admin.post('/api/oauth/clients', {'name': 'x', 'scopes': ['everything']})
    check_equal((answer.status, answer.code), (422, 'bad_scope'))
    program = make_program(server, redirect_uris=['http://127.0.0.1:9/x', 'com.example.app:/back'])
    path = f'/api/oauth/clients/{program["client_id"]}'
    changed = admin.patch(path, {'name': 'Wiki 2'}, {'If-Match': '"1"'})
    check_equal((changed.json['name'], changed.json['revision'], changed.json['client_secret']),
                ('Wiki 2', 2, None))
    check_equal(admin.patch(path, {'name': 'Wiki 3'}, {'If-Match': '"1"'}).status, 412)
    renewed = admin.post(path + '/secret')
    check_not_equal(renewed.json['client_secret'], program['client_secret'])
    check('client_secret' not in admin.get('/api/oauth/clients').json['items'][0])


def keys_change_and_old_ones_are_not_believed(server, olga, program):
    admin = server.admin()
    before = {key['kid'] for key in admin.get('/oauth/jwks.json').json['keys']}
    check_equal(len(before), 2)
    check_equal(admin.post('/api/oauth/keys').status, 204)
    after = admin.get('/oauth/jwks.json').json['keys']
    check_equal((len(after), before & {key['kid'] for key in after}), (2, set()))
    check(all('d' not in key for key in after))
    check_equal(tell_program(server, olga, program, 'code')['algorithm'], 'RS256')


def the_address_of_the_house_is_one(server):
    for bad in ('kontora.example', 'https://kontora.example/', 'https://Kontora.example',
                'https://a@kontora.example', 'ftp://kontora.example', 'https://'):
        try:
            Server(settings=[f'--web.address={bad}']).start().kill()
        except DidNotStart as no:
            check_equal(no.code, EXIT_USAGE, bad)
            check_in('web.address', no.said)
        else:
            check(False, bad)
    house = Server(settings=['--web.address=https://kontora.example']).start()
    said = house.client(key=None).get('/.well-known/openid-configuration').json
    check_equal((said['issuer'], said['token_endpoint']),
                ('https://kontora.example', 'https://kontora.example/oauth/token'))
    check_equal(house.stop(), 0)
    check_equal(server.client(key=None).get('/.well-known/openid-configuration',
                                            {'Host': 'evil.example'}).status, 404)


def no_secret_is_written_down(server):
    with open(server.log, encoding='utf-8') as log:
        said = log.read()
    for prefix in ('gwo_', 'gwa_', 'gwr_', 'gwc_', 'gwv_'):
        check(prefix not in said, prefix)


if __name__ == '__main__':
    main([a_program_learns_who_somebody_is, a_program_may_want_another_signature,
          a_program_without_a_secret_has_pkce, a_refresh_that_comes_twice_ends_the_family,
          what_is_given_up_is_over, a_device_is_let_in_with_another_screen,
          a_device_is_not_let_in_after_a_no, a_code_is_good_once,
          of_many_who_show_a_code_at_once_one_is_given, a_code_is_for_who_began,
          a_program_must_show_its_own_secret, nobody_is_sent_where_no_row_says,
          other_faults_are_told_to_the_program, a_no_is_told_to_the_program,
          nobody_signs_in_silently, a_page_says_what_it_was_told_and_runs_none_of_it,
          only_a_person_who_is_in_says_yes, an_access_without_api_does_nothing_here,
          an_access_ends_with_the_session_it_was_given_in, a_program_that_is_removed_has_nothing,
          who_has_given_takes_back,
          a_row_says_where_and_what, keys_change_and_old_ones_are_not_believed,
          who_signs_out_everywhere_has_given_nothing, the_address_of_the_house_is_one,
          no_secret_is_written_down],
         fixtures={'server': start_server, 'olga': olga, 'program': program})
