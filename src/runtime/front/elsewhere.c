/* elsewhere.c - a router of what does not run here, and the relays. */
#include "runtime/front/elsewhere.h"

#include "runtime/ask/service_key.h"
#include "runtime/discovery/finder.h"
#include "runtime/front/shown.h"
#include "runtime/router.h"
#include "runtime/streams/streams.h"

#include <string.h>

enum { ANSWER_BYTES_MAX = 16 * 1024 * 1024 };

struct elsewhere {
    struct elsewhere_options options;
    struct service_key key;
    struct upstreams *upstreams;
    struct relays *relays;
    struct finder *finder;
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
        .camel_paths = config_text(options->config, "gateway.camel_paths"),
        .case_member = config_text(options->config, "gateway.case_member"),
        .user_streams_max = (size_t)config_integer(options->config, "streams.user_max"),
    });
    return STATUS_OK;
}

static enum status read_shown(struct elsewhere *elsewhere, struct text *error_out)
{
    const struct elsewhere_options *options = &elsewhere->options;
    return shown_read(elsewhere->upstreams,
                      &(struct shown_options){
                          .arena = options->arena,
                          .known = options->known,
                          .known_count = options->known_count,
                          .signs_in = options->signs_in,
                          .setting = config_text(options->config, "gateway.authorization"),
                      },
                      error_out);
}

/* Whatever does not run here may be found. */
static enum status read_upstreams(struct elsewhere *elsewhere, struct text *error_out)
{
    const struct elsewhere_options *options = &elsewhere->options;
    const struct config *config = options->config;
    bool has_registry = config_flag(config, "gateway.registry");
    const char **names = ARENA_ARRAY(options->arena, const char *, options->known_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < options->known_count && has_registry; i++) {
        if (!runs_here(options, options->known[i])) {
            names[count++] = options->known[i]->name;
        }
    }
    return upstreams_read(
        &(struct upstreams_options){
            .arena = options->arena,
            .upstreams = config_text(config, "gateway.upstreams"),
            .paths = config_text(config, "gateway.paths"),
            .found_names = names,
            .found_name_count = count,
            .finds = has_registry || config_text(config, "gateway.consul").bytes > 0,
        },
        &elsewhere->upstreams, error_out);
}

enum status elsewhere_open(const struct elsewhere_options *options,
                           struct elsewhere **elsewhere_out, struct text *error_out)
{
    struct elsewhere *elsewhere = ARENA_NEW(options->arena, struct elsewhere);
    elsewhere->options = *options;
    *elsewhere_out = NULL;
    enum status status = read_upstreams(elsewhere, error_out);
    if (status == STATUS_OK) {
        status = read_shown(elsewhere, error_out);
    }
    if (status != STATUS_OK || upstreams_is_empty(elsewhere->upstreams)) {
        return status;
    }
    status = make_relays(elsewhere, error_out);
    if (status == STATUS_OK) {
        status = finder_create(
            &(struct finder_options){
                .upstreams = elsewhere->upstreams,
                .registry =
                    config_flag(options->config, "gateway.registry") ? options->cache : NULL,
                .consul = config_text(options->config, "gateway.consul"),
                .consul_secret = config_text(options->config, "gateway.consul_token"),
            },
            &elsewhere->finder, error_out);
    }
    if (status == STATUS_OK) {
        *elsewhere_out = elsewhere;
    } else if (elsewhere->relays != NULL) {
        relays_stop(elsewhere->relays);
        relays_destroy(&elsewhere->relays);
    }
    return status;
}

static void on_look(void *context)
{
    struct elsewhere *elsewhere = context;
    finder_look(elsewhere->finder, relays_client(elsewhere->relays));
}

void elsewhere_start(struct elsewhere *elsewhere)
{
    upstreams_watch(elsewhere->upstreams, relays_client(elsewhere->relays), on_look, elsewhere);
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

void elsewhere_look_at_consul(const struct elsewhere *elsewhere, bool *is_asked_out,
                              bool *is_away_out)
{
    finder_look_at_consul(elsewhere->finder, is_asked_out, is_away_out);
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
    finder_end(elsewhere->finder);
    relays_stop(elsewhere->relays);
}

void elsewhere_close(struct elsewhere *elsewhere)
{
    relays_destroy(&elsewhere->relays);
    finder_destroy(&elsewhere->finder);
    upstreams_forget_found(elsewhere->upstreams);
    explicit_bzero(&elsewhere->key, sizeof elsewhere->key);
}
