/* http_parse_test.c - heads and chunks, whole and cut anywhere; limits; every probe of framing. */
#include "net/http_parse.h"

#include "tests/lib/check.h"
#include "tests/unit/net/framing_probes.h"

#include <stdio.h>
#include <string.h>

enum { HEADER_COUNT_MAX = 100, BODY_BYTES_MAX = 1024 };

static const struct http_head_limits limits = {
    .head_bytes_max = 16 * 1024, .header_count_max = HEADER_COUNT_MAX, .target_bytes_max = 8192};

/* What a whole request came to, in the order in which its bytes came. */
struct outcome {
    int status; /* 200: good, 0: more is needed */
    size_t taken;
    size_t body_bytes;
    char body[BODY_BYTES_MAX];
};

static void take_chunks(struct outcome *outcome, struct text rest, size_t piece_bytes)
{
    struct http_chunks chunks = {.left = 0};
    size_t at = 0;
    while (at < rest.bytes && chunks.state != HTTP_CHUNK_DONE) {
        struct text data;
        at += http_take_chunk(&chunks, text_slice(rest, at, at + piece_bytes), &data);
        if (chunks.refusal != NULL) {
            outcome->status = chunks.refusal->status;
            return;
        }
        CHECK(outcome->body_bytes + data.bytes <= BODY_BYTES_MAX);
        if (data.bytes > 0) {
            memcpy(outcome->body + outcome->body_bytes, data.data, data.bytes);
            outcome->body_bytes += data.bytes;
        }
    }
    outcome->taken += at;
    outcome->status = chunks.state == HTTP_CHUNK_DONE ? 200 : 0;
}

static void take_length(struct outcome *outcome, struct text rest, uint64_t bytes)
{
    if (bytes > BODY_BYTES_MAX) {
        outcome->status = 413;
        return;
    }
    outcome->status = rest.bytes >= bytes ? 200 : 0;
    outcome->body_bytes = rest.bytes < bytes ? rest.bytes : (size_t)bytes;
    memcpy(outcome->body, rest.data, outcome->body_bytes);
    outcome->taken += outcome->body_bytes;
}

/* The scan gets the first `cut` bytes, and then one more piece of `piece_bytes` each time. */
static struct outcome play(struct text input, size_t cut, size_t piece_bytes)
{
    struct outcome outcome = {.status = 0};
    struct http_scan scan = {.start = 0};
    enum http_scan_result result = http_scan_head(&limits, text_slice(input, 0, cut), &scan);
    while (result == HTTP_SCAN_MORE && cut < input.bytes) {
        cut += piece_bytes;
        result = http_scan_head(&limits, text_slice(input, 0, cut), &scan);
    }
    if (result != HTTP_SCAN_COMPLETE) {
        outcome.status = result == HTTP_SCAN_REFUSED ? scan.refusal->status : 0;
        return outcome;
    }
    struct http_header headers[HEADER_COUNT_MAX];
    struct http_head head = {.headers = headers};
    const struct http_refusal *refusal =
        http_parse_head(&limits, text_slice(input, scan.start, scan.head_bytes), &head);
    if (refusal != NULL) {
        outcome.status = refusal->status;
        return outcome;
    }
    outcome.taken = scan.head_bytes;
    struct text rest = text_slice(input, scan.head_bytes, input.bytes);
    if (head.is_chunked) {
        take_chunks(&outcome, rest, piece_bytes);
    } else {
        take_length(&outcome, rest, head.body_bytes);
    }
    return outcome;
}

static void check_outcome(const struct framing_probe *probe, const struct outcome *outcome,
                          size_t cut)
{
    if (outcome->status != probe->status) {
        printf("#   %s, cut at %zu\n", probe->name, cut);
    }
    CHECK_INT(outcome->status, probe->status);
    if (probe->status == 200) {
        CHECK_INT(outcome->taken, probe->bytes.bytes);
        CHECK_TEXT(((struct text){outcome->body, outcome->body_bytes}), probe->body);
    }
}

static void answers_every_probe_however_it_is_cut(void)
{
    for (size_t i = 0; i < COUNT_OF(framing_probes); i++) {
        const struct framing_probe *probe = &framing_probes[i];
        for (size_t cut = 0; cut <= probe->bytes.bytes; cut++) {
            struct outcome outcome = play(probe->bytes, cut, probe->bytes.bytes);
            check_outcome(probe, &outcome, cut);
        }
        for (size_t piece_bytes = 1; piece_bytes <= 8; piece_bytes++) {
            struct outcome outcome = play(probe->bytes, 0, piece_bytes);
            check_outcome(probe, &outcome, piece_bytes);
        }
    }
}

static void a_good_request_is_incomplete_until_its_last_byte(void)
{
    for (size_t i = 0; i < COUNT_OF(framing_probes); i++) {
        struct text bytes = framing_probes[i].bytes;
        for (size_t cut = 0; framing_probes[i].status == 200 && cut < bytes.bytes; cut++) {
            struct outcome outcome = play(text_slice(bytes, 0, cut), 0, 1);
            CHECK_INT(outcome.status, 0);
        }
    }
}

/* ---- what is read from a head ---- */

static struct http_header read_headers[HEADER_COUNT_MAX];

static struct http_head read_head(const char *text)
{
    struct text input = text_of(text);
    struct http_scan scan = {.start = 0};
    struct http_head head = {.headers = read_headers};
    CHECK_INT(http_scan_head(&limits, input, &scan), HTTP_SCAN_COMPLETE);
    CHECK_INT(scan.head_bytes, input.bytes);
    CHECK(http_parse_head(&limits, text_slice(input, scan.start, scan.head_bytes), &head) == NULL);
    return head;
}

static void reads_the_parts_of_a_head(void)
{
    struct http_head head = read_head("PATCH /a%20b/c?d=e&f HTTP/1.1\r\nHost: example.org:80\r\n"
                                      "X-One:  1 \r\nContent-Length: 12\r\n\r\n");
    CHECK_INT(head.method, HTTP_PATCH);
    CHECK_TEXT(head.target, "/a%20b/c?d=e&f");
    CHECK_TEXT(head.path, "/a%20b/c");
    CHECK_TEXT(head.query, "d=e&f");
    CHECK_INT(head.header_count, 3);
    CHECK_TEXT(head.headers[1].name, "X-One");
    CHECK_TEXT(head.headers[1].value, "1");
    CHECK_INT(head.body_bytes, 12);
    CHECK(!head.is_chunked && head.keeps_alive && !head.expects_continue);
    head = read_head("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_TEXT(head.path, "/");
    CHECK_TEXT(head.query, NULL);
    head = read_head("GET /? HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_TEXT(head.query, "");
}

static void knows_the_methods(void)
{
    static const struct {
        const char *name;
        enum http_method method;
    } methods[] = {
        {"GET", HTTP_GET},         {"HEAD", HTTP_HEAD},        {"POST", HTTP_POST},
        {"PUT", HTTP_PUT},         {"PATCH", HTTP_PATCH},      {"DELETE", HTTP_DELETE},
        {"OPTIONS", HTTP_OPTIONS}, {"get", HTTP_METHOD_OTHER}, {"GETS", HTTP_METHOD_OTHER}};
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        CHECK_INT(http_parse_method(text_of(methods[i].name)), methods[i].method);
    }
}

static void knows_who_keeps_alive(void)
{
    static const struct {
        const char *head;
        bool keeps_alive;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close, keep-alive\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(read_head(rows[i].head).keeps_alive, rows[i].keeps_alive);
    }
    CHECK(read_head("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n\r\n").expects_continue);
    CHECK(!read_head("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

/* ---- limits ---- */

static char large[64 * 1024];

static int status_of_large(size_t bytes)
{
    struct outcome whole = play((struct text){large, bytes}, bytes, 1);
    struct outcome pieces = play((struct text){large, bytes}, 0, 7);
    CHECK_INT(whole.status, pieces.status);
    return whole.status;
}

static size_t make_target(size_t target_bytes)
{
    size_t at = (size_t)snprintf(large, sizeof large, "GET /");
    memset(large + at, 'a', target_bytes - 1);
    at += target_bytes - 1;
    return at + (size_t)snprintf(large + at, sizeof large - at, " HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void limits_the_target(void)
{
    CHECK_INT(status_of_large(make_target(limits.target_bytes_max)), 200);
    CHECK_INT(status_of_large(make_target(limits.target_bytes_max + 1)), 414);
    CHECK_INT(status_of_large(make_target(limits.target_bytes_max * 4)), 414);
}

static size_t make_headers(size_t count)
{
    size_t at = (size_t)snprintf(large, sizeof large, "GET / HTTP/1.1\r\nHost: x\r\n");
    for (size_t i = 1; i < count; i++) {
        at += (size_t)snprintf(large + at, sizeof large - at, "X-%zu: a\r\n", i);
    }
    return at + (size_t)snprintf(large + at, sizeof large - at, "\r\n");
}

static void limits_the_count_of_headers(void)
{
    CHECK_INT(status_of_large(make_headers(limits.header_count_max)), 200);
    CHECK_INT(status_of_large(make_headers(limits.header_count_max + 1)), 431);
    CHECK_INT(status_of_large(make_headers(2000)), 431);
}

static size_t make_head(size_t bytes)
{
    size_t at = (size_t)snprintf(large, sizeof large, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
    memset(large + at, 'a', bytes - 4 - at);
    memcpy(large + bytes - 4, "\r\n\r\n", 4);
    return bytes;
}

static void limits_the_head(void)
{
    CHECK_INT(status_of_large(make_head(limits.head_bytes_max)), 200);
    CHECK_INT(status_of_large(make_head(limits.head_bytes_max + 1)), 431);
    CHECK_INT(status_of_large(make_head(limits.head_bytes_max) - 4), 0);
    CHECK_INT(status_of_large(make_head(limits.head_bytes_max * 3)), 431);
}

static size_t make_chunks(const char *before, size_t bytes, const char *behind)
{
    size_t at = (size_t)snprintf(large, sizeof large,
                                 "POST / HTTP/1.1\r\nHost: x\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n%s",
                                 before);
    memset(large + at, 'a', bytes);
    at += bytes;
    return at + (size_t)snprintf(large + at, sizeof large - at, "%s", behind);
}

static void limits_what_surrounds_chunks(void)
{
    CHECK_INT(status_of_large(make_chunks("1;", 4000, "\r\nx\r\n0\r\n\r\n")), 200);
    CHECK_INT(status_of_large(make_chunks("1;", 5000, "\r\nx\r\n0\r\n\r\n")), 431);
    CHECK_INT(status_of_large(make_chunks("0\r\nX: ", 4000, "\r\n\r\n")), 200);
    CHECK_INT(status_of_large(make_chunks("0\r\nX: ", 5000, "\r\n\r\n")), 431);
    CHECK_INT(status_of_large(make_chunks("0\r\n", 5000, ": \r\n\r\n")), 431);
}

static const struct test tests[] = {
    {.name = "answers_every_probe_however_it_is_cut", .run = answers_every_probe_however_it_is_cut},
    {.name = "a_good_request_is_incomplete_until_its_last_byte",
     .run = a_good_request_is_incomplete_until_its_last_byte},
    {.name = "reads_the_parts_of_a_head", .run = reads_the_parts_of_a_head},
    {.name = "knows_the_methods", .run = knows_the_methods},
    {.name = "knows_who_keeps_alive", .run = knows_who_keeps_alive},
    {.name = "limits_the_target", .run = limits_the_target},
    {.name = "limits_the_count_of_headers", .run = limits_the_count_of_headers},
    {.name = "limits_the_head", .run = limits_the_head},
    {.name = "limits_what_surrounds_chunks", .run = limits_what_surrounds_chunks},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
