/* redis_resp.c - reads and writes RESP2. */
#include "cache/redis_resp.h"

#include "base/must.h"

#include <stdio.h>
#include <string.h>

/* A line without its type and its end. */
static enum resp_outcome read_line(struct text input, struct text *line_out, size_t *used_out)
{
    struct text seen = text_slice(input, 0, RESP_LINE_BYTES_MAX);
    for (size_t i = 1; i < seen.bytes; i++) {
        if (seen.data[i] == '\n') {
            return RESP_WRONG;
        }
        if (seen.data[i] != '\r') {
            continue;
        }
        if (i + 1 == seen.bytes) {
            return seen.bytes == RESP_LINE_BYTES_MAX ? RESP_WRONG : RESP_MORE;
        }
        *line_out = text_slice(seen, 1, i);
        *used_out = i + 2;
        return seen.data[i + 1] == '\n' ? RESP_DONE : RESP_WRONG;
    }
    return seen.bytes == RESP_LINE_BYTES_MAX ? RESP_WRONG : RESP_MORE;
}

/* "$5\r\nhello\r\n": the line has been read. */
static enum resp_outcome read_value(struct text input, size_t value_bytes_max, struct text line,
                                    struct resp_answer *answer_out, size_t *used)
{
    int64_t bytes;
    if (!text_to_integer(line, &bytes) || bytes < -1) {
        return RESP_WRONG;
    }
    if (bytes == -1) {
        answer_out->kind = RESP_NOTHING;
        return RESP_DONE;
    }
    if ((uint64_t)bytes > value_bytes_max) {
        return RESP_TOO_LARGE;
    }
    struct text rest = text_slice(input, *used, input.bytes);
    size_t length = (size_t)bytes;
    if ((rest.bytes > length && rest.data[length] != '\r') ||
        (rest.bytes > length + 1 && rest.data[length + 1] != '\n')) {
        return RESP_WRONG;
    }
    if (rest.bytes < length + 2) {
        return RESP_MORE;
    }
    answer_out->kind = RESP_VALUE;
    answer_out->text = text_slice(rest, 0, length);
    *used += length + 2;
    return RESP_DONE;
}

static enum resp_outcome read_number(struct text line, struct resp_answer *answer_out)
{
    answer_out->kind = RESP_NUMBER;
    return text_to_integer(line, &answer_out->number) ? RESP_DONE : RESP_WRONG;
}

enum resp_outcome resp_read(struct text input, size_t value_bytes_max,
                            struct resp_answer *answer_out, size_t *used_out)
{
    struct text line = NO_TEXT;
    struct resp_answer answer = {.kind = RESP_SIMPLE};
    size_t used = 0;
    if (input.bytes == 0) {
        return RESP_MORE;
    }
    char type = input.data[0];
    if (type != '+' && type != '-' && type != ':' && type != '$') {
        return RESP_WRONG;
    }
    enum resp_outcome outcome = read_line(input, &line, &used);
    if (outcome != RESP_DONE) {
        return outcome;
    }
    answer.text = line;
    if (type == '-') {
        answer.kind = RESP_ERROR;
    } else if (type == ':') {
        outcome = read_number(line, &answer);
    } else if (type == '$') {
        outcome = read_value(input, value_bytes_max, line, &answer, &used);
    }
    if (outcome == RESP_DONE) {
        MUST(used > 0 && used <= input.bytes);
        *answer_out = answer;
        *used_out = used;
    }
    return outcome;
}

static size_t put(char *head, size_t at, struct text text)
{
    MUST(text.bytes <= RESP_HEAD_BYTES_MAX - at);
    memcpy(head + at, text.data, text.bytes);
    return at + text.bytes;
}

static size_t put_count(char *head, size_t at, char type, size_t count)
{
    char line[32];
    int bytes = snprintf(line, sizeof line, "%c%zu\r\n", type, count);
    MUST(bytes > 0 && (size_t)bytes < sizeof line);
    return put(head, at, (struct text){line, (size_t)bytes});
}

size_t resp_write_head(const struct text *words, size_t count, char head_out[RESP_HEAD_BYTES_MAX])
{
    MUST(count > 0 && count <= RESP_WORDS_MAX);
    size_t at = put_count(head_out, 0, '*', count);
    for (size_t i = 0; i < count; i++) {
        at = put_count(head_out, at, '$', words[i].bytes);
        if (i + 1 < count) {
            at = put(head_out, at, words[i]);
            at = put(head_out, at, TEXT("\r\n"));
        }
    }
    return at;
}
