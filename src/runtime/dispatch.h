/* dispatch.h - the way of a request from the server to whoever answers it. */
#ifndef RUNTIME_DISPATCH_H
#define RUNTIME_DISPATCH_H

#include "runtime/access.h"
#include "runtime/front/elsewhere.h"
#include "runtime/front/forwarded.h"
#include "runtime/front/front.h"
#include "runtime/host.h"
#include "runtime/readers.h"
#include "runtime/router.h"
#include "runtime/streams/streams.h"

#include <stdatomic.h>

/* What the platform answers itself: /livez, /metrics ... */
struct page {
    const char *path;
    bool has_more; /* whatever is below the path, which ends with a slash, is this page's too */
    const char *permission; /* NULL: whoever reaches the door */
    void (*answer)(void *context, struct http_exchange *exchange);
};

struct cache;
struct composer;

struct dispatch {
    const struct router *router;
    struct access *access;
    struct front *front;           /* NULL: nobody signs in at this process */
    const struct proxies *proxies; /* whose word about the sender is taken; NULL: nobody's */
    struct elsewhere *elsewhere;   /* what other processes answer; NULL: nothing */
    struct composer *composer;     /* of dashboards (compose/compose.h); NULL: nobody's */
    struct cache *cache;           /* what may be lost; NULL: nothing is remembered */
    struct readers *readers;
    struct readers *slow_readers; /* gathers that take a core for long (route.gathers_slowly) */
    struct streams *streams;
    struct host *hosts;
    size_t host_count;
    const struct page *pages;
    size_t page_count;
    void *page_context;
    atomic_ulong shed; /* answered 503 or 429 because too much was waiting */
};

/* The two hooks of struct http_handler; the context is a struct dispatch. */
void dispatch_request(void *context, struct http_exchange *exchange);
void dispatch_end_turn(void *context, unsigned loop_index);

#endif
