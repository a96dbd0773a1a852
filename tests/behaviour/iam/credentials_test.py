"""credentials_test.py - what a credential opens, and what it never does (B11, C48, G41)."""
# sanitizers: asan
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from house import until
from kontora import Server, the_store
from people import Browser
from sign_on import (change_code, get_code, make_program, new_verifier, post_form)
from tap import check, check_equal, check_in, check_not_in, main

SERVICES = 'users,iam,gateway,notifications,audit'


def start_server():
    server = Server(store=the_store(), services=SERVICES,
                    settings=['--gateway.sign_in_rate=0']).start()
    yield server
    check_equal(server.stop(), 0)


def olga(server):
    yield Browser(server).set_up()


def id_of(browser):
    return browser.get('/api/profile').json['id']


def add_person(server, name):
    admin = server.admin()
    person = admin.post('/api/users', {'email': f'{name}@example.org', 'type': 'client'}).json['id']
    check(until(lambda: admin.post('/tokens/issue', {'user_id': person}).status == 200))
    return person


def pair_of(server, person, **more):
    answer = server.admin().post('/tokens/issue', {'user_id': person, **more})
    check_equal(answer.status, 200, answer)
    return answer.json


# ---- the first second ----

def a_program_signs_somebody_in_at_once(server, olga):
    """The first thing that is asked of a new installation: the keys that sign are there."""
    program = make_program(server)
    verifier = new_verifier()
    code = get_code(olga, program, verifier, scope='openid')
    given = change_code(server.client(key=None), program, code, verifier)
    check_equal(given.status, 200, given)
    check_equal(given.json['id_token'].count('.'), 2)
    published = server.client(key=None).get('/oauth/jwks.json').json['keys']
    check(len(published) >= 1, published)


# ---- API keys ----

def a_scope_is_a_permission(olga):
    for bad in ('users read', 'users..read', 'users.*.read', '*.read', 'мир', '.users', 'a' * 65):
        answer = olga.post('/api/keys', {'name': 'bad', 'scopes': ['users.read', bad]})
        check_equal((answer.status, answer.code, answer.fields),
                    (400, 'bad_permission', {'scopes': 'bad_permission'}), bad)
    for good in ('users.read', 'users.*', '*', 'person', 'work.dairy_1'):
        answer = olga.post('/api/keys', {'name': 'good', 'scopes': [good]})
        check_equal(answer.status, 201, good)
        shown = olga.server.client(key=answer.json['key']).get('/api/profile')
        check_equal(shown.status, 200, good)


def a_role_is_never_a_fault_of_the_door(server):
    """Whatever a role is called, its people come in."""
    person = add_person(server, 'rolf')
    roles = server.admin().patch(f'/api/users/{person}', {'roles': ['service', 'admin.service']})
    check_equal(roles.status, 200, roles)
    his = server.client(key=pair_of(server, person)['access_token'])
    check_equal(his.get('/api/profile').status, 200)


def who_may_less_makes_nothing_that_may_more(server, olga):
    """A key, or a token of some scopes, opens no further way in."""
    key = olga.post('/api/keys', {'name': 'little', 'scopes': ['users.read']}).json['key']
    scoped = pair_of(server, id_of(olga), scopes=['users.read'])['access_token']
    for credential in (key, scoped):
        program = server.client(key=credential)
        check_equal(program.get('/api/users').status, 200)
        check_equal(program.get('/api/roles').code, 'forbidden')
        for method, path, body in (
                ('POST', '/api/keys', {'name': 'more'}),
                ('POST', '/api/password', {'password': 'quiet lantern harbour'}),
                ('POST', '/api/profile/totp', None),
                ('POST', '/api/profile/telegram', None),
                ('POST', '/api/passkeys/register_options', {}),
        ):
            answer = program.ask(method, path, body, {'Host': 'localhost'})  # passkeys need a name
            check_equal((answer.status, answer.code), (403, 'needs_session'), (path, answer))
    made = make_program(server)
    verifier = new_verifier()
    answer = server.client(key=scoped).post('/api/oauth/consent', {
        'response_type': 'code', 'client_id': made['client_id'],
        'redirect_uri': 'https://program.example/callback', 'scope': 'openid api', 'state': 's',
        'code_challenge': verifier, 'code_challenge_method': 'S256', 'approved': True})
    check_equal((answer.status, answer.code), (403, 'needs_session'), answer)


# ---- tokens that a service gets for people (C48) ----

def a_token_may_what_its_scopes_say(server):
    """C48"""
    person = add_person(server, 'sonja')
    server.admin().post('/api/roles', {'name': 'clerk', 'permissions': ['users.*', 'audit.read']})
    server.admin().patch(f'/api/users/{person}', {'roles': ['clerk']})
    context = {'channel': 'crm', 'device': {'kind': 'phone'}}
    pair = pair_of(server, person, scopes=['users.read'], session_context=context)
    his = server.client(key=pair['access_token'])
    check(until(lambda: his.get('/api/users').status == 200), his.get('/api/users'))
    seen = introspect(server, pair)
    check_equal((seen['active'], seen['user_id'], seen['scopes'], seen['session_context']),
                (True, person, ['users.read'], context))
    check_equal(his.patch(f'/api/users/{person}', {'spec': 'x'}).code, 'forbidden')
    whole = server.client(key=pair_of(server, person)['access_token'])
    check_equal(whole.patch(f'/api/users/{person}', {'spec': 'x'}).status, 200)
    renewed = server.client(key=None).post('/session/refresh',
                                           {'refresh_token': pair['refresh_token']}).json
    seen = introspect(server, renewed)
    check_equal((seen['scopes'], seen['session_context']), (['users.read'], context))
    bad = server.admin().post('/tokens/issue', {'user_id': person, 'scopes': ['users read']})
    check_equal((bad.status, bad.fields), (400, {'scopes': 'bad_permission'}))


def introspect(server, pair, **more):
    answer = server.admin().post('/tokens/introspect', {'token': pair['access_token'], **more})
    check_equal(answer.status, 200, answer)
    return answer.json


def a_token_is_for_an_audience(server):
    """C48"""
    person = add_person(server, 'timur')
    scoped = pair_of(server, person, scopes=['crm.read', 'billing.*'])
    whole = pair_of(server, person)
    star = pair_of(server, person, scopes=['*'])
    for audience, expected in (('crm', True), ('billing', True), ('board', False), ('cr', False)):
        check_equal(introspect(server, scoped, audience=audience)['active'], expected, audience)
        check_equal(introspect(server, whole, audience=audience)['active'], True)
        check_equal(introspect(server, star, audience=audience)['active'], True)
    other = introspect(server, scoped, audience='board')
    check_equal((other['user_id'], other['scopes'], other['session_context']), (None, [], None))


def what_is_taken_back_is_over(server):
    """C48"""
    person = add_person(server, 'vera')
    first, second = pair_of(server, person), pair_of(server, person)
    taken = server.admin().post('/tokens/revoke', {
        'user_id': person, 'refresh_token': first['refresh_token'], 'reason': 'a lost phone'})
    check_equal(taken.status, 204)
    check_equal([introspect(server, pair)['active'] for pair in (first, second)], [False, True])
    his = server.client(key=second['access_token'])
    known = his.get('/api/sessions/revoked').json['items']
    check_equal([(one['reason'], one['session_id'] is None) for one in known],
                [('a lost phone', False)], 'he sees why')
    check(until(lambda: reasons_of(server, person) == ['a lost phone']), 'and so does the audit')
    for reason, status in (('x' * 201, 400), ('', 400), (7, 400)):
        wrong = server.admin().post('/tokens/revoke', {'user_id': person, 'reason': reason})
        check_equal((wrong.status, [*wrong.fields]), (status, ['reason']), wrong)
    check_equal(server.admin().post('/tokens/revoke', {'user_id': person}).status, 204)
    check_equal(introspect(server, second)['active'], False)
    refreshed = server.client(key=None).post('/session/refresh',
                                             {'refresh_token': second['refresh_token']})
    check_equal((refreshed.status, refreshed.code), (401, 'invalid_grant'))
    again = server.client(key=pair_of(server, person)['access_token'])
    known = again.get('/api/sessions/revoked').json['items']
    check_equal([(one['reason'], one['session_id'] is None) for one in known],
                [(None, True), ('a lost phone', False)], 'newest first')
    other = server.client(key=pair_of(server, add_person(server, 'walter'))['access_token'])
    check_equal(other.get('/api/sessions/revoked').json['items'], [], 'nobody else does')


def reasons_of(server, person):
    records = server.admin().get('/api/audit/events?eventType=iam.tokens_revoked').json['items']
    return [one['payload']['reason'] for one in records if one['payload']['person_id'] == person]


# ---- when he was here last (C45) ----

def the_directory_says_when_somebody_signed_in_last(server, olga):
    """C45"""
    admin = server.admin()
    person = admin.post('/api/users', {'email': 'lena@example.org', 'type': 'client'}).json
    check_equal(person['last_login_at'], None)

    def seen():
        return admin.get(f"/api/users/{person['id']}").json
    check(until(lambda: admin.post('/tokens/issue', {'user_id': person['id']}).status == 200))
    check(until(lambda: seen()['last_login_at'] is not None), seen())
    first = seen()
    check(first['last_login_at'] >= person['created_at'], first)
    check_equal(first['revision'], person['revision'], 'nothing that is known of him has changed')
    pair = pair_of(server, person['id'])
    check(until(lambda: seen()['last_login_at'] > first['last_login_at']), seen())
    last = seen()['last_login_at']
    renewed = server.client(key=None).post('/session/refresh',
                                           {'refresh_token': pair['refresh_token']})
    check_equal(renewed.status, 200)
    listed = admin.get('/api/users?q=lena@').json['items']
    check_equal([item['last_login_at'] for item in listed], [last], 'a renewal is no login')


# ---- who is kept out (B11) ----

def told_to_be_blocked(who):
    answer = who.get('/api/profile')
    return answer.status == 403 and answer.code == 'user_blocked'


def a_blocked_person_hears_it_as_long_as_he_is(server, olga):
    """B11: 403 while he is blocked, not only for the first moment; then he signs in anew."""
    person = add_person(server, 'pavel')
    pair = pair_of(server, person)
    his = server.client(key=pair['access_token'])
    check_equal(his.get('/api/profile').status, 200)
    check_equal(server.admin().post(f'/api/users/{person}/block').status, 200)
    check(until(lambda: told_to_be_blocked(his)))
    check(until(lambda: not introspect(server, pair)['active']), 'iam has heard')
    again = server.client(key=None).post('/session/refresh',
                                         {'refresh_token': pair['refresh_token']})
    check_equal((again.status, again.code), (401, 'invalid_grant'))
    server.kill()  # nothing that a door remembers
    server.start()
    check(told_to_be_blocked(server.client(key=pair['access_token'])))
    check_equal(server.admin().post(f'/api/users/{person}/unblock').status, 200)
    his = server.client(key=pair['access_token'])
    check(until(lambda: his.get('/api/profile').status == 401), his.get('/api/profile'))
    check(until(lambda: server.admin().post('/tokens/issue',
                                            {'user_id': person}).status == 200))
    check_equal(server.client(key=pair_of(server, person)['access_token'])
                .get('/api/profile').status, 200)


def a_blocked_persons_browser_forgets_him(server):
    """He is told once, and his browser can sign somebody else in."""
    person = add_person(server, 'boris')
    browser = Browser(server)
    browser.jar = {'kontora': pair_of(server, person)['access_token']}
    check_equal(browser.get('/api/profile').status, 200)
    server.admin().post(f'/api/users/{person}/block')
    check(until(lambda: told_to_be_blocked(browser)))
    check_not_in('kontora', browser.jar)
    check_equal(browser.get('/api/profile').status, 401)


def a_program_of_a_blocked_person_is_told_by_its_own_rules(server, olga):
    """What a program was given ends as OAuth has it: the token is over."""
    program = make_program(server)
    person = add_person(server, 'gleb')
    browser = Browser(server)
    browser.jar = {'kontora': pair_of(server, person)['access_token']}
    verifier = new_verifier()
    given = change_code(server.client(key=None), program,
                        get_code(browser, program, verifier, scope='openid api'), verifier).json
    check_in('access_token', given)
    server.admin().post(f'/api/users/{person}/block')
    check(until(lambda: server.client(key=given['access_token'])
                .get('/api/profile').status == 401))
    asked = post_form(server.client(key=None), '/oauth/introspect', {
        'token': given['access_token'], 'client_id': program['client_id'],
        'client_secret': program['client_secret']})
    check_equal(asked.json['active'], False)


if __name__ == '__main__':
    main([a_program_signs_somebody_in_at_once, a_scope_is_a_permission,
          a_role_is_never_a_fault_of_the_door, who_may_less_makes_nothing_that_may_more,
          a_token_may_what_its_scopes_say, a_token_is_for_an_audience, what_is_taken_back_is_over,
          the_directory_says_when_somebody_signed_in_last,
          a_blocked_person_hears_it_as_long_as_he_is, a_blocked_persons_browser_forgets_him,
          a_program_of_a_blocked_person_is_told_by_its_own_rules],
         fixtures={'server': start_server, 'olga': olga})
