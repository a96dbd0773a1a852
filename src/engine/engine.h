/* engine.h - makes services out of services with workflows: the same tables, with the routes,
 * errands, subscriptions, events, timers and schedules that their workflows need.
 *
 * The runtime knows nothing of cases: what it runs are tables. A service made here has a hook that
 * runs when its store is open: definitions are kept there, so a case never loses its recipe.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "runtime/service.h"

/* A file of the directory of workflows. */
struct engine_file {
    struct text name;    /* "leave.yaml", as errors call it */
    struct text yaml;    /* must live as long as the services do */
    struct text trouble; /* why it cannot be read; NO_TEXT: it could be */
};

struct engine_options {
    const struct service *const *services;
    size_t service_count;
    const struct engine_file *files; /* for the service that takes them (case_work) */
    size_t file_count;
};

/* As many services, in the same order; those without workflows are as they were. MALFORMED: a
 * workflow of the program itself is wrong; error_out says all of it. A file that is wrong is left
 * out instead, and stands among the remarks of its service. */
NODISCARD enum status engine_extend(struct arena *arena, const struct engine_options *options,
                                    const struct service *const **services_out,
                                    struct text *error_out);

#endif
