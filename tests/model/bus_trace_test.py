"""bus_trace_test.py - the checker of traces accepts what the model allows and nothing else."""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
sys.path.insert(0, HERE)
import bus_trace
from tap import check, check_equal, check_in, check_match, check_raises, main, test_directory

OURS, STORE, INBOX = 'events', 'board/store', 'board/inbox'
SUBJECTS = {1: 'a', 3: 'b', 4: 'a'}
PREVIOUS = {1: 0, 3: 1, 4: 3}


def at_source(step, actor='orders/store', **fields):
    return {'step': step, 'actor': actor, 'source': 'orders', **fields}


def relay(step, **fields):
    return at_source(step, 'orders/relay', relay=1, **fields)


def inbox(step, actor=STORE, **fields):
    return {'step': step, 'actor': actor, 'source': 'orders', 'channel': OURS, 'consumer': 'board',
            **fields}


def commits():
    return [at_source('commit', channel=OURS, position=1, previous=0, subject='a'),
            at_source('commit', channel='mail', position=2, previous=0, subject='x'),
            at_source('commit', channel=OURS, position=3, previous=1, subject='b'),
            at_source('commit', channel=OURS, position=4, previous=3, subject='a')]


def publishes():
    return [relay('relay_started'),
            relay('publish', channel=OURS, position=1, previous=0),
            relay('publish', channel='mail', position=2, previous=0),
            relay('publish', channel=OURS, position=3, previous=1),
            relay('confirm', position=3),
            relay('cursor_moved', position=3),
            relay('publish', channel=OURS, position=4, previous=3),
            relay('confirm', position=4),
            relay('cursor_moved', position=4)]


def delivery(position, previous=None):
    return inbox('deliver', INBOX, position=position, subject=SUBJECTS[position],
                 previous=PREVIOUS[position] if previous is None else previous)


def message(step, position, previous=None):
    """It arrives, this becomes of it, it is acknowledged."""
    arrived = delivery(position, previous)
    return [arrived, {**arrived, 'step': step, 'actor': STORE},
            inbox('ack', INBOX, position=position)]


def parked(step, position):
    return [inbox(step, position=position)]


SENT = commits() + publishes()
END = [{'step': 'end'}]
BOARD_CRASHES = [{'step': 'crash', 'actors': 'board/'}]
ALL = SENT + message('apply', 1) + message('apply', 3) + message('apply', 4)
ONE_PARKED = SENT + message('park', 1) + message('apply', 3) + message('park_behind', 4)
QUEUE_IS_NEW = [inbox('queue_lost'), inbox('queue_created', INBOX)]
ASKED = [inbox('resend', INBOX, position=0, wish=1)]


def resent(position, previous):
    return [at_source('resent', 'orders/answer', channel=OURS, consumer='board', position=position,
                      previous=previous)]


def answered(position, wish):
    return [at_source('resent_all', 'orders/answer', channel=OURS, consumer='board', wish=wish,
                      position=position)]


def marked(position, wish):
    return [inbox('marked', position=position, wish=wish)]


def check_lines(lines):
    return bus_trace.check_trace([json.dumps(line) for line in lines])


def accepts(*traces):
    for lines in traces:
        check_equal(check_lines(lines), len(lines))


def rejects(lines, why):
    """For this reason, and at its last line: what comes before is no trouble."""
    reason = str(check_raises(bus_trace.Rejected, check_lines, lines))
    check_match(why, reason)
    check_in(f'line {len(lines)}:', reason)
    check_lines(lines[:-1])


# ---- good ones ----

def what_goes_well():
    accepts(ALL + END, SENT, [])


def duplicates():
    accepts(SENT + message('apply', 1) + message('duplicate', 1) + message('apply', 3)
            + message('apply', 4) + message('duplicate', 3) + END)


def a_relay_that_starts_again():
    again = [relay('relay_started'), relay('publish', channel=OURS, position=1, previous=0)]
    accepts(commits() + publishes()[:4] + again + message('apply', 1)
            + publishes() + message('apply', 3) + message('apply', 4) + END)


def a_gap_that_is_filled():
    accepts(SENT + message('gap', 3) + [inbox('resend', INBOX, position=0, wish=0)]
            + resent(1, 0) + resent(3, 1) + resent(4, 3) + answered(4, 0)
            + message('apply', 1) + message('apply', 3) + message('apply', 4) + marked(4, 0) + END)


def a_queue_that_was_deleted():
    accepts(SENT + QUEUE_IS_NEW + ASKED + ASKED + resent(1, 0) + resent(3, 1) + resent(4, 3)
            + answered(4, 1) + message('apply', 1) + message('apply', 3) + message('apply', 4)
            + marked(4, 1) + END)


def an_answer_that_begins_at_a_later_cursor():
    """The first that is sent again follows the cursor that was asked from, whatever lies between
    for others."""
    accepts(SENT + message('apply', 1) + resent(3, 2) + message('gap', 3, 2))
    accepts(SENT + QUEUE_IS_NEW + message('apply', 1) + resent(3, 1) + message('apply', 3, 1))


def parking_and_what_follows():
    accepts(ONE_PARKED + parked('retry_failed', 1) + parked('retry', 1) + parked('retry', 4) + END,
            ONE_PARKED + parked('dead', 1) + END,
            ONE_PARKED + parked('dead', 1) + parked('replay', 1) + parked('retry', 1)
            + parked('retry', 4) + END,
            ONE_PARKED + parked('dead', 1) + parked('drop', 1) + parked('retry', 4) + END)


def a_crash_leaves_the_last_transaction_open():
    first = SENT + [delivery(1), {**delivery(1), 'step': 'apply', 'actor': STORE}] + BOARD_CRASHES
    rest = message('apply', 3) + message('apply', 4) + END
    accepts(first + message('apply', 1) + rest, first + message('duplicate', 1) + rest)
    unsure = first[:-1] + [{'step': 'unsure', 'actor': STORE}]
    accepts(unsure + message('apply', 1) + rest, unsure + message('duplicate', 1) + rest)


def what_was_undone_may_be_done():
    undone = [delivery(1), {**delivery(1), 'step': 'apply', 'actor': STORE},
              {'step': 'undone', 'actor': STORE}]
    accepts(SENT + undone + message('park', 1) + message('apply', 3))


def a_transaction_of_several_lines_has_one_fate():
    both = [{**line, 'transaction': 7} for line in commits()[:2]]
    again = [{'step': 'undone', 'actor': 'orders/store'}] + commits()
    accepts(both + again)
    rejects(both + commits()[2:3] + again[:1] + commits()[:1], 'position == committed')


# ---- bad ones ----

def a_message_out_of_nothing():
    rejects(commits() + [delivery(1)], 'nobody sent this message')
    rejects(SENT + [{**delivery(1), 'step': 'apply', 'actor': STORE}], 'was not delivered')
    rejects(commits()[:1] + publishes()[:2] + [publishes()[2]], 'position <= committed')
    rejects(SENT + QUEUE_IS_NEW + marked(4, 1), 'nobody sent this answer')


def a_hole_in_the_journal():
    rejects(commits()[:2] + commits()[3:], r'position == committed \+ 1')
    rejects(commits()[:2] + [{**commits()[2], 'previous': 0}], r'previous == last_of')


def a_relay_that_leaves_one_out():
    rejects(commits() + publishes()[:2] + publishes()[3:4], r'position == published')
    rejects(commits() + [publishes()[0], {**publishes()[1], 'previous': 1}], 'promise is broken')


def a_cursor_before_its_confirm():
    rejects(commits() + publishes()[:4] + publishes()[5:6], r'position <= confirmed')
    rejects(commits() + publishes()[:2] + [relay('confirm', position=3)], r'position <= published')
    rejects(commits() + publishes()[:5] + [relay('relay_started'), publishes()[5]],
            r'position <= confirmed')


def an_effect_twice():
    rejects(SENT + message('apply', 1) + message('apply', 1)[:2], 'cursor < position')
    rejects(ONE_PARKED + parked('retry', 1) + parked('retry', 1), r'state\[position\] == 2')


def an_effect_in_spite_of_a_gap():
    rejects(SENT + message('apply', 3)[:2], 'previous <= cursor')


def a_gap_that_is_none():
    rejects(SENT + message('gap', 1)[:2], 'previous > cursor')


def a_duplicate_that_is_none():
    rejects(SENT + message('duplicate', 1)[:2], 'position <= cursor')


def an_acknowledgement_before_the_commit():
    rejects(SENT + [delivery(1), inbox('ack', INBOX, position=1)], 'promise is broken: assert')


def a_commit_that_was_acknowledged_and_is_gone():
    rejects(SENT + message('apply', 1) + BOARD_CRASHES + message('apply', 1)[:2],
            'cursor < position')


def a_publish_of_what_was_never_committed():
    rejects(commits()[:1] + publishes()[:2] + [{'step': 'crash', 'actor': 'orders/store'}]
            + commits()[:1], 'position == committed')


def a_follower_that_passes():
    rejects(SENT + message('park', 1) + message('apply', 3) + message('apply', 4)[:2],
            'last_parked')
    rejects(ONE_PARKED + parked('retry', 4), 'waits_for')
    rejects(ONE_PARKED + parked('dead', 1) + parked('retry', 4), 'waits_for')
    rejects(ONE_PARKED + parked('dead', 1) + parked('replay', 1) + parked('retry', 4), 'waits_for')


def parked_without_a_reason():
    rejects(SENT + message('park_behind', 1)[:2], 'last_parked')


def dead_without_a_try():
    rejects(ONE_PARKED + parked('retry', 1) + parked('dead', 4), 'tries')
    rejects(ONE_PARKED + parked('drop', 1), r'state\[position\] == 3')
    rejects(ONE_PARKED + parked('dead', 1) + parked('retry', 1), r'state\[position\] == 2')


def a_queue_made_before_the_wish_is_stored():
    rejects(SENT + QUEUE_IS_NEW[1:], 'wanted == number')


def asking_for_what_is_there():
    rejects(ALL + [inbox('resend', INBOX, position=4, wish=0)], 'cursor < seen')
    rejects(SENT + message('apply', 1) + message('gap', 4)
            + [inbox('resend', INBOX, position=0, wish=0)], 'position == cursor')


def an_answer_that_leaves_one_out():
    rejects(SENT + resent(3, 0), 'promise is broken')
    rejects(SENT + resent(2, 1), 'channel_of')
    rejects(commits()[:1] + answered(3, 1), 'last_of')


def an_end_with_something_missing():
    rejects(SENT + message('apply', 1) + message('apply', 3) + END, 'message 4 was never')
    rejects(ONE_PARKED + END, 'message 1 was never')
    rejects(ONE_PARKED + parked('retry', 1) + END, 'message 4 was never')
    rejects(commits() + publishes()[:-1] + message('apply', 1) + message('apply', 3)
            + message('apply', 4) + END, '3 of 4 messages are published')


def lines_that_say_too_little():
    rejects([{'step': 'applaud', 'actor': 'x'}], 'there is no step')
    rejects(SENT + [{'step': 'apply', 'actor': 'x', 'source': 'orders'}], 'says nothing about')
    rejects([{**commits()[0], 'position': '1'}], 'position must be int')
    check_raises(bus_trace.Rejected, bus_trace.check_trace, ['{"step": "comm'])
    check_raises(bus_trace.Rejected, bus_trace.check_trace, ['[]'])


# ---- the checker and the model have one set of rules ----

def the_model_takes_every_rule():
    """What the checker knows and the model never tries would be proved by nothing."""
    with open(os.path.join(HERE, 'bus.pml'), encoding='utf-8') as file:
        model = file.read()
    check_in('#include "bus_rules.pml"', model)
    unused = [name for name in bus_trace.RULES_OF if not re.search(rf'\b{name}\(', model)]
    check_equal(unused, [])


def it_is_a_program():
    paths = [os.path.join(test_directory(), name) for name in ('good', 'bad')]
    for path, lines in zip(paths, (ALL + END, ONE_PARKED + END)):
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(json.dumps(line) + '\n' for line in lines)
    for count, code in ((1, 0), (2, 1), (0, 1)):
        done = subprocess.run([sys.executable, os.path.join(HERE, 'bus_trace.py'), *paths[:count]],
                              capture_output=True, text=True)
        check_equal(done.returncode, code, done.stdout + done.stderr)
        check(count < 1 or 'as the model allows' in done.stdout)


if __name__ == '__main__':
    main([what_goes_well, duplicates, a_relay_that_starts_again, a_gap_that_is_filled,
          a_queue_that_was_deleted, an_answer_that_begins_at_a_later_cursor,
          parking_and_what_follows, a_crash_leaves_the_last_transaction_open,
          what_was_undone_may_be_done, a_transaction_of_several_lines_has_one_fate,
          a_message_out_of_nothing, a_hole_in_the_journal, a_relay_that_leaves_one_out,
          a_cursor_before_its_confirm, an_effect_twice, an_effect_in_spite_of_a_gap,
          a_gap_that_is_none, a_duplicate_that_is_none, an_acknowledgement_before_the_commit,
          a_commit_that_was_acknowledged_and_is_gone, a_publish_of_what_was_never_committed,
          a_follower_that_passes, parked_without_a_reason, dead_without_a_try,
          a_queue_made_before_the_wish_is_stored, asking_for_what_is_there,
          an_answer_that_leaves_one_out, an_end_with_something_missing, lines_that_say_too_little,
          the_model_takes_every_rule, it_is_a_program])
