/* later_batch.h - several things that are due, run in the one transaction of a chore.
 *
 * Each is a message from the service to itself, and comes to its handler as any other does. What
 * fails is undone alone and parked, so that the others of the batch feel nothing.
 */
#ifndef RUNTIME_LATER_LATER_BATCH_H
#define RUNTIME_LATER_LATER_BATCH_H

#include "runtime/intake/intake_apply.h"
#include "runtime/later/later.h"

struct later_batch {
    struct chore_run *run;
    struct arena *arena;         /* of the message at hand: reset before each */
    bool any_parked;             /* who stands in a line that is held waits behind it */
    bool knows_parked;           /* it has asked */
    struct work_effects effects; /* of those that succeeded */
    bool has_failed;             /* the newest did not */
    struct applying failed;      /* and this is how */
};

/* How many of them a chore should run in one transaction. */
int64_t later__piece(const struct store *store);

void later__begin(struct later_batch *batch, struct chore_run *run);

/* Hands its effects to the chore. */
void later__end(struct later_batch *batch);

/* Another process has run one of them, and may have parked it: what we know is too old. */
void later__was_overtaken(struct later_batch *batch);

/* What a message to itself is made of. */
struct later_message {
    struct id id; /* the same at every attempt, also after a crash: see crash_note.h */
    struct text name;
    struct text subject;
    struct text data;
    struct text actor;
    struct text trace; /* NO_TEXT: it begins one */
    int64_t due_at;
};
struct message later__message(struct later_batch *batch, const struct later_message *parts);

/* OK: it ran, or it waits behind another one of its line. Else its changes must be undone, and then
 * it may be parked. */
NODISCARD enum status later__run(struct later_batch *batch, const struct message *message);

/* The one that has just failed, after the undo. */
NODISCARD enum status later__park(struct later_batch *batch, const struct message *message);

#endif
