/* amqp_nonce.c - one message there and back, for `kontora doctor`. */
#include "bus/rabbitmq/amqp_nonce.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/must.h"
#include "bus/rabbitmq/amqp_link.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define NS_IN_MS     INT64_C(1000000)
#define NS_IN_SECOND INT64_C(1000000000)

enum { NONCE_DIGITS = 16, QUEUE_TTL_MS = 10 * 1000, REASON_BYTES = 256, GRACE_MS = 500 };

struct attempt {
    char nonce[NONCE_DIGITS + 1];
    char queue[64];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_over; /* the first word counts, later ones are not heard */
    enum status status;
    char reason[REASON_BYTES];
};

static void end(struct attempt *attempt, enum status status, struct text reason)
{
    pthread_mutex_lock(&attempt->lock);
    if (!attempt->is_over) {
        attempt->is_over = true;
        attempt->status = status;
        snprintf(attempt->reason, sizeof attempt->reason, "%.*s", TEXT_ARGS(reason));
        pthread_cond_signal(&attempt->changed);
    }
    pthread_mutex_unlock(&attempt->lock);
}

/* ---- what the link says, on its thread ---- */

static void on_declared(void *context, enum status status, const struct amqp_answer *answer)
{
    if (status != STATUS_OK) {
        end(context, status, answer->reason);
    }
}

static void on_published(void *context, uint64_t reference, enum status status, struct text reason)
{
    (void)reference;
    if (status != STATUS_OK) {
        end(context, status, reason);
    }
}

static void on_arrived(void *context, struct amqp_link *link, const struct amqp_delivery *delivery)
{
    struct attempt *attempt = context;
    amqp_link_ack(link, delivery->receipt, false);
    bool is_same = text_equals(delivery->body, text_of(attempt->nonce));
    end(attempt, is_same ? STATUS_OK : STATUS_CORRUPT,
        is_same ? NO_TEXT : TEXT("another message came back"));
}

static void on_ended(void *context, enum status status, struct text reason)
{
    end(context, status, reason);
}

static void on_up(void *context, struct amqp_link *link)
{
    struct attempt *attempt = context;
    const struct amqp_field arguments[] = {AMQP_NUMBER("x-expires", QUEUE_TTL_MS)};
    struct text queue = text_of(attempt->queue);
    const struct amqp_message message = {
        .routing_key = queue,
        .message_id = text_of(attempt->nonce),
        .content_type = TEXT("text/plain"),
        .body = text_of(attempt->nonce),
    };
    amqp_link_declare_queue(link, queue, (struct amqp_fields){arguments, COUNT_OF(arguments)},
                            (struct amqp_reply){.answered = on_declared, .context = attempt});
    amqp_link_consume(link, &(struct amqp_consumer){.queue = queue,
                                                    .prefetch = 1,
                                                    .context = attempt,
                                                    .arrived = on_arrived,
                                                    .ended = on_ended});
    amqp_link_publish(link, &message, 1, on_published, attempt);
}

static void on_down(void *context, struct amqp_link *link, const char *reason)
{
    (void)link;
    end(context, STATUS_UNAVAILABLE, text_of(reason));
}

static void on_blocked(void *context, struct amqp_link *link, bool is_blocked)
{
    (void)link;
    if (is_blocked) {
        end(context, STATUS_UNAVAILABLE,
            TEXT("it takes nothing more for now: it is short of memory or of room on its disk"));
    }
}

/* ---- waiting for it ---- */

static void wait_for_end(struct attempt *attempt, int timeout_ms)
{
    int64_t end_ns = clock_monotonic_ns() + timeout_ms * NS_IN_MS;
    struct timespec until = {.tv_sec = (time_t)(end_ns / NS_IN_SECOND),
                             .tv_nsec = (long)(end_ns % NS_IN_SECOND)};
    int error = 0;
    pthread_mutex_lock(&attempt->lock);
    while (!attempt->is_over && error != ETIMEDOUT) {
        error = pthread_cond_timedwait(&attempt->changed, &attempt->lock, &until);
    }
    pthread_mutex_unlock(&attempt->lock);
    end(attempt, STATUS_TIMEOUT, TEXT("nothing came back in time"));
}

static void attempt_init(struct attempt *attempt)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    *attempt = (struct attempt){.is_over = false};
    pthread_mutex_init(&attempt->lock, NULL);
    pthread_cond_init(&attempt->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    snprintf(attempt->nonce, sizeof attempt->nonce, "%016llx", (unsigned long long)chance_number());
    snprintf(attempt->queue, sizeof attempt->queue, "kontora.doctor.%s", attempt->nonce);
}

static void attempt_finish(struct attempt *attempt)
{
    pthread_cond_destroy(&attempt->changed);
    pthread_mutex_destroy(&attempt->lock);
}

enum status amqp_nonce_try(const char *address, int timeout_ms, struct arena *arena,
                           struct text *error_out)
{
    MUST(address != NULL && timeout_ms > 0);
    struct attempt attempt;
    const char *trouble = NULL;
    attempt_init(&attempt);
    struct amqp_link *link = amqp_link_create(
        &(struct amqp_link_options){
            .address = address,
            .name = "kontora doctor",
            .stall_ms_max = timeout_ms,
            .listener = {.context = &attempt, .up = on_up, .down = on_down, .blocked = on_blocked},
        },
        &trouble);
    if (link == NULL) {
        end(&attempt, STATUS_MALFORMED, text_of(trouble));
    } else {
        wait_for_end(&attempt, timeout_ms);
        amqp_link_destroy(&link, GRACE_MS); /* no callbacks afterwards */
    }
    if (attempt.status != STATUS_OK) {
        *error_out = text_copy(arena, text_of(attempt.reason));
    }
    attempt_finish(&attempt);
    return attempt.status;
}
