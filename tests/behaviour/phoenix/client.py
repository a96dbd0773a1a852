"""client.py - somebody who works with requests over the network, by docs/operations.md (A13-A20).

It shares no code with the server or with the other tests: what is known here is known from the
documents. It trusts nothing: answers are lost, pushes are lost, the server goes away and comes
back, others are quicker.

    person = Person(where, 'b2b', who)     where() gives (host, port, {header: value})
    person.do('submit_company_form', form)
    person.close()

What breaks a promise of the documents raises Broken.
"""
import http.client
import json
import random
import threading
import time

PATIENCE = 120  # seconds until a thing that does not come counts as stuck
POLL_AFTER = 1.5  # seconds without a push until the state is looked at
GONE = (OSError, http.client.HTTPException)


class Broken(Exception):
    """The server did not keep a promise."""


class Unavailable(Exception):
    """The operation is not offered now; `code` says why, None: it is not there at all."""

    def __init__(self, code):
        super().__init__(str(code))
        self.code = code


class Pushes:
    """What comes over `events`, from where it broke off. A `loss` of them is lost on the way."""

    def __init__(self, where, path, headers, chance, loss):
        self.where, self.path, self.headers = where, path, headers
        self.chance, self.loss = chance, loss
        self.heard = {}  # operation_id: its last push
        self.newest = {}  # case_id: event_id
        self.count = 0
        self.last_id = None
        self.changed = threading.Condition()
        self.is_over = False
        self.is_open = threading.Event()
        self.connection = None
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while not self.is_over:
            try:
                self._listen_once()
            except GONE:
                pass
            except (AttributeError, ValueError):
                pass  # closed under our hands
            time.sleep(0.05)

    def _listen_once(self):
        host, port, headers = self.where()
        self.connection = http.client.HTTPConnection(host, port, timeout=30)
        headers = {**headers, **self.headers, 'Accept': 'text/event-stream'}
        if self.last_id is not None:
            headers['Last-Event-ID'] = self.last_id
        self.connection.request('GET', self.path, headers=headers)
        response = self.connection.getresponse()
        if response.status != 200:
            raise OSError(response.status)
        self.is_open.set()
        event = {}
        for line in response:
            line = line.decode('utf-8').rstrip('\r\n')
            name, _, value = line.partition(': ')
            if line:
                event[name] = value
                continue
            self._take(event)
            if event.get('data') and self.chance.random() < self.loss / 4:
                self.connection.close()  # it breaks off, and goes on from where it was
                return
            event = {}

    def _take(self, event):
        if 'id' in event:
            self.last_id = event['id']
        if 'data' not in event:
            return
        push = json.loads(event['data'])
        if set(push) != {'event_id', 'case_id', 'operation_id', 'status', 'occurred_at'}:
            raise Broken(f'a push has something else in it: {push}')
        if self.chance.random() < self.loss:
            return
        with self.changed:
            self.count += 1
            self.newest[push['case_id']] = push['event_id']
            if push['operation_id']:
                self.heard[push['operation_id']] = push
            self.changed.notify_all()

    def wait_for(self, operation_id, seconds):
        """The push of that operation; None: it has not come."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while operation_id not in self.heard and time.monotonic() < deadline:
                self.changed.wait(max(0, deadline - time.monotonic()))
            return self.heard.get(operation_id)

    def close(self):
        self.is_over = True
        if self.connection is not None and self.connection.sock is not None:
            try:
                self.connection.sock.shutdown(2)
            except OSError:
                pass


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.json = json.loads(response.read() or b'null')


class Person:
    """One person with one device. Not for several threads."""

    def __init__(self, where, kind, who, roles=None, seed=0, loss=0.0):
        self.where = where
        self.chance = random.Random(seed)
        self.loss = loss  # of answers and of pushes
        self.headers = {'Kontora-Person': who, 'Kontora-Roles': roles or kind}
        self.prefix = f'/flow/{kind}/phoenix/'
        self.shown = None  # the case as it was shown the last time
        self.done = []  # (operation_id, operation, case_id): what was answered 200, each once
        self.counts = dict.fromkeys(('lost answers', 'polls', 'pushes', 'diffs'), 0)
        self.connection = None
        self.pushes = Pushes(where, self.prefix + 'events', self.headers, self.chance, loss)

    def close(self):
        self.pushes.close()
        if self.connection is not None:
            self.connection.close()

    # ---- asking ----

    def ask_once(self, method, path, body=None):
        if self.connection is None:
            host, port, self.base = self.where()
            self.connection = http.client.HTTPConnection(host, port, timeout=60)
        headers = {**self.base, **self.headers}
        if body is not None:
            headers['Content-Type'] = 'application/json'
        try:
            self.connection.request(method, self.prefix + path, body, headers)
            answer = Answer(self.connection.getresponse())
        except GONE:
            self.hang_up()
            raise
        if method == 'POST' and self.chance.random() < self.loss:
            self.hang_up()
            raise OSError('the answer is lost on the way')
        return answer

    def hang_up(self):
        self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None):
        """The same again until there is an answer: what it asks for happens once."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.ask_once(method, path, body)
                if answer.status < 500 and answer.status != 429:
                    return answer
            except GONE:
                self.counts['lost answers'] += 1
            if time.monotonic() > deadline:
                raise Broken(f'no answer to {method} {path}')
            time.sleep(0.05)

    # ---- step 1: look ----

    def look(self, case=None, event=None):
        asked = [f'{name}={value}' for name, value in (('case_id', case), ('event_id', event))
                 if value]
        answer = self.ask('GET', 'state' + ('?' if asked else '') + '&'.join(asked))
        if answer.status != 200:
            raise Unavailable(answer.json['code'])
        for offer in answer.json['new_operations']:
            if ('token' in offer) == ('disable_reason' in offer):
                raise Broken(f'token or disable_reason, one of them: {offer}')
        return answer.json

    def show(self, state):
        """What a page would show, and compare with later."""
        case = state['case'] or {'places': [], 'forms': {}}
        self.shown = {'places': [place['name'] for place in case['places']], **case['forms']}
        return self.shown

    def what_is_new(self, state):
        before = self.shown or {}
        now = self.show(state)
        return {name: (before.get(name), now.get(name)) for name in {*before, *now}
                if before.get(name) != now.get(name)}

    # ---- step 2: do it ----

    def token(self, state, operation):
        for offer in state['new_operations']:
            if offer['operation'] == operation:
                if 'token' not in offer:
                    raise Unavailable(offer['disable_reason']['code'])
                return offer['token']
        raise Unavailable(None)

    def do(self, operation, form=None, case=None, review=lambda new: True, between=None):
        """The operation's outcome, a push or what the state has said of it. `review` is given what
        is new when a token was stale, and says whether to go on; None: the person did not want to
        any more. `between` happens after the look. A form may depend on what is shown."""
        self.pushes.is_open.wait(PATIENCE)
        state = self.look(case)
        self.show(state)
        if between is not None:
            between()
        while True:
            body = {'token': self.token(state, operation)}
            if form is not None:
                body['form'] = form(self.shown) if callable(form) else form
            answer = self.ask('POST', f'operations/{operation}', json.dumps(body))
            if answer.status == 200:
                break
            if answer.status != 409 or answer.json['code'] != 'invalid_token':
                raise Broken(f'{operation}: {answer.status} {answer.json}')
            state = self.look(case)
            new = self.what_is_new(state)
            self.counts['diffs'] += 1
            if not review(new):
                return None
        self.done.append((answer.json['operation_id'], operation, answer.json['case_id']))
        return self.follow(answer.json)

    # ---- step 3: hear of it ----

    def follow(self, begun):
        """Until it is over; the state after it is never older than its push."""
        operation_id, case = begun['operation_id'], begun['case_id']
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            push = self.pushes.wait_for(operation_id, POLL_AFTER)
            state = self.look(case, push['event_id'] if push else None)
            running = [one['operation_id'] for one in state['operations']]
            self.counts['pushes' if push else 'polls'] += 1
            if push and operation_id in running:
                raise Broken(f'the push says it is over, the state does not: {push} {state}')
            if operation_id not in running:
                self.show(state)
                return {'status': self.outcome(operation_id, push), 'case_id': case}
        raise Broken(f'stuck: {begun}')

    def outcome(self, operation_id, push):
        said = self.ask('GET', f'operations/{operation_id}').json
        if push and push['status'] != said['status']:
            raise Broken(f'a terminal status has changed: {push} {said}')
        return said['status']
