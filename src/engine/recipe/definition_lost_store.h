/* definition_lost_store.h - open cases whose definition is kept no more: somebody has deleted it by
 * hand, for the program never does. */
#ifndef ENGINE_RECIPE_DEFINITION_LOST_STORE_H
#define ENGINE_RECIPE_DEFINITION_LOST_STORE_H

#include "store/store.h"

struct lost_definition {
    struct text workflow;
    int64_t version;
    int64_t cases; /* that are open */
};

enum { LOST_DEFINITIONS_MAX = 100 };

struct lost_definitions {
    struct lost_definition items[LOST_DEFINITIONS_MAX];
    size_t count;
};

/* Does a place of this name end the cases of this workflow, as far as it is known? */
typedef bool is_end_fn(const void *context, struct text workflow, struct text place);

/* Reads what is open, and none of what has ended at a place that is known to be an end: so it takes
 * as long as there are open cases, however many there ever were. The texts live in the arena. */
NODISCARD enum status definition_lost(struct store *store, struct arena *arena, is_end_fn *is_end,
                                      const void *context, struct lost_definitions *lost_out);

#endif
