/* faulty_store_test.c - the store that fails on purpose fails as its script says. */
#include "store/store_fault.h"

#include "store/sqlite.h"
#include "tests/lib/check.h"

struct number {
    int64_t number;
};

static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct number, number)},
};
static const struct shape number_shape = {
    .name = "Number", .fields = number_fields, .field_count = 1, .bytes = sizeof(struct number)};
static const struct statement insert_row = {.sql = "INSERT INTO unit.row (number) VALUES ($1)"};
static const struct statement count_rows = {.sql = "SELECT count(*) AS number FROM unit.row",
                                            .gives = &number_shape};

static struct store_source *source;
static struct store *store;
static struct arena *arena;
static struct store_fault fault;

static void begin(void)
{
    struct sqlite_options options = {.directory = test_directory(), .schema = "unit"};
    struct text error = TEXT("");
    struct store *inner = NULL;
    arena = arena_create("unit", 1 << 20);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &inner), STATUS_OK);
    store = store_fault_create(inner, &fault);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "CREATE TABLE unit.row (number bigint)"), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static enum status insert(int64_t number)
{
    return store_exec(store, &insert_row, VALUES(value_integer(number)), NULL);
}

static int64_t count(void)
{
    struct number row = {0};
    fault.calls = 0;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(store, arena, &count_rows, NO_VALUES, &row), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    return row.number;
}

static void it_counts_down_and_repeats(void)
{
    begin();
    fault = (struct store_fault){
        .calls = STORE_FAULT_EXEC, .countdown = 2, .repeat = 2, .status = STATUS_CONFLICT};
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(insert(1), STATUS_OK);
    CHECK_STATUS(insert(2), STATUS_OK);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(insert(3), STATUS_CONFLICT);
        CHECK_STATUS(store_undo(store), STATUS_OK);
    }
    CHECK_STATUS(insert(3), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(fault.hits, 2);
    CHECK_INT(count(), 3);
    end();
}

static void it_fails_for_ever(void)
{
    begin();
    fault = (struct store_fault){.calls = STORE_FAULT_BEGIN, .status = STATUS_BUSY};
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_BUSY);
    }
    CHECK_INT(count(), 0);
    end();
}

static enum status commit_with(enum status status, bool commit_happens)
{
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(insert(1), STATUS_OK);
    fault = (struct store_fault){
        .calls = STORE_FAULT_COMMIT, .status = status, .commit_happens = commit_happens};
    return store_commit(store);
}

static void an_uncertain_commit_may_have_happened(void)
{
    begin();
    CHECK_STATUS(commit_with(STATUS_UNCERTAIN, false), STATUS_UNCERTAIN);
    CHECK_INT(count(), 0);
    CHECK_STATUS(commit_with(STATUS_UNCERTAIN, true), STATUS_UNCERTAIN);
    CHECK_INT(count(), 1);
    CHECK_STATUS(commit_with(STATUS_FULL, true), STATUS_FULL); /* which says: it has not */
    CHECK_INT(count(), 1);
    end();
}

static void a_failed_undo_leaves_the_way_back(void)
{
    begin();
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    CHECK_STATUS(insert(1), STATUS_OK);
    fault = (struct store_fault){.calls = STORE_FAULT_UNDO, .status = STATUS_UNAVAILABLE};
    CHECK_STATUS(store_undo(store), STATUS_UNAVAILABLE);
    store_rollback(store);
    CHECK_INT(count(), 0);
    end();
}

/* Both what never reached the inner store and what failed there. */
static void a_part_of_the_inner_store_is_undone(void)
{
    begin();
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    fault = (struct store_fault){
        .calls = STORE_FAULT_EXEC, .countdown = 2, .repeat = 1, .status = STATUS_TIMEOUT};
    CHECK_STATUS(insert(1), STATUS_OK);
    store_part_begin(store);
    CHECK_STATUS(insert(2), STATUS_OK);
    store_part_end(store);
    store_part_begin(store);
    CHECK_STATUS(insert(3), STATUS_TIMEOUT);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    store_part_begin(store);
    CHECK_STATUS(insert(4), STATUS_OK);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    CHECK_STATUS(insert(5), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(count(), 3);
    end();
}

/* What an ended part wrote stays, whatever fails in the part after it. */
static void a_failed_reading_spares_the_part_before(void)
{
    begin();
    struct number row;
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    store_part_begin(store);
    CHECK_STATUS(insert(1), STATUS_OK);
    store_part_end(store);
    fault = (struct store_fault){
        .calls = STORE_FAULT_QUERY, .countdown = 1, .repeat = 1, .status = STATUS_TIMEOUT};
    store_part_begin(store);
    CHECK_STATUS(store_one(store, arena, &count_rows, NO_VALUES, &row), STATUS_OK);
    CHECK_STATUS(store_one(store, arena, &count_rows, NO_VALUES, &row), STATUS_TIMEOUT);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    CHECK_STATUS(insert(2), STATUS_OK);
    store_part_begin(store);
    fault = (struct store_fault){.calls = STORE_FAULT_QUERY, .status = STATUS_TIMEOUT};
    CHECK_STATUS(store_one(store, arena, &count_rows, NO_VALUES, &row), STATUS_TIMEOUT);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(count(), 2);
    end();
}

static void a_part_fails_as_its_script_says(void)
{
    begin();
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    fault = (struct store_fault){.calls = STORE_FAULT_PART, .status = STATUS_UNAVAILABLE};
    store_part_begin(store);
    CHECK_STATUS(insert(1), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_part_undo(store), STATUS_OK);
    fault = (struct store_fault){.calls = STORE_FAULT_PART_UNDO, .status = STATUS_UNAVAILABLE};
    store_part_begin(store);
    CHECK_STATUS(insert(2), STATUS_OK);
    CHECK_STATUS(store_part_undo(store), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_undo(store), STATUS_OK); /* which the script does not speak of */
    CHECK_STATUS(insert(3), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(count(), 1);
    end();
}

static const struct test tests[] = {
    {.name = "it counts down and repeats", .run = it_counts_down_and_repeats},
    {.name = "it fails for ever", .run = it_fails_for_ever},
    {.name = "an uncertain commit may have happened", .run = an_uncertain_commit_may_have_happened},
    {.name = "a failed undo leaves the way back", .run = a_failed_undo_leaves_the_way_back},
    {.name = "a part of the inner store is undone", .run = a_part_of_the_inner_store_is_undone},
    {.name = "a failed reading spares the part before",
     .run = a_failed_reading_spares_the_part_before},
    {.name = "a part fails as its script says", .run = a_part_fails_as_its_script_says},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
