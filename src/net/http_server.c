/* http_server.c - the server as a whole: made, started, drained, counted, taken down. */
#include "net/http_door.h"

#include "base/clock.h"
#include "base/thread.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

const struct http_limits http_limits_default = {
    .head_bytes_max = 16 * 1024,
    .header_count_max = 100,
    .target_bytes_max = 8 * 1024,
    .body_bytes_max = 1024 * 1024,
    .buffered_bytes_max = 64 * 1024 * 1024,
    .connection_count_max = 10000,
    .head_ms_max = 10 * 1000,
    .idle_ms_max = 60 * 1000,
    .body_bytes_per_s_min = 1024,
};

/* ---- made ---- */

static void on_turn_end(void *context)
{
    struct hall *hall = context;
    const struct http_handler *handler = &hall->server->handler;
    if (handler->on_turn_end != NULL) {
        handler->on_turn_end(handler->context, hall->index);
    }
}

static void on_knock(struct loop_watch *watch, uint32_t events)
{
    (void)events;
    door__accept(OWNER_OF(watch, struct door, watch));
}

static void on_retry(struct loop_timer *timer)
{
    door__accept(OWNER_OF(timer, struct door, timer));
}

static void make_halls(struct http_server *server, unsigned count)
{
    server->halls = memory_take(count * sizeof *server->halls);
    server->hall_count = count;
    for (unsigned i = 0; i < count; i++) {
        struct hall *hall = &server->halls[i];
        hall->server = server;
        hall->index = i;
        hall->loop = loop_create(on_turn_end, hall);
    }
}

static enum status open_doors(struct http_server *server, const struct http_server_options *options,
                              struct text *error_out)
{
    server->doors = memory_take(options->listen_count * sizeof *server->doors);
    for (size_t i = 0; i < options->listen_count; i++) {
        struct door *door = &server->doors[i];
        door->server = server;
        server->door_count++;
        enum status status = door__open(door, &options->listens[i], error_out);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

enum status http_server_create(const struct http_server_options *options,
                               struct http_server **server_out, struct text *error_out)
{
    MUST(options->threads > 0);
    MUST(options->handler.on_request != NULL);
    MUST(options->limits.body_bytes_per_s_min > 0);
    MUST(options->limits.head_bytes_max >= 1024 && options->limits.head_bytes_max <= 1024 * 1024);
    struct http_server *server = memory_take(sizeof *server);
    server->limits = options->limits;
    server->head_limits = (struct http_head_limits){
        .head_bytes_max = options->limits.head_bytes_max,
        .header_count_max = options->limits.header_count_max,
        .target_bytes_max = options->limits.target_bytes_max,
    };
    server->handler = options->handler;
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->emptied, &attributes);
    pthread_condattr_destroy(&attributes);
    make_halls(server, options->threads);
    enum status status = open_doors(server, options, error_out);
    if (status != STATUS_OK) {
        http_server_destroy(&server);
    }
    *server_out = server;
    return status;
}

/* ---- started ---- */

static void *run_hall(void *context)
{
    struct hall *hall = context;
    loop_run(hall->loop);
    return NULL;
}

/* Signals are the main thread's business; SIGPIPE is nobody's. */
static void start_hall(struct hall *hall)
{
    char name[16];
    snprintf(name, sizeof name, "http-%u", hall->index);
    thread_start(&hall->thread, run_hall, hall, name);
    hall->is_running = true;
}

enum status http_server_start(struct http_server *server)
{
    MUST(!server->halls[0].is_running);
    for (size_t i = 0; i < server->door_count; i++) {
        struct door *door = &server->doors[i];
        door->watch.on_ready = on_knock;
        door->timer.on_due = on_retry;
        enum status status =
            loop_watch(server->halls[0].loop, &door->watch, door->descriptor, EPOLLIN);
        if (status != STATUS_OK) {
            return status;
        }
    }
    for (unsigned i = 0; i < server->hall_count; i++) {
        start_hall(&server->halls[i]);
    }
    return STATUS_OK;
}

int http_server_port(const struct http_server *server, size_t listen_index)
{
    MUST(listen_index < server->door_count);
    return server->doors[listen_index].port;
}

/* ---- drained ---- */

static bool is_empty(const struct http_server *server)
{
    return atomic_load(&server->doors_are_closed) && atomic_load(&server->connection_count) == 0;
}

static void note_if_empty(struct http_server *server)
{
    if (is_empty(server)) {
        pthread_mutex_lock(&server->lock);
        pthread_cond_broadcast(&server->emptied);
        pthread_mutex_unlock(&server->lock);
    }
}

void server__connection_gone(struct connection *connection)
{
    struct http_server *server = connection->hall->server;
    size_t before = atomic_fetch_sub(&server->connection_count, 1);
    MUST(before > 0);
    note_if_empty(server);
}

static void drain_hall(struct loop_message *message)
{
    struct hall *hall = OWNER_OF(message, struct hall, order);
    struct connection *connection = hall->connections;
    while (connection != NULL) {
        struct connection *next = connection->next; /* its memory lasts until the turn's end */
        connection__drain(connection);
        connection = next;
    }
}

/* On the first hall: who has knocked already is still let in, then the doors close, and only then
 * do the halls begin to send people home. */
static void close_doors(struct loop_message *message)
{
    struct hall *hall = OWNER_OF(message, struct hall, order);
    struct http_server *server = hall->server;
    for (size_t i = 0; i < server->door_count; i++) {
        struct door *door = &server->doors[i];
        door__accept(door);
        loop_forget(&door->watch);
        loop_clear_timer(hall->loop, &door->timer);
        door__close(door);
    }
    atomic_store(&server->doors_are_closed, true);
    note_if_empty(server);
    for (unsigned i = 0; i < server->hall_count; i++) {
        struct hall *other = &server->halls[i];
        other->order.deliver = drain_hall;
        loop_post(other->loop, &other->order);
    }
}

bool http_server_drain(struct http_server *server, int timeout_ms)
{
    MUST(server->halls[0].is_running);
    MUST(loop_here() == NULL);
    if (!atomic_exchange(&server->is_draining, true)) {
        server->halls[0].order.deliver = close_doors;
        loop_post(server->halls[0].loop, &server->halls[0].order);
    }
    int64_t until_ns = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    struct timespec until = {
        .tv_sec = (time_t)(until_ns / 1000000000),
        .tv_nsec = (long)(until_ns % 1000000000),
    };
    pthread_mutex_lock(&server->lock);
    int result = 0;
    while (result == 0 && !is_empty(server)) {
        result = pthread_cond_timedwait(&server->emptied, &server->lock, &until);
    }
    pthread_mutex_unlock(&server->lock);
    return is_empty(server);
}

/* ---- taken down ---- */

static void stop_hall(struct loop_message *message)
{
    struct hall *hall = OWNER_OF(message, struct hall, stop);
    while (hall->connections != NULL) {
        struct connection *connection = hall->connections;
        connection__close(connection);
        MUST(hall->connections != connection); /* an exchange was never finished */
    }
    loop_stop(hall->loop);
}

static void end_hall(struct hall *hall)
{
    if (hall->is_running) {
        hall->stop.deliver = stop_hall;
        loop_post(hall->loop, &hall->stop);
        pthread_join(hall->thread, NULL);
    }
    loop_destroy(&hall->loop);
    pools__empty(hall);
}

void http_server_destroy(struct http_server **server)
{
    if (*server == NULL) {
        return;
    }
    struct http_server *ended = *server;
    for (unsigned i = 0; i < ended->hall_count; i++) {
        end_hall(&ended->halls[i]);
    }
    for (size_t i = 0; i < ended->door_count; i++) {
        door__close(&ended->doors[i]);
        wire_tls_destroy(&ended->doors[i].tls);
    }
    pthread_cond_destroy(&ended->emptied);
    pthread_mutex_destroy(&ended->lock);
    memory_free(ended->halls);
    memory_free(ended->doors);
    memory_free(ended);
    *server = NULL;
}

/* ---- counted ---- */

static uint64_t count_of(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void http_server_count(const struct http_server *server, struct http_server_counts *counts_out)
{
    *counts_out = (struct http_server_counts){
        .connections_open = atomic_load(&server->connection_count),
        .buffered_bytes = atomic_load(&server->buffered_bytes),
    };
    for (unsigned i = 0; i < server->hall_count; i++) {
        const struct hall_counts *counts = &server->halls[i].counts;
        counts_out->connections_total += count_of(&counts->connections_total);
        counts_out->requests_total += count_of(&counts->requests_total);
        counts_out->refused_total += count_of(&counts->refused_total);
        counts_out->bytes_in += count_of(&counts->bytes_in);
        counts_out->bytes_out += count_of(&counts->bytes_out);
        counts_out->streams_open += count_of(&counts->streams_open);
    }
}
