"""codes_test.py - coming in by a code: B13, B14, B17, T12, G44, G45; by an invitation: C46."""
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib'), os.path.join(HERE, '..', '..', 'lib', 'iam')]
from house import until
from letters import Post
from people import PASSWORD, Browser
from tap import check, check_equal, check_in, check_not_in, main

OLGA = 'olga@example.org'


def start_post():
    post = Post().start()
    Browser(post.server).set_up(OLGA)
    yield post
    post.stop()


def add_person(post, name, **more):
    """In the directory, and known at the door."""
    email = f'{name}@example.org'
    answer = post.server.admin().post('/api/users', {'email': email, 'type': 'client', **more})
    check_equal(answer.status, 201, answer)
    user = answer.json['id']
    check(until(lambda: post.server.admin().post('/tokens/issue', {'user_id': user}).status == 200))
    return email, user


def ask(browser, email):
    answer = browser.post('/api/login_request', {'channel': 'email', 'address': email})
    check_equal(answer.status, 202, answer)
    return answer.json['request']


def come(browser, email, code, **more):
    return browser.post('/api/login', {'email': email, 'code': code, **more})


def a_code_lets_in(post):
    email, _ = add_person(post, 'ivan')
    browser = post.guest()
    ask(browser, email)
    code = post.code(email)
    answer = come(browser, email.upper(), code)
    check_equal(answer.status, 200, answer)
    check(answer.json['token'].startswith('gws_') and answer.json['expires_at'])
    check_equal(browser.get('/api/profile').json['email'], email)
    check_equal(come(browser, email, code).code, 'invalid_credentials', 'it was used')


def a_code_is_of_the_browser_that_asked(post):
    email, _ = add_person(post, 'zoya')
    browser = post.guest()
    ask(browser, email)
    code = post.code(email)
    check_equal(come(post.guest(), email, code).code, 'invalid_credentials')
    other = post.guest()
    ask(other, OLGA)
    check_equal(come(other, email, code).code, 'invalid_credentials')
    check_equal(come(browser, email, code).status, 200)


def a_program_sends_back_what_it_got(post):
    email, _ = add_person(post, 'robot')
    client, here = post.server.client(key=None), {'X-Forwarded-For': '192.0.2.1'}
    request = client.post('/api/login_request', {'channel': 'email', 'address': email}, here)
    body = {'email': email, 'code': post.code(email)}
    check_equal(client.post('/api/login', body, here).code, 'invalid_credentials')
    body['request'] = request.json['request']
    check_equal(client.post('/api/login', body, here).status, 200)


def five_tries_and_no_more(post):
    """B17, G44: the sixth is wrong even if it is right."""
    email, _ = add_person(post, 'kira')
    browser = post.guest()
    ask(browser, email)
    code = post.code(email)
    for number in range(5):
        wrong = f'{(int(code) + number + 1) % 1000000:06}'
        check_equal(come(browser, email, wrong).code, 'invalid_credentials')
    check_equal(come(browser, email, code).code, 'invalid_credentials')


def one_of_many_uses_wins(post):
    """G45"""
    email, _ = add_person(post, 'vera')
    browser = post.guest()
    ask(browser, email)
    code, answers = post.code(email), []

    def try_it():
        twin = post.guest()
        twin.jar = dict(browser.jar)
        answers.append(come(twin, email, code).status)
    threads = [threading.Thread(target=try_it) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal(answers.count(200), 1, sorted(answers))


def nobody_gets_no_letter_and_the_same_answer(post):
    """B17: 202 always; neither who is not there nor who is blocked gets a letter."""
    email, user = add_person(post, 'gone')
    post.server.admin().post(f'/api/users/{user}/block')
    check(until(lambda: post.server.admin().post('/tokens/issue', {'user_id': user}).status == 404))
    browser = post.guest()
    first = browser.post('/api/login_request', {'channel': 'email', 'address': email})
    nobody = browser.post('/api/login_request', {'channel': 'email',
                                                 'address': 'nobody@example.org'})
    check_equal((first.status, nobody.status), (202, 202))
    check_equal(first.json.keys(), nobody.json.keys())
    mine, _ = add_person(post, 'witness')
    ask(browser, mine)
    post.code(mine)  # what was asked for before would have come before
    check_equal(post.mail.letters_to(email) + post.mail.letters_to('nobody@example.org'), [])


def letters_are_not_sent_on_and_on(post):
    """B17: a resend is throttled, without a word."""
    email, _ = add_person(post, 'nina')
    browser = post.guest()
    for _ in range(6):
        ask(browser, email)
    mine, _ = add_person(post, 'after')
    ask(post.guest(), mine)
    post.code(mine)
    check(1 <= len(post.mail.letters_to(email)) <= 3, len(post.mail.letters_to(email)))


def a_guessed_password_keeps_nobody_out(post):
    """G44: who is locked by others comes in by a code."""
    email, _ = add_person(post, 'anton')
    stranger = post.guest()
    for number in range(8):
        stranger.post('/api/login', {'email': email, 'password': f'quiet lantern {number}'})
    check_equal(stranger.post('/api/login', {'email': email, 'password': 'quiet lantern'}).status,
                429)
    browser = post.guest()
    ask(browser, email)
    check_equal(come(browser, email, post.code(email)).status, 200)


def a_forgotten_password_is_replaced(post):
    email, _ = add_person(post, 'petr')
    browser = post.guest()
    ask(browser, email)
    come(browser, email, post.code(email))
    weak = browser.post('/api/password', {'password': 'petr@example.org'})
    check_equal(weak.code, 'weak_password')
    check_equal(browser.post('/api/password', {'password': 'harbour tulip nine'}).status, 200)
    other = post.guest().sign_in(email, 'harbour tulip nine')
    wrong = other.post('/api/password', {'password': 'seven green kettles'})
    check_equal((wrong.status, wrong.code), (401, 'invalid_credentials'))
    done = other.post('/api/password', {'current': 'harbour tulip nine',
                                        'password': 'seven green kettles'})
    check_equal(done.status, 200, done)
    check(until(lambda: browser.get('/api/profile').status == 401), 'others are out')
    check_equal(other.get('/api/profile').status, 200, 'he himself is not')


def a_new_browser_is_told_of(post):
    email, _ = add_person(post, 'lev')
    browser = post.guest('Kestrel/1')
    ask(browser, email)
    come(browser, email, post.code(email))
    browser.post('/api/password', {'password': 'harbour tulip nine'})
    post.guest('Merlin/2').sign_in(email, 'harbour tulip nine')
    check_in('Merlin/2', post.next_letter(email))


# ---- invitations ----

def an_invitation_lets_in_once(post):
    """C46; G45"""
    owner = post.guest().sign_in(OLGA)
    answer = owner.post('/api/invitations', {'full_name': 'Мария', 'email': 'maria@example.org',
                                             'roles': ['manager']})
    check_equal(answer.status, 201, answer)
    invitation = answer.json['activation_link'].partition('#')[2]
    check_equal(post.link('maria@example.org'), invitation)
    again = owner.post('/api/invitations', {'full_name': 'M', 'email': 'Maria@example.org'})
    check_equal((again.status, again.code), (409, 'user_exists'))
    guest = post.guest()
    for _ in range(3):  # looking uses nothing up
        seen = guest.post('/api/invitations/look', {'invitation': invitation})
        check_equal((seen.status, seen.json['email']), (200, 'maria@example.org'))
    weak = guest.post('/api/invitations/accept', {'invitation': invitation, 'password': '12345678'})
    check_equal(weak.code, 'weak_password')
    answers = []

    def accept():
        answers.append(post.guest().post('/api/invitations/accept', {
            'invitation': invitation, 'password': PASSWORD}).status)
    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_equal(sorted(answers), [200] + [404] * 7)
    maria = post.guest().sign_in('maria@example.org')
    check_equal(maria.get('/api/profile').json['roles'], ['manager'])
    user = answer.json['id']
    check(until(lambda: post.server.admin().get(f'/api/users/{user}').status == 200))
    check_equal(maria.post('/api/invitations', {'full_name': 'X', 'email': 'x@example.org'}).code,
                'forbidden')


def roles_are_given_by_whom_may(post):
    owner = post.guest().sign_in(OLGA)
    owner.post('/api/roles', {'name': 'hr', 'permissions': ['users.create', 'users.change',
                                                            'users.read', 'iam.invite']})
    email, user = add_person(post, 'hr', roles=['hr'])
    token = post.server.admin().post('/tokens/issue', {'user_id': user}).json['access_token']
    his = post.server.client(key=token)
    made = his.post('/api/users', {'email': 'new@example.org', 'type': 'client'})
    check_equal(made.status, 201, made)
    for answer in (his.patch(f'/api/users/{user}', {'roles': ['owner']}),
                   his.post('/api/users', {'email': 'e@example.org', 'type': 'client',
                                           'roles': ['owner']}),
                   his.post('/api/invitations', {'full_name': 'E', 'email': 'e@example.org',
                                                 'roles': ['owner']})):
        check_equal((answer.status, answer.code), (403, 'roles_forbidden'))
    check_equal(his.patch(f'/api/users/{user}', {'roles': ['hr'], 'spec': 'x'}).status, 200, email)


def no_code_is_said(post):
    email, _ = add_person(post, 'quiet')
    browser = post.guest()
    ask(browser, email)
    code = post.code(email)
    come(browser, email, code)
    said = post.server.logged()
    for secret in (code, browser.jar['kontora'], browser.jar['kontora_browser']):
        check_not_in(f'"{secret}', said)
        check_not_in(f' {secret}', said)


if __name__ == '__main__':
    main([a_code_lets_in, a_code_is_of_the_browser_that_asked, a_program_sends_back_what_it_got,
          five_tries_and_no_more, one_of_many_uses_wins, nobody_gets_no_letter_and_the_same_answer,
          letters_are_not_sent_on_and_on, a_guessed_password_keeps_nobody_out,
          a_forgotten_password_is_replaced, a_new_browser_is_told_of, an_invitation_lets_in_once,
          roles_are_given_by_whom_may, no_code_is_said], {'post': start_post})
