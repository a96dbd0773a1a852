/* early_store.h - events that came before their case could hear them, and wait for it.
 *
 * A row for each transition that the event could be for; whichever the case comes to first takes
 * it, and the others go with it.
 */
#ifndef ENGINE_RUN_EARLY_STORE_H
#define ENGINE_RUN_EARLY_STORE_H

#include "store/store.h"

enum { EARLY_MAX = 100 }; /* rows of one case */

struct early_row {
    struct id case_id;
    struct id message;
    struct text transition;
    struct text event;
    int64_t came_at;
    struct text data; /* JSON */
};

/* Nothing happens when it is there already. */
NODISCARD enum status early_put(struct store *store, const struct early_row *row);

/* The first that came first; EARLY_MAX and one at the most. */
NODISCARD enum status early_list(struct store *store, struct arena *arena, struct id case_id,
                                 struct rows *rows_out);

/* The event has been taken. */
NODISCARD enum status early_remove(struct store *store, struct id case_id, struct id message);

/* It cannot be for this transition any more. */
NODISCARD enum status early_remove_one(struct store *store, const struct early_row *row);

#endif
