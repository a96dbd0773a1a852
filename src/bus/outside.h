/* outside.h - plain queues of a broker, for programs that are none of ours.
 *
 * What services tell each other goes over the bus (bus.h), which has a journal behind it. A program
 * outside knows nothing of journals: it takes from a durable queue, and writes into another one. So
 * here a letter may be lost and may come twice, and whoever sends it has rows that say what is
 * still to be done (runtime/post/post.h).
 *
 * It connects by itself, and again after each loss, as long as it takes. Everything may be called
 * from any thread. Callbacks come on threads of its own and must be short; texts in them live as
 * long as the callback. What is sent is copied.
 *
 * One room implements this: rabbitmq_outside.c. Inside one process there is nobody outside.
 */
#ifndef BUS_OUTSIDE_H
#define BUS_OUTSIDE_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outside;

/* What an arrival is acknowledged by; it means nothing on a later connection. */
struct outside_receipt {
    uint64_t generation;
    uint64_t tag;
    uint16_t channel;
};

struct outside_arrival {
    size_t queue; /* index in options.queues */
    struct outside_receipt receipt;
    struct text body;
};

/* A queue is made, durable, when there is none of its name; one that is there is used as it is. */
struct outside_queue {
    struct text name;
    bool is_heard; /* we take from it; else we write into it */
};

struct outside_options {
    const struct outside_queue *queues; /* copied, with their names */
    size_t queue_count;
    uint16_t unanswered_max; /* arrivals of a queue that are neither taken nor returned */
    void *context;
    void (*arrived)(void *context, const struct outside_arrival *arrival);
    /* Once for each letter. OK: the broker has it on disk. UNCERTAIN: it may have it. Else it has
     * not. */
    void (*sent)(void *context, uint64_t reference, enum status status);
};

struct outside_letter {
    uint64_t reference; /* the caller's, comes back with `sent`; not 0 */
    size_t queue;       /* index in options.queues */
    struct text id;     /* 1 to 255 bytes */
    struct text answers_to;
    struct text body; /* JSON */
};

void outside_send(struct outside *outside, const struct outside_letter *letters, size_t count);

/* The effects of an arrival are committed; or it should come again, here or to another process.
 * Nothing happens when the connection that brought it is gone: then it comes again anyway. */
void outside_taken(struct outside *outside, struct outside_receipt receipt);
void outside_returned(struct outside *outside, struct outside_receipt receipt);

/* Is there a broker that takes letters? */
bool outside_is_up(const struct outside *outside);

/* Asks the broker how much waits, and makes again what somebody has taken away. Once a second is
 * often enough. */
void outside_tend(struct outside *outside);

/* How many letters of a queue nobody has taken, by a question that was asked at since_ms
 * (monotonic) or later; -1: it is not answered yet. */
int64_t outside_waiting(const struct outside *outside, size_t queue, int64_t since_ms);

/* What was sent has a moment to be confirmed; no callbacks afterwards. */
void outside_destroy(struct outside **outside);

#endif
