/* catalog.c - finds the recipe of a case. */
#include "base/must.h"
#include "engine/recipe.h"

/* The first recipe whose name is not before this one. */
static size_t lower_bound(const struct catalog *catalog, struct text workflow)
{
    size_t from = 0;
    size_t to = catalog->recipe_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (text_compare(catalog->recipes[middle]->workflow->name, workflow) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

const struct recipe *catalog_find(const struct catalog *catalog, struct text workflow,
                                  int64_t version)
{
    MUST(catalog != NULL);
    for (size_t i = lower_bound(catalog, workflow); i < catalog->recipe_count; i++) {
        const struct recipe *recipe = catalog->recipes[i];
        if (!text_equals(recipe->workflow->name, workflow)) {
            break;
        }
        if (version == 0 ? recipe->is_newest : recipe->workflow->version == version) {
            return recipe;
        }
    }
    return NULL;
}

const struct catalog *catalog_of(const struct call *call)
{
    MUST(call->service->catalog != NULL);
    return call->service->catalog;
}
