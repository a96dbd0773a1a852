/* journal_postgres_test.c - transactions overlap: no row is lost, none comes twice, no hole. */
#include "base/clock.h"
#include "bus/journal.h"
#include "store/postgres.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, WRITERS = 4, SETTLERS = 2 };

static struct postgres_server *server;
static struct store_source *source;
static struct arena *arena;

static struct store *open_store(enum store_access access)
{
    struct store *store = NULL;
    CHECK_STATUS(source->open(source, access, &store), STATUS_OK);
    return store;
}

static void begin_test(void)
{
    static int begun;
    char name[48];
    struct text error = NO_TEXT;
    snprintf(name, sizeof name, "journal_%d_%d", (int)getpid(), begun++);
    postgres_server_use_database(server, name);
    struct postgres_options options = {.address = postgres_server_address(server),
                                       .schema = "users"};
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    arena = arena_create("journal", ARENA_BYTES_MAX);
    struct store *store = open_store(STORE_WRITE);
    CHECK_STATUS(migrate(store, "bus", bus_migrations, bus_migration_count, arena, &error),
                 STATUS_OK);
    store_destroy(&store);
}

static struct store *begin_write(void)
{
    struct store *store = open_store(STORE_WRITE);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    return store;
}

static void end_write(struct store *store)
{
    CHECK_STATUS(store_commit(store), STATUS_OK);
    store_destroy(&store);
}

static enum status append(struct store *store, const char *subject)
{
    struct message message = {
        .id = id_new(),
        .kind = message_event,
        .name = TEXT("users.created"),
        .version = 1,
        .subject = text_of(subject),
        .revision = FIELD_NONE,
        .told_at = clock_wall_ms(),
        .data = TEXT("{}"),
    };
    return journal_append(store, &message);
}

static void append_ok(struct store *store, const char *subject)
{
    CHECK_STATUS(append(store, subject), STATUS_OK);
}

static int64_t settle(void)
{
    int64_t settled = 0;
    struct store *store = begin_write();
    CHECK_STATUS(journal_settle(store, arena, 100, &settled), STATUS_OK);
    end_write(store);
    return settled;
}

static struct messages read_after(int64_t after)
{
    struct messages messages;
    struct store *store = open_store(STORE_READ);
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(journal_read(store, arena, TEXT("users"), after, &messages), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    store_destroy(&store);
    return messages;
}

static long asked(const char *sql)
{
    return strtol(postgres_server_run(server, "%s", sql), NULL, 10);
}

static void a_row_has_no_position_until_it_is_settled(void)
{
    begin_test();
    struct store *store = begin_write();
    append_ok(store, "a");
    end_write(store);
    CHECK_INT(read_after(0).count, 0);
    CHECK_INT(settle(), 1);
    CHECK_INT(settle(), 0);
    struct messages messages = read_after(0);
    CHECK_INT(messages.count, 1);
    CHECK_INT(messages.items[0].position, 1);
    CHECK_TEXT(messages.items[0].source, "users");
}

/* The reader that follows `number` is what an outbox without settling would be. */
static void the_lower_number_may_commit_last(void)
{
    begin_test();
    struct store *late = begin_write();
    append_ok(late, "late");
    struct store *early = begin_write();
    append_ok(early, "early");
    end_write(early);
    CHECK_INT(settle(), 1);
    struct messages first = read_after(0);
    CHECK_INT(first.count, 1);
    CHECK_TEXT(first.items[0].subject, "early");
    long number_seen = asked("SELECT max(number) FROM users.journal");
    end_write(late);
    CHECK_INT(settle(), 1);
    struct messages second = read_after(first.items[0].position);
    CHECK_INT(second.count, 1);
    CHECK_TEXT(second.items[0].subject, "late");
    CHECK_INT(second.items[0].position, 2);
    /* It has lost the late one for ever. */
    CHECK_INT(number_seen, 2);
    CHECK_INT(asked("SELECT count(*) FROM users.journal WHERE number > 2"), 0);
    CHECK_INT(asked("SELECT number FROM users.journal WHERE subject = 'late'"), 1);
}

static void what_was_undone_leaves_no_hole(void)
{
    begin_test();
    for (int i = 0; i < 3; i++) {
        struct store *undone = begin_write();
        append_ok(undone, "undone");
        store_rollback(undone);
        store_destroy(&undone);
        struct store *kept = begin_write();
        append_ok(kept, "kept");
        end_write(kept);
    }
    CHECK_INT(settle(), 3);
    struct messages messages = read_after(0);
    CHECK_INT(messages.count, 3);
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(messages.items[i].position, i + 1);
        CHECK_TEXT(messages.items[i].subject, "kept");
    }
}

static void settling_goes_on_where_it_stopped(void)
{
    begin_test();
    struct store *store = begin_write();
    for (int i = 0; i < 250; i++) {
        append_ok(store, "many");
    }
    end_write(store);
    CHECK_INT(settle(), 100);
    store = begin_write(); /* what a settler undoes was not given */
    int64_t settled = 0;
    CHECK_STATUS(journal_settle(store, arena, 100, &settled), STATUS_OK);
    CHECK_INT(settled, 100);
    store_rollback(store);
    store_destroy(&store);
    CHECK_INT(settle(), 100);
    CHECK_INT(settle(), 50);
    CHECK_INT(asked("SELECT max(position) FROM users.journal"), 250);
    CHECK_INT(asked("SELECT count(DISTINCT position) FROM users.journal"), 250);
}

/* ---- everybody at once ---- */

static atomic_int writers_left;
static atomic_int told; /* committed */
static atomic_int undone;

static void *write_often(void *argument)
{
    const char *subject = argument;
    struct arena *own = arena_create("writer", ARENA_BYTES_MAX);
    struct store *store = open_store(STORE_WRITE);
    struct journal_ends ends;
    int rounds = test_scale(150);
    for (int i = 0; i < rounds; i++) {
        int count = 1 + i % 4;
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        for (int j = 0; j < count; j++) {
            append_ok(store, subject);
        }
        if (i % 3 == 0) { /* what goes along has arrived, has its number, and others overtake */
            CHECK_STATUS(journal_ends(store, own, &ends), STATUS_OK);
            arena_reset(own);
            usleep(1000);
        }
        if (i % 7 == 3) {
            store_rollback(store);
            atomic_fetch_add(&undone, count);
        } else {
            CHECK_STATUS(store_commit(store), STATUS_OK);
            atomic_fetch_add(&told, count);
        }
    }
    store_destroy(&store);
    arena_destroy(&own);
    atomic_fetch_sub(&writers_left, 1);
    return NULL;
}

static void *settle_often(void *argument)
{
    (void)argument;
    struct arena *own = arena_create("settler", ARENA_BYTES_MAX);
    struct store *store = open_store(STORE_WRITE);
    int64_t settled = 0;
    bool is_last = false;
    while (!is_last || settled > 0) {
        is_last = atomic_load(&writers_left) == 0;
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(journal_settle(store, own, 20, &settled), STATUS_OK);
        CHECK_STATUS(store_commit(store), STATUS_OK);
        arena_reset(own);
    }
    store_destroy(&store);
    arena_destroy(&own);
    return NULL;
}

/* Follows the positions until all that was told is seen: each the next of the one before. */
static int follow(struct store *store)
{
    int64_t after = 0;
    int seen = 0;
    int64_t end_ms = clock_monotonic_ms() + TEST_PATIENCE_MS;
    while ((atomic_load(&writers_left) > 0 || seen < atomic_load(&told)) &&
           clock_monotonic_ms() < end_ms) {
        struct messages messages;
        arena_reset(arena);
        CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
        CHECK_STATUS(journal_read(store, arena, TEXT("users"), after, &messages), STATUS_OK);
        CHECK_STATUS(store_commit(store), STATUS_OK);
        for (size_t i = 0; i < messages.count; i++) {
            CHECK_INT(messages.items[i].position, after + 1);
            after = messages.items[i].position;
            seen++;
        }
    }
    return seen;
}

/* How often a later number has an earlier position. */
static int write_settle_and_follow(void)
{
    static char names[WRITERS][8];
    pthread_t writers[WRITERS];
    pthread_t settlers[SETTLERS];
    begin_test();
    atomic_store(&told, 0);
    atomic_store(&undone, 0);
    atomic_store(&writers_left, WRITERS);
    for (int i = 0; i < WRITERS; i++) {
        snprintf(names[i], sizeof names[i], "w%d", i);
        CHECK(pthread_create(&writers[i], NULL, write_often, names[i]) == 0);
    }
    for (int i = 0; i < SETTLERS; i++) {
        CHECK(pthread_create(&settlers[i], NULL, settle_often, NULL) == 0);
    }
    struct store *store = open_store(STORE_READ);
    int seen = follow(store);
    store_destroy(&store);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i], NULL);
    }
    for (int i = 0; i < SETTLERS; i++) {
        pthread_join(settlers[i], NULL);
    }
    CHECK(atomic_load(&undone) > 0);
    CHECK_INT(seen, atomic_load(&told));
    CHECK_INT(asked("SELECT count(*) FROM users.journal WHERE position IS NULL"), 0);
    CHECK_INT(asked("SELECT max(position) FROM users.journal"), atomic_load(&told));
    return (int)asked("SELECT count(*) FROM (SELECT number, lag(number) OVER (ORDER BY position) AS"
                      " earlier FROM users.journal) AS pairs WHERE number < earlier");
}

/* The numbers must not be in the order of commits, or the test has shown nothing: on a busy machine
 * the writers may have taken turns. */
static void many_write_two_settle_one_follows(void)
{
    int overtakings = 0;
    for (int i = 0; i < 20 && overtakings == 0; i++) {
        overtakings = write_settle_and_follow();
    }
    CHECK(overtakings > 0);
}

/* ---- cursors of two processes ---- */

static atomic_int counted;

static void *count_to(void *argument)
{
    int64_t last = *(const int64_t *)argument;
    struct arena *own = arena_create("counter", ARENA_BYTES_MAX);
    struct store *store = open_store(STORE_WRITE);
    int64_t position = 0;
    while (position < last) {
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(cursor_find(store, own, TEXT("crm"), BUS_EVENTS, &position), STATUS_OK);
        bool moves = position < last;
        if (moves) {
            position++;
            CHECK_STATUS(cursor_move(store, TEXT("crm"), BUS_EVENTS, position), STATUS_OK);
        }
        CHECK_STATUS(store_commit(store), STATUS_OK);
        atomic_fetch_add(&counted, moves);
        arena_reset(own);
    }
    store_destroy(&store);
    arena_destroy(&own);
    return NULL;
}

static void two_who_count_do_not_count_the_same(void)
{
    pthread_t counters[3];
    int64_t last = test_scale(100);
    begin_test();
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        CHECK(pthread_create(&counters[i], NULL, count_to, &last) == 0);
    }
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        pthread_join(counters[i], NULL);
    }
    CHECK_INT(atomic_load(&counted), last);
}

static const struct test tests[] = {
    {.name = "a_row_has_no_position_until_it_is_settled",
     .run = a_row_has_no_position_until_it_is_settled},
    {.name = "the_lower_number_may_commit_last", .run = the_lower_number_may_commit_last},
    {.name = "what_was_undone_leaves_no_hole", .run = what_was_undone_leaves_no_hole},
    {.name = "settling_goes_on_where_it_stopped", .run = settling_goes_on_where_it_stopped},
    {.name = "many_write_two_settle_one_follows", .run = many_write_two_settle_one_follows},
    {.name = "two_who_count_do_not_count_the_same", .run = two_who_count_do_not_count_the_same},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
