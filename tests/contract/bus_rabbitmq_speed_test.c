/* bus_rabbitmq_speed_test.c - from the journal over RabbitMQ to handlers that have committed,
 * beside a bare publisher: the same broker, bodies of the same size, the same window, nobody who
 * consumes.
 *
 * The bar is half of the bare publisher. What waits shares messages of the broker's, so there is
 * much room above it, also on machines that have other things to do.
 */
#include "base/clock.h"
#include "bus/rabbitmq/amqp_link.h"
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS = 40000, BODY_BYTES = 450, AT_ONCE = 250, WINDOW = 1000 };

static struct rabbitmq_server *server;
static struct rig rig;
static const struct bus_contract contract = {.open = bus_contract_on_sqlite,
                                             .create = bus_contract_over_rabbitmq};
static const struct rig_options options[] = {
    {.name = "users"},
    {.name = "board", .follows = {"users"}},
};

static void wait_until(atomic_int *number, int wanted)
{
    int64_t end_ms = clock_monotonic_ms() + 60000;
    while (atomic_load(number) < wanted && clock_monotonic_ms() < end_ms) {
        usleep(500);
    }
    CHECK(atomic_load(number) >= wanted);
}

/* ---- the bare publisher ---- */

static atomic_int declared;
static atomic_int confirmed;

static void queue_declared(void *context, enum status status, const struct amqp_answer *answer)
{
    (void)context;
    (void)answer;
    CHECK_STATUS(status, STATUS_OK);
    atomic_fetch_add(&declared, 1);
}

static void up(void *context, struct amqp_link *link)
{
    const struct amqp_field quorum = AMQP_TEXT("x-queue-type", TEXT("quorum"));
    (void)context;
    amqp_link_declare_queue(link, TEXT("bare"), (struct amqp_fields){&quorum, 1},
                            (struct amqp_reply){.answered = queue_declared});
}

static void down(void *context, struct amqp_link *link, const char *reason)
{
    (void)context;
    (void)link;
    printf("#   %s\n", reason);
}

static void published(void *context, uint64_t reference, enum status status, struct text reason)
{
    (void)context;
    (void)reference;
    (void)reason;
    CHECK_STATUS(status, STATUS_OK);
    atomic_fetch_add(&confirmed, 1);
}

static double bare_rate(int count)
{
    char address[200];
    char body[BODY_BYTES];
    const char *error = NULL;
    struct amqp_message messages[AT_ONCE];
    snprintf(address, sizeof address, "amqp://guest:guest@127.0.0.1:%d/%s",
             rabbitmq_server_port(server), bus_contract_virtual_host());
    struct amqp_link_options link_options = {
        .address = address, .window = WINDOW, .listener = {.up = up, .down = down}};
    struct amqp_link *link = amqp_link_create(&link_options, &error);
    CHECK(link != NULL);
    memset(body, 'x', sizeof body);
    for (int i = 0; i < AT_ONCE; i++) {
        messages[i] = (struct amqp_message){.exchange = TEXT(""),
                                            .routing_key = TEXT("bare"),
                                            .message_id = TEXT("0af76519-16cd-43dd-8448-eb211c80"),
                                            .content_type = TEXT("application/cloudevents+json"),
                                            .body = {body, sizeof body}};
    }
    wait_until(&declared, 1);
    int64_t began_ms = clock_monotonic_ms();
    for (int i = 0; i < count; i += AT_ONCE) {
        while (amqp_link_waiting(link) > 2 * WINDOW) {
            usleep(200);
        }
        amqp_link_publish(link, messages, AT_ONCE, published, NULL);
    }
    wait_until(&confirmed, count);
    double rate = count * 1000.0 / (double)(clock_monotonic_ms() - began_ms);
    amqp_link_destroy(&link, 1000);
    return rate;
}

/* ---- ours ---- */

static double bus_rate(int count)
{
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start(&rig); /* the queues are made */
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1});
    rig_wait(&rig, 1, 1);
    rig_stop(&rig);
    rig_fill(&rig, (struct rig_telling){.member = 0, .count = count});
    rig_start(&rig);
    while (atomic_load(&rig.members[1].effects) < 2) {
        usleep(100);
    }
    int64_t began_ms = clock_monotonic_ms();
    int before = atomic_load(&rig.members[1].effects);
    wait_until(&rig.members[1].effects, 1 + count);
    double rate = (1 + count - before) * 1000.0 / (double)(clock_monotonic_ms() - began_ms);
    rig_stop(&rig);
    CHECK(rig_is_exact(&rig));
    rig_close(&rig);
    return rate;
}

static void half_of_a_bare_publisher(void)
{
    int count = test_scale(EVENTS) / AT_ONCE * AT_ONCE;
    double bare = bare_rate(count);
    double ours = bus_rate(count);
    printf("# %.0f events a second; a bare publisher %.0f; the ratio is %.2f\n", ours, bare,
           ours / bare);
    CHECK(ours / bare > 0.5);
}

static const struct test tests[] = {
    {.name = "half_of_a_bare_publisher", .run = half_of_a_bare_publisher},
};

int main(int argc, char **argv)
{
    server = rabbitmq_server_start();
    bus_contract_use_broker(server);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&server);
    return result;
}
