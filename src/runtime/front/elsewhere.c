/* elsewhere.c - a router of what does not run here, and the relays. */
#include "runtime/front/elsewhere.h"

#include "runtime/ask/service_key.h"
#include "runtime/router.h"
#include "runtime/streams/streams.h"

#include <string.h>

enum { ANSWER_BYTES_MAX = 16 * 1024 * 1024 };

struct elsewhere {
    struct elsewhere_options options;
    struct service_key key;
    struct upstreams *upstreams;
    struct relays *relays;
    struct router *router;
};

static bool runs_here(const struct elsewhere_options *options, const struct service *service)
{
    for (size_t i = 0; i < options->host_count; i++) {
        if (strcmp(options->hosts[i].service->name, service->name) == 0) {
            return true;
        }
    }
    return false;
}

/* Nothing of it runs: the host only says whose the routes are. */
static void add_routes(struct elsewhere *elsewhere, const struct service *service)
{
    struct arena *arena = elsewhere->options.arena;
    struct host *stand_in = ARENA_NEW(arena, struct host);
    stand_in->service = service;
    for (size_t i = 0; i < service->route_count; i++) {
        router_add(elsewhere->router, stand_in, &service->routes[i]);
    }
    for (size_t i = 0; i < service->stream_count; i++) {
        const struct stream *stream = &service->streams[i];
        router_add_stream(elsewhere->router, stand_in, streams_route(arena, stream), stream);
    }
}

static enum status make_relays(struct elsewhere *elsewhere, struct text *error_out)
{
    const struct elsewhere_options *options = &elsewhere->options;
    enum status status =
        service_key_open(options->arena, options->directory, &elsewhere->key, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    elsewhere->router = router_create(options->arena);
    for (size_t i = 0; i < options->known_count; i++) {
        const struct service *service = options->known[i];
        if (!runs_here(options, service) &&
            upstreams_find(elsewhere->upstreams, text_of(service->name)) != NULL) {
            add_routes(elsewhere, service);
        }
    }
    elsewhere->relays = relays_create(&(struct relays_options){
        .gateway = options->gateway,
        .key = &elsewhere->key,
        .body_bytes_max = ANSWER_BYTES_MAX,
        .deadline_ms = (int)config_integer(options->config, "gateway.relay_time"),
        .version_member = config_text(options->config, "gateway.version_member"),
        .user_streams_max = (size_t)config_integer(options->config, "streams.user_max"),
    });
    return STATUS_OK;
}

enum status elsewhere_open(const struct elsewhere_options *options,
                           struct elsewhere **elsewhere_out, struct text *error_out)
{
    struct elsewhere *elsewhere = ARENA_NEW(options->arena, struct elsewhere);
    elsewhere->options = *options;
    *elsewhere_out = NULL;
    enum status status = upstreams_read(
        options->arena, config_text(options->config, "gateway.upstreams"),
        config_text(options->config, "gateway.paths"), &elsewhere->upstreams, error_out);
    if (status != STATUS_OK || upstreams_is_empty(elsewhere->upstreams)) {
        return status;
    }
    status = make_relays(elsewhere, error_out);
    if (status == STATUS_OK) {
        *elsewhere_out = elsewhere;
    }
    return status;
}

void elsewhere_start(struct elsewhere *elsewhere)
{
    upstreams_watch(elsewhere->upstreams, relays_client(elsewhere->relays));
}

struct upstream *elsewhere_find(const struct elsewhere *elsewhere, struct arena *arena,
                                enum http_method method, struct text path)
{
    struct router_match match;
    struct upstream *upstream = upstreams_of_path(elsewhere->upstreams, path);
    if (upstream != NULL) {
        return upstream;
    }
    enum status status = router_find(elsewhere->router, arena, method, path, &match);
    return status == STATUS_OK && match.bound != NULL
               ? upstreams_find(elsewhere->upstreams, text_of(match.bound->host->service->name))
               : NULL;
}

struct relays *elsewhere_relays(const struct elsewhere *elsewhere)
{
    return elsewhere->relays;
}

void elsewhere_send(struct elsewhere *elsewhere, struct http_exchange *exchange,
                    const struct caller *caller, struct upstream *upstream)
{
    relays_send(elsewhere->relays, exchange, caller, upstream);
}

void elsewhere_send_out(struct elsewhere *elsewhere, struct id person, struct id session)
{
    relays_send_out(elsewhere->relays, person, session);
}

void elsewhere_end_streams(struct elsewhere *elsewhere)
{
    relays_end_streams(elsewhere->relays);
}

void elsewhere_stop(struct elsewhere *elsewhere)
{
    upstreams_end(elsewhere->upstreams);
    relays_stop(elsewhere->relays);
}

void elsewhere_close(struct elsewhere *elsewhere)
{
    relays_destroy(&elsewhere->relays);
    explicit_bzero(&elsewhere->key, sizeof elsewhere->key);
}
