/* dead_routes.c - the routes of parked messages, made for each service. */
#include "runtime/dead/dead.h"

#include "runtime/dead/dead_handle.h"
#include "runtime/dead/dead_store.h"
#include "runtime/host.h"
#include "runtime/intake/parked_store.h"

static const struct refusal *const find_refusals[] = {&dead_not_found};
static const struct refusal *const list_refusals[] = {&dead_bad_cursor};
static const struct refusal *const replay_refusals[] = {&dead_not_found, &dead_not_first_in_line};

#define REFUSES(list) .refusals = (list), .refusal_count = COUNT_OF(list)

/* The service's name goes between the two parts of the path, and into the operation. */
struct pattern {
    const char *path_start;
    const char *path_end;
    const char *operation_start;
    struct route route;
};

static const struct pattern patterns[] = {
    {"/api/dead/",
     "",
     "list_dead_of_",
     {.method = HTTP_GET,
      .permission = "dead.read",
      .summary = "Messages that could not be handled yet, and those behind them",
      .kind = ROUTE_READS,
      .handle = dead_list_handle,
      .takes = &dead_list_takes,
      .gives = &dead_entry_shape,
      .gives_list = true,
      REFUSES(list_refusals)}},
    {"/api/dead/",
     "/{number}",
     "get_dead_of_",
     {.method = HTTP_GET,
      .permission = "dead.read",
      .summary = "One of them, with the message itself",
      .kind = ROUTE_READS_POINT,
      .handle = dead_get_handle,
      .takes = &dead_number_takes,
      .gives = &parked_shape,
      REFUSES(find_refusals)}},
    {"/api/dead/",
     "/{number}/replay",
     "replay_dead_of_",
     {.method = HTTP_POST,
      .permission = "dead.write",
      .summary = "Try it again at once, with all its attempts before it",
      .kind = ROUTE_WRITES,
      .handle = dead_replay_handle,
      .takes = &dead_number_takes,
      .gives = &parked_shape,
      REFUSES(replay_refusals)}},
    {"/api/dead/",
     "/{number}/drop",
     "drop_dead_of_",
     {.method = HTTP_POST,
      .permission = "dead.write",
      .summary = "Give it up for good; the next of its line is tried",
      .kind = ROUTE_WRITES,
      .handle = dead_drop_handle,
      .takes = &dead_drop_takes,
      .gives = &parked_shape,
      REFUSES(find_refusals)}},
    {"/api/strays/",
     "",
     "list_strays_of_",
     {.method = HTTP_GET,
      .permission = "dead.read",
      .summary = "Replies that nobody waited for: late, unknown, or a second time",
      .kind = ROUTE_READS,
      .handle = dead_stray_list_handle,
      .takes = &dead_stray_list_takes,
      .gives = &stray_entry_shape,
      .gives_list = true,
      REFUSES(list_refusals)}},
    {"/api/strays/",
     "/{stray_id}",
     "get_stray_of_",
     {.method = HTTP_GET,
      .permission = "dead.read",
      .summary = "One of them, with the reply itself",
      .kind = ROUTE_READS_POINT,
      .handle = dead_stray_get_handle,
      .takes = &dead_stray_takes,
      .gives = &stray_shape,
      REFUSES(find_refusals)}},
};

const struct route *dead_routes(struct arena *arena, const struct service *service,
                                size_t *count_out)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, COUNT_OF(patterns));
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        routes[i] = patterns[i].route;
        routes[i].path = text_format(arena, "%s%s%s", patterns[i].path_start, service->name,
                                     patterns[i].path_end)
                             .data;
        routes[i].operation =
            text_format(arena, "%s%s", patterns[i].operation_start, service->name).data;
    }
    *count_out = COUNT_OF(patterns);
    return routes;
}

enum status dead_count(struct chore_run *run)
{
    struct dead_gauge *gauge = &run->host->parked;
    struct parked_counts counts = {.oldest_dead_at = FIELD_NONE};
    bool any;
    enum status status = parked_any(run->store, run->arena, &any);
    if (status == STATUS_OK && any) {
        status = parked_count(run->store, run->arena, &counts);
    }
    if (status == STATUS_OK) {
        atomic_store(&gauge->waiting, counts.waiting);
        atomic_store(&gauge->behind, counts.behind);
        atomic_store(&gauge->dead, counts.dead);
        atomic_store(&gauge->oldest_dead_at,
                     counts.oldest_dead_at == FIELD_NONE ? 0 : counts.oldest_dead_at);
    }
    return status;
}
