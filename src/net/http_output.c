/* http_output.c - answers become bytes, and the bytes leave as fast as the peer takes them.
 *
 * Small answers are put together in the hall's one output buffer and leave with one write at the
 * end of the connection's turn, however many pipelined requests were answered in it. What the
 * socket does not take becomes the connection's backlog. A long body is never copied: its exchange
 * stays until the last byte has left.
 */
#include "net/http_core.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    HEAD_FIXED_BYTES = 512, /* the status line, Date, Content-Length, Connection */
    HEAD_BYTES_MAX = OUTPUT_BYTES / 2,
};

const char *output__date(struct hall *hall)
{
    int64_t second = clock_wall_ms() / 1000;
    if (second != hall->date_second) {
        time_t moment = (time_t)second;
        struct tm parts;
        gmtime_r(&moment, &parts);
        strftime(hall->date, sizeof hall->date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        hall->date_second = second;
    }
    return hall->date;
}

bool output__may_have_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

/* ---- writing ---- */

static void wrote(struct connection *connection, size_t bytes)
{
    const struct hall *hall = connection->hall;
    if (connection->is_blocked) {
        pace__move(&connection->reading, bytes, hall->server->limits.body_bytes_per_s_min,
                   loop_now_ms(hall->loop));
    }
    count_up(&connection->hall->counts.bytes_out, bytes);
}

/* The socket took less than everything: the clock of a slow reader begins to tick. */
static void note_blocked(struct connection *connection)
{
    connection->writable = false;
    if (!connection->is_blocked) {
        connection->is_blocked = true;
        pace__begin(&connection->reading, loop_now_ms(connection->hall->loop));
    }
}

bool output__is_waiting(const struct connection *connection)
{
    return connection->backlog.bytes > 0 || connection->leaving != NULL;
}

static struct text backlog_text(const struct connection *connection)
{
    return (struct text){connection->backlog.data + connection->backlog_sent,
                         connection->backlog.bytes - connection->backlog_sent};
}

static struct text leaving_text(const struct connection *connection)
{
    const struct hosted *leaving = connection->leaving;
    if (leaving == NULL) {
        return TEXT("");
    }
    struct text body = leaving->exchange.answer.body;
    return text_slice(body, leaving->sent_bytes, body.bytes);
}

/* Sets aside what has left of the backlog and of the body behind it. */
static void take_off(struct connection *connection, size_t bytes)
{
    size_t of_backlog = backlog_text(connection).bytes;
    if (bytes < of_backlog) {
        connection->backlog_sent += bytes;
        return;
    }
    gathered__free(&connection->backlog);
    connection->backlog_sent = 0;
    if (connection->leaving != NULL) {
        connection->leaving->sent_bytes += bytes - of_backlog;
        if (leaving_text(connection).bytes == 0) {
            hosted__give_back(connection->hall, connection->leaving);
            connection->leaving = NULL;
        }
    }
}

static bool flush_waiting(struct connection *connection)
{
    while (output__is_waiting(connection) && connection->writable) {
        struct text backlog = backlog_text(connection);
        struct text body = leaving_text(connection);
        ssize_t written = wire_write_two(&connection->wire, backlog, body);
        if (written == WIRE_LATER) {
            note_blocked(connection);
            return true;
        }
        if (written <= 0) {
            return false;
        }
        wrote(connection, (size_t)written);
        take_off(connection, (size_t)written);
    }
    if (!output__is_waiting(connection)) {
        connection->is_blocked = false;
    }
    return true;
}

static void output_becomes_backlog(struct connection *connection, size_t from)
{
    struct hall *hall = connection->hall;
    gathered__add(&connection->backlog,
                  (struct text){hall->output + from, hall->output_bytes - from});
    hall->output_bytes = 0;
}

/* The usual case: everything leaves with one write. */
static bool flush_output(struct connection *connection)
{
    struct hall *hall = connection->hall;
    struct text output = {hall->output, hall->output_bytes};
    struct text body = leaving_text(connection);
    ssize_t written = body.bytes > 0 ? wire_write_two(&connection->wire, output, body)
                                     : wire_write(&connection->wire, output);
    if (written <= 0 && written != WIRE_LATER) {
        hall->output_bytes = 0;
        return false;
    }
    size_t taken = written > 0 ? (size_t)written : 0;
    wrote(connection, taken);
    if (taken >= output.bytes) {
        hall->output_bytes = 0;
        take_off(connection, taken - output.bytes);
    } else {
        output_becomes_backlog(connection, taken);
    }
    if (written == WIRE_LATER) { /* less than everything alone says nothing: see TLS records */
        note_blocked(connection);
    }
    return true;
}

bool output__flush(struct connection *connection)
{
    struct hall *hall = connection->hall;
    if (hall->output_bytes > 0) {
        if (connection->backlog.bytes == 0 && connection->writable) {
            if (!flush_output(connection)) {
                return false;
            }
        } else {
            MUST(connection->leaving == NULL || connection->leaving->sent_bytes == 0);
            output_becomes_backlog(connection, 0);
        }
    }
    return flush_waiting(connection);
}

void output__add(struct connection *connection, struct text bytes)
{
    struct hall *hall = connection->hall;
    MUST(connection->leaving == NULL);
    if (bytes.bytes == 0) {
        return; /* an answer without a body, whose text may be none */
    }
    if (hall->output_bytes + bytes.bytes > OUTPUT_BYTES) {
        output_becomes_backlog(connection, 0);
        if (bytes.bytes > OUTPUT_BYTES) {
            gathered__add(&connection->backlog, bytes);
            return;
        }
    }
    memcpy(hall->output + hall->output_bytes, bytes.data, bytes.bytes);
    hall->output_bytes += bytes.bytes;
}

/* ---- the head of an answer ---- */

static char *put(char *out, const char *data, size_t bytes)
{
    memcpy(out, data, bytes);
    return out + bytes;
}

#define PUT(out, literal) put((out), "" literal, sizeof(literal) - 1)

/* A control byte in a value would let whoever chose it write headers of his own. */
static char *put_value(char *out, struct text value)
{
    for (size_t i = 0; i < value.bytes; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        *out++ = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    return out;
}

static char *put_number(char *out, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *out++ = digits[--count];
    }
    return out;
}

static size_t head_bytes_max(const struct http_answer *answer)
{
    size_t bytes = HEAD_FIXED_BYTES + answer->content_type.bytes;
    for (size_t i = 0; i < answer->header_count; i++) {
        bytes += answer->headers[i].name.bytes + answer->headers[i].value.bytes + 4;
    }
    return bytes;
}

static char *put_start(struct hall *hall, char *out, const struct http_answer *answer)
{
    out = PUT(out, "HTTP/1.1 ");
    out = put_number(out, (uint64_t)answer->status);
    *out++ = ' ';
    const char *phrase = http_phrase(answer->status);
    out = put(out, phrase, strlen(phrase));
    out = PUT(out, "\r\nDate: ");
    out = put(out, output__date(hall), 29);
    if (text_is_given(answer->content_type)) {
        out = PUT(out, "\r\nContent-Type: ");
        out = put_value(out, answer->content_type);
    }
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct http_header *header = &answer->headers[i];
        out = PUT(out, "\r\n");
        out = put(out, header->name.data, header->name.bytes);
        out = PUT(out, ": ");
        out = put_value(out, header->value);
    }
    return out;
}

/* Room for a head in the hall's output. */
static char *reserve_head(struct connection *connection, const struct http_answer *answer)
{
    struct hall *hall = connection->hall;
    size_t bytes_max = head_bytes_max(answer);
    MUST(bytes_max <= HEAD_BYTES_MAX);
    MUST(answer->status >= 200 && answer->status <= 599);
    if (hall->output_bytes + bytes_max > OUTPUT_BYTES) {
        output_becomes_backlog(connection, 0);
    }
    return hall->output + hall->output_bytes;
}

static char *put_connection(const struct connection *connection, char *out)
{
    if (connection->closes) {
        return PUT(out, "\r\nConnection: close");
    }
    return connection->is_http10 ? PUT(out, "\r\nConnection: keep-alive") : out;
}

void output__answer(struct connection *connection, struct hosted *hosted)
{
    struct hall *hall = connection->hall;
    const struct http_answer *answer = &hosted->exchange.answer;
    char *out = put_start(hall, reserve_head(connection, answer), answer);
    bool has_body = output__may_have_body(answer->status);
    if (has_body) {
        out = PUT(out, "\r\nContent-Length: ");
        out = put_number(out, answer->body.bytes);
    }
    out = put_connection(connection, out);
    out = PUT(out, "\r\n\r\n");
    hall->output_bytes = (size_t)(out - hall->output);
    MUST(hall->output_bytes <= OUTPUT_BYTES);
    if (!has_body || hosted->exchange.request.method == HTTP_HEAD) {
        hosted__give_back(hall, hosted);
    } else if (answer->body.bytes <= BODY_COPIED_MAX) {
        output__add(connection, answer->body);
        hosted__give_back(hall, hosted);
    } else {
        connection->leaving = hosted;
    }
}

void output__stream_head(struct connection *connection, struct hosted *hosted)
{
    struct hall *hall = connection->hall;
    const struct http_answer *answer = &hosted->exchange.answer;
    char *out = put_start(hall, reserve_head(connection, answer), answer);
    out = connection->is_http10 ? out : PUT(out, "\r\nTransfer-Encoding: chunked");
    out = PUT(out, "\r\nConnection: close\r\n\r\n");
    hall->output_bytes = (size_t)(out - hall->output);
}

size_t output__problem(const struct http_refusal *refusal, char *out, size_t room)
{
    int bytes =
        snprintf(out, room,
                 "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
                 "\"code\":\"%s\",\"message\":\"%s\"}",
                 http_phrase(refusal->status), refusal->status, refusal->code, refusal->message);
    MUST(bytes > 0 && (size_t)bytes < room);
    return (size_t)bytes;
}

void output__refusal(struct connection *connection, const struct http_refusal *refusal)
{
    char body[512];
    size_t body_bytes = output__problem(refusal, body, sizeof body);
    char head[HEAD_FIXED_BYTES];
    const char *retry = refusal->status == 503 ? "Retry-After: 1\r\n" : "";
    int head_bytes = snprintf(head, sizeof head,
                              "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: "
                              "application/problem+json\r\n%sContent-Length: %zu\r\n"
                              "Connection: close\r\n\r\n",
                              refusal->status, http_phrase(refusal->status),
                              output__date(connection->hall), retry, body_bytes);
    MUST(head_bytes > 0 && (size_t)head_bytes < sizeof head);
    output__add(connection, (struct text){head, (size_t)head_bytes});
    output__add(connection, (struct text){body, body_bytes});
}
