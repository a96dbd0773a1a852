"""workflows_at_start_test.py - which workflows a process runs: those of the program, those of the
directory, and those that its cases began with. What is wrong is said, and stops nothing."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE, Server, the_store
from sealed import change_file
from tap import (check, check_equal, check_in, check_not_in, main, sample_program,
                 test_directory)

GOOD = '''\
workflow: visit
version: 1
participants: {guest: {sees: all}}
fields: {who: {kind: text, max: 100}}
places: {here: , gone: {end: true}}
operations:
  come: {who: guest, from: start, to: here, asks: who}
  go: {who: guest, from: here, to: gone}
timers:
  close: {schedule: daily 18:00, from: here, to: gone}
'''
UNSOUND = GOOD.replace('workflow: visit', 'workflow: stay').replace('from: here', 'from: start')
MISSPELT = GOOD.replace('workflow: visit', 'workflow: trip').replace('asks: who', 'asks: whom')


def directory_of(**files):
    directory = tempfile.mkdtemp(dir=test_directory())
    for name, text in files.items():
        with open(os.path.join(directory, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    return directory


def sample(*words):
    return subprocess.run([sample_program(), *words], stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, text=True, timeout=60)


def serve(workflows=None, **others):
    server = Server(program=sample_program(), **others)
    if workflows is not None:
        server.settings = ['--cases.directory', workflows]
    server.start()
    return server


def log(server):
    with open(server.log, encoding='utf-8') as file:
        return [json.loads(line) for line in file if line.startswith('{')]


def remarks(server):
    said = server.client().get('/readyz')
    check_equal((said.status, said.json['status']), (200, 'ready'))
    return said.json.get('remarks', {})


def definitions(server):
    """workflow, version, text: what is kept. Only of a stopped server with files."""
    path = os.path.join(server.directory, 'office.db')
    database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    try:
        return {(name, version): text for name, version, text in database.execute(
            'SELECT workflow, version, text FROM engine_definition')}
    finally:
        database.close()


def schedules(server):
    path = os.path.join(server.directory, 'office.db')
    database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    try:
        return [name for name, in database.execute('SELECT name FROM later_schedule')]
    finally:
        database.close()


def open_a_case(server, workflow, version):
    """As if somebody had begun one."""
    with change_file(os.path.join(server.directory, 'office.db')) as database:
        database.execute(
            'INSERT INTO engine_case (id, workflow, version, revision, places, stages, fields,'
            " opened_at, changed_at) VALUES (randomblob(16), ?, ?, 1, 'here', '', '{}', 1, 1)",
            (workflow, version))


def the_sample_is_the_manuals():
    """What the tests run stands in the manual, letter by letter."""
    with open('tests/sample/leave.yaml', encoding='utf-8') as file, \
            open('docs/workflow.md', encoding='utf-8') as manual:
        check_in('```yaml\n' + file.read() + '```', manual.read())


def a_faulty_file_stops_nothing():
    server = serve(directory_of(visit=GOOD, stay=UNSOUND, trip=MISSPELT), store=the_store('sample'))
    said = remarks(server)['office']
    check_equal(len(said), 2, said)
    check(said[0].startswith('stay.yaml is not loaded:\nstay.yaml:'), said)
    check_in('trip.yaml is not loaded:\ntrip.yaml:7:51: there is no field "whom"; did you mean '
             '"who"?', said[1])
    logged = [line['what'] for line in log(server) if line['level'] == 'warning' and
              line.get('service') == 'office']
    check_equal(logged, said)
    check_equal(server.stop(), 0)


def what_is_right_has_no_remarks():
    server = serve(directory_of(visit=GOOD), store=the_store('sample'))
    check_equal(remarks(server), {})
    check_equal(server.stop(), 0)
    server = serve(store=the_store('sample'))  # a directory that nobody named need not be there
    check_equal(remarks(server), {})
    check_equal(server.stop(), 0)


def doctor_says_it_too():
    directory = tempfile.mkdtemp(dir=test_directory())
    said = sample('doctor', '--json', '--data', directory, '--cases.directory',
               directory_of(trip=MISSPELT))
    [finding] = [one for one in json.loads(said.stdout)['findings'] if one['what'] == 'office']
    check_equal(finding['verdict'], 'warning')
    check_in('trip.yaml is not loaded', finding['detail'])


def a_directory_that_was_named_must_be_there():
    said = sample('serve', '--data', tempfile.mkdtemp(dir=test_directory()), '--cases.directory',
               '/nonexistent')
    check_equal((said.returncode, said.stdout), (EXIT_USAGE, ''))
    check_in('cases.directory: /nonexistent: No such file or directory', said.stderr)


def all_commands_see_the_same_tables():
    workflows = directory_of(visit=GOOD.replace('from: here, to: gone}\ntimers',
                                                'from: here, to: gone, tells: visit.over}\ntimers'))
    check_not_in('visit.over', sample('asyncapi').stdout)
    check_in('visit.over', sample('asyncapi', '--cases.directory', workflows).stdout)
    check_equal(sample('openapi', '--cases.directory', workflows).returncode, 0)


def what_nobody_tells_is_a_remark():
    waits = GOOD + 'events:\n  called: {event: phone.rang, from: here, to: gone}\n'
    server = serve(directory_of(visit=waits), store=the_store('sample'))
    check_equal(remarks(server), {'office': ['visit.yaml:12:3: event "called": nobody tells '
                                             '"phone.rang", so it never comes']})
    check_equal(server.stop(), 0)


def a_twin_is_not_loaded():
    server = serve(directory_of(a=GOOD, b=GOOD), store=the_store('sample'))
    check_equal(remarks(server), {'office': ['b.yaml is not loaded:\nb.yaml: version 1 of "visit" '
                                             'is in a.yaml']})
    check_equal(server.stop(), 0)


# ---- what is kept (files, because the test writes rows itself) ----

def restart(server, workflows):
    server.settings = ['--cases.directory', workflows]
    server.start()


def a_definition_may_change_while_no_case_is_of_it():
    server = serve(directory_of(visit=GOOD))
    server.stop()
    check_equal(definitions(server)['visit', 1], GOOD)
    check_in(('leave', 1), definitions(server))
    changed = GOOD + '# another line\n'
    restart(server, directory_of(visit=changed))
    check_equal(remarks(server), {})
    server.stop()
    check_equal(definitions(server)['visit', 1], changed)


def a_definition_does_not_change_under_its_cases():
    server = serve(directory_of(visit=GOOD))
    server.stop()
    open_a_case(server, 'visit', 1)
    restart(server, directory_of(visit=GOOD + '# another line\n'))
    check_equal(remarks(server), {
        'office': ['visit.yaml is not loaded:\nvisit.yaml: version 1 of visit is not what its '
                   'cases began with; give the new one version 2']})
    server.stop()
    check_equal(definitions(server)['visit', 1], GOOD)
    second = GOOD.replace('version: 1', 'version: 2')
    restart(server, directory_of(visit=second))
    check_equal(remarks(server), {})  # both are there
    server.stop()
    check_equal(sorted(definitions(server)), [('leave', 1), ('visit', 1), ('visit', 2)])


def a_case_outlives_its_file():
    server = serve(directory_of(visit=GOOD))
    server.stop()
    open_a_case(server, 'visit', 1)
    restart(server, directory_of())
    check_equal(remarks(server), {})
    server.stop()
    check_in('visit_close', schedules(server))  # its times come although the file is gone


def cases_without_a_function_stand_still_aloud():
    server = serve(directory_of(visit=GOOD))
    server.stop()
    open_a_case(server, 'visit', 1)
    with change_file(os.path.join(server.directory, 'office.db')) as database:
        database.execute('UPDATE engine_definition SET text = ? WHERE workflow = ?',
                         (GOOD.replace('asks: who', 'asks: who, run: greet'), 'visit'))
    restart(server, directory_of())
    [said] = remarks(server)['office']
    check_in('cases of version 1 of visit stand still', said)
    check_in('visit-1 (kept):7:3: operation "come": "run": there is no function "greet"', said)
    server.stop()


if __name__ == '__main__':
    main([the_sample_is_the_manuals, a_faulty_file_stops_nothing, what_is_right_has_no_remarks,
          doctor_says_it_too, a_directory_that_was_named_must_be_there,
          all_commands_see_the_same_tables, what_nobody_tells_is_a_remark, a_twin_is_not_loaded,
          a_definition_may_change_while_no_case_is_of_it,
          a_definition_does_not_change_under_its_cases, a_case_outlives_its_file,
          cases_without_a_function_stand_still_aloud])
