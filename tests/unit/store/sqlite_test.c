/* sqlite_test.c - what is SQLite's own: its settings, its files, its WAL and its sentences. */
#include "store/sqlite.h"

#include "store/sqlite/sqlite_parts.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/memory_disk.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAYLOAD_BYTES = 1 << 20, CEILING_BYTES = 64 << 20 };

struct number {
    int64_t number;
};

static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct number, number)},
};
static const struct shape number_shape = {
    .name = "Number", .fields = number_fields, .field_count = 1, .bytes = sizeof(struct number)};
static const struct statement insert_row = {.sql = "INSERT INTO unit.row (body) VALUES ($1)"};
static const struct statement empty_rows = {.sql = "DELETE FROM unit.row"};
static const struct statement count_rows = {.sql = "SELECT count(*) AS number FROM unit.row",
                                            .gives = &number_shape};
static const struct statement insert_and_return = {
    .sql = "INSERT INTO unit.row (body) VALUES ($1) RETURNING 1 AS number", .gives = &number_shape};

static struct store_source *source;
static struct store *store;
static struct arena *arena;

static struct sqlite_options options_here(void)
{
    return (struct sqlite_options){.directory = test_directory(), .schema = "unit"};
}

static void begin(void)
{
    struct sqlite_options options = options_here();
    struct text error = TEXT("");
    arena = arena_create("unit", 1 << 20);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "CREATE TABLE IF NOT EXISTS unit.row (body blob)"), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static struct store *open_reader(void)
{
    struct store *reader = NULL;
    CHECK_STATUS(source->open(source, STORE_READ, &reader), STATUS_OK);
    return reader;
}

static void insert(struct text body)
{
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_exec(store, &insert_row, VALUES(value_bytes(body)), NULL), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static int64_t count_inside(struct store *from)
{
    struct number row = {0};
    CHECK_STATUS(store_one(from, arena, &count_rows, NO_VALUES, &row), STATUS_OK);
    return row.number;
}

static int64_t pragma(struct store *of, const char *sql)
{
    int64_t number = -1;
    sqlite3 *db = ((struct sqlite_store *)(void *)of)->db;
    CHECK_INT(sqlite__read_integers(db, sql, &number, 1), SQLITE_OK);
    return number;
}

static int64_t file_bytes(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", test_directory(), name);
    struct stat facts;
    return stat(path, &facts) == 0 ? (int64_t)facts.st_size : -1;
}

static void every_connection_has_the_settings(void)
{
    begin();
    struct store *reader = open_reader();
    struct store *both[] = {store, reader};
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        CHECK_INT(pragma(both[i], "PRAGMA foreign_keys"), 1);
        CHECK_INT(pragma(both[i], "PRAGMA trusted_schema"), 0);
        CHECK_INT(pragma(both[i], "PRAGMA cell_size_check"), 1);
        CHECK_INT(pragma(both[i], "PRAGMA wal_autocheckpoint"), 0);
        int defensive = 0;
        sqlite3 *db = ((struct sqlite_store *)(void *)both[i])->db;
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive);
        CHECK_INT(defensive, 1);
    }
    CHECK_INT(pragma(store, "PRAGMA synchronous"), 2);
    CHECK_INT(pragma(store, "PRAGMA query_only"), 0);
    CHECK_INT(pragma(reader, "PRAGMA query_only"), 1);
    store_destroy(&reader);
    end();
}

static void the_mark_moves_with_changes_only(void)
{
    begin();
    struct sqlite_store *self = (struct sqlite_store *)(void *)store;
    int64_t number = self->newest.number;
    insert(TEXT("a"));
    CHECK_INT(self->newest.number, number + 1);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_exec(store, &insert_row, VALUES(value_bytes(TEXT("b"))), NULL), STATUS_OK);
    store_rollback(store);
    CHECK_INT(self->newest.number, number + 1);
    CHECK_INT(pragma(store, "SELECT number FROM store_mark"), number + 1);
    end();
}

static int count_statement(unsigned kind, void *count, void *statement, void *sql)
{
    (void)statement;
    (void)sql;
    MUST(kind == SQLITE_TRACE_STMT);
    ++*(int *)count;
    return 0;
}

/* What SQLite itself has been asked to run. */
static void a_part_that_writes_nothing_runs_nothing(void)
{
    begin();
    int run = 0;
    struct number row;
    sqlite3 *db = ((struct sqlite_store *)(void *)store)->db;
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_INT(sqlite3_trace_v2(db, SQLITE_TRACE_STMT, count_statement, &run), SQLITE_OK);
    for (int i = 0; i < 100; i++) {
        store_part_begin(store);
        store_part_end(store);
        store_part_begin(store);
        CHECK_STATUS(store_part_undo(store), STATUS_OK);
    }
    CHECK_INT(run, 0);
    store_part_begin(store);
    CHECK_STATUS(store_one(store, arena, &count_rows, NO_VALUES, &row), STATUS_OK);
    store_part_end(store);
    CHECK_INT(run, 1); /* the reading */
    store_part_begin(store);
    CHECK_STATUS(store_exec(store, &insert_row, VALUES(value_bytes(TEXT("b"))), NULL), STATUS_OK);
    store_part_end(store);
    CHECK_INT(run, 3); /* a place and the writing */
    CHECK_STATUS(store_commit(store), STATUS_OK);
    end();
}

static void a_clean_end_leaves_one_file(void)
{
    begin();
    insert(TEXT("a"));
    CHECK(file_bytes("unit.db-wal") > 0);
    end();
    CHECK_INT(file_bytes("unit.db-wal"), 0);
    CHECK(file_bytes("unit.db") > 0);
    CHECK_INT(file_bytes("unit.mark"), 4096 + 512);
    begin();
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_INT(count_inside(store), 1);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    end();
}

/* A reader that stays at its moment holds the WAL back; when it goes, the WAL is cut. */
static void the_wal_does_not_grow_for_ever(void)
{
    begin();
    char *payload_bytes = memory_take(PAYLOAD_BYTES);
    struct text payload = {payload_bytes, PAYLOAD_BYTES};
    struct store *reader = open_reader();
    insert(TEXT("first"));
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_INT(count_inside(reader), 1);
    for (int i = 0; i < 72; i++) {
        insert(payload);
        if (i % 8 == 7) {
            CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
            CHECK_STATUS(store_exec(store, &empty_rows, NO_VALUES, NULL), STATUS_OK);
            CHECK_STATUS(store_commit(store), STATUS_OK);
        }
    }
    CHECK(file_bytes("unit.db-wal") > CEILING_BYTES);
    CHECK_INT(count_inside(reader), 1);
    CHECK_STATUS(store_commit(reader), STATUS_OK);
    for (int i = 0; i < 40; i++) {
        insert(payload);
    }
    CHECK(file_bytes("unit.db-wal") < CEILING_BYTES);
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_INT(count_inside(reader), 40);
    CHECK_STATUS(store_commit(reader), STATUS_OK);
    store_destroy(&reader);
    memory_free(payload_bytes);
    end();
}

static void a_directory_that_is_not_there_is_named(void)
{
    struct sqlite_options options = {.directory = "/nonexistent/kontora", .schema = "unit"};
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_UNAVAILABLE);
    CHECK(strstr(error.data, "/nonexistent/kontora/unit.db") != NULL);
}

static void a_good_file_is_ok_and_a_bad_one_is_described(void)
{
    begin();
    insert(TEXT("a"));
    struct sqlite_options options = options_here();
    struct text report = NO_TEXT;
    CHECK_STATUS(sqlite_check_file(&options, arena, &report), STATUS_OK); /* while it is served */
    CHECK_TEXT(report, "ok");
    store_destroy(&store);
    char path[512];
    snprintf(path, sizeof path, "%s/unit.db", test_directory());
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL && fseek(file, 4096 + 100, SEEK_SET) == 0 && fputc(1, file) == 1);
    CHECK(fclose(file) == 0);
    CHECK_STATUS(sqlite_check_file(&options, arena, &report), STATUS_CORRUPT);
    CHECK(report.bytes > 0);
    source->destroy(source);
    arena_destroy(&arena);
}

static void open_two_writers(void)
{
    struct store *second = NULL;
    CHECK_STATUS(source->open(source, STORE_WRITE, &second), STATUS_OK);
}

static void change_in_a_reader(void)
{
    struct store *reader = open_reader();
    struct number row;
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(reader, arena, &insert_and_return, VALUES(value_bytes(TEXT("a"))), &row),
                 STATUS_OK);
}

static void write_on_a_reader(void)
{
    struct store *reader = open_reader();
    CHECK_STATUS(store_begin(reader, STORE_WRITE), STATUS_OK);
}

static void commit_in_a_script(void)
{
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "COMMIT"), STATUS_OK);
}

static void ask_for_a_table_of_another(void)
{
    static const struct statement foreign = {.sql = "SELECT number FROM other.row",
                                             .gives = &number_shape};
    struct rows rows;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &foreign, NO_VALUES, &rows), STATUS_OK);
}

static void bad_schema_name(void)
{
    struct sqlite_options options = {.directory = test_directory(), .schema = "../evil"};
    struct text error;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
}

static void misuse_is_a_bug(void)
{
    begin();
    CHECK_MUST_FAIL(open_two_writers, "has_writer");
    CHECK_MUST_FAIL(change_in_a_reader, "access == STORE_WRITE");
    CHECK_MUST_FAIL(write_on_a_reader, "access == STORE_WRITE");
    CHECK_MUST_FAIL(commit_in_a_script, "autocommit");
    CHECK_MUST_FAIL(ask_for_a_table_of_another, "other.row");
    CHECK_MUST_FAIL(bad_schema_name, "is_schema_name");
    end();
}

/* One writer and three readers, each in a thread of its own, as in the running program. */
static void *read_along(void *context)
{
    struct store *reader = context;
    struct arena *own = arena_create("reader", 1 << 20);
    int64_t seen = 0;
    while (seen < 300) {
        struct number row = {0};
        CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
        CHECK_STATUS(store_one(reader, own, &count_rows, NO_VALUES, &row), STATUS_OK);
        CHECK_STATUS(store_commit(reader), STATUS_OK);
        CHECK(row.number >= seen);
        seen = row.number;
        arena_reset(own);
    }
    arena_destroy(&own);
    return NULL;
}

static void readers_keep_up_in_their_threads(void)
{
    begin();
    pthread_t threads[3];
    struct store *readers[3];
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        readers[i] = open_reader();
        CHECK_INT(pthread_create(&threads[i], NULL, read_along, readers[i]), 0);
    }
    for (int i = 0; i < 300; i++) {
        insert(TEXT("a"));
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
        store_destroy(&readers[i]);
    }
    end();
}

static const struct test tests[] = {
    {.name = "every connection has the settings", .run = every_connection_has_the_settings},
    {.name = "the mark moves with changes only", .run = the_mark_moves_with_changes_only},
    {.name = "a part that writes nothing runs nothing",
     .run = a_part_that_writes_nothing_runs_nothing},
    {.name = "a clean end leaves one file", .run = a_clean_end_leaves_one_file},
    {.name = "the WAL does not grow for ever", .run = the_wal_does_not_grow_for_ever},
    {.name = "a directory that is not there is named",
     .run = a_directory_that_is_not_there_is_named},
    {.name = "a good file is ok and a bad one is described",
     .run = a_good_file_is_ok_and_a_bad_one_is_described},
    {.name = "misuse is a bug", .run = misuse_is_a_bug},
    {.name = "readers keep up in their threads", .run = readers_keep_up_in_their_threads},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
