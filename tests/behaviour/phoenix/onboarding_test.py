"""onboarding_test.py - a business customer is taken in, from the first click to the last function.

A29, A30, A35-A42. One process with files; two that share PostgreSQL.
"""
import os
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import disable_code
from house import one_or_twins, until
from onboarding import COMPANY, CONTACT, Onboarding, account_for, places
from tap import check, check_equal, check_in, check_not_in, main

HIDDEN_FROM_CUSTOMERS = ('comment', 'moderator_id', 'attempts', 'support_note', 'employee_id',
                         'reminders', 'revision')


def start_server():
    server = one_or_twins(services='users,notifications,phoenix').start()
    yield Onboarding(server.admin())
    check_equal(server.stop(), 0)


def a_company_is_taken_in(onboarding):
    """A41, A42: opened, two forms, moderation, provisioning, completed."""
    customer, case = onboarding.submitted()
    check_equal(places(customer.state(case)), ['moderation'])
    onboarding.moderator.do('approve', {'comment': 'fine'}, case)
    check_equal(until(lambda: places(customer.state(case)) == ['completed']), True)
    seen = customer.state(case).json['case']
    client = [one for one in onboarding.clients() if one['ticket_id'] == case][0]
    check_equal(seen['forms']['corp_client_id'], client['corp_client_id'])
    check_equal((client['company'], client['inn'], client['city'], client['revision']),
                (COMPANY['company_name'], COMPANY['inn'], 'moscow', 1))
    employees = onboarding.client.get(
        f"/api/phoenix/clients/{client['corp_client_id']}/employees").json['items']
    check_equal([(one['user_id'], one['name'], one['role']) for one in employees],
                [(customer.who, CONTACT['contact_name'], 'admin')])
    check_equal(seen['closed_at'] is not None, True)


def one_request_at_a_time(onboarding):
    """A36: who begins again goes on with what he has begun, from either side."""
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    check_equal(customer.state().json['case']['case_id'], case)
    again = onboarding.telemarketing.do('start_for_customer', {'owner_id': customer.who})
    check_equal((again.status, again.json['case_id']), (200, case))
    customer.do('cancel', None, case)
    check_equal(customer.do('start').json['case_id'] != case, True)


def telemarketing_begins_and_the_customer_goes_on(onboarding):
    customer = onboarding.customer()
    case = onboarding.telemarketing.do('start_for_customer', {
        'owner_id': customer.who, 'company_name': 'Ромашка'}).json['case_id']
    check_equal(customer.state().json['case']['case_id'], case)
    check_equal(customer.state().json['case']['forms']['company_name'], 'Ромашка')
    check_equal(onboarding.telemarketing.offer('approve', case), None)


def requests_are_found_by_number_phone_and_address(onboarding):
    """By who sees the field: its whole value."""
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    customer.do('submit_company_form', {**COMPANY, 'inn': '7736050003'}, case)
    customer.do('submit_contact_form', {**CONTACT, 'contact_email': 'one@example.net',
                                        'contact_phone': '+74955009999'}, case)
    for field, value in (('inn', '7736050003'), ('contact_email', 'one@example.net'),
                         ('contact_phone', '%2B74955009999')):
        said = onboarding.moderator.get(f'cases?by={field}&value={value}')
        check_equal([one['case_id'] for one in said.json['items']], [case], (field, said))
    check_equal(onboarding.moderator.get('cases?by=inn&value=773605000').json['items'], [])
    said = onboarding.telemarketing.get('cases?by=inn&value=7736050003')
    check_equal(said.json.get('items', []), [], said)


# ---- forms ----


def wrong(customer, case, form):
    said = customer.do('submit_company_form', form, case)
    check_equal((said.status, said.code), (400, 'validation_error'), said)
    return said.fields


def forms_know_what_numbers_must_be(onboarding):
    """Check digits of INN and OGRN, the account and its bank; each error names its field."""
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    for field, value in (('inn', '7707083894'), ('inn', '770708389'), ('inn', '500100732259'),
                         ('inn', '77070838a3'), ('kpp', '77360100'), ('ogrn', '1027700132196'),
                         ('bic', '144525225'), ('bank_account', '40702810938000060474'),
                         ('bank_account', '4070281093800006047')):
        check_equal(wrong(customer, case, {**COMPANY, field: value}),
                    {f'form.{field}': 'condition'}, (field, value))
    check_equal(wrong(customer, case, {**COMPANY, 'bic': '044525226'}),
                {'form.bank_account': 'condition'}, 'an account of another bank')
    check_equal(wrong(customer, case, {**COMPANY, 'city': 'atlantis'}),
                {'form.city': 'bad_value'})
    check_equal(customer.do('submit_company_form', COMPANY, case).status, 200)
    phone = customer.do('submit_contact_form', {**CONTACT, 'contact_phone': '12'}, case)
    check_equal(phone.fields, {'form.contact_phone': 'bad_value'})


def an_entrepreneur_has_other_numbers(onboarding):
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    form = {**COMPANY, 'company_form': 'entrepreneur', 'inn': '500100732259',
            'ogrn': '304500116000157', 'bank_account': account_for(COMPANY['bic'])}
    form.pop('kpp')
    check_equal(wrong(customer, case, {**form, 'ogrn': '304500116000158'}),
                {'form.ogrn': 'condition'})
    check_equal(wrong(customer, case, {**form, 'inn': '500100732258'}), {'form.inn': 'condition'})
    said = customer.do('submit_company_form', form, case)
    check_equal(said.status, 200, said)
    company = onboarding.customer()
    case = company.do('start').json['case_id']
    without = {key: value for key, value in COMPANY.items() if key != 'kpp'}
    check_equal(company.do('submit_company_form', without, case).status, 422)


def a_draft_is_kept_as_it_is_typed(onboarding):
    """A14, A43: half a form is there in another browser."""
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    customer.do('save_company', {'company_name': 'Ромашка', 'city': 'kazan'}, case)
    elsewhere = onboarding.customer(customer.who).state().json['case']
    check_equal((elsewhere['forms']['company_name'], elsewhere['forms']['city']),
                ('Ромашка', 'kazan'))


# ---- moderation ----


def it_is_returned_with_what_to_correct(onboarding):
    """A38: the reason is for the customer, the comment is not."""
    customer, case = onboarding.submitted()
    onboarding.moderator.do('return_for_changes', {
        'return_reason': 'Адрес не полон', 'comment': 'подозрительно'}, case)
    forms = customer.state(case).json['case']['forms']
    check_equal(forms['return_reason'], 'Адрес не полон')
    check_not_in('comment', forms)
    check_not_in('подозрительно', customer.get(f'cases/{case}/history').text)
    customer.do('submit_company_form', COMPANY, case)
    customer.do('submit_for_moderation', None, case)
    check_equal(onboarding.moderator.state(case).json['case']['forms']['attempts'], 2)


def a_claimed_one_is_of_one_moderator(onboarding):
    _, case = onboarding.submitted()
    other = onboarding.staff('moderator')
    waiting = other.get('cases?waiting=true&limit=200').json['items']
    check_in(case, [one['case_id'] for one in waiting])
    onboarding.moderator.do('claim', None, case)
    check_equal(disable_code(other.offer('approve', case)), 'condition')
    check_equal(disable_code(other.offer('claim', case)), None)
    onboarding.moderator.do('release', None, case)
    check_equal(disable_code(other.offer('approve', case)), None)


def rejected_is_the_end(onboarding):
    customer, case = onboarding.submitted()
    check_equal(onboarding.moderator.do('reject', {'comment': 'no such company'}, case).status, 200)
    seen = customer.state(case).json
    check_equal(places(customer.state(case)), ['rejected'])
    check(all(disable_code(offer) for offer in seen['new_operations']), seen)
    check_equal([one for one in onboarding.clients() if one['ticket_id'] == case], [])


# ---- who sees what ----


def what_is_hidden_is_nowhere(onboarding):
    """A9, A38-A40: comments from customers, what they think of the support from the support."""
    customer, case = onboarding.submitted()
    onboarding.support.do('note', {'support_note': 'called twice'}, case)
    customer.do('rate_support', {'support_rating': 2}, case)
    onboarding.moderator.do('claim', None, case)
    forms = customer.state(case).json['case']['forms']
    for field in HIDDEN_FROM_CUSTOMERS:
        check_not_in(field, forms)
    named = {field['name'] for field in customer.get('about').json['fields']}
    check_equal(named & set(HIDDEN_FROM_CUSTOMERS), set())
    for who in (onboarding.support, onboarding.moderator, onboarding.telemarketing):
        check_not_in('support_rating', who.state(case).text)
        check_not_in('support_rating', who.get(f'cases/{case}/history').text)
        check_not_in('support_rating', who.get('about').text)
    check_equal(onboarding.supervisor.state(case).json['case']['forms']['support_rating'], 2)
    check_equal(customer.state(case).json['case']['forms']['support_rating'], 2)


def another_customer_finds_nothing(onboarding):
    _, case = onboarding.submitted()
    stranger = onboarding.customer()
    check_equal(stranger.state(case).status, 404)
    check_equal(stranger.get(f'cases/{case}/history').status, 404)
    check_equal(stranger.get('cases').json['items'], [])


# ---- functions ----


def functions_are_done_once(onboarding):
    """A29, A30: the same request, the same client; the same person, the same employee."""
    _, case = onboarding.submitted()
    root = onboarding.client

    def run(name, body, key):
        said = root.post(f'/functions/{name}', body, {'Idempotency-Key': key})
        check_equal(said.status, 200, said)
        return said.json

    clients = [run('create-corp-client-id', {'ticket_id': case}, f'{case}/client/{i}')
               for i in range(3)]
    check_equal(len({one['corp_client_id'] for one in clients}), 1)
    client = clients[0]['corp_client_id']
    cargo = {'ticket_id': case, 'corp_client_id': client, 'company': 'Ромашка'}
    revisions = [run('create-cargo-corp-client', {**cargo, **more}, f'{case}/cargo/{i}')['revision']
                 for i, more in enumerate(({}, {}, {'company': 'Лютик'}))]
    check_equal(revisions, [1, 1, 2])
    employees = {run('create-cargo-corp-employee', {
        'corp_client_id': client, 'user_id': onboarding.moderator.who, 'name': 'M'},
        f'{case}/employee/{i}')['employee_id'] for i in range(2)}
    check_equal(len(employees), 1)
    unknown = root.post('/functions/create-cargo-corp-client',
                        {**cargo, 'corp_client_id': onboarding.moderator.who},
                        {'Idempotency-Key': f'{case}/other'})
    check_equal((unknown.status, unknown.code), (422, 'corp_client_unknown'))


if __name__ == '__main__':
    main([a_company_is_taken_in, one_request_at_a_time,
          telemarketing_begins_and_the_customer_goes_on,
          requests_are_found_by_number_phone_and_address, forms_know_what_numbers_must_be,
          an_entrepreneur_has_other_numbers, a_draft_is_kept_as_it_is_typed,
          it_is_returned_with_what_to_correct, a_claimed_one_is_of_one_moderator,
          rejected_is_the_end, what_is_hidden_is_nowhere, another_customer_finds_nothing,
          functions_are_done_once], {'onboarding': start_server})
