/* work_item.h - a task on the board: it falls on somebody by chance, costs him, and pays when done.
 *
 *   open, of somebody  --- finish, by him --->  done
 *     ^     |
 *     +-----+  shuffle: the next assignment, of somebody by chance, maybe the same
 *
 * Each assignment has a number: 1, 2, 3 ... for each is paid once. What it costs and what it pays
 * is drawn once, before it is created, and never changes.
 */
#ifndef APPS_POPUG_BOARD_WORK_ITEM_H
#define APPS_POPUG_BOARD_WORK_ITEM_H

#include "runtime/service.h"

enum { TITLE_BYTES_MAX = 400, DESCRIPTION_BYTES_MAX = 20000 };

struct work_item {
    struct id id;
    struct text title;
    struct text title_key; /* for search */
    struct text description;
    struct text status;
    struct id assignee_id;
    int64_t assignment;
    int64_t fee_minor; /* both above zero: what an assignment takes, what its end gives */
    int64_t reward_minor;
    int64_t price_minor; /* the reward, by the name that the first clients know */
    struct text currency;
    struct id author_id; /* none: no person */
    int64_t created_at;
    int64_t assigned_at;
    int64_t finished_at; /* 0: open */
};

extern const struct shape item_shape;
extern const struct text item_open;
extern const struct text item_done;
extern const char *const item_statuses[2];

extern const struct refusal item_not_found;
extern const struct refusal item_nobody_there;
extern const struct refusal item_not_yours;
extern const struct refusal item_is_done;
extern const struct refusal item_not_an_employee;
extern const struct refusal item_bad_assignee;

/* ---- the store ---- */

/* OK or ABSENT. */
NODISCARD enum status item_find(struct store *store, struct arena *arena, struct id id,
                                struct work_item *item_out);
NODISCARD enum status item_insert(struct store *store, const struct work_item *item);

/* CONFLICT: it is not open any more, or not with the assignment before this one. */
NODISCARD enum status item_assign(struct store *store, const struct work_item *item,
                                  struct id lottery_id);
NODISCARD enum status item_finish(struct store *store, const struct work_item *item);

struct item_filter {
    struct id before_id; /* newest first; none: from the newest */
    struct id assignee_id;
    struct text status;
    struct text part; /* of the title, folded */
    int64_t limit;
};
enum { ITEMS_PAGE_MAX = 200, ITEMS_CHUNK_MAX = 250 };
NODISCARD enum status item_list(struct store *store, struct arena *arena,
                                const struct item_filter *filter, struct rows *rows_out);

/* Open ones behind the first id up to the second, in the order of ids; ITEMS_CHUNK_MAX at most. */
NODISCARD enum status item_list_open(struct store *store, struct arena *arena, struct id after,
                                     struct id last, struct rows *rows_out);
/* How many are open, and the last of them; none: 0. */
NODISCARD enum status item_count_open(struct store *store, struct arena *arena, int64_t *count_out,
                                      struct id *last_out);

/* ---- what is told ---- */

enum { ITEM_CREATED, ITEM_ASSIGNED, ITEM_FINISHED, ITEM_EVENT_COUNT };
extern const struct event item_events[ITEM_EVENT_COUNT];
NODISCARD enum status item_tell(struct call *call, size_t event, const struct work_item *item);

/* ---- operations; popug_board.c routes ---- */

stream_shows_fn item_shows;
enum status item_create_gather(struct call *call);
enum status item_create_handle(struct call *call);
enum status item_finish_handle(struct call *call);
enum status item_get_handle(struct call *call);
enum status item_list_handle(struct call *call);
enum status item_titles_handle(struct call *call);

extern const struct shape item_create_takes;
extern const struct shape item_id_takes;
extern const struct shape item_list_takes;
extern const struct shape item_titles_takes;
extern const struct shape item_title_shape;
extern const struct ask item_ask_price;

extern const struct migration board_migrations[];
enum { BOARD_MIGRATION_COUNT = 3 };

#endif
