"""kill_scenario.py - clients that keep account of what they were promised, and a server that dies.

A client (Actor) creates people, changes and blocks them; every request has an Idempotency-Key. It
writes down each answer. A request whose answer never came is asked again, with the same key, of the
next server on the same data. After each death the client checks:

  - each person he had an answer about is exactly as that answer said (bytes and ETag),
  - the unanswered request takes effect once: the revision after it is the one before plus one,
  - a person is there once, by address and by external_id,
  - a key asked again gives the answer of the first time, byte for byte.

What does not hold raises Violation. A life is one server, from start to death.
"""
import atexit
import collections
import http.client
import os
import random
import re
import shutil
import signal
import tempfile
import threading
import time

import tap
from kontora import DidNotStart, Server, Sqlite, run

TRACE = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01'  # so that refusals repeat exactly
PATIENCE_SECONDS = 60


class Violation(Exception):
    """A promise was broken."""


class Gone(Exception):
    """The server went away in the middle."""


def promise(condition, what, *seen):
    if not condition:
        raise Violation(what + ''.join(f'\n  {item!r}' for item in seen))


class Request:
    def __init__(self, kind, person, method, path, body, key):
        self.kind, self.person, self.key = kind, person, key
        self.method, self.path, self.body = method, path, body

    def __repr__(self):
        return f'<{self.kind} {self.method} {self.path} key {self.key} {self.body}>'


class Person:
    def __init__(self, name, has_external_id):
        self.email = f'{name}@kontora.example'
        self.external_id = f'crm:{name}' if has_external_id else None
        self.shown = None  # the newest acknowledged answer about this person
        self.steps_done = 0

    @property
    def id(self):
        return self.shown.json['id']

    @property
    def revision(self):
        return self.shown.json['revision']


class Actor:
    """One client. Used by one thread at a time."""

    def __init__(self, name, counts):
        self.name = name
        self.counts = counts
        self.people = []
        self.touched = []  # people to look at after the next death
        self.recent = collections.deque(maxlen=3)  # (request, answer) to be asked again
        self.pending = None
        self.number = 0
        self.client = None
        self.may_give_up = False  # a server that does not recover counts as gone

    # ---- asking ----

    def ask(self, method, path, body=None, key=None):
        """Again while the answer is 503 or 507: the store may come back."""
        headers = {'traceparent': TRACE}
        if key:
            headers['Idempotency-Key'] = key
        deadline = time.monotonic() + (0.3 if self.may_give_up else PATIENCE_SECONDS)
        while True:
            try:
                answer = self.client.ask(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                raise Gone(repr(error)) from error
            if answer.status not in (503, 507):
                return answer
            self.counts[f'answered {answer.status} {answer.code}'] += 1
            promise('retry-after' in answer.headers, 'no Retry-After', answer)
            if time.monotonic() > deadline:
                promise(self.may_give_up, 'it does not recover', answer)
                raise Gone(repr(answer))
            time.sleep(0.05)

    def settle(self, request):
        """Asks until it is answered, if not by this server then by the next."""
        is_repeated = self.pending is not None
        self.pending = request
        answer = self.ask(request.method, request.path, request.body, request.key)
        self.check_effect(request, answer)
        self.pending = None
        self.recent.append((request, answer))
        self.counts['acknowledged'] += 1
        if is_repeated:
            had_happened = 'idempotent-replayed' in answer.headers
            self.counts['in doubt, had happened' if had_happened else 'in doubt, had not'] += 1

    def check_effect(self, request, answer):
        person = request.person
        if request.kind == 'duplicate':
            promise(answer.status == 409 and answer.code == 'user_exists',
                    'an address was given away twice', request, answer)
            return
        expected = 201 if request.kind == 'create' else 200
        promise(answer.status == expected, f'{request.kind} is not answered {expected}', request,
                answer, person.shown)
        seen = answer.json
        revision = 1 if request.kind == 'create' else person.revision + 1
        promise(seen['revision'] == revision, f'the revision is not {revision}', request, answer,
                person.shown)
        promise(seen['email'] == person.email, 'another person', request, answer)
        for name, value in (request.body or {}).items():
            promise(name == 'reason' or seen[name] == value, f'{name} is not {value!r}', answer)
        promise((seen['status'] == 'blocked') == (request.kind == 'block'), 'status', answer)
        person.shown = answer
        person.steps_done += 1
        if request.kind == 'create':
            self.people.append(person)

    # ---- working ----

    def next_request(self):
        self.number += 1
        key = f'{self.name}-{self.number}'
        person = self.people[-1] if self.people else None
        if person is None or person.steps_done == 5:
            person = Person(f'{self.name}.{self.number}', has_external_id=self.number % 2 == 0)
            body = {'email': person.email, 'type': 'client', 'full_name': f'Ёлкин {self.number}',
                    'roles': ['client', 'tester']}
            if person.external_id:
                body['external_id'] = person.external_id
            return Request('create', person, 'POST', '/api/users', body, key)
        if person.steps_done == 2 and self.number % 3 == 0:
            body = {'email': person.email.upper(), 'type': 'worker'}
            return Request('duplicate', person, 'POST', '/api/users', body, key)
        path = f'/api/users/{person.id}'
        if person.steps_done == 3:
            return Request('block', person, 'POST', path + '/block', {'reason': key}, key)
        if person.steps_done == 4:
            return Request('unblock', person, 'POST', path + '/unblock', None, key)
        body = {'full_name': f'Имя {self.number}', 'roles': [f'role_{self.number % 7}', 'tester']}
        return Request('change', person, 'PATCH', path, body, key)

    def work(self, requests):
        for _ in range(requests):
            request = self.next_request()
            if request.person not in self.touched:
                self.touched.append(request.person)
            self.settle(request)

    # ---- checking ----

    def check(self):
        """After a death, before anything new is begun."""
        if self.pending is not None:
            self.check_in_doubt(self.pending)
            self.settle(self.pending)
        for person in self.touched + random.sample(self.people, min(2, len(self.people))):
            self.check_person(person)
        for request, answer in list(self.recent):
            self.check_again(request, answer)
        self.touched = self.people[-1:]

    def check_in_doubt(self, request):
        """Before it is asked again: as before, or as after; nothing else."""
        if request.kind in ('change', 'block', 'unblock'):
            seen = self.ask('GET', f'/api/users/{request.person.id}')
            promise(seen.status == 200, 'a person is lost', request, seen)
            before = request.person.revision
            promise(seen.json['revision'] in (before, before + 1), 'the revision jumped', seen)

    def check_person(self, person):
        if person.shown is None:
            return
        seen = self.ask('GET', f'/api/users/{person.id}')
        promise(seen.status == 200 and seen.body == person.shown.body,
                'an acknowledged change is lost, or something else was done', seen, person.shown)
        promise(seen.etag == person.shown.etag, 'the ETag differs', seen, person.shown)
        asked = f'external_id={person.external_id}' if person.external_id else (
            f'email={person.email}')
        items = self.ask('GET', f'/api/users?{asked}').json['items']
        promise([item['id'] for item in items] == [person.id], 'a person is not there once', items)

    def check_again(self, request, answer):
        again = self.ask(request.method, request.path, request.body, request.key)
        promise((again.status, again.body, again.etag) == (answer.status, answer.body, answer.etag),
                'the same key gives another answer', request, answer, again)
        self.counts['replies asked again'] += 1

    def check_everything(self):
        """Every person ever acknowledged, and nobody else of this actor."""
        expected = {person.id: person.shown.json for person in self.people if person.shown}
        seen, cursor = [], None
        while True:
            page = self.ask('GET', '/api/users?limit=200' + (f'&cursor={cursor}' if cursor else ''))
            seen += [item for item in page.json['items']
                     if item['email'].startswith(self.name + '.')]
            cursor = page.json['next']
            if cursor is None:
                break
        promise(len(seen) == len({item['email'] for item in seen}), 'an address is there twice')
        in_doubt = self.pending.person.email if self.pending else None
        for item in seen:
            promise(item['email'] == in_doubt or expected.pop(item['id'], None) == item,
                    'a person is not as acknowledged', item)
        promise(not [person for person in expected.values() if person['email'] != in_doubt],
                'people are lost', expected)


def fast_directory():
    """Memory keeps what was written over a kill just as the disk does, and flushing is free."""
    where = '/dev/shm' if os.access('/dev/shm', os.W_OK) else tap.test_directory()
    directory = tempfile.mkdtemp(prefix='kontora-kill-', dir=where)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


class Campaign:
    """One data directory (or database), many lives."""

    def __init__(self, store=None, actor_count=2, environment=None, settings=()):
        self.home = fast_directory()
        self.directory = os.path.join(self.home, 'data')
        self.store = store or Sqlite()
        self.settings = settings
        self.environment = environment or {}
        self.counts = collections.Counter()
        self.actors = [Actor(f'actor{i}', self.counts) for i in range(actor_count)]
        self.ready_seconds = []
        self.log = ''

    def end(self):
        shutil.rmtree(self.home, ignore_errors=True)

    # ---- one life ----

    def server(self, variant='release', wrapper=(), environment=None):
        return Server(self.directory, self.store, self.settings,
                      {**self.environment, **(environment or {})}, variant, wrapper,
                      services='users')

    def life(self, requests=4, fates=(-signal.SIGKILL,), middle=None, may_stop_answering=False,
             **how):
        """Starts, checks, works, stops in order. True when it was killed on the way. Any other end
        than an orderly one or one of the `fates` is a violation; so is a connection that ends
        while the server lives, unless it may."""
        server = self.server(**how)
        try:
            server.start()
        except DidNotStart as death:
            promise(death.code in fates, f'it does not start again: exit code {death.code}',
                    death.said)
            self.counts['killed while starting'] += 1
            return True
        self.ready_seconds.append(server.ready_seconds)
        for actor in self.actors:
            actor.may_give_up = may_stop_answering
        problems = self.let_actors_work(server, requests, middle)
        was_gone = any(isinstance(problem, Gone) for problem in problems)
        try:
            for problem in problems:
                if not isinstance(problem, Gone):
                    raise problem
            code = server.wait(60) if was_gone and not may_stop_answering else server.stop()
        finally:
            server.kill()
        promise(code in fates or (code == 0 and (may_stop_answering or not was_gone)),
                f'it ended in another way: {code}', problems, server.logged()[-3000:])
        if code == 0:
            self.counts['ended in order'] += 1
            return False
        self.counts['killed at work' if was_gone else 'killed while stopping'] += 1
        return True

    def let_actors_work(self, server, requests, middle=None):
        problems = []

        def act(actor):
            actor.client = server.admin()
            try:
                actor.check()
                actor.work(requests)
            except (Exception,) as problem:  # told by whoever waits for the thread
                problems.append(problem)
            finally:
                actor.client.close()

        threads = [threading.Thread(target=act, args=(actor,)) for actor in self.actors]
        for thread in threads:
            thread.start()
        if middle is not None:
            middle(server)
        for thread in threads:
            thread.join()
        return problems

    # ---- at the end ----

    def check_everything(self):
        """A server that nobody kills finds everything; then the doctor looks at the pages."""
        server = self.server().start()
        try:
            for actor in self.actors:
                actor.client = server.admin()
                actor.may_give_up = False
                actor.check()
                actor.check_everything()
            promise(server.stop() == 0, 'it does not stop in order')
        finally:
            server.kill()
        said = run('doctor', '--deep', '--data', self.directory, *self.store.settings)
        promise(said.code == 0, 'the doctor is not content', said)

    @property
    def kills(self):
        return sum(count for name, count in self.counts.items() if name.startswith('killed'))

    def tell(self, what, seconds):
        ready = sorted(self.ready_seconds) or [0]
        print(f'# {what}: {self.kills} kills in {seconds:.0f} s, '
              f'ready again p99 {ready[int(len(ready) * 0.99)] * 1000:.0f} ms; '
              + ', '.join(f'{name} {count}' for name, count in sorted(self.counts.items())),
              flush=True)


# ---- where to kill ----

def strace(directory, *options):
    """strace as a detached observer: the process that is started is the program itself."""
    return ['strace', '-D', '-f', '-q', '-o', os.path.join(directory, 'strace'), *options]


def count_calls(directory):
    """The most calls of a name by one thread: strace counts each thread for itself."""
    counts = collections.Counter()
    with open(os.path.join(directory, 'strace'), encoding='utf-8', errors='replace') as file:
        for line in file:
            call = re.match(r'(\d+) +(\w+)\(', line)
            if call:
                counts[call.groups()] += 1
    most = collections.Counter()
    for (_, name), count in counts.items():
        most[name] = max(most[name], count)
    return most


def spread(plan, count):
    """`count` entries of the plan, in a random order; all of them before any comes twice."""
    chosen = []
    while len(chosen) < count:
        rest = count - len(chosen)
        chosen += plan if rest >= len(plan) else random.sample(plan, rest)
    random.shuffle(chosen)
    return chosen

