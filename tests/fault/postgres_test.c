/* postgres_test.c - what the store answers when PostgreSQL refuses, hangs up, waits or dies. */
#include "base/clock.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_entries.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

static struct postgres_server *shared_server; /* of all tests that need not kill it */
static struct postgres_server *server;
static struct arena *arena;
static struct store_source *source;
static struct store *store;

static void begin_test(void)
{
    char name[32];
    snprintf(name, sizeof name, "fault_%d", (int)getpid());
    postgres_server_use_database(server, name);
    arena = arena_create("fault", ARENA_BYTES_MAX);
    store = entries_open(server, &source);
}

static void end_test(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static void begin_write(void)
{
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
}

static void put_ok(int64_t number)
{
    CHECK_STATUS(entries_put(store, number), STATUS_OK);
}

static void commit_ok(void)
{
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

/* As an administrator sees it, whatever our own connections are at. */
static long count_seen(void)
{
    return strtol(postgres_server_run(server, "SELECT count(*) FROM entries.entry"), NULL, 10);
}

#define OUR_SESSIONS                                                                               \
    "FROM pg_stat_activity WHERE application_name = 'kontora/entries'"                             \
    " AND datname = current_database()"

static void wait_until(const char *sql)
{
    for (int i = 0; i < 1000; i++) {
        if (strcmp(postgres_server_run(server, "%s", sql), "t") == 0) {
            return;
        }
        usleep(10000);
    }
    printf("#   waited too long for: %s\n", sql);
    CHECK(false);
}

/* Ends our connections and waits until they are gone. */
static void hang_up(void)
{
    postgres_server_run(server, "SELECT pg_terminate_backend(pid) " OUR_SESSIONS);
    wait_until("SELECT count(*) = 0 " OUR_SESSIONS);
}

/* ---- what a statement may be answered with ---- */

static const struct {
    const char *sqlstate;
    enum status status;
} answers[] = {
    {"23505", STATUS_EXISTS},      {"23514", STATUS_MALFORMED},   {"23502", STATUS_MALFORMED},
    {"23503", STATUS_MALFORMED},   {"23P01", STATUS_MALFORMED},   {"22003", STATUS_MALFORMED},
    {"22021", STATUS_MALFORMED},   {"P0001", STATUS_MALFORMED},   {"40001", STATUS_CONFLICT},
    {"40P01", STATUS_CONFLICT},    {"55P03", STATUS_CONFLICT},    {"53100", STATUS_FULL},
    {"53200", STATUS_UNAVAILABLE}, {"53300", STATUS_UNAVAILABLE}, {"54000", STATUS_TOO_LARGE},
    {"57014", STATUS_TIMEOUT},     {"57P01", STATUS_UNAVAILABLE}, {"57P03", STATUS_UNAVAILABLE},
    {"08006", STATUS_UNAVAILABLE}, {"42501", STATUS_UNAVAILABLE}, {"58030", STATUS_UNAVAILABLE},
    {"XX000", STATUS_UNAVAILABLE}, {"XX001", STATUS_CORRUPT},     {"XX002", STATUS_CORRUPT},
    {"58P01", STATUS_CORRUPT},     {"F0001", STATUS_UNAVAILABLE},
};

static void every_refusal_has_a_status(void)
{
    begin_test();
    begin_write();
    put_ok(1);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct rows rows;
        enum status status = store_query(store, arena, &entry_fail,
                                         VALUES(value_text(text_of(answers[i].sqlstate))), &rows);
        if (status != answers[i].status) {
            printf("#   of SQLSTATE %s\n", answers[i].sqlstate);
        }
        CHECK_STATUS(status, answers[i].status);
        CHECK_STATUS(store_undo(store), STATUS_OK);
    }
    put_ok(2);
    commit_ok();
    CHECK_INT(count_seen(), 2);
    end_test();
}

static void run_unknown_table(void)
{
    static const struct statement wrong = {.sql = "DELETE FROM entries.nowhere"};
    begin_write();
    enum status status = store_exec(store, &wrong, NO_VALUES, NULL);
    printf("#   %s\n", status_name(status));
}

static void change_in_a_read(void)
{
    static const struct statement wrong = {
        .sql = "INSERT INTO entries.entry (number) VALUES (1) RETURNING number",
        .gives = &entry_shape};
    struct rows rows;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    enum status status = store_query(store, arena, &wrong, NO_VALUES, &rows);
    printf("#   %s\n", status_name(status));
}

static void wrong_type(void)
{
    static const struct statement wrong = {.sql = "SELECT sum(number) AS number FROM entries.entry",
                                           .gives = &entry_shape};
    struct rows rows;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    enum status status = store_query(store, arena, &wrong, NO_VALUES, &rows);
    printf("#   %s\n", status_name(status));
}

static void text_for_a_number(void)
{
    begin_write();
    enum status status = store_exec(store, &entry_insert,
                                    VALUES(value_text(TEXT("x")), value_text(TEXT("y"))), NULL);
    printf("#   %s\n", status_name(status));
}

static void a_wrong_statement_is_a_bug(void)
{
    begin_test();
    CHECK_MUST_FAIL(run_unknown_table, "entries.nowhere");
    CHECK_MUST_FAIL(change_in_a_read, "25006");
    CHECK_MUST_FAIL(wrong_type, "the type does not fit the field");
    CHECK_MUST_FAIL(text_for_a_number, "parameter of another type '$1'");
    end_test();
}

static void values_the_server_cannot_keep_are_malformed(void)
{
    static const struct statement set_amount = {
        .sql = "UPDATE entries.entry SET amount = $1 WHERE number = $2"};
    static const char with_nul[] = {'a', '\0', 'b'};
    begin_test();
    begin_write();
    put_ok(1);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    CHECK_STATUS(
        store_exec(store, &set_amount, VALUES(value_integer(40000), value_integer(1)), NULL),
        STATUS_MALFORMED);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    struct text nul = {with_nul, sizeof with_nul};
    CHECK_STATUS(store_exec(store, &entry_insert, VALUES(value_integer(2), value_text(nul)), NULL),
                 STATUS_MALFORMED);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    CHECK_STATUS(
        store_exec(store, &set_amount, VALUES(value_integer(-32768), value_integer(1)), NULL),
        STATUS_OK);
    commit_ok();
    end_test();
}

/* A table changed under a prepared statement costs one CONFLICT, not the rest of the day. */
static void a_changed_table_is_a_conflict_once(void)
{
    static const struct statement any = {
        .sql = "SELECT * FROM entries.changing", .gives = &entry_shape, .rows_max = 10};
    struct rows rows;
    begin_test();
    begin_write();
    CHECK_STATUS(store_script(store, "CREATE TABLE changing (number int)"), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &any, NO_VALUES, &rows), STATUS_OK);
    commit_ok();
    postgres_server_run(server, "ALTER TABLE entries.changing ALTER number TYPE bigint");
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &any, NO_VALUES, &rows), STATUS_CONFLICT);
    store_rollback(store);
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &any, NO_VALUES, &rows), STATUS_OK);
    commit_ok();
    end_test();
}

/* ---- others at the same rows ---- */

static void *close_the_circle(void *status_out)
{
    struct store *other = NULL;
    CHECK_STATUS(source->open(source, STORE_WRITE, &other), STATUS_OK);
    CHECK_STATUS(store_begin(other, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(entries_put(other, 2), STATUS_OK);
    wait_until("SELECT count(*) = 1 " OUR_SESSIONS " AND wait_event_type = 'Lock'");
    *(enum status *)status_out = entries_put(other, 1);
    store_rollback(other);
    store_destroy(&other);
    return NULL;
}

/* Whoever has waited half a second gives way. */
static void a_circle_of_locks_is_a_conflict(void)
{
    pthread_t thread;
    enum status other_status = STATUS_COUNT;
    begin_test();
    begin_write();
    put_ok(1);
    CHECK_INT(pthread_create(&thread, NULL, close_the_circle, &other_status), 0);
    wait_until("SELECT count(*) = 2 " OUR_SESSIONS " AND state = 'idle in transaction'");
    enum status status = entries_put(store, 2);
    store_rollback(store);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(status == STATUS_CONFLICT || other_status == STATUS_CONFLICT);
    CHECK(status == STATUS_CONFLICT || status == STATUS_OK);
    CHECK(other_status == STATUS_CONFLICT || other_status == STATUS_OK);
    end_test();
}

static void a_deferred_key_undoes_the_whole_commit(void)
{
    static const struct statement same_note = {
        .sql = "UPDATE entries.entry SET note = 'same' WHERE number < $1"};
    begin_test();
    begin_write();
    put_ok(1);
    put_ok(2);
    commit_ok();
    begin_write();
    put_ok(3);
    CHECK_STATUS(store_exec(store, &same_note, VALUES(value_integer(100)), NULL), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_CONFLICT);
    begin_write();
    put_ok(4);
    commit_ok();
    CHECK_INT(count_seen(), 3);
    end_test();
}

static void *cancel_us(void *unused)
{
    wait_until("SELECT count(*) = 1 " OUR_SESSIONS " AND wait_event = 'PgSleep'");
    postgres_server_run(server, "SELECT pg_cancel_backend(pid) " OUR_SESSIONS);
    return unused;
}

static void a_cancelled_statement_is_a_timeout(void)
{
    static const struct statement sleep_long = {.sql = "SELECT 1 AS number FROM pg_sleep(30)",
                                                .gives = &entry_shape};
    pthread_t thread;
    struct rows rows;
    begin_test();
    begin_write();
    put_ok(1);
    store_part_begin(store);
    CHECK_INT(pthread_create(&thread, NULL, cancel_us, NULL), 0);
    CHECK_STATUS(store_query(store, arena, &sleep_long, NO_VALUES, &rows), STATUS_TIMEOUT);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    commit_ok();
    CHECK_INT(count_seen(), 1);
    end_test();
}

/* ---- a connection that is closed ---- */

static void closed_while_idle_is_opened_again(void)
{
    begin_test();
    hang_up();
    begin_write();
    put_ok(1);
    commit_ok();
    CHECK_INT(count_seen(), 1);
    end_test();
}

static void closed_inside_loses_the_transaction(void)
{
    begin_test();
    begin_write();
    put_ok(1);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    put_ok(2);
    store_part_begin(store);
    hang_up();
    CHECK_STATUS(entries_put(store, 3), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_part_undo(store), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_undo(store), STATUS_UNAVAILABLE);
    store_rollback(store);
    begin_write();
    put_ok(4);
    commit_ok();
    CHECK_INT(count_seen(), 1);
    end_test();
}

static void closed_before_the_commit_changes_nothing(void)
{
    begin_test();
    begin_write();
    put_ok(1);
    hang_up();
    CHECK_STATUS(store_commit(store), STATUS_UNAVAILABLE);
    CHECK_INT(count_seen(), 0);
    begin_write();
    put_ok(2);
    commit_ok();
    CHECK_INT(count_seen(), 1);
    end_test();
}

/* ---- a commit that waits for a standby ---- */

static void set_standby(const char *name)
{
    postgres_server_run(server, "ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
    postgres_server_run(server, "SELECT pg_reload_conf()");
    char query[128];
    snprintf(query, sizeof query, "SELECT current_setting('synchronous_standby_names') = '%s'",
             name);
    wait_until(query);
}

/* What an administrator does to it, after it has waited for some time. */
struct meddling {
    const char *sql; /* NULL: no standby is asked for any more */
    unsigned wait_ms;
};

static void *meddle(void *context)
{
    static const char waits[] = "SELECT count(*) = 1 " OUR_SESSIONS " AND wait_event = 'SyncRep'";
    const struct meddling *meddling = context;
    wait_until(waits);
    usleep(meddling->wait_ms * 1000);
    CHECK_TEXT(text_of(postgres_server_run(server, "%s", waits)), "t");
    if (meddling->sql == NULL) {
        set_standby("");
    } else {
        postgres_server_run(server, "%s", meddling->sql);
    }
    return NULL;
}

/* The settings of the role are as bad as they can be: no flush, no warnings. They must not count.
 */
static void commit_without_standby(struct meddling meddling, enum status expected)
{
    pthread_t thread;
    postgres_server_run(server, "ALTER ROLE kontora_owner SET client_min_messages = error");
    postgres_server_run(server, "ALTER ROLE kontora_owner SET synchronous_commit = off");
    begin_test();
    begin_write();
    put_ok(1);
    set_standby("nobody");
    CHECK_INT(pthread_create(&thread, NULL, meddle, &meddling), 0);
    enum status status = store_commit(store);
    CHECK_INT(pthread_join(thread, NULL), 0);
    set_standby("");
    CHECK_STATUS(status, expected);
    CHECK_INT(count_seen(), 1); /* it is here, but nobody knows whether it is there */
    begin_write();
    put_ok(2);
    commit_ok();
    end_test();
}

static void a_cancelled_wait_is_uncertain(void)
{
    commit_without_standby((struct meddling){.sql = "SELECT pg_cancel_backend(pid) " OUR_SESSIONS},
                           STATUS_UNCERTAIN);
}

static void a_wait_that_is_hung_up_is_uncertain(void)
{
    commit_without_standby(
        (struct meddling){.sql = "SELECT pg_terminate_backend(pid) " OUR_SESSIONS},
        STATUS_UNCERTAIN);
}

/* Longer than any statement may take: the limits are not for a commit. */
static void a_commit_waits_as_long_as_it_takes(void)
{
    commit_without_standby((struct meddling){.wait_ms = 11000}, STATUS_OK);
}

/* ---- a server that dies ---- */

enum outcome { NEVER_TRIED, ACKNOWLEDGED, CHANGED_NOTHING, UNKNOWN };

struct work {
    pthread_t thread;
    atomic_bool stops;
    atomic_long acked_count;
    int64_t next;
    char outcome[ENTRIES_ALL_MAX]; /* of each number */
};

/* A batch of eight with a mark each, one of them undone. */
static enum status run_batch(int64_t first)
{
    enum status status = STATUS_OK;
    for (int64_t i = 0; i < 8 && status == STATUS_OK; i++) {
        status = store_mark(store);
        if (status == STATUS_OK) {
            status = entries_put(store, first + i);
        }
        if (status == STATUS_OK && i == 3) {
            status = store_undo(store);
        }
    }
    if (status == STATUS_OK) {
        return store_commit(store);
    }
    store_rollback(store);
    return status;
}

static void *work_on(void *context)
{
    struct work *work = context;
    while (!atomic_load(&work->stops) && work->next + 8 < ENTRIES_ALL_MAX) {
        if (store_begin(store, STORE_WRITE) != STATUS_OK) {
            usleep(1000);
            continue;
        }
        enum status status = run_batch(work->next);
        CHECK(status == STATUS_OK || status == STATUS_UNAVAILABLE || status == STATUS_UNCERTAIN);
        memset(work->outcome + work->next,
               status == STATUS_OK            ? ACKNOWLEDGED
               : status == STATUS_UNAVAILABLE ? CHANGED_NOTHING
                                              : UNKNOWN,
               8);
        if (status == STATUS_OK) {
            atomic_fetch_add(&work->acked_count, 1);
        }
        work->next += 8;
    }
    return NULL;
}

static void wait_for_acked(struct work *work, long more)
{
    long wanted = atomic_load(&work->acked_count) + more;
    CHECK_UNTIL(atomic_load(&work->acked_count) >= wanted);
}

/* Reads everything back: all of a batch is there or nothing, as it was said. */
static void account_for(const struct work *work)
{
    static bool is_there[ENTRIES_ALL_MAX];
    struct rows rows;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &entry_list, NO_VALUES, &rows), STATUS_OK);
    commit_ok();
    const struct entry *entries = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        is_there[entries[i].number] = true;
    }
    int unknown_count = 0;
    int happened_count = 0;
    for (int64_t first = 0; first < work->next; first += 8) {
        bool is_whole = is_there[first];
        for (int64_t i = 0; i < 8; i++) {
            CHECK_INT(is_there[first + i], is_whole && i != 3);
        }
        bool is_unknown = work->outcome[first] == UNKNOWN;
        unknown_count += is_unknown;
        happened_count += is_unknown && is_whole;
        CHECK(is_unknown || is_whole == (work->outcome[first] == ACKNOWLEDGED));
    }
    printf("#   %ld batches acknowledged, %d uncertain of which %d happened\n",
           atomic_load(&work->acked_count), unknown_count, happened_count);
}

static void a_killed_server_loses_nothing(void)
{
    static struct work work;          /* large */
    server = postgres_server_start(); /* one of our own to kill */
    arena = arena_create("fault", ARENA_BYTES_MAX);
    store = entries_open(server, &source);
    CHECK_INT(pthread_create(&work.thread, NULL, work_on, &work), 0);
    int rounds = test_scale(5);
    for (int i = 0; i < rounds; i++) {
        wait_for_acked(&work, 20);
        usleep((unsigned)(i * 37 % 10) * 1000);
        postgres_server_kill(server);
        postgres_server_start_again(server);
    }
    wait_for_acked(&work, 20);
    atomic_store(&work.stops, true);
    CHECK_INT(pthread_join(work.thread, NULL), 0);
    account_for(&work);
    end_test();
    postgres_server_stop(&server);
}

/* While nobody is there begin says so at once, and asks no more often than it should. */
static void a_server_that_is_away_costs_no_time(void)
{
    server = postgres_server_start();
    arena = arena_create("fault", ARENA_BYTES_MAX);
    store = entries_open(server, &source);
    postgres_server_kill(server);
    int64_t began_ms = test_processor_ms();
    for (int i = 0; i < 10000; i++) {
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_UNAVAILABLE);
    }
    CHECK(test_processor_ms() - began_ms < 2000);
    postgres_server_start_again(server);
    CHECK_UNTIL(store_begin(store, STORE_WRITE) == STATUS_OK);
    put_ok(1);
    commit_ok();
    CHECK_INT(entries_count(store, arena), 1);
    end_test();
    postgres_server_stop(&server);
}

static const struct test tests[] = {
    {.name = "every refusal has a status", .run = every_refusal_has_a_status},
    {.name = "a wrong statement is a bug", .run = a_wrong_statement_is_a_bug},
    {.name = "values the server cannot keep are malformed",
     .run = values_the_server_cannot_keep_are_malformed},
    {.name = "a changed table is a conflict once", .run = a_changed_table_is_a_conflict_once},
    {.name = "a circle of locks is a conflict", .run = a_circle_of_locks_is_a_conflict},
    {.name = "a deferred key undoes the whole commit",
     .run = a_deferred_key_undoes_the_whole_commit},
    {.name = "a cancelled statement is a timeout", .run = a_cancelled_statement_is_a_timeout},
    {.name = "closed while idle is opened again", .run = closed_while_idle_is_opened_again},
    {.name = "closed inside loses the transaction", .run = closed_inside_loses_the_transaction},
    {.name = "closed before the commit changes nothing",
     .run = closed_before_the_commit_changes_nothing},
    {.name = "a cancelled wait is uncertain", .run = a_cancelled_wait_is_uncertain},
    {.name = "a wait that is hung up is uncertain", .run = a_wait_that_is_hung_up_is_uncertain},
    {.name = "a commit waits as long as it takes", .run = a_commit_waits_as_long_as_it_takes},
    {.name = "a killed server loses nothing", .run = a_killed_server_loses_nothing},
    {.name = "a server that is away costs no time", .run = a_server_that_is_away_costs_no_time},
};

int main(int argc, char **argv)
{
    shared_server = postgres_server_start();
    server = shared_server;
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&shared_server);
    return result;
}
