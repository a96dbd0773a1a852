/* gate.c - the front, whose word it takes, and the way to other processes. */
#include "runtime/front/gate.h"

#include "runtime/call_run.h"
#include "runtime/compose/compose.h"
#include "runtime/start/wiring.h"

static struct host *host_at_the_door(const struct dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->host_count; i++) {
        if (dispatch->hosts[i].service->decides != NULL) {
            return &dispatch->hosts[i]; /* service_check has seen that there is one only */
        }
    }
    return NULL;
}

static enum status open_elsewhere(const struct runtime_options *options, struct arena *arena,
                                  struct dispatch *dispatch, struct text *error_out)
{
    return elsewhere_open(
        &(struct elsewhere_options){
            .arena = arena,
            .config = options->config,
            .directory = options->directory,
            .hosts = dispatch->hosts,
            .host_count = dispatch->host_count,
            .known = options->known,
            .known_count = options->known_count,
            .gateway = host_at_the_door(dispatch)->service->name,
            .signs_in = host_at_the_door(dispatch)->service->decides->service,
            .cache = dispatch->cache,
        },
        &dispatch->elsewhere, error_out);
}

enum status gate_open(const struct runtime_options *options, struct arena *arena,
                      struct dispatch *dispatch, struct text *error_out)
{
    const struct config *config = options->config;
    struct host *host = host_at_the_door(dispatch);
    call_log_requests(config_flag(config, "log.requests"));
    dispatch->proxies = proxies_read(arena, config_text(config, "gateway.proxies"), error_out);
    if (dispatch->proxies == NULL) {
        return STATUS_MALFORMED;
    }
    if (host == NULL) {
        return STATUS_OK; /* nobody is asked who he is, and nothing is passed on */
    }
    enum status status = open_elsewhere(options, arena, dispatch, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    dispatch->composer = composer_create(&(struct composer_options){
        .dispatch = dispatch,
        .cache = dispatch->cache,
        .known = options->known,
        .known_count = options->known_count,
        .deadline_ms = (int)config_integer(config, "ask.deadline"),
        .fresh_ms = config_integer(config, "gateway.dashboard_time"),
        .stale_ms = config_integer(config, "gateway.dashboard_stale"),
    });
    dispatch->front = front_create(&(struct front_options){
        .host = host,
        .streams = dispatch->streams,
        .elsewhere = dispatch->elsewhere,
        .composer = dispatch->composer,
        .cache = dispatch->cache,
        .shared = wiring_cache_is_shared(config) ? dispatch->cache : NULL,
        .decision_ms = (int)config_integer(config, "gateway.decision_time"),
        .address_per_minute = config_integer(config, "gateway.address_rate"),
        .sign_in_per_minute = config_integer(config, "gateway.sign_in_rate"),
        .person_per_minute = config_integer(config, "gateway.person_rate"),
    });
    return STATUS_OK;
}

void gate_start(struct dispatch *dispatch)
{
    if (dispatch->front != NULL) {
        front_start(dispatch->front);
    }
    if (dispatch->elsewhere != NULL) {
        elsewhere_start(dispatch->elsewhere);
    }
}

void gate_announce(const struct dispatch *dispatch, size_t host_index)
{
    if (dispatch->front != NULL) {
        front_announce(dispatch->front, host_index);
    }
}

void gate_end_streams(const struct dispatch *dispatch)
{
    if (dispatch->composer != NULL) {
        composer_end(dispatch->composer);
    }
    if (dispatch->elsewhere != NULL) {
        elsewhere_end_streams(dispatch->elsewhere);
    }
}

void gate_stop(struct dispatch *dispatch)
{
    if (dispatch->front != NULL) {
        front_stop(dispatch->front);
    }
    if (dispatch->elsewhere != NULL) {
        elsewhere_stop(dispatch->elsewhere);
    }
}

void gate_close(struct dispatch *dispatch)
{
    front_destroy(&dispatch->front);
    composer_destroy(&dispatch->composer);
    if (dispatch->elsewhere != NULL) {
        elsewhere_close(dispatch->elsewhere);
        dispatch->elsewhere = NULL;
    }
}
