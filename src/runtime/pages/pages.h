/* pages.h - what the platform itself answers: health, metrics, the description of the API. */
#ifndef RUNTIME_PAGES_PAGES_H
#define RUNTIME_PAGES_PAGES_H

#include "bus/bus.h"
#include "cache/cache.h"
#include "net/http_server.h"
#include "runtime/ask/asker.h"
#include "runtime/dispatch.h"

/* Made at the start, the same until the end. */
struct document {
    struct text body;
    struct text etag;
};

struct pages {
    const struct dispatch *dispatch;
    const struct http_server *server; /* NULL until it listens */
    struct asker *asker;              /* NULL where nobody asks */
    struct bus *bus;                  /* NULL where nobody tells */
    struct cache *cache;              /* NULL: there is none */
    struct document openapi;
    struct document asyncapi;
    atomic_bool stops; /* /readyz says no, so that no new work is sent here */
    int64_t started_ms;
};

extern const struct page platform_pages[]; /* their context is a struct pages */
extern const size_t platform_page_count;

/* The text of /metrics, in Prometheus' format. */
struct text metrics_write(struct arena *arena, const struct pages *pages);

#endif
