/* added_routes.h - what the platform routes for every service, beside the rows of its table: its
 * parked messages (dead/dead.h), its schedules (later/schedule_routes.h).
 */
#ifndef RUNTIME_START_ADDED_ROUTES_H
#define RUNTIME_START_ADDED_ROUTES_H

#include "runtime/service.h"

/* Those of this service, made in the arena. */
const struct route *added_routes(struct arena *arena, const struct service *service,
                                 size_t *count_out);

/* The same services with these routes behind their own: for whoever describes what is routed. */
const struct service *const *services_with_added(struct arena *arena,
                                                 const struct service *const *services,
                                                 size_t count);

#endif
