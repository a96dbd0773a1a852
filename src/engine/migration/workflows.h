/* workflows.h - what people ask about the versions of workflows: which there are, how many cases
 * each has, which of these could move to another one, and that they do.
 *
 * Each service with cases has four routes below /api/workflows/<service>.
 */
#ifndef ENGINE_MIGRATION_WORKFLOWS_H
#define ENGINE_MIGRATION_WORKFLOWS_H

#include "runtime/service.h"

/* Made in the arena. */
const struct route *workflows_routes(struct arena *arena, const struct service *service,
                                     size_t *count_out);

#endif
