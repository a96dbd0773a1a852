"""guests_test.py - a stranger begins by himself: A42's start, B17's silence."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', '..', 'lib', name) for name in ('', 'iam', 'cases')]
from house import until
from letters import Post
from people import Browser
from tap import check, check_equal, main

OLGA = 'olga@example.org'


def start_post():
    post = Post(services=None)  # phoenix is where a stranger begins
    post.server.settings.append('--iam.guest_role=b2b')
    post.start()
    Browser(post.server).set_up(OLGA)
    yield post
    post.stop()


def ask(browser, email, **more):
    answer = browser.post('/api/guest_request', {'email': email, **more})
    check_equal(answer.status, 202, answer)
    return answer.json


def come(browser, email, code, **more):
    return browser.post('/api/guest_start', {'email': email, 'code': code, **more})


def a_stranger_begins(post):
    """A42: an address, a code, a request; and it is there in another browser."""
    guest = post.guest()
    ask(guest, 'vera@example.org', locale='en')
    letter = post.next_letter('vera@example.org')
    check('sign-in' in letter, letter)
    code = next(word for word in letter.replace('.', ' ').split() if len(word) == 6
                and word.isdigit())
    came = come(guest, 'vera@example.org', code, full_name='Vera', locale='en')
    check_equal(came.status, 200, came)
    check_equal((came.json['user']['roles'], came.json['user']['full_name']), (['b2b'], 'Vera'))
    state = guest.get('/flow/b2b/phoenix/state').json
    token = next(one['token'] for one in state['new_operations'] if one['operation'] == 'start')
    case = guest.post('/flow/b2b/phoenix/operations/start', {'token': token, 'form': {}}).json
    check(case['case_id'])
    check(until(lambda: post.server.admin().get(f"/api/users/{came.json['user']['id']}").status
                == 200), 'the directory has him')
    other = post.guest()
    ask(other, 'VERA@example.org')
    came = come(other, 'vera@example.org', post.code('vera@example.org'))
    check_equal(came.json['user']['roles'], ['b2b'], 'he is who he was')
    check_equal(other.get('/flow/b2b/phoenix/state').json['case']['case_id'], case['case_id'])


def who_is_known_comes_in_as_himself(post):
    browser = post.guest()
    ask(browser, OLGA)
    came = come(browser, OLGA, post.code(OLGA))
    check_equal(came.json['user']['roles'], ['owner'])


def nobody_learns_who_is_here(post):
    """B17: the same answers for who is here, who is not, and who is blocked."""
    answers = {}
    made = post.server.admin().post('/api/users', {'email': 'gone@example.org', 'type': 'client'})
    post.server.admin().post(f"/api/users/{made.json['id']}/block")
    for email in (OLGA, 'nobody@example.org', 'gone@example.org'):
        browser = post.guest()
        asked = ask(browser, email)
        said = come(browser, email, '000000')
        answers[email] = (asked.keys(), said.status, said.code)
    check_equal(len({str(answer) for answer in answers.values()}), 1, answers)


def a_code_is_of_its_browser_its_address_and_one_use(post):
    email = 'boris@example.org'
    guest = post.guest()
    ask(guest, email)
    code = post.code(email)
    check_equal(come(post.guest(), email, code).code, 'invalid_credentials')
    check_equal(come(guest, 'other@example.org', code).code, 'invalid_credentials')
    check_equal(guest.post('/api/login', {'email': email, 'code': code}).code,
                'invalid_credentials')
    check_equal(come(guest, email, code).status, 200)
    check_equal(come(guest, email, code).code, 'invalid_credentials')


def five_tries_and_no_more(post):
    email = 'kira@example.org'
    guest = post.guest()
    ask(guest, email)
    code = post.code(email)
    for number in range(5):
        check_equal(come(guest, email, f'{(int(code) + number + 1) % 1000000:06}').code,
                    'invalid_credentials')
    check_equal(come(guest, email, code).code, 'invalid_credentials')


def letters_are_limited(post):
    """To one address: silently. From one: 429."""
    for _ in range(5):
        ask(post.guest(), 'flooded@example.org')
    ask(post.guest(), 'after@example.org')
    post.code('after@example.org')
    check_equal(len(post.mail.wait_for('flooded@example.org', 3)), 3)
    browser = post.guest()
    said = [browser.post('/api/guest_request', {'email': f'{number}@example.net'}).status
            for number in range(25)]
    check_equal((set(said[:20]), said[20]), ({202}, 429), said)


def without_the_setting_nobody_can():
    post = Post(services=None).start()
    for path, more in (('guest_request', {}), ('guest_start', {'code': '123456'})):
        said = post.guest().post(f'/api/{path}', {'email': 'vera@example.org', **more})
        check_equal((said.status, said.code), (403, 'guests_unwelcome'), said)
    check_equal(post.stop(), 0)


if __name__ == '__main__':
    main([a_stranger_begins, who_is_known_comes_in_as_himself, nobody_learns_who_is_here,
          a_code_is_of_its_browser_its_address_and_one_use, five_tries_and_no_more,
          letters_are_limited, without_the_setting_nobody_can], {'post': start_post})
