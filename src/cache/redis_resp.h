/* redis_resp.h - RESP2, the part of it that a cache needs: one command out, one plain answer back.
 *
 * Strict and bounded: what a server may not say is WRONG, and no answer, however long it claims to
 * be, makes us take memory. Lists are no answers to anything we ask.
 */
#ifndef CACHE_REDIS_RESP_H
#define CACHE_REDIS_RESP_H

#include "base/text.h"

enum {
    RESP_LINE_BYTES_MAX = 1024, /* of a line, its end included */
    RESP_HEAD_BYTES_MAX = 2048, /* of a command without its last word */
    RESP_WORDS_MAX = 8,
};

enum resp_kind { RESP_SIMPLE, RESP_ERROR, RESP_NUMBER, RESP_VALUE, RESP_NOTHING };

struct resp_answer {
    enum resp_kind kind;
    struct text text; /* SIMPLE, ERROR, VALUE: points into the input */
    int64_t number;
};

enum resp_outcome {
    RESP_DONE,
    RESP_MORE,      /* so far so good, but it has not ended */
    RESP_TOO_LARGE, /* a value longer than asked for; nothing behind it can be read any more */
    RESP_WRONG,
};

/* The first answer in the input, and how many bytes of it that is. */
enum resp_outcome resp_read(struct text input, size_t value_bytes_max,
                            struct resp_answer *answer_out, size_t *used_out);

/* A command but for its last word and the line end behind that: so a large value need not be
 * copied. All words but the last MUST fit into the head. Returns the bytes written. */
size_t resp_write_head(const struct text *words, size_t count, char head_out[RESP_HEAD_BYTES_MAX]);

#endif
