/* metrics.c - counters in the text format that Prometheus reads. */
#include "runtime/pages/pages.h"

#include "base/clock.h"
#include "base/must.h"
#include "runtime/post/post.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 512 };

struct page_text {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void put(struct page_text *text, const char *format,
                                                      ...)
{
    if (text->room - text->bytes < LINE_BYTES_MAX) {
        char *bigger = arena_take_raw(text->arena, text->room * 2);
        memcpy(bigger, text->data, text->bytes);
        text->data = bigger;
        text->room *= 2;
    }
    va_list values;
    va_start(values, format);
    int bytes = vsnprintf(text->data + text->bytes, LINE_BYTES_MAX, format, values);
    va_end(values);
    MUST(bytes >= 0 && bytes < LINE_BYTES_MAX);
    text->bytes += (size_t)bytes;
}

static void put_head(struct page_text *text, const char *name, const char *kind, const char *help)
{
    put(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void put_one(struct page_text *text, const char *name, const char *kind, const char *help,
                    uint64_t value)
{
    put_head(text, name, kind, help);
    put(text, "%s %llu\n", name, (unsigned long long)value);
}

static void put_requests(struct page_text *text, const struct router *router)
{
    size_t count;
    struct bound_route *const *routes = router_routes(router, &count);
    put_head(text, "kontora_requests_total", "counter", "Requests answered, by first digit.");
    for (size_t i = 0; i < count; i++) {
        for (int class = 1; class < ROUTE_CLASSES; class ++) {
            unsigned long answers = atomic_load(&routes[i]->answers[class]);
            if (answers > 0) {
                put(text, "kontora_requests_total{operation=\"%s\",status=\"%dxx\"} %lu\n",
                    routes[i]->route->operation, class, answers);
            }
        }
    }
}

static void put_latencies(struct page_text *text, const struct router *router)
{
    size_t count;
    struct bound_route *const *routes = router_routes(router, &count);
    put_head(text, "kontora_request_seconds", "histogram",
             "Time from the complete head to the answer.");
    for (size_t i = 0; i < count; i++) {
        const char *operation = routes[i]->route->operation;
        unsigned long below = 0;
        for (int bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
            below += atomic_load(&routes[i]->latencies[bucket]);
            if (bucket < LATENCY_BUCKETS - 1) {
                put(text, "kontora_request_seconds_bucket{operation=\"%s\",le=\"%g\"} %lu\n",
                    operation, 0.0001 * (double)(1 << bucket), below);
            }
        }
        put(text, "kontora_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %lu\n", operation,
            below);
        put(text, "kontora_request_seconds_sum{operation=\"%s\"} %.6f\n", operation,
            (double)atomic_load(&routes[i]->latency_ns_sum) / 1e9);
        put(text, "kontora_request_seconds_count{operation=\"%s\"} %lu\n", operation, below);
    }
}

static void put_executors(struct page_text *text, const struct dispatch *dispatch)
{
    static const struct {
        const char *name;
        const char *kind;
        const char *help;
        size_t offset;
        double scale;
    } rows[] = {
        {"kontora_batches_total", "counter", "Transactions of an executor.",
         offsetof(struct executor_counts, batches), 1},
        {"kontora_calls_total", "counter", "Changes run by an executor.",
         offsetof(struct executor_counts, calls), 1},
        {"kontora_calls_waiting", "gauge", "Changes that wait for an executor.",
         offsetof(struct executor_counts, waiting), 1},
        {"kontora_commit_seconds_total", "counter", "Time spent in commits.",
         offsetof(struct executor_counts, commit_ns_sum), 1e-9},
        {"kontora_batch_faults_total", "counter", "Batches that were not committed.",
         offsetof(struct executor_counts, faults), 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        put_head(text, rows[i].name, rows[i].kind, rows[i].help);
        for (size_t j = 0; j < dispatch->host_count; j++) {
            struct executor_counts counts;
            host_count(&dispatch->hosts[j], &counts);
            const char *place = (const char *)&counts + rows[i].offset;
            put(text, "%s{service=\"%s\"} %.6g\n", rows[i].name, dispatch->hosts[j].service->name,
                (double)*(const unsigned long *)(const void *)place * rows[i].scale);
        }
    }
}

static void put_parked(struct page_text *text, const struct dispatch *dispatch)
{
    put_head(text, "kontora_parked", "gauge", "Messages that could not be handled, by state.");
    for (size_t i = 0; i < dispatch->host_count; i++) {
        const struct dead_gauge *parked = &dispatch->hosts[i].parked;
        const char *service = dispatch->hosts[i].service->name;
        static const char line[] = "kontora_parked{service=\"%s\",state=\"%s\"} %lld\n";
        put(text, line, service, "waiting", (long long)atomic_load(&parked->waiting));
        put(text, line, service, "behind", (long long)atomic_load(&parked->behind));
        put(text, line, service, "dead", (long long)atomic_load(&parked->dead));
    }
    put_head(text, "kontora_dead_oldest_seconds", "gauge",
             "How long the oldest dead message has been parked; 0: none is dead.");
    for (size_t i = 0; i < dispatch->host_count; i++) {
        long long oldest_at = atomic_load(&dispatch->hosts[i].parked.oldest_dead_at);
        put(text, "kontora_dead_oldest_seconds{service=\"%s\"} %lld\n",
            dispatch->hosts[i].service->name,
            oldest_at == 0 ? 0 : (clock_wall_ms() - oldest_at) / 1000);
    }
}

/* "1234 567 ...": pages of the program, and of those the ones in memory. */
static uint64_t resident_bytes(void)
{
    char line[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t bytes = file < 0 ? -1 : read(file, line, sizeof line);
    if (file >= 0) {
        close(file);
    }
    struct text rest = {line, bytes > 0 ? (size_t)bytes : 0};
    struct text total;
    struct text resident;
    int64_t pages = 0;
    text_cut(rest, ' ', &total, &rest);
    text_cut(rest, ' ', &resident, &rest);
    if (!text_to_integer(resident, &pages)) {
        return 0;
    }
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put_streams(struct page_text *text, const struct streams *streams)
{
    struct streams_counts counts;
    streams_count(streams, &counts);
    put_one(text, "kontora_stream_events_total", "counter", "Events said to those who watch.",
            counts.events);
    put_one(text, "kontora_stream_resets_total", "counter",
            "Times somebody who watches was told to load everything anew.", counts.resets);
    put_one(text, "kontora_streams_cut_total", "counter",
            "Streams ended because their reader took nothing for a heartbeat.", counts.cut);
    put_one(text, "kontora_streams_displaced_total", "counter",
            "Streams ended because their user had opened too many.", counts.displaced);
}

/* Whom our services ask in other processes. */
static void put_asks(struct page_text *text, struct asker *asker)
{
    struct ask_counts counts[HOSTS_MAX];
    size_t count = asker != NULL ? asker_count(asker, counts, COUNT_OF(counts)) : 0;
    if (count == 0) {
        return;
    }
    put_head(text, "kontora_asks_total", "counter", "Asks to services of other processes.");
    for (size_t i = 0; i < count; i++) {
        put(text, "kontora_asks_total{service=\"%s\",outcome=\"answered\"} %lu\n",
            counts[i].service, counts[i].answered);
        put(text, "kontora_asks_total{service=\"%s\",outcome=\"failed\"} %lu\n", counts[i].service,
            counts[i].failed);
    }
    put_head(text, "kontora_asks_cut_off", "gauge",
             "1 while a service does not answer and is asked seldom.");
    for (size_t i = 0; i < count; i++) {
        put(text, "kontora_asks_cut_off{service=\"%s\"} %d\n", counts[i].service,
            counts[i].is_cut_off ? 1 : 0);
    }
}

static void put_bus(struct page_text *text, struct bus *bus)
{
    if (bus == NULL) {
        return;
    }
    struct bus_depth depth = {0};
    bus_depth(bus, &depth);
    put_one(text, "kontora_bus_connected", "gauge",
            "1 while whatever carries messages can be reached.", depth.is_connected);
    put_one(text, "kontora_messages_waiting", "gauge", "Messages on their way, as far as is known.",
            depth.waiting);
    put_one(text, "kontora_messages_delivered_total", "counter", "Messages given to services here.",
            depth.delivered);
    put_one(text, "kontora_messages_again_total", "counter", "Messages that came more than once.",
            depth.again);
    put_one(text, "kontora_messages_published_total", "counter",
            "Messages that a broker has confirmed.", depth.published);
}

/* What is done by programs outside, over a broker. */
static void put_post(struct page_text *text, const struct host *host, const char *name, bool is_out)
{
    const struct post *post = atomic_load(&host->post);
    if (post == NULL) {
        return;
    }
    struct post_counts counts;
    post_count(post, &counts);
    const struct {
        const char *outcome;
        unsigned long count;
        bool is_out;
    } rows[] = {
        {"confirmed", counts.sent, true},     {"given_back", counts.unsent, true},
        {"accepted", counts.accepted, false}, {"late", counts.late, false},
        {"refused", counts.refused, false},   {"put_off", counts.put_off, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].is_out == is_out) {
            put(text, "%s{service=\"%s\",outcome=\"%s\"} %lu\n", name, host->service->name,
                rows[i].outcome, rows[i].count);
        }
    }
}

static void put_posts(struct page_text *text, const struct dispatch *dispatch)
{
    static const char letters[] = "kontora_letters_total";
    static const char answers[] = "kontora_letter_answers_total";
    put_head(text, letters, "counter", "Work sent to workers over a broker.");
    for (size_t i = 0; i < dispatch->host_count; i++) {
        put_post(text, &dispatch->hosts[i], letters, true);
    }
    put_head(text, answers, "counter", "Answers of workers over a broker; refused: forged.");
    for (size_t i = 0; i < dispatch->host_count; i++) {
        put_post(text, &dispatch->hosts[i], answers, false);
    }
}

static void put_cache(struct page_text *text, struct cache *cache)
{
    if (cache == NULL) {
        return;
    }
    bool is_away = text_is_given(cache_trouble(cache, text->arena));
    put_head(text, "kontora_cache_connected", "gauge", "1 while the cache can be asked.");
    put(text, "kontora_cache_connected{kind=\"%s\"} %d\n", cache_back_end(cache), !is_away);
}

struct text metrics_write(struct arena *arena, const struct pages *pages)
{
    struct page_text text = {.arena = arena, .room = 16384};
    text.data = arena_take_raw(arena, text.room);
    struct http_server_counts counts = {0};
    if (pages->server != NULL) {
        http_server_count(pages->server, &counts);
    }
    put_head(&text, "kontora_build_info", "gauge", "The version that runs.");
    put(&text, "kontora_build_info{version=\"%s\"} 1\n", KONTORA_VERSION);
    put_one(&text, "kontora_uptime_seconds", "gauge", "Seconds since the start.",
            (uint64_t)(clock_monotonic_ms() - pages->started_ms) / 1000);
    put_one(&text, "process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
    put_one(&text, "kontora_connections_open", "gauge", "Open connections.",
            counts.connections_open);
    put_one(&text, "kontora_connections_total", "counter", "Connections ever accepted.",
            counts.connections_total);
    put_one(&text, "kontora_streams_open", "gauge", "Open event streams.", counts.streams_open);
    put_one(&text, "kontora_http_requests_total", "counter", "Requests read.",
            counts.requests_total);
    put_one(&text, "kontora_http_refused_total", "counter",
            "Requests refused before routing: framing, limits, overload.", counts.refused_total);
    put_one(&text, "kontora_http_buffered_bytes", "gauge", "Bytes held for requests.",
            counts.buffered_bytes);
    put_one(&text, "kontora_received_bytes_total", "counter", "Bytes read.", counts.bytes_in);
    put_one(&text, "kontora_sent_bytes_total", "counter", "Bytes written.", counts.bytes_out);
    put_one(&text, "kontora_shed_total", "counter",
            "Requests answered 503 because too much was waiting.",
            atomic_load(&pages->dispatch->shed));
    put_streams(&text, pages->dispatch->streams);
    put_executors(&text, pages->dispatch);
    put_asks(&text, pages->asker);
    put_bus(&text, pages->bus);
    put_posts(&text, pages->dispatch);
    put_cache(&text, pages->cache);
    put_parked(&text, pages->dispatch);
    put_requests(&text, pages->dispatch->router);
    put_latencies(&text, pages->dispatch->router);
    return (struct text){text.data, text.bytes};
}
