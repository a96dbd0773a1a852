"""files_test.py - documents that a customer hands in with his request: A9, A37, A38, A40, A43.

One process with files; two that share PostgreSQL.
"""
import hashlib
import os
import random
import sys
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from house import one_or_twins, until
from onboarding import COMPANY, CONTACT, Onboarding, places
from tap import check, check_equal, check_not_in, main

PIECE = 512 * 1024
HEADS = {'pdf': b'%PDF-1.7\n', 'png': b'\x89PNG\r\n\x1a\n', 'exe': b'MZ\x90\0',
         'zip': b'PK\x03\x04'}


def start_server():
    server = one_or_twins(services='users,notifications,phoenix').start()
    onboarding = Onboarding(server.admin())
    onboarding.server = server
    yield onboarding
    check_equal(server.stop(), 0)


def some_bytes(count, kind='pdf', seed=1):
    return (HEADS[kind] + random.Random(seed).randbytes(count))[:count]


def at_contact(onboarding):
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    customer.do('submit_company_form', COMPANY, case)
    return customer, case


def say(who, case, data, name='charter.pdf', field='documents', count=None):
    path = who.path(f'cases/{case}/files')
    return who.client.post(path, {'field': field, 'name': name, 'bytes': count or len(data)},
                           who.headers)


def put(who, case, file, offset, piece):
    path = who.path(f'cases/{case}/files/{file}?offset={offset}')
    return who.client.ask('PUT', path, piece, {
        **who.headers, 'Content-Type': 'application/octet-stream'})


def send(who, case, data, name='charter.pdf'):
    said = say(who, case, data, name)
    check_equal(said.status, 201, said)
    while said.json['received'] < len(data):
        at = said.json['received']
        said = put(who, case, said.json['file_id'], at, data[at:at + PIECE])
        check_equal(said.status, 200, said)
    return said.json


def fetch(who, case, file):
    return who.get(f'cases/{case}/files/{file}')


def files(who, case):
    said = who.get(f'cases/{case}/files')
    check_equal(said.status, 200, said)
    return said.json['items']


def what_is_sent_comes_back(onboarding):
    """In pieces, by a form, to the moderator; the same bytes, by what they are."""
    customer, case = at_contact(onboarding)
    data = some_bytes(2 * PIECE + 12345)
    file = send(customer, case, data, '../../Устав "1".PDF')
    check_equal((file['name'], file['media_type'], file['sha256']),
                ('Устав 1.PDF', 'application/pdf', hashlib.sha256(data).hexdigest()))
    said = customer.do('submit_contact_form', {**CONTACT, 'documents': [file['file_id']]}, case)
    check_equal(said.status, 200, said)
    check_equal(customer.state(case).json['case']['forms']['documents'], [file['file_id']])
    customer.do('submit_for_moderation', None, case)
    for who in (customer, onboarding.moderator, onboarding.supervisor):
        came = fetch(who, case, file['file_id'])
        check_equal((came.status, came.body), (200, data))
        check_equal(came.headers['content-type'], 'application/pdf')
        check_equal(came.headers['content-disposition'],
                    "attachment; filename*=UTF-8''%D0%A3%D1%81%D1%82%D0%B0%D0%B2%201.PDF")
        check_equal(came.headers['x-content-type-options'], 'nosniff')
        check_equal([one['file_id'] for one in files(who, case)], [file['file_id']])


def who_does_not_see_the_field_sees_no_file(onboarding):
    """A9, A38, A40: hidden and absent are the same; another customer's case is none."""
    customer, case = at_contact(onboarding)
    file = send(customer, case, some_bytes(100))['file_id']
    customer.do('save_contact', {'documents': [file]}, case)
    for who in (onboarding.telemarketing, onboarding.support):
        hidden, absent = fetch(who, case, file), fetch(who, case, uuid.uuid4())
        check_equal((hidden.status, hidden.code), (404, 'file_not_found'))
        check_equal(hidden.json['message'], absent.json['message'])
        check_equal(files(who, case), [])
        check_not_in(file, who.state(case).text + who.get(f'cases/{case}/history').text)
    stranger, other = at_contact(onboarding)
    check_equal(fetch(stranger, case, file).code, 'case_not_found')
    check_equal(fetch(stranger, other, file).code, 'file_not_found')
    check_equal(put(stranger, other, file, 0, b'x').code, 'file_not_found')
    said = stranger.do('save_contact', {'documents': [file]}, other)
    check_equal((said.status, said.fields), (400, {'form.documents': 'bad_value'}))


def until_a_form_has_it_a_file_is_its_senders(onboarding):
    customer, case = at_contact(onboarding)
    file = send(customer, case, some_bytes(100))['file_id']
    check_equal(fetch(customer, case, file).status, 200)
    check_equal(fetch(onboarding.moderator, case, file).status, 404)
    check_equal(files(onboarding.moderator, case), [])
    customer.do('save_contact', {'documents': [file]}, case)
    check_equal(fetch(onboarding.moderator, case, file).status, 200)
    customer.do('save_contact', {'documents': []}, case)
    check_equal(customer.state(case).json['case']['forms'].get('documents'), [])
    check_equal(fetch(onboarding.moderator, case, file).status, 200, 'the history names it')


def what_a_file_is_says_its_content(onboarding):
    customer, case = at_contact(onboarding)
    for kind in ('exe', 'zip'):
        data = some_bytes(1000, kind)
        said = put(customer, case, say(customer, case, data, 'harmless.pdf').json['file_id'], 0,
                   data)
        check_equal((said.status, said.code), (415, 'file_type_refused'), kind)
    check_equal(send(customer, case, some_bytes(50, 'png'), 'a\u202egpj.exe')['name'],
                'agpj.exe.png')
    check_equal(send(customer, case, some_bytes(50, 'png'), '...')['name'], 'file.png')


def there_are_limits(onboarding):
    customer, case = at_contact(onboarding)
    said = say(customer, case, b'', count=10485761)
    check_equal((said.status, said.code), (413, 'file_too_large'))
    check_equal(say(customer, case, b'x', field='contact_name').code, 'file_not_wanted')
    check_equal(say(onboarding.moderator, case, b'x').code, 'file_not_wanted')
    file = say(customer, case, b'', count=30).json['file_id']
    check_equal(put(customer, case, file, 0, some_bytes(31)).code, 'file_too_large')
    check_equal(put(customer, case, file, 10, some_bytes(10)).code, 'piece_missing')
    check_equal(put(customer, case, file, 0, some_bytes(10)).json['received'], 10)
    check_equal(put(customer, case, file, 0, some_bytes(10, seed=2)).json['received'], 10,
                'it has come before')
    said = customer.do('save_contact', {'documents': [file]}, case)
    check_equal((said.status, said.fields), (400, {'form.documents': 'bad_value'}), 'not whole')
    many = [send(customer, case, some_bytes(60, seed=n))['file_id'] for n in range(6)]
    for wrong in (many, many[:1] * 2, ['x'], 'x', [str(uuid.uuid4())]):
        said = customer.do('save_contact', {'documents': wrong}, case)
        check_equal((said.status, said.fields), (400, {'form.documents': 'bad_value'}), wrong)
    check_equal(customer.do('save_contact', {'documents': many[:5]}, case).status, 200)
    for n in range(18):
        check_equal(say(customer, case, b'', count=30).status, 201, n)
    check_equal(say(customer, case, b'', count=30).code, 'too_many_files')
    customer.do('submit_contact_form', CONTACT, case)
    customer.do('submit_for_moderation', None, case)
    check_equal(say(customer, case, b'', count=30).code, 'file_not_wanted', 'not in moderation')


def the_client_is_told_what_a_field_takes(onboarding):
    customer, case = at_contact(onboarding)
    field, = [one for one in customer.offer('save_contact', case)['form']
              if one['name'] == 'documents']
    check_equal((field['kind'], field['items_max'], field['bytes_max'], field['piece_bytes_max']),
                ('files', 5, 10485760, PIECE))
    check_equal(field['media_types'], ['application/pdf', 'image/png', 'image/jpeg', 'image/heic',
                                       'image/tiff'])
    about = customer.get('about').json['fields']
    check_equal([one['kind'] for one in about if one['name'] == 'documents'], ['files'])
    api = onboarding.client.get('/openapi.json').json['paths']
    piece = api['/flow/b2b/phoenix/cases/{case_id}/files/{file_id}']['put']['requestBody']
    check_equal(piece['content'], {'application/octet-stream': {
        'schema': {'type': 'string', 'format': 'binary'}}})


def a_kill_loses_no_piece_that_was_answered(onboarding):
    """A43: cut off in the middle, he goes on where he was."""
    customer, case = at_contact(onboarding)
    data = some_bytes(3 * PIECE + 1, seed=7)
    file = say(customer, case, data).json['file_id']
    for n in range(4):
        check_equal(put(customer, case, file, n * PIECE, data[n * PIECE:(n + 1) * PIECE]).status,
                    200)
        onboarding.server.kill()
        onboarding.server.start()
        again = Onboarding(onboarding.server.admin())
        again.server = onboarding.server
        customer = again.customer(customer.who)
        seen, = files(customer, case)
        check_equal(seen['received'], min((n + 1) * PIECE, len(data)))
    check_equal(seen['sha256'], hashlib.sha256(data).hexdigest())
    check_equal(customer.do('save_contact', {'documents': [file]}, case).status, 200)
    onboarding.server.kill()
    onboarding.server.start()
    again = Onboarding(onboarding.server.admin())
    check_equal(fetch(again.moderator, case, file).body, data)
    onboarding.__dict__.update({**again.__dict__, 'server': onboarding.server})


if __name__ == '__main__':
    main([what_is_sent_comes_back, who_does_not_see_the_field_sees_no_file,
          until_a_form_has_it_a_file_is_its_senders, what_a_file_is_says_its_content,
          there_are_limits, the_client_is_told_what_a_field_takes,
          a_kill_loses_no_piece_that_was_answered], {'onboarding': start_server})
