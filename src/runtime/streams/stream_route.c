/* stream_route.c - a stream as a route: what the router, the input and the metrics see of it. */
#include "runtime/streams/streams.h"

static const struct field stream_fields[] = {
    {.name = "last_event_id",
     .kind = FIELD_INTEGER,
     .offset = 0,
     .place = FIELD_IN_QUERY,
     .minimum = 0,
     .maximum = INT64_MAX,
     .otherwise = FIELD_NONE,
     .meaning = "Go on behind this id, where Last-Event-ID cannot be sent"},
};

static const struct shape stream_takes = {
    .name = "Watching",
    .fields = stream_fields,
    .field_count = COUNT_OF(stream_fields),
    .bytes = sizeof(int64_t),
};

const struct route *streams_route(struct arena *arena, const struct stream *stream)
{
    struct route *route = ARENA_NEW(arena, struct route);
    *route = (struct route){
        .method = HTTP_GET,
        .path = stream->path,
        .operation = stream->operation,
        .permission = stream->permission,
        .summary = stream->summary,
        .kind = ROUTE_READS,
        .takes = &stream_takes,
    };
    return route;
}
