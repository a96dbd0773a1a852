"""phoenix_crowd.py - customers and moderators of phoenix at work, on a server that may die.

    crowd = Crowd(house)       house.where() as client.py wants it, house.server
    crowd.run([crowd.customer] * 40)

They are programs of their own (tests/behaviour/phoenix/client.py): what they were promised is held
against what the server has in the end.
"""
import collections
import random
import threading
import time
import uuid

from client import Broken, Person, Unavailable
from house import until_none
from onboarding import COMPANY, CONTACT

PLACES_THAT_WAIT = ('moderation', 'provisioning')
ENDS = ('completed', 'rejected')
PATIENCE = 120


def promise(condition, what, *seen):
    if not condition:
        raise Broken(what + ''.join(f'\n  {item!r}' for item in seen))


class Crowd:
    def __init__(self, house, seed=1, loss=0.1, rejects=0.1):
        self.house = house
        self.chance = random.Random(seed)
        self.loss = loss
        self.rejects = rejects  # so many of those who are looked at
        self.people = []
        self.cases = {}  # case_id: whose
        self.problems = []
        self.no_more = threading.Event()  # moderators may go home
        self.lock = threading.Lock()

    def person(self, kind, roles=None, who=None):
        with self.lock:
            person = Person(self.house.where, kind, who or str(uuid.uuid4()), roles,
                            self.chance.random(), self.loss)
            self.people.append(person)
        return person

    def run(self, works):
        """Each in a thread of its own, to the end of all."""
        def guarded(work):
            try:
                work()
            except Exception as problem:
                self.problems.append(problem)
        threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        return threads

    # ---- a customer ----

    def customer(self):
        person = self.person('b2b')
        case = person.do('start')['case_id']
        self.cases[case] = person
        version = 0
        while True:
            version += 1
            self.fill_in(person, case, version)
            place = self.wait_for_moderation(person, case, version)
            if place in ENDS:
                break
        person.close()

    def fill_in(self, person, case, version):
        form = {**COMPANY, 'address': f'Москва, {version}'}
        between = self.other_device(person, case) if person.chance.random() < 0.5 else None
        news = []
        person.do('submit_company_form', form, case, lambda new: news.append(new) or True, between)
        promise(not between or (news and news[0]), 'a stale token says what is new', news)
        promise(person.shown['address'] == form['address'], 'what he wrote is there', person.shown)
        person.do('submit_contact_form', CONTACT, case)
        person.do('submit_for_moderation', None, case)

    def other_device(self, person, case):
        """The same person writes something elsewhere, before he is done here."""
        def write():
            other = self.person('b2b', who=person.headers['Kontora-Person'])
            other.do('save_company', {'city': 'perm', 'address': f'draft {uuid.uuid4()}'}, case)
            other.close()
        return write

    def wait_for_moderation(self, person, case, version):
        """Where it is then. What he has seen once he never sees older."""
        deadline = time.monotonic() + PATIENCE
        newest = 0
        while time.monotonic() < deadline:
            state = person.look(case, person.pushes.newest.get(case))
            shown = person.show(state)
            reason = int(shown.get('return_reason', '0000')[3:] or 0)
            promise(reason >= newest, 'an older state after a newer one', reason, newest)
            promise(shown['address'] == f'Москва, {version}', 'another address', shown)
            newest = reason
            if not shown['places'] or shown['places'][0] not in PLACES_THAT_WAIT:
                return shown['places'][0]
            if person.chance.random() < 0.1:
                self.rate(person, case)
            time.sleep(0.2)
        raise AssertionError(f'a customer is stuck: {case} {person.shown}')

    @staticmethod
    def rate(person, case):
        try:
            person.do('rate_support', {'support_rating': person.chance.randint(1, 5)}, case)
        except Unavailable:
            pass  # moderation was quicker

    # ---- a moderator ----

    def moderator(self):
        person = self.person('admin', 'admin.moderator')
        while not self.no_more.is_set():
            listed = person.ask('GET', 'cases?place=moderation&waiting=true&limit=50')
            waiting = [one['case_id'] for one in listed.json['items']]
            if not waiting:
                time.sleep(0.1)
                continue
            try:
                self.moderate(person, person.chance.choice(waiting))
            except Unavailable:
                pass  # a colleague was quicker
        person.close()

    def moderate(self, person, case):
        forms = person.look(case)['case']['forms']
        attempts, dice = forms.get('attempts', 1), person.chance.random()
        if dice < 0.5:
            person.do('claim', None, case)
        if attempts < 3 and dice < 0.4:
            person.do('return_for_changes', lambda shown: {
                'return_reason': f"no {shown.get('attempts', 1)}", 'comment': 'x'}, case)
        elif dice >= 1 - self.rejects:
            person.do('reject', {'comment': 'x'}, case)
        else:
            person.do('approve', {'comment': 'x'}, case)

    # ---- what must be true in the end ----

    def check(self):
        client = self.house.server.client()
        left = until_none(lambda: [case for case in self.cases if not self.is_over(client, case)])
        promise(not left, 'every request ends', left)
        done = collections.defaultdict(collections.Counter)
        for person in self.people:
            ids = [operation_id for operation_id, _, _ in person.done]
            promise(len(ids) == len(set(ids)), 'two tokens, one operation', person.done)
            for _, operation, case in person.done:
                done[case][operation] += 1
        for case in self.cases:
            self.check_history(client, case, done[case])
        self.check_clients(client)

    @staticmethod
    def is_over(client, case):
        return client.get(f'/api/cases/phoenix/{case}').json['closed_at'] is not None

    @staticmethod
    def check_history(client, case, done):
        steps = client.get(f'/api/cases/phoenix/{case}/history?limit=200').json['items']
        happened = collections.Counter(
            step['transition'] for step in steps if step['transition'] in OPERATIONS)
        promise(happened == done, 'each operation happens once', case, happened, done)

    def check_clients(self, client):
        """One for each that was approved, and one employee; nothing of the others."""
        made = {}
        page = client.get('/api/phoenix/clients').json
        while True:
            for one in page['items']:
                promise(one['ticket_id'] not in made, 'two clients of one request', one)
                made[one['ticket_id']] = one
            if page['next'] is None:
                break
            page = client.get(f'/api/phoenix/clients?cursor={page["next"]}').json
        for case, person in self.cases.items():
            state = client.get(f'/flow/b2b/phoenix/state?case_id={case}', person.headers).json
            place = state['case']['places'][0]['name']
            if place != 'completed':
                promise(case not in made, 'a client of what was rejected', made.get(case))
                continue
            one = made[case]
            promise(one['revision'] == 1, 'it is written to cargo once', one)
            employees = client.get(
                f'/api/phoenix/clients/{one["corp_client_id"]}/employees').json['items']
            promise([employee['user_id'] for employee in employees] ==
                    [person.headers['Kontora-Person']], 'one employee', employees)
        promise(set(made) <= set(self.cases), 'clients of nobody')


OPERATIONS = {'start', 'save_company', 'submit_company_form', 'submit_contact_form',
              'submit_for_moderation', 'rate_support', 'claim', 'return_for_changes', 'reject',
              'approve'}
