/* router.h - from a method and a path to the row of a service's table. */
#ifndef RUNTIME_ROUTER_H
#define RUNTIME_ROUTER_H

#include "runtime/input.h"
#include "runtime/service.h"

#include <stdatomic.h>

struct host; /* a service as it runs here; runtime/host.h */

enum { LATENCY_BUCKETS = 12, ROUTE_CLASSES = 6, SEGMENTS_MAX = 16 };

/* A row of a table, bound to the service that runs here, with what has been counted of it. */
struct bound_route {
    const struct route *route;
    struct host *host;
    const struct stream *stream;             /* that the route opens; NULL: it has a handler */
    atomic_ulong answers[ROUTE_CLASSES];     /* by first digit of the status */
    atomic_ulong latencies[LATENCY_BUCKETS]; /* below 2^i * 0.1 ms; the last: all */
    atomic_ulong latency_ns_sum;
};

struct router;

struct router *router_create(struct arena *arena);

/* The path's template MUST be well formed and new (service_check has looked). */
void router_add(struct router *router, struct host *host, const struct route *route);

/* The same for a route that opens a stream; it has the stream's path. */
void router_add_stream(struct router *router, struct host *host, const struct route *route,
                       const struct stream *stream);

struct router_match {
    struct bound_route *bound; /* NULL: nothing for this method */
    bool path_is_known;
    struct text allow; /* methods of the path, for 405 and OPTIONS */
    struct path_values path;
};

/* MALFORMED: the path has a bad escape. */
NODISCARD enum status router_find(const struct router *router, struct arena *arena,
                                  enum http_method method, struct text path,
                                  struct router_match *match_out);

/* In the order they were added. */
struct bound_route *const *router_routes(const struct router *router, size_t *count_out);

#endif
