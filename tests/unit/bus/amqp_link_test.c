/* amqp_link_test.c - what a link does while nothing is lost: against a real RabbitMQ. */
#include "tests/unit/bus/amqp_numbers.h"

#include <pthread.h>

struct rabbitmq_server *broker;

enum { THREADS = 4 };

/* ---- to and fro ---- */

static void everything_arrives_once(void)
{
    int count = test_scale(20000); /* five windows of what may be on its way */
    count = count > NUMBERS_MAX ? NUMBERS_MAX : count;
    struct rig *rig = rig_prepare("once", 0);
    rig_start(rig, false);
    int64_t begun_ms = clock_monotonic_ms();
    rig_publish(rig, TEXT("facts"), 0, count);
    CHECK_UNTIL(rig_answered_count(rig) == count);
    int64_t published_ms = clock_monotonic_ms();
    CHECK_INT(atomic_load(&rig->published[STATUS_OK]), count);
    rig->consumer = rig_link(rig, rig_consumer_up);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == count);
    int64_t consumed_ms = clock_monotonic_ms();
    CHECK_INT(rig_missing(rig, count), 0);
    CHECK_INT(rig_doubled(rig, count), 0);
    CHECK_INT(atomic_load(&rig->downs), 0);
    printf("# %d messages of %d bytes: %d published and confirmed a second, %d consumed\n", count,
           BODY_BYTES, (int)(count * 1000L / (published_ms - begun_ms + 1)),
           (int)(count * 1000L / (consumed_ms - published_ms + 1)));
    amqp_link_ack(rig->consumer, rig->first, false); /* long taken: the broker closes the channel */
    CHECK_UNTIL(atomic_load(&rig->ended[STATUS_EXISTS]) == 1);
    rig_finish(rig);
}

static void *publish_some(void *context)
{
    struct rig *rig = context;
    static atomic_int next;
    int from = atomic_fetch_add(&next, 1) * 2000;
    for (int i = 0; i < 2000; i += 20) {
        rig_publish(rig, TEXT("facts"), from + i, from + i + 20);
    }
    return NULL;
}

static void many_threads_may_publish(void)
{
    struct rig *rig = rig_prepare("threads", 0);
    pthread_t threads[THREADS];
    rig_start(rig, true);
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, publish_some, rig), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == THREADS * 2000);
    CHECK_UNTIL(rig_missing(rig, THREADS * 2000) == 0);
    CHECK_INT(atomic_load(&rig->arrived_count), THREADS * 2000);
    rig_finish(rig);
}

/* ---- what a message carries ---- */

static char *large_body;
static atomic_int bodies_seen;

static void look_at_large(void *context, struct amqp_link *link,
                          const struct amqp_delivery *delivery)
{
    (void)context;
    if (text_equals(delivery->message_id, TEXT("large"))) {
        CHECK_INT(delivery->body.bytes, 1000000);
        CHECK(memcmp(delivery->body.data, large_body, 1000000) == 0);
        CHECK_INT(delivery->headers.count, 3);
        CHECK_TEXT(delivery->headers.items[0].name, "traceparent");
        CHECK_TEXT(delivery->headers.items[0].text, "00-aa-bb-01");
        CHECK(delivery->headers.items[1].is_number && !delivery->headers.items[1].is_flag);
        CHECK_INT(delivery->headers.items[1].number, -7000000000);
        CHECK(delivery->headers.items[2].is_flag && delivery->headers.items[2].number == 1);
        CHECK_TEXT(delivery->content_type, "application/json");
    } else {
        CHECK_TEXT(delivery->message_id, "empty");
        CHECK_INT(delivery->body.bytes, 0);
        CHECK_INT(delivery->headers.count, 0);
    }
    CHECK_TEXT(delivery->exchange, "facts");
    CHECK_TEXT(delivery->routing_key, "board.events");
    CHECK(!delivery->is_redelivered);
    amqp_link_ack(link, delivery->receipt, false);
    atomic_fetch_add(&bodies_seen, 1);
}

static void large_and_empty_bodies_arrive_whole(void)
{
    struct rig *rig = rig_prepare("large", 0);
    const struct amqp_field headers[] = {
        AMQP_TEXT("traceparent", TEXT("00-aa-bb-01")),
        AMQP_NUMBER("kontoraposition", -7000000000),
        AMQP_FLAG("again", true),
    };
    large_body = memory_take(1000000);
    for (int i = 0; i < 1000000; i++) {
        large_body[i] = (char)(i * 31 >> 3);
    }
    rig_start(rig, true);
    struct text queue = text_of(rig->queue);
    struct amqp_message messages[2] = {
        {.exchange = TEXT("facts"),
         .routing_key = queue,
         .message_id = TEXT("large"),
         .content_type = TEXT("application/json"),
         .headers = {headers, COUNT_OF(headers)},
         .body = {large_body, 1000000}},
        {.exchange = TEXT("facts"),
         .routing_key = queue,
         .message_id = TEXT("empty"),
         .content_type = TEXT("text/plain"),
         .body = TEXT("")},
    };
    rabbitmq_server_delete_queue(broker, rig->host, "board.events"); /* the rig's own consumer */
    CHECK_UNTIL(atomic_load(&rig->ended[STATUS_ABSENT]) == 1);
    rig_declare(rig, rig->consumer);
    amqp_link_consume(rig->consumer, &(struct amqp_consumer){.queue = queue,
                                                             .prefetch = 10,
                                                             .context = rig,
                                                             .arrived = look_at_large,
                                                             .ended = rig_ended});
    CHECK_UNTIL(atomic_load(&rig->ready) == 3);
    amqp_link_publish(rig->publisher, messages, 2, rig_published, rig);
    CHECK_UNTIL(atomic_load(&bodies_seen) == 2);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == 2);
    rig_finish(rig);
    memory_free(large_body);
}

/* ---- refused ---- */

static void what_no_queue_takes_is_returned(void)
{
    struct rig *rig = rig_prepare("returned", 0);
    rig_start(rig, false);
    rig_publish(rig, TEXT("facts"), 0, 10);
    rig->queue = "nobody.listens";
    rig_publish(rig, TEXT("facts"), 10, 15);
    rig->queue = "board.events";
    rig_publish(rig, TEXT("facts"), 15, 20);
    CHECK_UNTIL(rig_answered_count(rig) == 20);
    CHECK_INT(atomic_load(&rig->published[STATUS_OK]), 15);
    CHECK_INT(atomic_load(&rig->published[STATUS_ABSENT]), 5);
    for (int i = 0; i < 20; i++) {
        CHECK_INT(atomic_load(&rig->confirmed[i]), i < 10 || i >= 15);
    }
    rig_finish(rig);
}

static void an_absent_exchange_costs_the_channel_only(void)
{
    struct rig *rig = rig_prepare("exchange", 0);
    rig_start(rig, false);
    rig_publish(rig, TEXT("no such exchange"), 0, 3);
    CHECK_UNTIL(rig_answered_count(rig) == 3);
    CHECK_INT(atomic_load(&rig->published[STATUS_UNCERTAIN]), 3);
    rig_publish(rig, TEXT("facts"), 3, 10);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == 7);
    CHECK_INT(atomic_load(&rig->downs), 0);
    rig_finish(rig);
}

static void declarations_say_what_is_wrong(void)
{
    struct rig *rig = rig_prepare("declared", 0);
    struct amqp_reply counted = {rig_answered, rig};
    const struct amqp_field other[] = {AMQP_NUMBER("x-delivery-limit", 9)};
    rig_start(rig, false);
    amqp_link_look(rig->publisher, TEXT("no such queue"), counted);
    amqp_link_declare_queue(rig->publisher, text_of(rig->queue), (struct amqp_fields){other, 1},
                            counted);
    amqp_link_bind(rig->publisher, text_of(rig->queue), TEXT("nothing"), TEXT("x"), counted);
    CHECK_UNTIL(atomic_load(&rig->answers[STATUS_ABSENT]) == 2);
    CHECK_INT(atomic_load(&rig->answers[STATUS_EXISTS]), 1);
    rig_publish(rig, TEXT("facts"), 0, 42);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == 42);
    amqp_link_look(rig->publisher, text_of(rig->queue), counted);
    CHECK_UNTIL(atomic_load(&rig->last_message_count) == 42);
    CHECK_INT(rabbitmq_server_ready_count(broker, rig->host, rig->queue), 42);
    CHECK_INT(rabbitmq_server_ready_count(broker, rig->host, "other"), -1);
    rig_finish(rig);
}

static void what_is_rejected_comes_again_or_dies(void)
{
    struct rig *rig = rig_prepare("rejected", 0);
    rig->keeps_acks = true;
    rig_start(rig, true);
    rig_publish(rig, TEXT("facts"), 0, 1);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 1);
    CHECK_INT(atomic_load(&rig->delivery_count), 0);
    struct amqp_receipt receipt = rig->first;
    amqp_link_reject(rig->consumer, receipt, true);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 2);
    CHECK_INT(atomic_load(&rig->delivery_count), 1);
    CHECK_INT(atomic_load(&rig->redelivered), 1);
    receipt.tag = 2;
    amqp_link_reject(rig->consumer, receipt, false);
    CHECK_UNTIL(rabbitmq_server_ready_count(broker, rig->host, "dead") == 1);
    rig_finish(rig);
}

static void a_deleted_queue_ends_its_consumer(void)
{
    struct rig *rig = rig_prepare("deleted", 0);
    rig_start(rig, true);
    for (int round = 1; round <= 3; round++) {
        rabbitmq_server_delete_queue(broker, rig->host, rig->queue);
        CHECK_UNTIL(atomic_load(&rig->ended[STATUS_ABSENT]) == round);
        rig_declare(rig, rig->consumer);
        rig_consume(rig, rig->consumer);
        CHECK_UNTIL(atomic_load(&rig->ready) == 2 + round);
        rig_publish(rig, TEXT("facts"), round * 10, round * 10 + 10);
        CHECK_UNTIL(atomic_load(&rig->arrived_count) == round * 10);
    }
    rig->queue = "no such queue";
    rig_consume(rig, rig->consumer);
    CHECK_UNTIL(atomic_load(&rig->ended[STATUS_ABSENT]) == 4);
    rig_finish(rig);
}

/* As after a kill in the middle of its making: the broker knows it and does not have it. */
static void a_broken_queue_is_made_anew(void)
{
    struct rig *rig = rig_prepare("broken", 0);
    rig_start(rig, true);
    int ready = atomic_load(&rig->ready);
    rabbitmq_server_run(broker,
                        "[ra:force_delete_server(quorum_queues, amqqueue:get_pid(Q)) || "
                        "Q <- rabbit_amqqueue:list(<<\"%s\">>)].",
                        rig->host);
    rig_consume(rig, rig->consumer); /* one by whom it is noticed */
    CHECK_UNTIL(atomic_load(&rig->downs) == 2 && atomic_load(&rig->ready) == ready + 2);
    rig_publish(rig, TEXT("facts"), 0, 10);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 10);
    rig_finish(rig);
}

/* ---- wrong from the start ---- */

static void a_wrong_password_is_a_sentence(void)
{
    struct rig *rig = rig_prepare("password", 0);
    snprintf(rig->address, sizeof rig->address, "amqp://guest:s3cr3t@127.0.0.1:%d/%s",
             rabbitmq_server_port(broker), rig->host);
    rig->publisher = rig_link(rig, rig_publisher_up);
    CHECK_UNTIL(atomic_load(&rig->downs) >= 3);
    CHECK(rig_was_told(rig, "ACCESS_REFUSED"));
    CHECK(!rig_was_told(rig, "s3cr3t"));
    rig_publish(rig, TEXT("facts"), 0, 10);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_UNAVAILABLE]) == 10);
    CHECK_INT(atomic_load(&rig->ups), 0);
    rig_finish(rig);
}

static void an_absent_virtual_host_is_a_sentence(void)
{
    struct rig *rig = rig_prepare("present", 0);
    snprintf(rig->address, sizeof rig->address, "amqp://guest:guest@localhost:%d/absent",
             rabbitmq_server_port(broker));
    rig->publisher = rig_link(rig, rig_publisher_up);
    CHECK_UNTIL(atomic_load(&rig->downs) >= 1);
    CHECK(rig_was_told(rig, "absent"));
    rig_finish(rig);
}

static void a_bad_address_is_a_sentence(void)
{
    const char *error = NULL;
    struct amqp_link_options options = {.address = "http://localhost",
                                        .listener = {.up = rig_publisher_up, .down = rig_down}};
    CHECK(amqp_link_create(&options, &error) == NULL);
    CHECK(strstr(error, "amqp://") != NULL);
}

static const struct test tests[] = {
    {"everything arrives once", everything_arrives_once, 120},
    {"many threads may publish", many_threads_may_publish, 0},
    {"large and empty bodies arrive whole", large_and_empty_bodies_arrive_whole, 0},
    {"what no queue takes is returned", what_no_queue_takes_is_returned, 0},
    {"an absent exchange costs the channel only", an_absent_exchange_costs_the_channel_only, 0},
    {"declarations say what is wrong", declarations_say_what_is_wrong, 0},
    {"what is rejected comes again or dies", what_is_rejected_comes_again_or_dies, 0},
    {"a deleted queue ends its consumer", a_deleted_queue_ends_its_consumer, 0},
    {"a broken queue is made anew", a_broken_queue_is_made_anew, 0},
    {"a wrong password is a sentence", a_wrong_password_is_a_sentence, 0},
    {"an absent virtual host is a sentence", an_absent_virtual_host_is_a_sentence, 0},
    {"a bad address is a sentence", a_bad_address_is_a_sentence, 0},
};

int main(int argc, char **argv)
{
    broker = rabbitmq_server_start(); /* one of its own, because it breaks queues in it */
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&broker);
    return result;
}
