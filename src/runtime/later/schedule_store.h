/* schedule_store.h - the rows of schedules: when each is due next, and when it was last. */
#ifndef RUNTIME_LATER_SCHEDULE_STORE_H
#define RUNTIME_LATER_SCHEDULE_STORE_H

#include "store/store.h"

enum { SCHEDULES_MAX = 64 }; /* of one service */

struct schedule_state {
    struct text name;
    int64_t due_at;      /* 0: never again */
    int64_t last_at;     /* the newest time that has fired or was skipped; 0: none yet */
    struct text written; /* the schedule and its zone, as the due time was computed from */
};

/* All of them, the soonest first. */
NODISCARD enum status schedule_list(struct store *store, struct arena *arena,
                                    struct rows *rows_out);

/* Nothing happens when it is there already with the same text. */
NODISCARD enum status schedule_put(struct store *store, const struct schedule_state *state);
NODISCARD enum status schedule_remove(struct store *store, struct text name);

/* From `seen` to its next time, with `last_at` as the newest. ABSENT: it is not as it was seen;
 * another process has it. */
NODISCARD enum status schedule_move(struct store *store, const struct schedule_state *seen,
                                    int64_t next_at, int64_t last_at);

#endif
