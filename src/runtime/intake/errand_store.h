/* errand_store.h - what this service has told others to do, until it has an answer.
 *
 *            reply                                   a person asks "what became of it?"
 *   waiting ----------> done, refused     (kept a week, then forgotten)
 *      |
 *      +--------------> expired           the deadline came first
 *
 * The change of state and the handler of the reply are one transaction: so a reply counts once. A
 * reply that comes late, twice, from a stranger, or to nothing we know is kept as a stray, and
 * never run.
 */
#ifndef RUNTIME_INTAKE_ERRAND_STORE_H
#define RUNTIME_INTAKE_ERRAND_STORE_H

#include "bus/message.h"
#include "store/migrate.h"
#include "store/store.h"

struct errand_row {
    struct id id; /* of the command */
    struct text service;
    struct text command;
    struct text subject;
    struct text state;
    int64_t deadline_at;
    int64_t told_at;
    struct text actor;
    struct text trace;
};

extern const struct text errand_waiting;

NODISCARD enum status errand_insert(struct store *store, const struct errand_row *errand);

/* How an errand ends. */
struct errand_end {
    struct id id;
    struct text state;
    int64_t now_ms;
    const struct message *reply; /* NULL: by its deadline */
};

/* OK when it was waiting and is now in this state; ABSENT when it was not waiting, or the reply is
 * not of the service that was told, or not to this command. */
NODISCARD enum status errand_settle(struct store *store, struct arena *arena,
                                    const struct errand_end *end, struct errand_row *errand_out);

/* The one whose deadline is the soonest, if it has passed; ABSENT with due_out as in
 * parked_next_due. */
NODISCARD enum status errand_next_expired(struct store *store, struct arena *arena, int64_t now_ms,
                                          struct errand_row *errand_out, int64_t *due_out);

/* Why: "unknown", "stranger", "late", "again". The same message is kept once. */
NODISCARD enum status stray_insert(struct store *store, struct arena *arena,
                                   const struct message *reply, int64_t now_ms);

/* Forgets settled errands and strays older than a week, at most 500. */
NODISCARD enum status errand_forget_old(struct store *store, int64_t now_ms,
                                        int64_t *forgotten_out);

/* The tables parked, errand and stray. */
extern const struct migration intake_migrations[];
extern const size_t intake_migration_count;

#endif
