/* relay_ask.h - one read that another process answers, in the name of a person; its answer goes to
 * whoever asks here, not to a client.
 */
#ifndef RUNTIME_FRONT_RELAY_ASK_H
#define RUNTIME_FRONT_RELAY_ASK_H

#include "runtime/front/relay.h"
#include "runtime/front/relay_head.h"

enum { RELAY_URL_BYTES_MAX = 1600 };

/* On the thread of the HTTP client, exactly once. NULL: nobody has answered in time. */
typedef void relay_answered_fn(void *context, const struct http_answer *answer);

/* The asker's memory, until it is answered. */
struct relay_question {
    struct relays *relays;
    struct upstream *upstream;
    struct text target; /* "/crm/deals?limit=5" */
    relay_answered_fn *answered;
    void *context;
    int deadline_ms;
    size_t body_bytes_max;

    /* Its own from here on. */
    struct relay_headers headers;
    struct upstream_address *address;
    uint32_t tried;
    int64_t give_up_at_ms;
    char url[RELAY_URL_BYTES_MAX];
};

/* Who asks, and in which trace; from the exchange he has sent. Before relay_ask, on the thread that
 * has the exchange. */
void relay_question_prepare(struct relay_question *question, struct http_exchange *exchange,
                            const struct caller *caller);

/* An address that cannot be reached is left for the next one, as long as there is time. */
void relay_ask(struct relay_question *question);

#endif
