/* amqp_rig.h - what the tests of the link share: a real broker, links, and counts of what came.
 *
 * Messages are numbered; a rig knows of each number how often it was answered OK and how often it
 * arrived. Counts are changed on the links' threads and waited for in the test's.
 */
#ifndef TESTS_UNIT_BUS_AMQP_RIG_H
#define TESTS_UNIT_BUS_AMQP_RIG_H

#include "base/arena.h"
#include "base/clock.h"
#include "bus/rabbitmq/amqp_link.h"
#include "tests/lib/check.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS_MAX = 400000, BODY_BYTES = 200, BATCH_MAX = 500 };

struct rig {
    char host[100];
    char address[400];
    const char *queue; /* declared, bound to "facts" with the key of its own name */
    struct amqp_link *publisher;
    struct amqp_link *consumer;
    bool keeps_acks; /* the test acknowledges by itself */

    atomic_int ups;
    atomic_int downs;
    atomic_int ready; /* the topology was answered */
    atomic_int blocked;
    atomic_int unblocked;
    atomic_int answers[STATUS_COUNT];
    atomic_int last_message_count;
    atomic_int ended[STATUS_COUNT];
    atomic_int published[STATUS_COUNT];
    atomic_int arrived_count;
    atomic_int redelivered;
    atomic_llong delivery_count; /* of the last one */
    _Atomic(struct text *) reason;
    struct amqp_receipt first; /* of the first delivery ever */
    atomic_uchar confirmed[NUMBERS_MAX];
    atomic_uchar arrived[NUMBERS_MAX];
};

extern struct rabbitmq_server *broker; /* main() starts it */

/* ---- what a link says ---- */

static inline void rig_answered(void *context, enum status status, const struct amqp_answer *answer)
{
    struct rig *rig = context;
    atomic_store(&rig->last_message_count, (int)answer->message_count);
    atomic_fetch_add(&rig->answers[status], 1);
}

static inline void rig_is_ready(void *context, enum status status, const struct amqp_answer *answer)
{
    struct rig *rig = context;
    rig_answered(context, status, answer);
    if (status == STATUS_OK) {
        atomic_fetch_add(&rig->ready, 1);
    }
}

static inline void rig_declare(struct rig *rig, struct amqp_link *link)
{
    const struct amqp_field arguments[] = {
        AMQP_TEXT("x-queue-type", TEXT("quorum")),
        AMQP_NUMBER("x-delivery-limit", 5),
        AMQP_FLAG("x-single-active-consumer", false),
        AMQP_TEXT("x-dead-letter-exchange", TEXT("dead")),
        AMQP_TEXT("x-dead-letter-strategy", TEXT("at-least-once")),
        AMQP_TEXT("x-overflow", TEXT("reject-publish")),
    };
    const struct amqp_field plain[] = {AMQP_TEXT("x-queue-type", TEXT("quorum"))};
    struct amqp_reply counted = {rig_answered, rig};
    struct text queue = text_of(rig->queue);
    amqp_link_declare_exchange(link, TEXT("facts"), AMQP_TOPIC, counted);
    amqp_link_declare_exchange(link, TEXT("dead"), AMQP_FANOUT, counted);
    amqp_link_declare_queue(link, queue, (struct amqp_fields){arguments, COUNT_OF(arguments)},
                            counted);
    amqp_link_declare_queue(link, TEXT("dead"), (struct amqp_fields){plain, 1}, counted);
    amqp_link_bind(link, TEXT("dead"), TEXT("dead"), TEXT(""), counted);
    amqp_link_bind(link, queue, TEXT("facts"), queue, (struct amqp_reply){rig_is_ready, rig});
}

static inline void rig_arrived(void *context, struct amqp_link *link,
                               const struct amqp_delivery *delivery)
{
    struct rig *rig = context;
    int64_t number = 0;
    if (text_to_integer(delivery->message_id, &number) && number < NUMBERS_MAX) {
        atomic_fetch_add(&rig->arrived[number], 1);
    }
    if (atomic_load(&rig->arrived_count) == 0) {
        rig->first = delivery->receipt;
    }
    atomic_store(&rig->delivery_count, delivery->delivery_count);
    atomic_fetch_add(&rig->redelivered, delivery->is_redelivered);
    int count = atomic_fetch_add(&rig->arrived_count, 1) + 1;
    if (!rig->keeps_acks && (count % 32 == 0 || delivery->receipt.tag < 32 || count % 1000 > 900)) {
        amqp_link_ack(link, delivery->receipt, true);
    }
}

static inline void rig_ended(void *context, enum status status, struct text reason)
{
    struct rig *rig = context;
    CHECK(reason.bytes > 0);
    atomic_fetch_add(&rig->ended[status], 1);
}

static inline void rig_consume(struct rig *rig, struct amqp_link *link)
{
    amqp_link_consume(link, &(struct amqp_consumer){.queue = text_of(rig->queue),
                                                    .prefetch = 256,
                                                    .context = rig,
                                                    .arrived = rig_arrived,
                                                    .ended = rig_ended});
}

static inline void rig_publisher_up(void *context, struct amqp_link *link)
{
    struct rig *rig = context;
    rig_declare(rig, link);
    atomic_fetch_add(&rig->ups, 1);
}

static inline void rig_consumer_up(void *context, struct amqp_link *link)
{
    struct rig *rig = context;
    rig_declare(rig, link);
    rig_consume(rig, link);
    atomic_fetch_add(&rig->ups, 1);
}

static inline void rig_down(void *context, struct amqp_link *link, const char *reason)
{
    struct rig *rig = context;
    struct text *kept = memory_take(sizeof *kept + strlen(reason) + 1);
    (void)link;
    memcpy(kept + 1, reason, strlen(reason) + 1);
    *kept = text_of((const char *)(kept + 1));
    memory_free(atomic_exchange(&rig->reason, kept));
    atomic_fetch_add(&rig->downs, 1);
}

static inline void rig_blocked(void *context, struct amqp_link *link, bool is_blocked)
{
    struct rig *rig = context;
    (void)link;
    atomic_fetch_add(is_blocked ? &rig->blocked : &rig->unblocked, 1);
}

/* ---- the rig ---- */

static inline struct amqp_link *rig_link(struct rig *rig,
                                         void (*up)(void *context, struct amqp_link *link))
{
    const char *error = NULL;
    struct amqp_link *link = amqp_link_create(
        &(struct amqp_link_options){
            .address = rig->address,
            .heartbeat_seconds = 1,
            .stall_ms_max = 8000,
            .retry_ms_max = 500,
            .listener = {.context = rig, .up = up, .down = rig_down, .blocked = rig_blocked}},
        &error);
    CHECK(link != NULL && error == NULL);
    return link;
}

/* Each test has a virtual host of its own, and may see the broker through another port. */
static inline struct rig *rig_prepare(const char *name, int port)
{
    struct rig *rig = memory_take(sizeof *rig);
    snprintf(rig->host, sizeof rig->host, "%s", rabbitmq_server_host_name(name));
    rabbitmq_server_virtual_host(broker, rig->host);
    rig->queue = "board.events";
    snprintf(rig->address, sizeof rig->address, "amqp://guest:g%%75est@127.0.0.1:%d/%s",
             port == 0 ? rabbitmq_server_port(broker) : port, rig->host);
    return rig;
}

static inline void rig_start(struct rig *rig, bool consumes)
{
    rig->publisher = rig_link(rig, rig_publisher_up);
    CHECK_UNTIL(atomic_load(&rig->ready) == 1);
    if (consumes) {
        rig->consumer = rig_link(rig, rig_consumer_up);
        CHECK_UNTIL(atomic_load(&rig->ready) == 2);
    }
}

static inline void rig_finish(struct rig *rig)
{
    amqp_link_destroy(&rig->publisher, 1000);
    amqp_link_destroy(&rig->consumer, 1000);
    memory_free(atomic_load(&rig->reason));
    memory_free(rig);
}

#endif
