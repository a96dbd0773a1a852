/* operations.h - how people work with cases: /flow/KIND/WORKFLOW/... (docs/operations.md).
 *
 * Somebody looks (state), is given a signed token for each thing he may do, does one of them with
 * it (operations), and hears when it is over (events). What he sees is what the view lets him see;
 * what is not seen and what is not there look the same in every answer.
 */
#ifndef ENGINE_OPERATIONS_OPERATIONS_H
#define ENGINE_OPERATIONS_OPERATIONS_H

#include "engine/recipe.h"

/* The rows of all workflows of a service, one set for each participant kind of each. They live in
 * the arena, and the service adds them to its own. Whoever reaches the door may come in: who may
 * do what is said by the workflow, and looked at inside. */
struct flow_rows {
    const struct route *routes;
    size_t route_count;
    const struct stream *streams;
    size_t stream_count;
};

void operation_routes(struct arena *arena, const struct catalog *catalog,
                      struct flow_rows *rows_out);

#endif
