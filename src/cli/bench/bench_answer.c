/* bench_answer.c - just enough of an HTTP/1.1 answer. */
#include "cli/bench/bench_answer.h"

#include <string.h>

static const struct text start = {"HTTP/1.1 ", 9};
static const struct text length_name = {"Content-Length", 14};

/* The three digits behind "HTTP/1.1 ", or 0. */
static int read_status(struct text head)
{
    int64_t status = 0;
    if (head.bytes < start.bytes + 3 || !text_starts_with(head, start) ||
        !text_to_integer(text_slice(head, start.bytes, start.bytes + 3), &status)) {
        return 0;
    }
    return status >= 100 && status <= 599 ? (int)status : 0;
}

/* Content-Length, or -1. */
static int64_t read_length(struct text head)
{
    struct text line;
    int64_t length = -1;
    for (struct text rest = head; rest.bytes > 0;) {
        text_cut(rest, '\n', &line, &rest);
        struct text name;
        struct text value;
        if (line.bytes > length_name.bytes && line.data[length_name.bytes] == ':' &&
            text_cut(line, ':', &name, &value) && text_equals_ignoring_case(name, length_name) &&
            !text_to_integer(text_trim(value), &length)) {
            return -1;
        }
    }
    return length;
}

enum status bench_answer_read(struct text received, struct bench_answer *answer_out)
{
    const char *blank = memmem(received.data, received.bytes, "\r\n\r\n", 4);
    if (blank == NULL) {
        return STATUS_ABSENT;
    }
    struct text head = {received.data, (size_t)(blank - received.data)};
    int status = read_status(head);
    int64_t length = status == 204 || status == 304 ? 0 : read_length(head);
    if (status == 0 || length < 0) {
        return STATUS_MALFORMED;
    }
    struct text body = text_slice(received, head.bytes + 4, received.bytes);
    if ((int64_t)body.bytes < length) {
        return STATUS_ABSENT;
    }
    *answer_out = (struct bench_answer){.status = status, .body = body};
    return (int64_t)body.bytes == length ? STATUS_OK : STATUS_MALFORMED;
}
