"""fsck_test.py - kontora fsck: each promise is broken on purpose, and it must notice.

A house of the sample's services runs for a while and is stopped. Every damage is done to a copy of
what it has left, so each test sees one damage alone.
"""
import concurrent.futures
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from house import House, MESSAGES, until
from kontora import EXIT_UNREACHABLE, EXIT_USAGE, Said, run, store_kind, the_postgres
from sealed import change_file
from tap import (check, check_equal, check_in, check_match, main, sample_program, skip,
                 test_directory)

SERVICES = ('users', 'shop', 'till', 'board')
CHECKS = ['pages', 'tables', 'journal', 'settled', 'cursors', 'followers', 'outbox', 'commands',
          'replies', 'errands', 'strays', 'lines', 'parked', 'later', 'dead']
TABLES = ('migration', 'journal', 'cursor', 'follower', 'parked', 'errand', 'stray', 'later_timer',
          'later_command', 'later_schedule')
NOW_MS = int(time.time() * 1000)
HOUR_MS = 3600 * 1000


def use(house):
    """A little of everything that services tell each other."""
    client = house.client('shop')
    made = []
    for behaviour in ({}, {}, {'behaviour': 'refuse'}, {'behaviour': 'fail_twice'}):
        order = client.post('/api/shop/orders', {'amount': 1, **behaviour}).json
        client.post(f'/api/shop/orders/{order["order_id"]}/notes')
        made.append(order['order_id'])
    house.client('users').post('/api/users', {'email': f'{uuid.uuid4().hex}@example.com',
                                              'type': 'client'})
    return made


def is_done(house, order):
    return house.client('shop').get(f'/api/shop/orders/{order}').json['state'] != 'ordered'


def has_heard_all(house, orders):
    board = house.client('board')
    return all(len(board.get(f'/api/board/effects?subject={order}').json['items']) >= 3
               for order in orders)


def a_stopped_house():
    house = House(store_kind(), services=MESSAGES).start()
    try:
        orders = use(house)
        check(until(lambda: all(is_done(house, order) for order in orders)))
        check(until(lambda: has_heard_all(house, orders)))
        check_equal(set(house.stop()), {0})
    finally:
        house.kill()
    if store_kind() == 'postgres':
        keep_tables(house)
    yield house


# ---- damaging ----

def database_of(house):
    return re.search(r'dbname=(\S+)', house.servers[0].store.address).group(1)


def keep_tables(house):
    the_postgres().psql('CREATE SCHEMA kept; ' + ''.join(
        f'CREATE TABLE kept.{service}_{table} AS SELECT * FROM {service}.{table};'
        for service in SERVICES for table in TABLES), database=database_of(house))


def put_tables_back(house):
    the_postgres().psql('BEGIN; ' + ''.join(
        f'TRUNCATE {service}.{table}; INSERT INTO {service}.{table} OVERRIDING SYSTEM VALUE '
        f'SELECT * FROM kept.{service}_{table};'
        for service in SERVICES for table in TABLES) + 'COMMIT', database=database_of(house))


class Copy:
    """What the house has left, to be damaged; or the house itself, in the directory given."""

    def __init__(self, house, directory=None):
        self.house = house
        self.directory = directory or os.path.join(tempfile.mkdtemp(dir=test_directory()), 'd')
        if not directory:
            shutil.copytree(house.servers[0].directory, self.directory,
                            ignore=shutil.ignore_patterns('*.sock'))

    def damage(self, service, *statements):
        """Tables are named without their schema."""
        if store_kind() == 'postgres':
            sql = f'SET search_path = {service}; ' + '; '.join(statements)
            the_postgres().psql(sql, database=database_of(self.house))
        else:
            with change_file(os.path.join(self.directory, f'{service}.db')) as database:
                for statement in statements:
                    database.execute(statement)

    def fsck(self, *words):
        command = [sample_program(), 'fsck', '--data', self.directory,
                   *self.house.servers[0].store.settings, *words]
        return Said(subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, timeout=60, check=False))

    def findings(self):
        """{(service, check): (verdict, detail)}, and the exit code says the same."""
        said = self.fsck('--json')
        check_in(said.code, (0, 1), said)
        found = {(one['service'], one['check']): (one['verdict'], one['detail'])
                 for one in said.json['findings']}
        errors = [key for key, (verdict, _) in found.items() if verdict == 'error']
        check_equal((said.json['sound'], said.code), (not errors, 1 if errors else 0))
        return found

    def unwell(self):
        return {key: verdict for key, (verdict, _) in self.findings().items() if verdict != 'ok'}

    @contextlib.contextmanager
    def served(self):
        """As if a server ran: its lock is held."""
        with open(os.path.join(self.directory, 'lock'), 'a', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


def a_copy(stopped):
    yield Copy(stopped)
    if store_kind() == 'postgres':
        put_tables_back(stopped)


a_copy.is_for_each_test = True


def new_id():
    text = str(uuid.uuid4())
    return f"'{text}'" if store_kind() == 'postgres' else f"x'{text.replace('-', '')}'"


def parked(state, due_at='NULL', changed_at=0, subject='s'):
    return ("INSERT INTO parked (handler, source, subject, state, attempts, due_at, reason,"
            f" parked_at, changed_at, message) VALUES ('shop.ordered', 'shop', '{subject}',"
            f" '{state}', 1, {due_at}, 'x', {changed_at}, {changed_at}, '{{}}')")


def follower(name, channel, position, seen_ms=NOW_MS):
    return (f"INSERT INTO follower (follower, channel, position, seen_ms) VALUES ('{name}',"
            f" '{channel}', {position}, {seen_ms}) ON CONFLICT (follower, channel) DO UPDATE"
            f" SET position = {position}, seen_ms = {seen_ms}")


# ---- healthy ----

def a_stopped_system_is_sound(copy):
    found = copy.findings()
    check_equal({verdict for verdict, _ in found.values()}, {'ok'}, found)
    expected = CHECKS if store_kind() == 'sqlite' else CHECKS[1:]
    for service in SERVICES:
        check_equal([name for owner, name in found if owner == service], expected)
    check_match(r'^positions 1 to \d+, none is missing$', found['shop', 'journal'][1])


def a_person_reads_a_line_for_each(copy):
    said = copy.fsck()
    check_equal((said.code, said.error), (0, ''))
    lines = said.out.splitlines()
    count = len(copy.findings())
    check_equal(len(lines), count + 1)
    for line in lines[:-1]:
        check_match(r'^ok +(users|shop|till|board|office|payroll|steps|corp) +\w+ +\w', line)
    check_equal(lines[-1], f'0 errors, 0 warnings, {count} checks are well')


def every_check_is_explained(copy):
    text = run('fsck', '--help').out
    for name in {name for _, name in copy.findings()} | set(CHECKS):
        check_match(rf'(?m)^  {name} +\w', text)


def it_changes_nothing(copy):
    def digests():
        found = {}
        for name in os.listdir(copy.directory):
            with open(os.path.join(copy.directory, name), 'rb') as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return {name: digest for name, digest in found.items()
                if name != 'lock' and not name.endswith(('-shm', '-wal'))}
    before = digests()
    check_equal(copy.fsck().code, 0)
    check_equal(digests(), before)


def a_busy_system_is_never_accused():
    """While hundreds of orders are on their way."""
    house = House(store_kind(), services=MESSAGES).start()
    copy = Copy(house, house.servers[0].directory)
    try:
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            ends = time.monotonic() + 6

            def work():
                while time.monotonic() < ends:
                    use(house)
            workers = [pool.submit(work) for _ in range(2)]
            looks = 0
            while time.monotonic() < ends:
                said = copy.fsck('--json')
                check_equal((said.code, said.json['live']), (0, True), said)
                unwell = [one for one in said.json['findings'] if one['verdict'] != 'ok']
                check_equal(unwell, [])
                looks += 1
            for worker in workers:
                worker.result()
        check(looks >= 3, f'{looks} looks')
        poison = house.client('shop').post('/api/shop/orders',
                                           {'amount': 1, 'behaviour': 'board_poison'}).json
        dead = '/api/dead/board?state=dead'
        check(until(lambda: house.client('board').get(dead).json['items']), poison)
        check_equal(copy.unwell(), {('board', 'dead'): 'warning'})
    finally:
        house.kill()
    check_equal([key for key, verdict in copy.unwell().items() if verdict == 'error'], [])


# ---- damaged ----

def a_hole_in_a_journal(copy):
    copy.damage('shop', 'DELETE FROM journal WHERE position = 3')
    found = copy.findings()
    check_equal(found['shop', 'journal'][0], 'error')
    check_match(r'^1 of \d+ positions from 1 to \d+ are missing, the first is 3:',
                found['shop', 'journal'][1])
    said = copy.fsck()
    check_equal(said.code, 1)
    check_match(r'(?m)^error +shop +journal +1 of', said.out)


def a_journal_older_than_its_reader(copy):
    copy.damage('board', "UPDATE cursor SET position = 9999 WHERE source = 'shop'")
    check_equal(copy.unwell(), {('board', 'cursors'): 'error'})
    check_in('Restore both from the same moment', copy.findings()['board', 'cursors'][1])


def what_was_forgotten_too_early(copy):
    copy.damage('shop', 'DELETE FROM journal WHERE position <= 4', 'DELETE FROM follower')
    copy.damage('board', "UPDATE cursor SET position = 1 WHERE source = 'shop'")
    check_equal(copy.unwell(), {('board', 'cursors'): 'error'})
    check_in('begins at 5', copy.findings()['board', 'cursors'][1])


def a_follower_ahead_of_the_journal(copy):
    copy.damage('shop', follower('elsewhere', 'events', 9999))
    check_equal(copy.unwell(), {('shop', 'followers'): 'error'})


def a_reader_put_back_to_an_earlier_moment(copy):
    copy.damage('shop', follower('board', 'events', 5))
    copy.damage('board', "UPDATE cursor SET position = 2 WHERE source = 'shop'")
    check_equal(copy.unwell(), {('shop', 'followers'): 'error'})
    check_in('says itself 2', copy.findings()['shop', 'followers'][1])


def what_nobody_takes(copy):
    copy.damage('shop', f'UPDATE journal SET told_at = told_at - {HOUR_MS}',
                'DELETE FROM follower')
    check_equal(copy.unwell(), {})
    copy.damage('board', "DELETE FROM cursor WHERE source = 'shop'")
    check_equal(copy.unwell(), {('shop', 'outbox'): 'warning'})
    check_match(r'board has not taken \d+ events', copy.findings()['shop', 'outbox'][1])
    copy.damage('till', "DELETE FROM cursor WHERE source = 'shop'")
    check_match(r'till has not taken 4 commands', copy.findings()['shop', 'outbox'][1])


def what_a_broker_does_not_get(copy):
    copy.damage('shop', f'UPDATE journal SET told_at = told_at - {HOUR_MS}',
                follower('relay', 'events', 0))
    check_equal(copy.unwell(), {('shop', 'outbox'): 'warning'})


def a_command_without_its_errand(copy):
    copy.damage('shop', 'DELETE FROM errand WHERE id = (SELECT id FROM errand LIMIT 1)')
    check_equal(copy.unwell(), {('shop', 'commands'): 'error', ('till', 'replies'): 'error'})
    check_in('shop has taken 1 replies', copy.findings()['till', 'replies'][1])


def an_errand_that_never_ends(copy):
    copy.damage('shop', f"UPDATE errand SET state = 'waiting', deadline_at = {NOW_MS - HOUR_MS},"
                        " settled_at = NULL WHERE id = (SELECT id FROM errand LIMIT 1)")
    check_equal(copy.unwell(), {('shop', 'errands'): 'warning'})
    with copy.served():
        check_equal(copy.unwell(), {('shop', 'errands'): 'error'})


def a_reply_to_nobody(copy):
    copy.damage('shop', f"INSERT INTO stray (id, answers, why, came_at, message) VALUES"
                        f" ({new_id()}, {new_id()}, 'unknown', {NOW_MS}, '{{}}')")
    check_equal(copy.unwell(), {('shop', 'strays'): 'warning'})
    check_in('kontora dead strays --service shop', copy.findings()['shop', 'strays'][1])


def one_that_waits_behind_nothing(copy):
    copy.damage('board', parked('behind'))
    check_equal(copy.unwell(), {('board', 'lines'): 'error'})
    copy.damage('board', 'DELETE FROM parked', parked('waiting', NOW_MS * 2), parked('behind'))
    check_equal(copy.unwell(), {})


def one_that_waits_for_no_time(copy):
    copy.damage('board', parked('waiting'))
    check_equal(copy.unwell(), {('board', 'parked'): 'error'})
    check_match(r'kontora dead replay board \d+$', copy.findings()['board', 'parked'][1])


def one_that_should_have_been_tried(copy):
    copy.damage('board', parked('waiting', NOW_MS - HOUR_MS))
    check_equal(copy.unwell(), {})
    with copy.served():
        check_equal(copy.unwell(), {('board', 'parked'): 'error'})


def a_timer_that_did_not_run(copy):
    copy.damage('board', "INSERT INTO later_timer (name, subject, id, due_at, data, set_at) VALUES"
                         f" ('t', 's', {new_id()}, {NOW_MS - HOUR_MS}, '{{}}', 1)")
    check_equal(copy.unwell(), {})
    with copy.served():
        check_equal(copy.unwell(), {('board', 'later'): 'error'})


def what_waits_for_a_person_is_counted(copy):
    copy.damage('board', parked('dead', changed_at=NOW_MS - 5 * HOUR_MS),
                parked('dead', changed_at=NOW_MS, subject='t'), parked('behind'))
    check_equal(copy.unwell(), {('board', 'dead'): 'warning'})
    check_match(r'^2 messages wait for a person, the oldest for 30\d minutes, and 1 wait behind',
                copy.findings()['board', 'dead'][1])


def rows_without_a_position(copy):
    if store_kind() == 'sqlite':  # where there can be none
        check_in('given when', copy.findings()['shop', 'settled'][1])
        return
    copy.damage('shop', f'UPDATE journal SET position = NULL, told_at = {NOW_MS - HOUR_MS}'
                        ' WHERE position = (SELECT max(position) FROM journal)',
                'DELETE FROM follower')
    check_equal(copy.findings()['shop', 'settled'][0], 'warning')
    with copy.served():
        check_equal(copy.findings()['shop', 'settled'][0], 'error')


def a_migration_with_another_text(copy):
    copy.damage('till', "UPDATE migration SET checksum = 'x' WHERE series = 'bus' AND version = 2")
    found = copy.findings()
    check_equal(found['till', 'tables'][0], 'error')
    check_in('migration 2', found['till', 'tables'][1])
    check_equal({name for owner, name in found if owner == 'till'} - {'pages'}, {'tables'})


def tables_of_a_newer_program(copy):
    copy.damage('till', 'INSERT INTO migration (series, version, name, checksum, applied_at)'
                        " VALUES ('till', 2, 'x', 'x', 1)")
    check_in('Start the newer program', copy.findings()['till', 'tables'][1])


def a_migration_that_is_still_to_come(copy):
    copy.damage('till', "DELETE FROM migration WHERE series = 'till'")
    check_equal(copy.unwell(), {('till', 'tables'): 'warning'})


def a_table_that_is_gone(copy):
    copy.damage('till', 'ALTER TABLE stray RENAME TO strey')
    check_equal(copy.unwell(), {('till', 'tables'): 'error'})
    copy.damage('till', 'ALTER TABLE strey RENAME TO stray')
    check_equal(copy.unwell(), {})


# ---- files ----

def change_byte(path, at):
    with open(path, 'r+b') as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def a_bit_that_rots(copy):
    if store_kind() != 'sqlite':
        skip('there are no files of ours')
    path = os.path.join(copy.directory, 'board.db')
    with change_file(path):
        pass  # so that all is in the file itself
    check_equal(copy.unwell(), {})
    change_byte(path, os.path.getsize(path) - 2000)
    check_equal(copy.unwell(), {('board', 'pages'): 'error'})


def a_file_that_is_gone(copy):
    if store_kind() != 'sqlite':
        skip('there are no files of ours')
    for name in ('board.db', 'board.db-wal', 'board.db-shm'):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(copy.directory, name))
    check_equal(copy.unwell(), {('board', 'pages'): 'error'})
    check_in('but its mark is', copy.findings()['board', 'pages'][1])
    os.unlink(os.path.join(copy.directory, 'board.mark'))
    check_equal(copy.unwell(), {})
    check_in('not kept in this directory', copy.findings()['board', 'pages'][1])


def a_file_that_was_put_back(copy):
    """Behind its high-water mark: acknowledged changes are missing."""
    if store_kind() != 'sqlite':
        skip('there are no files of ours')
    old = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'd')
    with change_file(os.path.join(copy.directory, 'users.db')):
        pass
    shutil.copytree(copy.directory, old)
    house = House('sqlite', services=MESSAGES)
    server = house.servers[0]
    shutil.copytree(copy.directory, server.directory)
    house.start()
    try:
        use(house)
        check_equal(set(house.stop()), {0})
    finally:
        house.kill()
    for name in ('users.db-wal', 'users.db-shm'):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(server.directory, name))
    shutil.copy(os.path.join(old, 'users.db'), server.directory)
    check_equal(Copy(house, server.directory).unwell()['users', 'pages'], 'error')


# ---- where there is nothing to look at ----

def where_no_server_has_been():
    directory = os.path.join(test_directory(), 'not-there')
    said = run('fsck', '--data', directory)
    check_equal((said.code, said.out), (EXIT_UNREACHABLE, ''))
    check_in('no server has started', said.error)
    check(not os.path.exists(directory))
    check_equal(run('fsck', 'users').code, EXIT_USAGE)


def a_database_that_does_not_answer(copy):
    if store_kind() != 'postgres':
        skip('there is no database server')
    said = run('fsck', '--data', copy.directory, '--store.kind=postgres',
               '--store.address=host=/nonexistent dbname=x user=x')
    check_equal((said.code, said.out), (EXIT_UNREACHABLE, ''))


if __name__ == '__main__':
    main([a_stopped_system_is_sound, a_person_reads_a_line_for_each, every_check_is_explained,
          it_changes_nothing, a_busy_system_is_never_accused, a_hole_in_a_journal,
          a_journal_older_than_its_reader, what_was_forgotten_too_early,
          a_follower_ahead_of_the_journal, a_reader_put_back_to_an_earlier_moment,
          what_nobody_takes, what_a_broker_does_not_get, a_command_without_its_errand,
          an_errand_that_never_ends, a_reply_to_nobody, one_that_waits_behind_nothing,
          one_that_waits_for_no_time, one_that_should_have_been_tried, a_timer_that_did_not_run,
          what_waits_for_a_person_is_counted, rows_without_a_position,
          a_migration_with_another_text, tables_of_a_newer_program,
          a_migration_that_is_still_to_come, a_table_that_is_gone, a_bit_that_rots,
          a_file_that_is_gone, a_file_that_was_put_back, where_no_server_has_been,
          a_database_that_does_not_answer],
         fixtures={'stopped': a_stopped_house, 'copy': a_copy})
