/* bus_rules.pml - what each step of the delivery of messages may do, and when.
 *
 * One table for two readers. bus.pml includes it and tries every order of these steps; bus_trace.py
 * reads the same text and follows the steps a real program took. So a rule stands here once, and
 * is kept to one form: inline NAME(PARAMETERS) { CONDITION; assert(PROMISE); VARIABLE = VALUE }.
 * A step whose condition does not hold cannot be taken; a promise is what must then be true anyway.
 *
 * A parameter stands for its text: what a caller may pass (committed + 1) changes last.
 *
 * Every variable below is on a disk, except published and confirmed, which live with their relay.
 */

/* What has become of a message at a consumer. */
#define UNKNOWN 0
#define DONE 1    /* its effect is there */
#define PARKED 2  /* its handler failed, or it stands behind one whose handler did */
#define DEAD 3    /* tried often enough; a person must look */
#define DROPPED 4 /* a person has looked: it will not have its effect */

#define IS_HELD(position) (state[position] == PARKED || state[position] == DEAD)
#define IS_OVER(position) (position == 0 || state[position] == DONE || state[position] == DROPPED)
#define IS_NEXT(position, previous) (previous <= cursor && cursor < position)

/* The consumer knows that something it has not got exists, or may exist. */
#define IS_LACKING (wanted != 0 || cursor < seen)

/* Nothing more will happen to a message by itself, and rightly so. */
#define IS_SETTLED(position) \
    (IS_OVER(position) || state[position] == DEAD || \
     (state[position] == PARKED && IS_HELD(waits_for[position])))

/* ---- the source: its journal ---- */

inline commit(position, channel, previous, subject)
{
    position == committed + 1 && previous == last_of[channel];
    channel_of[position] = channel;
    previous_of[position] = previous;
    subject_of[position] = subject;
    last_of[channel] = position;
    earlier_of[position] = latest_of[subject];
    latest_of[subject] = position;
    committed = position
}

/* ---- the source: a relay, from its own durable cursor; two may run at a time ---- */

inline relay_started(relay)
{
    true;
    published[relay] = relay_cursor;
    confirmed[relay] = relay_cursor
}

/* Not all that was published was confirmed: again from there. */
inline relay_again(relay)
{
    true;
    published[relay] = confirmed[relay]
}

inline publish(relay, position, channel, previous)
{
    position == published[relay] + 1 && position <= committed;
    assert(channel_of[position] == channel && previous_of[position] == previous);
    published[relay] = position
}

/* The broker has everything up to here. */
inline confirm(relay, position)
{
    confirmed[relay] < position && position <= published[relay];
    confirmed[relay] = position
}

inline cursor_moved(relay, position)
{
    position <= confirmed[relay];
    relay_cursor = (position > relay_cursor -> position : relay_cursor)
}

/* ---- the source: the answer to a consumer that asked again ---- */

/* Says of the first that it follows the cursor that was asked from: nothing may lie between. */
inline resent(position, channel, previous)
{
    position <= committed && channel_of[position] == channel;
    assert(previous_of[position] <= previous && previous < position)
}

/* The end of the answer: the last there is for this channel. */
inline resent_all(channel, position)
{
    position <= last_of[channel] && (position == 0 || channel_of[position] == channel)
}

/* ---- the consumer: its queue ---- */

/* There is no queue, or no more: first it is written down that what was in it is wanted... */
inline queue_lost()
{
    true;
    number = number + 1;
    wanted = number
}

/* ... and only then there is a new one: a crash in between is no harm. */
inline queue_created()
{
    wanted == number && wanted != 0
}

inline resend(position, request)
{
    IS_LACKING && position == cursor && request == wanted
}

/* An answer to an earlier wish does not count: it may have been sent into the queue before. */
inline marked(position, request)
{
    true;
    seen = (request == wanted && position > seen -> position : seen);
    wanted = (request == wanted -> 0 : wanted)
}

/* ---- the consumer: a message ---- */

inline deliver(position, channel, previous, subject)
{
    true;
    assert(position <= committed && channel_of[position] == channel);
    assert(previous_of[position] <= previous && previous < position);
    assert(subject_of[position] == subject)
}

inline duplicate(position)
{
    position <= cursor
}

/* Not applied, and not forgotten: whoever restarts here still knows that it lacks something. */
inline gap(position, previous)
{
    previous > cursor && position > previous;
    seen = (position > seen -> position : seen)
}

/* The effect and the cursor, in one transaction. */
inline apply(position, previous, subject)
{
    IS_NEXT(position, previous) && !IS_HELD(last_parked[subject]);
    assert(position <= committed && state[position] == UNKNOWN);
    assert(IS_OVER(earlier_of[position]));
    state[position] = DONE;
    cursor = position
}

/* The handler failed: its changes are undone, the message is kept, the others go on. */
inline park(position, previous, subject)
{
    IS_NEXT(position, previous) && !IS_HELD(last_parked[subject]);
    assert(position <= committed && state[position] == UNKNOWN);
    state[position] = PARKED;
    tries[position] = 1;
    waits_for[position] = last_parked[subject];
    last_parked[subject] = position;
    cursor = position
}

/* One of the same subject is held: the handler is not even tried. */
inline park_behind(position, previous, subject)
{
    IS_NEXT(position, previous) && IS_HELD(last_parked[subject]);
    assert(position <= committed && state[position] == UNKNOWN);
    state[position] = PARKED;
    tries[position] = 0;
    waits_for[position] = last_parked[subject];
    last_parked[subject] = position;
    cursor = position
}

/* Where `seen` is kept in memory only, as our bus over RabbitMQ keeps it, a crash takes it away: then
 * whoever starts says where it stands, and hears what it lacks. That is not tried by bus.pml. */
inline ack(position)
{
    true;
    assert(position <= cursor || position <= seen)
}

/* ---- the consumer: what is parked ---- */

/* Tried again, with success: the effect and the end of the parking, in one transaction. */
inline retry(position)
{
    state[position] == PARKED && !IS_HELD(waits_for[position]);
    assert(IS_OVER(earlier_of[position]));
    state[position] = DONE
}

inline retry_failed(position)
{
    state[position] == PARKED && !IS_HELD(waits_for[position]);
    tries[position] = tries[position] + 1
}

inline dead(position)
{
    state[position] == PARKED && tries[position] >= 1 && !IS_HELD(waits_for[position]);
    state[position] = DEAD
}

inline replay(position)
{
    state[position] == DEAD;
    state[position] = PARKED;
    tries[position] = 0
}

inline drop(position)
{
    state[position] == DEAD;
    state[position] = DROPPED
}
