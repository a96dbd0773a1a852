/* knock_server.h - a server in this process that tests knock at.
 *
 *   GET /j        "hello"                      POST /echo  the body
 *   GET /later    "later", from another thread GET /big?N  N bytes
 *   GET /held     kept until knock_release     GET /events a stream of events
 *   GET /quiet    the same, whose head waits for its first event
 */
#ifndef TESTS_UNIT_NET_KNOCK_SERVER_H
#define TESTS_UNIT_NET_KNOCK_SERVER_H

#include "base/arena.h"
#include "base/clock.h"
#include "net/http_server.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { KNOCK_HELD_MAX = 1024, KNOCK_STREAMS_MAX = 4096 };

struct knock {
    struct http_server *server;
    int port;
    struct mailbox mailbox;
    pthread_t worker;
    pthread_mutex_t lock;
    struct http_exchange *held[KNOCK_HELD_MAX];
    size_t held_count;
    struct http_stream *streams[KNOCK_STREAMS_MAX];
    size_t stream_count;
    size_t closed_count;
    size_t waiting_bytes_max; /* of streams */
    atomic_uint peer_user;    /* of the last request */
    atomic_bool stops;
};

static struct knock knock = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the server's side ---- */

static inline void knock_answer(struct http_exchange *exchange, int status, struct text body)
{
    exchange->answer.status = status;
    exchange->answer.content_type = TEXT("text/plain");
    exchange->answer.body = body;
    http_finish(exchange);
}

static inline void *knock_work(void *context)
{
    (void)context;
    while (!knock.stops) {
        mailbox_wait(&knock.mailbox, 20);
        struct mailbox_node *node = mailbox_take_all(&knock.mailbox);
        while (node != NULL) {
            struct mailbox_node *next = node->next;
            knock_answer((struct http_exchange *)node, 200, TEXT("later"));
            node = next;
        }
    }
    return NULL;
}

static inline void knock_stream_closed(void *context, struct http_stream *stream)
{
    (void)context;
    pthread_mutex_lock(&knock.lock);
    for (size_t i = 0; i < knock.stream_count; i++) {
        if (knock.streams[i] == stream) {
            knock.streams[i] = knock.streams[--knock.stream_count];
            break;
        }
    }
    knock.closed_count++;
    pthread_mutex_unlock(&knock.lock);
}

static inline void knock_start_stream(struct http_exchange *exchange, bool head_with_first)
{
    exchange->answer.status = 200;
    exchange->answer.content_type = TEXT("text/event-stream");
    const struct http_stream_options options = {.on_closed = knock_stream_closed,
                                                .waiting_bytes_max = knock.waiting_bytes_max,
                                                .head_with_first = head_with_first};
    pthread_mutex_lock(&knock.lock);
    knock.streams[knock.stream_count++] = http_stream_start(exchange, &options);
    pthread_mutex_unlock(&knock.lock);
}

static inline void knock_hold(struct http_exchange *exchange)
{
    pthread_mutex_lock(&knock.lock);
    knock.held[knock.held_count++] = exchange;
    pthread_mutex_unlock(&knock.lock);
}

static inline void knock_big(struct http_exchange *exchange)
{
    int64_t bytes = 0;
    bool is_number = text_to_integer(exchange->request.query, &bytes);
    CHECK(is_number);
    char *body = arena_take_raw(exchange->arena, (size_t)bytes);
    memset(body, 'x', (size_t)bytes);
    knock_answer(exchange, 200, (struct text){body, (size_t)bytes});
}

/* What the client sent, a line for each. */
static inline void knock_answer_headers(struct http_exchange *exchange)
{
    struct text body = TEXT("");
    for (size_t i = 0; i < exchange->request.header_count; i++) {
        const struct http_header *header = &exchange->request.headers[i];
        struct text line = text_format(exchange->arena, "%.*s: %.*s\n", TEXT_ARGS(header->name),
                                       TEXT_ARGS(header->value));
        body = text_join(exchange->arena, body, line);
    }
    knock_answer(exchange, 200, body);
}

static inline void knock_on_request(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct text path = exchange->request.path;
    knock.peer_user = exchange->request.peer_user;
    if (text_equals(path, TEXT("/later"))) {
        mailbox_put(&knock.mailbox, &exchange->node);
    } else if (text_equals(path, TEXT("/held"))) {
        knock_hold(exchange);
    } else if (text_equals(path, TEXT("/big"))) {
        knock_big(exchange);
    } else if (text_equals(path, TEXT("/headers"))) {
        knock_answer_headers(exchange);
    } else if (text_equals(path, TEXT("/twice"))) { /* a mistake */
        knock_answer(exchange, 200, TEXT("once"));
        knock_answer(exchange, 200, TEXT("twice"));
    } else if (text_equals(path, TEXT("/events"))) {
        knock_start_stream(exchange, false);
    } else if (text_equals(path, TEXT("/quiet"))) {
        knock_start_stream(exchange, true);
    } else if (text_equals(path, TEXT("/next"))) {
        knock_answer(exchange, 200, TEXT("next"));
    } else if (text_equals(path, TEXT("/echo"))) {
        knock_answer(exchange, 200, exchange->request.body);
    } else {
        knock_answer(exchange, 200, TEXT("hello"));
    }
}

static inline void knock_start_with(const struct http_listen *listen, struct http_limits limits)
{
    const struct http_server_options options = {
        .listens = listen,
        .listen_count = 1,
        .threads = 2,
        .limits = limits,
        .handler = {.on_request = knock_on_request},
    };
    struct text error = NO_TEXT;
    mailbox_init(&knock.mailbox);
    CHECK_STATUS(http_server_create(&options, &knock.server, &error), STATUS_OK);
    CHECK_STATUS(http_server_start(knock.server), STATUS_OK);
    knock.port = http_server_port(knock.server, 0);
    CHECK_INT(pthread_create(&knock.worker, NULL, knock_work, NULL), 0);
}

static inline void knock_start(void)
{
    const struct http_listen listen = {.address = "127.0.0.1:0"};
    knock_start_with(&listen, http_limits_default);
}

/* Everybody who is held is answered. */
static inline void knock_release(void)
{
    pthread_mutex_lock(&knock.lock);
    for (size_t i = 0; i < knock.held_count; i++) {
        knock_answer(knock.held[i], 200, TEXT("held"));
    }
    knock.held_count = 0;
    pthread_mutex_unlock(&knock.lock);
}

static inline void knock_stop(void)
{
    knock_release();
    pthread_mutex_lock(&knock.lock);
    for (size_t i = 0; i < knock.stream_count; i++) {
        http_stream_end(knock.streams[i]);
    }
    pthread_mutex_unlock(&knock.lock);
    CHECK(http_server_drain(knock.server, TEST_PATIENCE_MS));
    atomic_store(&knock.stops, true);
    pthread_join(knock.worker, NULL);
    http_server_destroy(&knock.server);
    CHECK(knock.server == NULL);
    mailbox_finish(&knock.mailbox);
}

static inline struct http_server_counts knock_counts(void)
{
    struct http_server_counts counts;
    http_server_count(knock.server, &counts);
    return counts;
}

#endif
