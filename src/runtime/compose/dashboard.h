/* dashboard.h - one answer made of several: reads of one or more services, as a page needs them.
 *
 *   GET /api/dashboard/NAME   ->   {"parts": {"people": {"data": ..., "stale": false,
 *                                             "age_seconds": 0}, ...}}
 *
 * An app declares its own in its table; the service at the door answers them (compose.h).
 * Each part is asked with the rights of whoever asks for the whole, at the same time as the others,
 * and remembered for him for a few seconds. When a service does not answer, its part is what it has
 * said last, marked stale; or it is missing, which says why. No part changes anything, and nothing
 * is decided here.
 */
#ifndef RUNTIME_COMPOSE_DASHBOARD_H
#define RUNTIME_COMPOSE_DASHBOARD_H

#include "base/arena.h"
#include "base/text.h"

enum {
    DASHBOARD_PARTS_MAX = 32,
    DASHBOARD_PARAMETERS_MAX = 4,
    DASHBOARD_TARGET_BYTES_MAX = 1000, /* of a part, with what was asked for put in */
    DASHBOARDS_MAX = 64,
};

struct dashboard_part {
    const char *name; /* "people": its member of the answer */
    /* "/api/deals?horizon={horizon}", a GET of any service here or elsewhere. With a star in it
     * there is such a part of each service with cases: "cases_" and "/api/cases/x?limit={size}"
     * with a star for the x become "cases_casework" and "/api/cases/casework?limit=5". */
    const char *path;
};

/* What may be chosen in the query of the dashboard; the first is meant when nothing is said. */
struct dashboard_parameter {
    const char *name; /* "horizon" */
    const char *const *choices;
    size_t choice_count;
    const char *meaning;
};

struct dashboard {
    const char *name;       /* "start" */
    const char *permission; /* of the whole; each part has its own as well. NULL is not allowed */
    const char *summary;
    const struct dashboard_part *parts;
    size_t part_count;
    const struct dashboard_parameter *parameters;
    size_t parameter_count;
};

struct route;
struct service;

/* The routes of all dashboards of these services, for the table of the one at the door. */
struct dashboard_routes {
    const struct route *routes;
    size_t count;
};
struct dashboard_routes dashboard_routes(struct arena *arena, const struct service *const *services,
                                         size_t count);

/* NULL: there is none for this route. */
const struct dashboard *dashboard_of(const struct service *const *services, size_t count,
                                     const struct route *route);

/* NO_TEXT when all is well, else a sentence. */
struct text dashboard_check(struct arena *arena, const struct service *const *services,
                            size_t count);

#endif
