/* fake_outside.h - a broker with plain queues that is played: it keeps what it is sent, and says
 * what the test tells it to. It stands in the place of rabbitmq_outside.c.
 */
#ifndef TESTS_UNIT_RUNTIME_POST_FAKE_OUTSIDE_H
#define TESTS_UNIT_RUNTIME_POST_FAKE_OUTSIDE_H

#include "bus/rabbitmq_outside.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { FAKE_LETTERS_MAX = 256, FAKE_QUEUES_MAX = 8, FAKE_NAME_BYTES = 64 };

struct outside {
    int unused;
};

static struct {
    struct outside outside;
    struct outside_options options;
    char queues[FAKE_QUEUES_MAX][FAKE_NAME_BYTES];
    bool is_heard[FAKE_QUEUES_MAX];
    atomic_bool is_up;
    atomic_bool is_no_address;
    atomic_llong waiting[FAKE_QUEUES_MAX];
    atomic_llong known_since; /* what waits is known by a look at this monotonic ms */
    atomic_uint tends;
    atomic_uint taken;
    atomic_uint returned;
    atomic_ullong newest_tag; /* of those taken or returned */
    pthread_mutex_t lock;
    uint64_t references[FAKE_LETTERS_MAX]; /* under the lock */
    char letters[FAKE_LETTERS_MAX][FAKE_NAME_BYTES * 2];
    atomic_size_t letter_count;
    void (*on_send)(void); /* before a letter is looked at; may be NULL */
} broker = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- outside.h ---- */

struct outside *rabbitmq_outside_create(const struct outside_options *options, const char *address,
                                        const char **error_out)
{
    (void)address;
    if (atomic_load(&broker.is_no_address)) {
        *error_out = "this is no address";
        return NULL;
    }
    broker.options = *options;
    CHECK(options->queue_count <= FAKE_QUEUES_MAX);
    for (size_t i = 0; i < options->queue_count; i++) {
        snprintf(broker.queues[i], FAKE_NAME_BYTES, "%.*s", TEXT_ARGS(options->queues[i].name));
        broker.is_heard[i] = options->queues[i].is_heard;
    }
    return &broker.outside;
}

/* Each letter is answered once, as outside.h promises: what was not, is now. */
void outside_destroy(struct outside **outside)
{
    for (size_t i = 0; *outside != NULL && i < atomic_load(&broker.letter_count); i++) {
        if (broker.references[i] != 0) {
            broker.options.sent(broker.options.context, broker.references[i], STATUS_UNCERTAIN);
        }
    }
    atomic_store(&broker.letter_count, 0);
    *outside = NULL;
}

static inline void fake_keep(const struct outside_letter *letter)
{
    char queue[FAKE_NAME_BYTES];
    memcpy(queue, broker.queues[letter->queue], sizeof queue);
    pthread_mutex_lock(&broker.lock);
    size_t at = atomic_load(&broker.letter_count);
    CHECK(at < FAKE_LETTERS_MAX);
    broker.references[at] = letter->reference;
    snprintf(broker.letters[at], sizeof broker.letters[at], "%s %.*s %.*s %.*s", queue,
             TEXT_ARGS(letter->id), TEXT_ARGS(letter->answers_to), TEXT_ARGS(letter->body));
    pthread_mutex_unlock(&broker.lock);
    atomic_fetch_add(&broker.letter_count, 1);
}

void outside_send(struct outside *outside, const struct outside_letter *letters, size_t count)
{
    CHECK(outside == &broker.outside);
    for (size_t i = 0; i < count; i++) {
        if (broker.on_send != NULL) {
            broker.on_send();
        }
        fake_keep(&letters[i]);
    }
}

void outside_taken(struct outside *outside, struct outside_receipt receipt)
{
    CHECK(outside == &broker.outside);
    atomic_store(&broker.newest_tag, receipt.tag);
    atomic_fetch_add(&broker.taken, 1);
}

void outside_returned(struct outside *outside, struct outside_receipt receipt)
{
    CHECK(outside == &broker.outside);
    atomic_store(&broker.newest_tag, receipt.tag);
    atomic_fetch_add(&broker.returned, 1);
}

bool outside_is_up(const struct outside *outside)
{
    CHECK(outside == &broker.outside);
    return atomic_load(&broker.is_up);
}

void outside_tend(struct outside *outside)
{
    CHECK(outside == &broker.outside);
    atomic_fetch_add(&broker.tends, 1);
}

int64_t outside_waiting(const struct outside *outside, size_t queue, int64_t since_ms)
{
    CHECK(outside == &broker.outside && queue < FAKE_QUEUES_MAX);
    return since_ms <= atomic_load(&broker.known_since) ? atomic_load(&broker.waiting[queue]) : -1;
}

/* ---- what the test does ---- */

static inline void fake_confirm(size_t letter, enum status status)
{
    pthread_mutex_lock(&broker.lock);
    uint64_t reference = broker.references[letter];
    broker.references[letter] = 0;
    pthread_mutex_unlock(&broker.lock);
    broker.options.sent(broker.options.context, reference, status);
}

static inline size_t fake_queue(const char *name)
{
    size_t index = 0;
    while (index < broker.options.queue_count && strcmp(broker.queues[index], name) != 0) {
        index++;
    }
    CHECK(index < broker.options.queue_count);
    return index;
}

static inline void fake_deliver(const char *queue, uint64_t tag, const char *body)
{
    const struct outside_arrival arrival = {
        .queue = fake_queue(queue), .receipt = {.tag = tag}, .body = text_of(body)};
    broker.options.arrived(broker.options.context, &arrival);
}

#endif
