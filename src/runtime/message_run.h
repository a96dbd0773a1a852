/* message_run.h - one message through one handler, inside a transaction that is not its own.
 *
 * Whatever does not come from a client comes this way: events, commands, replies, timers and
 * schedules. The caller owns the transaction and the mark; it undoes what did not succeed.
 */
#ifndef RUNTIME_MESSAGE_RUN_H
#define RUNTIME_MESSAGE_RUN_H

#include "runtime/service.h"

/* What the rows of tell.h have in common. */
struct handler {
    const char *name;
    handle_fn *handle;
    const struct shape *takes; /* NULL: nothing of the data */
    const struct shape *gives;
    struct retry retry;
};

struct message_run {
    struct host *host;
    struct store *store;
    struct arena *arena;
    const struct handler *handler;
    const struct message *message;
    unsigned attempt;   /* 1 for the first time */
    int64_t decided_at; /* wall ms: when it was parked or replayed; 0: it has just come */
    int64_t now_ms;
    const void *gathered;

    /* What came of it. */
    struct text reply;             /* OK: what answer() gave; NO_TEXT when nothing */
    const struct refusal *refusal; /* REFUSED by the handler */
    struct text reason;            /* unless OK: a sentence for a person */
    bool is_hopeless;              /* not OK, and no later attempt will be either */
    struct work_effects effects;   /* OK */
};

/* OK: effects are in the store. REFUSED (refusal), MALFORMED (the data does not fit `takes`):
 * trying again will not help. CONFLICT: someone was faster. Else a fault of the world. */
NODISCARD enum status message_run(struct message_run *run);

/* How long to wait after this attempt, which counts from 1: twice as long as after the one before,
 * up to the longest; with jitter. */
int64_t retry_wait_ms(int64_t first_ms, int64_t longest_ms, int64_t attempt);

/* When the next attempt is due, with jitter; 0 when this was the last. attempt counts from 1. */
int64_t retry_due(const struct retry *retry, unsigned attempt, int64_t now_ms);

#endif
