/* stage_store.h - a stage that is under way: begun, and without a result.
 *
 *   asked     a command was told; its reply brings the result
 *   queued    an outside worker may take it, from due_at on; until then somebody has it
 *   waits     somebody will answer by the work id
 *   retry     it has failed and is tried again at due_at
 *   incident  it has failed for good, and a person must look at it
 *
 * The row is written and taken away in the transaction that moves the case.
 */
#ifndef ENGINE_RUN_STAGE_STORE_H
#define ENGINE_RUN_STAGE_STORE_H

#include "store/store.h"

struct stage_row {
    struct id case_id;
    struct text stage;
    int64_t visit;
    struct text state;
    struct text queue;  /* of outside workers; NO_TEXT: it is for none */
    struct text handed; /* JSON, what `with` says; empty: it could not even be begun */
    struct id errand;
    int64_t attempt; /* from 1 */
    int64_t begun_at;
    int64_t due_at;
    struct text worker; /* who has it, of a queue */
    struct text reason; /* why it failed the last time, JSON: {"code": ..., "message": ...} */
};

extern const struct text stage_asked;
extern const struct text stage_queued;
extern const struct text stage_waits;
extern const struct text stage_retries;
extern const struct text stage_incident;

extern const struct shape stage_row_shape;

enum { STAGE_ROWS_MAX = 512 }; /* of one case: a workflow has no more transitions */

/* In the place of the one that is there. */
NODISCARD enum status stage_put(struct store *store, const struct stage_row *row);
NODISCARD enum status stage_remove(struct store *store, struct id case_id, struct text stage);
NODISCARD enum status stage_find(struct store *store, struct arena *arena, struct id case_id,
                                 struct text stage, struct stage_row *row_out);
NODISCARD enum status stage_list(struct store *store, struct arena *arena, struct id case_id,
                                 struct rows *rows_out);

#endif
