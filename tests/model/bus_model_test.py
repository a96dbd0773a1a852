"""bus_model_test.py - the model of outbox, broker and inbox: sound, and each seeded bug is found.

Every run is exhaustive: all orders of all steps, with as many troubles as the mix allows. `make
campaign` looks at larger mixes.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
from tap import (check, check_equal, check_in, check_less, main, seconds_max, test_directory,
                 test_scale)

MEMORY_MIB_MAX = 2000
SECONDS_MAX = 300
IS_LONG = int(test_scale(1) > 1)

NO_TROUBLE = {'CRASHES_MAX': 0, 'DUPLICATES_MAX': 0, 'REORDERS_MAX': 0, 'DELETIONS_MAX': 0,
              'CUTS_MAX': 0, 'LOST_CONFIRMS_MAX': 0, 'LOST_REQUESTS_MAX': 0,
              'EARLY_REQUESTS_MAX': 0, 'FAILURES_MAX': 0, 'REPLAYS_MAX': 0, 'RELAYS': 1,
              'ANY_MAY_FAIL': 1, 'BEGINS_WITH_QUEUE': 1}


def run_pan(name, constants, compile_flags, run_flags):
    """Generates the checker, compiles it and runs it; answers what it said."""
    folder = os.path.join(test_directory(), name)
    os.makedirs(folder)
    for text in ('bus.pml', 'bus_rules.pml'):  # spin looks for what is included where it stands
        shutil.copy(os.path.join(HERE, text), folder)
    settings = [f'-D{key}={value}' for key, value in {**NO_TROUBLE, **constants}.items()]
    for command in (['spin', '-a', *settings, 'bus.pml'],
                    ['gcc', '-w', f'-DMEMLIM={MEMORY_MIB_MAX}', *compile_flags, '-o', 'pan',
                     'pan.c'],
                    ['./pan', '-m100000', '-w24', *run_flags]):
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
        check_equal(done.returncode, 0, f'{command[0]}: {done.stdout[-2000:]}')
    return done.stdout


def check_complete(said):
    """No error, and the search was not cut short: by depth, memory or an interrupt."""
    check_in('errors: 0', said)
    for trouble in ('Search not completed', 'max search depth too small', 'out of memory',
                    'reached -DMEMLIM'):
        check(trouble not in said, said[-2000:])
    states = re.search(r'(\d+)(?:e\+\d+)? states, stored', said)
    print(f'# {states.group(0)}, {re.search("elapsed time .*", said).group(0)}')
    check_less(100, int(states.group(1)), 'the model hardly moves')


def is_sound(name, **constants):
    check_complete(run_pan(name, constants, ['-O2', '-DSAFETY', '-DCOLLAPSE'], []))


# The search of a seeded bug is over in no time: it is compiled as fast as can be.
def finds(bug, promise, **constants):
    """With this mistake, and no more trouble than this, that promise is broken."""
    said = run_pan(bug, {**constants, f'BUG_{bug}': 1}, ['-O0', '-DSAFETY', '-DCOLLAPSE'], [])
    check_in('errors: 1', said, f'{bug} is not found')
    broken = re.search(r'assertion violated (.*) \(at depth', said)
    check(broken and promise in broken.group(1), f'{bug} is found as something else:\n{said}')


# What is asserted, in the words of the checker.
ALL_ARRIVED = '(cursor==4)'
SETTLED = 'state[waits_for[4]]'
ONCE = '(state[at]==0)'
IN_ORDER = 'earlier_of[at]'


# ---- it is sound ----

@seconds_max(SECONDS_MAX)
def nothing_is_lost_doubled_or_out_of_order():
    is_sound('all', CRASHES_MAX=2, DUPLICATES_MAX=2, DELETIONS_MAX=1, LOST_CONFIRMS_MAX=1,
             FAILURES_MAX=1, ANY_MAY_FAIL=IS_LONG)


@seconds_max(SECONDS_MAX)
def nor_when_the_network_is_bad():
    is_sound('network', CRASHES_MAX=1, REORDERS_MAX=1, DELETIONS_MAX=1, CUTS_MAX=1,
             LOST_REQUESTS_MAX=IS_LONG, EARLY_REQUESTS_MAX=IS_LONG)


@seconds_max(SECONDS_MAX)
def nor_with_two_relays():
    is_sound('relays', RELAYS=2, CRASHES_MAX=1, DUPLICATES_MAX=1, DELETIONS_MAX=IS_LONG, CUTS_MAX=1,
             LOST_CONFIRMS_MAX=1)


@seconds_max(SECONDS_MAX)
def nor_when_a_message_dies():
    is_sound('dead', CRASHES_MAX=1, DUPLICATES_MAX=1, DELETIONS_MAX=IS_LONG, FAILURES_MAX=2,
             REPLAYS_MAX=1)


@seconds_max(SECONDS_MAX)
def nor_when_there_is_no_queue_yet():
    is_sound('begin', BEGINS_WITH_QUEUE=0, CRASHES_MAX=1 + IS_LONG, DUPLICATES_MAX=IS_LONG,
             DELETIONS_MAX=1)


@seconds_max(SECONDS_MAX)
def every_run_ends():
    """No run goes round for ever, fair or not; and what ends has been judged above."""
    check_complete(run_pan('ends', {'CRASHES_MAX': 1, 'DUPLICATES_MAX': IS_LONG, 'REORDERS_MAX': 1,
                                    'DELETIONS_MAX': 1, 'FAILURES_MAX': IS_LONG,
                                    'LOST_REQUESTS_MAX': IS_LONG, 'ANY_MAY_FAIL': 0},
                           ['-O2', '-DNP', '-DCOLLAPSE'], ['-l']))


# ---- and it can fail ----

def the_relay_moves_its_cursor_before_the_confirm():
    finds('CURSOR_BEFORE_CONFIRM', ALL_ARRIVED, CUTS_MAX=1)


def the_consumer_acknowledges_before_its_commit():
    finds('ACK_BEFORE_COMMIT', ALL_ARRIVED, CRASHES_MAX=1)


def the_effect_and_the_cursor_are_two_transactions():
    finds('TWO_TRANSACTIONS', ONCE, CRASHES_MAX=1)


def a_gap_is_applied_anyway():
    finds('GAP_APPLIED', SETTLED, REORDERS_MAX=1)


def nothing_is_asked_for_after_the_queue_was_deleted():
    finds('NO_RESEND', ALL_ARRIVED, DELETIONS_MAX=1)


def a_follower_is_not_parked_behind():
    finds('FOLLOWER_NOT_PARKED', IN_ORDER, FAILURES_MAX=1)


def the_queue_is_made_before_the_wish_is_written_down():
    finds('WISH_AFTER_QUEUE', ALL_ARRIVED, DELETIONS_MAX=1, CRASHES_MAX=1)


def a_gap_is_known_to_memory_alone():
    finds('GAP_FORGOTTEN', ALL_ARRIVED, REORDERS_MAX=1, CRASHES_MAX=1)


def the_answer_to_an_old_wish_counts():
    finds('OLD_ANSWER_COUNTS', ALL_ARRIVED, REORDERS_MAX=1, DELETIONS_MAX=1)


def a_resend_is_asked_for_once():
    finds('ASKED_ONCE', ALL_ARRIVED, DELETIONS_MAX=1, LOST_REQUESTS_MAX=1)


def a_consumer_that_asks_for_ever_is_found():
    """The check of every_run_ends can fail."""
    said = run_pan('for_ever', {'DELETIONS_MAX': 1, 'BUG_NOBODY_ANSWERS': 1},
                   ['-O0', '-DNP', '-DCOLLAPSE'], ['-l'])
    check_in('non-progress cycle', said)
    check_in('errors: 1', said)


if __name__ == '__main__':
    main([nothing_is_lost_doubled_or_out_of_order, nor_when_the_network_is_bad,
          nor_with_two_relays, nor_when_a_message_dies, nor_when_there_is_no_queue_yet,
          every_run_ends,
          the_relay_moves_its_cursor_before_the_confirm,
          the_consumer_acknowledges_before_its_commit,
          the_effect_and_the_cursor_are_two_transactions, a_gap_is_applied_anyway,
          nothing_is_asked_for_after_the_queue_was_deleted, a_follower_is_not_parked_behind,
          the_queue_is_made_before_the_wish_is_written_down, a_gap_is_known_to_memory_alone,
          the_answer_to_an_old_wish_counts, a_resend_is_asked_for_once,
          a_consumer_that_asks_for_ever_is_found])
