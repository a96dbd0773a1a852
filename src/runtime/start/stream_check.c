/* stream_check.c - a stream that cannot be reached, or hides a route, is a sentence at start. */
#include "runtime/start/stream_check.h"

#include <string.h>

struct others {
    const struct service *const *services;
    size_t service_count;
};

static bool has_plain_path(const struct stream *stream)
{
    return stream->path != NULL && stream->path[0] == '/' && strchr(stream->path, '{') == NULL;
}

static const char *complaint_of(const struct stream *stream)
{
    if (stream->operation == NULL || stream->operation[0] == '\0') {
        return "it has no operation name";
    }
    if (!has_plain_path(stream)) {
        return "its path must begin with '/' and has no parameters";
    }
    if (stream->summary == NULL) {
        return "there is no summary";
    }
    if (stream->shows == NULL) {
        return "nothing says what a reader is shown";
    }
    return stream->permission != NULL && stream->permission[0] == '\0'
               ? "an empty permission is none: leave it out to let everybody in"
               : NULL;
}

static bool is_route_twin(const struct stream *stream, const struct service *service)
{
    for (size_t i = 0; i < service->route_count; i++) {
        if (strcmp(service->routes[i].path, stream->path) == 0 ||
            strcmp(service->routes[i].operation, stream->operation) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_stream_twin(const struct stream *stream, const struct service *service)
{
    for (size_t i = 0; i < service->stream_count; i++) {
        const struct stream *other = &service->streams[i];
        if (other != stream && other->path != NULL && other->operation != NULL &&
            (strcmp(other->path, stream->path) == 0 ||
             strcmp(other->operation, stream->operation) == 0)) {
            return true;
        }
    }
    return false;
}

static bool has_twin(const struct stream *stream, const struct others *others)
{
    for (size_t i = 0; i < others->service_count; i++) {
        if (is_route_twin(stream, others->services[i]) ||
            is_stream_twin(stream, others->services[i])) {
            return true;
        }
    }
    return false;
}

struct text stream_check(struct arena *arena, const struct service *const *services,
                         size_t service_count)
{
    const struct others others = {.services = services, .service_count = service_count};
    for (size_t i = 0; i < service_count; i++) {
        for (size_t j = 0; j < services[i]->stream_count; j++) {
            const struct stream *stream = &services[i]->streams[j];
            const char *complaint = complaint_of(stream);
            if (complaint == NULL && has_twin(stream, &others)) {
                complaint = "a route or another stream has its path or its operation name";
            }
            if (complaint != NULL) {
                return text_format(arena, "%s, stream %s: %s", services[i]->name,
                                   stream->operation ? stream->operation : "without a name",
                                   complaint);
            }
        }
    }
    return NO_TEXT;
}
