/* operation_store.h - what people have asked for, and what became of it.
 *
 *   running ──> succeeded     it has happened, and what follows by itself has come to rest
 *           ──> failed        with a reason; nothing of it, or what its stages could not do
 */
#ifndef ENGINE_OPERATIONS_OPERATION_STORE_H
#define ENGINE_OPERATIONS_OPERATION_STORE_H

#include "store/store.h"

struct operation_row {
    struct id id;
    struct id case_id;
    struct text name;
    struct id person; /* none: a service */
    struct text party;
    struct id nonce;
    struct text body_hash; /* hexadecimal, of what came with the token */
    struct text status;
    struct text reason; /* JSON: {"code": ..., "message": ..., "details": {...}} */
    int64_t revision;   /* of the case after it */
    int64_t created_at;
    int64_t finished_at; /* 0: not yet */
    struct id event_id;  /* that told of its end */
};

extern const struct text operation_running;
extern const struct text operation_succeeded;
extern const struct text operation_failed;

extern const struct shape operation_row_shape;

/* EXISTS: the nonce has been used. */
NODISCARD enum status operation_insert(struct store *store, const struct operation_row *row);
NODISCARD enum status operation_find(struct store *store, struct arena *arena, struct id id,
                                     struct operation_row *row_out);
NODISCARD enum status operation_find_by_nonce(struct store *store, struct arena *arena,
                                              struct id nonce, struct operation_row *row_out);

/* Those of the case that are not finished, the oldest first. */
enum { OPERATIONS_UNDER_WAY_MAX = 100 };
NODISCARD enum status operation_list_under_way(struct store *store, struct arena *arena,
                                               struct id case_id, struct rows *rows_out);

struct operation_outcome {
    struct id id; /* none: nothing to conclude */
    struct text status;
    struct text reason;
    int64_t revision;
    int64_t now_ms;
    struct id event_id;
};

/* Terminal statuses never change: CONFLICT when it has one already. */
NODISCARD enum status operation_conclude(struct store *store,
                                         const struct operation_outcome *outcome);

#endif
