/* case_walk.h - goes through the cases of a service, the newest first. Inside the room only. */
#ifndef ENGINE_FSCK_CASE_WALK_H
#define ENGINE_FSCK_CASE_WALK_H

#include "engine/fsck/case_check_store.h"
#include "engine/run/case_record.h"
#include "engine/soundness/reachable.h"
#include "runtime/fsck/fsck.h"

/* Of those that are over the newest; of the open ones all are looked at. */
enum { CLOSED_LOOK_BACK = 100000 };

/* A version of a workflow; as it is loaded, or as it is kept. */
struct walked_recipe {
    struct text workflow;
    int64_t version;
    const struct recipe *recipe;       /* NULL: it cannot be had */
    const struct reachable *reachable; /* NULL: nobody has asked yet */
};

/* How many were wrong, and one of them to begin with. */
struct case_faults {
    int64_t count;
    struct id first;
    struct text why; /* the first one's */
};

void case_fault(struct case_faults *faults, struct arena *arena, struct id id, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

/* The id as text, of the first one. */
const char *case_fault_id(const struct case_faults *faults, struct arena *arena);

struct case_walk;

/* The record is NULL when the row cannot be read as a case of its workflow. */
typedef enum status walked_case_fn(struct case_walk *walk, const struct walked_row *row,
                                   const struct case_record *record);

struct case_walk {
    struct fsck_look *look;
    walked_case_fn *visit;
    struct case_faults faults;
    struct case_faults others; /* of a second kind */

    /* Its own. */
    struct arena *arena; /* as long as the walk */
    struct arena *piece; /* one page of cases */
    struct walked_recipe *recipes;
    size_t recipe_count;
};

NODISCARD enum status case_walk_all(struct case_walk *walk);     /* open and over */
NODISCARD enum status case_walk_open(struct case_walk *walk);    /* open */
NODISCARD enum status case_walk_waiting(struct case_walk *walk); /* with a stage under way */

/* Can a case of it be there? */
bool case_walk_reaches(struct case_walk *walk, const struct case_record *record);

#endif
