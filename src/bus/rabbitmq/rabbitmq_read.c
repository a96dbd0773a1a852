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

static void put_aside(struct rabbit_queue *queue, const struct rabbit_delivery *delivery,
                      struct text reason)
{
    log_line(LOG_ERROR, "bus", "What a queue brought is no message; it was put aside.",
             LOG_TEXT("queue", text_of(queue->name)), LOG_TEXT("reason", reason),
             LOG_NUMBER("bytes", delivery->body.bytes));
}

/* Becomes an item, unless something is wrong with it. */
static void take_message(const struct rabbit_queue *queue, struct rabbit_chunk *chunk,
                         struct message message, struct text *error_out)
{
    const char *complaint = complain(queue, &message);
    if (complaint != NULL) {
        *error_out = text_of(complaint);
        return;
    }
    chunk->items[chunk->item_count++] = (struct rabbit_item){
        .kind = RABBIT_MESSAGE,
        .message = message,
        .channel = text_is_given(message.addressee) ? BUS_COMMANDS : BUS_EVENTS,
    };
}

static bool read_one(struct rabbit_queue *queue, struct rabbit_chunk *chunk,
                     const struct rabbit_delivery *delivery)
{
    struct message message;
    struct text error = NO_TEXT;
    if (message_read(chunk->arena, delivery->body, &message, &error) == STATUS_OK) {
        take_message(queue, chunk, message, &error);
    }
    if (text_is_given(error)) {
        put_aside(queue, delivery, error);
    }
    return !text_is_given(error);
}

/* The good ones are taken even where one is not: the cursor knows them when they come again. */
static bool read_several(struct rabbit_queue *queue, struct rabbit_chunk *chunk,
                         const struct rabbit_delivery *delivery)
{
    struct text first_error = NO_TEXT;
    if (delivery->members == NULL) {
        put_aside(queue, delivery, TEXT("It is no array of 1 to 256 messages."));
        return false;
    }
    for (const struct json *value = delivery->members->first; value != NULL; value = value->next) {
        struct message message;
        struct text error = NO_TEXT;
        if (message_read_value(chunk->arena, value, &message, &error) == STATUS_OK) {
            take_message(queue, chunk, message, &error);
        }
        first_error = text_is_given(first_error) ? first_error : error;
    }
    if (text_is_given(first_error)) {
        put_aside(queue, delivery, first_error);
    }
    return !text_is_given(first_error);
}

/* How many items it may become. */
static size_t open_delivery(struct rabbit_chunk *chunk, struct rabbit_delivery *delivery)
{
    const struct json *root = NULL;
    struct json_error at;
    if (delivery->form != RABBIT_SEVERAL) {
        return 1;
    }
    enum status status =
        json_read(chunk->arena, delivery->body, delivery->body.bytes + 1, &root, &at);
    if (status == STATUS_OK && root->kind == JSON_ARRAY && root->count > 0 &&
        root->count <= RABBIT_CHUNK_MAX) {
        delivery->members = root;
        return root->count;
    }
    return 0;
}

static bool read_delivery(struct rabbit_queue *queue, struct rabbit_chunk *chunk,
                          const struct rabbit_delivery *delivery)
{
    switch (delivery->form) {
    case RABBIT_ONE:
        return read_one(queue, chunk, delivery);
    case RABBIT_SEVERAL:
        return read_several(queue, chunk, delivery);
    case RABBIT_WORD:
        return read_control(queue, chunk, delivery->body, &chunk->items[chunk->item_count]);
    }
    return false;
}

/* What is none is rejected: first into the list of the dead, then to where people look. */
void rabbit__read_chunk(struct rabbit_queue *queue, struct rabbit_chunk *chunk)
{
    size_t count = 0;
    MUST(!chunk->is_read);
    chunk->is_read = true;
    for (struct rabbit_delivery *delivery = chunk->first; delivery != NULL;
         delivery = delivery->next) {
        count += open_delivery(chunk, delivery);
    }
    chunk->items = ARENA_ARRAY(chunk->arena, struct rabbit_item, count);
    chunk->chosen = ARENA_ARRAY(chunk->arena, struct message, count);
    for (const struct rabbit_delivery *delivery = chunk->first; delivery != NULL;
         delivery = delivery->next) {
        if (read_delivery(queue, chunk, delivery)) {
            chunk->has_receipt = true;
            chunk->receipt = delivery->receipt;
        } else {
            amqp_link_reject(queue->rabbit->consumer.link, delivery->receipt, false);
        }
    }
    MUST(chunk->item_count <= count);
}
