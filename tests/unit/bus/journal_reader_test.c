/* journal_reader_test.c - what is too large to be read many at a time is not read for nothing. */
#include "bus/journal_reader.h"

#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 1024 * 1024, LARGE = 30000, HUGE = 600000 };

static struct arena *arena;
static struct store_source *source;
static struct store *store;
static struct bus_member member;
static struct journal_reader reader;
static atomic_uint down_count;
static char data[HUGE];

static void begin(void)
{
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = "users"};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    arena = arena_create("rows", ARENA_BYTES);
    CHECK_STATUS(migrate(store, "bus", bus_migrations, bus_migration_count, arena, &error),
                 STATUS_OK);
    member = (struct bus_member){.name = "users", .stores = source};
    journal_reader_init(&reader, &member, &down_count);
    CHECK(journal_reader_open(&reader, 0));
    data[0] = data[HUGE - 1] = '"';
    memset(data + 1, 'a', HUGE - 2);
}

static void end(void)
{
    journal_reader_finish(&reader);
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static void tell(int count, size_t bytes)
{
    struct message message = {.kind = message_event,
                              .name = TEXT("users.created"),
                              .version = FIELD_NONE,
                              .revision = FIELD_NONE,
                              .data = {data + HUGE - bytes, bytes}};
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    for (int i = 0; i < count; i++) {
        message.id = id_new();
        CHECK_STATUS(journal_append(store, &message), STATUS_OK);
    }
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

/* So many rows come in one look, and whether there are no more. */
static void expect(int64_t after, size_t count, bool is_end)
{
    struct messages rows;
    bool was_end = false;
    arena_reset(arena);
    CHECK_STATUS(journal_reader_rows(&reader, arena, after, &rows, &was_end), STATUS_OK);
    CHECK_INT(rows.count, count);
    CHECK_INT(rows.count == 0 ? after + 1 : rows.items[0].position, after + 1);
    CHECK_INT(was_end, is_end);
}

static void large_ones_come_by_few_and_small_ones_by_many(void)
{
    begin();
    tell(40, LARGE);
    expect(0, JOURNAL_READ_FEW, false);
    CHECK_INT(reader.reach, 1); /* the next look does not read a megabyte for nothing first */
    expect(16, JOURNAL_READ_FEW, false);
    expect(32, 8, true);
    tell(300, 100);
    expect(40, JOURNAL_READ_FEW, false);
    CHECK_INT(reader.reach, 0);
    expect(56, JOURNAL_READ_MAX, false);
    expect(312, 28, true);
    end();
}

static void huge_ones_come_one_by_one(void)
{
    begin();
    tell(3, HUGE);
    tell(2, 100);
    expect(0, 1, false);
    CHECK_INT(reader.reach, 2);
    expect(1, 1, false);
    expect(2, 1, false);
    expect(3, 1, false); /* it was small: more may come now */
    expect(4, 1, true);
    expect(5, 0, true);
    CHECK_INT(reader.reach, 0);
    end();
}

static const struct test tests[] = {
    {"large_ones_come_by_few_and_small_ones_by_many", large_ones_come_by_few_and_small_ones_by_many,
     0},
    {"huge_ones_come_one_by_one", huge_ones_come_one_by_one, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
