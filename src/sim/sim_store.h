/* sim_store.h - what played functions and commands have done, as rows of their own; and the rows of
 * the program, listed so that they can be held against its promises. Inside the room only.
 */
#ifndef SIM_SIM_STORE_H
#define SIM_SIM_STORE_H

#include "store/migrate.h"
#include "store/store.h"

extern const struct migration sim_migrations[];
extern const size_t sim_migration_count;

enum { SIM_ROWS_MAX = 20000 };

/* Something done for one stage of one case, at one visit. */
struct effect {
    struct text work_id;
    struct text what;   /* "done"; "half" must never be seen: its function has failed */
    int64_t times;      /* how often it was done: once */
    int64_t asked;      /* how often it was asked for */
    struct text answer; /* what was answered, JSON: the same again */
};

/* Counts up what is there. */
NODISCARD enum status played_put(struct store *store, const struct effect *effect);
/* Asked for once more, and not done. ABSENT: it is new. */
NODISCARD enum status played_again(struct store *store, struct arena *arena, struct text work_id,
                                   struct effect *effect_out);
NODISCARD enum status played_list(struct store *store, struct arena *arena, struct rows *rows_out);

struct case_head {
    struct id id;
    struct text workflow;
    int64_t revision;
    int64_t closed_at;
};
/* In the order in which they began. */
NODISCARD enum status sim_cases(struct store *store, struct arena *arena, struct rows *rows_out);

struct found_row {
    struct text workflow;
    struct text key;
    struct text value;
    struct id case_id;
};
NODISCARD enum status sim_found(struct store *store, struct arena *arena, struct id case_id,
                                struct rows *rows_out);
NODISCARD enum status sim_operations(struct store *store, struct arena *arena,
                                     struct rows *rows_out); /* struct operation_row */
NODISCARD enum status sim_stages(struct store *store, struct arena *arena,
                                 struct rows *rows_out); /* struct stage_row */

struct due {
    int64_t at; /* 0: nothing is */
};
/* The soonest of timers, retries and deadlines. */
NODISCARD enum status sim_soonest(struct store *store, struct arena *arena, struct due *due_out);

#endif
