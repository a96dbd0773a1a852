/* rabbitmq_outside.c - plain queues in RabbitMQ, for programs that are none of ours.
 *
 * Two connections: a broker that is short of memory holds the one that publishes, and answers must
 * still come in. Letters go by the default exchange, whose key is the name of the queue, and carry
 * `reply-to`. A letter that was given out DELIVERIES_MAX times without an answer is dropped by the
 * broker: whoever has sent it sees that it waits nowhere, and decides. Answers are never dropped.
 */
#include "bus/rabbitmq_outside.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "bus/rabbitmq/amqp_link.h"

#include <stdatomic.h>
#include <string.h>

enum {
    DELIVERIES_MAX = 20,
    GRACE_MS = 3000,
    LETTERS_AT_ONCE = 100,
};

struct place { /* a queue */
    struct outside *outside;
    char name[AMQP_NAME_BYTES_MAX + 1];
    bool is_heard;
    atomic_bool is_lost; /* to be declared, and consumed, again */
    atomic_llong waiting;
    atomic_bool is_asked;
    atomic_llong asked_ms;  /* monotonic */
    atomic_llong looked_ms; /* when what is answered had been asked; 0: never, on this connection */
};

struct outside {
    uint16_t unanswered_max;
    void *context;
    void (*arrived)(void *context, const struct outside_arrival *arrival);
    void (*sent)(void *context, uint64_t reference, enum status status);
    _Atomic(struct amqp_link *) publisher; /* NULL until it was up once */
    _Atomic(struct amqp_link *) consumer;
    atomic_bool publisher_is_up;
    atomic_bool consumer_is_up;
    struct amqp_link *links[2]; /* of who creates and destroys */
    size_t place_count;
    struct place places[];
};

static struct text name_of(const struct place *place)
{
    return text_of(place->name);
}

/* ---- queues ---- */

/* Somebody else may have made it in his own way; then it is used as it is. */
static void declared(void *context, enum status status, const struct amqp_answer *answer)
{
    const struct place *place = context;
    if (status != STATUS_OK && status != STATUS_UNAVAILABLE) {
        log_line(LOG_WARNING, "outside", "a queue could not be made; if it is there, it is used",
                 LOG_TEXT("queue", name_of(place)), LOG_TEXT("why", answer->reason));
    }
}

static void declare(struct place *place, struct amqp_link *link)
{
    const struct amqp_field arguments[] = {AMQP_TEXT("x-queue-type", TEXT("quorum")),
                                           AMQP_NUMBER("x-delivery-limit", DELIVERIES_MAX)};
    size_t count = place->is_heard ? 1 : COUNT_OF(arguments); /* no limit for what we take */
    amqp_link_declare_queue(link, name_of(place), (struct amqp_fields){arguments, count},
                            (struct amqp_reply){.answered = declared, .context = place});
}

static void on_arrived(void *context, struct amqp_link *link, const struct amqp_delivery *delivery)
{
    const struct place *place = context;
    struct outside *outside = place->outside;
    struct outside_arrival arrival = {
        .queue = (size_t)(place - outside->places),
        .receipt = {.generation = delivery->receipt.generation,
                    .tag = delivery->receipt.tag,
                    .channel = delivery->receipt.channel},
        .body = delivery->body,
    };
    (void)link;
    outside->arrived(outside->context, &arrival);
}

static void on_ended(void *context, enum status status, struct text reason)
{
    struct place *place = context;
    log_line(LOG_WARNING, "outside", "nothing more comes from a queue; it is tried again",
             LOG_TEXT("queue", name_of(place)), LOG_TEXT("status", text_of(status_name(status))),
             LOG_TEXT("why", reason));
    atomic_store(&place->is_lost, true);
}

static void consume(struct place *place, struct amqp_link *link)
{
    amqp_link_consume(link, &(struct amqp_consumer){.queue = name_of(place),
                                                    .prefetch = place->outside->unanswered_max,
                                                    .context = place,
                                                    .arrived = on_arrived,
                                                    .ended = on_ended});
}

/* ---- connections ---- */

static void publisher_up(void *context, struct amqp_link *link)
{
    struct outside *outside = context;
    for (size_t i = 0; i < outside->place_count; i++) {
        declare(&outside->places[i], link);
    }
    atomic_store(&outside->publisher, link);
    atomic_store(&outside->publisher_is_up, true);
}

static void publisher_down(void *context, struct amqp_link *link, const char *reason)
{
    struct outside *outside = context;
    (void)link;
    (void)reason; /* the link has said so */
    atomic_store(&outside->publisher_is_up, false);
}

static void consumer_up(void *context, struct amqp_link *link)
{
    struct outside *outside = context;
    for (size_t i = 0; i < outside->place_count; i++) {
        struct place *place = &outside->places[i];
        atomic_store(&place->is_lost, false);
        declare(place, link);
        if (place->is_heard) {
            consume(place, link);
        }
    }
    atomic_store(&outside->consumer, link);
    atomic_store(&outside->consumer_is_up, true);
}

static void consumer_down(void *context, struct amqp_link *link, const char *reason)
{
    struct outside *outside = context;
    (void)link;
    (void)reason;
    atomic_store(&outside->consumer_is_up, false);
    for (size_t i = 0; i < outside->place_count; i++) {
        atomic_store(&outside->places[i].looked_ms, 0);
    }
}

bool outside_is_up(const struct outside *outside)
{
    return atomic_load(&outside->publisher_is_up) && atomic_load(&outside->consumer_is_up);
}

/* ---- letters ---- */

static void on_published(void *context, uint64_t reference, enum status status, struct text reason)
{
    struct outside *outside = context;
    if (status == STATUS_ABSENT || status == STATUS_REFUSED) {
        log_line(LOG_WARNING, "outside", "the broker did not take a letter; it is sent again",
                 LOG_TEXT("status", text_of(status_name(status))), LOG_TEXT("why", reason));
    }
    outside->sent(outside->context, reference, status);
}

static struct amqp_message message_of(const struct outside *outside,
                                      const struct outside_letter *letter)
{
    MUST(letter->queue < outside->place_count && letter->reference != 0);
    return (struct amqp_message){
        .reference = letter->reference,
        .routing_key = name_of(&outside->places[letter->queue]),
        .message_id = letter->id,
        .reply_to = letter->answers_to,
        .content_type = TEXT("application/json"),
        .body = letter->body,
    };
}

static void send_some(struct outside *outside, const struct outside_letter *letters, size_t count)
{
    struct amqp_message messages[LETTERS_AT_ONCE];
    struct amqp_link *link = atomic_load(&outside->publisher);
    for (size_t i = 0; i < count; i++) {
        messages[i] = message_of(outside, &letters[i]);
    }
    if (link != NULL) {
        amqp_link_publish(link, messages, count, on_published, outside);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        outside->sent(outside->context, letters[i].reference, STATUS_UNAVAILABLE);
    }
}

void outside_send(struct outside *outside, const struct outside_letter *letters, size_t count)
{
    for (size_t done = 0; done < count; done += LETTERS_AT_ONCE) {
        size_t left = count - done;
        send_some(outside, letters + done, left < LETTERS_AT_ONCE ? left : LETTERS_AT_ONCE);
    }
}

/* ---- arrivals ---- */

static struct amqp_receipt receipt_of(struct outside_receipt receipt)
{
    return (struct amqp_receipt){
        .generation = receipt.generation, .tag = receipt.tag, .channel = receipt.channel};
}

void outside_taken(struct outside *outside, struct outside_receipt receipt)
{
    struct amqp_link *link = atomic_load(&outside->consumer);
    if (link != NULL) {
        amqp_link_ack(link, receipt_of(receipt), false);
    }
}

void outside_returned(struct outside *outside, struct outside_receipt receipt)
{
    struct amqp_link *link = atomic_load(&outside->consumer);
    if (link != NULL) {
        amqp_link_reject(link, receipt_of(receipt), true);
    }
}

/* ---- how much waits ---- */

static void looked(void *context, enum status status, const struct amqp_answer *answer)
{
    struct place *place = context;
    if (status == STATUS_OK) {
        atomic_store(&place->waiting, answer->message_count);
        atomic_store(&place->looked_ms, atomic_load(&place->asked_ms));
    } else {
        atomic_store(&place->looked_ms, 0);
    }
    atomic_store(&place->is_asked, false);
    if (status == STATUS_ABSENT && !place->is_heard) { /* of the other kind its consumer says so */
        atomic_store(&place->is_lost, true);
    }
}

void outside_tend(struct outside *outside)
{
    struct amqp_link *link = atomic_load(&outside->consumer);
    if (link == NULL || !atomic_load(&outside->consumer_is_up)) {
        return;
    }
    for (size_t i = 0; i < outside->place_count; i++) {
        struct place *place = &outside->places[i];
        if (atomic_exchange(&place->is_lost, false)) {
            declare(place, link);
            if (place->is_heard) {
                consume(place, link);
            }
        }
        if (!atomic_exchange(&place->is_asked, true)) {
            atomic_store(&place->asked_ms, clock_monotonic_ms());
            amqp_link_look(link, name_of(place),
                           (struct amqp_reply){.answered = looked, .context = place});
        }
    }
}

int64_t outside_waiting(const struct outside *outside, size_t queue, int64_t since_ms)
{
    MUST(queue < outside->place_count);
    const struct place *place = &outside->places[queue];
    int64_t looked_ms = atomic_load(&place->looked_ms);
    return looked_ms != 0 && looked_ms >= since_ms ? atomic_load(&place->waiting) : -1;
}

/* ---- the whole ---- */

static void add_place(struct outside *outside, const struct outside_queue *queue)
{
    struct place *place = &outside->places[outside->place_count++];
    MUST(queue->name.bytes > 0 && queue->name.bytes <= AMQP_NAME_BYTES_MAX);
    place->outside = outside;
    place->is_heard = queue->is_heard;
    memcpy(place->name, queue->name.data, queue->name.bytes);
}

static struct amqp_link *connect_as(struct outside *outside, const char *address, const char *name,
                                    struct amqp_listener listener, const char **error_out)
{
    listener.context = outside;
    return amqp_link_create(
        &(struct amqp_link_options){.address = address, .name = name, .listener = listener},
        error_out);
}

struct outside *rabbitmq_outside_create(const struct outside_options *options, const char *address,
                                        const char **error_out)
{
    MUST(options->queue_count > 0 && options->unanswered_max > 0);
    MUST(options->arrived != NULL && options->sent != NULL);
    struct outside *outside =
        memory_take(sizeof *outside + options->queue_count * sizeof outside->places[0]);
    outside->unanswered_max = options->unanswered_max;
    outside->context = options->context;
    outside->arrived = options->arrived;
    outside->sent = options->sent;
    for (size_t i = 0; i < options->queue_count; i++) {
        add_place(outside, &options->queues[i]);
    }
    outside->links[0] =
        connect_as(outside, address, "kontora letters",
                   (struct amqp_listener){.up = publisher_up, .down = publisher_down}, error_out);
    if (outside->links[0] != NULL) {
        outside->links[1] =
            connect_as(outside, address, "kontora answers",
                       (struct amqp_listener){.up = consumer_up, .down = consumer_down}, error_out);
    }
    if (outside->links[1] == NULL) {
        outside_destroy(&outside);
    }
    return outside;
}

void outside_destroy(struct outside **place)
{
    struct outside *outside = *place;
    if (outside == NULL) {
        return;
    }
    for (size_t i = 0; i < COUNT_OF(outside->links); i++) {
        if (outside->links[i] != NULL) {
            amqp_link_destroy(&outside->links[i], GRACE_MS);
        }
    }
    memory_free(outside);
    *place = NULL;
}
