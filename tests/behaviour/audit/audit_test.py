"""audit_test.py - the record of what has happened: C81.

Who did what through which door; pages, filters, tags; and tampering: a record that is flipped,
deleted, swapped, inserted, cut off, or a whole end that is made anew, is found and named.
"""
# sanitizers: asan
import hashlib
import os
import sqlite3
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import until
from kontora import PLATFORM, Server, run, store_kind, the_store
from tap import (check, check_equal, check_in, check_match, for_each_test, main, skip,
                 without_sanitizers)

PEOPLE = 12
RECORD = ('position', 'id', 'message_id', 'event_id', 'event_type', 'event_version',
          'event_source', 'source_position', 'subject', 'actor', 'trace', 'occurred_at',
          'received_at', 'payload')


def add_people(server, count=PEOPLE):
    client = server.client()
    return [client.post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                       'type': 'worker'}).json['id'] for _ in range(count)]


def events(server, query=''):
    return server.client().get(f'/api/audit/events{query}').json


def recorded(server, count):
    """Records of the directory, newest first, as soon as there are so many."""
    def look():
        return [one for one in events(server, '?size=200')['items']
                if one['event_source'] == 'users']
    until(lambda: len(look()) >= count)
    return look()


def verify(server, *words):
    return run('audit', 'verify', '--data', server.directory, *server.store.settings,
               *words)


@for_each_test
def server():
    server = Server(store=the_store(), services=PLATFORM).start()
    yield server
    if server.process is not None:
        check_equal(server.stop(), 0)


def who_did_what_through_which_door(server):
    person, = add_people(server, 1)
    server.admin().post(f'/api/users/{person}/block', {'reason': 'left'})
    found = recorded(server, 2)
    check_equal([one['event_type'] for one in found], ['users.blocked', 'users.created'])
    check_match(r'^(root|uid \d+)$', found[0]['actor'])
    check_equal(found[1]['actor'], 'root')
    check_equal({one['subject'] for one in found}, {person})
    check(found[0]['position'] > found[1]['position'])
    check_equal(found[0]['payload']['status'], 'blocked')
    check_match(r'[0-9a-f]{32}', found[0]['trace'])


def pages_and_filters(server):
    people = add_people(server)
    server.client().post(f'/api/users/{people[3]}/block', {})
    found = recorded(server, PEOPLE + 1)
    check_equal(len(found), PEOPLE + 1)
    made = [one['id'] for one in found[1:]]
    first = events(server, '?size=5&eventType=users.created')
    check_equal([one['id'] for one in first['items']], made[:5])
    second = events(server, '?size=5&page=1&eventType=users.created')
    check_equal([one['id'] for one in second['items']], made[5:10])
    check_equal(events(server, '?size=5&page=2&eventType=users.created')['next'], None)
    blocked = events(server, '?eventType=users.blocked')['items']
    check_equal([one['subject'] for one in blocked], [people[3]])
    tagged = events(server, f'?tagKey=subject&tagValue={people[3]}')['items']
    check_equal([one['event_type'] for one in tagged if one['event_source'] == 'users'],
                ['users.blocked', 'users.created'])
    middle = found[4]['occurred_at']
    after = events(server, f'?occurredAfter={middle}&size=200')['items']
    before = events(server, f'?occurredBefore={middle}&size=200')['items']
    everything = {one['id'] for one in after + before}
    check_equal(len(everything), len(after) + len(before))
    check(set(made) <= everything)
    check(all(one['occurred_at'] < middle for one in before))
    check_equal(server.client().get('/api/audit/events?size=201').status, 400)
    check_equal(server.client(key=None).get('/api/audit/events').status, 401)


def text_of(value):
    if value is None:
        return b"-,"
    return f"{len(value.encode())}:{value},".encode()


def hash_of(before, row):
    """As docs/audit.md and audit_record.c say it, by another hand."""
    def number(name):
        return str(row[name]).encode() + b','

    def name(key):
        value = row[key]
        return str(uuid.UUID(bytes=value) if isinstance(value, bytes) else value).encode() + b','
    return hashlib.sha256(
        before.encode() + number('position') + name('id') + name('message_id')
        + text_of(row['event_id']) + text_of(row['event_type']) + number('event_version')
        + text_of(row['event_source']) + number('source_position') + text_of(row['subject'])
        + text_of(row['actor']) + text_of(row['trace']) + number('occurred_at')
        + number('received_at') + text_of(row['payload'])).hexdigest()


class Rows:
    """The tables behind the program's back."""

    def __init__(self, server):
        self.is_file = store_kind() == 'sqlite'
        if self.is_file:
            self.database = sqlite3.connect(os.path.join(server.directory, 'audit.db'))
            self.database.row_factory = sqlite3.Row
        self.server = server

    def tamper(self, *statements):
        """Triggers go first, as somebody who owns the database may do it."""
        tables = {'audit_events': ('UPDATE', 'DELETE'), 'audit_heads': ('UPDATE', 'DELETE')}
        for table, verbs in tables.items():
            for verb in verbs:
                self.database.execute(f'DROP TRIGGER IF EXISTS {table}_no_{verb}')
        for statement in statements:
            self.database.execute(*statement if isinstance(statement, tuple) else (statement,))
        self.database.commit()

    def all(self):
        return [dict(row) for row in self.database.execute(
            f'SELECT {", ".join(RECORD)}, hash, seal FROM audit_events ORDER BY position')]


@for_each_test
def on_files():
    if store_kind() != 'sqlite':
        skip('the file is what is tampered with')
    yield None


@for_each_test
def rows(on_files, server):  # pylint: disable=unused-argument
    """Of a record of PEOPLE events, and the server stopped."""
    add_people(server)
    recorded(server, PEOPLE)
    check_equal(server.stop(), 0)
    rows = Rows(server)
    yield rows
    rows.database.close()


def broken(rows, position, words=''):
    said = verify(rows.server, '--json')
    check_equal(said.code, 1, said)
    check_equal((said.json['sound'], said.json['broken_at']), (False, position), said)
    check_in(words, said.json['complaint'])
    check_equal(verify(rows.server).code, 1)


def all_is_well_and_another_hand_finds_the_same(rows, server):
    said = verify(server, '--json')
    check_equal((said.code, said.json['sound'], said.json['records']), (0, True, PEOPLE), said)
    before = '0' * 64
    for row in rows.all():
        before = hash_of(before, row)
        check_equal(row['hash'], before)
    check_equal(said.json['hash'], before)
    check_equal(verify(server, f'--head={PEOPLE}:{before}').code, 0)
    check_equal(verify(server, f'--head=5:{before}').code, 1)
    check_equal(verify(server, '--head=nothing').code, 64)


def the_database_refuses_changes(rows):
    for statement in ('UPDATE audit_events SET actor = 1', 'DELETE FROM audit_events',
                      'DELETE FROM audit_event_tags', 'DELETE FROM audit_end'):
        try:
            rows.database.execute(statement)
        except sqlite3.IntegrityError as error:
            check_in('only ever added to', str(error))
        else:
            check(False, statement)


def a_flipped_record_is_found(rows):
    for position, field in ((3, 'actor'), (2, 'payload'), (1, 'occurred_at')):
        rows.tamper((f'UPDATE audit_events SET {field} = {field} || 1 WHERE position = ?'
                     if field != 'occurred_at' else
                     f'UPDATE audit_events SET {field} = {field} + 1 WHERE position = ?',
                     (position,)))
        broken(rows, position, 'not as it was written')


def a_deleted_record_is_found(rows):
    rows.tamper('DELETE FROM audit_events WHERE position = 6')
    broken(rows, 6, 'missing')


def swapped_records_are_found(rows):
    rows.tamper('UPDATE audit_events SET position = 1000 WHERE position = 4',
                'UPDATE audit_events SET position = 4 WHERE position = 5',
                'UPDATE audit_events SET position = 5 WHERE position = 1000')
    broken(rows, 4, 'not as it was written')


def insert(row):
    names = ', '.join(row)
    return (f'INSERT INTO audit_events ({names}) VALUES ({", ".join("?" * len(row))})',
            tuple(row.values()))


def an_inserted_record_is_found(rows):
    """At the end, with the right hash: the seal is what it cannot have."""
    last = rows.all()[-1]
    forged = {**last, 'position': PEOPLE + 1, 'id': os.urandom(16), 'message_id': os.urandom(16),
              'event_type': 'users.unblocked'}
    forged['hash'] = hash_of(last['hash'], forged)
    rows.tamper(insert(forged), ('UPDATE audit_end SET position = ?, hash = ?',
                                 (PEOPLE + 1, forged['hash'])))
    broken(rows, PEOPLE + 1, 'not written by this installation')


def a_record_cut_short_is_found(rows):
    rows.tamper('DELETE FROM audit_events WHERE position > 9')
    broken(rows, 10, 'there were 12')


def one_cut_short_with_its_end_is_found_by_a_noted_head(rows):
    kept, last = rows.all()[8], rows.all()[-1]
    rows.tamper('DELETE FROM audit_events WHERE position > 9', 'DELETE FROM audit_heads',
                'DROP TRIGGER audit_end_no_DELETE',
                ('UPDATE audit_end SET position = 9, hash = ?', (kept['hash'],)))
    check_equal(verify(rows.server).code, 0)  # nothing inside can show it
    said = verify(rows.server, '--json', f'--head=12:{last["hash"]}')
    check_equal((said.code, said.json['broken_at']), (1, 10))


def a_fork_is_found(rows):
    """Record 5 and all behind it made anew, each hash right."""
    before, statements = None, []
    for row in rows.all():
        if row['position'] == 5:
            row['subject'] = 'somebody else'
        if row['position'] >= 5:
            row['hash'] = hash_of(before, row)
            statements.append(('UPDATE audit_events SET subject = ?, hash = ? WHERE position = ?',
                               (row['subject'], row['hash'], row['position'])))
        before = row['hash']
    rows.tamper(*statements, ('UPDATE audit_end SET hash = ?', (before,)))
    broken(rows, 5, 'not written by this installation')


def a_running_one_is_verified_too(server):
    add_people(server, 5)
    recorded(server, 5)
    said = verify(server, '--json')
    check_equal((said.code, said.json['records']), (0, 5), said)


def nothing_is_recorded_twice_or_lost_through_kills(server):
    people = []
    for _ in range(3):
        people += add_people(server, 4)
        server.kill()
        server.start()
    found = recorded(server, len(people))
    created = [one['subject'] for one in found if one['event_type'] == 'users.created']
    check_equal(sorted(created), sorted(people))
    check_equal(verify(server).code, 0)


if __name__ == '__main__':
    main([who_did_what_through_which_door, pages_and_filters,
          all_is_well_and_another_hand_finds_the_same, a_running_one_is_verified_too,
          *without_sanitizers(
              the_database_refuses_changes, a_flipped_record_is_found, a_deleted_record_is_found,
              swapped_records_are_found, an_inserted_record_is_found, a_record_cut_short_is_found,
              one_cut_short_with_its_end_is_found_by_a_noted_head, a_fork_is_found,
              nothing_is_recorded_twice_or_lost_through_kills)],
         {'server': server, 'on_files': on_files, 'rows': rows})
