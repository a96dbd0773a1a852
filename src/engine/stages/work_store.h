/* work_store.h - rows of work: stages of a queue that somebody may take, has, or has had too long.
 *
 * A row of engine_stage in the state queued is work (run/stage_store.h). While nobody has it
 * due_at is when it may be taken; while somebody has it, until when. */
#ifndef ENGINE_STAGES_WORK_STORE_H
#define ENGINE_STAGES_WORK_STORE_H

#include "store/store.h"

struct work_row {
    struct id case_id;
    struct text stage;
    int64_t visit;
    int64_t attempt; /* from 1 */
    int64_t due_at;
    struct text handed; /* JSON */
    struct text workflow;
    int64_t version;
    struct text stages; /* of the case */
    struct text queue;
    struct text worker; /* NO_TEXT: nobody has it */
};

enum { WORK_PIECE = 100 };

/* Where a look at a queue goes on. */
struct work_cursor {
    int64_t due_at;
    struct id case_id;
    struct text stage;
};

/* What may be taken, the longest due first, behind the cursor; at most WORK_PIECE. A cursor of
 * zeros (and the stage "") is the beginning. */
NODISCARD enum status work_list_due(struct store *store, struct arena *arena, struct text queue,
                                    int64_t now_ms, const struct work_cursor *after,
                                    struct rows *rows_out);

/* How much may be taken; counting stops at WORK_PIECE. */
NODISCARD enum status work_count_due(struct store *store, struct arena *arena, struct text queue,
                                     int64_t now_ms, int64_t *count_out);

/* ABSENT: somebody was faster. */
NODISCARD enum status work_take(struct store *store, const struct work_row *row, struct text worker,
                                int64_t until_ms);

/* Moves the end of what this worker has. ABSENT: he has it no more. */
struct work_hold {
    struct id case_id;
    struct text stage;
    int64_t visit;
    struct text worker;
    int64_t until_ms;
};
NODISCARD enum status work_keep(struct store *store, const struct work_hold *hold);

/* How many of the queue somebody has now; of a worker: he has, whether or not his time is over.
 * Nobody else counts it until the transaction ends. */
NODISCARD enum status work_count_held(struct store *store, struct arena *arena, struct text queue,
                                      int64_t now_ms, int64_t *count_out);

NODISCARD enum status work_count_of_worker(struct store *store, struct arena *arena,
                                           struct text queue, struct text worker,
                                           int64_t *count_out);

/* What somebody has had too long, the longest first; at most WORK_PIECE. */
NODISCARD enum status work_list_ended(struct store *store, struct arena *arena, int64_t now_ms,
                                      struct rows *rows_out);

/* Takes it from whoever has it until then; who has it is nobody, or whoever it was until another
 * time. ABSENT: it has changed meanwhile. */
NODISCARD enum status work_take_back(struct store *store, const struct work_row *row);
NODISCARD enum status work_put_off(struct store *store, const struct work_row *row,
                                   int64_t until_ms);

/* He never got it: until that time it would have been his. Anybody may take it from now on. ABSENT:
 * it has changed meanwhile. */
NODISCARD enum status work_give_back(struct store *store, const struct work_hold *hold,
                                     int64_t now_ms);

/* ---- late answers ---- */

struct late_answer {
    struct id case_id;
    struct text stage;
    int64_t visit;
    int64_t times;
    int64_t came_at;
    struct text actor;
    struct text why;
    struct text answer; /* JSON */
};
enum { LATE_ANSWERS_MAX = 1000 };

/* Counts it, and keeps the newest for each visit. */
NODISCARD enum status late_answer_keep(struct store *store, const struct late_answer *late);
NODISCARD enum status late_answer_list(struct store *store, struct arena *arena, struct id case_id,
                                       struct rows *rows_out);

#endif
