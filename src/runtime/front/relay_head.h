/* relay_head.h - the headers of a request that is relayed, and of its answer. */
#ifndef RUNTIME_FRONT_RELAY_HEAD_H
#define RUNTIME_FRONT_RELAY_HEAD_H

#include "runtime/call.h"
#include "runtime/front/upstreams.h"

enum { RELAY_HEADERS_MAX = 120 };

struct relay_headers {
    struct http_header items[RELAY_HEADERS_MAX];
    size_t count;
};

/* Where it goes, and for whom. */
struct relay_way {
    const struct upstream *upstream;
    const struct caller *caller;
    struct text credential; /* what it is shown of us, "Bearer ..."; NO_TEXT: nothing */
};

/* What the client has sent, as far as it may go on, and what we say of him. */
void relay_write_headers(struct http_exchange *exchange, const struct relay_way *way,
                         struct relay_headers *headers_out);

/* Only what we say ourselves: who it is, and the trace. Of somebody who is no person, nothing of
 * who he is goes along. */
void relay_write_own_headers(struct http_exchange *exchange, const struct relay_way *way,
                             struct relay_headers *headers_out);

/* What of the answer's head goes on to the client. */
void relay_copy_head(struct arena *arena, const struct upstream *upstream,
                     const struct http_answer *from, struct http_answer *answer_out);

#endif
