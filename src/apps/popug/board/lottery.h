/* lottery.h - a shuffle: all open tasks fall anew, and anybody can check that it was by chance.
 *
 *   committed ---- pressed ----> running ---- the last task ----> done
 *
 * Long before anybody presses there is a secret seed, and its SHA-256 is shown to everybody: the
 * commitment. With the press the people are written down, in the order of their ids. The task with
 * the id T (36 letters) falls on number
 *
 *   first 16 hexadecimal digits of HMAC-SHA-256(seed, T), as a number, modulo how many there are
 *
 * from 0 on. When it is done the seed is shown, and each task can be computed again. It goes on in
 * pieces, so that others are served meanwhile; who finishes a task before its turn has finished it.
 */
#ifndef APPS_POPUG_BOARD_LOTTERY_H
#define APPS_POPUG_BOARD_LOTTERY_H

#include "apps/popug/board/work_item.h"

struct lottery {
    struct id id;
    int64_t number; /* 1, 2, 3 ... */
    struct text commitment;
    struct text seed; /* 64 hexadecimal digits */
    struct text status;
    int64_t committed_at;
    struct id pressed_by;
    int64_t pressed_at;
    int64_t finished_at;
    struct id last_done; /* the task it has come to */
    struct id last_item; /* the last that was open at the press; none: none was */
    int64_t people;
    int64_t total; /* tasks that were open at the press */
    int64_t moved; /* of them so far: the others were finished before their turn */
};
extern const struct shape lottery_shape;      /* all of it */
extern const struct shape lottery_seen_shape; /* what is answered */

extern const struct text lottery_committed;
extern const struct text lottery_running;
extern const struct text lottery_done;

extern const struct refusal lottery_not_ready;
extern const struct refusal lottery_not_found;

/* ---- the store ---- */

NODISCARD enum status lottery_find(struct store *store, struct arena *arena, struct id id,
                                   struct lottery *lottery_out);
/* The one of that status with the lowest number; OK or ABSENT. */
NODISCARD enum status lottery_first(struct store *store, struct arena *arena, struct text status,
                                    struct lottery *lottery_out);
/* With the next number; nothing when there is a committed one. */
NODISCARD enum status lottery_commit(struct store *store, const struct lottery *lottery);
/* CONFLICT: it has come further than `before` meanwhile. */
NODISCARD enum status lottery_update(struct store *store, const struct lottery *lottery,
                                     const struct lottery *before);
/* Writes down who is assignable; how many. CONFLICT: another press has done so meanwhile. */
NODISCARD enum status lottery_write_people(struct store *store, struct id id, bool with_overseers,
                                           int64_t *count_out);

struct lottery_person {
    int64_t position;
    struct id person_id;
};
extern const struct shape lottery_person_shape;
enum { LOTTERY_PAGE_MAX = 1000, LOTTERY_LIST_MAX = 50 };
NODISCARD enum status lottery_list_people(struct store *store, struct arena *arena, struct id id,
                                          int64_t from, struct rows *rows_out);
/* Who stands at these places, in the order in which they are asked for. */
NODISCARD enum status lottery_people_at(struct store *store, struct arena *arena, struct id id,
                                        const int64_t *positions, size_t count,
                                        struct id *people_out);

struct lottery_result {
    struct id task_id;
    int64_t assignment;
    struct id person_id;
};
extern const struct shape lottery_result_shape;
NODISCARD enum status lottery_list_results(struct store *store, struct arena *arena, struct id id,
                                           struct id after, struct rows *rows_out);
NODISCARD enum status lottery_list(struct store *store, struct arena *arena, struct rows *rows_out);

/* ---- operations; popug_board.c routes ---- */

enum status shuffle_handle(struct call *call);
enum status lottery_list_handle(struct call *call);
enum status lottery_get_handle(struct call *call);
enum status lottery_people_handle(struct call *call);
enum status lottery_results_handle(struct call *call);
chore_fn shuffle_chunk;
extern const struct shape lottery_id_takes;
extern const struct shape lottery_people_takes;
extern const struct shape lottery_results_takes;

/* On which of so many does it fall? */
size_t lottery_choose(struct arena *arena, struct text seed, struct id item, size_t people);

#endif
