/* http2_answer.c - answers, refusals and events leave by HTTP/2. */
#include "net/http2/http2.h"

#include <stdio.h>
#include <string.h>

enum { FIXED_HEADER_COUNT = 4 }; /* :status, date, content-type, content-length */

struct header_list {
    nghttp2_nv items[FIXED_HEADER_COUNT + COUNT_OF(((struct http_answer *)NULL)->headers)];
    size_t count;
};

/* nghttp2 copies both; it only reads them, but its struct has no const. */
static void add(struct header_list *list, struct text name, struct text value)
{
    MUST(list->count < COUNT_OF(list->items));
    list->items[list->count++] = (nghttp2_nv){
        .name = (uint8_t *)(uintptr_t)name.data,
        .namelen = name.bytes,
        .value = (uint8_t *)(uintptr_t)value.data,
        .valuelen = value.bytes,
        .flags = NGHTTP2_NV_FLAG_NONE,
    };
}

static struct text lower_case(struct arena *arena, struct text name)
{
    char *lower = arena_take_raw(arena, name.bytes + 1);
    for (size_t i = 0; i < name.bytes; i++) {
        bool is_upper = name.data[i] >= 'A' && name.data[i] <= 'Z';
        lower[i] = is_upper ? (char)(name.data[i] | 0x20) : name.data[i];
    }
    return (struct text){lower, name.bytes};
}

/* As in HTTP/1.1, a control byte in a value becomes a space. */
static struct text clean(struct arena *arena, struct text value)
{
    char *cleaned = arena_take_raw(arena, value.bytes + 1);
    for (size_t i = 0; i < value.bytes; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        cleaned[i] = byte < 0x20 || byte == 0x7f ? ' ' : value.data[i];
    }
    return text_trim((struct text){cleaned, value.bytes});
}

static bool is_of_one_connection(struct text name)
{
    static const struct text names[] = {
        {"connection", 10}, {"keep-alive", 10}, {"transfer-encoding", 17}, {"upgrade", 7}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_equals(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void fill_list(struct http2_stream *stream, struct header_list *list, bool has_length)
{
    struct arena *arena = stream->hosted->exchange.arena;
    const struct http_answer *answer = &stream->hosted->exchange.answer;
    struct hall *hall = stream->owner->connection->hall;
    MUST(answer->status >= 200 && answer->status <= 599);
    add(list, TEXT(":status"), text_format(arena, "%d", answer->status));
    add(list, TEXT("date"), text_of(output__date(hall)));
    if (text_is_given(answer->content_type)) {
        add(list, TEXT("content-type"), clean(arena, answer->content_type));
    }
    if (has_length && output__may_have_body(answer->status)) {
        add(list, TEXT("content-length"), text_format(arena, "%zu", answer->body.bytes));
    }
    for (size_t i = 0; i < answer->header_count; i++) {
        struct text name = lower_case(arena, answer->headers[i].name);
        if (!is_of_one_connection(name)) {
            add(list, name, clean(arena, answer->headers[i].value));
        }
    }
}

/* ---- answers ---- */

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *out, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *context)
{
    (void)session;
    (void)id;
    (void)context;
    struct http2_stream *stream = source->ptr;
    struct text body = stream->hosted->exchange.answer.body;
    size_t left = body.bytes - stream->sent_bytes;
    size_t bytes = left < room ? left : room;
    memcpy(out, body.data + stream->sent_bytes, bytes);
    stream->sent_bytes += bytes;
    http2__note_moved(stream->owner, &stream->owner->reading, bytes);
    if (stream->sent_bytes == body.bytes) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return (ssize_t)bytes;
}

void http2__submit(struct http2_stream *stream)
{
    const struct http_exchange *exchange = &stream->hosted->exchange;
    if (stream->is_gone) { /* reset while its handler was being called */
        http2__end(stream);
        return;
    }
    struct header_list list = {.count = 0};
    fill_list(stream, &list, true);
    nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = read_body};
    bool has_body = output__may_have_body(exchange->answer.status) &&
                    exchange->request.method != HTTP_HEAD && exchange->answer.body.bytes > 0;
    if (has_body) {
        stream->is_sending = true;
        stream->owner->held_bytes += exchange->answer.body.bytes;
        http2__begin_waiting(stream->owner, &stream->owner->reading);
    }
    int result = nghttp2_submit_response(stream->owner->session, stream->id, list.items, list.count,
                                         has_body ? &provider : NULL);
    if (result != 0) {
        (void)nghttp2_submit_rst_stream(stream->owner->session, NGHTTP2_FLAG_NONE, stream->id,
                                        NGHTTP2_INTERNAL_ERROR);
    }
}

void http2__submit_refusal(struct http2_stream *stream, const struct http_refusal *refusal)
{
    struct http_exchange *exchange = &stream->hosted->exchange;
    char problem[512];
    size_t bytes = output__problem(refusal, problem, sizeof problem);
    exchange->answer = (struct http_answer){
        .status = refusal->status,
        .content_type = TEXT("application/problem+json"),
        .body = text_copy(exchange->arena, (struct text){problem, bytes}),
    };
    if (refusal->status == 503) {
        http_answer_header(&exchange->answer, "retry-after", TEXT("1"));
    }
    count_up(&stream->owner->connection->hall->counts.refused_total, 1);
    http2__submit(stream);
}

void http2__answer(struct hosted *hosted)
{
    struct http2_stream *stream = hosted->http2;
    struct connection *connection = hosted->connection;
    stream->is_dispatched = false;
    http2__submit(stream);
    if (connection__welcome(connection)) {
        connection__run_soon(connection);
    }
}

/* ---- events ---- */

static ssize_t read_events(nghttp2_session *session, int32_t id, uint8_t *out, size_t room,
                           uint32_t *flags, nghttp2_data_source *source, void *context)
{
    (void)session;
    (void)id;
    struct http2 *http2 = context;
    struct http2_stream *stream = source->ptr;
    size_t left = stream->waiting.bytes - stream->waiting_sent;
    if (left == 0 && !stream->is_ending) {
        return NGHTTP2_ERR_DEFERRED;
    }
    size_t bytes = left < room ? left : room;
    if (bytes > 0) {
        memcpy(out, stream->waiting.data + stream->waiting_sent, bytes);
    }
    stream->waiting_sent += bytes;
    if (bytes == left) {
        http2->held_bytes -= stream->waiting.bytes;
        gathered__free(&stream->waiting);
        stream->waiting_sent = 0;
        *flags |= stream->is_ending ? NGHTTP2_DATA_FLAG_EOF : NGHTTP2_DATA_FLAG_NONE;
    }
    stream__note_waiting(stream->events, left - bytes);
    return (ssize_t)bytes;
}

void http2__start_stream(struct http_stream *events, struct hosted *hosted)
{
    struct http2_stream *stream = hosted->http2;
    struct connection *connection = hosted->connection;
    bool is_head_only = hosted->exchange.request.method == HTTP_HEAD;
    stream->is_dispatched = false;
    stream->events = events;
    events->http2 = stream;
    if (stream->is_gone) {
        http2__end(stream);
    } else {
        struct header_list list = {.count = 0};
        fill_list(stream, &list, false);
        nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = read_events};
        (void)nghttp2_submit_response(stream->owner->session, stream->id, list.items, list.count,
                                      is_head_only ? NULL : &provider);
        stream->owner->held_bytes -= hosted->body.bytes;
        hosted__give_back(connection->hall, hosted);
        stream->hosted = NULL;
    }
    if (connection__welcome(connection)) {
        connection__run_soon(connection);
    }
}

static void cut(struct http2_stream *stream)
{
    (void)nghttp2_submit_rst_stream(stream->owner->session, NGHTTP2_FLAG_NONE, stream->id,
                                    NGHTTP2_CANCEL);
}

void http2__send(struct http_stream *events, struct text bytes)
{
    struct http2_stream *stream = events->http2;
    struct connection *connection = stream->owner->connection;
    if (bytes.bytes == 0 || stream->is_ending) {
        return;
    }
    gathered__add(&stream->waiting, bytes);
    stream->owner->held_bytes += bytes.bytes;
    (void)nghttp2_session_resume_data(stream->owner->session, stream->id);
    stream__note_waiting(events, stream->waiting.bytes - stream->waiting_sent);
    connection__run_soon(connection);
}

void http2__end_stream(struct http_stream *events)
{
    struct http2_stream *stream = events->http2;
    if (atomic_load(&events->is_cut)) {
        cut(stream);
    } else {
        stream->is_ending = true;
        (void)nghttp2_session_resume_data(stream->owner->session, stream->id);
    }
    connection__run_soon(stream->owner->connection);
}
