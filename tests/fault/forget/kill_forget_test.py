"""kill_forget_test.py - kill -9 at each place of forgetting: a case, a person and sample data are
there as they were, or nothing of them is; and who asks again gets what he wanted.

On files: it is one transaction of one service, on each store the same.
"""
# stores: none
import http.client
import os
import sys
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'),
                os.path.join(LIB, '..', 'behaviour', 'forget')]
from house import until
from kontora import Server, run
from onboarding import Onboarding
from rows_of import all_rows, differences, that_know
from tap import check, check_equal, main

SERVICES = 'users,iam,gateway,notifications,phoenix,audit,sample'
CASE_PLACES = ('case_forgotten_beside', 'case_row_gone', 'case_found_never', 'case_rows_gone',
               'case_files_gone', 'case_forgotten_told', 'executor_before_commit',
               'executor_after_commit')
PERSON_PLACES = ('user_gone', 'executor_before_commit', 'executor_after_commit')
SAMPLE_PLACES = ('sample_people_told', 'sample_told', 'sample_done', 'sample_removal_told',
                 'case_row_gone', 'user_gone')


def server():
    """The same data directory for all: what is forgotten makes room for the next."""
    served = Server(variant='fault', services=SERVICES).start()
    yield served
    served.kill()


def begin_again(server, fault=None):
    """The life in which it dies at that place the first time that it comes by."""
    check_equal(server.stop(), 0)
    server.environment = {'KONTORA_FAULT': f'{fault}:1'} if fault else {}
    server.start()


def ask_and_die(server, method, path):
    """Only this asks anything, so what the place is come by for is this."""
    try:
        server.admin().ask(method, path)
    except (OSError, http.client.HTTPException):
        pass
    check_equal(server.wait(60), -9, path)
    server.environment = {}
    server.start()


def of_service(rows, service, part):
    """Its rows that know of it, but for what was told."""
    return {table: lines for table, lines in that_know(rows, part).items()
            if table.startswith(f'{service}.')}


def at_rest(server, service, part):
    """When all that was told has been heard."""
    seen = None
    while seen != (seen := of_service(all_rows(server), service, part)):
        time.sleep(0.5)
    return seen


def is_sound(server):
    said = run('fsck', '--data', server.directory, variant='fault')
    check_equal(said.code, 0, said)


def all_or_nothing(server, place, service, subject, ask):
    """`ask` is (method, path). Killed at the place; asked again it is gone."""
    before = at_rest(server, service, subject)
    check(before, f'nothing is known of {subject}')
    begin_again(server, place)
    ask_and_die(server, *ask)
    left = at_rest(server, service, subject)
    check_equal(left, before if left else {}, place)
    said = server.admin().ask(*ask)
    check_equal(said.status, 204 if left else 404, place)
    check_equal(of_service(all_rows(server), service, subject), {}, place)
    return not left


def a_case_is_there_or_gone(server):
    gone = []
    for place in CASE_PLACES:
        customer, case = Onboarding(server.admin()).submitted()
        customer.do('cancel', None, case)
        if all_or_nothing(server, place, 'phoenix', case, ('DELETE', f'/api/cases/phoenix/{case}')):
            gone.append(place)
    check_equal(gone, ['executor_after_commit'])
    is_sound(server)


def a_person_is_there_or_gone(server):
    gone = []
    for number, place in enumerate(PERSON_PLACES):
        client = server.admin()
        who = client.post('/api/users', {'email': f'{number}@example.org', 'type': 'client'}).json
        client.post(f"/api/users/{who['id']}/block", {'reason': 'asked for it'})
        check(until(lambda: of_service(all_rows(server), 'iam', who['id'])), 'iam hears of him')
        if all_or_nothing(server, place, 'users', who['id'],
                          ('POST', f"/api/users/{who['id']}/forget")):
            gone.append(place)
        check(until(lambda: not of_service(all_rows(server), 'iam', who['id'])), place)
    check_equal(gone, ['executor_after_commit'])
    is_sound(server)


def state(server):
    return server.admin().get('/api/sample').json['state']


def becomes(server, method, wanted):
    """Asked for until it is so; by dying on the way it begins a new life."""
    try:
        server.admin().ask(method, '/api/sample')
        return until(lambda: state(server) == wanted)
    except (OSError, http.client.HTTPException):
        check_equal(server.wait(60), -9)
        server.environment = {}
        server.start()
        return becomes(server, method, wanted)


def comes_and_goes(server, place=None):
    for method, wanted in (('POST', 'filled'), ('DELETE', 'none')):
        begin_again(server, place)
        check(becomes(server, method, wanted), (place, method, state(server)))


def sample_data_comes_and_goes_whole(server):
    comes_and_goes(server)  # counts of nothing go with it
    before = all_rows(server)
    for place in SAMPLE_PLACES:
        comes_and_goes(server, place)
    check(until(lambda: not differences(before, all_rows(server))),
          differences(before, all_rows(server)))
    is_sound(server)


if __name__ == '__main__':
    main([a_case_is_there_or_gone, a_person_is_there_or_gone, sample_data_comes_and_goes_whole],
         {'server': server})
