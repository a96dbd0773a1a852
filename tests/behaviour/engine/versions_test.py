"""versions_test.py - versions of a workflow side by side, cases that move to another one, and what
happens when a version is taken away while cases are of it (E14, E36, T50)."""
# stores: sqlite postgres
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from cases.flow import Participant, directory_of
from kontora import EXIT_UNREACHABLE, EXIT_USAGE, Said, Server, store_kind, the_store
from sealed import change_file
from tap import Skipped, check, check_equal, check_in, main, sample_program, seconds_max

FIRST = '''\
workflow: visit
version: 1
participants: {guest: {sees: all}}
fields: {name: {kind: text, max: 100}, room: {kind: text, max: 10}}
places: {asked: , here: , cleaned: , gone: {end: true}}
operations:
  come: {who: guest, from: start, to: asked, asks: name, accepts: room}
  accept: {who: guest, from: asked, to: here}
  go: {who: guest, from: here, to: clean}
  close: {who: guest, from: cleaned, to: gone}
stages:
  clean: {worker: maids, with: {room: room}, to: cleaned}
'''
SECOND = FIRST.replace('version: 1', 'version: 2') \
    .replace('asked: ,', 'requested: {was: asked},').replace('to: asked', 'to: requested') \
    .replace('from: asked', 'from: requested') \
    .replace('max: 10}}', 'max: 10}, nights: {kind: integer, default: 1}}')
WITHOUT_ROOM = FIRST.replace('version: 1', 'version: 2') \
    .replace(', room: {kind: text, max: 10}', '').replace(', accepts: room', '') \
    .replace(', with: {room: room}', '')
OTHER_WORKER = FIRST.replace('version: 1', 'version: 2').replace('worker: maids', 'worker: robots')


def serve(workflows, store=None, services=None):
    server = Server(store=store or the_store('sample'), settings=['--cases.directory', workflows],
                    program=sample_program(), services=services)
    server.start()
    return server


def restart(server, workflows):
    server.settings = ['--cases.directory', workflows]
    server.start()


def kontora(server, *words):
    """A command of the sample's command line about this server."""
    return Said(subprocess.run(
        [sample_program(server.variant), *words, '--data', server.directory, *server.settings,
         *server.store.settings], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, check=False))


def versions(server, workflow='visit'):
    said = kontora(server, 'workflows', 'list', '--closed', '--json')
    check_equal(said.code, 0, said)
    return {one['version']: one for one in said.json['items'] if one['workflow'] == workflow}


def guest(server):
    return Participant(server.client(), 'guest', 'visit')


def begin(server, name='Anna', room='12'):
    answer = guest(server).do('come', {'name': name, 'room': room})
    check_equal(answer.status, 200, answer)
    return answer.json['case_id']


def do(server, case, operation):
    answer = guest(server).do(operation, case=case)
    check_equal(answer.status, 200, answer)


def state(server, case):
    answer = guest(server).state(case)
    check_equal(answer.status, 200, answer)
    return answer.json['case']


def places(server, case):
    return [place['name'] for place in state(server, case)['places']]


def history(server, case):
    said = kontora(server, 'case', 'history', case, '--json')
    check_equal(said.code, 0, said)
    return [step['transition'] for step in said.json['items']]


def move(server, *words):
    said = kontora(server, 'workflows', 'move', 'visit', '--json', *words)
    check_equal(said.code, 0, said)
    return said.json


def take(server, queue='maids'):
    answer = server.admin().post(f'/work/{queue}/take', {'worker': 'maid'})
    check_equal(answer.status, 200, answer)
    return answer.json['items']


def log_lines(server, what):
    with open(server.log, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file if line.startswith('{')]
    return [line for line in lines if line.get('message', line.get('what')) == what]


# ---- side by side ----

def versions_run_side_by_side():
    """E14, T50: new cases are of the new version, old ones go on as they began."""
    server = serve(directory_of(visit=FIRST))
    old = begin(server)
    server.stop()
    restart(server, directory_of(first=FIRST, second=SECOND))
    new = begin(server, 'Boris')
    check_equal((places(server, old), places(server, new)),
                (['asked'], ['requested']))
    do(server, old, 'accept')
    do(server, new, 'accept')
    check_equal((places(server, old), places(server, new)), (['here'], ['here']))
    both = versions(server)
    check_equal({number: (one['is_newest'], one['source'], one['open'], one['closed'])
                 for number, one in both.items()},
                {1: (False, 'directory', 1, 0), 2: (True, 'directory', 1, 0)})
    check_equal(server.stop(), 0)


def it_is_said_what_lags_behind():
    """At the start, by the log; and by the doctor as long as the server runs."""
    server = serve(directory_of(visit=FIRST))
    for _ in range(3):
        begin(server)
    server.stop()
    check_equal(log_lines(server, 'open cases are of an older version'), [])
    restart(server, directory_of(first=FIRST, second=SECOND))
    [line] = log_lines(server, 'open cases are of an older version')
    check_equal((line['workflow'], line['version'], line['cases']), ('visit', 1, 3))
    said = kontora(server, 'doctor', '--json')
    [finding] = [one for one in said.json['findings'] if one['what'] == 'cases of office']
    check_equal(finding['verdict'], 'ok')
    check_in('3 open ones are of older versions: 3 of visit 1;', finding['detail'])
    check_equal(server.stop(), 0)


def a_gateway_is_told_which_versions_run_here():
    server = serve(directory_of(first=FIRST, second=SECOND))
    told = server.client().get('/workflows')
    check_equal(told.status, 200)
    check_equal([one for one in told.json['services']['office'] if one['workflow'] == 'visit'],
                [{'workflow': 'visit', 'version': 2, 'is_newest': True, 'is_served': True},
                 {'workflow': 'visit', 'version': 1, 'is_newest': False, 'is_served': True}])
    check_equal(server.client(key=None).get('/workflows').status, 401)
    check_equal(server.stop(), 0)


def a_file_is_shown_as_it_was_written():
    server = serve(directory_of(first=FIRST, second=SECOND))
    check_equal(kontora(server, 'workflows', 'show', 'visit').out, SECOND)
    check_equal(kontora(server, 'workflows', 'show', 'visit', '--version', '1').out, FIRST)
    said = kontora(server, 'workflows', 'show', 'visit', '--version', '7')
    check_equal((said.code, said.out), (EXIT_USAGE, ''))
    check_in('visit has no version 7; it has: 2, 1', said.error)
    said = kontora(server, 'workflows', 'show', 'visitor')
    check_in("there is no workflow 'visitor'; there are: ", said.error)
    check_equal(server.stop(), 0)
    said = kontora(server, 'workflows', 'list')
    check_equal(said.code, EXIT_UNREACHABLE, said)


# ---- moving ----

def cases_move_when_they_are_told_to():
    server = serve(directory_of(visit=FIRST))
    asked, here, over = begin(server), begin(server), begin(server)
    do(server, here, 'accept')
    do(server, over, 'accept')
    do(server, over, 'go')
    [work] = take(server)
    check_equal(server.admin().post('/work/maids/answer', {'task_id': work['task_id']}).status, 200)
    do(server, over, 'close')
    server.stop()
    restart(server, directory_of(first=FIRST, second=SECOND))
    plan = move(server, '--to', '2')
    check_equal((plan['moves'], plan['stays'], plan['blocked'], plan['moved']), (2, 0, 0, 0))
    check_equal(sorted(one['case_id'] for one in plan['cases']), sorted([asked, here]))
    check_equal((versions(server)[1]['open'], versions(server)[1]['closed']), (2, 1))
    done = move(server, '--to', '2', '--apply')
    check_equal((done['moves'], done['moved']), (2, 2))
    check_equal((versions(server)[1]['open'], versions(server)[2]['open']), (0, 2))
    check_equal(history(server, asked), ['come', 'moved to version 2'])
    check_equal(places(server, asked), ['requested'])
    check_equal(state(server, asked)['forms'], {'name': 'Anna', 'room': '12', 'nights': 1})
    told = guest(server).get(f'cases/{asked}/history')  # as people see it
    check_equal((told.status, len(told.json['items'])), (200, 2), told)
    again = move(server, '--to', '2', '--apply')
    check_equal((again['cases'], again['moved']), ([], 0))
    do(server, asked, 'accept')
    do(server, here, 'go')
    check_equal(history(server, here)[-2:], ['moved to version 2', 'go'])
    check_equal(server.stop(), 0)


def one_case_moves_alone():
    server = serve(directory_of(first=FIRST, second=SECOND.replace('version: 2', 'version: 3')))
    here = begin(server)
    there = begin(server)
    told = move(server, '--to', '1', '--case', here)
    check_equal((told['verdict'], told['has_moved'], told['because']),
                ('blocked', False, ["'nights' has a value, and is no field of version 1"]))
    told = move(server, '--to', '1', '--case', here, '--without', 'nights')
    check_equal((told['verdict'], told['has_moved']), ('moves', False))
    told = move(server, '--to', '1', '--case', here, '--without', 'nights', '--apply')
    check_equal((told['verdict'], told['has_moved']), ('moves', True))
    check_equal((versions(server)[1]['open'], versions(server)[3]['open']), (1, 1))
    check_equal(places(server, there), ['requested'])
    said = kontora(server, 'workflows', 'move', 'visit', '--to', '1', '--case', here, '--without',
                   'night')
    check_equal(said.code, 1)
    check_in('No version of the workflow has a field of this name.', said.error)
    check_equal(server.stop(), 0)


def reasons_are_told_in_a_table():
    server = serve(directory_of(visit=FIRST))
    with_room = begin(server)
    guest(server).do('come', {'name': 'Boris'})
    server.stop()
    restart(server, directory_of(first=FIRST, second=WITHOUT_ROOM))
    said = kontora(server, 'workflows', 'move', 'visit', '--to', '2')
    check_in('visit: 2 open cases of other versions than 2: 1 can move, 0 stay, 1 blocked.\n',
             said.out)
    check(re.search(rf"^{with_room} +1 +blocked +'room' has a value, and is no field of version 2$",
                    said.out, re.MULTILINE), said.out)
    check_in('Nothing has moved yet: --apply does it.', said.out)
    check_equal(move(server, '--to', '2', '--without', 'room', '--apply')['moved'], 2)
    check_equal(state(server, with_room)['forms'], {'name': 'Anna'})
    check_equal(server.stop(), 0)


@seconds_max(400)
def many_cases_are_asked_for_in_pages():
    """More than one page, at more than one place; each is there once."""
    server = serve(directory_of(visit=FIRST))
    anna = guest(server)
    cases = set()
    for number in range(130):
        case = anna.do('come', {'name': 'Anna'}).json['case_id']
        cases.add(case)
        if number % 3 == 0:
            check_equal(anna.do('accept', case=case).status, 200)
    server.stop()
    restart(server, directory_of(first=FIRST, second=SECOND))
    told = [one['case_id'] for one in move(server, '--to', '2')['cases']]
    check_equal((len(told), set(told)), (130, cases))
    path = '/api/workflows/office/visit/plan?to=2'
    small = server.admin().get(f'{path}&limit=7').json
    check_equal((len(small['items']), small['items'][0]['verdict']), (7, 'moves'))
    next_page = server.admin().get(f"{path}&limit=7&cursor={small['next']}").json
    check_equal([one['case_id'] for one in small['items'] + next_page['items']], told[:14])
    for cursor in ('x', '1/2', '9/1/' + told[0], '1/99/' + told[0], '1/1/' + told[0][:-1]):
        answer = server.admin().get(f'{path}&cursor={cursor}')
        check_equal((answer.status, answer.code), (400, 'bad_cursor'), cursor)
    check_equal(move(server, '--to', '2', '--apply')['moved'], 130)
    check_equal((versions(server)[1]['open'], versions(server)[2]['open']), (0, 130))
    check_equal(server.stop(), 0)


def work_that_somebody_has_is_waited_for():
    """E33: a command keeps its name, so whoever is given it twice knows."""
    server = serve(directory_of(visit=FIRST))
    case = begin(server)
    do(server, case, 'accept')
    do(server, case, 'go')
    server.stop()
    restart(server, directory_of(first=FIRST, second=OTHER_WORKER))
    [told] = move(server, '--to', '2', '--apply')['cases']
    check_equal((told['verdict'], told['because']),
                ('blocked', ["'clean' is under way, and version 2 does it otherwise"]))
    server.stop()
    restart(server, directory_of(first=FIRST, third=SECOND.replace('version: 2', 'version: 3')))
    check_equal(move(server, '--to', '3', '--apply')['moved'], 1)
    [work] = take(server)
    check_in('version=1&stage=clean&visit=1', work['task_id'])
    check_equal(work['version'], 3)
    answer = server.admin().post('/work/maids/answer', {'task_id': work['task_id']})
    check_equal((answer.status, answer.json['accepted']), (200, True))
    check_equal(places(server, case), ['cleaned'])
    check_equal(server.stop(), 0)


# ---- crashes ----

def a_crash_loses_no_case_and_moves_none_twice():
    """Killed in the middle of one move after the other; who says it once more finds the rest."""
    server = serve(directory_of(visit=FIRST))
    cases = [begin(server) for _ in range(7)]
    server.stop()
    server.settings = ['--cases.directory', directory_of(first=FIRST, second=SECOND)]
    server.variant, server.program = 'fault', sample_program('fault')
    for point in ('case_cross_found:3', 'case_cross_timed:2'):
        server.environment = {'KONTORA_FAULT': point}
        server.start()
        said = kontora(server, 'workflows', 'move', 'visit', '--to', '2', '--apply')
        check_equal(said.code, EXIT_UNREACHABLE, said)
        check(server.wait() < 0, 'it was killed')
    server.environment = {}
    server.start()
    rest = move(server, '--to', '2', '--apply')
    check_equal((rest['moves'], rest['moved']), (4, 4))  # 2 and 1 before they were killed
    check_equal((versions(server)[1]['open'], versions(server)[2]['open']), (0, 7))
    for case in cases:
        check_equal(history(server, case), ['come', 'moved to version 2'])
        do(server, case, 'accept')
    check_equal(server.stop(), 0)
    said = kontora(server, 'fsck')
    check_equal(said.code, 0, said)


# ---- taking a version away ----

def a_version_may_go_when_no_case_is_of_it():
    """E36: until then its cases go on by what was kept; afterwards nothing is missing."""
    server = serve(directory_of(visit=FIRST))
    case = begin(server)
    server.stop()
    restart(server, directory_of(second=SECOND))
    known = versions(server)
    check_equal({number: (one['source'], one['open']) for number, one in known.items()},
                {1: ('kept', 1), 2: ('directory', 0)})
    do(server, case, 'accept')  # by the file that is gone
    check_equal(move(server, '--to', '2', '--apply')['moved'], 1)
    check_equal((versions(server)[1]['open'], versions(server)[2]['open']), (0, 1))
    do(server, case, 'go')
    check_equal(server.stop(), 0)


def a_case_that_stands_still_can_be_moved():
    """E36: its definition cannot run here any more, which is said aloud; a newer one takes it."""
    if store_kind() != 'sqlite':
        raise Skipped('the test writes into the file')
    server = serve(directory_of(visit=FIRST))
    case = begin(server)
    server.stop()
    with change_file(os.path.join(server.directory, 'office.db')) as database:
        database.execute("UPDATE engine_definition SET text = ? WHERE workflow = 'visit'",
                         (FIRST.replace('asks: name', 'asks: name, run: greet'),))
    restart(server, directory_of(second=SECOND))
    [remark] = server.client().get('/readyz').json['remarks']['office']
    check_in('cases of version 1 of visit stand still', remark)
    check_in('there is no function "greet"', remark)
    check_in('Cases of version 1 of visit stand still: ', kontora(server, 'workflows', 'list').out)
    [one] = [one for one in server.client().get('/workflows').json['services']['office']
             if (one['workflow'], one['version']) == ('visit', 1)]
    check_equal(one['is_served'], False)
    said = kontora(server, 'workflows', 'move', 'visit', '--to', '1')
    check_in('Cases of this version stand still themselves, so none may move there.', said.error)
    check_equal(move(server, '--to', '2', '--apply')['moved'], 1)
    do(server, case, 'accept')
    check_equal(server.stop(), 0)


def a_definition_deleted_by_hand_is_missed():
    """E36: it is said by the log, /readyz, the doctor and fsck; the rest is served, and with the
    file of that version everything goes on."""
    if store_kind() != 'sqlite':
        raise Skipped('the test writes into the file')
    server = serve(directory_of(visit=FIRST))
    lost = [begin(server), begin(server)]
    do(server, lost[0], 'accept')
    do(server, lost[0], 'go')  # outside, with a worker
    server.stop()
    with change_file(os.path.join(server.directory, 'office.db')) as database:
        database.execute("DELETE FROM engine_definition WHERE workflow = 'visit'")
    for files in (directory_of(second=SECOND), directory_of()):
        restart(server, files)
        [remark] = server.client().get('/readyz').json['remarks']['office']
        check_in('cases of version 1 of visit stand still, 1 at least', remark)
        check_in('gone from engine_definition', remark)
        check_in('cases of version 1 of visit stand still', server.logged())
        check_in('cases of version 1 of visit stand still', kontora(server, 'doctor').out)
        check_equal(guest(server).state(lost[1]).status, 503)
        check_in("version 1 of 'visit' is not loaded here",
                 kontora(server, 'case', 'show', lost[1]).out)
        check_equal(server.stop(), 0)
        [found] = [one for one in kontora(server, 'fsck', '--json').json['findings']
                   if one['check'] == 'definition' and one['service'] == 'office']
        check_equal(found['verdict'], 'error')
    restart(server, directory_of(second=SECOND))
    new = begin(server, 'Boris')
    do(server, new, 'accept')
    server.stop()
    restart(server, directory_of(first=FIRST, second=SECOND))
    check('remarks' not in server.client().get('/readyz').json)
    do(server, lost[1], 'accept')
    [item] = take(server)
    check_equal(item['case_id'], lost[0])
    check_equal(server.stop(), 0)


# ---- two processes ----

def new_processes_come_before_old_ones_go():
    """E14, E36: blue and green on one database. The old process knows nothing of version 2: what
    is of it is not lost there, only not done."""
    if store_kind() == 'sqlite':
        raise Skipped('one process has the files')
    store = the_store('sample')
    blue = serve(directory_of(first=FIRST), store, 'users,office,payroll')
    old = begin(blue)
    green = serve(directory_of(first=FIRST, second=SECOND), store, 'users,office,payroll')
    new = begin(green)
    check_equal(guest(blue).state(new).status, 503)
    do(green, old, 'accept')
    check_equal(places(blue, old), ['here'])
    check_equal(places(green, new), ['requested'])
    check_equal(begin(blue) is not None, True)  # of version 1: it is the newest there
    check_equal(blue.stop(), 0)
    check_equal(move(green, '--to', '2', '--apply')['moved'], 2)
    do(green, old, 'go')
    check_equal(green.stop(), 0)


if __name__ == '__main__':
    main([versions_run_side_by_side, it_is_said_what_lags_behind,
          a_gateway_is_told_which_versions_run_here, a_file_is_shown_as_it_was_written,
          cases_move_when_they_are_told_to, one_case_moves_alone, reasons_are_told_in_a_table,
          many_cases_are_asked_for_in_pages, work_that_somebody_has_is_waited_for,
          a_crash_loses_no_case_and_moves_none_twice,
          a_version_may_go_when_no_case_is_of_it, a_case_that_stands_still_can_be_moved,
          a_definition_deleted_by_hand_is_missed, new_processes_come_before_old_ones_go])
