/* engine.h - makes services out of services with workflows: the same tables, with the routes,
 * errands, subscriptions, events, timers and schedules that their workflows need.
 *
 * The runtime knows nothing of cases: what it runs are tables.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/config.h"
#include "runtime/service.h"

struct engine_options {
    const struct service *const *services;
    size_t service_count;
    const char *directory; /* of workflows, "*.yaml", for the service that takes them; NULL: none */
};

/* As many services, in the same order; those without workflows are as they were. MALFORMED: a
 * workflow of the program is wrong (a bug), or one of the directory is: error_out says all of it.
 */
NODISCARD enum status engine_extend(struct arena *arena, const struct engine_options *options,
                                    const struct service *const **services_out,
                                    struct text *error_out);

#endif
