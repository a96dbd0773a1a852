/* case_check_store.h - the questions that only the checks of cases ask. All read. */
#ifndef ENGINE_FSCK_CASE_CHECK_STORE_H
#define ENGINE_FSCK_CASE_CHECK_STORE_H

#include "store/store.h"

enum { WALK_PIECE = 100, CHECK_IDS_MAX = 1000 };

struct walked_row {
    struct id id;
    struct text workflow;
    int64_t version;
    int64_t revision;
    struct text places;
    struct text stages;
    struct text fields;
    struct text open_key;
    int64_t closed_at;
    struct id operation;
};

/* Older than before, the newest first, WALK_PIECE of them at the most. */
NODISCARD enum status check_list_open(struct store *store, struct arena *arena, struct id before,
                                      struct rows *rows_out);
NODISCARD enum status check_list_closed(struct store *store, struct arena *arena, struct id before,
                                        struct rows *rows_out);
NODISCARD enum status check_list_waiting(struct store *store, struct arena *arena, struct id before,
                                         struct rows *rows_out);

/* Something about a case, or of one that is not there. */
struct checked_row {
    struct id id;
    struct text what;
};

/* CHECK_IDS_MAX of them at the most, struct checked_row. */
NODISCARD enum status check_broken_histories(struct store *store, struct arena *arena,
                                             struct rows *rows_out);
NODISCARD enum status check_strange_histories(struct store *store, struct arena *arena,
                                              struct rows *rows_out); /* newest row, other places */
NODISCARD enum status check_lost_histories(struct store *store, struct arena *arena,
                                           struct rows *rows_out); /* of no case */
NODISCARD enum status check_lost_rows(struct store *store, struct arena *arena,
                                      struct rows *rows_out); /* of no case, of other tables */
NODISCARD enum status check_stale_words(struct store *store, struct arena *arena,
                                        struct rows *rows_out); /* "key=value" */
NODISCARD enum status check_unwaited_stages(struct store *store, struct arena *arena,
                                            struct rows *rows_out); /* what: the stage */
NODISCARD enum status check_lost_early(struct store *store, struct arena *arena,
                                       struct rows *rows_out); /* what: the event */
NODISCARD enum status check_endless_operations(struct store *store, struct arena *arena,
                                               struct rows *rows_out); /* under way, case over */
NODISCARD enum status check_lost_operations(struct store *store, struct arena *arena,
                                            struct rows *rows_out); /* the case waits for another */
NODISCARD enum status check_awaited_operations(struct store *store, struct arena *arena,
                                               struct rows *rows_out); /* the case waits in vain */
NODISCARD enum status check_twice_open(struct store *store, struct arena *arena,
                                       struct rows *rows_out);

/* Workflows and versions of open cases whose definition is not kept; a case of each. */
NODISCARD enum status check_lost_definitions(struct store *store, struct arena *arena,
                                             struct rows *rows_out); /* "leave version 1" */

struct found_word {
    struct text workflow;
    struct text key;
    struct text value;
    struct id case_id;
};
NODISCARD enum status check_has_word(struct store *store, struct arena *arena,
                                     const struct found_word *word, bool *has_out);

/* Set, or parked because it failed when its time had come. */
NODISCARD enum status check_has_timer(struct store *store, struct arena *arena, struct text subject,
                                      bool *has_out);
NODISCARD enum status check_has_errand(struct store *store, struct arena *arena, struct id errand,
                                       bool *has_out);

#endif
