/* case_list_store.h - cases in the order they began, by where they are or by a key; and how many.
 * Inside the room only. */
#ifndef ENGINE_OPERATIONS_CASE_LIST_STORE_H
#define ENGINE_OPERATIONS_CASE_LIST_STORE_H

#include "base/arena.h"
#include "base/id.h"
#include "base/status.h"
#include "base/text.h"
#include "store/store.h"

enum { CASE_LIST_PIECE = 100, CASE_COUNT_MAX = 10000 };

/* One thing that cases are found by; engine_found_by. It moves through its cases, and holds the
 * next ones that were read. */
struct case_source {
    struct text workflow;
    struct text key;
    struct text value;
    bool is_newest_first;
    struct id after; /* none: from its end */
    struct id ids[CASE_LIST_PIECE];
    size_t count;
    size_t next;
    bool is_over;
};

/* The case it stands at, read when it must be; is_over when there is none. */
NODISCARD enum status case_source_look(struct store *store, struct arena *arena,
                                       struct case_source *source);

/* How many there are, counted up to CASE_COUNT_MAX and one. */
NODISCARD enum status case_source_count(struct store *store, struct arena *arena,
                                        const struct case_source *source, int64_t *count_out);

#endif
