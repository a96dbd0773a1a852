"""sample_test.py - sample data comes in one click and goes in one, and nothing of it is left.

Every table of every service is held against what it was before, but for what was told (journals,
the audit) and places in it. On files and on PostgreSQL.
"""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from house import until
from kontora import Server, run, the_store
from rows_of import all_rows, differences
from tap import check, check_equal, main

SERVICES = 'users,iam,gateway,notifications,phoenix,audit,sample'
PEOPLE, CASES = 12, 7


def server():
    started = Server(store=the_store(), services=SERVICES).start()
    yield started
    started.kill()


def state(server):
    return server.admin().get('/api/sample').json


def becomes(server, wanted):
    check(until(lambda: state(server)['state'] == wanted), (wanted, state(server)))
    return state(server)


def at_rest(server):
    """All rows, once sign-in and notifications know whom the directory knows, and nobody else."""
    def is_heard():
        rows = all_rows(server)
        counts = {len(rows[table]) for table in ('users.person', 'iam.person',
                                                 'notifications.recipient')}
        return rows if len(counts) == 1 else None
    rows = until(is_heard)
    check(rows, 'somebody has not heard of somebody')
    return rows


def fill(server):
    said = server.admin().post('/api/sample')
    check_equal((said.status, said.json['state'], said.json['total']),
                (202, 'filling', PEOPLE + CASES), said)
    return becomes(server, 'filled')


def remove(server):
    said = server.admin().delete('/api/sample')
    check_equal(said.status, 202, said)
    return becomes(server, 'none')


def it_is_there_and_it_is_gone(server):
    client = server.admin()
    kept = client.post('/api/users', {'email': 'anna@example.org', 'type': 'client'}).json
    before = at_rest(server)
    check_equal(state(server)['state'], 'none')
    filled = fill(server)
    check_equal((filled['people'], filled['cases']), (PEOPLE, CASES))
    check_equal(len(client.get('/api/users').json['items']), PEOPLE + 1)
    cases = client.get('/api/cases/phoenix').json['items']
    check_equal(sorted(case['places'][0] for case in cases),
                ['abandoned', 'company_form', 'company_form', 'contact_form', 'moderation',
                 'moderation', 'rejected'])
    tables = {'users.person', 'iam.person', 'notifications.recipient', 'phoenix.engine_case',
              'phoenix.funnel_case', 'phoenix.engine_history', 'sample.thing'}
    check(until(lambda: tables <= differences(before, all_rows(server)).keys()), tables)
    during = at_rest(server)
    check_equal(during.get('notifications.notification'), before.get('notifications.notification'))
    remove(server)
    check(until(lambda: not differences(before, all_rows(server))),
          differences(before, all_rows(server)))
    check_equal([one['id'] for one in client.get('/api/users').json['items']], [kept['id']])
    check_equal(client.get('/api/cases/phoenix').json['items'], [])
    check_equal(run('fsck', '--data', server.directory, *server.store.settings).code, 0)


def twice_is_refused_and_none_is_fine(server):
    client = server.admin()
    check_equal(client.delete('/api/sample').json['state'], 'none')
    fill(server)
    said = client.post('/api/sample')
    check_equal((said.status, said.json['code']), (409, 'sample_is_there'))
    remove(server)
    fill(server)
    remove(server)


def who_was_there_before_stays(server):
    """The same address: he is nobody of ours, so he is never taken away."""
    client = server.admin()
    anna = client.post('/api/users', {'email': 'anna.schmidt@sample.example', 'type': 'client',
                                      'full_name': 'Anna herself'}).json
    filled = fill(server)
    check_equal(filled['people'], PEOPLE - 1)
    remove(server)
    check_equal(client.get(f'/api/users/{anna["id"]}').json['full_name'], 'Anna herself')


def what_was_changed_goes_too(server):
    """Somebody has worked on a made-up request: it goes as any other."""
    client = server.admin()
    before = at_rest(server)
    fill(server)
    case = [one for one in client.get('/api/cases/phoenix').json['items']
            if one['places'] == ['moderation']][0]
    said = client.post(f'/api/cases/phoenix/{case["case_id"]}/move',
                       {'places': ['company_form'], 'reason': 'to see what happens'})
    check_equal(said.status, 200, said)
    remove(server)
    check(until(lambda: not differences(before, all_rows(server))),
          differences(before, all_rows(server)))


def it_is_for_who_may(server):
    client = server.admin()
    person = '018f6e2a-0000-7000-8000-00000000a11a'
    for permissions, status in (('users.*', 403), ('sample.*', 200), ('*', 200)):
        headers = {'Kontora-Person': person, 'Kontora-May': permissions}
        check_equal(client.get('/api/sample', headers).status, status)
    headers = {'Kontora-Person': person, 'Kontora-May': 'sample.read'}
    check_equal(client.post('/api/sample', None, headers).status, 403)


def a_kill_in_the_middle_changes_nothing(server):
    """Filled and removed through any number of ends: what was begun goes on at the next start."""
    before = at_rest(server)
    for _ in range(2):
        check_equal(server.admin().post('/api/sample').status, 202)
        server.kill()
        server.start()
        becomes(server, 'filled')
        check_equal(server.admin().delete('/api/sample').status, 202)
        server.kill()
        server.start()
        becomes(server, 'none')
    check(until(lambda: not differences(before, all_rows(server))),
          differences(before, all_rows(server)))


if __name__ == '__main__':
    main([it_is_there_and_it_is_gone, twice_is_refused_and_none_is_fine,
          who_was_there_before_stays, what_was_changed_goes_too, it_is_for_who_may,
          a_kill_in_the_middle_changes_nothing],
         {'server': server})
