/* host_test.c - a service's tables and threads; on PostgreSQL it has several writers. */
#include "runtime/host.h"

#include "store/postgres.h"
#include "tests/lib/postgres_server.h"
#include "tests/unit/runtime/rig.h"

enum { WRITERS = 4, NAMES = 24 };

static struct postgres_server *server; /* of the whole binary */

static struct store_source *postgres_books(const char *database)
{
    postgres_server_use_database(server, database);
    const struct postgres_options options = {.address = postgres_server_address(server),
                                             .schema = "books"};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

static int64_t post_named(const char *name)
{
    char request[200];
    snprintf(request, sizeof request, "POST /entries/%s HTTP/1.1\r\nHost: x\r\n\r\n", name);
    int client = rig_connect();
    CHECK(rig_send(client, request));
    CHECK_INT(rig_end(client), 200);
    return rig_number("thread");
}

static size_t add_distinct(int64_t *threads, size_t count, int64_t thread)
{
    for (size_t i = 0; i < count; i++) {
        if (threads[i] == thread) {
            return count;
        }
    }
    CHECK(count < WRITERS);
    threads[count] = thread;
    return count + 1;
}

/* What is about the same thing meets the same writer; different things spread over all. */
static void check_lanes(void)
{
    int64_t threads[WRITERS];
    size_t count = 0;
    for (int i = 0; i < NAMES; i++) {
        char name[16];
        snprintf(name, sizeof name, "name%d", i);
        int64_t thread = post_named(name);
        count = add_distinct(threads, count, thread);
        for (int again = 0; again < 3; again++) {
            CHECK_INT(post_named(name), thread);
        }
        CHECK_INT(rig_amount(name), 4);
    }
    CHECK_INT(count, WRITERS);
}

/* What is about nothing that is there yet goes round; what must not be repeated stays together. */
static void check_lanes_of_new_things(void)
{
    int64_t threads[WRITERS];
    size_t count = 0;
    for (int i = 0; i < WRITERS; i++) {
        CHECK_INT(rig_post("{\"name\":\"new\"}"), 201);
        count = add_distinct(threads, count, rig_number("thread"));
    }
    CHECK_INT(count, WRITERS);
    for (int i = 0; i < WRITERS; i++) { /* nothing is kept of a fault: each is really run */
        CHECK_INT(rig_end(rig_begin_post("Idempotency-Key: k\r\n",
                                         "{\"name\":\"k\",\"how\":\"unhandled\"}")),
                  500);
    }
    CHECK_INT(rig_end(rig_begin_post("Idempotency-Key: k\r\n", "{\"name\":\"k\"}")), 201);
    CHECK_INT(rig_amount("k"), 1);
}

static void *post_with_key(void *context)
{
    struct answered *mine = memory_take(sizeof *mine);
    const char *key = context;
    int client = rig_connect();
    CHECK(rig_send_post(client, key, "{\"name\":\"raced\"}"));
    rig_read(client, mine);
    CHECK_INT(mine->status, 201);
    close(client);
    memory_free(mine);
    return NULL;
}

/* All at once, under one key: one effect. */
static void check_one_effect(void)
{
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        static char key[] = "Idempotency-Key: raced\r\n";
        CHECK_INT(pthread_create(&threads[i], NULL, post_with_key, key), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(rig_amount("raced"), 1);
}

static void deals_calls_out_to_several_writers(void)
{
    rig_start((struct rig_options){
        .source = postgres_books("deals"), .writers = WRITERS, .service = &books_with_chore});
    CHECK_INT(rig.host.executor_count, WRITERS);
    CHECK(!rig.host.reads_at_once);
    CHECK(host_is_ready(&rig.host));
    atomic_store(&rig.host.lanes, WRITERS); /* as after a busy minute */
    check_lanes();
    check_lanes_of_new_things();
    check_one_effect();
    struct executor_counts counts;
    host_count(&rig.host, &counts);
    CHECK(counts.calls >= NAMES * 4);
    CHECK_INT(counts.waiting, 0);
    CHECK_UNTIL(atomic_load(&books.chores) >= 1);
    rig_stop();
}

static void opens_a_writer_when_those_before_are_busy(void)
{
    rig_start((struct rig_options){.source = postgres_books("grows"), .writers = WRITERS});
    int64_t thread = post_named("first");
    for (int i = 0; i < NAMES; i++) { /* one after the other: one connection is enough */
        char name[16];
        snprintf(name, sizeof name, "name%d", i);
        CHECK_INT(post_named(name), thread);
    }
    CHECK_INT(atomic_load(&rig.host.lanes), 1);
    struct {
        pthread_t thread;
        char key[40];
    } clients[NAMES];
    for (int round = 0; atomic_load(&rig.host.lanes) < WRITERS; round++) {
        for (size_t i = 0; i < COUNT_OF(clients); i++) {
            snprintf(clients[i].key, sizeof clients[i].key, "Idempotency-Key: %d-%zu\r\n", round,
                     i);
            CHECK_INT(pthread_create(&clients[i].thread, NULL, post_with_key, clients[i].key), 0);
        }
        for (size_t i = 0; i < COUNT_OF(clients); i++) {
            pthread_join(clients[i].thread, NULL);
        }
    }
    rig_stop();
}

/* One of the writers only; else there would be four of each chore. */
static void runs_chores_once(void)
{
    struct store_source *source = postgres_books("chores");
    int64_t began_ms = clock_monotonic_ms();
    rig_start(
        (struct rig_options){.source = source, .writers = WRITERS, .service = &books_with_chore});
    CHECK_UNTIL(atomic_load(&books.chores) >= 1);
    usleep(500 * 1000); /* due after 1.0, 1.3 and 1.6 seconds, and so on */
    unsigned runs = atomic_load(&books.chores);
    int64_t later_ms = clock_monotonic_ms() - began_ms - 1000;
    CHECK(runs <= 1 + later_ms / 300);
    rig_stop();
}

/* The database lets nobody in any more, and then again. */
static void is_not_ready_when_one_writer_is_not(void)
{
    rig_start((struct rig_options){.source = postgres_books("ready"), .writers = WRITERS});
    CHECK(host_is_ready(&rig.host));
    postgres_server_run(server, "ALTER DATABASE ready CONNECTION LIMIT 0");
    postgres_server_run(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                " WHERE datname = 'ready' AND pid <> pg_backend_pid()");
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 503);
    CHECK(!host_is_ready(&rig.host)); /* one of them has noticed */
    postgres_server_run(server, "ALTER DATABASE ready CONNECTION LIMIT -1");
    CHECK_UNTIL(host_is_ready(&rig.host));
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    rig_stop();
}

/* ---- a file of our own ---- */

static void has_one_writer_for_its_own_file(void)
{
    rig_start((struct rig_options){.writers = WRITERS});
    CHECK_INT(rig.host.executor_count, 1);
    CHECK(rig.host.reads_at_once);
    int64_t thread = post_named("a");
    CHECK_INT(post_named("b"), thread);
    unsigned long commits = host_commits(&rig.host);
    CHECK_INT(post_named("c"), thread);
    CHECK_INT(host_commits(&rig.host), commits + 1);
    rig_stop();
}

static const struct migration changed_migrations[] = {
    {.version = 1, .name = "entry", .sqlite = "CREATE TABLE books.other (a text)", .postgres = ""},
};
static const struct migration more_migrations[] = {
    {.version = 1,
     .name = "entry",
     .sqlite = "CREATE TABLE books.entry (name text NOT NULL PRIMARY KEY, amount bigint NOT"
               " NULL, revision bigint NOT NULL)",
     .postgres = ""},
    {.version = 2, .name = "more", .sqlite = "CREATE TABLE books.more (a text)", .postgres = ""},
};
static const struct service changed = {
    .name = "books", .migrations = changed_migrations, .migration_count = 1};
static const struct service newer = {
    .name = "books", .migrations = more_migrations, .migration_count = 2};

static void check_open(const struct service *service, enum status expected)
{
    struct host host = {.index = 0};
    struct text error = NO_TEXT;
    struct arena *arena = arena_create("host", RIG_ARENA_MAX);
    const struct host_options options = {.service = service,
                                         .source = rig_source(),
                                         .writers = 1,
                                         .waiting_max = 10,
                                         .waiting_ms_max = 1000};
    CHECK_STATUS(host_open(&host, &options, arena, &error), expected);
    CHECK((error.bytes > 0) == (expected != STATUS_OK));
    host_close(&host);
    CHECK(host.source == NULL);
    CHECK_INT(host.executors[0] == NULL, true);
    arena_destroy(&arena);
}

/* Closed whatever open said, and open again afterwards. */
static void says_why_it_cannot_open(void)
{
    check_open(&books_service, STATUS_OK);
    check_open(&changed, STATUS_CORRUPT);
    check_open(&newer, STATUS_OK);
    check_open(&books_service, STATUS_NEWER);
    check_open(&newer, STATUS_OK);
}

static const struct test tests[] = {
    {"opens_a_writer_when_those_before_are_busy", opens_a_writer_when_those_before_are_busy, 0},
    {"deals_calls_out_to_several_writers", deals_calls_out_to_several_writers, 0},
    {"runs_chores_once", runs_chores_once, 0},
    {"has_one_writer_for_its_own_file", has_one_writer_for_its_own_file, 0},
    {"says_why_it_cannot_open", says_why_it_cannot_open, 0},
    {"is_not_ready_when_one_writer_is_not", is_not_ready_when_one_writer_is_not, 0},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
