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
    const struct errand *errand; /* of `call` */
    const struct event *const *tells;
    const int *rivals; /* of an else: the transitions whose `when` must not hold */
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
    struct bit_set keys; /* fields by which cases are looked for: `is`, `match`, one_open_per */
    bool is_newest;      /* of those with its name: new cases are of it */
    struct text held_up; /* its cases stand still, because...; NO_TEXT: they move */
};

struct catalog {
    const struct service *service;
    const struct recipe *const *recipes; /* by name, the newest version first */
    size_t recipe_count;
};

/* Version 0: the newest. NULL: there is none. */
const struct recipe *catalog_find(const struct catalog *catalog, struct text workflow,
                                  int64_t version);

/* Of the service that is being called. */
const struct catalog *catalog_of(const struct call *call);

struct recipe_source {
    const struct service *service; /* whose functions, errands and events may be named */
    struct text file;
    struct text yaml;
};

/* MALFORMED: complaint_out has a line for everything that is wrong, each with file, line, column,
 * as `kontora check` says it. */
NODISCARD enum status recipe_make(struct arena *arena, const struct recipe_source *source,
                                  struct recipe *recipe_out, struct text *complaint_out);

#endif
