/* case_find_store.h - cases by where they are, or by a key, the oldest first. Inside the engine
 * only. */
#ifndef ENGINE_RUN_CASE_FIND_STORE_H
#define ENGINE_RUN_CASE_FIND_STORE_H

#include "base/arena.h"
#include "base/id.h"
#include "base/status.h"
#include "base/text.h"
#include "store/store.h"

enum { CASE_FIND_PIECE = 200 };

struct case_finding {
    struct text workflow;
    struct text key; /* case_found_by_place, or a field's name */
    struct text value;
    struct id after; /* none: from the beginning; it moves */

    struct id ids[CASE_FIND_PIECE]; /* the answer */
    size_t count;
};

/* Fewer than a whole piece: there are no more. */
NODISCARD enum status case_find_more(struct store *store, struct arena *arena,
                                     struct case_finding *finding);

/* All of the schema, behind one; none: from the first. An array of struct id. */
NODISCARD enum status case_find_all(struct store *store, struct arena *arena, struct id after,
                                    struct rows *rows_out);

#endif
