"""amqp_workers_test.py - outside workers over RabbitMQ: letters, answers, leases, limits, and
everybody dying in the middle."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from casework import all_end, start, status_of
from house import until
from json_schema import offences
from kontora import EXIT_USAGE, Server, refusal, run, store_kind, the_postgres, the_store
from rabbitmq import Outsider, RabbitMQ, need_amqplib, shared_rabbitmq
from sealed import change_file
from tap import (check, check_equal, check_in, check_less, check_match, check_not_in, main,
                 repository, seconds_max, skip, test_directory)

EXAMPLE = os.path.join(repository(), 'examples', 'workers', 'amqp_worker.js')
COMMANDS = ['checkApprove', 'approve', 'getBalance', 'feed', 'send']
JOB = '''\
workflow: {name}
version: 1
participants: {{guest: {{sees: all}}}}
fields: {{number: {{kind: integer}}, result: {{kind: integer}}}}
places: {{finished: {{end: true}}{places}}}
operations:
  begin: {{who: guest, from: start, to: work, accepts: [number]}}
stages:
  work: {{worker: {name}, with: {{number: number}}, result: result, {rules}}}
  done: {{to: finished}}
'''
RULES = {
    'plain': 'retry: {times: 3, first: 1s, most: 1s}, catch: error',
    'stuck': 'retry: {times: 0}',
    'many': 'catch: error',
}
_hosts = iter(f'host{i}' for i in range(1000))


def directory():
    made = tempfile.mkdtemp(dir=test_directory())
    for name, rules in RULES.items():
        with open(os.path.join(made, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            places = ', error: {end: true}' if 'catch' in rules else ''
            file.write(JOB.format(name=name, rules=rules, places=places))
    return made


def settings(address, *more):
    return ['--bus.kind=rabbitmq', f'--bus.address={address}', '--work.amqp=all',
            '--work.amqp_lease=1s', '--cases.directory', directory(), *more]


def start_broker():
    need_amqplib()
    with shared_rabbitmq() as broker:
        yield broker


class Room:
    """A server in a virtual host of its own, and a hand in it."""

    def __init__(self, broker, *more, store=None):
        self.broker = broker
        self.name = next(_hosts)
        self.address = broker.make_virtual_host(self.name)
        self.settings = settings(self.address, *more)
        self.server = Server(store=store or the_store(), services='casework',
                             settings=self.settings).start()
        self.hand = Outsider(self.address)

    @property
    def client(self):
        return self.server.client()

    def ready(self, queue):
        return self.broker.ready_count(queue, self.name)

    def begin(self, name='plain', **payload):
        return start(self.client, name, payload)

    def page(self, case_id):
        return self.client.get(f'/api/cases/casework/{case_id}').json

    def stage(self, case_id):
        return self.page(case_id)['stages'][0]

    def count(self, outcome, name='kontora_letter_answers_total'):
        return self.server.metric(f'{name}{{service="casework",outcome="{outcome}"}}')

    def ends(self, case_id, status='finished'):
        check_equal(until(lambda: status_of(self.client, case_id)['status'] == status), True,
                    self.page(case_id))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hand.end()
        self.server.kill()


def is_as_described(room, name, body):
    """By the schema of that message in /asyncapi.json, which is not looser than what is said."""
    document = room.client.get('/asyncapi.json').json
    schema = document['components']['messages'][name]['payload']
    check_equal(offences(schema, body, document), [], f'{body}')


# ---- letters ----

def a_letter_and_its_answer(broker):
    """E4, E9, E13, E25: {taskId, command, payload} out, {taskId, result} back; who waits, since
    when."""
    with Room(broker) as room:
        case_id = room.begin(number=7)
        letter = room.hand.wait('plain')
        check_equal({name: letter[name] for name in (
            'command', 'payload', 'case_id', 'workflow', 'version', 'visit', 'attempt')}, {
            'command': 'work', 'payload': {'number': 7}, 'case_id': case_id, 'workflow': 'plain',
            'version': 1, 'visit': 1, 'attempt': 1})
        check_equal((letter['taskId'], letter['replyTo'], letter['contentType'],
                     letter['deliveryMode']),
                    (letter['task_id'], 'work.answers.casework', 'application/json', 2))
        check_in('&stage=work&visit=1&', letter['taskId'])
        is_as_described(room, 'work.plain', json.loads(letter['text']))
        said = run('case', 'why', case_id, '--data', room.server.directory).out
        check_match(r"'work' waits for a worker over AMQP, since 20[^;]*; it was sent to the queue "
                    r"'work.plain' \(try 1\)", said)
        shown = run('case', 'show', case_id, '--data', room.server.directory).out
        check_in('over AMQP', shown)
        is_as_described(room, letter['replyTo'], {'taskId': letter['taskId'], 'result': 5})
        room.hand.answer(letter, result=5)
        room.hand.take()
        room.ends(case_id)
        check_equal(room.page(case_id)['fields']['result'], 5)
        steps = room.client.get(f'/api/cases/casework/{case_id}/history').json['items']
        check_in('worker over AMQP', [step['actor'] for step in steps])
        check(until(lambda: room.count('accepted') == 1), 'it is counted')
        check(until(lambda: room.count('confirmed', 'kontora_letters_total') == 1))


def an_answer_of_nothing(broker):
    """T31: 0 is a result; and nothing is null."""
    with Room(broker) as room:
        zero, nothing = room.begin(number=0), room.begin(number=1)
        for _ in range(2):
            letter = room.hand.wait('plain')
            if letter['payload']['number'] == 0:
                room.hand.answer(letter, result=0)
            else:
                room.hand.answer(letter)
        room.ends(zero)
        room.ends(nothing)
        fields = [room.page(one)['fields'].get('result') for one in (zero, nothing)]
        check_equal(fields, [0, None])


def errors(broker):
    """E34: an error is a try, and one that is final is the last."""
    with Room(broker) as room:
        case_id = room.begin()
        first = room.hand.wait('plain')
        room.hand.answer(first, error={'code': 'down', 'message': 'Not now.'})
        second = room.hand.wait('plain')
        check_equal((second['taskId'], second['attempt']), (first['taskId'], 2))
        room.hand.answer(second, error={'code': 'down', 'final': True})
        room.ends(case_id, 'error')


def nobody_is_believed(broker):
    """E33, E35, T27: what is forged, foreign, late, or no answer is taken from the queue, counted,
    and changes nothing."""
    with Room(broker) as room:
        case_id = room.begin()
        letter = room.hand.wait('plain')
        answers = letter['replyTo']
        forged = letter['taskId'].replace('visit=1', 'visit=2')
        bad = ['', 'no JSON', '[]', '{"result": 5}', json.dumps({'taskId': 'x', 'result': 5}),
               json.dumps({'taskId': forged, 'result': 5}),
               json.dumps({'taskId': letter['taskId'], 'error': 5}),
               json.dumps({'taskId': letter['taskId'], 'result': 5, 'next': 'nowhere'})]
        for text in bad:
            room.hand.say(answers, text)
        check(until(lambda: room.count('refused') == len(bad)), room.count('refused'))
        check_equal(room.stage(case_id)['state'], 'queued')
        check_in('an answer from outside was thrown away', room.server.logged())
        for result in (1, 2, 3):
            room.hand.answer(letter, result=result)
        check(until(lambda: room.count('late') == 2), room.count('late'))
        page = room.page(case_id)
        check_in(page['fields']['result'], (1, 2, 3))
        late = page['late_answers'][0]
        check_equal((late['times'], late['why']), (2, 'not_awaited'))
        check_equal(until(lambda: room.ready(answers) == 0), True, 'all of them are acknowledged')


# ---- leases ----

def what_is_lost_comes_again(broker):
    """E6, E19: a letter that was acknowledged without an answer: when its lease is over it has
    failed, and comes again with the same taskId."""
    with Room(broker) as room:
        case_id = room.begin()
        first = room.hand.wait('plain')
        room.hand.take()
        second = room.hand.wait('plain')
        check_equal((second['taskId'], second['attempt']), (first['taskId'], 2))
        room.hand.answer(first, result=3)  # the work was done, after all
        room.ends(case_id)


def what_waits_has_not_failed(broker):
    """E34, T49: as long as nobody takes it from the broker no try is lost, however long it is."""
    with Room(broker) as room:
        case_id = room.begin('stuck')
        due = room.stage(case_id)['due_at']
        for _ in range(3):  # leases
            until(lambda: room.stage(case_id)['due_at'] not in (None, due))
            due = room.stage(case_id)['due_at']
        check_equal((room.stage(case_id)['attempt'], room.page(case_id)['incidents'],
                     room.ready('work.stuck')), (1, 0, 1))
        room.hand.answer(room.hand.wait('stuck'), result=1)
        room.ends(case_id)


def it_takes_longer(broker):
    """A worker that says so keeps what it has; one that does not has failed, here for good."""
    with Room(broker) as room:
        longer, silent = room.begin('stuck', number=1), room.begin('stuck', number=2)
        letters = {letter['case_id']: letter for letter in
                   (room.hand.wait('stuck'), room.hand.wait('stuck'))}
        room.hand.answer(letters[longer], lease_ms=600000)
        check(until(lambda: room.count('accepted') == 1))
        room.hand.take()
        check(until(lambda: room.page(silent)['incidents'] == 1), room.page(silent))
        check_equal((room.page(longer)['incidents'], room.stage(longer)['state']), (0, 'queued'))
        room.hand.answer(letters[longer], result=1)
        room.ends(longer)


def a_flood_is_bounded(broker):
    """However much waits, only so much is out at once; all of it is done in the end."""
    with Room(broker, '--work.amqp_max=5') as room:
        ids = [room.begin('many', number=i) for i in range(40)]
        seen = set()
        while len(seen) < len(ids):
            letter = room.hand.wait('many')
            check_less(room.ready('work.many'), 5)
            seen.add(letter['case_id'])
            room.hand.answer(letter, result=1)
            room.hand.take()
        check_equal(seen, set(ids))
        all_end(lambda: room.client, ids)


def over_http_too(broker):
    """The same queue over both ways; nobody takes the name of what was sent away."""
    with Room(broker, '--work.amqp=many', '--work.amqp_max=1') as room:
        said = room.client.post('/work/plain/take', {'worker': 'over AMQP'})
        check_equal((said.status, said.code), (422, 'reserved_name'))
        ids = [room.begin('many', number=i) for i in range(2)]
        letter = room.hand.wait('many')
        items = until(lambda: room.client.post('/work/many/take', {'worker': 'w'}).json['items'])
        check_equal({letter['case_id'], items[0]['case_id']}, set(ids))
        said = room.client.post('/work/many/answer', {'task_id': letter['taskId'], 'result': 1})
        check_equal(said.json, {'accepted': True, 'why': None})
        room.hand.answer({**items[0], 'replyTo': letter['replyTo']}, result=1)
        all_end(lambda: room.client, ids)
        room.begin('plain')
        check_equal(room.ready('work.plain'), -1, 'only what was named is offered')


# ---- settings ----

def needs_a_broker():
    code, said = refusal(Server(settings=['--work.amqp=all']))
    check_equal(code, EXIT_USAGE)
    check_in('workers over AMQP need bus.kind=rabbitmq', said)


def a_queue_that_is_none(broker):
    code, said = refusal(Server(settings=['--bus.kind=rabbitmq', '--work.amqp=feeder,feder',
                                          f'--bus.address={broker.address()}']))
    check_equal(code, EXIT_USAGE)
    check_in("work.amqp: no workflow has a stage for the queue 'feder'", said)


# ---- everybody dies ----

class Worker:
    """The example, as it is."""

    def __init__(self, address, path):
        self.path = path
        self.command = ['node', EXAMPLE, address, 'feeder', path]
        self.begin()

    def begin(self):
        with open(self.path + '.said', 'ab') as said:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=said,
                                            stderr=said)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def lines(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding='utf-8') as file:
            return [json.loads(line) for line in file if line.endswith('\n')]

    def check_each_once(self, addresses):
        lines = self.lines()
        check_equal(len(lines), len({line['task_id'] for line in lines}), 'each is done once')
        check_equal(sorted(line['task_id'].split('stage=')[1].split('&')[0] for line in lines),
                    sorted(COMMANDS * len(addresses)))
        cats = {line['cat']['address']: line['cat'] for line in lines}
        check_equal({name: (cat['approved'], cat['balance']) for name, cat in cats.items()},
                    {address: (True, 5) for address in addresses})


def begin_cats(room, count):
    addresses = [f'cat {i}' for i in range(count)]
    return addresses, [start(room.client, payload={'address': one}) for one in addresses]


def a_worker():
    return os.path.join(tempfile.mkdtemp(dir=test_directory()), 'done')


@seconds_max(300)
def the_worker_is_killed(broker):
    """E2, E19, E20, E31: Case 4, over the broker."""
    with Room(broker) as room:
        addresses, ids = begin_cats(room, 6)
        worker = Worker(room.address, a_worker())
        for count in (1, 4, 9):
            until(lambda: len(worker.lines()) >= count, every=0.005)
            worker.kill()
            worker.begin()
        all_end(lambda: room.client, ids, seconds=240)
        worker.kill()
        worker.check_each_once(addresses)
        check_equal(room.server.stop(), 0)


@seconds_max(300)
def the_program_is_killed(broker):
    """E15-E17, E31, T29"""
    with Room(broker) as room:
        addresses, ids = begin_cats(room, 6)
        worker = Worker(room.address, a_worker())
        for count in (1, 5, 12, 20):
            until(lambda: len(worker.lines()) >= count, every=0.005)
            room.server.kill()
            room.server.start()
        all_end(lambda: room.client, ids, seconds=240)
        worker.kill()
        worker.check_each_once(addresses)


@seconds_max(300)
def the_broker_is_killed():
    """E6, E31: what it has lost is sent again, what it has kept is not."""
    need_amqplib()
    with RabbitMQ() as broker, Room(broker) as room:
        addresses, ids = begin_cats(room, 6)
        worker = Worker(room.address, a_worker())
        until(lambda: len(worker.lines()) >= 9, every=0.005)
        broker.kill()
        start(room.client, payload={'address': 'cat 0'}, status=201)  # nobody minds
        broker.start()
        all_end(lambda: room.client, ids, seconds=240)
        worker.kill()
        lines = worker.lines()
        check_equal(len(lines), len({line['task_id'] for line in lines}), 'each is done once')
        check_equal({line['cat']['address'] for line in lines}, set(addresses))


@seconds_max(300)
def the_queues_are_deleted(broker):
    """E6: they are made again, and what was in them is sent again."""
    with Room(broker) as room:
        case_id = room.begin()
        room.hand.wait('plain')
        broker.delete_queue('work.plain', room.name)
        broker.delete_queue('work.answers.casework', room.name)
        check(until(lambda: room.ready('work.plain') > 0), 'it is sent again')
        letter = room.hand.get('plain')
        check_equal(letter['attempt'], 2)
        check(until(lambda: room.ready(letter['replyTo']) >= 0))
        room.hand.answer(letter, result=4)
        room.ends(case_id)


@seconds_max(300)
def several_processes(broker):
    """E29, E31: any of them sends, and any of them hears; one dies."""
    if store_kind() != 'postgres':
        skip('several processes share a PostgreSQL')
    store = the_store()
    with Room(broker, store=store) as room:
        others = [Server(store=store, services='casework', settings=room.settings).start()
                  for _ in range(2)]
        addresses, ids = begin_cats(room, 10)
        worker = Worker(room.address, a_worker())
        until(lambda: len(worker.lines()) >= 10, every=0.005)
        others[0].kill()
        all_end(lambda: room.client, ids, seconds=240)
        worker.kill()
        worker.check_each_once(addresses)
        check_equal(others[1].stop(), 0)


def second_version():
    """The same directory, and a version more of one workflow."""
    made = directory()
    with open(os.path.join(made, 'plain.yaml'), encoding='utf-8') as file:
        text = file.read().replace('version: 1', 'version: 2')
    with open(os.path.join(made, 'plain-2.yaml'), 'w', encoding='utf-8') as file:
        file.write(text)
    return ['--cases.directory', made]


@seconds_max(300)
def an_answer_that_another_process_knows(broker):
    """E14, E36: blue and green hear the same queue. What is of a version that blue has not goes
    back, and green takes it; nothing is thrown away."""
    if store_kind() != 'postgres':
        skip('several processes share a PostgreSQL')
    store = the_store()
    with Room(broker, store=store) as blue:
        green = Server(store=store, services='casework',
                       settings=blue.settings + second_version()).start()
        ids = [start(green.client(), 'plain') for _ in range(20)]
        for i in range(len(ids)):
            letter = blue.hand.wait('plain')
            check_equal(letter['version'], 2)
            blue.hand.answer(letter, result=i)
            blue.hand.take()
        all_end(green.client, ids)
        check(until(lambda: blue.count('put_off') >= 1), 'blue has heard none of them')
        refused = 'kontora_letter_answers_total{service="casework",outcome="refused"}'
        check_equal((blue.count('refused'), green.metric(refused)), (0, 0))
        check_equal(green.stop(), 0)


@seconds_max(300)
def an_answer_that_no_process_knows(broker):
    """E36: its definition is gone from the files and from the store. The answer waits in the
    broker, and counts when the version is there again."""
    if store_kind() != 'sqlite':
        skip('the test writes into the file')
    with Room(broker) as room:
        case_id = room.begin()
        letter = room.hand.wait('plain')
        server = room.server
        server.stop()
        with change_file(os.path.join(server.directory, 'casework.db')) as database:
            database.execute("DELETE FROM engine_definition WHERE workflow = 'plain'")
        settings_before = server.settings
        server.settings = settings_before + ['--cases.directory',
                                             tempfile.mkdtemp(dir=test_directory())]
        server.start()
        room.hand.answer(letter, result=6)
        check(until(lambda: room.count('put_off') >= 2), 'it does not come again')
        check_equal((room.count('refused'), room.count('accepted')), (0, 0))
        check_equal(server.stop(), 0)
        server.settings = settings_before
        server.start()
        room.ends(case_id)
        check_equal(room.page(case_id)['fields']['result'], 6)


@seconds_max(300)
def the_store_is_away(broker):
    """T29: an answer that cannot be looked at now is not acknowledged, and comes again."""
    if store_kind() != 'postgres':
        skip('a file does not go away')
    with Room(broker) as room:
        case_id = room.begin()
        letter = room.hand.wait('plain')
        the_postgres().kill()
        room.hand.answer(letter, result=6)
        check(until(lambda: room.count('put_off') >= 1), 'nothing is put off')
        the_postgres().start()
        check(until(lambda: room.client.get('/readyz').status == 200), 'it is ready again')
        room.ends(case_id)
        check_equal((room.page(case_id)['fields']['result'], room.count('refused')), (6, 0))


def it_is_short():
    with open(EXAMPLE, encoding='utf-8') as file:
        text = file.read()
    check_less(len(text.splitlines()), 60)
    check_not_in('http', text)


if __name__ == '__main__':
    main([a_letter_and_its_answer, an_answer_of_nothing, errors, nobody_is_believed,
          what_is_lost_comes_again, what_waits_has_not_failed, it_takes_longer, a_flood_is_bounded,
          over_http_too, needs_a_broker, a_queue_that_is_none, the_worker_is_killed,
          the_program_is_killed, the_broker_is_killed, the_queues_are_deleted, several_processes,
          an_answer_that_another_process_knows, an_answer_that_no_process_knows, the_store_is_away,
          it_is_short], {'broker': start_broker})
