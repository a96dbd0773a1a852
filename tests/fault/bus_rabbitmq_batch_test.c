/* bus_rabbitmq_batch_test.c - several rows in one message of the broker's: what somebody outside
 * sees of them, and that each counts once whatever became of the others.
 *
 * The outsider listens to the same exchange. What he got is put into the queue again, harmed.
 */
#include "base/clock.h"
#include "base/json.h"
#include "bus/message.h"
#include "bus/rabbitmq/amqp_link.h"
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEARD_MAX = 64 };

static struct rabbitmq_server *server;
static struct rig rig;
static const struct bus_contract contract = {.open = bus_contract_on_sqlite,
                                             .create = bus_contract_over_rabbitmq};
static const struct rig_options options[] = {
    {.name = "users"},
    {.name = "board", .follows = {"users"}},
};

/* ---- the outsider ---- */

struct heard {
    bool is_batch;
    int64_t count; /* as the header says; 0: none */
    char key[64];
    struct text body;
};

static struct arena *arena; /* of the link's thread while he listens */
static struct amqp_link *outside;
static const char *listens_to;
static atomic_int bound_count;
static atomic_int heard_count;
static struct heard heard[HEARD_MAX];

static void arrived(void *context, struct amqp_link *link, const struct amqp_delivery *delivery)
{
    int index = atomic_load(&heard_count);
    (void)context;
    CHECK(index < HEARD_MAX);
    struct heard *one = &heard[index];
    one->is_batch = text_equals(delivery->content_type, TEXT("application/cloudevents-batch+json"));
    CHECK(one->is_batch ||
          text_equals(delivery->content_type, TEXT("application/cloudevents+json")));
    one->count = 0;
    for (size_t i = 0; i < delivery->headers.count; i++) {
        if (text_equals(delivery->headers.items[i].name, TEXT("kontora-count"))) {
            one->count = delivery->headers.items[i].number;
        }
    }
    snprintf(one->key, sizeof one->key, "%.*s", TEXT_ARGS(delivery->routing_key));
    one->body = text_copy(arena, delivery->body);
    amqp_link_ack(link, delivery->receipt, false);
    atomic_fetch_add(&heard_count, 1);
}

static void ended(void *context, enum status status, struct text reason)
{
    (void)context;
    (void)status;
    (void)reason;
}

static void bound(void *context, enum status status, const struct amqp_answer *answer)
{
    (void)context;
    (void)answer;
    CHECK_STATUS(status, STATUS_OK);
    atomic_fetch_add(&bound_count, 1);
}

static void up(void *context, struct amqp_link *link)
{
    const struct amqp_field quorum = AMQP_TEXT("x-queue-type", TEXT("quorum"));
    const struct amqp_reply no_reply = {0};
    const struct amqp_consumer consumer = {
        .queue = TEXT("outside"), .prefetch = HEARD_MAX, .arrived = arrived, .ended = ended};
    (void)context;
    amqp_link_declare_exchange(link, TEXT("users.domain"), AMQP_TOPIC, no_reply);
    amqp_link_declare_queue(link, consumer.queue, (struct amqp_fields){&quorum, 1}, no_reply);
    amqp_link_bind(link, consumer.queue, TEXT("users.domain"), text_of(listens_to),
                   (struct amqp_reply){.answered = bound});
    amqp_link_consume(link, &consumer);
}

static void down(void *context, struct amqp_link *link, const char *reason)
{
    (void)context;
    (void)link;
    printf("#   %s\n", reason);
}

static void listen_outside(const char *key)
{
    char address[200];
    const char *error = NULL;
    snprintf(address, sizeof address, "amqp://guest:guest@127.0.0.1:%d/%s",
             rabbitmq_server_port(server), bus_contract_virtual_host());
    arena = arena_create("outside", 64 * 1024 * 1024);
    listens_to = key;
    outside = amqp_link_create(
        &(struct amqp_link_options){.address = address, .listener = {.up = up, .down = down}},
        &error);
    CHECK(outside != NULL);
    CHECK_UNTIL(atomic_load(&bound_count) >= 1);
}

static void published(void *context, uint64_t reference, enum status status, struct text reason)
{
    (void)reference;
    (void)reason;
    CHECK_STATUS(status, STATUS_OK);
    atomic_fetch_add((atomic_int *)context, 1);
}

static void put_batch(const char *queue, struct text body, int64_t count)
{
    atomic_int confirmed = 0;
    const struct amqp_field header = AMQP_NUMBER("kontora-count", count);
    const struct amqp_message message = {
        .exchange = TEXT(""),
        .routing_key = text_of(queue),
        .message_id = TEXT("harmed"),
        .content_type = TEXT("application/cloudevents-batch+json"),
        .headers = {&header, 1},
        .body = body,
    };
    amqp_link_publish(outside, &message, 1, published, &confirmed);
    CHECK_UNTIL(atomic_load(&confirmed) >= 1);
}

/* ---- what was told while only its teller ran ---- */

static void open_with_queues(void)
{
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 5});
    rig_wait(&rig, 1, 5);
    rig_stop(&rig);
}

static uint64_t published_so_far(void)
{
    struct bus_depth depth = {0};
    bus_depth(rig.bus, &depth);
    return depth.published;
}

static void publish_what_waits(uint64_t count)
{
    rig_start_some(&rig, 1);
    CHECK_UNTIL(published_so_far() >= count);
    CHECK_INT((int64_t)published_so_far(), (int64_t)count);
    rig_stop(&rig);
}

static void wait_put_aside(int wanted)
{
    CHECK_UNTIL(rabbitmq_server_ready_count(server, bus_contract_virtual_host(),
                                            "kontora.malformed") == wanted);
}

/* As many effects, and deliveries that nobody could read. */
static void finish(int effects, int put_aside)
{
    rig_start(&rig);
    rig_wait(&rig, 1, effects);
    wait_put_aside(put_aside);
    rig_stop(&rig);
    CHECK(rig_is_exact(&rig));
    rig_close(&rig);
    amqp_link_destroy(&outside, 1000);
    arena_destroy(&arena);
}

/* So many messages, and not one more. */
static void wait_heard(int count)
{
    CHECK_UNTIL(atomic_load(&heard_count) >= count);
    usleep(50 * 1000);
    CHECK_INT(atomic_load(&heard_count), count);
}

static void check_heard(int index, int64_t count, const char *key)
{
    const struct json *root = NULL;
    struct json_error at;
    struct arena *texts = arena_create("heard", 16 * 1024 * 1024);
    CHECK(heard[index].is_batch == (count > 1));
    CHECK_INT(heard[index].count, count > 1 ? count : 0);
    CHECK(strcmp(heard[index].key, key) == 0);
    CHECK_STATUS(json_read(texts, heard[index].body, heard[index].body.bytes, &root, &at),
                 STATUS_OK);
    CHECK_INT(root->kind, count > 1 ? JSON_ARRAY : JSON_OBJECT);
    for (const struct json *value = count > 1 ? root->first : root; value != NULL;
         value = value->next) {
        struct message message;
        struct text error;
        CHECK_STATUS(message_read_value(texts, value, &message, &error), STATUS_OK);
        CHECK_TEXT(message.name, key);
    }
    CHECK(count == 1 || (int64_t)root->count == count);
    arena_destroy(&texts);
}

static void what_waits_shares_messages(void)
{
    open_with_queues();
    listen_outside("#");
    rig_fill(&rig, (struct rig_telling){.count = 150});
    publish_what_waits(150);
    wait_heard(3);
    check_heard(0, 64, "thing.happened");
    check_heard(1, 64, "thing.happened");
    check_heard(2, 22, "thing.happened");
    finish(155, 0);
}

static void what_is_alone_goes_as_it_is(void)
{
    open_with_queues();
    listen_outside("#");
    rig_fill(&rig, (struct rig_telling){.count = 1});
    publish_what_waits(1);
    wait_heard(1);
    check_heard(0, 1, "thing.happened");
    finish(6, 0);
}

/* Who listens to one name gets that name only, and in order. */
static void other_names_go_apart(void)
{
    open_with_queues();
    listen_outside("thing.ended");
    rig_fill(&rig, (struct rig_telling){.count = 10});
    rig_fill(&rig, (struct rig_telling){.count = 7, .name = "thing.ended"});
    rig_fill(&rig, (struct rig_telling){.count = 3});
    rig_fill(&rig, (struct rig_telling){.count = 1, .name = "thing.ended"});
    rig_fill(&rig, (struct rig_telling){.count = 20, .addressee = "board"});
    publish_what_waits(41);
    wait_heard(2);
    check_heard(0, 7, "thing.ended");
    check_heard(1, 1, "thing.ended");
    finish(5 + 21 + 20, 0);
}

/* 256 KiB: two of these fit, three do not. */
static void large_ones_are_not_many(void)
{
    open_with_queues();
    listen_outside("#");
    rig_fill(&rig, (struct rig_telling){.count = 4, .data_bytes = 100 * 1024});
    rig_fill(&rig, (struct rig_telling){.count = 2, .data_bytes = 300 * 1024});
    publish_what_waits(6);
    wait_heard(4);
    check_heard(0, 2, "thing.happened");
    check_heard(1, 2, "thing.happened");
    check_heard(2, 1, "thing.happened");
    check_heard(3, 1, "thing.happened");
    finish(11, 0);
}

/* ---- harm ---- */

/* The batch that the outsider heard, without some of it; or with a member that is no message. */
struct harm {
    int64_t first_left_out;
    int64_t last_left_out;
    int64_t rubbish_before; /* -1: none */
    bool is_backwards;
};

static struct text harm(const struct heard *batch, const struct harm *how, int64_t *count_out)
{
    const struct json *root = NULL;
    struct json_error at;
    struct text members[128];
    size_t count = 0;
    int64_t index = 0;
    CHECK_STATUS(json_read(arena, batch->body, batch->body.bytes, &root, &at), STATUS_OK);
    for (const struct json *value = root->first; value != NULL; value = value->next, index++) {
        if (index == how->rubbish_before) {
            members[count++] = TEXT("{\"rubbish\":true}");
        }
        if (index < how->first_left_out || index > how->last_left_out) {
            members[count++] = value->text;
        }
    }
    for (size_t i = 0; how->is_backwards && i < count / 2; i++) {
        struct text kept = members[i];
        members[i] = members[count - 1 - i];
        members[count - 1 - i] = kept;
    }
    *count_out = (int64_t)count;
    return message_join(arena, members, count);
}

static void purge(const char *queue)
{
    rabbitmq_server_run(server,
                        "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"%s\">>, queue, "
                        "<<\"%s\">>)), element(1, rabbit_amqqueue:purge(Q)).",
                        bus_contract_virtual_host(), queue);
}

/* 128 rows in two messages; the first of them is harmed on its way. */
static void harmed_on_the_way(const struct harm *how, int put_aside)
{
    int64_t count = 0;
    open_with_queues();
    listen_outside("#");
    rig_fill(&rig, (struct rig_telling){.count = 128});
    publish_what_waits(128);
    wait_heard(2);
    purge("board.users");
    struct text harmed = harm(&heard[0], how, &count);
    put_batch("board.users", harmed, count);
    put_batch("board.users", heard[1].body, 64);
    put_batch("board.users", harmed, 1); /* what a header says is not believed */
    finish(133, put_aside);
}

static void a_gap_in_the_middle(void)
{
    const struct harm gap = {.first_left_out = 20, .last_left_out = 30, .rubbish_before = -1};
    harmed_on_the_way(&gap, 0);
    CHECK(atomic_load(&rig.members[1].conflicts) == 0); /* the bus itself has seen it */
}

static void the_wrong_order(void)
{
    const struct harm order = {
        .first_left_out = -1, .last_left_out = -1, .rubbish_before = -1, .is_backwards = true};
    harmed_on_the_way(&order, 0);
}

static void one_that_is_no_message(void)
{
    const struct harm rubbish = {.first_left_out = -1, .last_left_out = -1, .rubbish_before = 40};
    harmed_on_the_way(&rubbish, 2);
}

static void no_batch_at_all(void)
{
    static const char *const bodies[] = {"[]", "{}", "[", "7", "[7]", "[[]]"};
    open_with_queues();
    listen_outside("#");
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        put_batch("board.users", text_of(bodies[i]), INT32_MAX);
    }
    rig_fill(&rig, (struct rig_telling){.count = 100});
    finish(105, (int)COUNT_OF(bodies));
}

static const struct test tests[] = {
    {.name = "what_waits_shares_messages", .run = what_waits_shares_messages},
    {.name = "what_is_alone_goes_as_it_is", .run = what_is_alone_goes_as_it_is},
    {.name = "other_names_go_apart", .run = other_names_go_apart},
    {.name = "large_ones_are_not_many", .run = large_ones_are_not_many},
    {.name = "a_gap_in_the_middle", .run = a_gap_in_the_middle},
    {.name = "the_wrong_order", .run = the_wrong_order},
    {.name = "one_that_is_no_message", .run = one_that_is_no_message},
    {.name = "no_batch_at_all", .run = no_batch_at_all},
};

int main(int argc, char **argv)
{
    server = rabbitmq_server_share();
    bus_contract_use_broker(server);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&server);
    return result;
}
