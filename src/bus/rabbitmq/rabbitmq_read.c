/* rabbitmq_read.c - what a delivery says: a message, a word of another bus, or nothing. */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/json.h"
#include "base/log.h"

static struct text member_text(const struct json *object, const char *key)
{
    const struct json *value = json_member(object, text_of(key));
    return value != NULL && value->kind == JSON_STRING ? value->text : NO_TEXT;
}

static int64_t member_number(const struct json *object, const char *key)
{
    int64_t number = 0;
    const struct json *value = json_member(object, text_of(key));
    return value != NULL && json_to_integer(value, &number) ? number : 0;
}

/* "There is nothing for you between these two." */
static bool read_upto(const struct json *control, struct rabbit_item *item)
{
    *item = (struct rabbit_item){
        .kind = RABBIT_UPTO,
        .message = {.source = member_text(control, "source"),
                    .previous = member_number(control, "previous"),
                    .position = member_number(control, "position")},
        .channel = text_equals(member_text(control, "channel"), bus_channel_name(BUS_EVENTS))
                       ? BUS_EVENTS
                       : BUS_COMMANDS,
    };
    return item->message.source.bytes > 0 && item->message.previous >= 0 &&
           item->message.position >= item->message.previous;
}

/* False: it is no control either. */
static bool read_control(struct rabbit_queue *queue, struct rabbit_chunk *chunk, struct text body,
                         struct rabbit_item *item)
{
    const struct json *control = NULL;
    struct json_error at;
    if (json_read(chunk->arena, body, body.bytes + 1, &control, &at) != STATUS_OK ||
        control->kind != JSON_OBJECT) {
        return false;
    }
    if (!text_equals(member_text(control, "say"), TEXT("upto"))) {
        rabbit__obey(queue->member, chunk->arena, control);
        return true;
    }
    if (read_upto(control, item)) {
        chunk->item_count++;
    }
    return true;
}

/* Does it belong where it came? What is wrong with it, or NULL. */
static const char *complain(const struct rabbit_queue *queue, const struct message *message)
{
    bool is_event = !text_is_given(message->addressee);
    if (message->position <= message->previous) {
        return "it has no position, or stands before the one before it";
    }
    if (!is_event && !text_equals(message->addressee, queue->member->name)) {
        return "it is for another service";
    }
    if (queue->kind == RABBIT_COMMANDS_QUEUE && is_event) {
        return "it is for nobody";
    }
    if (queue->kind == RABBIT_EVENTS_QUEUE &&
        (!is_event || !text_equals(message->source, text_of(queue->source)))) {
        return "it is no event of the service that is listened to";
    }
    return NULL;
}

static bool read_message(struct rabbit_queue *queue, struct rabbit_chunk *chunk, struct text body,
                         struct rabbit_item *item)
{
    struct text error = NO_TEXT;
    enum status status = message_read(chunk->arena, body, &item->message, &error);
    if (status == STATUS_OK) {
        error = text_of(complain(queue, &item->message));
    }
    if (text_is_given(error)) {
        log_line(LOG_ERROR, "bus", "What a queue brought is no message; it was put aside.",
                 LOG_TEXT("queue", text_of(queue->name)), LOG_TEXT("reason", error),
                 LOG_NUMBER("bytes", body.bytes));
        return false;
    }
    item->kind = RABBIT_MESSAGE;
    item->channel = text_is_given(item->message.addressee) ? BUS_COMMANDS : BUS_EVENTS;
    chunk->item_count++;
    return true;
}

/* What is none is rejected: first into the list of the dead, then to where people look. */
void rabbit__read_chunk(struct rabbit_queue *queue, struct rabbit_chunk *chunk)
{
    MUST(!chunk->is_read);
    chunk->is_read = true;
    chunk->items = ARENA_ARRAY(chunk->arena, struct rabbit_item, chunk->count);
    for (const struct rabbit_delivery *delivery = chunk->first; delivery != NULL;
         delivery = delivery->next) {
        struct rabbit_item *item = &chunk->items[chunk->item_count];
        bool is_read = delivery->is_control ? read_control(queue, chunk, delivery->body, item)
                                            : read_message(queue, chunk, delivery->body, item);
        if (is_read) {
            chunk->has_receipt = true;
            chunk->receipt = delivery->receipt;
        } else {
            amqp_link_reject(queue->rabbit->consumer.link, delivery->receipt, false);
        }
    }
}
