/* finder.c - reads the registry, and keeps Consul asked. */
#include "runtime/discovery/finder.h"

#include "base/clock.h"
#include "runtime/discovery/consul.h"
#include "runtime/discovery/registry.h"
#include "runtime/front/upstreams_found.h"

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024 };

struct finder {
    struct finder_options options;
    struct arena *arena;   /* of one look */
    struct consul *consul; /* NULL: it is not asked */
};

enum status finder_create(const struct finder_options *options, struct finder **finder_out,
                          struct text *error_out)
{
    struct consul *consul = NULL;
    if (options->consul.bytes > 0) {
        enum status status = consul_create(
            &(struct consul_options){
                .address = options->consul,
                .secret = options->consul_secret,
                .upstreams = options->upstreams,
            },
            &consul, error_out);
        if (status != STATUS_OK) {
            return status;
        }
    }
    struct finder *finder = memory_take(sizeof *finder);
    finder->options = *options;
    finder->arena = arena_create("finder", ARENA_BYTES_MAX);
    finder->consul = consul;
    *finder_out = finder;
    return STATUS_OK;
}

/* What runs here is answered here, and what nobody asks for is not looked for. */
static void take(struct finder *finder, const struct registered *registered, int64_t until_ms)
{
    for (size_t i = 0; i < registered->service_count; i++) {
        const struct registered_service *service = &registered->services[i];
        struct upstream *upstream = upstreams_find(finder->options.upstreams, service->name);
        bool are_too_many = service->versions.bytes > UPSTREAM_VERSIONS_BYTES_MAX;
        struct text versions = are_too_many ? NO_TEXT : service->versions;
        if (upstream != NULL && registered->is_leaving) {
            upstream_let_leave(upstream, FOUND_IN_REGISTRY, registered->address);
        } else if (upstream != NULL) {
            upstream_hear(upstream, &(struct heard_address){
                                        .by = FOUND_IN_REGISTRY,
                                        .url = registered->address,
                                        .versions = versions,
                                        .until_ms = until_ms,
                                    });
        }
    }
}

static void let_go_of_the_silent(struct finder *finder, int64_t now_ms)
{
    struct upstream *upstream;
    for (size_t i = 0; (upstream = upstreams_at(finder->options.upstreams, i)) != NULL; i++) {
        upstream_let_go(upstream, FOUND_IN_REGISTRY, now_ms);
    }
}

/* A cache that is away has nothing to say of anybody: all stay, and /readyz tells who is up. */
static void look_in_registry(struct finder *finder)
{
    enum status status = STATUS_OK;
    int64_t now_ms = clock_monotonic_ms();
    for (unsigned i = 0; i < REGISTRY_PLACES && status != STATUS_UNAVAILABLE; i++) {
        struct registered *registered = ARENA_NEW(finder->arena, struct registered);
        status = registry_read(finder->options.registry, finder->arena, i, registered);
        if (status == STATUS_OK) {
            take(finder, registered, now_ms + REGISTRY_KEEP_MS);
        }
    }
    if (status != STATUS_UNAVAILABLE) {
        let_go_of_the_silent(finder, now_ms);
    }
}

void finder_look(struct finder *finder, struct http_client *client)
{
    if (finder->options.registry != NULL) {
        look_in_registry(finder);
        arena_reset(finder->arena);
    }
    if (finder->consul != NULL) {
        consul_look(finder->consul, client);
    }
}

void finder_look_at_consul(const struct finder *finder, bool *is_asked_out, bool *is_away_out)
{
    *is_asked_out = finder->consul != NULL;
    *is_away_out = finder->consul != NULL && consul_is_away(finder->consul);
}

void finder_end(struct finder *finder)
{
    if (finder->consul != NULL) {
        consul_end(finder->consul);
    }
}

void finder_destroy(struct finder **place)
{
    if (*place != NULL) {
        consul_destroy(&(*place)->consul);
        arena_destroy(&(*place)->arena);
        memory_free(*place);
        *place = NULL;
    }
}
