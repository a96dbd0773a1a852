/* amqp_numbers.h - publishes numbered messages through a rig and counts what became of them. */
#ifndef TESTS_UNIT_BUS_AMQP_NUMBERS_H
#define TESTS_UNIT_BUS_AMQP_NUMBERS_H

#include "tests/unit/bus/amqp_rig.h"

static inline void rig_published(void *context, uint64_t reference, enum status status,
                                 struct text reason)
{
    struct rig *rig = context;
    (void)reason;
    atomic_fetch_add(&rig->published[status], 1);
    if (status == STATUS_OK && reference < NUMBERS_MAX) {
        atomic_fetch_add(&rig->confirmed[reference], 1);
    }
}

/* Numbers [from, to), in batches of at most BATCH_MAX. */
static inline void rig_publish(struct rig *rig, struct text exchange, int from, int to)
{
    static const char body[BODY_BYTES + 1] =
        "{\"specversion\":\"1.0\",\"type\":\"users.created\",\"source\":\"/users\"}";
    struct amqp_message messages[BATCH_MAX];
    char ids[BATCH_MAX][16];
    for (int at = from; at < to; at += BATCH_MAX) {
        int count = to - at < BATCH_MAX ? to - at : BATCH_MAX;
        for (int i = 0; i < count; i++) {
            snprintf(ids[i], sizeof ids[i], "%d", at + i);
            messages[i] = (struct amqp_message){
                .reference = (uint64_t)(at + i),
                .exchange = exchange,
                .routing_key = text_of(rig->queue),
                .message_id = text_of(ids[i]),
                .content_type = TEXT("application/cloudevents+json"),
                .body = {body, BODY_BYTES},
            };
        }
        amqp_link_publish(rig->publisher, messages, (size_t)count, rig_published, rig);
        while (amqp_link_waiting(rig->publisher) > 4000) {
            usleep(500);
        }
    }
}

static inline int rig_answered_count(struct rig *rig)
{
    int sum = 0;
    for (int i = 0; i < STATUS_COUNT; i++) {
        sum += atomic_load(&rig->published[i]);
    }
    return sum;
}

/* How many of the confirmed ones among [0, count) have not arrived. */
static inline int rig_missing(struct rig *rig, int count)
{
    int missing = 0;
    for (int i = 0; i < count; i++) {
        missing += atomic_load(&rig->confirmed[i]) > 0 && atomic_load(&rig->arrived[i]) == 0;
    }
    return missing;
}

static inline int rig_doubled(struct rig *rig, int count)
{
    int doubled = 0;
    for (int i = 0; i < count; i++) {
        doubled += atomic_load(&rig->arrived[i]) > 1;
    }
    return doubled;
}

static inline bool rig_was_told(struct rig *rig, const char *words)
{
    struct text *reason = atomic_load(&rig->reason);
    return reason != NULL && strstr(reason->data, words) != NULL;
}

#endif
