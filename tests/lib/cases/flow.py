"""flow.py - somebody who works with cases: /flow/KIND/WORKFLOW/...

    anna = Participant(client, 'staff', 'leave')
    answer = anna.do('ask', {'first_day': '2026-03-30', 'last_day': '2026-03-31'})
    anna.state().json['case']
"""
import os
import tempfile
import threading
import uuid

import tap

PARCEL = '''\
workflow: parcel
version: 1
ru: Посылка
en: Parcel
participants:
  sender:
    is: sender_id
    sees: [address, state_note]
  post:
    sees: {Sent: [address]}
    roles:
      clerk: {sees: [address, weight, price]}
      judge: {sees: all}
fields:
  sender_id: {kind: id}
  address: {kind: text, max: 200, ru: Адрес, en: Address}
  state_note: {kind: text, max: 200, must: state_note <> address,
               because: {ru: Это адрес., en: That is the address.}}
  weight: {kind: integer, min: 1, max: 30000}
  price: {kind: money, currency: EUR, min: 0}
  suspicion: {kind: text, max: 200}
  tags: {kind: texts, max: 20}
  secret_code: {kind: text, max: 20, secret: true}
  urgent: {kind: flag, default: false}
  stamp_of: {kind: text, max: 20}
places:
  Sent: {ru: Отправлена, en: Sent}
  Weighed: {ru: Взвешена, en: Weighed}
  Inspecting:
  Delivered: {end: true}
  Lost: {end: true}
operations:
  send:
    who: sender
    from: start
    to: Sent
    asks: address
    accepts: [tags, urgent]
    sets: {sender_id: caller_id}
  readdress:
    who: sender
    in: [Sent, Weighed]
    asks: address
  note: {who: post.judge, in: [Sent, Weighed], accepts: [suspicion, secret_code, weight, price]}
  say: {who: post, in: [Sent, Weighed, Inspecting], asks: state_note}
  weigh: {who: post.clerk, from: Sent, to: Weighed, asks: weight}
  stamp: {who: post.clerk, in: [Sent, Weighed], asks: stamp_of, run: stamp, with: {ink: stamp_of}}
  deliver:
    who: post.clerk
    from: Weighed
    to: Delivered
    when: price is not null
    because: {ru: Не оплачена., en: It is not paid.}
  inspect: {who: post.judge, from: Weighed, to: Inspecting}
  lose:
    who: post.clerk
    from_any: [Sent, Weighed, Inspecting]
    to: Lost
    when: length(state_note) > 3
    accepts: state_note
stages:
  look: {from: Inspecting, to: Weighed, worker: inspectors}
timers:
  forgotten: {after: 365d, from_any: [Sent, Weighed, Inspecting], to: Lost}
'''


def directory_of(**files):
    """A directory of workflows: name -> text."""
    directory = tempfile.mkdtemp(dir=tap.test_directory())
    for name, text in files.items():
        with open(os.path.join(directory, f'{name}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    return directory


def person():
    return str(uuid.uuid4())


class Participant:
    """One person at one door. `roles` are those of all doors, as the gateway sends them."""

    def __init__(self, client, kind, workflow, roles=None, who=None):
        self.client = client
        self.kind = kind
        self.workflow = workflow
        self.who = who or person()
        self.headers = {'Kontora-Person': self.who, 'Kontora-Roles': roles or kind}

    def path(self, rest):
        return f'/flow/{self.kind}/{self.workflow}/{rest}'

    def get(self, rest, headers=None):
        return self.client.get(self.path(rest), headers={**self.headers, **(headers or {})})

    def state(self, case=None, event=None, headers=None):
        asked = [f'{name}={value}' for name, value in (('case_id', case), ('event_id', event))
                 if value]
        return self.get('state' + ('?' if asked else '') + '&'.join(asked), headers)

    def offer(self, operation, case=None):
        """What the state says of one operation; None: it is not there."""
        for offer in self.state(case).json['new_operations']:
            if offer['operation'] == operation:
                return offer
        return None

    def token(self, operation, case=None):
        return self.offer(operation, case)['token']

    def post(self, operation, token, form=None, headers=None):
        body = {'token': token}
        if form is not None:
            body['form'] = form
        return self.client.post(self.path(f'operations/{operation}'), body,
                                {**self.headers, **(headers or {})})

    def do(self, operation, form=None, case=None):
        return self.post(operation, self.token(operation, case), form)

    def operation(self, operation_id):
        return self.get(f'operations/{operation_id}')


def disable_code(offer):
    """NewOperation has either token or disable_reason (A8)."""
    tap.check_equal(('token' in offer) + ('disable_reason' in offer), 1, offer)
    return offer.get('disable_reason', {}).get('code')


def at_once(*works):
    """Runs all in threads that begin together; their results, or their exceptions raised."""
    barrier = threading.Barrier(len(works))
    results = [None] * len(works)

    def run(number, work):
        barrier.wait(60)
        try:
            results[number] = work()
        except BaseException as error:  # pylint: disable=broad-except
            results[number] = error

    threads = [threading.Thread(target=run, args=(number, work))
               for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(170)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
