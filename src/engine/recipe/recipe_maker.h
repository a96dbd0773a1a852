/* recipe_maker.h - the steps from a workflow to a recipe. Shared by the files of this room; no
 * door.
 */
#ifndef ENGINE_RECIPE_RECIPE_MAKER_H
#define ENGINE_RECIPE_RECIPE_MAKER_H

#include "engine/definition/complaints.h"
#include "engine/recipe.h"

struct recipe_maker {
    struct arena *arena;
    const struct recipe_source *source;
    struct complaints *complaints;
    const struct workflow *workflow;
    struct condition_field *names; /* what an expression may use */
    size_t name_count;
    struct recipe_transition *transitions;
    const struct condition **musts; /* by field */
};

/* The table of names, and a complaint for each field whose name is a word of the language. */
void recipe__names(struct recipe_maker *maker);

/* `must` of every field; `when`, `skip_when`, `sets` and `with` of every transition. */
void recipe__expressions(struct recipe_maker *maker);

/* Functions, commands and events; nothing is asked where the source has no service. */
void recipe__bind(struct recipe_maker *maker);

void recipe__rivals(struct recipe_maker *maker);

/* By place, from which others a case may come there, one branch taken alone: never too few. NULL
 * where no event is kept for later. */
const struct bit_set *recipe__leads_to(struct arena *arena, const struct workflow *workflow);

/* "operation", "stage" ... for sentences. */
const char *recipe__kind_name(const struct transition *transition);

#endif
