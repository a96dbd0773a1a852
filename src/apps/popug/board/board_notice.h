/* board_notice.h - people are told that tasks have fallen on them: of a new task at once, of a
 * shuffle in one sentence when it is done. What becomes of a notice concerns the board no more.
 */
#ifndef APPS_POPUG_BOARD_BOARD_NOTICE_H
#define APPS_POPUG_BOARD_BOARD_NOTICE_H

#include "apps/popug/board/lottery.h"

enum { ERRAND_SEND_NOTICE, BOARD_ERRAND_COUNT };
extern const struct errand board_errands[BOARD_ERRAND_COUNT];

/* A new task. */
NODISCARD enum status notice_of_item(struct call *call, const struct work_item *item);

/* Some of those on whom tasks fell in a shuffle that is done. */
chore_fn notice_chunk;

/* ---- the store; lottery_told_store.c ---- */

struct untold {
    struct id id; /* of a shuffle that is done */
    int64_t told; /* so many of its people know */
    int64_t people;
};
/* ABSENT: everybody knows. */
NODISCARD enum status untold_find(struct store *store, struct arena *arena,
                                  struct untold *untold_out);
/* CONFLICT: another process has gone on meanwhile. */
NODISCARD enum status untold_update(struct store *store, const struct untold *untold,
                                    int64_t told_before);

struct fallen {
    struct id person_id;
    int64_t count; /* of tasks, at least one */
};
enum { FALLEN_CHUNK_MAX = 100 };
/* Among so many people behind those who know. */
NODISCARD enum status fallen_list(struct store *store, struct arena *arena,
                                  const struct untold *untold, struct rows *rows_out);

#endif
