/* http_stream.c - Server-Sent Events: an answer that goes on for as long as both sides like.
 *
 * Everything that is said to a stream crosses to its loop through the mailbox, in order: the start,
 * each piece of text, the end. The stream itself ends in three steps: the connection closes,
 * on_closed tells the owner (who sends nothing after that), and a last message, behind whatever
 * was sent before, frees it. A reader is too slow when what waits on both sides of the mailbox is
 * more than was agreed; whoever sends notices it, and the stream is cut.
 */
#include "net/http_stream.h"

#include <stdio.h>
#include <string.h>

enum { WAITING_BYTES_MAX_DEFAULT = 64 * 1024 };

/* One text on its way to the loop. */
struct sent {
    struct loop_message message;
    struct http_stream *stream;
    size_t bytes;
    char data[];
};

static void free_stream(struct loop_message *message)
{
    struct http_stream *stream = OWNER_OF(message, struct http_stream, free);
    MUST(stream->is_closed);
    memory_free(stream);
}

/* ---- on the loop ---- */

void stream__closed(struct http_stream *stream)
{
    MUST(!stream->is_closed);
    stream->is_closed = true;
    stream->connection = NULL;
    stream->http2 = NULL;
    count_up(&stream->hall->counts.streams_open, (uint64_t)-1);
    if (stream->options.on_closed != NULL) {
        stream->options.on_closed(stream->options.context, stream);
    }
    stream->free.deliver = free_stream;
    loop_post(stream->hall->loop, &stream->free);
}

void stream__connection_closed(struct http_stream *stream)
{
    stream->connection->stream = NULL;
    stream__closed(stream);
}

void stream__note_waiting(struct http_stream *stream, size_t bytes)
{
    atomic_store_explicit(&stream->waiting_here, bytes, memory_order_relaxed);
}

void stream__note_backlog(struct connection *connection)
{
    stream__note_waiting(connection->stream, connection->backlog.bytes - connection->backlog_sent);
}

static void begin(struct loop_message *message)
{
    struct http_stream *stream = OWNER_OF(message, struct http_stream, start);
    struct hosted *hosted = stream->hosted;
    struct connection *connection = hosted->connection;
    count_up(&stream->hall->counts.streams_open, 1);
    stream->hosted = NULL;
    if (connection->http2 != NULL) {
        http2__start_stream(stream, hosted);
        return;
    }
    if (!connection__welcome(connection)) {
        stream__closed(stream);
        return;
    }
    stream->connection = connection;
    connection__start_stream(connection, stream);
    connection__run(connection);
}

static void put_chunk(struct connection *connection, struct text bytes)
{
    if (connection->is_http10) {
        output__add(connection, bytes);
        return;
    }
    char size[24];
    int size_bytes = snprintf(size, sizeof size, "%zx\r\n", bytes.bytes);
    output__add(connection, (struct text){size, (size_t)size_bytes});
    output__add(connection, bytes);
    output__add(connection, TEXT("\r\n"));
}

static void arrive(struct loop_message *message)
{
    struct sent *sent = OWNER_OF(message, struct sent, message);
    struct http_stream *stream = sent->stream;
    struct text bytes = {sent->data, sent->bytes};
    atomic_fetch_sub_explicit(&stream->waiting_there, sent->bytes, memory_order_relaxed);
    if (stream->http2 != NULL) {
        http2__send(stream, bytes);
    } else if (stream->connection != NULL && stream->connection->phase == PHASE_STREAM) {
        put_chunk(stream->connection, bytes);
        connection__run(stream->connection);
    }
    memory_free(sent);
}

static void end(struct loop_message *message)
{
    struct http_stream *stream = OWNER_OF(message, struct http_stream, end);
    if (stream->http2 != NULL) {
        http2__end_stream(stream);
        return;
    }
    struct connection *connection = stream->connection;
    if (connection == NULL || connection->phase != PHASE_STREAM) {
        return;
    }
    if (stream->is_cut) {
        connection__close(connection);
        return;
    }
    if (!connection->is_http10) {
        output__add(connection, TEXT("0\r\n\r\n"));
    }
    connection->phase = PHASE_CLOSING;
    connection->closes = true;
    connection__run(connection);
}

/* ---- from any thread ---- */

static void begin_once(struct http_stream *stream)
{
    if (!atomic_load_explicit(&stream->is_begun, memory_order_relaxed) &&
        !atomic_exchange(&stream->is_begun, true)) {
        stream->start.deliver = begin;
        loop_post(stream->hall->loop, &stream->start);
    }
}

struct http_stream *http_stream_start(struct http_exchange *exchange,
                                      const struct http_stream_options *options)
{
    struct hosted *hosted = exchange->reserved;
    MUST(exchange->answer.status != 0);
    MUST(!hosted->is_finished && hosted->stream == NULL);
    struct http_stream *stream = memory_take(sizeof *stream);
    stream->hall = hosted->connection->hall;
    stream->hosted = hosted;
    hosted->stream = stream;
    stream->options = *options;
    if (stream->options.waiting_bytes_max == 0) {
        stream->options.waiting_bytes_max = WAITING_BYTES_MAX_DEFAULT;
    }
    if (!options->head_with_first) {
        begin_once(stream);
    }
    return stream;
}

static void end_once(struct http_stream *stream)
{
    begin_once(stream);
    if (!atomic_exchange(&stream->is_ending, true)) {
        stream->end.deliver = end;
        loop_post(stream->hall->loop, &stream->end);
    }
}

enum status http_stream_send(struct http_stream *stream, struct text bytes)
{
    size_t there =
        atomic_fetch_add_explicit(&stream->waiting_there, bytes.bytes, memory_order_relaxed);
    size_t here = atomic_load_explicit(&stream->waiting_here, memory_order_relaxed);
    if (there + here + bytes.bytes > stream->options.waiting_bytes_max) {
        atomic_store(&stream->is_cut, true);
        end_once(stream);
        return STATUS_BUSY;
    }
    begin_once(stream);
    struct sent *sent = memory_take(sizeof *sent + bytes.bytes);
    sent->message.deliver = arrive;
    sent->stream = stream;
    sent->bytes = bytes.bytes;
    if (bytes.bytes > 0) {
        memcpy(sent->data, bytes.data, bytes.bytes);
    }
    loop_post(stream->hall->loop, &sent->message);
    return STATUS_OK;
}

size_t http_stream_waiting(const struct http_stream *stream)
{
    return atomic_load_explicit(&stream->waiting_there, memory_order_relaxed) +
           atomic_load_explicit(&stream->waiting_here, memory_order_relaxed);
}

void http_stream_end(struct http_stream *stream)
{
    end_once(stream);
}
