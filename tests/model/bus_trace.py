"""bus_trace.py - says whether what a real program did is something the model may do.

    python3 tests/model/bus_trace.py TRACE [TRACE...]     exit status 1 and one line when it is not

The rules are not written here a second time: read_rules reads bus_rules.pml, the text that the
model includes, and turns each inline into conditions, promises and changes.

THE TRACE. One JSON object a line, in UTF-8. Every process appends to one file, each line with one
write() to a descriptor opened with O_APPEND, so the order of the lines is the order of the steps.

  * A step that is (part of) a transaction is written inside it, directly BEFORE the commit; a step
    that sends something, directly BEFORE the sending; a step that receives, AFTER the receiving.
    So what a line tells is at that moment still to happen, and a crash may prevent it: the checker
    follows both. "undone" says it surely did not happen, "unsure" that nobody knows.
  * Every line carries "step" and "actor". An actor does one thing after the other: a thread, or a
    database's queue of transactions. Its name is its own for its life: "orders/1/relay", or
    "4711/4712" for a process and its thread. Transactions that are committed one after the other
    have one actor; a relay, a connection and a consumer may have their own.
  * "transaction": a number; neighbouring lines of one actor with the same one are committed
    together. Without it a line stands for itself.
  * "source", "channel", "consumer", "subject" are texts ("subject" is never empty: "-" when the
    message is about nothing; a message that goes to nobody has the channel "").
    "position", "previous", "relay", "wish" are whole numbers from 0.
  * A channel is what goes one way: "events", "commands/till". Of events a consumer may want some:
    then it says their names, and the others are not there for it. "previous" may pass over them,
    and so may its cursor.

  step            further fields                                     when
  wants           consumer name                                      at its start, for each name
  commit          source channel position subject                    a message enters the journal
                  previous, name: may be left out
  relay_started   source relay                                       it begins (again) at its cursor
  relay_again     source relay                                       or behind what was confirmed
  publish         source relay channel position previous             in order, what goes nowhere too
  confirm         source relay position                              all up to here is confirmed
  cursor_moved    source relay position                              in the relay's transaction
  resent          source channel consumer position previous          straight to that queue
  resent_all      source channel consumer position wish              the end of an answer: the last
                                                                     position of the channel, or 0
  queue_lost      source channel consumer                            no queue is there: the wish is
                                                                     stored (transaction), number+1
  queue_created   source channel consumer                            directly before it is declared
  resend          source channel consumer position wish              asks for all behind position
  marked          source channel consumer position wish              resent_all came (transaction)
  deliver         source channel consumer position previous subject  a message arrived
  duplicate       source channel consumer position                   it is one: no effect
  gap             source channel consumer position previous          it stores that it lacks some
  apply           source channel consumer position previous subject  effect and cursor
  park            source channel consumer position previous subject  its handler failed
  park_behind     source channel consumer position previous subject  one before it is held
  ack             source channel consumer position                   before the acknowledgement
  retry           source channel consumer position                   a parked one: effect, unparked
  retry_failed    source channel consumer position                   a parked one failed again
  dead            source channel consumer position                   it is not tried any more
  replay, drop    source channel consumer position                   a person has decided

  undone          -                the last transaction of this actor was rolled back
  unsure          -                the outcome of this actor's last transaction is unknown
  crash           -                the actor ended without a word: its last transaction is unsure.
                                   Instead of "actor", "actors" may give a prefix: "4711/" ends
                                   all of that process. Who killed it writes it, or the next start.
  end             -                all is quiet: every committed message must now be settled at
                                   each consumer the trace knows: it took a step, it wants the
                                   name, or stands behind the "/" of the channel. Without an
                                   end nothing is said about what is missing.

A local bus, which hands messages over without a broker, is a source that answers for ever: it
writes resent where it hands over, and no publish. It remembers a gap by its journal.
"""
import collections
import copy
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, 'bus_rules.pml')
BRANCHES_MAX = 256

# Whose variable it is: the source's, or one consumer's of one channel of it.
OF_SOURCE = {'committed', 'relay_cursor', 'channel_of', 'previous_of', 'subject_of', 'earlier_of',
             'last_of', 'latest_of', 'published', 'confirmed'}
OF_CONSUMER = {'cursor', 'seen', 'wanted', 'number', 'state', 'tries', 'waits_for', 'last_parked'}
OF_LINES = {'state', 'tries', 'waits_for', 'last_parked'}  # all channels of a source have one queue
OF_A_RELAY = {'relay_started', 'relay_again', 'publish', 'confirm'}
OF_THE_JOURNAL = OF_A_RELAY | {'commit', 'cursor_moved'}
SOURCE_STEPS = OF_THE_JOURNAL | {'resent', 'resent_all'}
VOLATILE = OF_A_RELAY | {'resent', 'resent_all', 'resend', 'deliver', 'duplicate', 'ack',
                         'queue_created'}  # no transaction: nothing of it is undone
NUMBERS = {'position', 'previous', 'relay', 'wish'}
FIELD_OF_PARAMETER = {'request': 'wish'}
EVENTS = 'events'  # the only channel of which a consumer may want some


class Rejected(Exception):
    """The trace is not a run of the model; the message says where and why."""


# ---- the rules, read from the model ----

def to_python(expression, parameters):
    """One expression of the model's language in the form of ours."""
    text = re.sub(r'\(([^()]*(?:\([^()]*\)[^()]*)*?) -> ([^():]*) : ([^():]*)\)',
                  r'((\2) if (\1) else (\3))', expression.strip())
    text = re.sub(r'!(?!=)', ' not ', text.replace('&&', ' and ').replace('||', ' or '))
    text = re.sub(r'\btrue\b', 'True', text)

    def name(found):
        word = found.group(0)
        if word in parameters or word in ('and', 'or', 'not', 'if', 'else', 'True'):
            return word
        if word in OF_SOURCE:
            return f'source.{word}'
        if word in OF_CONSUMER:
            return f'inbox.{word}'
        raise ValueError(f'{RULES}: nobody owns the variable {word}')
    return re.sub(r'\b[A-Za-z_]\w*', name, ' '.join(text.split()))


class Rule:
    """One step: a condition, promises, and what it changes."""

    def __init__(self, name, parameters, body):
        self.name, self.parameters, self.statements = name, parameters, []
        self.fields = [FIELD_OF_PARAMETER.get(word, word) for word in parameters]
        for index, text in enumerate(part.strip() for part in body.split(';')):
            promise = re.fullmatch(r'assert\((.*)\)', text, re.S)
            change = re.fullmatch(r'(\w+)(?:\[(\w+)\])? = (.*)', text, re.S)
            if promise:
                self.add('promise', promise.group(1), text)
            elif change and index:
                key = change.group(2)
                self.add('change', change.group(3), text, change.group(1), key)
            elif index == 0:
                self.add('condition', text, text)
            else:
                raise ValueError(f'{RULES}: {name}: what is {text!r}?')

    def add(self, kind, expression, text, variable=None, key=None):
        code = compile(to_python(expression, self.parameters), f'{RULES}:{self.name}', 'eval')
        self.statements.append((kind, code, ' '.join(text.split()), variable, key))


def read_rules(text):
    pattern = r'inline (\w+)\(([^)]*)\)\s*\{(.*?)\}'
    return {name: Rule(name, [word.strip() for word in words.split(',') if word.strip()], body)
            for name, words, body in re.findall(pattern, text, re.S)}


def preprocess():
    """The rules with their macros expanded, and the condition of a message that is settled."""
    question = '#include "bus_rules.pml"\nSETTLED IS_SETTLED(position)\n'
    done = subprocess.run(['gcc', '-E', '-P', '-x', 'c', '-I', HERE, '-'], input=question,
                          check=True, capture_output=True, text=True)
    return done.stdout.split('SETTLED')


TEXT, SETTLED = preprocess()
RULES_OF = read_rules(TEXT)
IS_SETTLED = compile(to_python(SETTLED, ['position']), 'IS_SETTLED', 'eval')


# ---- what the rules are about ----

class Part:
    """The variables of one source or of one inbox: all are 0 at first, arrays too."""

    def __init__(self, name, variables):
        self.name = name
        for variable in variables:
            is_array = re.search(rf'\b{variable}\[', TEXT)
            setattr(self, variable, collections.defaultdict(int) if is_array else 0)
        self.name_of = {}
        self.on_the_way = set()  # what the model's queue holds: sent, and so may arrive
        self.delivered = set()

    def change(self, variable, key, value):
        """Answers what undoes it."""
        if key is None:
            undo = (self, variable, None, getattr(self, variable))
            setattr(self, variable, value)
        else:
            undo = (self, variable, key, getattr(self, variable)[key])
            getattr(self, variable)[key] = value
        return undo


class Column:
    """Looks like an array of the model."""

    def __init__(self, look_up):
        self.look_up = look_up

    def __getitem__(self, key):
        return self.look_up(key)


class View:
    """A source as a consumer sees it: what goes elsewhere, or is not wanted, is not on its channel.
    Has what the rules about consumers read, and nothing to change."""

    def __init__(self, source, channel, names):
        self.source, self.channel, self.names = source, channel, names
        self.committed, self.subject_of = source.committed, source.subject_of
        self.channel_of = Column(lambda position: channel if self.is_ours(position) else None)
        self.previous_of = self.skipping(source.previous_of)
        self.earlier_of = self.skipping(source.earlier_of)
        self.last_of = Column(lambda _: self.upto(source.committed))

    def is_ours(self, position):
        if self.source.channel_of[position] != self.channel:
            return False
        name = self.source.name_of.get(position)
        return self.names is None or name is None or name in self.names

    def is_there(self, line):
        """False: it is on this channel, and the consumer does not want it."""
        position = line.get('position', 0)
        is_here = position and self.source.channel_of[position] == self.channel
        return not is_here or self.is_ours(position) or line['step'] == 'resent_all'

    def skipping(self, chain):
        def look_up(position):
            position = chain[position]
            while position and not self.is_ours(position):
                position = chain[position]
            return position
        return Column(look_up)

    def upto(self, position):
        """The newest of ours up to there; what is not known is left as it is."""
        while 0 < position <= self.committed and not self.is_ours(position):
            position -= 1
        return position


class World:
    """One of the states in which the program may be, after what it said so far."""

    def __init__(self):
        self.sources, self.inboxes, self.lines = {}, {}, {}
        self.wants = {}  # consumer: names of events
        self.pending = {}  # actor: (transaction, what undoes it): its outcome is not known yet

    def source(self, line):
        name = line['source']
        if name not in self.sources:
            self.sources[name] = Part(name, OF_SOURCE)
        return self.sources[name]

    def inbox(self, line):
        name = (line['source'], line['channel'], line['consumer'])
        if name not in self.inboxes:
            lines = self.lines.setdefault((name[0], name[2]), Part(name, OF_LINES))
            inbox = self.inboxes[name] = Part(name, OF_CONSUMER)
            for variable in OF_LINES:
                setattr(inbox, variable, getattr(lines, variable))
        return self.inboxes[name]

    def view(self, source, channel, consumer):
        names = self.wants.get(consumer) if channel == EVENTS else None
        return View(source, channel, names)

    def take(self, line):
        """One step; raises Rejected when it cannot be taken."""
        step, rule = line['step'], RULES_OF[line['step']]
        source = self.source(line)
        inbox = None if step in SOURCE_STEPS else self.inbox(line)
        if step == 'commit':
            line = {'previous': source.last_of[line['channel']], **line}
            source.name_of[line['position']] = line.get('name')
        seen, said = source, line
        if 'consumer' in line:
            seen = self.view(source, line['channel'], line['consumer'])
            line = {**line, 'previous': seen.upto(line.get('previous', 0))}
            if not seen.is_there(line):
                return
        said = said if step == 'gap' else line  # whoever is too careful is right
        values = {name: said[field] for name, field in zip(rule.parameters, rule.fields)}
        self.look_at_the_wire(line, source, inbox, seen)
        undo = self.keep_pending(line)
        for kind, code, text, variable, key in rule.statements:
            value = eval(code, {}, {**values, 'source': seen, 'inbox': inbox})
            if kind == 'condition' and not value:
                raise Rejected(f'this cannot be done now: {text}')
            if kind == 'promise' and not value:
                raise Rejected(f'a promise is broken: {text}')
            if kind == 'change':
                part = source if variable in OF_SOURCE else inbox
                undo.append(part.change(variable, values[key] if key else None, value))

    def keep_pending(self, line):
        """What an actor did before is done, when it goes on with something else."""
        number = line.get('transaction')
        known = self.pending.get(line['actor'])
        if known is None or number is None or known[0] != number:
            known = self.pending[line['actor']] = (number, [])
        self.is_done_for(line)
        return [] if line['step'] in VOLATILE else known[1]

    def is_done_for(self, line):
        """Nobody publishes or acknowledges before the commit: so that has been."""
        if line['step'] in ('publish', 'resent'):
            part, keys = self.source(line), (line['position'],)
        elif line['step'] == 'ack':
            part, keys = self.inbox(line), (line['position'], None)
        else:
            return
        for _, undo in self.pending.values():
            if any(entry[0] is part and entry[2] in keys for entry in undo):
                undo.clear()

    def look_at_the_wire(self, line, source, inbox, seen):
        """The model has a queue here: only what was sent can arrive, only that is acted upon."""
        step = line['step']
        if step in ('publish', 'resent'):
            source.on_the_way.add((line['channel'], line.get('consumer'), line['position'],
                                   line['previous']))
        elif step == 'resent_all':
            source.on_the_way.add((line['channel'], line['position'], 'mark', line['wish']))
        elif step == 'marked':
            if (line['channel'], line['position'], 'mark', line['wish']) not in source.on_the_way:
                raise Rejected('nobody sent this answer')
        elif step == 'deliver':
            if not self.was_sent(line, source, seen):
                raise Rejected('nobody sent this message')
            inbox.delivered |= {(line['position'], line['previous']), line['position']}
        elif step in ('apply', 'park', 'park_behind', 'gap'):
            if (line['position'], line['previous']) not in inbox.delivered:
                raise Rejected('this message was not delivered')
        elif step in ('duplicate', 'ack') and line['position'] not in inbox.delivered:
            raise Rejected('this message was not delivered')

    def was_sent(self, line, source, seen):
        """To all who listen, or to this one alone."""
        return any(sent[:3] == (line['channel'], listener, line['position'])
                   and seen.upto(sent[3]) == line['previous']
                   for sent in source.on_the_way for listener in (None, line['consumer']))

    def forget(self, actor):
        """The last transaction of an actor did not happen."""
        _, undo = self.pending.pop(actor, (None, []))
        for part, variable, key, value in reversed(undo):
            part.change(variable, key, value)

    def meet_everybody(self):
        """Who wants something of it, or is addressed, is known before anything has arrived."""
        for source in self.sources.values():
            for position in range(1, source.committed + 1):
                channel = source.channel_of[position]
                consumers = [channel.partition('/')[2]] if '/' in channel else []
                if channel == EVENTS:
                    name = source.name_of.get(position)
                    consumers = [who for who, names in self.wants.items() if name in names]
                for consumer in consumers:
                    self.inbox({'source': source.name, 'channel': channel, 'consumer': consumer})

    def judge(self):
        self.meet_everybody()
        for source in self.sources.values():
            if source.published and source.relay_cursor != source.committed:
                raise Rejected(f'{source.name}: {source.relay_cursor} of {source.committed} '
                               'messages are published')
        for inbox in self.inboxes.values():
            source = self.sources[inbox.name[0]]
            seen = self.view(source, *inbox.name[1:])
            for position in range(1, source.committed + 1):
                is_ours = seen.is_ours(position)
                if is_ours and not eval(IS_SETTLED, {}, {'position': position, 'inbox': inbox}):
                    raise Rejected(f'{inbox.name}: message {position} was never dealt with')


# ---- following a trace ----

def unsure(worlds, actor):
    """Both may be: that the last transaction of the actor happened, and that it did not."""
    answer = []
    for world in worlds:
        if world.pending.get(actor, (None, []))[1]:
            other = copy.deepcopy(world)
            other.forget(actor)
            answer.append(other)
        world.pending.pop(actor, None)
        answer.append(world)
    if len(answer) > BRANCHES_MAX:
        raise Rejected(f'more than {BRANCHES_MAX} histories are possible')
    return answer


def fates(worlds, line):
    """The lines that are about transactions rather than about messages."""
    if line['step'] == 'wants':
        for world in worlds:
            world.wants.setdefault(line['consumer'], set()).add(line['name'])
        return worlds
    if line['step'] == 'undone':
        for world in worlds:
            world.forget(line['actor'])
        return worlds
    actors = [line['actor']] if 'actor' in line else sorted(
        {actor for world in worlds for actor in world.pending if actor.startswith(line['actors'])})
    for actor in actors:
        worlds = unsure(worlds, actor)
    return worlds


def check_form(line):
    step = line.get('step')
    if step == 'end':
        return
    if step in ('undone', 'unsure', 'crash'):
        fields = [] if step == 'crash' and 'actors' in line else ['actor']
    elif step == 'wants':
        fields = ['consumer', 'name']
    elif step in RULES_OF:
        fields = ['actor', 'source', *RULES_OF[step].fields]
        fields += ['wish'] if step == 'resent_all' else []
        fields += ['channel', 'consumer'] if step not in OF_THE_JOURNAL else []
        if step == 'commit' and 'previous' not in line:
            fields.remove('previous')
    else:
        raise Rejected(f'there is no step {step!r}')
    missing = [field for field in fields if field not in line]
    if missing:
        raise Rejected(f'{step} says nothing about: {", ".join(missing)}')
    for field in fields:
        kind = int if field in NUMBERS else str
        if type(line[field]) is not kind:
            raise Rejected(f'{field} must be {kind.__name__}, it is {line[field]!r}')


def follow(worlds, line):
    """The worlds that are possible after one more line."""
    check_form(line)
    if line['step'] in ('undone', 'unsure', 'crash', 'wants'):
        return fates(worlds, line)
    possible, first = [], None
    for world in worlds:
        try:
            world.judge() if line['step'] == 'end' else world.take(line)
            possible.append(world)
        except Rejected as reason:
            first = first or reason
    if not possible:
        raise first
    return possible


def check_trace(lines):
    """Raises Rejected when no run of the model says this; answers how many steps were taken."""
    worlds, number = [World()], 0
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            worlds = follow(worlds, line)
        except (ValueError, AttributeError) as error:
            raise Rejected(f'line {number}: not a JSON object: {error}') from error
        except Rejected as reason:
            raise Rejected(f'line {number}: {reason}\n  {text.strip()}') from reason
    return number


def main(paths):
    is_good = bool(paths)
    for path in paths:
        try:
            with open(path, encoding='utf-8') as file:
                print(f'{path}: {check_trace(file)} steps, as the model allows')
        except (Rejected, OSError) as reason:
            print(f'{path}: {reason}')
            is_good = False
    return 0 if is_good else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
