/* crossing_store.h - what the store knows of versions: open cases, how many, and since when a case
 * has been where it is. */
#ifndef ENGINE_MIGRATION_CROSSING_STORE_H
#define ENGINE_MIGRATION_CROSSING_STORE_H

#include "engine/recipe.h"

enum { CROSSING_PIECE = 100, CROSSING_HISTORY_PIECE = 100 };

/* Open cases of one version, by where they are: each once, at the first of its places. */
struct open_cases {
    const struct recipe *recipe;
    int place;       /* from WORKFLOW_START on; it moves */
    struct id after; /* none: from the beginning; it moves */

    struct id ids[CROSSING_PIECE]; /* the answer */
    size_t count;                  /* 0: there are no more */
};
NODISCARD enum status open_cases_next(struct store *store, struct arena *arena,
                                      struct open_cases *cases);

NODISCARD enum status open_cases_count(struct store *store, struct arena *arena,
                                       const struct recipe *recipe, int64_t *count_out);

/* Says in the log how many open cases are of versions that no new case is of. */
NODISCARD enum status open_cases_say(struct store *store, const struct catalog *catalog);

struct closed_count {
    struct text workflow;
    int64_t version;
    int64_t count;
};

/* Rows of closed_count; reads every case there ever was. */
NODISCARD enum status closed_cases_count(struct store *store, struct arena *arena,
                                         struct rows *counts_out);

struct past_step {
    int64_t revision;
    int64_t at;
    struct text changes;
};

/* Rows of past_step before a revision, the newest first. */
NODISCARD enum status past_steps(struct store *store, struct arena *arena, struct id case_id,
                                 int64_t before, struct rows *steps_out);

#endif
