/* router.c - a tree of path segments; a literal segment is preferred to a parameter. */
#include "runtime/router.h"

#include <string.h>

enum { ROUTES_MAX = 16384 };

struct node {
    struct text segment; /* literal; of a parameter its name */
    bool is_parameter;
    struct node *first_child; /* literals before the parameter */
    struct node *next;
    struct bound_route *by_method[HTTP_METHOD_OTHER];
};

struct router {
    struct arena *arena;
    struct node root;
    struct bound_route *routes[ROUTES_MAX];
    size_t route_count;
};

static const char *const method_names[HTTP_METHOD_OTHER] = {
    [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",         [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
    [HTTP_OPTIONS] = "OPTIONS",
};

struct router *router_create(struct arena *arena)
{
    struct router *router = ARENA_NEW(arena, struct router);
    router->arena = arena;
    return router;
}

/* Cuts "/api/users" into "api" and "/users"; the rest is NO_TEXT at the end. */
static struct text next_segment(struct text *path)
{
    struct text segment;
    struct text rest;
    MUST(path->bytes > 0 && path->data[0] == '/');
    text_cut(text_slice(*path, 1, path->bytes), '/', &segment, &rest);
    *path = rest.data == NULL ? NO_TEXT : (struct text){rest.data - 1, rest.bytes + 1};
    return segment;
}

static struct node *child_of(struct router *router, struct node *parent, struct text segment)
{
    bool is_parameter = segment.bytes > 2 && segment.data[0] == '{';
    struct text name = is_parameter ? text_slice(segment, 1, segment.bytes - 1) : segment;
    struct node **place = &parent->first_child;
    while (*place != NULL) {
        if ((*place)->is_parameter == is_parameter && text_equals((*place)->segment, name)) {
            return *place;
        }
        if ((*place)->is_parameter && !is_parameter) {
            break; /* literals stand before parameters */
        }
        place = &(*place)->next;
    }
    struct node *node = ARENA_NEW(router->arena, struct node);
    node->segment = text_copy(router->arena, name);
    node->is_parameter = is_parameter;
    node->next = *place;
    *place = node;
    return node;
}

static struct bound_route *bind(struct router *router, struct host *host, const struct route *route)
{
    MUST(router->route_count < ROUTES_MAX);
    struct node *node = &router->root;
    struct text path = text_of(route->path);
    while (path.data != NULL) {
        struct text segment = next_segment(&path);
        node = child_of(router, node, segment);
    }
    MUST(node->by_method[route->method] == NULL);
    struct bound_route *bound = ARENA_NEW(router->arena, struct bound_route);
    bound->route = route;
    bound->host = host;
    node->by_method[route->method] = bound;
    router->routes[router->route_count++] = bound;
    return bound;
}

void router_add(struct router *router, struct host *host, const struct route *route)
{
    (void)bind(router, host, route);
}

void router_add_stream(struct router *router, struct host *host, const struct route *route,
                       const struct stream *stream)
{
    MUST(stream->shows != NULL);
    bind(router, host, route)->stream = stream;
}

static bool has_routes(const struct node *node)
{
    for (int i = 0; i < HTTP_METHOD_OTHER; i++) {
        if (node->by_method[i] != NULL) {
            return true;
        }
    }
    return false;
}

/* Depth first; what a parameter took is put back when its branch leads nowhere. */
static const struct node *find(const struct node *parent, const struct text *segments, size_t count,
                               struct path_values *values)
{
    if (count == 0) {
        return has_routes(parent) ? parent : NULL;
    }
    for (const struct node *node = parent->first_child; node != NULL; node = node->next) {
        size_t before = values->count;
        if (node->is_parameter && segments[0].bytes > 0 && values->count < PATH_VALUES_MAX) {
            values->items[values->count++] =
                (struct path_value){.name = node->segment.data, .value = segments[0]};
        } else if (node->is_parameter || !text_equals(node->segment, segments[0])) {
            continue;
        }
        const struct node *found = find(node, segments + 1, count - 1, values);
        if (found != NULL) {
            return found;
        }
        values->count = before;
    }
    return NULL;
}

static struct text methods_of(struct arena *arena, const struct node *node)
{
    struct text list = TEXT("OPTIONS");
    for (int i = 0; i < HTTP_METHOD_OTHER; i++) {
        bool is_head = i == HTTP_HEAD && node->by_method[HTTP_GET] != NULL;
        if (node->by_method[i] != NULL || is_head) {
            list = text_format(arena, "%.*s, %s", TEXT_ARGS(list), method_names[i]);
        }
    }
    return list;
}

enum status router_find(const struct router *router, struct arena *arena, enum http_method method,
                        struct text path, struct router_match *match_out)
{
    struct text segments[SEGMENTS_MAX];
    size_t count = 0;
    match_out->bound = NULL;
    match_out->path_is_known = false;
    match_out->allow = NO_TEXT;
    match_out->path.count = 0;
    if (path.bytes == 0 || path.data[0] != '/') {
        return STATUS_OK; /* "OPTIONS *" asks about the server, not about a path */
    }
    while (path.data != NULL) {
        if (count == SEGMENTS_MAX) {
            return STATUS_OK; /* deeper than any route */
        }
        segments[count++] = next_segment(&path);
    }
    /* Cut first, decode then: an escaped slash stays inside its segment. */
    for (size_t i = 0; i < count; i++) {
        if (memchr(segments[i].data, '%', segments[i].bytes) != NULL &&
            !http_decode(arena, segments[i], false, &segments[i])) {
            return STATUS_MALFORMED;
        }
    }
    const struct node *node = find(&router->root, segments, count, &match_out->path);
    if (node == NULL) {
        return STATUS_OK;
    }
    match_out->path_is_known = true;
    enum http_method served = method == HTTP_HEAD ? HTTP_GET : method;
    if (served < HTTP_METHOD_OTHER) {
        match_out->bound = node->by_method[served];
    }
    if (match_out->bound == NULL) {
        match_out->allow = methods_of(arena, node);
    }
    return STATUS_OK;
}

struct bound_route *const *router_routes(const struct router *router, size_t *count_out)
{
    *count_out = router->route_count;
    return router->routes;
}
