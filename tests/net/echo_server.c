/* echo_server.c - a small server over src/net alone, for black-box tests and measurements.
 *
 *   GET  /j          a constant of 200 bytes, answered at once
 *   GET  /later      the same, answered from another thread
 *   POST /echo       the body again
 *   GET  /big?N      N bytes
 *   GET  /sleep?MS   answered after so many milliseconds, from another thread
 *   GET  /events     Server-Sent Events
 *   POST /tell       the body goes to everyone at /events, from another thread
 *   GET  /counts     the server's counts, and the processor time it has used
 *
 * echo_server [--listen ADDRESS] [--tls CERTIFICATE KEY] [--threads N] [--head-ms N] [--idle-ms N]
 * It says "ready PORT" and drains when it is told to stop.
 */
#include "base/arena.h"
#include "base/must.h"
#include "net/http_server.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STREAMS_MAX = 20000, DRAIN_MS = 5000 };

static struct mailbox worker_mailbox;
static struct http_server *server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct http_stream *streams[STREAMS_MAX];
static size_t stream_count;

static const char constant[] =
    "{\"id\":\"0192f0c4-7c1e-7a52-9f3c-1d2e3f405162\",\"name\":\"Somebody\",\"kind\":\"worker\","
    "\"mail\":\"somebody@example.org\",\"is_active\":true,\"is_blocked\":false,"
    "\"note\":\"two hundred bytes, give or take\"}";

static void answer_text(struct http_exchange *exchange, int status, struct text body)
{
    exchange->answer.status = status;
    exchange->answer.content_type = TEXT("application/json");
    exchange->answer.body = body;
    http_finish(exchange);
}

static int64_t query_number(const struct http_exchange *exchange)
{
    int64_t number = 0;
    return text_to_integer(exchange->request.query, &number) ? number : 0;
}

/* ---- events ---- */

static void on_closed(void *context, struct http_stream *stream)
{
    (void)context;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < stream_count; i++) {
        if (streams[i] == stream) {
            streams[i] = streams[--stream_count];
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

static void start_events(struct http_exchange *exchange)
{
    exchange->answer.status = 200;
    exchange->answer.content_type = TEXT("text/event-stream");
    const struct http_stream_options options = {.on_closed = on_closed};
    pthread_mutex_lock(&lock);
    if (stream_count == STREAMS_MAX) {
        pthread_mutex_unlock(&lock);
        answer_text(exchange, 503, TEXT("{}"));
        return;
    }
    streams[stream_count++] = http_stream_start(exchange, &options);
    pthread_mutex_unlock(&lock);
}

static void tell_all(struct http_exchange *exchange)
{
    struct text event =
        text_format(exchange->arena, "data: %.*s\n\n", TEXT_ARGS(exchange->request.body));
    size_t told = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < stream_count; i++) {
        told += http_stream_send(streams[i], event) == STATUS_OK;
    }
    pthread_mutex_unlock(&lock);
    answer_text(exchange, 200, text_format(exchange->arena, "{\"told\":%zu}", told));
}

static void end_all(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < stream_count; i++) {
        http_stream_end(streams[i]);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- routes ---- */

static void answer_constant(struct http_exchange *exchange)
{
    answer_text(exchange, 200, text_of(constant));
}

static void answer_echo(struct http_exchange *exchange)
{
    answer_text(exchange, 200, exchange->request.body);
}

static void answer_big(struct http_exchange *exchange)
{
    size_t bytes = (size_t)query_number(exchange);
    char *body = arena_take_raw(exchange->arena, bytes + 1);
    memset(body, 'x', bytes);
    answer_text(exchange, 200, (struct text){body, bytes});
}

static void answer_counts(struct http_exchange *exchange)
{
    struct http_server_counts counts;
    struct rusage usage;
    http_server_count(server, &counts);
    getrusage(RUSAGE_SELF, &usage);
    int64_t used_us = ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                      usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    answer_text(exchange, 200,
                text_format(exchange->arena,
                            "{\"open\":%" PRIu64 ",\"connections\":%" PRIu64
                            ",\"requests\":%" PRIu64 ",\"refused\":%" PRIu64
                            ",\"buffered\":%" PRIu64 ",\"streams\":%" PRIu64 ",\"cpu_us\":%" PRId64
                            ",\"peer_user\":%" PRIu32 "}",
                            counts.connections_open, counts.connections_total,
                            counts.requests_total, counts.refused_total, counts.buffered_bytes,
                            counts.streams_open, used_us, exchange->request.peer_user));
}

static void answer_absent(struct http_exchange *exchange)
{
    answer_text(exchange, 404, TEXT("{}"));
}

static void give_to_worker(struct http_exchange *exchange)
{
    mailbox_put(&worker_mailbox, &exchange->node);
}

static const struct {
    const char *path;
    void (*on_loop)(struct http_exchange *exchange);
    void (*on_worker)(struct http_exchange *exchange);
} routes[] = {
    {.path = "/j", .on_loop = answer_constant},
    {.path = "/p", .on_loop = answer_constant},
    {.path = "/echo", .on_loop = answer_echo},
    {.path = "/big", .on_loop = answer_big},
    {.path = "/counts", .on_loop = answer_counts},
    {.path = "/events", .on_loop = start_events},
    {.path = "/later", .on_loop = give_to_worker, .on_worker = answer_constant},
    {.path = "/tell", .on_loop = give_to_worker, .on_worker = tell_all},
    {.path = "/sleep", .on_loop = give_to_worker, .on_worker = answer_constant},
};

static void on_request(void *context, struct http_exchange *exchange)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (text_equals(exchange->request.path, text_of(routes[i].path))) {
            routes[i].on_loop(exchange);
            return;
        }
    }
    answer_absent(exchange);
}

/* ---- the other thread ---- */

static void work(struct http_exchange *exchange)
{
    if (text_equals(exchange->request.path, TEXT("/sleep"))) {
        usleep((useconds_t)query_number(exchange) * 1000);
    }
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (text_equals(exchange->request.path, text_of(routes[i].path))) {
            routes[i].on_worker(exchange);
            return;
        }
    }
}

static void *run_worker(void *context)
{
    (void)context;
    for (;;) {
        mailbox_wait(&worker_mailbox, -1);
        struct mailbox_node *node = mailbox_take_all(&worker_mailbox);
        while (node != NULL) {
            struct mailbox_node *next = node->next;
            work((struct http_exchange *)node); /* the node is its first member */
            node = next;
        }
    }
    return NULL;
}

/* ---- the program ---- */

static int number_option(int argc, char **argv, const char *name, int otherwise)
{
    for (int i = 1; i + 1 < argc; i++) {
        int64_t number = 0;
        if (strcmp(argv[i], name) == 0 && text_to_integer(text_of(argv[i + 1]), &number)) {
            return (int)number;
        }
    }
    return otherwise;
}

static void read_listens(int argc, char **argv, struct http_listen *listens, size_t *count_out)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--listen") == 0 && i + 1 < argc && count < 4) {
            listens[count++] = (struct http_listen){.address = argv[++i]};
        } else if (strcmp(argv[i], "--tls") == 0 && i + 2 < argc && count > 0) {
            listens[count - 1].certificate = argv[++i];
            listens[count - 1].key = argv[++i];
        }
    }
    if (count == 0) {
        listens[count++] = (struct http_listen){.address = "127.0.0.1:0"};
    }
    *count_out = count;
}

int main(int argc, char **argv)
{
    struct http_listen listens[4] = {{.address = NULL}};
    struct http_server_options options = {
        .listens = listens,
        .threads = (unsigned)number_option(argc, argv, "--threads", 2),
        .limits = http_limits_default,
        .handler = {.on_request = on_request},
    };
    read_listens(argc, argv, listens, &options.listen_count);
    options.limits.head_ms_max = number_option(argc, argv, "--head-ms", options.limits.head_ms_max);
    options.limits.idle_ms_max = number_option(argc, argv, "--idle-ms", options.limits.idle_ms_max);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    mailbox_init(&worker_mailbox);
    pthread_t worker;
    pthread_create(&worker, NULL, run_worker, NULL);
    struct text error;
    if (http_server_create(&options, &server, &error) != STATUS_OK ||
        http_server_start(server) != STATUS_OK) {
        fprintf(stderr, "%.*s\n", TEXT_ARGS(error));
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < options.listen_count; i++) {
        printf("ready %d\n", http_server_port(server, i));
    }
    fflush(stdout);
    int signal_number;
    sigwait(&signals, &signal_number);
    end_all();
    bool is_drained = http_server_drain(server, DRAIN_MS);
    printf(is_drained ? "drained\n" : "not drained\n");
    fflush(stdout);
    if (is_drained) {
        http_server_destroy(&server);
    }
    return is_drained ? EXIT_OK : EXIT_FAILED;
}
