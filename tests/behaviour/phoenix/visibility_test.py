"""visibility_test.py - what somebody may not see of a request leaves no trace in anything he gets:
A9, A38, A40.

For each participant of phoenix and each field that is hidden from him the field is changed, and
not one byte of what he can ask for is different; he hears no push, and his token stays good.
Notices: notices_test.py.
"""
import json
import os
import re
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(HERE, '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases'), HERE]
from client import Pushes
from house import one_or_twins, until
from kontora import run
from onboarding import COMPANY, Onboarding, account_for
from tap import check, check_equal, check_in, check_not_in, main

SOMEBODY, SOMEBODY_ELSE = str(uuid.uuid4()), str(uuid.uuid4())
VALUES = {
    'company_form': ('entrepreneur', 'company'), 'inn': ('7736050003', COMPANY['inn']),
    'kpp': ('770101001', COMPANY['kpp']), 'ogrn': ('1027700070518', COMPANY['ogrn']),
    'address': ('Казань, Кремль', COMPANY['address']), 'bic': ('044030225', COMPANY['bic']),
    'bank_account': (account_for(COMPANY['bic'], '4070281012345678901'), COMPANY['bank_account']),
    'contact_post': ('Бухгалтер', 'Директор'), 'moderator_id': (SOMEBODY, SOMEBODY_ELSE),
    'attempts': (7, 1), 'return_reason': ('Нет печати', 'Нет подписи'),
    'reject_reason': ('Нет лицензии', 'Нет адреса'), 'comment': ('подозрительно', 'всё хорошо'),
    'submitted_at': ('2026-03-01T09:00:00Z', '2026-03-02T09:00:00Z'),
    'support_note': ('звонили', 'не звонили'), 'support_rating': (1, 5), 'reminders': (2, 0),
    'corp_client_id': (SOMEBODY, SOMEBODY_ELSE), 'revision': (3, 4),
    'employee_id': (SOMEBODY, SOMEBODY_ELSE), 'documents': ([SOMEBODY], [SOMEBODY_ELSE]),
}


def start_server():
    server = one_or_twins(services='users,notifications,phoenix').start()
    yield Watched(server)
    check_equal(server.stop(), 0)


class Watched:
    def __init__(self, server):
        self.server = getattr(server, 'servers', [server])[0]
        self.onboarding = Onboarding(server.admin())
        self.customer, self.case = self.onboarding.submitted()
        self.client = self.onboarding.client
        self.people = {'b2b': self.customer, 'telemarketing': self.onboarding.telemarketing,
                       'moderator': self.onboarding.moderator, 'support': self.onboarding.support}

    def fields_of(self, participant):
        return {field['name'] for field in participant.get('about').json['fields']}

    def hidden_from(self, participant):
        return sorted(self.fields_of(self.onboarding.supervisor) - self.fields_of(participant))

    def change(self, field, value):
        said = self.client.post(f'/api/cases/phoenix/{self.case}/edit',
                                {'reason': 'to see who sees it', 'fields': {field: value}})
        check_equal(said.status, 200, said)

    def pushes(self, participant):
        def where():
            host, port = self.server.host_and_port()
            return host, port, {'Authorization': f'Bearer {self.server.key}'}
        pushes = Pushes(where, participant.path('events'), participant.headers, None, 0)
        pushes.chance = Never()
        check(pushes.is_open.wait(60))
        return pushes


class Never:
    """Nothing is lost."""

    @staticmethod
    def random():
        return 1.0


def all_he_can_get(participant, case, owner):
    """Everything he can read, byte by byte, but for what is different each time it is asked."""
    answers = [participant.get(rest) for rest in (
        f'state?case_id={case}', 'state', 'cases?order=newest', 'cases?place=moderation',
        'cases?mine=true', 'cases?open=true&order=oldest', 'cases?waiting=true', 'counts',
        f'cases?by=owner_id&value={owner}', f'cases/{case}/history', f'cases/{case}/files',
        'fail-reasons', 'about',
        f'picture?case_id={case}', 'picture', f'operations/{case}', 'cases?place=nowhere',
        *(f'cases?by={field}&value={values[0]}' for field, values in VALUES.items()
          if not isinstance(values[0], list) and str(values[0]).isascii()))]
    answers += [participant.post(name, 'x', {}) for name in (
        'approve', 'rate_support', 'note', 'start_for_customer', 'submit_company_form')]
    answers.append(participant.client.get('/api/doors/phoenix', participant.headers))
    return [(answer.status, answer.etag, without_chance(answer.text)) for answer in answers]


def without_chance(text):
    text = re.sub(r'"token": ?"[^"]*"', '"token":"-"', text)
    return re.sub(r'"trace_id": ?"[^"]*"', '"trace_id":"-"', text)


# ---- what is hidden ----

def a_hidden_field_changes_no_byte(watched):
    """A9, A40: state, lists, counts, search, history, about, picture, errors, ETags."""
    count = 0
    for name, participant in watched.people.items():
        for field in watched.hidden_from(participant):
            before = all_he_can_get(participant, watched.case, watched.customer.who)
            for value in VALUES[field]:
                watched.change(field, value)
                after = all_he_can_get(participant, watched.case, watched.customer.who)
                check_equal(after, before, f'{name}, {field}')
                count += 1
    check_equal(count, 2 * (7 + 21 + 5 + 13), 'how much is hidden')


def a_seen_field_changes_some(watched):
    """Otherwise the test above would prove nothing."""
    for name, participant in watched.people.items():
        for value in ('ООО Лютик', COMPANY['company_name']):
            before = all_he_can_get(participant, watched.case, watched.customer.who)
            watched.change('company_name', value)
            after = all_he_can_get(participant, watched.case, watched.customer.who)
            changed = sum(one != other for one, other in zip(before, after))
            check(changed >= 3, f'{name}: {changed}')


def nothing_is_heard_of_it(watched):
    """A24, A40: a push for what he sees, none for what he does not."""
    for name, participant in watched.people.items():
        pushes = watched.pushes(participant)
        for field in watched.hidden_from(participant):
            watched.change(field, VALUES[field][0])
            watched.change(field, VALUES[field][1])
        watched.change('company_name', f'ООО {name}')
        check(until(lambda: pushes.count), name)
        check_equal(pushes.count, 1, name)
        pushes.close()


def his_token_stays_good(watched):
    """A12, A16: it proves that he has decided on the newest of what he sees, not of all."""
    customer, case = watched.customer, watched.case
    for field in watched.hidden_from(customer):
        token = customer.token('rate_support', case)
        watched.change(field, VALUES[field][0])
        watched.change(field, VALUES[field][1])
        said = customer.post('rate_support', token, {'support_rating': 3})
        check_equal(said.status, 200, (field, said))
    token = customer.token('rate_support', case)
    watched.change('city', 'kazan')
    said = customer.post('rate_support', token, {'support_rating': 3})
    check_equal((said.status, said.code), (409, 'invalid_token'))
    check_equal(said.json['details']['changed'], ['city'])
    watched.change('city', 'moscow')


def a_stale_token_names_nothing_hidden(watched):
    """A16, A40"""
    customer, case = watched.customer, watched.case
    token = customer.token('rate_support', case)
    for field in watched.hidden_from(customer):
        watched.change(field, VALUES[field][0])
    watched.change('city', 'perm')
    details = customer.post('rate_support', token, {'support_rating': 3}).json['details']
    check_equal(details, {'changed': ['city'], 'places': ['moderation'], 'disable_reason': None})


def who_sees_all_sees_it(watched):
    """procaas and stq are services and see all; so does a supervisor."""
    watched.change('comment', 'для своих')
    check_in('для своих', watched.onboarding.supervisor.state(watched.case).text)
    events = f'/procaas/caching-proxy/events?ticket_id={watched.case}&limit=500'
    check_in('для своих', watched.client.get(events).text)
    for participant in (watched.customer, watched.onboarding.telemarketing):
        said = json.dumps(all_he_can_get(participant, watched.case, watched.customer.who),
                          ensure_ascii=False)
        check_not_in('для своих', said)
        check_equal(watched.server.client(key=None).get(events, participant.headers).status, 401)


def a_service_is_no_person(watched):
    """A26-A28: nobody comes in by another kind than his own."""
    for kind in ('procaas', 'stq', 'admin'):
        said = watched.client.get(f'/flow/{kind}/phoenix/state?case_id={watched.case}',
                                  watched.customer.headers)
        check_equal((said.status, said.code), (403, 'forbidden'), kind)
    said = watched.client.get(f'/flow/b2b/phoenix/state?case_id={watched.case}',
                              watched.onboarding.moderator.headers)
    check_equal((said.status, said.code), (403, 'forbidden'))


def the_description_names_nothing_hidden(watched):
    """A10: what is described for customers has the fields of customers."""
    said = run('openapi', '--participant', 'b2b')
    check_equal(said.code, 0, said)
    names = set()

    def walk(value):
        if isinstance(value, dict):
            names.update(value.get('properties', {}))
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)
    walk(said.json)
    check_in('company_name', names)
    check_equal(names & set(watched.hidden_from(watched.customer)) - {'revision'}, set())


def the_bug_is_found():
    server = one_or_twins(variant='fault', environment={'KONTORA_BUG': 'view_shows_all'}).start()
    try:
        a_hidden_field_changes_no_byte(Watched(server))
    except AssertionError:
        return
    finally:
        server.stop()
    check(False, 'everything is shown, and nobody notices')


if __name__ == '__main__':
    main([a_hidden_field_changes_no_byte, a_seen_field_changes_some, nothing_is_heard_of_it,
          his_token_stays_good, a_stale_token_names_nothing_hidden, who_sees_all_sees_it,
          a_service_is_no_person, the_description_names_nothing_hidden,
          the_bug_is_found],
         {'watched': start_server})
