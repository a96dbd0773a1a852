/* runtime.c - brings services up, and down again in the opposite order. */
#include "runtime/runtime.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "net/http_server.h"
#include "runtime/ask/asker.h"
#include "runtime/ask/identities.h"
#include "runtime/ask/service_key.h"
#include "runtime/discovery/announcer.h"
#include "runtime/dispatch.h"
#include "runtime/front/gate.h"
#include "runtime/intake/crash_note.h"
#include "runtime/pages/pages.h"
#include "runtime/post/post.h"
#include "runtime/sideline.h"
#include "runtime/start/added_routes.h"
#include "runtime/start/data_directory.h"
#include "runtime/start/messaging.h"
#include "runtime/start/notify.h"
#include "runtime/start/place_check.h"
#include "runtime/start/seed_file.h"
#include "runtime/start/web_address.h"
#include "runtime/start/wiring.h"
#include "runtime/streams/streams.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, THREADS_MAX_BY_ITSELF = 4, BUS_STOP_MS = 5000 };

/* Two cores and 128 MiB are what passwords may take, whoever asks. */
enum { SLOW_READERS = 2, SLOW_WAITING_MAX = 64 };

struct runtime {
    struct arena *arena;
    struct runtime_options options;
    int directory_lock;
    struct access *access;
    struct text new_key;
    struct text address;
    const struct zone *zone;
    struct host hosts[HOSTS_MAX];
    struct messaging *messaging;
    struct post_office *post_office; /* NULL: programs outside are not reached over a broker */
    struct cache *cache;
    struct crash_note *crash_notes; /* one for each host; NULL: the disk had no room */
    struct digest_key key;          /* of the installation */
    struct dispatch dispatch;
    struct pages pages;
    struct http_server *server;
    struct announcer *announcer; /* NULL: nobody is told where we are */
    atomic_bool is_set_up;       /* from then on chores run, and it is told what journals hear */
};

static int64_t setting(const struct runtime *runtime, const char *name)
{
    return config_integer(runtime->options.config, name);
}

static void on_told(void *context, size_t host_index)
{
    const struct runtime *runtime = context;
    if (!atomic_load(&runtime->is_set_up)) {
        return; /* a chore of the first moment; whoever starts later reads the journal himself */
    }
    if (runtime->messaging != NULL) {
        messaging_announce(runtime->messaging, host_index);
    }
    streams_announce(runtime->dispatch.streams, host_index);
    gate_announce(&runtime->dispatch, host_index);
}

static enum status open_one(struct runtime *runtime, size_t index, struct text *error_out)
{
    struct host_options options = {
        .service = runtime->options.services[index],
        .index = index,
        .writers = (size_t)setting(runtime, "work.writers"),
        .waiting_max = (size_t)setting(runtime, "work.waiting_max"),
        .waiting_ms_max = (int)setting(runtime, "work.waiting_time_max"),
        .queue_max = setting(runtime, "work.queue_max"),
        .zone = runtime->zone,
        .config = runtime->options.config,
        .crash_note = runtime->crash_notes ? &runtime->crash_notes[index] : NULL,
        .on_told = on_told,
        .told_context = runtime,
        .chores_may_run = &runtime->is_set_up,
        .key = &runtime->key,
        .public_address = config_text(runtime->options.config, "web.address"),
    };
    enum status status = wiring_source(&runtime->options, runtime->arena, options.service->name,
                                       &options.source, error_out);
    return status == STATUS_OK
               ? host_open(&runtime->hosts[index], &options, runtime->arena, error_out)
               : status;
}

/* A service may have been made anew when its store was open (service.opened). */
static void adopt(const struct service **services, size_t count, const struct host *host)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(services[i]->name, host->service->name) == 0) {
            services[i] = host->service;
        }
    }
}

static const struct service **copy_services(struct arena *arena,
                                            const struct service *const *services, size_t count)
{
    const struct service **copy = ARENA_ARRAY(arena, const struct service *, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = services[i];
    }
    return copy;
}

/* The tables that run are those that were checked. */
static enum status adopt_hosts(struct runtime *runtime, struct text *error_out)
{
    struct runtime_options *options = &runtime->options;
    const struct service **here =
        copy_services(runtime->arena, options->services, options->service_count);
    const struct service **known =
        copy_services(runtime->arena, options->known, options->known_count);
    for (size_t i = 0; i < runtime->dispatch.host_count; i++) {
        adopt(here, options->service_count, &runtime->hosts[i]);
        adopt(known, options->known_count, &runtime->hosts[i]);
    }
    options->services = here;
    options->known = known;
    *error_out = runtime_check(runtime->arena, known, options->known_count);
    return error_out->data == NULL ? STATUS_OK : STATUS_MALFORMED;
}

static enum status open_hosts(struct runtime *runtime, struct text *error_out)
{
    MUST(runtime->options.service_count <= HOSTS_MAX);
    if (crash_notes_open(runtime->options.directory, runtime->options.service_count,
                         &runtime->crash_notes) != STATUS_OK) {
        log_say(LOG_WARNING, "runtime",
                "the file intake.notes cannot be used: a message that stops "
                "the process would come again for ever");
    }
    for (size_t i = 0; i < runtime->options.service_count; i++) {
        enum status status = open_one(runtime, i, error_out);
        if (status != STATUS_OK) {
            return status;
        }
        runtime->dispatch.host_count = i + 1;
    }
    return adopt_hosts(runtime, error_out);
}

static void add_routes(struct runtime *runtime, struct router *router, struct host *host)
{
    for (size_t i = 0; i < host->service->route_count; i++) {
        router_add(router, host, &host->service->routes[i]);
    }
    size_t added_count;
    const struct route *added = added_routes(runtime->arena, host->service, &added_count);
    for (size_t i = 0; i < added_count; i++) {
        router_add(router, host, &added[i]);
    }
    for (size_t i = 0; i < host->service->stream_count; i++) {
        const struct stream *stream = &host->service->streams[i];
        router_add_stream(router, host, streams_route(runtime->arena, stream), stream);
    }
}

static struct document document(struct arena *arena, struct text body)
{
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.data, body.bytes, NULL, 0);
    struct text hex = encode_hex(arena, hash, sizeof hash);
    return (struct document){.body = body, .etag = text_format(arena, "\"%.*s\"", TEXT_ARGS(hex))};
}

static void set_up_dispatch(struct runtime *runtime)
{
    struct router *router = router_create(runtime->arena);
    for (size_t i = 0; i < runtime->dispatch.host_count; i++) {
        add_routes(runtime, router, &runtime->hosts[i]);
    }
    runtime->dispatch.router = router;
    runtime->dispatch.access = runtime->access;
    runtime->dispatch.readers = readers_start((unsigned)setting(runtime, "work.readers"),
                                              (size_t)setting(runtime, "work.waiting_max"));
    runtime->dispatch.slow_readers = readers_start(SLOW_READERS, SLOW_WAITING_MAX);
    runtime->dispatch.pages = platform_pages;
    runtime->dispatch.page_count = platform_page_count;
    runtime->dispatch.page_context = &runtime->pages;

    runtime->pages.openapi =
        document(runtime->arena, runtime_openapi(runtime->arena, runtime->options.services,
                                                 runtime->options.service_count));
    runtime->pages.asyncapi =
        document(runtime->arena, runtime_asyncapi(runtime->arena, runtime->options.known,
                                                  runtime->options.known_count));
    runtime->pages.dispatch = &runtime->dispatch;
    runtime->pages.started_ms = clock_monotonic_ms();
}

static const char *setting_text(const struct runtime *runtime, const char *name)
{
    return text_copy(runtime->arena, config_text(runtime->options.config, name)).data;
}

static bool is_known(const struct runtime *runtime, struct text service)
{
    for (size_t i = 0; i < runtime->options.known_count; i++) {
        if (text_equals(text_of(runtime->options.known[i]->name), service)) {
            return true;
        }
    }
    return false;
}

/* A name that is misspelt would let nobody speak, and one day somebody who takes it. */
static enum status let_gateway_speak(struct runtime *runtime, struct text *error_out)
{
    struct text gateway = config_text(runtime->options.config, "access.gateway");
    if (gateway.bytes > 0 && !is_known(runtime, gateway)) {
        *error_out = text_format(runtime->arena, "access.gateway: there is no service '%.*s'.",
                                 TEXT_ARGS(gateway));
        return STATUS_MALFORMED;
    }
    access_let_speak(runtime->access, gateway);
    return STATUS_OK;
}

/* Who our services are for others, whom they ask, and who may ask them. */
static enum status start_asking(struct runtime *runtime, struct text *error_out)
{
    struct service_key key;
    struct trust *trust = NULL;
    enum status status =
        service_key_open(runtime->arena, runtime->options.directory, &key, error_out);
    if (status == STATUS_OK) {
        status =
            trust_open(runtime->arena, runtime->options.directory,
                       config_text(runtime->options.config, "ask.trusted_keys"), &trust, error_out);
    }
    if (status == STATUS_OK) {
        status = let_gateway_speak(runtime, error_out);
    }
    if (status == STATUS_OK) {
        status = web_address_check(runtime->arena,
                                   config_text(runtime->options.config, "web.address"), error_out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    access_trust(runtime->access, trust, runtime->options.known, runtime->options.known_count);
    identities_show(runtime->arena, runtime->hosts, runtime->dispatch.host_count,
                    &(struct identities){
                        .trust = trust,
                        .key = &key,
                        .known = runtime->options.known,
                        .known_count = runtime->options.known_count,
                    });
    const struct asker_options options = {
        .hosts = runtime->hosts,
        .host_count = runtime->dispatch.host_count,
        .known = runtime->options.known,
        .known_count = runtime->options.known_count,
        .addresses = setting_text(runtime, "ask.addresses"),
        .deadline_ms = (int)setting(runtime, "ask.deadline"),
        .key = &key,
    };
    status = asker_create(&options, &runtime->pages.asker, error_out);
    explicit_bzero(&key, sizeof key);
    return status;
}

static unsigned thread_count(const struct runtime *runtime)
{
    long threads = (long)setting(runtime, "net.threads");
    if (threads == 0) {
        threads = sysconf(_SC_NPROCESSORS_ONLN);
        threads = threads < 1 ? 1 : threads;
        threads = threads > THREADS_MAX_BY_ITSELF ? THREADS_MAX_BY_ITSELF : threads;
    }
    return (unsigned)threads;
}

static struct http_limits limits_of(const struct runtime *runtime)
{
    struct http_limits limits = http_limits_default;
    limits.body_bytes_max = (size_t)setting(runtime, "net.body_max");
    limits.buffered_bytes_max = (size_t)setting(runtime, "net.buffered_max");
    limits.connection_count_max = (size_t)setting(runtime, "net.connections_max");
    limits.head_ms_max = (int)setting(runtime, "net.head_time_max");
    limits.idle_ms_max = (int)setting(runtime, "net.idle_time_max");
    return limits;
}

static enum status listen_on(struct runtime *runtime, struct text *error_out)
{
    const char *certificate = setting_text(runtime, "net.tls_certificate");
    const char *admin = setting_text(runtime, "net.admin_socket");
    struct text admin_address =
        admin ? text_format(runtime->arena, "unix:%s", admin)
              : text_format(runtime->arena, "unix:%s/admin.sock", runtime->options.directory);
    struct http_listen listens[] = {
        {.address = setting_text(runtime, "net.listen"),
         .certificate = certificate,
         .key = setting_text(runtime, "net.tls_key")},
        {.address = admin_address.data},
    };
    struct http_server_options options = {
        .listens = listens,
        .listen_count = COUNT_OF(listens),
        .threads = thread_count(runtime),
        .limits = limits_of(runtime),
        .handler = {.context = &runtime->dispatch,
                    .on_request = dispatch_request,
                    .on_turn_end = dispatch_end_turn},
    };
    enum status status = http_server_create(&options, &runtime->server, error_out);
    if (status == STATUS_EXISTS) {
        *error_out = text_format(runtime->arena,
                                 "%.*s. Stop what listens there, or choose another address with "
                                 "--net.listen.",
                                 TEXT_ARGS(*error_out));
        return STATUS_BUSY;
    }
    if (status != STATUS_OK) {
        return status;
    }
    runtime->pages.server = runtime->server;
    struct text address = text_of(listens[0].address);
    int port = http_server_port(runtime->server, 0);
    if (text_starts_with(address, TEXT("unix:"))) {
        runtime->address = address;
    } else {
        size_t colon = address.bytes;
        while (colon > 0 && address.data[colon - 1] != ':') {
            colon--;
        }
        runtime->address =
            text_format(runtime->arena, "%s://%.*s%d", certificate ? "https" : "http", (int)colon,
                        address.data, port);
    }
    return STATUS_OK;
}

static void create_streams(struct runtime *runtime)
{
    runtime->dispatch.streams = streams_create(&(struct streams_options){
        .hosts = runtime->hosts,
        .host_count = runtime->options.service_count,
        .user_max = (size_t)setting(runtime, "streams.user_max"),
    });
}

static enum status open_zone(struct runtime *runtime, struct text *error_out)
{
    struct text why = NO_TEXT;
    enum status status =
        zone_open(runtime->arena, config_text(runtime->options.config, "business.zone"),
                  &runtime->zone, &why);
    if (status != STATUS_OK) {
        *error_out = text_format(runtime->arena, "business.zone: %.*s", TEXT_ARGS(why));
    }
    return status == STATUS_ABSENT ? STATUS_MALFORMED : status;
}

/* Tables and settings, as far as they can be judged before anything is opened. */
static enum status check(struct runtime *runtime, struct text *error_out)
{
    const struct runtime_options *options = &runtime->options;
    *error_out = runtime_check(runtime->arena, options->known, options->known_count);
    if (error_out->data == NULL && !wiring_bus_leaves(options->config)) {
        *error_out = place_check(runtime->arena,
                                 &(struct place_options){.here = options->services,
                                                         .here_count = options->service_count,
                                                         .known = options->known,
                                                         .known_count = options->known_count});
    }
    return error_out->data != NULL ? STATUS_MALFORMED
                                   : wiring_check(options->config, runtime->arena, error_out);
}

static enum status open_cache(struct runtime *runtime, struct text *error_out)
{
    enum status status =
        wiring_cache(runtime->options.config, runtime->arena, &runtime->cache, error_out);
    struct text trouble =
        status == STATUS_OK ? cache_trouble(runtime->cache, runtime->arena) : NO_TEXT;
    if (text_is_given(trouble)) {
        log_line(LOG_WARNING, "runtime", "the cache is away; it is tried again and again",
                 LOG_TEXT("why", trouble));
    }
    runtime->pages.cache = runtime->cache;
    runtime->dispatch.cache = runtime->cache;
    return status;
}

static enum status set_up(struct runtime *runtime, struct text *error_out)
{
    enum status status = check(runtime, error_out);
    if (status == STATUS_OK) {
        status = open_zone(runtime, error_out);
    }
    if (status == STATUS_OK) {
        status = open_cache(runtime, error_out);
    }
    if (status == STATUS_OK) {
        status = data_directory_open(runtime->arena, runtime->options.directory,
                                     &runtime->directory_lock, error_out);
    }
    if (status == STATUS_OK) {
        status = access_open(runtime->arena, runtime->options.directory, &runtime->access,
                             &runtime->new_key, error_out);
    }
    if (status == STATUS_OK) {
        status = installation_key_open(runtime->arena, runtime->options.directory, &runtime->key,
                                       error_out);
    }
    if (status == STATUS_OK) {
        create_streams(runtime); /* before the hosts, which announce to it */
        status = open_hosts(runtime, error_out);
    }
    if (status == STATUS_OK) {
        status = start_asking(runtime, error_out);
    }
    if (status == STATUS_OK) {
        status = messaging_create(&runtime->options, runtime->arena, runtime->hosts,
                                  runtime->dispatch.host_count, &runtime->messaging, error_out);
    }
    if (status == STATUS_OK) {
        runtime->pages.bus = messaging_bus(runtime->messaging);
        status = post_office_create(&runtime->options, runtime->arena, runtime->hosts,
                                    runtime->dispatch.host_count, &runtime->post_office, error_out);
    }
    if (status == STATUS_OK) {
        status = gate_open(&runtime->options, runtime->arena, &runtime->dispatch, error_out);
    }
    if (status == STATUS_OK) {
        set_up_dispatch(runtime);
        status = listen_on(runtime, error_out);
    }
    return status;
}

static void tear_down(struct runtime **place)
{
    struct runtime *runtime = *place;
    struct arena *arena = runtime->arena;
    readers_stop(&runtime->dispatch.readers);
    readers_stop(&runtime->dispatch.slow_readers);
    gate_stop(&runtime->dispatch);
    if (runtime->dispatch.streams != NULL) {
        streams_stop(runtime->dispatch.streams);
    }
    if (runtime->messaging != NULL) {
        messaging_stop(runtime->messaging, BUS_STOP_MS);
    }
    post_office_stop(runtime->post_office);
    for (size_t i = 0; i < runtime->dispatch.host_count; i++) {
        sidelines_stop(runtime->hosts[i].sidelines);
        host_finish_waiting(&runtime->hosts[i]);
    }
    http_server_destroy(&runtime->server); /* its pages look at the bus and the cache */
    messaging_destroy(&runtime->messaging);
    post_office_destroy(&runtime->post_office);
    streams_destroy(&runtime->dispatch.streams); /* nobody watches any more */
    gate_close(&runtime->dispatch);
    asker_destroy(&runtime->pages.asker);
    cache_destroy(&runtime->cache);
    for (size_t i = 0; i < runtime->options.service_count; i++) {
        host_close(&runtime->hosts[i]);
    }
    crash_notes_close(runtime->crash_notes, runtime->options.service_count);
    if (runtime->directory_lock >= 0) {
        data_directory_close(runtime->directory_lock);
    }
    explicit_bzero(&runtime->key, sizeof runtime->key);
    arena_destroy(&arena);
    *place = NULL;
}

enum status runtime_create(const struct runtime_options *options, struct runtime **runtime_out,
                           struct text *error_out)
{
    static char error[2048];
    struct arena *arena = arena_create("runtime", ARENA_BYTES_MAX);
    struct runtime *runtime = ARENA_NEW(arena, struct runtime);
    MUST(sodium_init() >= 0);
    runtime->arena = arena;
    runtime->options = *options;
    if (options->known == NULL) {
        runtime->options.known = options->services;
        runtime->options.known_count = options->service_count;
    }
    runtime->directory_lock = -1;
    runtime->dispatch.hosts = runtime->hosts;
    *error_out = NO_TEXT;
    enum status status = set_up(runtime, error_out);
    if (status != STATUS_OK) {
        /* The sentence must outlive the arena it may stand in. */
        int bytes = snprintf(error, sizeof error, "%.*s", TEXT_ARGS(*error_out));
        *error_out = text_slice((struct text){error, sizeof error - 1}, 0, (size_t)bytes);
        tear_down(&runtime);
        return status;
    }
    atomic_store(&runtime->is_set_up, true);
    *runtime_out = runtime;
    return STATUS_OK;
}

/* When it answers: who reads of it may send at once. */
static void announce(struct runtime *runtime)
{
    struct text address = config_text(runtime->options.config, "registry.announce");
    if (address.bytes > 0) {
        runtime->announcer = announcer_start(&(struct announcer_options){
            .cache = runtime->cache,
            .address = text_equals(address, TEXT("listen")) ? runtime->address : address,
            .hosts = runtime->hosts,
            .host_count = runtime->dispatch.host_count,
        });
    }
}

enum status runtime_start(struct runtime *runtime, struct text *error_out)
{
    enum status status = access_keep(runtime->access, runtime->arena, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    status = messaging_start(runtime->messaging, error_out);
    if (status == STATUS_OK) {
        status = post_office_start(runtime->post_office, error_out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    streams_start(runtime->dispatch.streams);
    gate_start(&runtime->dispatch);
    for (size_t i = 0; i < runtime->dispatch.host_count; i++) {
        runtime->hosts[i].sidelines = sidelines_start(&runtime->hosts[i]);
    }
    status = http_server_start(runtime->server);
    if (status != STATUS_OK) {
        *error_out = TEXT("The threads that speak HTTP cannot be started.");
        return status;
    }
    announce(runtime);
    notify_manager("READY=1");
    return STATUS_OK;
}

void runtime_drop(struct runtime **runtime)
{
    tear_down(runtime);
}

struct text runtime_address(const struct runtime *runtime)
{
    return runtime->address;
}

struct text runtime_new_key(const struct runtime *runtime)
{
    return runtime->new_key;
}

bool runtime_stop(struct runtime **runtime, int timeout_ms)
{
    notify_manager("STOPPING=1");
    atomic_store(&(*runtime)->pages.stops, true);
    announcer_stop(&(*runtime)->announcer);
    streams_end_all((*runtime)->dispatch.streams);
    gate_end_streams(&(*runtime)->dispatch);
    for (size_t i = 0; i < (*runtime)->dispatch.host_count; i++) {
        host_end_waiting(&(*runtime)->hosts[i]);
    }
    bool drained = http_server_drain((*runtime)->server, timeout_ms);
    if (!drained) {
        log_say(LOG_WARNING, "runtime", "some connections did not end in time and are cut");
    }
    tear_down(runtime);
    return drained;
}
