/* http_request.c - one request of HTTP/1.1 comes in: its head, its body, the handler.
 *
 * Each step does one thing and says whether there may be more to do at once. Bytes stay in the
 * connection's input buffer; only a body that does not fit there is gathered elsewhere.
 */
#include "net/http_steps.h"

#include "base/clock.h"

#include <string.h>

enum {
    PIECE_BYTES = 32 * 1024,
    CHUNK_ROOM_MIN = 1024, /* less room behind the head would mean tiny reads */
};

const struct http_refusal http__refusal_body_large = {
    .status = 413, .code = "body_too_large", .message = "The body of the request is too large."};
const struct http_refusal http__refusal_slow = {
    .status = 408, .code = "too_slow", .message = "The request came too slowly."};
const struct http_refusal http__refusal_busy = {
    .status = 503, .code = "busy", .message = "Too much is waiting already; try again shortly."};

/* ---- reading ---- */

/* False when nothing came: later, or never again. */
static bool read_into(struct connection *connection, char *bytes_out, size_t room, size_t *got_out)
{
    *got_out = 0;
    if (!connection->readable) {
        return false;
    }
    ssize_t got = wire_read(&connection->wire, bytes_out, room);
    if (got <= 0) {
        connection->readable = false;
        connection->peer_ended = connection->peer_ended || got == WIRE_ENDED;
        if (got != WIRE_LATER) {
            connection->phase = PHASE_CLOSING; /* whatever this was, it is not a request */
            connection->closes = true;
        }
        return false;
    }
    /* A short read has emptied the socket; under TLS only WIRE_LATER says so. */
    if ((size_t)got < room && connection->wire.tls == NULL && !connection->hangs_up) {
        connection->readable = false;
    }
    const struct hall *hall = connection->hall;
    pace__move(&connection->asking, (size_t)got, hall->server->limits.body_bytes_per_s_min,
               loop_now_ms(hall->loop));
    count_up(&connection->hall->counts.bytes_in, (uint64_t)got);
    *got_out = (size_t)got;
    return true;
}

static struct text input_text(const struct connection *connection)
{
    return (struct text){connection->input + connection->input_start,
                         connection->input_end - connection->input_start};
}

static void move_input_to_front(struct connection *connection)
{
    size_t bytes = connection->input_end - connection->input_start;
    memmove(connection->input, connection->input + connection->input_start, bytes);
    connection->input_start = 0;
    connection->input_end = (uint32_t)bytes;
}

static bool read_input(struct connection *connection)
{
    if (connection->input_end == connection->input_room) {
        if (connection->input_start > 0) {
            move_input_to_front(connection);
        } else {
            input__grow(connection);
        }
    }
    size_t got;
    bool came = read_into(connection, connection->input + connection->input_end,
                          connection->input_room - connection->input_end, &got);
    connection->input_end += (uint32_t)got;
    return came;
}

/* ---- the body ---- */

static struct text behind_head(const struct connection *connection)
{
    struct text input = input_text(connection);
    return text_slice(input, connection->hosted->head_bytes, input.bytes);
}

static void forget_behind_head(struct connection *connection)
{
    connection->input_end = connection->input_start + (uint32_t)connection->hosted->head_bytes;
}

static bool is_body_complete(const struct connection *connection)
{
    const struct hosted *hosted = connection->hosted;
    switch (hosted->form) {
    case BODY_NONE:
        return true;
    case BODY_IN_PLACE:
        return behind_head(connection).bytes >= hosted->body_bytes;
    case BODY_GATHERED:
        return hosted->body.bytes == hosted->body_bytes;
    case BODY_CHUNKED:
        return hosted->chunks.state == HTTP_CHUNK_DONE;
    }
    return false;
}

/* Takes all chunks that are there out of the input. False: refused. */
static bool take_chunks(struct connection *connection)
{
    struct hosted *hosted = connection->hosted;
    struct text input = behind_head(connection);
    size_t body_bytes_max = connection->hall->server->limits.body_bytes_max;
    while (input.bytes > 0 && hosted->chunks.state != HTTP_CHUNK_DONE) {
        struct text data;
        size_t taken = http_take_chunk(&hosted->chunks, input, &data);
        input = text_slice(input, taken, input.bytes);
        const struct http_refusal *refusal = hosted->chunks.refusal;
        if (refusal == NULL && hosted->body.bytes + data.bytes > body_bytes_max) {
            refusal = &http__refusal_body_large;
        }
        if (refusal == NULL && connection__is_over_budget(connection, data.bytes)) {
            refusal = &http__refusal_busy;
        }
        if (refusal != NULL) {
            connection__refuse(connection, refusal);
            return false;
        }
        if (data.bytes > 0) {
            gathered__add(&hosted->body, data);
        }
    }
    forget_behind_head(connection);
    memmove(connection->input + connection->input_end, input.data, input.bytes);
    connection->input_end += (uint32_t)input.bytes;
    return true;
}

/* Never reads beyond the body's end. The room grows with what has really come, so that announcing
 * a large body, or sending it by the byte, costs the server no more than the sender. */
static bool read_gathered(struct connection *connection)
{
    struct gathered *body = &connection->hosted->body;
    size_t wanted = (size_t)connection->hosted->body_bytes;
    char piece[PIECE_BYTES];
    size_t left = wanted - body->bytes;
    size_t got;
    if (!read_into(connection, piece, left < sizeof piece ? left : sizeof piece, &got)) {
        return false;
    }
    size_t needed = body->bytes + got;
    if (needed > body->room) {
        size_t room = needed > body->room * 2 ? needed : body->room * 2;
        if (connection__is_over_budget(connection, room - body->room)) {
            connection__refuse(connection, &http__refusal_busy);
            return false;
        }
        gathered__reserve(body, room < wanted ? room : wanted);
    }
    gathered__add(body, (struct text){piece, got});
    return true;
}

static void give_body(struct connection *connection)
{
    struct hosted *hosted = connection->hosted;
    struct text *body = &hosted->exchange.request.body;
    *body = TEXT("");
    if (hosted->form == BODY_IN_PLACE) {
        *body = text_slice(behind_head(connection), 0, (size_t)hosted->body_bytes);
        hosted->head_bytes += (size_t)hosted->body_bytes; /* leaves the input with the head */
    } else if (hosted->body.bytes > 0) {
        *body = (struct text){hosted->body.data, hosted->body.bytes};
    }
}

bool step__body(struct connection *connection)
{
    struct hosted *hosted = connection->hosted;
    if (hosted->form == BODY_CHUNKED && !take_chunks(connection)) {
        return false;
    }
    if (!is_body_complete(connection)) {
        return hosted->form == BODY_GATHERED ? read_gathered(connection) : read_input(connection);
    }
    give_body(connection);
    connection->phase = PHASE_ANSWER;
    connection__dispatch(connection, hosted);
    if (hosted->was_answered) {
        connection__answer(connection);
        return true;
    }
    return false;
}

/* ---- the head ---- */

static void fill_request(struct connection *connection, const struct http_head *head)
{
    struct hosted *hosted = connection->hosted;
    hosted->exchange.request = (struct http_request){
        .method = head->method,
        .method_name = head->method_name,
        .target = head->target,
        .path = head->path,
        .query = head->query,
        .headers = head->headers,
        .header_count = head->header_count,
        .door = (enum http_door)connection->door,
        .peer_user = connection->peer_user,
        .peer = text_of(connection->peer),
    };
}

static const struct http_refusal *read_head(struct connection *connection, struct http_head *head)
{
    struct text text =
        text_slice(input_text(connection), connection->scan.start, connection->scan.head_bytes);
    head->headers = connection->hosted->headers;
    return http_parse_head(&connection->hall->server->head_limits, text, head);
}

static enum body_form form_of(const struct connection *connection, const struct http_head *head)
{
    if (head->is_chunked) {
        return BODY_CHUNKED;
    }
    if (head->body_bytes == 0) {
        return BODY_NONE;
    }
    uint64_t end = connection->input_start + connection->scan.head_bytes + head->body_bytes;
    return end <= connection->input_room ? BODY_IN_PLACE : BODY_GATHERED;
}

/* Where chunks will be read there must be some room behind the head. */
static void make_room_for_chunks(struct connection *connection, struct http_head *head)
{
    size_t head_end = connection->input_start + connection->scan.head_bytes;
    if (connection->input_room - head_end >= CHUNK_ROOM_MIN) {
        return;
    }
    if (connection->input_room == INPUT_BYTES) {
        input__grow(connection);
    } else {
        move_input_to_front(connection);
    }
    const struct http_refusal *refusal = read_head(connection, head); /* its texts have moved */
    MUST(refusal == NULL);
}

static void begin_body(struct connection *connection, struct http_head *head)
{
    struct hosted *hosted = connection->hosted;
    hosted->form = form_of(connection, head);
    hosted->body_bytes = head->body_bytes;
    hosted->head_bytes = connection->scan.head_bytes;
    if (hosted->form == BODY_CHUNKED) {
        make_room_for_chunks(connection, head);
    }
    fill_request(connection, head);
    if (head->expects_continue && hosted->form != BODY_NONE && behind_head(connection).bytes == 0) {
        output__add(connection, TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    if (hosted->form == BODY_GATHERED) {
        gathered__add(&hosted->body, behind_head(connection));
        forget_behind_head(connection);
    }
    connection->phase = PHASE_BODY;
    pace__begin(&connection->asking, loop_now_ms(connection->hall->loop));
}

static bool begin_request(struct connection *connection)
{
    const struct http_limits *limits = &connection->hall->server->limits;
    connection->hosted = hosted__take(connection);
    struct http_head head;
    const struct http_refusal *refusal = read_head(connection, &head);
    if (refusal == NULL && head.body_bytes > limits->body_bytes_max) {
        refusal = &http__refusal_body_large;
    }
    if (refusal == NULL && connection__is_over_budget(connection, 0)) {
        refusal = &http__refusal_busy;
    }
    if (refusal != NULL) {
        connection__refuse(connection, refusal);
        return false;
    }
    connection->keeps_alive = head.keeps_alive;
    connection->is_http10 = head.minor_version == 0;
    connection->is_fresh = false;
    connection->hosted->exchange.started_ns = clock_monotonic_ns();
    begin_body(connection, &head);
    return true;
}

static bool wait_for_head(struct connection *connection)
{
    if (connection->input == NULL) {
        if (!connection->readable) {
            return false;
        }
        input__take(connection);
    }
    bool was_empty = connection->input_start == connection->input_end;
    if (!was_empty && connection->input_end == connection->input_room &&
        connection__is_over_budget(connection, connection->input_room)) {
        connection__refuse(connection, &http__refusal_busy);
        return false;
    }
    bool came = read_input(connection);
    if (came && was_empty) {
        connection->phase_since_ms = loop_now_ms(connection->hall->loop);
    }
    return came;
}

bool step__head(struct connection *connection)
{
    if (connection->input_start == connection->input_end) {
        return wait_for_head(connection);
    }
    struct text input = input_text(connection);
    if (connection->is_fresh && http2__may_begin(input)) {
        return http2__has_begun(input) ? http2__start(connection) : wait_for_head(connection);
    }
    const struct http_head_limits *limits = &connection->hall->server->head_limits;
    switch (http_scan_head(limits, input, &connection->scan)) {
    case HTTP_SCAN_MORE:
        return wait_for_head(connection);
    case HTTP_SCAN_REFUSED:
        connection__refuse(connection, connection->scan.refusal);
        return false;
    case HTTP_SCAN_COMPLETE:
        break;
    }
    return begin_request(connection);
}
