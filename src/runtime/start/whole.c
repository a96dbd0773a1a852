/* whole.c - puts the rows of a service's parts behind its own, and those of dashboards into the
 * table of the service at the door. */
#include "runtime/compose/dashboard.h"
#include "runtime/service.h"

#include <string.h>

/* One list of rows, of whichever kind. */
struct list_of_rows {
    char *rows;
    size_t count;
    size_t row_bytes;
};

static void add(struct list_of_rows *list, const void *rows, size_t count)
{
    if (count > 0) {
        memcpy(list->rows + list->count * list->row_bytes, rows, count * list->row_bytes);
    }
    list->count += count;
}

static struct list_of_rows begin(struct arena *arena, size_t row_bytes, size_t count)
{
    return (struct list_of_rows){
        .rows = arena_take_array(arena, count + 1, row_bytes),
        .row_bytes = row_bytes,
    };
}

static const struct service *whole(struct arena *arena, const struct service *service,
                                   struct dashboard_routes dashboards)
{
    size_t routes_max = service->route_count + dashboards.count;
    size_t chores_max = service->chore_count;
    size_t series_max = service->series_count;
    for (size_t i = 0; i < service->part_count; i++) {
        routes_max += service->parts[i]->route_count;
        chores_max += service->parts[i]->chore_count;
        series_max += service->parts[i]->series_count;
    }
    struct list_of_rows routes = begin(arena, sizeof(struct route), routes_max);
    struct list_of_rows chores = begin(arena, sizeof(struct chore), chores_max);
    struct list_of_rows series = begin(arena, sizeof(struct series), series_max);
    add(&routes, service->routes, service->route_count);
    add(&routes, dashboards.routes, dashboards.count);
    add(&chores, service->chores, service->chore_count);
    add(&series, service->series, service->series_count);
    for (size_t i = 0; i < service->part_count; i++) {
        add(&routes, service->parts[i]->routes, service->parts[i]->route_count);
        add(&chores, service->parts[i]->chores, service->parts[i]->chore_count);
        add(&series, service->parts[i]->series, service->parts[i]->series_count);
    }
    MUST(routes.count == routes_max && chores.count == chores_max && series.count == series_max);
    struct service *made = ARENA_NEW(arena, struct service);
    *made = *service;
    made->routes = (const struct route *)(const void *)routes.rows;
    made->route_count = routes.count;
    made->chores = (const struct chore *)(const void *)chores.rows;
    made->chore_count = chores.count;
    made->series = (const struct series *)(const void *)series.rows;
    made->series_count = series.count;
    made->parts = NULL;
    made->part_count = 0;
    return made;
}

const struct service *const *services_whole(struct arena *arena,
                                            const struct service *const *services, size_t count)
{
    const struct dashboard_routes none = {NULL, 0};
    const struct service **list = ARENA_ARRAY(arena, const struct service *, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool is_at_the_door = services[i]->decides != NULL;
        struct dashboard_routes dashboards =
            is_at_the_door ? dashboard_routes(arena, services, count) : none;
        list[i] = services[i]->part_count > 0 || dashboards.count > 0
                      ? whole(arena, services[i], dashboards)
                      : services[i];
    }
    return list;
}
