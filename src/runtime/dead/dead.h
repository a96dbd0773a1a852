/* dead.h - what could not be handled, for people: seen, tried again, given up.
 *
 * Every service that runs here has routes for its parked messages (intake/parked_store.h) and for
 * its strays, beside those of its own table: below /api/dead/<service> and /api/strays/<service>.
 * Replaying makes a message due at once, with all its attempts before it; dropping takes it away
 * for good, and lets the next of its line run. Both are decisions of a person, and are logged with
 * a name.
 */
#ifndef RUNTIME_DEAD_DEAD_H
#define RUNTIME_DEAD_DEAD_H

#include "runtime/service.h"

/* The routes of this service's parked messages, made in the arena. */
const struct route *dead_routes(struct arena *arena, const struct service *service,
                                size_t *count_out);

/* Chore: looks how much is parked, for host->parked. */
NODISCARD enum status dead_count(struct chore_run *run);

#endif
