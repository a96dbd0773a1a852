/* compose_write.h - what came of the parts of a dashboard, as one answer. */
#ifndef RUNTIME_COMPOSE_COMPOSE_WRITE_H
#define RUNTIME_COMPOSE_COMPOSE_WRITE_H

#include "net/http.h"

/* Why a part is missing. */
enum composed_why {
    COMPOSED_UNAVAILABLE,
    COMPOSED_FORBIDDEN,
    COMPOSED_NOT_FOUND,
    COMPOSED_REFUSED,
    COMPOSED_WHY_COUNT,
};

struct composed_part {
    const char *name;
    struct text json; /* NO_TEXT: it is missing */
    int64_t said_at;  /* wall ms */
    bool is_stale;
    enum composed_why why;
};

/* 200 as long as any part is there; else 403 when he may see none of them, else 503. */
void composed_answer(struct http_exchange *exchange, const struct composed_part *parts,
                     size_t count);

#endif
