/* recipe.h - a workflow made ready to run: its expressions compiled, its functions, commands and
 * events found, its net proved sound. And the catalog: all recipes of one service.
 *
 * Plain data, made before the port opens and never changed: any thread may read it. Arrays that
 * stand beside one of the workflow's have the same indexes.
 */
#ifndef ENGINE_RECIPE_H
#define ENGINE_RECIPE_H

#include "engine/cases.h"
#include "engine/condition/condition.h"
#include "engine/workflow.h"

struct recipe_transition {
    const struct condition *when;      /* NULL: always */
    const struct condition *skip_when; /* NULL: never */
    const struct condition *const *sets;
    const struct condition *const *with;
    const struct case_function *function; /* of `run`; NULL: it has none */
    const struct case_function *undo;
    const struct errand *errand;      /* of `call`; NULL: the service has no row for it */
    const struct event *const *tells; /* each NULL where the service has no row for it */
    /* Of what the function or the command answers the member that `result` keeps. NULL: all of it,
     * as it does for a worker, whose answer has no table. */
    const struct field *keeps;
    /* Of an else: the transitions out of the same places that have a `when`. Those of them that can
     * be gone where the case is must not have it. */
    const int *rivals;
    size_t rival_count;
};

/* The names an expression may use: the fields, by their index, and then these. */
enum recipe_given {
    RECIPE_CASE_ID,
    RECIPE_CALLER_ID,
    RECIPE_NOW,
    RECIPE_EVENT,
    RECIPE_GIVEN_COUNT
};

struct recipe {
    const struct workflow *workflow;
    struct text text; /* the file, as it was written */
    struct text hash; /* of the text, hexadecimal */
    const struct recipe_transition *transitions;
    const struct condition *const *musts; /* by field; NULL: whatever its kind allows */
    struct bit_set keys;    /* fields by which cases are looked for: `is`, `match`, `found` ... */
    struct bit_set passing; /* fields whose results are handed on and kept nowhere */
    struct bit_set ends;    /* places */
    /* By place: all that a case can come there from, itself included; NULL: no event is kept. */
    const struct bit_set *leads_to;
    bool is_newest;      /* of those with its name: new cases are of it */
    bool is_kept;        /* no file has it any more: it was loaded for the cases that are of it */
    struct text held_up; /* its cases stand still, because...; NO_TEXT: they move */
};

/* A timer that comes by the calendar: schedule_row.name leads to one or more of them. */
struct recipe_schedule {
    const char *name;
    const struct recipe *recipe;
    int transition;
};

struct engine_room; /* extend/engine_room.h: what it was made of */
struct signing_key;

struct catalog {
    const struct service *service;
    const struct recipe *const *recipes; /* by name, the newest version first */
    size_t recipe_count;
    const struct event *case_changed;
    const struct event *case_viewed;
    const struct event *case_forgotten;
    const struct timer *case_timer;
    const struct recipe_schedule *schedules;
    size_t schedule_count;
    const struct engine_room *room;
    struct signing_key *signing_key; /* of the schema; filled when its store has been opened */
};

/* Version 0: the one that new cases are of. NULL: there is none. */
const struct recipe *catalog_find(const struct catalog *catalog, struct text workflow,
                                  int64_t version);

/* Of the service that is being called. */
const struct catalog *catalog_of(const struct call *call);

struct recipe_source {
    /* Whose functions and rows may be named; NULL: nobody knows, so every name is good. */
    const struct service *service;
    const struct service *const *services; /* all there are, whose commands may be called */
    size_t service_count;
    struct text file;
    struct text yaml;
    handle_fn *on_reply; /* what errands of stages must have, case_reply; NULL: it is not asked */
};

/* MALFORMED: complaint_out has a line for everything that is wrong, each with file, line, column,
 * as `kontora check` says it. Everything lives as long as the arena, in memory of its own. */
NODISCARD enum status recipe_make(struct arena *arena, const struct recipe_source *source,
                                  struct recipe *recipe_out, struct text *complaint_out);

#endif
