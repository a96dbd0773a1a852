/* amqp_consume.c - a channel for each consumer: its own prefetch, its own count of deliveries.
 *
 * Opening, prefetch and consuming are sent at once; the answer to the last one counts, or the
 * refusal that closes the channel.
 */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/arena.h"
#include "base/log.h"

#include <string.h>

/* ---- asked, from any thread ---- */

static void put_ack(struct amqp_link *link, const struct amqp_ack *ack)
{
    struct amqp_ack *order = memory_take(sizeof *order);
    *order = *ack;
    order->order.kind = AMQP__ACK;
    mailbox_put(&link->mailbox, &order->order.node);
}

void amqp_link_ack(struct amqp_link *link, struct amqp_receipt receipt, bool is_multiple)
{
    put_ack(link, &(struct amqp_ack){.receipt = receipt, .flag = is_multiple});
}

void amqp_link_reject(struct amqp_link *link, struct amqp_receipt receipt, bool requeue)
{
    put_ack(link, &(struct amqp_ack){.receipt = receipt, .is_rejection = true, .flag = requeue});
}

/* ---- the link's thread ---- */

static uint16_t free_channel(const struct amqp_link *link)
{
    for (int i = AMQP__CHANNEL_CONSUMER; i < AMQP__CHANNELS; i++) {
        if (!link->channels[i].is_used && !link->channels[i].is_closing) {
            return (uint16_t)i;
        }
    }
    return 0;
}

void amqp__start_consuming(struct amqp_link *link, struct amqp_control *control)
{
    uint16_t number = free_channel(link);
    MUST(number != 0); /* who needs more consumers raises AMQP_CONSUMERS_MAX */
    struct amqp_channel *channel = &link->channels[number];
    channel->is_used = true;
    channel->generation = ++link->generation;
    channel->consumer = control->consumer;
    memcpy(channel->queue, control->name, sizeof channel->queue);
    control->channel = number;
    amqp_basic_qos_t qos = {.prefetch_count = control->consumer.prefetch};
    amqp_basic_consume_t consume = {.queue = amqp__bytes(text_of(channel->queue)),
                                    .consumer_tag = amqp__bytes(text_of(link->name))};
    amqp__reopen(link, number);
    amqp__send(link, number, AMQP_BASIC_QOS_METHOD, &qos);
    amqp__send(link, number, AMQP_BASIC_CONSUME_METHOD, &consume);
}

void amqp__end_consumer(struct amqp_link *link, uint16_t number, enum status status,
                        struct text reason)
{
    struct amqp_channel *channel = &link->channels[number];
    const struct amqp_control *asked = (const struct amqp_control *)link->controls.first;
    if (!channel->is_used) {
        return;
    }
    channel->is_used = false;
    if (link->is_asked && asked != NULL && asked->consumes && asked->channel == number) {
        amqp__control_failed(link, status, reason);
    }
    channel->consumer.ended(channel->consumer.context, status, reason);
}

void amqp__acknowledge(struct amqp_link *link, const struct amqp_ack *ack)
{
    MUST(ack->receipt.channel >= AMQP__CHANNEL_CONSUMER && ack->receipt.channel < AMQP__CHANNELS);
    const struct amqp_channel *channel = &link->channels[ack->receipt.channel];
    if (link->stage != AMQP__UP || !channel->is_used ||
        channel->generation != ack->receipt.generation) {
        return;
    }
    if (ack->is_rejection) {
        amqp_basic_nack_t nack = {.delivery_tag = ack->receipt.tag, .requeue = ack->flag};
        amqp__send(link, ack->receipt.channel, AMQP_BASIC_NACK_METHOD, &nack);
    } else {
        amqp_basic_ack_t taken = {.delivery_tag = ack->receipt.tag, .multiple = ack->flag};
        amqp__send(link, ack->receipt.channel, AMQP_BASIC_ACK_METHOD, &taken);
    }
}

static int64_t delivery_count_of(struct amqp_fields headers)
{
    for (size_t i = 0; i < headers.count; i++) {
        if (headers.items[i].is_number &&
            text_equals(headers.items[i].name, TEXT("x-delivery-count"))) {
            return headers.items[i].number;
        }
    }
    return 0;
}

void amqp__handle_delivery(struct amqp_link *link, uint16_t number, struct text body)
{
    struct amqp_channel *channel = &link->channels[number];
    const amqp_basic_deliver_t *method = channel->arrival.method;
    const amqp_basic_properties_t *properties = channel->arrival.properties;
    struct amqp_field headers[AMQP_HEADERS_MAX];
    struct amqp_receipt receipt = {
        .generation = channel->generation, .tag = method->delivery_tag, .channel = number};
    if (channel->arrival.body_bytes > AMQP_BODY_BYTES_MAX) {
        log_line(LOG_ERROR, "bus", "a message is too large and was not taken",
                 LOG_TEXT("queue", text_of(channel->queue)),
                 LOG_NUMBER("bytes", channel->arrival.body_bytes));
        amqp_link_reject(link, receipt, false);
        return;
    }
    bool has_headers = (properties->_flags & AMQP_BASIC_HEADERS_FLAG) != 0;
    size_t count = has_headers ? amqp__fields(&properties->headers, headers) : 0;
    struct amqp_delivery delivery = {
        .receipt = receipt,
        .exchange = amqp__text(method->exchange),
        .routing_key = amqp__text(method->routing_key),
        .message_id = amqp__property(properties, AMQP_BASIC_MESSAGE_ID_FLAG),
        .content_type = amqp__property(properties, AMQP_BASIC_CONTENT_TYPE_FLAG),
        .headers = {headers, count},
        .is_redelivered = method->redelivered,
        .body = body,
    };
    delivery.delivery_count = delivery_count_of(delivery.headers);
    channel->consumer.arrived(channel->consumer.context, link, &delivery);
}
