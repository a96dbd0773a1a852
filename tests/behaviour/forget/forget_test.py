"""forget_test.py - a case that is over, and a person who is kept out, go for good: through HTTP.

On files and on PostgreSQL.
"""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from house import until
from kontora import Server, run, the_store
from onboarding import Onboarding
from rows_of import all_rows, that_know
from tap import check, check_equal, main


def server():
    started = Server(store=the_store(), services='users,iam,gateway,notifications,phoenix').start()
    yield started
    check_equal(started.stop(), 0)


def rows_with(server, part):
    """Tables that know of it still."""
    return sorted(that_know(all_rows(server), part))


def a_case_that_is_over_goes(server):
    onboarding = Onboarding(server.admin())
    client = server.admin()
    customer, case = onboarding.submitted()
    path = f'/api/cases/phoenix/{case}'
    said = client.delete(path)
    check_equal((said.status, said.json['code']), (409, 'still_open'))
    revision = client.get(path).json['revision']
    customer.do('cancel', None, case)
    said = client.ask('DELETE', path, None, {'If-Match': f'"{revision}"'})
    check_equal((said.status, said.json['code']), (412, 'has_changed'))
    check('phoenix.engine_history' in rows_with(server, case))
    check_equal(client.delete(path).status, 204)
    for answer in (client.get(path), client.get(path + '/history'), client.delete(path)):
        check_equal(answer.status, 404)
    left = [table for table in rows_with(server, case) if table.startswith('phoenix.')]
    check_equal(left, [])
    check_equal([one for one in client.get('/api/cases/phoenix').json['items']
                 if one['case_id'] == case], [])
    check_equal(customer.do('start').status, 200)  # he may begin again
    check_equal(run('fsck', '--data', server.directory, *server.store.settings).code, 0)


def a_person_who_is_kept_out_goes(server):
    client = server.admin()
    anna = client.post('/api/users', {'email': 'anna@example.org', 'type': 'client',
                                      'roles': ['b2b'], 'full_name': 'Anna'}).json['id']
    known = {'users.person', 'iam.person', 'notifications.recipient'}
    check(until(lambda: known <= set(rows_with(server, anna))), 'she is heard of')
    said = client.post(f'/api/users/{anna}/forget')
    check_equal((said.status, said.json['code']), (409, 'user_not_blocked'))
    client.post(f'/api/users/{anna}/block', {'reason': 'asked for it'})
    check_equal(client.post(f'/api/users/{anna}/forget').status, 204)
    check_equal(client.get(f'/api/users/{anna}').status, 404)
    check_equal(client.post(f'/api/users/{anna}/forget').status, 404)
    check(until(lambda: not known & set(rows_with(server, anna))), rows_with(server, anna))
    check_equal(rows_with(server, 'anna@example.org'), [])
    again = client.post('/api/users', {'email': 'anna@example.org', 'type': 'client'})
    check_equal(again.status, 201)  # the address is free


if __name__ == '__main__':
    main([a_case_that_is_over_goes, a_person_who_is_kept_out_goes], {'server': server})
