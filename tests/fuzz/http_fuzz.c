/* http_fuzz.c - any bytes into the reader of heads and chunks: however they are cut on their way,
 * they must come to the same request, and what is taken as good must be good.
 *
 * The first byte of the input says how the rest is cut.
 */
#include "base/must.h"
#include "net/http_parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { HEADER_COUNT_MAX = 20 };

static const struct http_head_limits limits = {
    .head_bytes_max = 2048, .header_count_max = HEADER_COUNT_MAX, .target_bytes_max = 512};

struct outcome {
    const struct http_refusal *refusal;
    size_t head_bytes; /* 0: the head is not complete */
    bool is_chunked;
    bool is_done;
    size_t taken_bytes; /* of the chunked body */
    size_t body_bytes;
    uint64_t body_hash;
};

/* Sizes of pieces from a seed: 1 .. 64 bytes. Seed 0 means that everything comes at once. */
static size_t next_piece(uint32_t *seed, size_t left)
{
    if (*seed == 0) {
        return left;
    }
    *seed = *seed * 1664525u + 1013904223u;
    *seed |= 1u;
    size_t piece = 1 + (*seed >> 26);
    return piece < left ? piece : left;
}

static void check_head(const struct http_head *head, struct text text)
{
    MUST(head->header_count <= HEADER_COUNT_MAX);
    MUST(head->path.bytes > 0 && (head->path.data[0] == '/' || head->path.data[0] == '*'));
    MUST(http_is_token(head->method_name));
    MUST(!(head->is_chunked && head->body_bytes > 0));
    MUST(memchr(text.data, '\0', text.bytes) == NULL);
    for (size_t i = 0; i < head->header_count; i++) {
        MUST(http_is_token(head->headers[i].name));
        MUST(http_is_value(head->headers[i].value));
        MUST(head->headers[i].name.data >= text.data);
        MUST(head->headers[i].value.data + head->headers[i].value.bytes <= text.data + text.bytes);
    }
}

static void play_chunks(struct outcome *outcome, struct text rest, uint32_t seed)
{
    struct http_chunks chunks = {.left = 0};
    size_t at = 0;
    size_t known = 0; /* what has come so far */
    while (chunks.refusal == NULL && chunks.state != HTTP_CHUNK_DONE && at < rest.bytes) {
        if (at == known) {
            known += next_piece(&seed, rest.bytes - known);
        }
        struct text data;
        at += http_take_chunk(&chunks, text_slice(rest, at, known), &data);
        for (size_t i = 0; i < data.bytes; i++) {
            outcome->body_hash = outcome->body_hash * 31 + (unsigned char)data.data[i];
        }
        outcome->body_bytes += data.bytes;
        MUST(at <= known);
    }
    outcome->refusal = chunks.refusal;
    outcome->is_done = chunks.state == HTTP_CHUNK_DONE;
    outcome->taken_bytes = at;
}

/* The input is copied to memory of its own size, so that reading beyond it is seen. */
static struct outcome play(struct text input, uint32_t seed)
{
    struct outcome outcome = {.refusal = NULL};
    struct http_scan scan = {.start = 0};
    enum http_scan_result result = HTTP_SCAN_MORE;
    size_t known = 0;
    while (result == HTTP_SCAN_MORE && known < input.bytes) {
        known += next_piece(&seed, input.bytes - known);
        result = http_scan_head(&limits, text_slice(input, 0, known), &scan);
    }
    if (result != HTTP_SCAN_COMPLETE) {
        outcome.refusal = scan.refusal;
        return outcome;
    }
    struct http_header headers[HEADER_COUNT_MAX];
    struct http_head head = {.headers = headers};
    struct text text = text_slice(input, scan.start, scan.head_bytes);
    outcome.head_bytes = scan.head_bytes;
    outcome.refusal = http_parse_head(&limits, text, &head);
    if (outcome.refusal == NULL) {
        check_head(&head, text);
        outcome.is_chunked = head.is_chunked;
    }
    if (outcome.is_chunked) {
        play_chunks(&outcome, text_slice(input, scan.head_bytes, input.bytes), seed);
    }
    return outcome;
}

static void check_same(const struct outcome *whole, const struct outcome *cut)
{
    MUST(whole->refusal == cut->refusal);
    MUST(whole->head_bytes == cut->head_bytes);
    MUST(whole->is_chunked == cut->is_chunked && whole->is_done == cut->is_done);
    MUST(whole->body_bytes == cut->body_bytes && whole->body_hash == cut->body_hash);
    MUST(whole->refusal != NULL || whole->taken_bytes == cut->taken_bytes);
}

static void check_decode(struct text input)
{
    struct arena *arena = arena_create("fuzz", 1024 * 1024);
    struct text decoded;
    if (http_decode(arena, input, input.bytes % 2, &decoded)) {
        MUST(decoded.bytes <= input.bytes);
        MUST(text_is_utf8(decoded) && memchr(decoded.data, '\0', decoded.bytes) == NULL);
    }
    arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 2) {
        return 0;
    }
    char *copy = memory_take(bytes - 1);
    memcpy(copy, data + 1, bytes - 1);
    struct text input = {copy, bytes - 1};
    struct outcome whole = play(input, 0);
    struct outcome cut = play(input, (uint32_t)data[0] | 1u);
    check_same(&whole, &cut);
    check_decode(input);
    memory_free(copy);
    return 0;
}
