/* added_routes.c - rows of several hands put together. */
#include "runtime/start/added_routes.h"

#include "runtime/dead/dead.h"
#include "runtime/later/schedule_routes.h"

#include <string.h>

struct listing {
    const struct route *routes;
    size_t count;
};

static struct listing joined(struct arena *arena, struct listing first, struct listing second)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, first.count + second.count + 1);
    if (first.count > 0) {
        memcpy(routes, first.routes, first.count * sizeof *routes);
    }
    if (second.count > 0) {
        memcpy(routes + first.count, second.routes, second.count * sizeof *routes);
    }
    return (struct listing){routes, first.count + second.count};
}

static struct listing added(struct arena *arena, const struct service *service)
{
    struct listing dead = {0};
    struct listing schedules = {0};
    dead.routes = dead_routes(arena, service, &dead.count);
    schedules.routes = schedule_routes(arena, service, &schedules.count);
    return joined(arena, dead, schedules);
}

const struct route *added_routes(struct arena *arena, const struct service *service,
                                 size_t *count_out)
{
    struct listing listing = added(arena, service);
    *count_out = listing.count;
    return listing.routes;
}

static const struct service *with_added(struct arena *arena, const struct service *service)
{
    struct listing own = {service->routes, service->route_count};
    struct listing all = joined(arena, own, added(arena, service));
    struct service *whole = ARENA_NEW(arena, struct service);
    *whole = *service;
    whole->routes = all.routes;
    whole->route_count = all.count;
    return whole;
}

const struct service *const *services_with_added(struct arena *arena,
                                                 const struct service *const *services,
                                                 size_t count)
{
    const struct service **whole = ARENA_ARRAY(arena, const struct service *, count + 1);
    for (size_t i = 0; i < count; i++) {
        whole[i] = with_added(arena, services[i]);
    }
    return whole;
}
