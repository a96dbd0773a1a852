/* extend_people.c - the doors by which people come to the cases of a service. */
#include "engine/extend/engine_room.h"
#include "engine/operations/operations.h"

#include <string.h>

/* The rows of both, in one array. */
static void *join(struct arena *arena, size_t bytes_each, const void *const lists[2],
                  const size_t counts[2])
{
    char *joined = arena_take_array(arena, counts[0] + counts[1] + 1, bytes_each);
    for (size_t i = 0; i < 2; i++) {
        if (counts[i] > 0) {
            memcpy(joined + (i == 0 ? 0 : counts[0] * bytes_each), lists[i],
                   counts[i] * bytes_each);
        }
    }
    return joined;
}

void extend__people(const struct engine_room *room, struct service *made)
{
    struct flow_rows rows;
    const struct service base = *made;
    operation_routes(room->arena, made->catalog, &rows);
    made->routes =
        join(room->arena, sizeof(struct route), (const void *const[]){base.routes, rows.routes},
             (const size_t[]){base.route_count, rows.route_count});
    made->route_count = base.route_count + rows.route_count;
    made->streams =
        join(room->arena, sizeof(struct stream), (const void *const[]){base.streams, rows.streams},
             (const size_t[]){base.stream_count, rows.stream_count});
    made->stream_count = base.stream_count + rows.stream_count;
}
