"""person_test.py - calls for a person: what root sees through him, and who else may."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE, Server, refusal, the_store
from tap import check_equal, check_in, for_each_test, main

ANNA = {'Kontora-Person': '018f6e2a-0000-7000-8000-00000000a11a', 'Kontora-Roles': 'staff'}


@for_each_test
def new_server():
    """Not started yet."""
    server = Server(store=the_store())
    yield server
    server.stop()


def root_may_what_the_person_may(new_server):
    new_server.start()
    admin = new_server.admin()
    check_equal(admin.get('/api/users').status, 200)
    answer = admin.get('/api/users', headers=ANNA)
    check_equal((answer.status, answer.code), (403, 'forbidden'))


def nobody_calls_for_a_person(new_server):
    new_server.start()
    check_equal(new_server.client(key=None).get('/api/users', headers=ANNA).status, 401)


def a_wrong_header_is_named(new_server):
    new_server.start()
    answer = new_server.admin().get('/api/users', headers={'Kontora-Person': 'anna'})
    check_equal((answer.status, answer.code), (400, 'bad_person'))
    check_in('Kontora-Person', answer.text)


def pages_of_the_platform_ask_for_nobody(new_server):
    new_server.start()
    check_equal(new_server.client(key=None).get('/livez', headers=ANNA).status, 200)


def a_gateway_that_is_no_service_is_a_sentence():
    server = Server(store=the_store(), settings=['--access.gateway=gatewey'])
    code, said = refusal(server)
    check_equal(code, EXIT_USAGE)
    check_in("access.gateway: there is no service 'gatewey'", said)


if __name__ == '__main__':
    main([root_may_what_the_person_may, nobody_calls_for_a_person, a_wrong_header_is_named,
          pages_of_the_platform_ask_for_nobody, a_gateway_that_is_no_service_is_a_sentence],
         {'new_server': new_server})
