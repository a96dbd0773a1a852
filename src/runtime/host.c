/* host.c - brings one service up and down, and deals its calls out. */
#include "runtime/host.h"

#include "base/clock.h"
#include "base/log.h"
#include "runtime/sideline.h"
#include "runtime/start/series.h"
#include "runtime/waiting_room.h"
#include "store/migrate.h"

/* PostgreSQL keeps 64 savepoints of a transaction in shared memory; beyond that every snapshot of
 * every client gets slower. */
enum { BATCH_MAX_SHARED = 60 };

static enum status bring_up_tables(const struct service *service, struct store *store,
                                   struct arena *arena, struct text *error_out)
{
    struct series series[SERIES_MAX];
    size_t count = series_of(service, series);
    return migrate_all(store, series, count, arena, error_out);
}

/* What the store holds may change the tables of the service. */
static enum status ask_service(struct host *host, struct store *store, struct arena *arena,
                               struct text *error_out)
{
    const struct service *service = host->service;
    enum status status = service->opened == NULL
                             ? STATUS_OK
                             : service->opened(service, store, arena, &host->service, error_out);
    for (size_t i = 0; status == STATUS_OK && i < host->service->remarks.count; i++) {
        log_line(LOG_WARNING, "runtime", "the service runs, but something is wrong",
                 LOG_TEXT("service", text_of(host->service->name)),
                 LOG_TEXT("what", host->service->remarks.items[i]));
    }
    return status;
}

static void start_executor(struct host *host, const struct host_options *options,
                           struct store *store, bool is_shared)
{
    bool is_first = host->executor_count == 0;
    host->executors[host->executor_count++] = executor_start(&(struct executor_options){
        .service = host->service,
        .host = host,
        .source = host->source,
        .store = store,
        .batch_max = is_shared ? BATCH_MAX_SHARED : EXECUTOR_BATCH_MAX,
        .waiting_max = options->waiting_max,
        .waiting_ms_max = options->waiting_ms_max,
        .runs_chores = is_first, /* one of them is enough */
        .chores_may_run = options->chores_may_run,
    });
}

enum status host_open(struct host *host, const struct host_options *options, struct arena *arena,
                      struct text *error_out)
{
    MUST(options->writers >= 1 && options->writers <= EXECUTORS_MAX);
    struct store *store = NULL;
    host->service = options->service;
    host->source = options->source;
    host->index = options->index;
    host->opened_at = clock_wall_ms();
    host->on_told = options->on_told;
    host->told_context = options->told_context;
    host->crash_note = options->crash_note;
    host->key = options->key;
    host->public_address = options->public_address;
    host->waiting_room = waiting_room_create();
    host->queue_max = options->queue_max;
    host->config = options->config;
    enum status status = host->source->open(host->source, STORE_WRITE, &store);
    if (status != STATUS_OK) {
        *error_out = text_format(arena, "The store of %s cannot be opened: %s.",
                                 host->service->name, status_text(status));
        return status;
    }
    status = bring_up_tables(options->service, store, arena, error_out);
    if (status == STATUS_OK) {
        status = ask_service(host, store, arena, error_out);
    }
    if (status == STATUS_OK) {
        status = later_open(&(struct later_options){.service = host->service,
                                                    .store = store,
                                                    .zone = options->zone,
                                                    .now_ms = clock_wall_ms()},
                            arena, &host->later, error_out);
    }
    if (status != STATUS_OK) {
        store_destroy(&store);
        return status;
    }
    bool is_shared = store_has(store, STORE_IS_SHARED);
    size_t writers = is_shared ? options->writers : 1;
    host->reads_at_once = store_has(store, STORE_READS_AT_ONCE);
    atomic_init(&host->lanes, 1);
    start_executor(host, options, store, is_shared);
    while (host->executor_count < writers) {
        start_executor(host, options, NULL, is_shared);
    }
    return STATUS_OK;
}

int64_t call_uptime_ms(const struct call *call)
{
    return call->now_ms > call->host->opened_at ? call->now_ms - call->host->opened_at : 0;
}

/* "127.0.0.1:8480", "localhost", "[::1]:80": a name that no other machine can have. */
static bool is_this_machine(struct text host)
{
    static const struct text names[] = {{"127.0.0.1", 9}, {"localhost", 9}, {"[::1]", 5}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_starts_with(host, names[i])) {
            struct text port = text_slice(host, names[i].bytes, host.bytes);
            int64_t number;
            return port.bytes == 0 || (port.data[0] == ':' &&
                                       text_to_integer(text_slice(port, 1, port.bytes), &number) &&
                                       number > 0 && number < 65536);
        }
    }
    return false;
}

struct text call_public_address(const struct call *call)
{
    if (call->host != NULL && call->host->public_address.bytes > 0) {
        return call->host->public_address;
    }
    if (call->exchange == NULL) {
        return NO_TEXT;
    }
    struct text host = http_header_value(&call->exchange->request, "Host");
    const char *scheme = call->exchange->request.door == HTTP_DOOR_TLS ? "https" : "http";
    return is_this_machine(host) ? text_format(call->arena, "%s://%.*s", scheme, TEXT_ARGS(host))
                                 : NO_TEXT;
}

struct digest_key call_key(const struct call *call, const char *purpose)
{
    MUST(call->host != NULL && call->host->key != NULL);
    return digest_key_for(call->host->key, purpose);
}

/* FNV-1a: spreads ids and keys evenly, and needs no secret, since nobody gains by meeting others.
 */
static uint32_t hash_of(struct text text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.bytes; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
    }
    return hash;
}

/* A connection is opened when those that are open have something to do: a service that is seldom
 * asked holds one. What concerns the same thing may meet itself in two lanes while they grow. */
static struct executor *lane_of(struct host *host, uint32_t number)
{
    unsigned lanes = atomic_load_explicit(&host->lanes, memory_order_relaxed);
    struct executor *executor = host->executors[number % lanes];
    if (lanes < host->executor_count && executor_is_busy(executor)) {
        executor = host->executors[lanes];
        atomic_compare_exchange_strong(&host->lanes, &lanes, lanes + 1);
    }
    return executor;
}

enum status host_submit(struct host *host, struct work *work, struct text concerns)
{
    uint32_t number = 0;
    if (host->executor_count > 1) {
        number = concerns.data != NULL
                     ? hash_of(concerns)
                     : atomic_fetch_add_explicit(&host->next_executor, 1, memory_order_relaxed);
    }
    return executor_submit(lane_of(host, number), work);
}

void host_alarm(struct host *host, int64_t at_ms)
{
    executor_alarm(host->executors[0], at_ms); /* the one that runs chores */
    sidelines_alarm(host->sidelines, at_ms);
}

void host_announce(struct host *host)
{
    if (host->on_told != NULL) {
        host->on_told(host->told_context, host->index);
    }
}

bool host_is_ready(const struct host *host)
{
    bool ready = true;
    for (size_t i = 0; i < host->executor_count; i++) {
        ready = ready && executor_is_ready(host->executors[i]);
    }
    return ready;
}

unsigned long host_commits(const struct host *host)
{
    unsigned long commits = 0;
    for (size_t i = 0; i < host->executor_count; i++) {
        commits += executor_commits(host->executors[i]);
    }
    return commits;
}

void host_count(const struct host *host, struct executor_counts *counts_out)
{
    *counts_out = (struct executor_counts){0};
    for (size_t i = 0; i < host->executor_count; i++) {
        struct executor_counts one;
        executor_count(host->executors[i], &one);
        counts_out->batches += one.batches;
        counts_out->calls += one.calls;
        counts_out->waiting += one.waiting;
        counts_out->commit_ns_sum += one.commit_ns_sum;
        counts_out->faults += one.faults;
    }
}

void host_end_waiting(struct host *host)
{
    if (host->waiting_room != NULL) {
        waiting_room_close(host->waiting_room);
    }
}

void host_finish_waiting(struct host *host)
{
    host_end_waiting(host);
    for (size_t i = 0; i < host->executor_count; i++) {
        executor_finish_waiting(host->executors[i]);
    }
}

void host_close(struct host *host)
{
    for (size_t i = 0; i < LOOPS_MAX; i++) {
        store_destroy(&host->loop_readers[i].store);
    }
    for (size_t i = 0; i < host->executor_count; i++) {
        executor_stop(&host->executors[i]); /* last: its close is the orderly end of the file */
    }
    sidelines_destroy(host->sidelines);
    host->sidelines = NULL;
    waiting_room_destroy(&host->waiting_room);
    if (host->source != NULL) {
        host->source->destroy(host->source);
        host->source = NULL;
    }
}
