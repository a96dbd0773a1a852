/* http2_request.c - a request comes in by HTTP/2: nghttp2 tells of headers, data and ends. */
#include "net/http2/http2.h"

#include "base/clock.h"

#include <string.h>

static struct http2_stream *stream_of(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

static struct text copy_of(struct arena *arena, const uint8_t *bytes, size_t count)
{
    return text_copy(arena, (struct text){(const char *)bytes, count});
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct http2 *http2 = context;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0;
    }
    struct connection *connection = http2->connection;
    if (http2->stream_count >= HTTP2_HELD_MAX) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* resets the stream */
    }
    struct http2_stream *stream = memory_take(sizeof *stream);
    stream->owner = http2;
    stream->id = frame->hd.stream_id;
    stream->hosted = hosted__take(connection);
    stream->hosted->http2 = stream;
    stream->hosted->exchange.request.headers = stream->hosted->headers;
    stream->next = http2->streams;
    if (stream->next != NULL) {
        stream->next->previous = stream;
    }
    http2->streams = stream;
    http2->stream_count++;
    http2__begin_waiting(http2, &http2->asking);
    return nghttp2_session_set_stream_user_data(session, stream->id, stream);
}

/* ---- headers ---- */

static void add_header(struct http2_stream *stream, struct text name, struct text value)
{
    struct http_request *request = &stream->hosted->exchange.request;
    size_t count_max = stream->owner->connection->hall->server->limits.header_count_max;
    if (request->header_count == count_max) {
        stream->refusal = &http_refusal_head_large;
        return;
    }
    stream->hosted->headers[request->header_count++] =
        (struct http_header){.name = name, .value = value};
}

static void take_pseudo_header(struct http2_stream *stream, struct text name, struct text value)
{
    struct http_request *request = &stream->hosted->exchange.request;
    if (text_equals(name, TEXT(":method"))) {
        request->method_name = value;
        request->method = http_parse_method(value);
    } else if (text_equals(name, TEXT(":path"))) {
        request->target = value;
    } else if (text_equals(name, TEXT(":authority"))) {
        add_header(stream, TEXT("host"), value);
    }
}

/* HTTP/2 may send a cookie in crumbs; whoever reads it expects one header. */
static bool joins_cookie(struct http2_stream *stream, struct text name, struct text value)
{
    struct http_request *request = &stream->hosted->exchange.request;
    struct arena *arena = stream->hosted->exchange.arena;
    for (size_t i = 0; text_equals(name, TEXT("cookie")) && i < request->header_count; i++) {
        struct http_header *header = &stream->hosted->headers[i];
        if (text_equals(header->name, name)) {
            struct text begun = text_join(arena, header->value, TEXT("; "));
            header->value = text_join(arena, begun, value);
            return true;
        }
    }
    return false;
}

static void take_length(struct http2_stream *stream, struct text value)
{
    int64_t bytes = 0;
    size_t body_bytes_max = stream->owner->connection->hall->server->limits.body_bytes_max;
    if (!text_to_integer(value, &bytes) || bytes < 0) {
        stream->refusal = &http_refusal_framing;
    } else if ((uint64_t)bytes > body_bytes_max) {
        stream->refusal = &http__refusal_body_large;
    }
}

static bool is_repeated_host(const struct http2_stream *stream, struct text value)
{
    struct text host = http_header_value(&stream->hosted->exchange.request, "host");
    return text_is_given(host) && text_equals(host, value);
}

static void take_header(struct http2_stream *stream, struct text name, struct text value)
{
    if (name.bytes > 0 && name.data[0] == ':') {
        take_pseudo_header(stream, name, value);
        return;
    }
    if (text_equals(name, TEXT("content-length"))) {
        take_length(stream, value);
    } else if (text_equals(name, TEXT("expect"))) {
        stream->expects_continue = text_equals_ignoring_case(value, TEXT("100-continue"));
        stream->refusal = stream->expects_continue ? stream->refusal : &http_refusal_expectation;
    } else if (text_equals(name, TEXT("host"))) {
        if (is_repeated_host(stream, value)) {
            return;
        }
        if (text_is_given(http_header_value(&stream->hosted->exchange.request, "host"))) {
            stream->refusal = &http_refusal_framing; /* another one than :authority said */
        }
    }
    if (!joins_cookie(stream, name, value)) {
        add_header(stream, name, value);
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_bytes, const uint8_t *value, size_t value_bytes, uint8_t flags,
                     void *context)
{
    (void)flags;
    struct http2 *http2 = context;
    struct http2_stream *stream = stream_of(session, frame->hd.stream_id);
    if (stream == NULL || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0; /* trailers are dropped */
    }
    const struct http_limits *limits = &http2->connection->hall->server->limits;
    stream->head_bytes += name_bytes + value_bytes + 4;
    http2__note_moved(http2, &http2->asking, name_bytes + value_bytes);
    if (stream->head_bytes > limits->head_bytes_max && stream->refusal == NULL) {
        stream->refusal = &http_refusal_head_large;
    }
    if (stream->refusal == NULL) {
        struct arena *arena = stream->hosted->exchange.arena;
        take_header(stream, copy_of(arena, name, name_bytes), copy_of(arena, value, value_bytes));
    }
    return 0;
}

/* ---- complete ---- */

static void fill_request(struct http2_stream *stream)
{
    const struct connection *connection = stream->owner->connection;
    struct http_request *request = &stream->hosted->exchange.request;
    size_t target_bytes_max = connection->hall->server->limits.target_bytes_max;
    request->door = (enum http_door)connection->door;
    request->peer_user = connection->peer_user;
    request->peer = text_of(connection->peer);
    stream->hosted->exchange.started_ns = clock_monotonic_ns();
    if (stream->refusal != NULL) {
        return;
    }
    if (request->target.bytes > target_bytes_max) {
        stream->refusal = &http_refusal_target_long;
    } else if (request->method == HTTP_OPTIONS && text_equals(request->target, TEXT("*"))) {
        request->path = request->target;
    } else if (request->target.bytes == 0 || request->target.data[0] != '/' ||
               !http_parse_target(request->target, &request->path, &request->query)) {
        stream->refusal = &http_refusal_framing;
    }
}

static void dispatch(struct http2_stream *stream)
{
    struct hosted *hosted = stream->hosted;
    const struct gathered *body = &hosted->body;
    http2__complete(stream);
    hosted->exchange.request.body =
        body->bytes > 0 ? (struct text){body->data, body->bytes} : TEXT("");
    stream->is_dispatched = true;
    connection__dispatch(stream->owner->connection, hosted);
    if (hosted->was_answered) {
        stream->is_dispatched = false;
        http2__submit(stream);
    }
}

static void refuse(struct http2_stream *stream, const struct http_refusal *refusal)
{
    http2__complete(stream);
    stream->refusal = refusal;
    http2__submit_refusal(stream, refusal);
}

static void head_is_complete(struct http2_stream *stream, bool has_body)
{
    fill_request(stream);
    if (stream->refusal == NULL && connection__is_over_budget(stream->owner->connection, 0)) {
        stream->refusal = &http__refusal_busy;
    }
    if (stream->refusal != NULL) {
        refuse(stream, stream->refusal);
    } else if (!has_body) {
        dispatch(stream);
    } else if (stream->expects_continue) {
        static uint8_t name[] = ":status";
        static uint8_t value[] = "100";
        nghttp2_nv header = {name, value, sizeof name - 1, sizeof value - 1, NGHTTP2_NV_FLAG_NONE};
        (void)nghttp2_submit_headers(stream->owner->session, NGHTTP2_FLAG_NONE, stream->id, NULL,
                                     &header, 1, NULL);
    }
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)context;
    struct http2_stream *stream = stream_of(session, frame->hd.stream_id);
    if (stream == NULL || stream->is_complete) {
        return 0;
    }
    bool is_end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        head_is_complete(stream, !is_end);
    } else if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) && is_end) {
        dispatch(stream);
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t bytes, void *context)
{
    (void)flags;
    struct http2 *http2 = context;
    struct http2_stream *stream = stream_of(session, id);
    if (stream == NULL || stream->is_complete) {
        return 0; /* of a request that is answered already */
    }
    struct connection *connection = http2->connection;
    struct gathered *body = &stream->hosted->body;
    if (body->bytes + bytes > connection->hall->server->limits.body_bytes_max) {
        refuse(stream, &http__refusal_body_large);
    } else if (connection__is_over_budget(connection, bytes)) {
        refuse(stream, &http__refusal_busy);
    } else {
        gathered__add(body, (struct text){(const char *)data, bytes});
        http2->held_bytes += bytes;
        http2__note_moved(http2, &http2->asking, bytes);
    }
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *context)
{
    (void)error;
    (void)context;
    struct http2_stream *stream = stream_of(session, id);
    if (stream != NULL) {
        stream->is_gone = true;
        if (!stream->is_dispatched) {
            http2__end(stream);
        }
    }
    return 0;
}

/* A refused request may still be on its way when its answer has left; no more of it is wanted. */
static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)context;
    bool is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
                   (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS);
    if (is_last) {
        const struct http2_stream *stream = stream_of(session, frame->hd.stream_id);
        if (stream != NULL && stream->refusal != NULL) {
            (void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id,
                                            NGHTTP2_NO_ERROR);
        }
    }
    return 0;
}

void http2__set_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
}
