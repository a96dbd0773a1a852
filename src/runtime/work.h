/* work.h - a piece of work for an executor: a request, a batch of messages, housekeeping.
 *
 * The executor runs what waits in one transaction, commits once, and then finishes each piece with
 * what came of it. A piece may run more than once before it is finished.
 */
#ifndef RUNTIME_WORK_H
#define RUNTIME_WORK_H

#include "base/mailbox.h"
#include "base/status.h"
#include "store/store.h"

struct work;

enum { WORK_TRIES_MAX = 5 };

/* What a commit sets in motion besides the answers. */
struct work_effects {
    bool told;        /* the journal has grown: the bus wants to know */
    int64_t alarm_at; /* wall ms: something is due then; 0: nothing */
    uint64_t stirred; /* topics that calls may be held for; waiting_room.h */
    size_t stir_count;
};

/* Both together: the sooner alarm. */
void work_add_effects(struct work_effects *sum, const struct work_effects *effects);

enum work_result {
    WORK_DONE,
    WORK_AGAIN,      /* undone; someone was faster: run it once more */
    WORK_NEEDS_MARK, /* it must be undone alone: run the whole batch again, with marks */
    WORK_FAULT,      /* the transaction is lost */
};

struct work_outcome {
    enum work_result result;
    enum status fault; /* of WORK_FAULT */
    bool wrote;        /* there is something to commit */
    struct work_effects effects;
};

struct work_ops { /* for implementers only */
    const char *name;
    /* On the executor's thread, inside its transaction. A mark for each piece costs as much as a
     * small write, and few pieces need theirs: so the first run of a batch has none, and
     * WORK_NEEDS_MARK asks for them. */
    struct work_outcome (*run)(struct work *work, struct store *store, bool with_mark);
    /* After the transaction, exactly once. OK: committed. Else nothing of it has happened, or
     * (UNCERTAIN) nobody knows. The work is the implementer's again. */
    void (*finish)(struct work *work, enum status status);
    bool is_impatient; /* after waiting too long it is finished BUSY instead of being run */
};

struct work {
    struct mailbox_node node;
    const struct work_ops *ops;
    int64_t waiting_since_ms; /* monotonic */
    unsigned tries;
};

#endif
