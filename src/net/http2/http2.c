/* http2.c - a connection that speaks HTTP/2: its beginning, its turns, its end. */
#include "net/http2/http2.h"

#include <string.h>

enum {
    READ_BYTES = 16 * 1024,
    OUTPUT_KEPT_BYTES = 24 * 1024, /* a frame must fit in what is left of the output */
    STREAM_WINDOW_BYTES = 256 * 1024,
    CONNECTION_WINDOW_BYTES = 1024 * 1024,
    RESETS_AT_ONCE_MAX = 200, /* opening and resetting streams costs a client nothing: */
    RESETS_PER_S_MAX = 20,    /* beyond this the connection is told to go away */
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

bool http2__may_begin(struct text input)
{
    return memcmp(input.data, preface, smaller(input.bytes, sizeof preface - 1)) == 0;
}

bool http2__has_begun(struct text input)
{
    return input.bytes >= sizeof preface - 1;
}

/* ---- streams ---- */

void http2__begin_waiting(struct http2 *http2, struct http2_waiting *waiting)
{
    if (waiting->count++ == 0) {
        pace__begin(&waiting->pace, loop_now_ms(http2->connection->hall->loop));
    }
}

void http2__note_moved(struct http2 *http2, struct http2_waiting *waiting, size_t bytes)
{
    const struct hall *hall = http2->connection->hall;
    pace__move(&waiting->pace, bytes, hall->server->limits.body_bytes_per_s_min,
               loop_now_ms(hall->loop));
}

void http2__end_waiting(struct http2 *http2, struct http2_waiting *waiting)
{
    MUST(waiting->count > 0);
    waiting->count--;
    pace__begin(&waiting->pace, loop_now_ms(http2->connection->hall->loop));
}

void http2__complete(struct http2_stream *stream)
{
    if (!stream->is_complete) {
        stream->is_complete = true;
        http2__end_waiting(stream->owner, &stream->owner->asking);
    }
}

void http2__end(struct http2_stream *stream)
{
    struct http2 *http2 = stream->owner;
    struct hall *hall = http2->connection->hall;
    MUST(!stream->is_dispatched);
    http2__complete(stream);
    if (stream->events != NULL) {
        stream__closed(stream->events);
    }
    if (stream->is_sending) {
        http2->held_bytes -= stream->hosted->exchange.answer.body.bytes;
        http2__end_waiting(http2, &http2->reading);
    }
    if (stream->hosted != NULL) {
        http2->held_bytes -= stream->hosted->body.bytes;
        hosted__give_back(hall, stream->hosted);
    }
    http2->held_bytes -= stream->waiting.bytes;
    gathered__free(&stream->waiting);
    if (stream->previous != NULL) {
        stream->previous->next = stream->next;
    } else {
        http2->streams = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->previous = stream->previous;
    }
    http2->stream_count--;
    if (http2->stream_count == 0) {
        http2->idle_since_ms = loop_now_ms(hall->loop);
    }
    memory_free(stream);
}

/* ---- the beginning ---- */

static nghttp2_session *make_session(struct http2 *http2)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    nghttp2_session *session = NULL;
    if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0) {
        http2__set_callbacks(callbacks);
        nghttp2_option_set_stream_reset_rate_limit(option, RESETS_AT_ONCE_MAX, RESETS_PER_S_MAX);
        nghttp2_option_set_no_closed_streams(option, 1);
        if (nghttp2_session_server_new2(&session, callbacks, http2, option) != 0) {
            session = NULL;
        }
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return session;
}

static bool send_settings(struct http2 *http2)
{
    const struct http_limits *limits = &http2->connection->hall->server->limits;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, HTTP2_STREAMS_MAX},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)limits->head_bytes_max},
    };
    return nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings,
                                   COUNT_OF(settings)) == 0 &&
           nghttp2_session_set_local_window_size(http2->session, NGHTTP2_FLAG_NONE, 0,
                                                 CONNECTION_WINDOW_BYTES) == 0;
}

static bool receive(struct http2 *http2, const char *data, size_t bytes)
{
    const uint8_t *input = (const uint8_t *)data;
    ssize_t taken = nghttp2_session_mem_recv(http2->session, input, bytes);
    return taken == (ssize_t)bytes;
}

bool http2__start(struct connection *connection)
{
    struct http2 *http2 = memory_take(sizeof *http2);
    http2->connection = connection;
    http2->idle_since_ms = loop_now_ms(connection->hall->loop);
    connection->http2 = http2;
    connection->is_fresh = false;
    connection->phase = PHASE_HTTP2;
    http2->session = make_session(http2);
    if (http2->session == NULL || !send_settings(http2)) {
        connection__close(connection);
        return false;
    }
    /* A client without TLS has sent its preface already; it stands in the input. */
    size_t bytes = connection->input_end - connection->input_start;
    bool is_good = bytes == 0 || receive(http2, connection->input + connection->input_start, bytes);
    input__give_back(connection);
    if (!is_good) {
        connection__close(connection);
    }
    return is_good;
}

/* ---- turns ---- */

/* Frames into the output, as long as it has room and the socket takes what is put there. */
static bool send_frames(struct connection *connection)
{
    struct hall *hall = connection->hall;
    while (!output__is_waiting(connection)) {
        const uint8_t *frame = NULL;
        ssize_t bytes = nghttp2_session_mem_send(connection->http2->session, &frame);
        if (bytes <= 0) {
            return bytes == 0;
        }
        output__add(connection, (struct text){(const char *)frame, (size_t)bytes});
        if (hall->output_bytes > OUTPUT_BYTES - OUTPUT_KEPT_BYTES && !output__flush(connection)) {
            return false;
        }
    }
    return true;
}

static bool read_frames(struct connection *connection)
{
    char input[READ_BYTES];
    ssize_t got = wire_read(&connection->wire, input, sizeof input);
    if (got <= 0) {
        connection->readable = false;
        if (got != WIRE_LATER) {
            connection__close(connection);
        }
        return false;
    }
    count_up(&connection->hall->counts.bytes_in, (uint64_t)got);
    if ((size_t)got < sizeof input && connection->wire.tls == NULL && !connection->hangs_up) {
        connection->readable = false;
    }
    if (!receive(connection->http2, input, (size_t)got)) {
        connection__close(connection);
        return false;
    }
    return true;
}

bool step__http2(struct connection *connection)
{
    struct http2 *http2 = connection->http2;
    if (!send_frames(connection)) {
        connection__close(connection);
        return false;
    }
    if (!nghttp2_session_want_read(http2->session) && !nghttp2_session_want_write(http2->session) &&
        !output__is_waiting(connection)) {
        connection->phase = PHASE_CLOSING; /* said goodbye, and nothing is under way */
        connection->closes = true;
        connection->lingers = true;
        return false;
    }
    return !output__is_waiting(connection) && connection->readable && read_frames(connection);
}

static int64_t waiting_due_ms(const struct http2_waiting *waiting)
{
    return waiting->count > 0 ? waiting->pace.due_us / 1000 : INT64_MAX;
}

int64_t http2__due_ms(const struct connection *connection)
{
    const struct http2 *http2 = connection->http2;
    const struct http_limits *limits = &connection->hall->server->limits;
    if (http2->stream_count == 0) {
        return http2->idle_since_ms + limits->idle_ms_max;
    }
    int64_t asking_due = waiting_due_ms(&http2->asking);
    int64_t reading_due = waiting_due_ms(&http2->reading);
    return asking_due < reading_due ? asking_due : reading_due;
}

size_t http2__bytes_held(const struct connection *connection)
{
    return connection->http2->held_bytes;
}

/* ---- the end ---- */

void http2__drain(struct connection *connection)
{
    struct http2 *http2 = connection->http2;
    for (struct http2_stream *stream = http2->streams; stream != NULL; stream = stream->next) {
        if (stream->events != NULL) {
            http_stream_end(stream->events);
        }
    }
    /* With the id of the last stream that came in: those are still answered. */
    int32_t last = nghttp2_session_get_last_proc_stream_id(http2->session);
    (void)nghttp2_submit_goaway(http2->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
    connection__run(connection);
}

void http2__closed(struct connection *connection)
{
    struct http2 *http2 = connection->http2;
    struct http2_stream *stream = http2->streams;
    nghttp2_session_del(http2->session);
    http2->session = NULL;
    while (stream != NULL) {
        struct http2_stream *next = stream->next;
        stream->is_gone = true;
        if (!stream->is_dispatched) {
            http2__end(stream);
        }
        stream = next;
    }
}
