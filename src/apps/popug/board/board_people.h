/* board_people.h - who works here, and whom work may be given to: a copy from the directory.
 *
 * An employee here (type "popug") is assignable when he may come in, when he is activated, which
 * happens when his account is open, and when he is no manager, admin or accountant, unless the
 * setting board.overseers_take_part says that these are, too.
 */
#ifndef APPS_POPUG_BOARD_BOARD_PEOPLE_H
#define APPS_POPUG_BOARD_BOARD_PEOPLE_H

#include "runtime/host.h"
#include "runtime/service.h"

struct board_person {
    struct id id;
    struct text full_name;
    bool is_employee;
    bool is_assignable; /* whoever he is */
    bool is_overseer;
    int64_t revision;
};

/* Do tasks fall on overseers, too? */
bool board_takes_overseers(const struct host *host);
/* His is_assignable is what holds here. */
void board_person_judge(const struct host *host, struct board_person *person);

/* Of an event of the directory. */
enum status board_person_hear(struct call *call);
extern const struct shape board_person_heard;
/* Of users.forgotten: who he was is known no more. */
extern const struct shape board_person_forgotten;
enum status board_person_forget(struct call *call);

/* OK or ABSENT. */
NODISCARD enum status board_person_find(struct store *store, struct arena *arena, struct id id,
                                        struct board_person *person_out);
/* One of those that are assignable, by chance; ABSENT: nobody is. */
NODISCARD enum status board_person_choose(struct call *call, struct board_person *person_out);

struct board_person_filter {
    struct id after_id; /* in the order of ids; none: from the first */
    struct text part;   /* of the name, folded */
    int64_t limit;
};
enum { COLLEAGUES_PAGE_MAX = 200 };
/* Those who work here. */
NODISCARD enum status board_person_list(struct store *store, struct arena *arena,
                                        const struct board_person_filter *filter,
                                        struct rows *rows_out);

/* ---- operations; popug_board.c routes ---- */

enum status colleague_me_handle(struct call *call);
enum status colleague_list_handle(struct call *call);
extern const struct shape colleague_list_takes;
extern const struct shape colleague_shape;

#endif
