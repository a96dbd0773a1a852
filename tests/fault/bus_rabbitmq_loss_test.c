/* bus_rabbitmq_loss_test.c - everything that can happen to a broker and to the way to it happens
 * under load, and every message has counted once and in order afterwards, without a hand.
 */
#include "base/clock.h"
#include "tests/lib/bad_link.h"
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdio.h>
#include <unistd.h>

enum { AT_ONCE = 20, PAUSE_US = 6000, PATIENCE_MS = 60 * 1000 };

static struct rabbitmq_server *server;
static struct rig rig;
static const struct bus_contract contract = {.open = bus_contract_on_sqlite,
                                             .create = bus_contract_over_rabbitmq};

static const struct rig_options options[] = {
    {.name = "users", .is_addressed = true},
    {.name = "board", .follows = {"users"}, .is_addressed = true, .replies = true},
};

/* ---- a load that goes on whatever happens ---- */

static atomic_bool load_ends;
static atomic_int events;
static atomic_int commands;

static void *tell_often(void *argument)
{
    (void)argument;
    while (!atomic_load(&load_ends)) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = AT_ONCE});
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 2, .addressee = "board"});
        atomic_fetch_add(&events, AT_ONCE);
        atomic_fetch_add(&commands, 2);
        usleep(PAUSE_US);
    }
    return NULL;
}

static pthread_t begin_load(void)
{
    pthread_t thread;
    atomic_store(&load_ends, false);
    CHECK(pthread_create(&thread, NULL, tell_often, NULL) == 0);
    return thread;
}

static int effects_of(size_t member)
{
    return atomic_load(&rig.members[member].effects);
}

static void wait_for(size_t member, int effects)
{
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (effects_of(member) < effects && clock_monotonic_ms() < end_ms) {
        usleep(1000);
    }
    CHECK(effects_of(member) >= effects);
}

/* It goes on by itself: what is told now arrives. */
static void wait_until_it_flows(void)
{
    wait_for(1, atomic_load(&events) + atomic_load(&commands) + 10 * AT_ONCE);
}

static void end_load(pthread_t thread)
{
    atomic_store(&load_ends, true);
    pthread_join(thread, NULL);
    int64_t began_ms = clock_monotonic_ms();
    wait_for(1, atomic_load(&events) + atomic_load(&commands));
    wait_for(0, atomic_load(&commands)); /* the replies */
    struct bus_depth depth;
    bus_depth(rig.bus, &depth);
    printf("# %d events, %d commands; %llu published, %llu delivered, %llu of them again; %lld ms "
           "after the last\n",
           atomic_load(&events), atomic_load(&commands), (unsigned long long)depth.published,
           (unsigned long long)depth.delivered, (unsigned long long)depth.again,
           (long long)(clock_monotonic_ms() - began_ms));
    CHECK(rig_is_exact(&rig));
    rig_stop(&rig);
    CHECK(rig_is_exact(&rig));
    rig_close(&rig);
}

static pthread_t start(void)
{
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start(&rig);
    pthread_t load = begin_load();
    wait_until_it_flows();
    return load;
}

/* ---- the broker ---- */

static void a_killed_broker(void)
{
    pthread_t load = start();
    for (int i = 0; i < test_scale(2); i++) {
        rabbitmq_server_kill(server);
        usleep(500 * 1000);
        rabbitmq_server_start_again(server);
        wait_until_it_flows();
    }
    end_load(load);
}

static void a_memory_alarm(void)
{
    pthread_t load = start();
    for (int i = 0; i < test_scale(2); i++) {
        rabbitmq_server_memory_alarm(server, true);
        usleep(1000 * 1000);
        rabbitmq_server_memory_alarm(server, false);
        wait_until_it_flows();
    }
    end_load(load);
}

static void deleted_queues(void)
{
    static const char *const queues[] = {"board.users", "board.commands", "users.commands",
                                         "board.dead"};
    pthread_t load = start();
    for (int i = 0; i < test_scale(1) * (int)COUNT_OF(queues); i++) {
        rabbitmq_server_delete_queue(server, bus_contract_virtual_host(),
                                     queues[i % (int)COUNT_OF(queues)]);
        wait_until_it_flows();
    }
    end_load(load);
}

static void purge(const char *queue)
{
    rabbitmq_server_run(server,
                        "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"%s\">>, queue, "
                        "<<\"%s\">>)), element(1, rabbit_amqqueue:purge(Q)).",
                        bus_contract_virtual_host(), queue);
}

/* While nobody consumes, so that all of it goes; and nothing is told afterwards. */
static void lose_while_nobody_runs(void (*lose)(void))
{
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 100});
    rig_wait(&rig, 1, 100);
    rig_stop(&rig);
    rig_start_some(&rig, 1); /* only who tells */
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 500});
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 50, .addressee = "board"});
    struct bus_depth depth;
    do {
        usleep(1000);
        bus_depth(rig.bus, &depth);
    } while (depth.published < 550);
    rig_stop(&rig);
    lose();
    rig_start(&rig);
    rig_wait(&rig, 1, 650);
    rig_wait(&rig, 0, 50);
    CHECK(rig_is_exact(&rig));
    rig_stop(&rig);
    rig_close(&rig);
}

static void delete_both(void)
{
    rabbitmq_server_delete_queue(server, bus_contract_virtual_host(), "board.users");
    rabbitmq_server_delete_queue(server, bus_contract_virtual_host(), "board.commands");
}

static void purge_both(void)
{
    purge("board.users");
    purge("board.commands");
}

static void queues_deleted_while_nobody_ran(void)
{
    lose_while_nobody_runs(delete_both);
}

static void queues_purged_while_nobody_ran(void)
{
    lose_while_nobody_runs(purge_both);
}

/* A command for who was never there is kept, and comes when he does. */
static void who_was_never_started_gets_his_commands(void)
{
    rig_open(&rig, &contract, options, COUNT_OF(options));
    rig_start_some(&rig, 1);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 30, .addressee = "board"});
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 30});
    struct bus_depth depth;
    do {
        usleep(1000);
        bus_depth(rig.bus, &depth);
    } while (depth.published < 60);
    rig_stop(&rig);
    rig_start(&rig);
    rig_wait(&rig, 1, 60);
    rig_wait(&rig, 0, 30);
    CHECK(rig_is_exact(&rig));
    rig_stop(&rig);
    rig_close(&rig);
}

static void what_is_no_message_is_put_aside(void)
{
    pthread_t load = start();
    rabbitmq_server_run(
        server,
        "X = rabbit_misc:r(<<\"%s\">>, exchange, <<\"users.domain\">>), "
        "[rabbit_basic:publish(X, <<\"rubbish\">>, [], <<\"{}\">>) || _ <- lists:seq(1, 5)], ok.",
        bus_contract_virtual_host());
    CHECK_UNTIL(
        rabbitmq_server_ready_count(server, bus_contract_virtual_host(), "kontora.malformed") == 5);
    end_load(load);
}

/* ---- the way to it ---- */

static struct bad_link *start_through_link(pthread_t *load_out)
{
    struct bad_link *link = bad_link_start(rabbitmq_server_port(server));
    bus_contract_through(bad_link_port(link));
    *load_out = start();
    return link;
}

static void a_cut_connection(void)
{
    pthread_t load;
    struct bad_link *link = start_through_link(&load);
    for (int i = 0; i < test_scale(6); i++) {
        if (i % 2 == 0) {
            bad_link_cut(link);
        } else {
            bad_link_reset(link);
        }
        wait_until_it_flows();
    }
    end_load(load);
    bad_link_stop(&link);
}

/* Nobody says that the connection is lost: heartbeats find out. */
static void a_connection_that_is_silent(void)
{
    pthread_t load;
    struct bad_link *link = start_through_link(&load);
    for (int i = 0; i < test_scale(1) * 2; i++) {
        bad_link_stall(link, i % 2 == 0, true);
        usleep(1500 * 1000);
        bad_link_stall(link, false, false);
        wait_until_it_flows();
    }
    bad_link_stall(link, true, false);
    bad_link_refuse(link, true);
    usleep(500 * 1000);
    bad_link_reset(link);
    bad_link_stall(link, false, false);
    bad_link_refuse(link, false);
    wait_until_it_flows();
    end_load(load);
    bad_link_stop(&link);
}

static void a_stop_takes_bounded_time(void)
{
    pthread_t load;
    struct bad_link *link = start_through_link(&load);
    bad_link_stall(link, true, true);
    atomic_store(&load_ends, true);
    pthread_join(load, NULL);
    int64_t began_ms = clock_monotonic_ms();
    rig_stop(&rig);
    int64_t took_ms = clock_monotonic_ms() - began_ms;
    printf("# %lld ms\n", (long long)took_ms);
    CHECK(took_ms < 60 * 1000);
    bad_link_stop(&link);
    bus_contract_through(0);
    rig_start(&rig);
    wait_for(1, atomic_load(&events) + atomic_load(&commands));
    wait_for(0, atomic_load(&commands));
    CHECK(rig_is_exact(&rig));
    rig_stop(&rig);
    rig_close(&rig);
}

static const struct test tests[] = {
    {.name = "a_killed_broker", .run = a_killed_broker},
    {.name = "a_memory_alarm", .run = a_memory_alarm},
    {.name = "deleted_queues", .run = deleted_queues},
    {.name = "queues_deleted_while_nobody_ran", .run = queues_deleted_while_nobody_ran},
    {.name = "queues_purged_while_nobody_ran", .run = queues_purged_while_nobody_ran},
    {.name = "who_was_never_started_gets_his_commands",
     .run = who_was_never_started_gets_his_commands},
    {.name = "what_is_no_message_is_put_aside", .run = what_is_no_message_is_put_aside},
    {.name = "a_cut_connection", .run = a_cut_connection},
    {.name = "a_connection_that_is_silent", .run = a_connection_that_is_silent},
    {.name = "a_stop_takes_bounded_time", .run = a_stop_takes_bounded_time},
};

int main(int argc, char **argv)
{
    server = rabbitmq_server_start();
    bus_contract_use_broker(server);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&server);
    return result;
}
