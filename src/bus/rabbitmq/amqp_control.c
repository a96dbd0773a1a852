/* amqp_control.c - declarations: written when they are asked for, sent one after the other.
 *
 * What the broker refuses costs the channel, and everything behind it on the channel would be lost
 * with it; so the next one is sent when the one before is answered.
 */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>

/* Of the broker at one queue: a first may be by chance, but not when it has looked for the queue
 * for so long before it gave up (RabbitMQ does for a minute). */
enum { FAILURES_MAX = 2, LOOKED_FOR_MS = 30000 };

/* ---- asked, from any thread ---- */

static struct amqp_control *control_create(struct text name, struct amqp_reply reply)
{
    MUST(name.bytes <= AMQP_NAME_BYTES_MAX);
    struct amqp_control *control = memory_take(sizeof *control);
    control->order.kind = AMQP__CONTROL;
    control->reply = reply;
    control->channel = AMQP__CHANNEL_CONTROL;
    if (name.bytes > 0) {
        memcpy(control->name, name.data, name.bytes);
    }
    return control;
}

static void ask(struct amqp_link *link, struct amqp_control *control, amqp_method_number_t number,
                void *fields, size_t more_bytes)
{
    amqp__write_method(link->library, &control->frame,
                       (struct amqp_method){.channel = AMQP__CHANNEL_CONTROL,
                                            .number = number,
                                            .fields = fields,
                                            .more_bytes = more_bytes});
    mailbox_put(&link->mailbox, &control->order.node);
}

void amqp_link_declare_exchange(struct amqp_link *link, struct text name,
                                enum amqp_exchange_kind kind, struct amqp_reply reply)
{
    static const char *const kinds[] = {
        [AMQP_TOPIC] = "topic", [AMQP_DIRECT] = "direct", [AMQP_FANOUT] = "fanout"};
    amqp_exchange_declare_t declare = {
        .exchange = amqp__bytes(name), .type = amqp__bytes(text_of(kinds[kind])), .durable = 1};
    ask(link, control_create(name, reply), AMQP_EXCHANGE_DECLARE_METHOD, &declare, 0);
}

void amqp_link_declare_queue(struct amqp_link *link, struct text name, struct amqp_fields arguments,
                             struct amqp_reply reply)
{
    amqp_table_entry_t entries[AMQP_HEADERS_MAX];
    amqp_queue_declare_t declare = {
        .queue = amqp__bytes(name), .durable = 1, .arguments = amqp__table(arguments, entries)};
    struct amqp_control *control = control_create(name, reply);
    control->declares_queue = true;
    ask(link, control, AMQP_QUEUE_DECLARE_METHOD, &declare, amqp__fields_bytes(arguments));
}

void amqp_link_bind(struct amqp_link *link, struct text queue, struct text exchange,
                    struct text routing_key, struct amqp_reply reply)
{
    MUST(exchange.bytes <= AMQP_NAME_BYTES_MAX && routing_key.bytes <= AMQP_NAME_BYTES_MAX);
    amqp_queue_bind_t bind = {.queue = amqp__bytes(queue),
                              .exchange = amqp__bytes(exchange),
                              .routing_key = amqp__bytes(routing_key)};
    ask(link, control_create(queue, reply), AMQP_QUEUE_BIND_METHOD, &bind, 0);
}

void amqp_link_look(struct amqp_link *link, struct text queue, struct amqp_reply reply)
{
    amqp_queue_declare_t declare = {.queue = amqp__bytes(queue), .passive = 1};
    struct amqp_control *control = control_create(queue, reply);
    control->only_looks = true;
    ask(link, control, AMQP_QUEUE_DECLARE_METHOD, &declare, 0);
}

void amqp_link_consume(struct amqp_link *link, const struct amqp_consumer *consumer)
{
    MUST(consumer->arrived != NULL && consumer->ended != NULL && consumer->prefetch > 0);
    struct amqp_control *control = control_create(consumer->queue, (struct amqp_reply){NULL, NULL});
    control->consumes = true;
    control->consumer = *consumer;
    control->consumer.queue = NO_TEXT; /* control->name has it, and lives */
    mailbox_put(&link->mailbox, &control->order.node);
}

/* ---- the link's thread ---- */

void amqp__reopen(struct amqp_link *link, uint16_t channel)
{
    amqp_channel_open_t open = {.out_of_band = amqp__bytes(TEXT(""))};
    amqp_confirm_select_t select = {.nowait = 0};
    amqp__forget_arrival(link, channel);
    amqp__send(link, channel, AMQP_CHANNEL_OPEN_METHOD, &open);
    if (channel == AMQP__CHANNEL_PUBLISH) {
        amqp__send(link, channel, AMQP_CONFIRM_SELECT_METHOD, &select);
    }
}

/* ---- a queue that is broken ----
 *
 * A broker that died while a queue was made may know of it and not have it. Who consumes it then
 * fails, and with it the connection, each time. Queues only carry what is kept elsewhere, so this
 * one is deleted when it is declared the next time.
 */

void amqp__broker_failed(struct amqp_link *link)
{
    const struct amqp_control *asked = (const struct amqp_control *)link->controls.first;
    if (!link->is_asked || asked == NULL || !asked->consumes) {
        return;
    }
    if (strcmp(link->broken, asked->name) != 0) {
        memcpy(link->broken, asked->name, sizeof link->broken);
        link->broken_count = 0;
    }
    bool is_sure = clock_monotonic_ms() - link->progress_at_ms >= LOOKED_FOR_MS;
    link->broken_count += is_sure ? FAILURES_MAX : 1;
}

static bool must_be_made_anew(const struct amqp_link *link, const struct amqp_control *control)
{
    return control->declares_queue && link->broken_count >= FAILURES_MAX &&
           strcmp(link->broken, control->name) == 0;
}

static void delete_first(struct amqp_link *link, const struct amqp_control *control)
{
    amqp_queue_delete_t delete = {.queue = amqp__bytes(text_of(control->name))};
    log_line(LOG_WARNING, "bus", "RabbitMQ cannot serve a queue that it has; it is made anew",
             LOG_TEXT("queue", text_of(control->name)),
             LOG_TEXT("connection", text_of(link->name)));
    link->is_deleting = true;
    link->broken_count = 0;
    amqp__send(link, AMQP__CHANNEL_CONTROL, AMQP_QUEUE_DELETE_METHOD, &delete);
}

void amqp__ask_next(struct amqp_link *link)
{
    struct amqp_control *next = (struct amqp_control *)link->controls.first;
    if (next == NULL || link->is_asked) {
        return;
    }
    link->is_asked = true;
    link->progress_at_ms = clock_monotonic_ms();
    if (must_be_made_anew(link, next)) {
        delete_first(link, next);
    } else if (next->consumes) {
        amqp__start_consuming(link, next);
    } else {
        amqp__buffer_add(&link->socket.out, next->frame.data, amqp__buffer_waiting(&next->frame));
    }
}

static void answer_first(struct amqp_link *link, enum status status,
                         const struct amqp_answer *answer)
{
    struct amqp_control *control = (struct amqp_control *)amqp__queue_take(&link->controls);
    MUST(control != NULL);
    link->is_asked = link->is_deleting = false;
    link->progress_at_ms = clock_monotonic_ms();
    if (control->consumes && status == STATUS_OK && strcmp(link->broken, control->name) == 0) {
        link->broken_count = 0;
    }
    if (control->reply.answered != NULL) {
        control->reply.answered(control->reply.context, status, answer);
    } else if (status != STATUS_OK && status != STATUS_UNAVAILABLE && !control->consumes) {
        log_line(LOG_ERROR, "bus", "RabbitMQ refused a declaration",
                 LOG_TEXT("name", text_of(control->name)), LOG_TEXT("reason", answer->reason));
    }
    amqp__buffer_finish(&control->frame);
    memory_free(control);
}

void amqp__control_failed(struct amqp_link *link, enum status status, struct text reason)
{
    if (link->is_asked) {
        answer_first(link, status, &(struct amqp_answer){.reason = reason});
    }
}

bool amqp__handle_control(struct amqp_link *link, amqp_method_number_t number, void *method)
{
    struct amqp_answer answer = {.reason = TEXT("")};
    if (number == AMQP_QUEUE_DELETE_OK_METHOD && link->is_deleting) {
        link->is_asked = link->is_deleting = false;
        amqp__ask_next(link);
        return true;
    }
    if (number == AMQP_QUEUE_DECLARE_OK_METHOD) {
        const amqp_queue_declare_ok_t *declared = method;
        answer.message_count = declared->message_count;
        answer.consumer_count = declared->consumer_count;
    } else if (number != AMQP_EXCHANGE_DECLARE_OK_METHOD && number != AMQP_QUEUE_BIND_OK_METHOD &&
               number != AMQP_BASIC_CONSUME_OK_METHOD) {
        return false;
    }
    if (link->is_asked) {
        answer_first(link, STATUS_OK, &answer);
        amqp__ask_next(link);
    }
    return true;
}

/* Answers come while the link is down, so that nobody waits for a broker that is away. */
void amqp__forget_controls(struct amqp_link *link)
{
    while (link->controls.first != NULL) {
        answer_first(link, STATUS_UNAVAILABLE,
                     &(struct amqp_answer){.reason = TEXT("RabbitMQ is out of reach")});
    }
    link->is_asked = link->is_deleting = false;
}
