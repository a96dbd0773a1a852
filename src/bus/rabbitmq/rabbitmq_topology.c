/* rabbitmq_topology.c - what exists in the broker: all of it follows from the members.
 *
 *   crm.domain (topic)  --#-->  board.crm --> board       each service's events
 *   kontora.commands    --board-->  board.commands --> board
 *   kontora.control     -->  every *.commands              "I am here"
 *   kontora.dead        --board.dead--> board.dead --> board     given out too often, or no message
 *                       --malformed--> kontora.malformed         for a person to look at
 *
 * Queues are kept by a majority of the brokers. One process at a time consumes a queue: order is
 * kept across processes.
 */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/log.h"

#include <stdio.h>

enum { DELIVERIES_MAX = 20, MALFORMED_MAX = 10000 };

void rabbit__declare_exchanges(struct rabbit *rabbit, struct amqp_link *link)
{
    const struct amqp_reply no_reply = {0};
    amqp_link_declare_exchange(link, RABBIT_COMMANDS, AMQP_DIRECT, no_reply);
    amqp_link_declare_exchange(link, RABBIT_DEAD, AMQP_DIRECT, no_reply);
    amqp_link_declare_exchange(link, RABBIT_CONTROL, AMQP_FANOUT, no_reply);
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        amqp_link_declare_exchange(link, text_of(rabbit->members[i].member->exchange), AMQP_TOPIC,
                                   no_reply);
    }
}

/* From now on what is published for this queue arrives. */
static void bound(void *context, enum status status, const struct amqp_answer *answer)
{
    struct rabbit_queue *queue = context;
    if (status != STATUS_OK && status != STATUS_UNAVAILABLE) {
        log_line(
            LOG_ERROR, "bus", "A queue cannot be used.", LOG_TEXT("queue", text_of(queue->name)),
            LOG_TEXT("status", text_of(status_name(status))), LOG_TEXT("reason", answer->reason));
    }
    pthread_mutex_lock(&queue->lock);
    queue->became_ready = queue->became_ready || status == STATUS_OK;
    queue->has_ended = queue->has_ended || (status != STATUS_OK && status != STATUS_UNAVAILABLE);
    pthread_mutex_unlock(&queue->lock);
    rabbit__ring(queue->rabbit, &queue->bell);
}

static void declare_dead(struct rabbit_queue *queue, struct amqp_link *link)
{
    const struct amqp_reply no_reply = {0};
    const struct amqp_field kept[] = {AMQP_TEXT("x-queue-type", TEXT("quorum")),
                                      AMQP_NUMBER("x-max-length", MALFORMED_MAX)};
    const struct amqp_field dead[] = {
        AMQP_TEXT("x-queue-type", TEXT("quorum")),
        AMQP_TEXT("x-dead-letter-exchange", RABBIT_DEAD),
        AMQP_TEXT("x-dead-letter-routing-key", TEXT("malformed")),
        AMQP_FLAG("x-single-active-consumer", 1),
    };
    struct text name = text_of(queue->name);
    amqp_link_declare_queue(link, RABBIT_MALFORMED, (struct amqp_fields){kept, COUNT_OF(kept)},
                            no_reply);
    amqp_link_bind(link, RABBIT_MALFORMED, RABBIT_DEAD, TEXT("malformed"), no_reply);
    amqp_link_declare_queue(link, name, (struct amqp_fields){dead, COUNT_OF(dead)}, no_reply);
    amqp_link_bind(link, name, RABBIT_DEAD, name,
                   (struct amqp_reply){.answered = bound, .context = queue});
}

static void declare_usual(struct rabbit_queue *queue, struct amqp_link *link)
{
    const struct amqp_reply no_reply = {0};
    char dead[RABBIT_NAME_ROOM];
    snprintf(dead, sizeof dead, "%.200s.dead", queue->member->member->name);
    const struct amqp_field arguments[] = {
        AMQP_TEXT("x-queue-type", TEXT("quorum")),
        AMQP_NUMBER("x-delivery-limit", DELIVERIES_MAX),
        AMQP_TEXT("x-dead-letter-exchange", RABBIT_DEAD),
        AMQP_TEXT("x-dead-letter-routing-key", text_of(dead)),
        AMQP_TEXT("x-dead-letter-strategy", TEXT("at-least-once")),
        AMQP_TEXT("x-overflow", TEXT("reject-publish")), /* that strategy demands it */
        AMQP_FLAG("x-single-active-consumer", 1),
    };
    struct text name = text_of(queue->name);
    const struct amqp_reply reply = {.answered = bound, .context = queue};
    amqp_link_declare_queue(link, name, (struct amqp_fields){arguments, COUNT_OF(arguments)},
                            no_reply);
    if (queue->kind == RABBIT_EVENTS_QUEUE) {
        struct text exchange = text_of(queue->exchange); /* who tells may never have been started */
        amqp_link_declare_exchange(link, exchange, AMQP_TOPIC, no_reply);
        amqp_link_bind(link, name, exchange, TEXT("#"), reply);
    } else {
        amqp_link_bind(link, name, RABBIT_CONTROL, TEXT(""), no_reply);
        amqp_link_bind(link, name, RABBIT_COMMANDS, queue->member->name, reply);
    }
}

void rabbit__declare_queue(struct rabbit_queue *queue, struct amqp_link *link)
{
    struct amqp_consumer consumer;
    if (queue->kind == RABBIT_DEAD_QUEUE) {
        declare_dead(queue, link);
    } else {
        declare_usual(queue, link);
    }
    amqp_link_consume(link, rabbit__consumer(queue, &consumer));
}
