"""case_fsck_test.py - kontora fsck of cases: each promise is broken on purpose, and it must notice.

A service has finished cases and one that waits in every way there is; it is stopped. Every damage
is done to a copy of what it has left, so each test sees one damage alone.
"""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import Participant, person
from kontora import Said, Server, store_kind, the_postgres, the_store
from sealed import change_file
from tap import (check, check_equal, check_in, check_match, for_each_test, main, sample_program,
                 test_directory, test_scale)

CHECKS = {'cases', 'stages', 'history', 'found_by', 'one_open', 'operations', 'definition'}
TABLES = ('engine_case', 'engine_stage', 'engine_history', 'engine_found_by', 'engine_operation',
          'engine_definition', 'later_timer', 'errand')
PHOENIX = "(SELECT max(id) FROM engine_case WHERE workflow = 'phoenix')"
if store_kind() == 'postgres':  # it has no max of ids
    PHOENIX = "(SELECT id FROM engine_case WHERE workflow = 'phoenix' ORDER BY id DESC LIMIT 1)"
WAITING = "(SELECT id FROM engine_case WHERE workflow = 'waiting')"


def take_in(server, name):
    """A company to the end; its ticket."""
    owner = person()
    company = Participant(server.admin(), 'b2b', 'phoenix', who=owner)
    moderator = Participant(server.admin(), 'admin', 'phoenix')
    ticket = company.do('start', {'company': name}).json['case_id']
    company.do('submit_company_form', {'company': name, 'tax_number': '1'}, ticket)
    company.do('submit_contact_form', {'contact': 'Anna'}, ticket)
    answer = moderator.do('approve', None, ticket)
    check_equal((answer.status, answer.json['status']), (200, 'succeeded'), answer)
    return ticket


def begin_to_wait(server, name):
    answer = Participant(server.admin(), 'admin', 'waiting').do('begin', {'name': name})
    check_equal((answer.status, answer.json['status']), (200, 'running'), answer)


def fsck(server, directory):
    command = [sample_program(), 'fsck', '--json', '--data', directory, *server.store.settings]
    return Said(subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, timeout=100, check=False))


def unwell(said):
    return {(one['service'], one['check']): one['detail'] for one in said.json['findings']
            if one['verdict'] != 'ok'}


def a_stopped_server():
    server = Server(store=the_store('sample'), program=sample_program()).start()
    try:
        take_in(server, 'Horns and Hooves')
        begin_to_wait(server, 'one')
        check_equal(server.stop(), 0)
    finally:
        server.kill()
    if store_kind() == 'postgres':
        sql(server, 'CREATE SCHEMA kept; ' + ''.join(
            f'CREATE TABLE kept.{table} AS SELECT * FROM corp.{table};' for table in TABLES))
    yield server


def sql(server, text):
    the_postgres().psql(text, database=server.store.address.partition('dbname=')[2].split()[0])


@for_each_test
def a_copy(stopped):
    yield Copy(stopped)
    if store_kind() == 'postgres':
        sql(stopped, 'BEGIN; ' + ''.join(
            f'TRUNCATE corp.{table}; INSERT INTO corp.{table} SELECT * FROM kept.{table};'
            for table in TABLES) + 'CREATE UNIQUE INDEX IF NOT EXISTS engine_case_open ON'
            ' corp.engine_case (workflow, open_key) WHERE open_key IS NOT NULL; COMMIT')


class Copy:
    def __init__(self, server):
        self.server = server
        self.directory = os.path.join(tempfile.mkdtemp(dir=test_directory()), 'd')
        shutil.copytree(server.directory, self.directory, ignore=shutil.ignore_patterns('*.sock'))

    def damage(self, *statements):
        if store_kind() == 'postgres':
            sql(self.server, 'SET search_path = corp; ' + '; '.join(statements))
            return
        with change_file(os.path.join(self.directory, 'corp.db')) as database:
            for statement in statements:
                database.execute(statement)

    def fsck(self):
        return fsck(self.server, self.directory)

    def finds(self, name, *words):
        """This check fails, whichever others do; each of the words is in what it says."""
        said = self.fsck()
        found = unwell(said)
        check_equal(said.code, 1, said)
        check_in(('corp', name), found)
        for word in words:
            check_in(word, found['corp', name])
        check_equal({service for service, _ in found}, {'corp'})
        return {check for _, check in found}


# ---- healthy ----

def what_is_well_is_well(copy):
    said = copy.fsck()
    check_equal((said.code, unwell(said)), (0, {}), said)
    for service in ('corp', 'office', 'steps'):
        check(CHECKS <= {one['check'] for one in said.json['findings']
                         if one['service'] == service}, service)
    check_equal({one['check'] for one in said.json['findings'] if one['service'] == 'users'}
                & CHECKS, set())


def a_busy_service_is_never_accused():
    """While cases begin, wait, are retried and end."""
    server = Server(store=the_store('sample'), program=sample_program()).start()
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            is_over = threading.Event()

            def work(name):
                count = 0
                while count == 0 or not is_over.is_set():
                    ticket = take_in(server, f'{name} {count}')
                    begin_to_wait(server, f'{name} {count}')
                    server.admin().post('/flow/stq/phoenix/on-task', {
                        'ticket_id': ticket, 'task_id': uuid.uuid4().hex,
                        'trigger_kind': 'remind'})
                    server.admin().post('/steps/a/run')
                    count += 1
            workers = [pool.submit(work, name) for name in 'abc']
            try:
                for _ in range(test_scale(8)):
                    said = fsck(server, server.directory)
                    check_equal((said.code, unwell(said)), (0, {}), said)
            finally:
                is_over.set()
            for worker in workers:
                worker.result()
        server.kill()
        said = fsck(server, server.directory)
        check_equal((said.code, unwell(said)), (0, {}), said)
    finally:
        server.kill()


# ---- where cases are ----

def a_place_that_is_none(copy):
    copy.damage(f"""UPDATE engine_case SET places = '["nowhere"]' WHERE id = {PHOENIX}""")
    copy.finds('cases', 'are none of phoenix version 1', 'kontora case move')


def places_that_never_come_together(copy):
    copy.damage(f"""UPDATE engine_case SET places = '["late","came"]' WHERE id = {WAITING}""")
    copy.finds('cases', 'ever comes to ["late","came"] together')


def a_case_that_is_nowhere(copy):
    copy.damage(f"UPDATE engine_case SET places = '[]' WHERE id = {WAITING}")
    copy.finds('cases', 'it is nowhere')


def a_case_that_is_over_and_open(copy):
    copy.damage(f'UPDATE engine_case SET closed_at = NULL WHERE id = {PHOENIX}')
    copy.finds('cases', 'it is in ["completed"] and open')


def a_case_that_is_closed_and_goes_on(copy):
    copy.damage(f'UPDATE engine_case SET closed_at = 1, open_key = NULL WHERE id = {WAITING}')
    check_equal(copy.finds('cases', 'and closed'), {'cases', 'stages', 'operations'})


# ---- what they wait for ----

def a_stage_without_its_row(copy):
    copy.damage("DELETE FROM engine_stage WHERE stage = 'work'")
    check_equal(copy.finds('stages', "'work' is under way, and its row is gone"), {'stages'})


def a_stage_of_another_visit(copy):
    copy.damage("UPDATE engine_stage SET visit = 2 WHERE stage = 'say'")
    check_equal(copy.finds('stages', "'say' is under way, and its row is of another visit"),
                {'stages'})


def one_to_be_tried_again_that_nobody_tries(copy):
    copy.damage('DELETE FROM later_timer')
    check_equal(copy.finds('stages', "'come' is to be tried again, and no timer is set",
                           'kontora case retry'), {'stages'})


def a_reply_that_never_comes(copy):
    copy.damage("UPDATE engine_stage SET state = 'asked', errand = case_id WHERE stage = 'say'")
    check_equal(copy.finds('stages', "'say' waits for a reply to a command nobody told"),
                {'stages'})


def work_in_no_queue(copy):
    copy.damage("UPDATE engine_stage SET queue = NULL WHERE stage = 'work'")
    check_equal(copy.finds('stages', "'work' waits for a worker, and stands in no queue"),
                {'stages'})


def a_row_that_no_case_waits_for(copy):
    copy.damage(f"UPDATE engine_stage SET case_id = {PHOENIX} WHERE stage = 'say'")
    check_equal(copy.finds('stages', "1 rows of engine_stage are of stages that no case waits for"),
                {'stages'})


def a_row_beside_those_a_case_waits_for(copy):
    copy.damage("INSERT INTO engine_stage SELECT case_id, 'end', visit, state, queue, handed,"
                " errand, attempt, begun_at, due_at, worker, reason FROM engine_stage"
                " WHERE stage = 'say'")
    check_equal(copy.finds('stages', "no case waits for", "'end'"), {'stages'})


# ---- history ----

def a_hole_in_a_history(copy):
    copy.damage(f'DELETE FROM engine_history WHERE case_id = {PHOENIX} AND revision = 2')
    check_equal(copy.finds('history', 'have not one row of history for each revision'),
                {'history'})


def a_history_that_goes_further(copy):
    copy.damage('UPDATE engine_history SET revision = 100 WHERE revision ='
                f' (SELECT revision FROM engine_case WHERE id = {PHOENIX})'
                f' AND case_id = {PHOENIX}')
    check_equal(copy.finds('history', 'not one row'), {'history'})


def a_case_that_moved_without_a_step(copy):
    copy.damage("""UPDATE engine_history SET changes = '{"places":["moderation"]}' WHERE"""
                f' revision = (SELECT revision FROM engine_case WHERE id = {PHOENIX})'
                f' AND case_id = {PHOENIX}')
    check_equal(copy.finds('history', 'are elsewhere than their newest step'), {'history'})


def a_case_that_is_gone(copy):
    copy.damage(f'DELETE FROM engine_case WHERE id = {PHOENIX}')
    check_equal(copy.finds('history', 'histories are of no case'), {'history', 'found_by'})


# ---- what they are found by ----

def a_place_that_finds_nothing(copy):
    copy.damage("DELETE FROM engine_found_by WHERE value = 'completed'")
    check_equal(copy.finds('found_by', 'it is not found by @ = completed'), {'found_by'})


def a_key_that_finds_nothing(copy):
    copy.damage("DELETE FROM engine_found_by WHERE key = 'name'")
    check_equal(copy.finds('found_by', 'it is not found by name = "one"'), {'found_by'})


def a_place_that_finds_what_is_elsewhere(copy):
    copy.damage('INSERT INTO engine_found_by (workflow, key, value, case_id) VALUES'
                f" ('phoenix', '@', 'moderation', {PHOENIX})")
    check_equal(copy.finds('found_by', "say of a case what is not so", '@=moderation'),
                {'found_by'})


def a_key_that_finds_what_is_different(copy):
    copy.damage('INSERT INTO engine_found_by (workflow, key, value, case_id) VALUES'
                f""" ('waiting', 'name', '"two"', {WAITING})""")
    check_equal(copy.finds('found_by', 'name="two"'), {'found_by'})


# ---- one open ----

def a_key_that_is_missing(copy):
    copy.damage(f'UPDATE engine_case SET open_key = NULL WHERE id = {WAITING}')
    check_equal(copy.finds('one_open', 'nothing in the place of ["one"]'), {'one_open'})


def a_key_that_is_left(copy):
    copy.damage(f"UPDATE engine_case SET open_key = 'x' WHERE id = {PHOENIX}")
    check_equal(copy.finds('one_open', 'x in the place of nothing'), {'one_open'})


def two_that_are_open(copy):
    other = f"x'{uuid.uuid4().hex}'" if store_kind() == 'sqlite' else f"'{uuid.uuid4()}'"
    copy.damage('DROP INDEX engine_case_open',
                f'INSERT INTO engine_case SELECT {other}, workflow, version, revision, places,'
                ' stages, fields, previous, open_key, opened_by, opened_at, changed_at, closed_at,'
                f' operation FROM engine_case WHERE id = {WAITING}')
    copy.finds('one_open', '2 cases are open beside another')


# ---- operations ----

def an_operation_that_never_ends(copy):
    copy.damage(f'UPDATE engine_operation SET finished_at = NULL WHERE case_id = {PHOENIX}'
                " AND name = 'approve'")
    check_equal(copy.finds('operations', 'are under way in cases that are over', "'approve'"),
                {'operations'})


def an_operation_that_its_case_forgot(copy):
    copy.damage(f'UPDATE engine_case SET operation = NULL WHERE id = {WAITING}')
    check_equal(copy.finds('operations', 'that their cases know nothing of'), {'operations'})


def an_operation_that_is_gone(copy):
    copy.damage("DELETE FROM engine_operation WHERE name = 'begin'")
    check_equal(copy.finds('operations', 'are about an operation that is not under way'),
                {'operations'})


# ---- definitions ----

def a_definition_that_is_gone(copy):
    copy.damage("DELETE FROM engine_definition WHERE workflow = 'waiting'")
    check_equal(copy.finds('definition', 'waiting version 1'), {'definition'})
    copy.damage("DELETE FROM engine_definition WHERE workflow = 'phoenix'")  # none is open
    check_match('^1 open cases', unwell(copy.fsck())['corp', 'definition'])


def cases_of_a_version_that_no_file_has(copy):
    """They are read by what is kept."""
    copy.damage("INSERT INTO engine_definition (workflow, version, hash, text, loaded_at)"
                " SELECT workflow, 7, hash, replace(text, 'version: 1', 'version: 7'), loaded_at"
                " FROM engine_definition WHERE workflow = 'waiting'",
                f'UPDATE engine_case SET version = 7 WHERE id = {WAITING}')
    check_equal((copy.fsck().code, unwell(copy.fsck())), (0, {}))
    copy.damage(f"""UPDATE engine_case SET places = '["late","came"]' WHERE id = {WAITING}""")
    copy.finds('cases', 'waiting version 7 ever comes to')


if __name__ == '__main__':
    main([what_is_well_is_well, a_busy_service_is_never_accused, a_place_that_is_none,
          places_that_never_come_together, a_case_that_is_nowhere, a_case_that_is_over_and_open,
          a_case_that_is_closed_and_goes_on, a_stage_without_its_row, a_stage_of_another_visit,
          one_to_be_tried_again_that_nobody_tries, a_reply_that_never_comes, work_in_no_queue,
          a_row_that_no_case_waits_for, a_row_beside_those_a_case_waits_for, a_hole_in_a_history,
          a_history_that_goes_further, a_case_that_moved_without_a_step, a_case_that_is_gone,
          a_place_that_finds_nothing, a_key_that_finds_nothing,
          a_place_that_finds_what_is_elsewhere, a_key_that_finds_what_is_different,
          a_key_that_is_missing, a_key_that_is_left, two_that_are_open,
          an_operation_that_never_ends, an_operation_that_its_case_forgot,
          an_operation_that_is_gone, a_definition_that_is_gone,
          cases_of_a_version_that_no_file_has],
         {'stopped': a_stopped_server, 'copy': a_copy})
