/* intake_apply.h - what a message means to the service it came to; shared by arrival and retry. */
#ifndef RUNTIME_INTAKE_INTAKE_APPLY_H
#define RUNTIME_INTAKE_INTAKE_APPLY_H

#include "runtime/intake/parked_store.h"
#include "runtime/message_run.h"

struct errand_row;

struct applying {
    struct host *host;
    struct store *store;
    struct arena *arena;
    const struct message *message;
    const struct parked *parked; /* what it was kept as; NULL: it has just come */
    unsigned attempt;
    int64_t now_ms;
    bool has_mark; /* the store can undo this message alone */

    /* What came of it. */
    bool needs_mark;    /* not OK, and only with a mark can it go on: run it again with one */
    bool is_hopeless;   /* not OK, and trying again will not help */
    struct retry retry; /* of the handler that failed */
    struct text reason;
    struct work_effects effects;
};

/* The effect of one message: its handler, and the reply when it is a command. OK: in the store.
 * CONFLICT: someone was faster. Anything else: undo it, then park it. */
NODISCARD enum status intake_apply(struct applying *applying);

/* The reply that nobody sent, because the deadline came first. Its errand is settled by whoever
 * makes it, and it is made once: so it is run whatever the errand says. */
struct message intake_expiry(const struct host *host, const struct errand_row *errand,
                             int64_t now_ms);

/* Messages of one source wait behind each other when they are about the same: its subject, or the
 * beginning of it, since what is no name for a line must not stop all the others. */
struct text intake_line(const struct message *message);

/* Parks what could not be applied; dead at once when there is no hope or no attempt left. */
NODISCARD enum status intake_park(struct applying *applying);

/* Parks it behind the others of its line, untried. */
NODISCARD enum status intake_park_behind(struct applying *applying);

#endif
