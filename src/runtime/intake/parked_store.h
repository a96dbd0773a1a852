/* parked_store.h - messages that could not be handled yet, and those that wait behind them.
 *
 *              handler fails                     exhausted, or refused
 *   (arrives) ---------------> waiting ------------------------------> dead
 *       |                         |  ^                                   |
 *       | its subject is parked   |  | the one before it is gone         | replay: waiting, at once
 *       +----------------------> behind                                  | drop: gone
 *                                 |
 *                 it succeeds: gone, in the transaction of its effect
 *
 * One line is (source, subject): within it order is kept, so only its first row is ever run. A dead
 * row holds its line until a person replays or drops it.
 */
#ifndef RUNTIME_INTAKE_PARKED_STORE_H
#define RUNTIME_INTAKE_PARKED_STORE_H

#include "bus/message.h"
#include "store/migrate.h"
#include "store/store.h"

struct parked {
    int64_t number;      /* grows; the order within a line */
    struct text handler; /* "users.created": the name of the event, command, timer ... */
    struct text source;
    struct text subject;
    struct text state; /* parked_waiting, parked_behind, parked_dead */
    int64_t attempts;
    int64_t due_at;     /* of waiting */
    struct text reason; /* of the last failure */
    int64_t parked_at;
    int64_t changed_at;
    struct text message; /* as message_write gives it */
};

extern const struct text parked_waiting;
extern const struct text parked_behind;
extern const struct text parked_dead;
extern const struct shape parked_shape;

NODISCARD enum status parked_insert(struct store *store, const struct parked *parked);

/* How many rows there are at all: mostly none, and then nobody asks about lines. */
NODISCARD enum status parked_any(struct store *store, struct arena *arena, bool *any_out);
NODISCARD enum status parked_line_is_held(struct store *store, struct arena *arena,
                                          struct text source, struct text subject, bool *held_out);

/* The waiting row that is due soonest, if it is due; ABSENT otherwise, with due_out the time when
 * the next will be (0: never). */
NODISCARD enum status parked_next_due(struct store *store, struct arena *arena, int64_t now_ms,
                                      struct parked *parked_out, int64_t *due_out);

/* After another failure: waiting until due_at, or dead when due_at is 0. */
NODISCARD enum status parked_failed(struct store *store, const struct parked *parked,
                                    struct text reason, int64_t due_at, int64_t now_ms);

/* Gone; the first of those behind it in its line becomes due at once. */
NODISCARD enum status parked_remove(struct store *store, const struct parked *parked,
                                    int64_t now_ms);

/* Two processes may meet: one parks a row behind another that the other just removes. Such a row is
 * the first of its line and yet behind: it becomes due. It looks at every row that is behind. */
NODISCARD enum status parked_promote(struct store *store, int64_t now_ms, int64_t *promoted_out);

/* For people. */
NODISCARD enum status parked_find(struct store *store, struct arena *arena, int64_t number,
                                  struct parked *parked_out);
NODISCARD enum status parked_list(struct store *store, struct arena *arena, struct text state,
                                  int64_t after, int64_t limit, struct rows *rows_out);
/* Due at once and as if for the first time; not what is behind another one: then nothing changes.
 */
NODISCARD enum status parked_replay(struct store *store, int64_t number, int64_t now_ms,
                                    int64_t *changed_out);

struct parked_counts {
    int64_t waiting;
    int64_t behind;
    int64_t dead;
    int64_t oldest_dead_at;
};
NODISCARD enum status parked_count(struct store *store, struct arena *arena,
                                   struct parked_counts *counts_out);

#endif
