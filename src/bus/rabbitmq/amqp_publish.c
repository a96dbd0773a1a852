/* amqp_publish.c - a window of messages that are sent and not confirmed yet.
 *
 * A batch is written as frames by the thread that publishes it; the link's thread only copies them
 * into what goes out, many messages a send, and counts. The broker numbers what it gets on the
 * channel 1, 2, 3 ...; a message's place in the window is its number modulo the window.
 */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/arena.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* ---- asked, from any thread ---- */

static void write_item(const struct amqp_link *link, struct amqp_batch *batch, size_t index,
                       const struct amqp_message *message)
{
    struct amqp_item *item = &batch->items[index];
    amqp__write_message(link->library, &batch->frames, AMQP__CHANNEL_PUBLISH, message);
    item->reference = message->reference;
    item->frames_end = batch->frames.end;
    item->id_start = batch->ids.end;
    item->id_bytes = message->message_id.bytes;
    amqp__buffer_add(&batch->ids, message->message_id.data, message->message_id.bytes);
}

void amqp_link_publish(struct amqp_link *link, const struct amqp_message *messages, size_t count,
                       amqp_published_fn *published, void *context)
{
    MUST(published != NULL);
    if (count == 0) {
        return;
    }
    MUST(count < SIZE_MAX / sizeof(struct amqp_item) / 2);
    struct amqp_batch *batch = memory_take(sizeof *batch + count * sizeof batch->items[0]);
    batch->order.kind = AMQP__PUBLISH;
    batch->published = published;
    batch->context = context;
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        write_item(link, batch, i, &messages[i]);
    }
    atomic_fetch_add(&link->waiting, count);
    mailbox_put(&link->mailbox, &batch->order.node);
}

size_t amqp_link_waiting(const struct amqp_link *link)
{
    return atomic_load(&link->waiting);
}

/* ---- the link's thread ---- */

void amqp__take_batch(struct amqp_link *link, struct amqp_batch *batch)
{
    amqp__queue_add(&link->batches, &batch->order);
}

static void answer_item(struct amqp_link *link, struct amqp_batch *batch, size_t index,
                        enum status status, struct text reason)
{
    MUST(batch->answered_count < batch->count && index < batch->count);
    batch->published(batch->context, batch->items[index].reference, status, reason);
    atomic_fetch_sub(&link->waiting, 1);
    if (++batch->answered_count == batch->count) {
        amqp__buffer_finish(&batch->frames);
        amqp__buffer_finish(&batch->ids);
        memory_free(batch);
    }
}

static struct amqp_flying *flying_of(struct amqp_link *link, uint64_t tag)
{
    return &link->flying[tag % link->window];
}

/* Messages wait while the topology they need is being declared; a look changes nothing. */
static bool may_publish(const struct amqp_link *link)
{
    const struct amqp_control *asked = (const struct amqp_control *)link->controls.first;
    return !link->is_blocked && (asked == NULL || asked->only_looks) &&
           link->next_tag - link->oldest_tag < link->window &&
           amqp__buffer_waiting(&link->socket.out) < AMQP__OUT_BYTES_MAX;
}

static void send_next(struct amqp_link *link, struct amqp_batch *batch)
{
    size_t index = batch->sent_count++;
    size_t start = index == 0 ? 0 : batch->items[index - 1].frames_end;
    amqp__buffer_add(&link->socket.out, batch->frames.data + start,
                     batch->items[index].frames_end - start);
    *flying_of(link, link->next_tag) = (struct amqp_flying){.batch = batch, .index = index};
    link->next_tag++;
}

void amqp__publish_more(struct amqp_link *link)
{
    if (link->oldest_tag == link->next_tag) {
        link->progress_at_ms = clock_monotonic_ms();
    }
    while (link->batches.first != NULL && may_publish(link)) {
        struct amqp_batch *batch = (struct amqp_batch *)link->batches.first;
        if (batch->sent_count + 1 == batch->count) {
            amqp__queue_take(&link->batches);
        }
        send_next(link, batch);
    }
}

/* ---- confirms ---- */

static void answer_flying(struct amqp_link *link, uint64_t tag, enum status status,
                          struct text reason)
{
    struct amqp_flying *flying = flying_of(link, tag);
    if (flying->is_answered) {
        return;
    }
    flying->is_answered = true;
    bool is_returned = flying->is_returned && status == STATUS_OK;
    answer_item(link, flying->batch, flying->index, is_returned ? STATUS_ABSENT : status,
                is_returned ? text_of(flying->reason) : reason);
    flying->batch = NULL;
}

static void confirm(struct amqp_link *link, uint64_t tag, bool is_multiple, enum status status)
{
    if (tag >= link->next_tag) {
        amqp__break(link, "RabbitMQ confirmed a message that was never sent");
        return;
    }
    link->progress_at_ms = clock_monotonic_ms();
    struct text reason = status == STATUS_OK ? TEXT("") : TEXT("RabbitMQ could not keep it");
    for (uint64_t i = is_multiple ? link->oldest_tag : tag; i <= tag; i++) {
        if (i >= link->oldest_tag) {
            answer_flying(link, i, status, reason);
        }
    }
    while (link->oldest_tag < link->next_tag && flying_of(link, link->oldest_tag)->is_answered) {
        link->oldest_tag++;
    }
}

/* "All so far" may be said with the tag 0. */
bool amqp__handle_confirm(struct amqp_link *link, amqp_method_number_t number, void *method)
{
    if (number == AMQP_BASIC_ACK_METHOD) {
        const amqp_basic_ack_t *ack = method;
        uint64_t tag = ack->delivery_tag == 0 ? link->next_tag - 1 : ack->delivery_tag;
        confirm(link, tag, ack->multiple, STATUS_OK);
        return true;
    }
    if (number == AMQP_BASIC_NACK_METHOD) {
        const amqp_basic_nack_t *nack = method;
        uint64_t tag = nack->delivery_tag == 0 ? link->next_tag - 1 : nack->delivery_tag;
        confirm(link, tag, nack->multiple, STATUS_REFUSED);
        return true;
    }
    return false;
}

static bool has_id(const struct amqp_flying *flying, struct text id)
{
    const struct amqp_item *item = &flying->batch->items[flying->index];
    struct text own = {(const char *)flying->batch->ids.data + item->id_start, item->id_bytes};
    return text_equals(own, id);
}

/* It comes back before its confirm does, and says only which message it was. */
void amqp__handle_return(struct amqp_link *link, const struct amqp_arrival *arrival)
{
    const amqp_basic_return_t *returned = arrival->method;
    struct text id = amqp__property(arrival->properties, AMQP_BASIC_MESSAGE_ID_FLAG);
    for (uint64_t tag = link->oldest_tag; tag < link->next_tag; tag++) {
        struct amqp_flying *flying = flying_of(link, tag);
        if (!flying->is_answered && !flying->is_returned && has_id(flying, id)) {
            flying->is_returned = true;
            snprintf(flying->reason, sizeof flying->reason, "%.*s",
                     TEXT_ARGS(amqp__text(returned->reply_text)));
            return;
        }
    }
}

/* ---- lost ---- */

void amqp__forget_flying(struct amqp_link *link, struct text reason)
{
    for (uint64_t tag = link->oldest_tag; tag < link->next_tag; tag++) {
        answer_flying(link, tag, STATUS_UNCERTAIN, reason);
    }
    link->oldest_tag = 1;
    link->next_tag = 1;
}

void amqp__forget_batches(struct amqp_link *link)
{
    struct amqp_batch *batch;
    while ((batch = (struct amqp_batch *)amqp__queue_take(&link->batches)) != NULL) {
        size_t left = batch->count - batch->sent_count;
        for (size_t i = batch->sent_count; left > 0; i++, left--) {
            answer_item(link, batch, i, STATUS_UNAVAILABLE, TEXT("RabbitMQ is out of reach"));
        }
    }
}
