"""functions_test.py - functions that cases and services outside share: POST /functions/NAME."""
import concurrent.futures
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import one_or_twins
from partner import Partner
from tap import check, check_equal, check_in, check_not_in, main, sample_program

PARTNERS = ('engine_of_companies', 'queue_of_companies', 'helper_of_companies', 'stranger')


def a_server():
    server = one_or_twins(program=sample_program())
    partner = Partner(*PARTNERS)
    partner.is_trusted_by(server)
    server.start()
    server.partner = partner
    yield server
    check_equal(server.stop(), 0)


def run(server, name, body, key=None, **others):
    headers = {'Idempotency-Key': key or uuid.uuid4().hex, **others}
    return server.admin().post(f'/functions/{name}', body, headers)


def made(server, kind):
    return [one['about'] for one in server.admin().get('/api/corp/made').json['items']
            if one['kind'] == kind]


def new_id():
    return str(uuid.uuid4())


def the_three_functions_of_a_company(server):  # A29, A29a, A29b, A29c, A30
    ticket, person = new_id(), new_id()
    client = run(server, 'create-corp-client-id', {'ticket_id': ticket})
    check_equal((client.status, list(client.json)), (200, ['corp_client_id']), client)
    client_id = client.json['corp_client_id']
    cargo = run(server, 'create-cargo-corp-client',
                {'ticket_id': ticket, 'corp_client_id': client_id, 'company': 'Horns and Hooves'})
    check_equal((cargo.status, cargo.json), (200, {'corp_client_id': client_id, 'revision': 1}))
    employee = run(server, 'create-cargo-corp-employee',
                   {'corp_client_id': client_id, 'user_id': person, 'name': 'Anna', 'role': 'admin',
                    'ticket_id': ticket})
    check_equal((employee.status, list(employee.json)), (200, ['employee_id']), employee)
    check_in(ticket, made(server, 'client'))
    check_in(person, made(server, 'employee'))


def a_repeated_call_has_the_first_answer(server):  # A30
    ticket = new_id()
    key = f'{ticket}/create-corp-client-id/provisioning'
    first = run(server, 'create-corp-client-id', {'ticket_id': ticket}, key)
    for _ in range(3):
        again = run(server, 'create-corp-client-id', {'ticket_id': ticket}, key)
        check_equal((again.status, again.body), (200, first.body))
        check_equal(again.headers['idempotent-replayed'], 'true')
    check_equal(made(server, 'client').count(ticket), 1)
    other = run(server, 'create-corp-client-id', {'ticket_id': new_id()}, key)
    check_equal((other.status, other.code), (422, 'idempotency_key_reused'))


def many_at_the_same_time_are_one(server):  # A30
    ticket = new_id()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: run(server, 'create-corp-client-id',
                                              {'ticket_id': ticket}, ticket), range(24)))
    check_equal({(answer.status, answer.body) for answer in answers},
                {(200, answers[0].body)})
    check_equal(made(server, 'client').count(ticket), 1)


def an_answer_is_kept_over_a_crash(server):  # A30
    ticket = new_id()
    first = run(server, 'create-corp-client-id', {'ticket_id': ticket}, ticket)
    server.kill()
    server.start()
    again = run(server, 'create-corp-client-id', {'ticket_id': ticket}, ticket)
    check_equal((again.status, again.body), (200, first.body))
    check_equal(made(server, 'client').count(ticket), 1)


def without_a_key_nothing_runs(server):  # A30
    ticket = new_id()
    answer = server.admin().post('/functions/create-corp-client-id', {'ticket_id': ticket})
    check_equal((answer.status, answer.code), (428, 'idempotency_key_required'))
    check_in('Idempotency-Key', answer.json['message'])
    check_not_in(ticket, made(server, 'client'))


def a_refusal_undoes_and_is_kept(server):
    ticket, client = new_id(), new_id()
    body = {'ticket_id': ticket, 'corp_client_id': client}
    for _ in range(2):
        answer = run(server, 'create-cargo-corp-client', body, ticket)
        check_equal((answer.status, answer.code), (422, 'company_missing'))
    check_not_in(client, made(server, 'cargo_client'))


def what_is_wrong_is_named(server):
    answer = run(server, 'create-corp-client-id', {'ticket_id': 'x', 'tickets': 1})
    check_equal((answer.status, answer.fields),
                (400, {'ticket_id': 'not_an_id', 'tickets': 'unknown_field'}))


def what_needs_a_case_says_so(server):
    key = uuid.uuid4().hex
    answer = run(server, 'wait-for-somebody', {'case_id': new_id()}, key)
    check_equal((answer.status, answer.code), (409, 'needs_case'))
    check_not_in(key, made(server, 'waiting'))


def not_now_is_tried_again(server):
    key = uuid.uuid4().hex
    for _ in range(2):  # nothing is kept under the key
        answer = run(server, 'come-later', {}, key)
        check_equal(answer.status, 503, answer)
        check_in('retry-after', answer.headers)
        check_not_in('idempotent-replayed', answer.headers)
    check_not_in(key, made(server, 'later'))


def what_is_not_shared_is_not_there(server):
    check_equal(run(server, 'of-our-own', {}).status, 404)


def who_may_run_them(server):  # A29
    ticket = new_id()
    path, body = '/functions/create-corp-client-id', {'ticket_id': ticket}
    for name in PARTNERS[:3]:
        headers = server.partner.headers('corp', name, **{'Idempotency-Key': f'{ticket}/{name}'})
        check_equal(server.client(key=None).post(path, body, headers).status, 200)
    check_equal(made(server, 'client').count(ticket), 3)
    stranger = server.partner.headers('corp', 'stranger', **{'Idempotency-Key': ticket})
    answer = server.client(key=None).post(path, body, stranger)
    check_equal((answer.status, answer.code), (403, 'forbidden'))
    elsewhere = server.partner.headers('office', **{'Idempotency-Key': ticket})
    check_equal(server.client(key=None).post(path, body, elsewhere).status, 401)
    check_equal(server.client(key=None).post(path, body, {'Idempotency-Key': ticket}).status, 401)
    person = {'Kontora-Person': new_id(), 'Kontora-Roles': 'admin', 'Idempotency-Key': ticket}
    check_equal(server.admin().post(path, body, person).status, 403)
    check_equal(made(server, 'client').count(ticket), 3)


def they_are_described(server):
    paths = server.admin().get('/openapi.json').json['paths']
    described = paths['/functions/create-cargo-corp-employee']['post']
    check_equal(described['operationId'], 'run_create_cargo_corp_employee')
    check('200' in described['responses'] and '428' in described['responses'], described)
    schema = described['requestBody']['content']['application/json']['schema']
    named = server.admin().get('/openapi.json').json['components']['schemas']
    members = named[schema['$ref'].rpartition('/')[2]]['properties']
    check_equal(set(members),
                {'corp_client_id', 'user_id', 'name', 'role', 'ticket_id', 'case_id'})


if __name__ == '__main__':
    main([the_three_functions_of_a_company, a_repeated_call_has_the_first_answer,
          many_at_the_same_time_are_one, an_answer_is_kept_over_a_crash,
          without_a_key_nothing_runs, a_refusal_undoes_and_is_kept, what_is_wrong_is_named,
          what_needs_a_case_says_so, not_now_is_tried_again, what_is_not_shared_is_not_there,
          who_may_run_them, they_are_described], {'server': a_server})
