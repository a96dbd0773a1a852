/* bus_contract.c - the cases that every bus must pass. */
#include "tests/lib/bus_contract.h"

#include "base/clock.h"
#include "tests/lib/bus/bus_contract_rig.h"

#include <stdio.h>
#include <unistd.h>

static const struct bus_contract *contract;
static struct rig rig;

static int many(int count)
{
    return test_scale(contract->may_be_slow ? count / 10 : count);
}

static void open_and_start(const struct rig_options *options, size_t count)
{
    rig_open(&rig, contract, options, count);
    rig_start(&rig);
}

static void end_exactly(void)
{
    CHECK(rig_is_exact(&rig)); /* while it runs: nothing may come later that counts again */
    rig_stop(&rig);
    CHECK(rig_is_exact(&rig));
    rig_close(&rig);
}

static const struct rig_options users_and_board[] = {
    {.name = "users"},
    {.name = "board", .follows = {"users"}},
};

static void each_message_counts_once(void)
{
    int count = many(300);
    int told = 0;
    open_and_start(users_and_board, 2);
    for (int i = 0; i < count; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1 + i % 3});
        told += 1 + i % 3;
    }
    rig_wait(&rig, 1, told);
    end_exactly();
}

static void two_follow_one(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}},
        {.name = "crm", .follows = {"users"}, .fails_every = 3},
    };
    int count = many(2000);
    open_and_start(options, 3);
    for (int i = 0; i < 10; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = count / 10});
    }
    rig_wait(&rig, 1, count / 10 * 10);
    rig_wait(&rig, 2, count / 10 * 10);
    end_exactly();
}

static void one_follows_two(void)
{
    static const struct rig_options options[] = {
        {.name = "crm"},
        {.name = "users"},
        {.name = "board", .follows = {"crm", "users"}},
    };
    int count = many(2000);
    open_and_start(options, 3);
    for (int i = 0; i < 10; i++) {
        rig_tell(&rig, (struct rig_telling){.member = (size_t)(i % 2), .count = count / 10});
    }
    rig_wait(&rig, 2, count / 10 * 10);
    end_exactly();
}

static void commands_reach_only_the_addressee(void)
{
    static const struct rig_options options[] = {
        {.name = "board", .is_addressed = true},
        {.name = "crm", .is_addressed = true},
        {.name = "users", .follows = {"board"}},
    };
    int count = many(300);
    open_and_start(options, 3);
    rig_tell(&rig, (struct rig_telling){.member = 2, .count = count, .addressee = "board"});
    rig_tell(&rig, (struct rig_telling){.member = 2, .count = count, .addressee = "crm"});
    rig_tell(&rig, (struct rig_telling){.member = 2, .count = count, .addressee = "board"});
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = count});
    rig_wait(&rig, 0, 2 * count);
    rig_wait(&rig, 1, count);
    rig_wait(&rig, 2, count);
    end_exactly();
}

static void replies_come_back(void)
{
    static const struct rig_options options[] = {
        {.name = "board", .is_addressed = true, .replies = true, .fails_every = 5},
        {.name = "users", .is_addressed = true, .fails_every = 4},
    };
    int count = many(500);
    open_and_start(options, 2);
    for (int i = 0; i < 5; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 1, .count = count, .addressee = "board"});
    }
    rig_wait(&rig, 0, 5 * count);
    rig_wait(&rig, 1, 5 * count);
    end_exactly();
}

static void a_service_may_hear_itself(void)
{
    static const struct rig_options options[] = {
        {.name = "users", .follows = {"users"}, .is_addressed = true},
    };
    open_and_start(options, 1);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 50});
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 50, .addressee = "users"});
    rig_wait(&rig, 0, 100);
    end_exactly();
}

static void two_follow_each_other(void)
{
    int turns = many(200);
    struct rig_options options[] = {
        {.name = "board", .follows = {"users"}, .answers = "ping", .answers_max = turns},
        {.name = "users", .follows = {"board"}, .answers = "ping", .answers_max = turns},
    };
    open_and_start(options, 2);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1, .name = "ping"});
    rig_wait(&rig, 0, turns);
    rig_wait(&rig, 1, turns + 1); /* the first one was no answer */
    end_exactly();
}

static void what_fails_now_and_then_counts_once(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}, .is_addressed = true, .fails_every = 2},
    };
    int count = many(3000);
    open_and_start(options, 2);
    for (int i = 0; i < 6; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = count / 6});
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1, .addressee = "board"});
    }
    rig_wait(&rig, 1, count / 6 * 6 + 6);
    end_exactly();
}

static void it_goes_on_where_it_stopped(void)
{
    int count = many(3000);
    int told = 0;
    rig_open(&rig, contract, users_and_board, 2);
    for (int i = 0; i < 6; i++) {
        rig_start(&rig);
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = count / 6});
        told += count / 6;
        if (i % 2 == 0) {
            rig_stop_at_once(&rig); /* in the middle of it */
        } else {
            rig_stop(&rig);
        }
    }
    rig_start(&rig);
    rig_wait(&rig, 1, told);
    end_exactly();
}

static void what_was_told_while_nobody_ran_arrives(void)
{
    int count = many(1000);
    rig_open(&rig, contract, users_and_board, 2);
    rig_fill(&rig, (struct rig_telling){.member = 0, .count = count});
    rig_start(&rig); /* nobody announces */
    rig_wait(&rig, 1, count);
    end_exactly();
}

static void who_comes_later_gets_what_is_kept(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}},
        {.name = "crm", .follows = {"users"}},
    };
    int count = many(2000);
    rig_open(&rig, contract, options, 3);
    rig_start_some(&rig, 2);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = count});
    rig_wait(&rig, 1, count);
    rig_stop(&rig);
    rig_start(&rig);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1});
    rig_wait(&rig, 1, count + 1);
    rig_wait(&rig, 2, count + 1);
    end_exactly();
}

static void *announce_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20000; i++) {
        bus_announce(rig.bus, 0);
    }
    return NULL;
}

static void a_storm_of_announcements_does_no_harm(void)
{
    enum { STORMS = 4 };
    pthread_t threads[STORMS];
    int count = many(200);
    open_and_start(users_and_board, 2);
    for (int i = 0; i < STORMS; i++) {
        CHECK(pthread_create(&threads[i], NULL, announce_often, NULL) == 0);
    }
    for (int i = 0; i < count; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1});
    }
    for (int i = 0; i < STORMS; i++) {
        pthread_join(threads[i], NULL);
    }
    rig_wait(&rig, 1, count);
    end_exactly();
}

static void large_messages_arrive(void)
{
    enum { DATA_BYTES = 700 * 1000 };
    int count = contract->may_be_slow ? 20 : 120; /* more than a reader holds at a time */
    rig_open(&rig, contract, users_and_board, 2);
    for (int i = 0; i < count; i++) {
        rig_fill(&rig, (struct rig_telling){.member = 0, .count = 1, .data_bytes = DATA_BYTES});
    }
    rig_start(&rig);
    rig_wait(&rig, 1, count);
    end_exactly();
}

static void very_many_arrive(void)
{
    int count = many(100000);
    rig_open(&rig, contract, users_and_board, 2);
    rig_fill(&rig, (struct rig_telling){.member = 0, .count = count / 2});
    rig_start(&rig);
    for (int i = 0; i < 50; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = count / 100});
    }
    rig_wait(&rig, 1, count / 2 + count / 100 * 50);
    end_exactly();
}

static void depth_says_when_all_is_done(void)
{
    struct bus_depth depth;
    int count = many(500);
    open_and_start(users_and_board, 2);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = count});
    int64_t end_ms = clock_monotonic_ms() + TEST_PATIENCE_MS;
    do {
        usleep(1000);
        bus_depth(rig.bus, &depth);
    } while ((depth.waiting > 0 || !depth.is_connected) && clock_monotonic_ms() < end_ms);
    CHECK_INT(depth.waiting, 0);
    CHECK(depth.delivered >= (uint64_t)count);
    CHECK_INT(atomic_load(&rig.members[1].effects), count);
    if (contract->is_exact) {
        CHECK_INT(depth.delivered, count);
        CHECK_INT(depth.again, 0);
    }
    end_exactly();
}

/* ---- what only a bus that reads by itself can promise ---- */

static void unwanted_events_are_passed(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}, .wants = "rare", .is_addressed = true},
    };
    open_and_start(options, 2);
    for (int i = 0; i < 12; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1000});
    }
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1, .name = "rare"});
    rig_wait(&rig, 1, 1);
    /* What nobody wants is not written down row by row, but at times. */
    CHECK_UNTIL(!contract->is_exact || rig_cursor(&rig, 1, "users", BUS_COMMANDS) >= 5000);
    int batches = atomic_load(&rig.members[1].batches);
    end_exactly();
    if (contract->is_exact) {
        CHECK(batches <= 6);
    }
}

static void the_end_says_how_far_it_looked(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}, .wants = "rare", .is_addressed = true},
    };
    rig_open(&rig, contract, options, 2);
    rig_fill(&rig, (struct rig_telling){.member = 0, .count = 100});
    rig_start(&rig);
    struct bus_depth depth;
    do {
        usleep(1000);
        bus_depth(rig.bus, &depth);
    } while (depth.waiting > 0);
    rig_stop(&rig);
    CHECK(!contract->is_exact || rig_cursor(&rig, 1, "users", BUS_EVENTS) == 100);
    CHECK(!contract->is_exact || rig_cursor(&rig, 1, "users", BUS_COMMANDS) == 100);
    CHECK_INT(atomic_load(&rig.members[1].effects), 0);
    rig_close(&rig);
}

static int reads_of(const struct rig *seen)
{
    int begins = 0;
    for (size_t i = 0; i < seen->count; i++) {
        begins += (1 << 30) - seen->members[i].stores.fault.countdown;
    }
    return begins;
}

/* The same run, once with a long idle time in it. A shared store is looked at twice a second. */
static int reads_with_idle_ms(int idle_ms, bool *is_shared_out)
{
    open_and_start(users_and_board, 2);
    *is_shared_out = store_has(rig.members[0].store, STORE_IS_SHARED);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 10});
    rig_wait(&rig, 1, 10);
    usleep((useconds_t)idle_ms * 1000);
    rig_stop(&rig);
    return reads_of(&rig);
}

static void idle_costs_nothing(void)
{
    bool is_shared = false;
    int reads = reads_with_idle_ms(1500, &is_shared);
    printf("#   %d reads\n", reads);
    CHECK(reads > 0);
    CHECK(!contract->is_exact || reads <= 10 + (is_shared ? 2 * 2 * 4 : 0));
    rig_close(&rig);
}

static void who_does_not_follow_costs_nothing(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board"},
    };
    open_and_start(options, 2);
    bool is_shared = store_has(rig.members[0].store, STORE_IS_SHARED);
    for (int i = 0; i < 20; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1});
    }
    rig_stop(&rig);
    CHECK(!contract->is_exact || is_shared || reads_of(&rig) == 0);
    CHECK_INT(atomic_load(&rig.members[1].batches), 0);
    rig_close(&rig);
}

/* Not for a while: the readers of one member answer UNAVAILABLE. */
static void a_store_that_cannot_be_read_is_tried_again(void)
{
    for (size_t failing = 0; failing < 2; failing++) {
        rig_open(&rig, contract, users_and_board, 2);
        rig.members[failing].stores.fault.countdown = failing == 0 ? 3 : 0;
        rig.members[failing].stores.fault.repeat = 4;
        rig_start(&rig);
        int before = atomic_load(&rig.members[1].effects);
        for (int i = 0; i < 10; i++) {
            rig_tell(&rig, (struct rig_telling){.member = 0, .count = 5});
            usleep(20000);
        }
        rig_wait(&rig, 1, before + 50);
        end_exactly();
    }
}

static void what_was_taken_is_forgotten(void)
{
    static const struct rig_options options[] = {
        {.name = "users"},
        {.name = "board", .follows = {"users"}},
        {.name = "crm", .follows = {"users"}},
    };
    rig_open(&rig, contract, options, 3);
    rig_start_some(&rig, 2);
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 1300});
    rig_wait(&rig, 1, 1300);
    rig_stop(&rig);
    usleep(5000);
    rig.bus_options.keep_ms = 1;
    rig_start_some(&rig, 2);
    CHECK_UNTIL(rig_ends(&rig, 0).first >= 1300);
    rig_stop(&rig);
    struct journal_ends ends = rig_ends(&rig, 0);
    CHECK_INT(ends.first, 1300); /* the newest stays */
    CHECK_INT(ends.last, 1300);
    rig_start(&rig); /* the third one has missed them, and begins with what is kept */
    rig_wait(&rig, 2, 1);
    rig_stop(&rig);
    rig_close(&rig);
}

/* ---- a shared store ---- */

static void a_late_commit_of_a_lower_number_arrives(void)
{
    open_and_start(users_and_board, 2);
    if (!store_has(rig.members[0].store, STORE_IS_SHARED)) {
        end_exactly(); /* there is one writer: none is late */
        return;
    }
    struct store *store = NULL;
    struct arena *arena = arena_create("late", 1024 * 1024);
    struct store_source *stores = rig.members[0].stores.inner;
    CHECK_STATUS(stores->open(stores, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    rig_append(store, arena, (struct rig_telling){.count = 1}); /* has the lower number */
    rig_tell(&rig, (struct rig_telling){.member = 0, .count = 3});
    rig_wait(&rig, 1, 3);
    CHECK_STATUS(store_commit(store), STATUS_OK); /* nobody announces: another process */
    rig_wait(&rig, 1, 4);
    store_destroy(&store);
    arena_destroy(&arena);
    end_exactly();
}

static void two_processes_share_the_work(void)
{
    static const struct rig_options options[] = {
        {.name = "users", .follows = {"board"}},
        {.name = "board", .follows = {"users"}, .is_addressed = true, .replies = true},
    };
    static struct rig other;
    int count = many(600);
    open_and_start(options, 2);
    if (!store_has(rig.members[0].store, STORE_IS_SHARED)) {
        end_exactly(); /* belongs to one process */
        return;
    }
    rig_open(&other, contract, options, 2);
    rig_start(&other);
    for (int i = 0; i < 10; i++) {
        rig_tell(i % 2 == 0 ? &rig : &other, (struct rig_telling){.count = count / 20});
        rig_tell(i % 2 == 0 ? &rig : &other,
                 (struct rig_telling){.count = count / 20, .addressee = "board"});
    }
    CHECK_UNTIL(atomic_load(&rig.members[1].effects) + atomic_load(&other.members[1].effects) >=
                count / 20 * 20);
    rig_stop(&other);
    CHECK_INT(atomic_load(&rig.members[1].effects) + atomic_load(&other.members[1].effects),
              count / 20 * 20);
    rig_close(&other);
    end_exactly();
}

static const struct test tests[] = {
    {.name = "each_message_counts_once", .run = each_message_counts_once},
    {.name = "two_follow_one", .run = two_follow_one},
    {.name = "one_follows_two", .run = one_follows_two},
    {.name = "commands_reach_only_the_addressee", .run = commands_reach_only_the_addressee},
    {.name = "replies_come_back", .run = replies_come_back},
    {.name = "a_service_may_hear_itself", .run = a_service_may_hear_itself},
    {.name = "two_follow_each_other", .run = two_follow_each_other},
    {.name = "what_fails_now_and_then_counts_once", .run = what_fails_now_and_then_counts_once},
    {.name = "it_goes_on_where_it_stopped", .run = it_goes_on_where_it_stopped},
    {.name = "what_was_told_while_nobody_ran_arrives",
     .run = what_was_told_while_nobody_ran_arrives},
    {.name = "who_comes_later_gets_what_is_kept", .run = who_comes_later_gets_what_is_kept},
    {.name = "a_storm_of_announcements_does_no_harm", .run = a_storm_of_announcements_does_no_harm},
    {.name = "large_messages_arrive", .run = large_messages_arrive},
    {.name = "very_many_arrive", .run = very_many_arrive},
    {.name = "depth_says_when_all_is_done", .run = depth_says_when_all_is_done},
    {.name = "unwanted_events_are_passed", .run = unwanted_events_are_passed},
    {.name = "the_end_says_how_far_it_looked", .run = the_end_says_how_far_it_looked},
    {.name = "idle_costs_nothing", .run = idle_costs_nothing},
    {.name = "who_does_not_follow_costs_nothing", .run = who_does_not_follow_costs_nothing},
    {.name = "a_store_that_cannot_be_read_is_tried_again",
     .run = a_store_that_cannot_be_read_is_tried_again},
    {.name = "what_was_taken_is_forgotten", .run = what_was_taken_is_forgotten},
    {.name = "a_late_commit_of_a_lower_number_arrives",
     .run = a_late_commit_of_a_lower_number_arrives},
    {.name = "two_processes_share_the_work", .run = two_processes_share_the_work},
};

int bus_contract_main(int argc, char **argv, const struct bus_contract *wanted)
{
    contract = wanted;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
