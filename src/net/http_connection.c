/* http_connection.c - one connection's life, from accept to close.
 *
 * Whatever happens (bytes came, room to write, an answer is complete, a deadline passed) ends in
 * connection__run: it goes from step to step until nothing more can be done, then writes what was
 * put together, and sets the one timer for what the connection now waits for.
 */
#include "net/http_stream.h"

#include <string.h>
#include <sys/epoll.h>

enum {
    LINGER_MS = 2000,
    FRESH_DRAIN_MS = 200,    /* a connection that came just before the drain may still ask */
    STEPS_PER_RUN_MAX = 256, /* so that nobody who sends without a pause keeps a loop for himself */
};

/* ---- ends ---- */

static void free_connection(struct loop_message *message)
{
    struct connection *connection = OWNER_OF(message, struct connection, message);
    MUST(connection->phase == PHASE_CLOSED);
    MUST(connection->exchange_count == 0);
    if (connection->will_run) { /* a message still names it */
        loop_post_last(connection->hall->loop, message);
        return;
    }
    memory_free(connection->http2);
    memory_free(connection);
}

/* Counts what the connection keeps in memory, for the server's limit. */
static void hold(struct connection *connection, size_t bytes)
{
    if (bytes != connection->held_bytes) {
        atomic_size_t *total = &connection->hall->server->buffered_bytes;
        atomic_fetch_add_explicit(total, bytes - connection->held_bytes, memory_order_relaxed);
        connection->held_bytes = bytes;
    }
}

static void give_back_request(struct connection *connection)
{
    if (connection->hosted != NULL) {
        hosted__give_back(connection->hall, connection->hosted);
        connection->hosted = NULL;
    }
    input__give_back(connection);
}

static void let_go_of_buffers(struct connection *connection)
{
    gathered__free(&connection->backlog);
    if (connection->leaving != NULL) {
        hosted__give_back(connection->hall, connection->leaving);
        connection->leaving = NULL;
    }
    give_back_request(connection);
    hold(connection, 0);
}

/* The last one out: no socket and no exchange needs the connection any more. */
static void end_connection(struct connection *connection)
{
    struct hall *hall = connection->hall;
    let_go_of_buffers(connection);
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        hall->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    server__connection_gone(connection);
    connection->message.deliver = free_connection;
    loop_post_last(hall->loop, &connection->message);
}

void connection__close(struct connection *connection)
{
    if (connection->phase == PHASE_CLOSED) {
        return;
    }
    connection->phase = PHASE_CLOSED;
    connection->hall->output_bytes = 0;
    loop_forget(&connection->watch);
    loop_clear_timer(connection->hall->loop, &connection->timer);
    wire_close(&connection->wire);
    if (connection->http2 != NULL) {
        http2__closed(connection);
    }
    if (connection->stream != NULL) {
        stream__connection_closed(connection->stream);
    }
    if (connection->exchange_count == 0) {
        end_connection(connection);
    }
}

/* What was said last shall arrive: a socket that is closed while bytes of the peer wait in it
 * sends a reset, and a reset may overtake the answer. */
static void begin_lingering(struct connection *connection)
{
    wire_finish_writing(&connection->wire);
    connection->phase = PHASE_LINGER;
    connection->phase_since_ms = loop_now_ms(connection->hall->loop);
}

static void finish_closing(struct connection *connection)
{
    bool has_rest = connection->input_start != connection->input_end;
    if ((connection->readable || connection->lingers || has_rest) && !connection->peer_ended) {
        begin_lingering(connection);
    } else {
        connection__close(connection);
    }
}

void connection__refuse(struct connection *connection, const struct http_refusal *refusal)
{
    count_up(&connection->hall->counts.refused_total, 1);
    output__refusal(connection, refusal);
    give_back_request(connection);
    connection->phase = PHASE_CLOSING;
    connection->closes = true;
    connection->lingers = true;
}

bool connection__is_over_budget(const struct connection *connection, uint64_t more_bytes)
{
    const struct http_server *server = connection->hall->server;
    size_t buffered = atomic_load_explicit(&server->buffered_bytes, memory_order_relaxed);
    return buffered + more_bytes > server->limits.buffered_bytes_max;
}

/* ---- answers ---- */

void connection__dispatch(struct connection *connection, struct hosted *hosted)
{
    struct hall *hall = connection->hall;
    const struct http_handler *handler = &hall->server->handler;
    count_up(&hall->counts.requests_total, 1);
    connection->exchange_count++;
    hosted->in_handler = true;
    handler->on_request(handler->context, &hosted->exchange);
    hosted->in_handler = false;
    if (hosted->was_answered) {
        connection->exchange_count--;
    }
}

/* The request leaves the input; the next one may stand behind it already. */
static void next_request(struct connection *connection, size_t bytes)
{
    connection->input_start += (uint32_t)bytes;
    MUST(connection->input_start <= connection->input_end);
    connection->scan = (struct http_scan){.start = 0};
    connection->phase = PHASE_HEAD;
    connection->phase_since_ms = loop_now_ms(connection->hall->loop);
}

void connection__answer(struct connection *connection)
{
    struct hosted *hosted = connection->hosted;
    const struct http_server *server = connection->hall->server;
    MUST(connection->phase == PHASE_ANSWER);
    size_t bytes = hosted->head_bytes;
    if (!connection->keeps_alive || hosted->exchange.answer.close ||
        atomic_load_explicit(&server->is_draining, memory_order_relaxed)) {
        connection->closes = true;
    }
    connection->hosted = NULL;
    output__answer(connection, hosted);
    next_request(connection, bytes);
    if (connection->closes) {
        connection->phase = PHASE_CLOSING;
    }
}

bool connection__welcome(struct connection *connection)
{
    MUST(connection->exchange_count > 0);
    connection->exchange_count--;
    if (connection->phase != PHASE_CLOSED) {
        return true;
    }
    if (connection->exchange_count == 0) {
        end_connection(connection);
    }
    return false;
}

void connection__start_stream(struct connection *connection, struct http_stream *stream)
{
    MUST(connection->phase == PHASE_ANSWER);
    bool is_head_only = connection->hosted->exchange.request.method == HTTP_HEAD;
    connection->closes = true; /* after the stream: it may be long until then */
    output__stream_head(connection, connection->hosted);
    give_back_request(connection);
    connection->stream = stream;
    connection->phase = is_head_only ? PHASE_CLOSING : PHASE_STREAM;
}

static void come_home(struct loop_message *message)
{
    struct hosted *hosted = OWNER_OF(message, struct hosted, message);
    struct connection *connection = hosted->connection;
    if (connection->http2 != NULL) {
        http2__answer(hosted);
    } else if (connection__welcome(connection)) {
        connection__answer(connection);
        connection__run(connection);
    }
}

void http_finish(struct http_exchange *exchange)
{
    struct hosted *hosted = exchange->reserved;
    MUST(exchange->answer.status != 0);
    MUST(!hosted->is_finished && hosted->stream == NULL);
    hosted->is_finished = true;
    struct loop *loop = hosted->connection->hall->loop;
    bool is_here = loop_here() == loop;
    if (is_here && hosted->in_handler) {
        hosted->was_answered = true;
        return; /* on_request answers at once: whoever called it goes on */
    }
    hosted->message.deliver = come_home;
    if (is_here) {
        loop_post_here(loop, &hosted->message);
    } else {
        loop_post(loop, &hosted->message);
    }
}

bool http_is_left(const struct http_exchange *exchange)
{
    const struct hosted *hosted = exchange->reserved;
    return hosted != NULL &&
           atomic_load_explicit(&hosted->connection->is_left, memory_order_relaxed);
}

/* ---- the timer ---- */

static int64_t head_due_ms(const struct connection *connection)
{
    const struct http_limits *limits = &connection->hall->server->limits;
    bool is_empty = connection->input_start == connection->input_end;
    bool is_idle = is_empty && !connection->is_fresh;
    int64_t due =
        connection->phase_since_ms + (is_idle ? limits->idle_ms_max : limits->head_ms_max);
    if (is_empty && atomic_load(&connection->hall->server->is_draining)) {
        int64_t drained = loop_now_ms(connection->hall->loop) + FRESH_DRAIN_MS;
        return drained < due ? drained : due;
    }
    return due;
}

static int64_t due_ms(const struct connection *connection)
{
    if (connection->is_blocked && connection->phase != PHASE_STREAM) {
        return connection->reading.due_us / 1000;
    }
    switch ((enum phase)connection->phase) {
    case PHASE_HANDSHAKE:
    case PHASE_HEAD:
        return head_due_ms(connection);
    case PHASE_BODY:
        return connection->asking.due_us / 1000;
    case PHASE_LINGER:
        return connection->phase_since_ms + LINGER_MS;
    case PHASE_HTTP2:
        return http2__due_ms(connection);
    case PHASE_ANSWER: /* the handler's deadlines are its own */
    case PHASE_STREAM:
    case PHASE_CLOSING:
    case PHASE_CLOSED:
        break;
    }
    return INT64_MAX;
}

static void on_due(struct loop_timer *timer)
{
    struct connection *connection = OWNER_OF(timer, struct connection, timer);
    bool is_slow_request =
        connection->phase == PHASE_BODY ||
        (connection->phase == PHASE_HEAD && connection->input_start != connection->input_end);
    if (is_slow_request && !connection->is_blocked) {
        connection__refuse(connection, &http__refusal_slow);
        connection__run(connection);
        return;
    }
    if (connection->is_blocked) {
        count_up(&connection->hall->counts.refused_total, 1);
    }
    connection__close(connection);
}

/* ---- running ---- */

static bool shake_hands(struct connection *connection)
{
    enum status status = wire_shake_hands(&connection->wire);
    if (status == STATUS_OK) {
        connection->phase = PHASE_HEAD;
        return wire_is_http2(&connection->wire) ? http2__start(connection) : true;
    }
    if (status != STATUS_BUSY) {
        connection__close(connection);
    }
    return false;
}

/* The peer's bytes mean nothing any more; only its end does. */
static bool discard(struct connection *connection)
{
    char nowhere[4096];
    if (!connection->readable) {
        return false;
    }
    ssize_t got = wire_read(&connection->wire, nowhere, sizeof nowhere);
    if (got > 0) {
        count_up(&connection->hall->counts.bytes_in, (uint64_t)got);
        return true;
    }
    connection->readable = false;
    if (got != WIRE_LATER) {
        connection__close(connection);
    }
    return false;
}

static bool step(struct connection *connection)
{
    if (output__is_waiting(connection) && connection->phase < PHASE_ANSWER) {
        return false; /* who does not read answers may not ask on */
    }
    switch ((enum phase)connection->phase) {
    case PHASE_HANDSHAKE:
        return shake_hands(connection);
    case PHASE_HEAD:
        return step__head(connection);
    case PHASE_BODY:
        return step__body(connection);
    case PHASE_HTTP2:
        return step__http2(connection);
    case PHASE_STREAM:
    case PHASE_LINGER:
        return discard(connection);
    case PHASE_ANSWER:
    case PHASE_CLOSING:
    case PHASE_CLOSED:
        break;
    }
    return false;
}

static size_t bytes_held(const struct connection *connection)
{
    size_t bytes = connection->input_room + connection->backlog.room;
    if (connection->hosted != NULL) {
        bytes += connection->hosted->body.room;
    }
    if (connection->leaving != NULL) {
        bytes += connection->leaving->exchange.answer.body.bytes;
    }
    return connection->http2 != NULL ? bytes + http2__bytes_held(connection) : bytes;
}

/* Nothing more can be done now: the buffers an idle connection does not need are given back, and
 * the timer is set for what it waits for. */
static void settle(struct connection *connection)
{
    if (connection->input_start == connection->input_end && connection->hosted == NULL) {
        input__give_back(connection);
    }
    hold(connection, bytes_held(connection));
    if (connection->stream != NULL) {
        stream__note_backlog(connection);
    }
    int64_t due = due_ms(connection);
    if (due == INT64_MAX && connection->phase == PHASE_STREAM) {
        loop_clear_timer(connection->hall->loop, &connection->timer);
    } else {
        loop_set_timer(connection->hall->loop, &connection->timer, due);
    }
}

/* Writes what the steps have put together. True when there may be more to do because of that: what
 * has left completely makes room for the next request, or turns the end of talking into lingering.
 */
static bool write_and_see(struct connection *connection)
{
    bool was_waiting = output__is_waiting(connection);
    if (!output__flush(connection)) {
        connection__close(connection);
        return false;
    }
    if (output__is_waiting(connection)) {
        return false;
    }
    if (connection->phase == PHASE_CLOSING) {
        finish_closing(connection);
        return true;
    }
    return was_waiting;
}

void connection__run(struct connection *connection)
{
    unsigned step_count = 0;
    bool may_go_on = true;
    while (may_go_on && step_count < STEPS_PER_RUN_MAX) {
        while (step_count < STEPS_PER_RUN_MAX && step(connection)) {
            step_count++;
        }
        may_go_on = connection->phase != PHASE_CLOSED && write_and_see(connection);
        step_count++;
    }
    if (connection->phase == PHASE_CLOSED) {
        return;
    }
    settle(connection);
    if (step_count >= STEPS_PER_RUN_MAX) {
        connection__run_soon(connection); /* it is the others' turn first */
    }
}

static void run_now(struct loop_message *message)
{
    struct connection *connection = OWNER_OF(message, struct connection, run);
    connection->will_run = false;
    if (connection->phase != PHASE_CLOSED) {
        connection__run(connection);
    }
}

void connection__run_soon(struct connection *connection)
{
    if (!connection->will_run) {
        connection->will_run = true;
        connection->run.deliver = run_now;
        loop_post_here(connection->hall->loop, &connection->run);
    }
}

static void on_ready(struct loop_watch *watch, uint32_t events)
{
    struct connection *connection = OWNER_OF(watch, struct connection, watch);
    if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) {
        atomic_store_explicit(&connection->is_left, true, memory_order_relaxed);
    }
    if (events & (EPOLLERR | EPOLLHUP)) {
        connection__close(connection);
        return;
    }
    if (events & (EPOLLIN | EPOLLRDHUP)) {
        connection->readable = true;
    }
    if (events & EPOLLRDHUP) {
        connection->hangs_up = true;
    }
    if (events & EPOLLOUT) {
        connection->writable = true;
    }
    connection__run(connection);
}

/* ---- the beginning ---- */

void connection__begin(struct connection *connection)
{
    struct hall *hall = connection->hall;
    connection->next = hall->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    hall->connections = connection;
    count_up(&hall->counts.connections_total, 1);
    connection->watch.on_ready = on_ready;
    connection->timer.on_due = on_due;
    connection->phase = connection->wire.tls ? PHASE_HANDSHAKE : PHASE_HEAD;
    connection->phase_since_ms = loop_now_ms(hall->loop);
    connection->is_fresh = true;
    connection->readable = true;
    connection->writable = true;
    enum status status = loop_watch(hall->loop, &connection->watch, connection->wire.descriptor,
                                    EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    if (status != STATUS_OK) {
        connection__close(connection);
        return;
    }
    connection__run(connection);
}

void connection__drain(struct connection *connection)
{
    if (connection->phase == PHASE_STREAM) {
        http_stream_end(connection->stream);
    } else if (connection->phase == PHASE_HTTP2) {
        http2__drain(connection);
    } else if (connection->phase == PHASE_HEAD || connection->phase == PHASE_HANDSHAKE) {
        connection->readable = true; /* a last look: what has arrived is still answered */
        connection__run(connection);
        bool is_idle = connection->phase == PHASE_HEAD && !connection->is_fresh &&
                       connection->input_start == connection->input_end;
        if (is_idle && !output__is_waiting(connection)) {
            connection__close(connection);
        }
    }
}
