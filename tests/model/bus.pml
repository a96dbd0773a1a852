/* bus.pml - outbox, broker and inbox: every order of steps, crashes and losses that there can be.
 *
 * One source writes four messages. 1, 3 and 4 go to the consumer, 1 and 4 about the same subject;
 * 2 goes elsewhere. Two relays publish them, in order, two in flight. Disturbances are counted out,
 * so each run ends; when nothing can move any more, Judge looks whether all of it has arrived.
 * The relays, the answering source, the consumer, its retries and a person are processes here; what
 * a step may do stands in bus_rules.pml. BUG_... puts one mistake in; bus_model_test.py finds each.
 *
 * What is not promised here: that a bound higher than these shows nothing new.
 */
#define MESSAGES 4
#define OURS 1      /* the channel of our consumer */
#define ELSEWHERE 2 /* and another */
#define MARK 8      /* in the queue: MARK + request is the end of an answer */

#define CHANNEL(position) (position == 2 -> ELSEWHERE : OURS)
#define SUBJECT(position) (position == 3 -> 2 : (position == 2 -> 3 : 1))
#define PREVIOUS(position) (position == 4 -> 3 : (position == 3 -> 1 : 0))

#ifndef CRASHES_MAX
#define CRASHES_MAX 2
#endif
#ifndef DUPLICATES_MAX
#define DUPLICATES_MAX 2
#endif
#ifndef REORDERS_MAX
#define REORDERS_MAX 1 /* a redelivery that comes behind a later message */
#endif
#ifndef DELETIONS_MAX
#define DELETIONS_MAX 1 /* of the whole queue */
#endif
#ifndef CUTS_MAX
#define CUTS_MAX 1 /* a publish that never arrives */
#endif
#ifndef LOST_CONFIRMS_MAX
#define LOST_CONFIRMS_MAX 1 /* a publish that arrives, and nobody says so */
#endif
#ifndef LOST_REQUESTS_MAX
#define LOST_REQUESTS_MAX 1
#endif
#ifndef EARLY_REQUESTS_MAX
#define EARLY_REQUESTS_MAX 1 /* a repetition while the answer is on its way */
#endif
#ifndef FAILURES_MAX
#define FAILURES_MAX 2 /* of the handler: with two, a message can die */
#endif
#ifndef ANY_MAY_FAIL
#define ANY_MAY_FAIL 1 /* 0: only the one that another one of the same subject follows */
#endif
#ifndef BEGINS_WITH_QUEUE
#define BEGINS_WITH_QUEUE 0
#endif
#ifndef REPLAYS_MAX
#define REPLAYS_MAX 1
#endif
#ifndef RELAYS
#define RELAYS 2
#endif
#ifndef QUEUE_MAX
#define QUEUE_MAX 3
#endif
#define IN_FLIGHT_MAX 2
#define TRIES_MAX 2

/* ---- on the source's disk ---- */
byte committed, relay_cursor;
byte channel_of[MESSAGES + 1], previous_of[MESSAGES + 1], subject_of[MESSAGES + 1];
byte earlier_of[MESSAGES + 1], last_of[3], latest_of[4];

/* ---- in a relay ---- */
byte published[RELAYS], confirmed[RELAYS];
bool is_cut[RELAYS];

/* ---- in the broker ---- */
chan queue = [QUEUE_MAX] of { byte, byte }; /* position and previous, or mark and position */
chan requests = [1] of { byte, byte };       /* the cursor and the number of the wish */
bool queue_exists;

/* ---- on the consumer's disk ---- */
byte cursor, seen, wanted, number;
byte state[MESSAGES + 1], tries[MESSAGES + 1], waits_for[MESSAGES + 1], last_parked[4];

/* ---- in the consumer ---- */
bool is_connected, is_creating, has_asked, is_holding;

/* ---- what has gone wrong so far ---- */
byte crashes, duplicates, reorders, deletions, cuts, lost_confirms, lost_requests, early_requests;
byte failures, replays;

#include "bus_rules.pml"

#define CAN_TAKE (!queue_exists || nfull(queue))

/* A message for a queue that is not there is confirmed all the same: nobody listens. */
inline enqueue(first, second)
{
    if
    :: queue_exists -> queue!first, second
    :: else
    fi
}

inline commit_next()
{
    commit((committed + 1), CHANNEL((committed + 1)), PREVIOUS((committed + 1)),
           SUBJECT((committed + 1)))
}

/* Three at once and the last at any time: a relay that is late looks like a commit that is. */
proctype Producer()
{
    atomic { commit_next(); commit_next(); commit_next() };
    atomic { commit_next() }
}

/* ---- the source ---- */

#define NEXT_OF_OURS(position) (position == 0 -> 1 : (position < 3 -> 3 : position + 1))
#define COUNT_OF_OURS(position) (position > 1 -> position - 1 : position)
#define IN_FLIGHT(relay) (COUNT_OF_OURS(published[relay]) - COUNT_OF_OURS(confirmed[relay]))
#define MAY_PUBLISH(relay) \
    (published[relay] < committed && IN_FLIGHT(relay) < IN_FLIGHT_MAX && !is_cut[relay])
#define IS_WAITING(relay) (confirmed[relay] < published[relay] && !is_cut[relay])

inline publish_one(relay)
{
    publish(relay, (published[relay] + 1), CHANNEL((published[relay] + 1)),
            PREVIOUS((published[relay] + 1)))
}

/* What goes elsewhere is published on the way to what is ours. */
inline publish_next(relay)
{
    if
    :: NEXT_OF_OURS(published[relay]) != published[relay] + 1 -> publish_one(relay)
    :: else
    fi;
    publish_one(relay)
}

/* The second relay only doubles what the first one does: it needs no trouble of its own. */
proctype Relay(byte me)
{
end:
    do
    :: atomic { MAY_PUBLISH(me) && CAN_TAKE ->
            publish_next(me);
            enqueue(published[me], PREVIOUS(published[me]))
    }
#ifdef BUG_CURSOR_BEFORE_CONFIRM
    :: atomic { published[me] > relay_cursor -> relay_cursor = published[me] }
    :: atomic { IS_WAITING(me) -> confirm(me, NEXT_OF_OURS(confirmed[me])) }
#else
    /* A crash between these two is the same as one before both. */
    :: atomic { IS_WAITING(me) ->
            confirm(me, NEXT_OF_OURS(confirmed[me]));
            cursor_moved(me, confirmed[me])
    }
#endif
    :: atomic { me == 0 && MAY_PUBLISH(me) && cuts < CUTS_MAX ->
            cuts++;
            publish_next(me);
            is_cut[me] = true
    }
    /* A lost confirm and a crash leave the same behind: one is spent before the other. */
    :: atomic { me == 0 && IS_WAITING(me) && lost_confirms < LOST_CONFIRMS_MAX ->
            lost_confirms++;
            relay_started(me)
    }
    :: atomic { me == 0 && IS_WAITING(me) && lost_confirms == LOST_CONFIRMS_MAX &&
                crashes < CRASHES_MAX ->
            crashes++;
            relay_started(me)
    }
    :: atomic { is_cut[me] -> relay_started(me); is_cut[me] = false }
    :: atomic { is_cut[me] -> relay_again(me); is_cut[me] = false }
    od
}

#define IDLE 0
#define READING 1
#define ALL_READ 2

inline source_ends()
{
    before = 0;
    wish = 0;
    stage = IDLE
}

/* Answers one request after the other: what is behind the cursor, and then the mark. */
proctype Source()
{
    byte before, wish, stage;
end:
    do
    :: atomic { stage == IDLE && nempty(requests) -> requests?before, wish; stage = READING }
    :: atomic { stage == READING && NEXT_OF_OURS(before) <= committed && CAN_TAKE ->
            resent(NEXT_OF_OURS(before), OURS, before);
            enqueue(NEXT_OF_OURS(before), before);
            before = NEXT_OF_OURS(before)
    }
    /* Between the last reading and the mark, more may be committed. */
    :: atomic { stage == READING && NEXT_OF_OURS(before) > committed -> stage = ALL_READ }
    :: atomic { stage == ALL_READ && CAN_TAKE ->
#ifndef BUG_NOBODY_ANSWERS
            resent_all(OURS, before);
            enqueue((MARK + wish), before);
#endif
            source_ends()
    }
    :: atomic { stage != IDLE && crashes < CRASHES_MAX -> crashes++; source_ends() }
    od
}

/* ---- the consumer ---- */

inline consumer_ends()
{
    is_connected = false;
    is_creating = false;
    has_asked = false;
    is_holding = false;
#ifdef BUG_GAP_FORGOTTEN
    seen = cursor;
#endif
    at = 0;
    before = 0
}

#define IS_HOLDING_STILL (is_holding && duplicates == DUPLICATES_MAX)

/* What lies behind the cursor makes no difference: fewer states to look at. */
inline settle()
{
    seen = (seen <= cursor -> 0 : seen)
}

/* The newest request is enough: it takes the place of one that is still on its way. */
inline ask()
{
    resend(cursor, wanted);
    if
    :: full(requests) -> requests?_, _
    :: empty(requests)
    fi;
    requests!cursor, wanted;
    has_asked = true
#ifdef BUG_ASKED_ONCE
    ;
    wanted = 0
#endif
}

/* What becomes of a message is one transaction; which, the rules decide. */
inline take_message()
{
    if
    :: at >= MARK ->
#ifdef BUG_OLD_ANSWER_COUNTS
        marked(before, wanted);
#else
        marked(before, (at - MARK));
#endif
        has_asked = false
    :: else ->
        deliver(at, OURS, before, SUBJECT(at));
        if
        :: duplicate(at)
        :: IS_NEXT(at, before) && !IS_HELD(last_parked[SUBJECT(at)]) && failures < FAILURES_MAX &&
           (at == 1 || ANY_MAY_FAIL) ->
            failures++;
            park(at, before, SUBJECT(at))
#ifdef BUG_GAP_APPLIED
        :: cursor < at && !IS_HELD(last_parked[SUBJECT(at)]) ->
            assert(IS_OVER(earlier_of[at]));
            state[at] = DONE;
            cursor = at
#else
        :: gap(at, before)
        :: apply(at, before, SUBJECT(at))
#endif
#ifdef BUG_FOLLOWER_NOT_PARKED
        :: IS_NEXT(at, before) && IS_HELD(last_parked[SUBJECT(at)]) ->
            assert(IS_OVER(earlier_of[at]));
            state[at] = DONE;
            cursor = at
#else
        :: park_behind(at, before, SUBJECT(at))
#endif
        fi
    fi
}

inline put_behind()
{
    queue?at, before;
    queue!at, before;
    at = 0;
    before = 0
}

#define CAN_RECEIVE (is_connected && !is_holding && nempty(queue))

proctype Consumer()
{
    byte at, before;
end:
    do
    /* Its queue: found, or made anew when it is not there. */
    :: atomic { !is_connected && !is_holding && queue_exists ->
            is_creating = false;
            is_connected = true
    }
#if defined(BUG_NO_RESEND)
    :: atomic { !is_connected && !is_holding && !queue_exists ->
            queue_exists = true;
            is_connected = true
    }
#elif defined(BUG_WISH_AFTER_QUEUE)
    :: atomic { !is_connected && !is_holding && !queue_exists ->
            queue_exists = true;
            is_creating = true;
            is_connected = true
    }
    :: atomic { is_creating -> queue_lost(); is_creating = false }
#else
    :: atomic { !is_connected && !is_holding && !queue_exists && !is_creating ->
            queue_lost();
            is_creating = true
    }
    :: atomic { !is_connected && !is_holding && !queue_exists && is_creating ->
            queue_created();
            queue_exists = true;
            is_creating = false;
            is_connected = true
    }
#endif

    /* A message: the broker keeps it until it is acknowledged. */
#if defined(BUG_ACK_BEFORE_COMMIT)
    :: atomic { CAN_RECEIVE -> queue?at, before };
        if
        :: atomic { take_message(); at = 0; before = 0 }
        :: atomic { crashes < CRASHES_MAX -> crashes++; consumer_ends() }
        fi
#elif defined(BUG_TWO_TRANSACTIONS)
    :: atomic { CAN_RECEIVE -> queue?<at, before>;
            if
            :: at < MARK && IS_NEXT(at, before) && !IS_HELD(last_parked[SUBJECT(at)]) ->
                assert(state[at] == UNKNOWN);
                state[at] = DONE
            :: else -> take_message(); at = 0
            fi
        };
        if
        :: atomic { is_holding = true; cursor = (at > cursor -> at : cursor); at = 0; before = 0 }
        :: atomic { crashes < CRASHES_MAX -> crashes++; consumer_ends() }
        fi
#else
    :: atomic { CAN_RECEIVE ->
            queue?<at, before>;
            take_message();
            settle();
            is_holding = true;
            at = 0;
            before = 0
    }
#endif
    :: atomic { is_holding && is_connected ->
            queue?at, before;
            if
            :: at < MARK -> ack(at)
            :: else
            fi;
            is_holding = false;
            at = 0;
            before = 0
    }
    /* The acknowledgement is lost: it will come again, or come again behind the others. */
    :: atomic { is_holding && is_connected && duplicates < DUPLICATES_MAX ->
            duplicates++;
            is_holding = false
    }
    :: atomic { is_holding && is_connected && duplicates < DUPLICATES_MAX && len(queue) > 1 ->
            duplicates++;
            is_holding = false;
            put_behind()
    }
    :: atomic { CAN_RECEIVE && reorders < REORDERS_MAX && len(queue) > 1 ->
            reorders++;
            put_behind()
    }
    :: atomic { is_holding && !is_connected -> is_holding = false }

    /* What it lacks: asked for, and again when no answer comes. */
    :: atomic { is_connected && !has_asked && IS_LACKING -> ask() }
    :: atomic { is_connected && has_asked && IS_LACKING && early_requests < EARLY_REQUESTS_MAX ->
            early_requests++;
            ask()
    }
    :: atomic { timeout && is_connected && has_asked && IS_LACKING -> ask() }

    /* At any other moment nothing is in memory that could be lost; and to crash before the
       acknowledgement is to lose that, which is spent first. */
    :: atomic { crashes < CRASHES_MAX && (has_asked || is_creating || IS_HOLDING_STILL) ->
            crashes++;
            consumer_ends()
    }
    od
}

/* ---- the consumer: what is parked ---- */

#define IS_READY(position) (state[position] == PARKED && !IS_HELD(waits_for[position]))

inline try_again(position)
{
    if
    :: retry(position)
    :: failures < FAILURES_MAX ->
        failures++;
        retry_failed(position);
        if
        :: tries[position] >= TRIES_MAX -> dead(position)
        :: else
        fi
    fi
}

proctype Retries()
{
end:
    do
    :: atomic { IS_READY(1) -> try_again(1) }
    :: atomic { IS_READY(3) -> try_again(3) }
    :: atomic { IS_READY(4) -> try_again(4) }
    od
}

inline decide(position)
{
    if
    :: replays < REPLAYS_MAX -> replays++; replay(position)
    :: drop(position)
    fi
}

#define IS_ANY_DEAD (state[1] == DEAD || state[3] == DEAD || state[4] == DEAD)

/* Looks at what is dead, or goes away and never does. */
proctype Person()
{
end:
    do
    :: atomic { state[1] == DEAD -> decide(1) }
    :: atomic { state[3] == DEAD -> decide(3) }
    :: atomic { state[4] == DEAD -> decide(4) }
    :: atomic { IS_ANY_DEAD -> break }
    od
}

/* ---- the world ---- */

proctype World()
{
end:
    do
    :: atomic { deletions < DELETIONS_MAX && queue_exists ->
            deletions++;
            do
            :: nempty(queue) -> queue?_, _
            :: empty(queue) -> break
            od;
            queue_exists = false;
            is_connected = false
    }
    :: atomic { lost_requests < LOST_REQUESTS_MAX && nempty(requests) ->
            lost_requests++;
            requests?_, _
    }
    od
}

/* When nothing moves any more, and nothing is asked for: has all of it arrived? */
proctype Judge()
{
    atomic { timeout && !(is_connected && has_asked && IS_LACKING) ->
        assert(committed == MESSAGES && relay_cursor == MESSAGES);
        assert(is_connected && empty(queue) && empty(requests) && cursor == MESSAGES);
        assert(IS_SETTLED(1) && IS_SETTLED(3) && IS_SETTLED(4))
    }
}

init
{
    atomic {
        queue_exists = BEGINS_WITH_QUEUE;
        run Producer();
        run Relay(0);
#if RELAYS == 2
        run Relay(1);
#endif
        run Source();
        run Consumer();
        run Retries();
        run Person();
        run World();
        run Judge()
    }
}
