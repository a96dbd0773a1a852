/* finder.h - finds further addresses of upstreams: in the registry of the shared cache, and by
 * asking a Consul agent. What is found comes and goes (front/upstreams_found.h); what a setting
 * names stays.
 */
#ifndef RUNTIME_DISCOVERY_FINDER_H
#define RUNTIME_DISCOVERY_FINDER_H

#include "cache/cache.h"
#include "runtime/front/upstreams.h"

struct finder;

struct finder_options {
    struct upstreams *upstreams;
    struct cache *registry; /* NULL: nobody is looked for there */
    struct text consul;     /* "http://127.0.0.1:8500"; NO_TEXT: nobody is asked */
    struct text consul_secret;
};

/* MALFORMED with a sentence: the address of Consul is none. */
NODISCARD enum status finder_create(const struct finder_options *options,
                                    struct finder **finder_out, struct text *error_out);

/* On one thread, every two seconds. It may wait for the cache. */
void finder_look(struct finder *finder, struct http_client *client);

/* From any thread. */
void finder_look_at_consul(const struct finder *finder, bool *is_asked_out, bool *is_away_out);

/* Nobody is asked from now on; before the client is destroyed. */
void finder_end(struct finder *finder);

/* After that. NULL inside is fine. */
void finder_destroy(struct finder **finder);

#endif
