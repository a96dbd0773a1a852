/* bus_rabbitmq_bugs_test.c - with a bug put in on purpose the bus over RabbitMQ loses messages, and
 * the comparison sees so. Needs the build with FAULTS.
 */
#include "base/clock.h"
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdlib.h>
#include <unistd.h>

static struct rabbitmq_server *server;
static struct rig rig;
static const struct bus_contract contract = {.open = bus_contract_on_sqlite,
                                             .create = bus_contract_over_rabbitmq};
enum { A_WHILE_MS = 4000 };

static const struct rig_options options[] = {
    {.name = "users"},
    {.name = "board", .follows = {"users"}},
};

/* As rig_wait; but who is not sure to get them all is not waited for that long. */
static void wait_for(int effects, bool is_sure)
{
    int64_t end_ms = clock_monotonic_ms() + (is_sure ? TEST_PATIENCE_MS : A_WHILE_MS);
    while (atomic_load(&rig.members[1].effects) < effects && clock_monotonic_ms() < end_ms) {
        usleep(1000);
    }
}

/* The queue goes, with all that was in it, while nobody consumes. */
static bool a_lost_queue_is_made_good(const char *bug)
{
    struct bus_depth depth = {0};
    if (bug != NULL) {
        CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    }
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 50});
    wait_for(50, bug == NULL);
    rig_stop(&rig);
    rig_start_some(&rig, 1);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 150});
    while (depth.published < 150) {
        usleep(1000);
        bus_depth(rig.bus, &depth);
    }
    rig_stop(&rig);
    rabbitmq_server_delete_queue(server, bus_contract_virtual_host(), "board.users");
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 50});
    wait_for(250, bug == NULL);
    rig_stop(&rig);
    bool is_exact = rig_is_exact(&rig);
    rig_close(&rig);
    return is_exact;
}

static void without_a_bug_nothing_is_lost(void)
{
    CHECK(a_lost_queue_is_made_good(NULL));
}

static void who_ignores_gaps_loses_messages(void)
{
    CHECK(!a_lost_queue_is_made_good("rabbit_ignores_gaps"));
}

static void who_skips_one_loses_messages(void)
{
    CHECK(!a_lost_queue_is_made_good("bus_skips_one"));
}

static const struct test tests[] = {
    {.name = "without_a_bug_nothing_is_lost", .run = without_a_bug_nothing_is_lost},
    {.name = "who_ignores_gaps_loses_messages", .run = who_ignores_gaps_loses_messages},
    {.name = "who_skips_one_loses_messages", .run = who_skips_one_loses_messages},
};

int main(int argc, char **argv)
{
    server = rabbitmq_server_share();
    bus_contract_use_broker(server);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&server);
    return result;
}
