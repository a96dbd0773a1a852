/* journal_bugs_test.c - with a bug put in on purpose messages are missing, and the comparison of
 * the contract suite, which finds nothing wrong without it, sees so. Needs the build with FAULTS.
 */
#include "base/clock.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/postgres_server.h"

#include <stdlib.h>
#include <unistd.h>

static struct rig rig;

static const struct bus_contract on_own = {.open = bus_contract_on_sqlite,
                                           .create = bus_local_create};
static const struct bus_contract on_shared = {.open = bus_contract_on_postgres,
                                              .create = bus_local_create};

static const struct rig_options users_and_board[] = {
    {.name = "users"},
    {.name = "board", .follows = {"users"}},
    {.name = "crm", .follows = {"users"}},
};

enum { A_WHILE_MS = 2000 };

static void use_bug(const char *bug)
{
    if (bug != NULL) {
        CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    }
}

/* As rig_wait; but who is not sure to get them all is not waited for that long. */
static void wait_for(int effects, bool is_sure)
{
    int64_t end_ms = clock_monotonic_ms() + (is_sure ? TEST_PATIENCE_MS : A_WHILE_MS);
    while (atomic_load(&rig.members[1].effects) < effects && clock_monotonic_ms() < end_ms) {
        usleep(1000);
    }
}

static bool all_arrive(const char *bug)
{
    use_bug(bug);
    rig_open(&rig, &on_own, users_and_board, 2);
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 500});
    wait_for(500, bug == NULL);
    rig_stop(&rig);
    bool is_exact = rig_is_exact(&rig);
    rig_close(&rig);
    return is_exact;
}

/* A follower that cannot take anything for a while, while the journal forgets. */
static bool who_is_behind_loses_nothing(const char *bug)
{
    use_bug(bug);
    rig_open(&rig, &on_own, users_and_board, 2);
    rig_fill(&rig, (struct rig_telling){.member = 0, .count = 400});
    usleep(5000);
    rig.bus_options.keep_ms = 1;
    rig.members[1].options.fails_every = 1;
    rig_start(&rig);
    int64_t end_ms = clock_monotonic_ms() + (bug != NULL ? TEST_PATIENCE_MS : A_WHILE_MS);
    while (rig_ends(&rig, 0).first == 1 && clock_monotonic_ms() < end_ms) {
        usleep(10000);
    }
    rig_stop_at_once(&rig);
    bool is_kept = rig_ends(&rig, 0).first == 1;
    CHECK_INT(rig_cursor(&rig, 1, "users", BUS_EVENTS), 0);
    rig_close(&rig);
    return is_kept;
}

static bool a_late_commit_arrives(const char *bug)
{
    use_bug(bug);
    rig_open(&rig, &on_shared, users_and_board, 2);
    rig_start(&rig);
    struct store *store = NULL;
    struct arena *arena = arena_create("late", 1024 * 1024);
    struct store_source *stores = rig.members[0].stores.inner;
    CHECK_STATUS(stores->open(stores, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    rig_append(store, arena, (struct rig_telling){.count = 1});
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 3});
    wait_for(3, bug != NULL); /* that is the bug */
    CHECK_STATUS(store_commit(store), STATUS_OK);
    bus_announce(rig.bus, 0);
    wait_for(4, bug == NULL);
    rig_stop(&rig);
    bool has_all = atomic_load(&rig.members[1].effects) == 4;
    CHECK(bug != NULL || rig_is_exact(&rig));
    store_destroy(&store);
    arena_destroy(&arena);
    rig_close(&rig);
    return has_all;
}

static void all_messages_arrive(void)
{
    CHECK(all_arrive(NULL));
}

static void a_skipped_message_is_seen(void)
{
    CHECK(!all_arrive("bus_skips_one"));
}

static void a_follower_keeps_what_it_has_not_taken(void)
{
    CHECK(who_is_behind_loses_nothing(NULL));
}

static void forgetting_what_was_not_taken_is_seen(void)
{
    CHECK(!who_is_behind_loses_nothing("bus_forgets_untaken"));
}

static void a_late_commit_is_not_lost(void)
{
    CHECK(a_late_commit_arrives(NULL));
}

static void following_the_order_of_writing_is_seen(void)
{
    CHECK(!a_late_commit_arrives("bus_reads_unsettled"));
}

static const struct test tests[] = {
    {.name = "all_messages_arrive", .run = all_messages_arrive},
    {.name = "a_skipped_message_is_seen", .run = a_skipped_message_is_seen},
    {.name = "a_follower_keeps_what_it_has_not_taken",
     .run = a_follower_keeps_what_it_has_not_taken},
    {.name = "forgetting_what_was_not_taken_is_seen", .run = forgetting_what_was_not_taken_is_seen},
    {.name = "a_late_commit_is_not_lost", .run = a_late_commit_is_not_lost},
    {.name = "following_the_order_of_writing_is_seen",
     .run = following_the_order_of_writing_is_seen},
};

int main(int argc, char **argv)
{
    struct postgres_server *server = postgres_server_start();
    bus_contract_use_server(server);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
