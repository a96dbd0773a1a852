/* migrate_test.c - migrations under faults, and tables of migrations that are our own bug. */
#include "store/migrate.h"

#include "store/sqlite.h"
#include "store/store_fault.h"
#include "tests/lib/check.h"

#include <string.h>

static const struct migration migrations[] = {
    {.version = 1,
     .name = "rows",
     .sqlite = "CREATE TABLE unit.row (number bigint); INSERT INTO unit.row VALUES (1);",
     .postgres = ""},
    {.version = 2,
     .name = "more",
     .sqlite = "INSERT INTO unit.row VALUES (2); CREATE INDEX unit.row_number ON row (number);",
     .postgres = ""},
    {.version = 3, .name = "last", .sqlite = "INSERT INTO unit.row VALUES (3)", .postgres = ""},
};

struct number {
    int64_t number;
};

static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct number, number)},
};
static const struct shape number_shape = {
    .name = "Number", .fields = number_fields, .field_count = 1, .bytes = sizeof(struct number)};
static const struct statement sum_rows = {.sql = "SELECT sum(number) AS number FROM unit.row",
                                          .gives = &number_shape};

static struct store_source *source;
static struct store *store;
static struct arena *arena;
static struct store_fault fault;

static void begin(const char *schema)
{
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    struct text error = TEXT("");
    struct store *inner = NULL;
    arena = arena_create("unit", 1 << 20);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &inner), STATUS_OK);
    store = store_fault_create(inner, &fault);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static enum status migrate_unit(struct text *error_out)
{
    return migrate(store, "unit", migrations, COUNT_OF(migrations), arena, error_out);
}

static void must_be_complete(void)
{
    struct number row = {0};
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(store, arena, &sum_rows, NO_VALUES, &row), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(row.number, 1 + 2 + 3);
}

/* Every call fails in turn; the next run always goes on to the same end. */
static void any_call_may_fail(void)
{
    static const unsigned kinds[] = {STORE_FAULT_BEGIN, STORE_FAULT_EXEC, STORE_FAULT_QUERY,
                                     STORE_FAULT_COMMIT};
    int failures = 0;
    for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
        for (int i = 0; i < 10; i++) {
            fault = (struct store_fault){0};
            begin("unit");
            fault = (struct store_fault){
                .calls = kinds[kind],
                .countdown = i,
                .repeat = 1,
                .status = kinds[kind] == STORE_FAULT_COMMIT ? STATUS_UNCERTAIN : STATUS_UNAVAILABLE,
                .commit_happens = i % 2 == 0};
            struct text error = NO_TEXT;
            enum status status = migrate_unit(&error);
            CHECK_INT(status == STATUS_OK, fault.hits == 0);
            CHECK(status == STATUS_OK || strstr(error.data, "unit: ") != NULL);
            failures += status != STATUS_OK;
            fault.calls = 0;
            CHECK_STATUS(migrate_unit(&error), STATUS_OK);
            must_be_complete();
            CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
            CHECK_STATUS(store_script(store, "DROP TABLE unit.row; DELETE FROM migration;"),
                         STATUS_OK);
            CHECK_STATUS(store_commit(store), STATUS_OK);
            end();
        }
    }
    CHECK(failures > 10);
}

static void migrate_table(const struct migration *table, size_t count)
{
    fault = (struct store_fault){0};
    struct text error;
    begin("unit");
    CHECK_STATUS(migrate(store, "unit", table, count, arena, &error), STATUS_OK);
}

/* Each by its own numbers, and each complaint by its own name. */
static void several_series_stand_side_by_side(void)
{
    static const struct migration other[] = {{.version = 1,
                                              .name = "other",
                                              .sqlite = "CREATE TABLE unit.other (number bigint)",
                                              .postgres = ""},
                                             {.version = 2,
                                              .name = "another",
                                              .sqlite = "INSERT INTO unit.other VALUES (4)",
                                              .postgres = ""}};
    struct series both[] = {{"alpha", other, 1}, {"unit", migrations, COUNT_OF(migrations)}};
    struct text error = NO_TEXT;
    fault = (struct store_fault){0};
    begin("unit");
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(migrate_all(store, both, COUNT_OF(both), arena, &error), STATUS_OK);
        must_be_complete();
    }
    both[0].count = 2;
    CHECK_STATUS(migrate_compare(store, "alpha", other, 2, arena, &error), STATUS_ABSENT);
    CHECK_STATUS(migrate_all(store, both, COUNT_OF(both), arena, &error), STATUS_OK);
    CHECK_STATUS(migrate_compare(store, "alpha", other, 2, arena, &error), STATUS_OK);
    both[1].count = 1;
    CHECK_STATUS(migrate_all(store, both, COUNT_OF(both), arena, &error), STATUS_NEWER);
    CHECK(strncmp(error.data, "unit: ", strlen("unit: ")) == 0);
    end();
}

static void leave_a_gap(void)
{
    const struct migration gap[] = {migrations[0], migrations[2]};
    migrate_table(gap, 2);
}

static void forget_a_text(void)
{
    struct migration half = migrations[0];
    half.postgres = NULL;
    migrate_table(&half, 1);
}

static void a_bad_table_is_a_bug(void)
{
    CHECK_MUST_FAIL(leave_a_gap, "version == i + 1");
    CHECK_MUST_FAIL(forget_a_text, "postgres != NULL");
}

static const struct test tests[] = {
    {.name = "any call may fail", .run = any_call_may_fail},
    {.name = "a bad table is a bug", .run = a_bad_table_is_a_bug},
    {.name = "several series stand side by side", .run = several_series_stand_side_by_side},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
