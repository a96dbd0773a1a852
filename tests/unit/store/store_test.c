/* store_test.c - the store's own checks: what callers and implementations owe each other. */
#include "store/store.h"

#include "tests/lib/check.h"

/* An implementation that answers what it is told. */
struct told_store {
    struct store store; /* must be first */
    enum status answer;
    struct rows rows;
    int64_t changed;
    unsigned flags;
    int begun;
    int executed;
    int rolled_back;
    int destroyed;
    int marks[STORE_PART + 1];
    int undos[STORE_PART + 1];
};

static struct told_store told;

static enum status begin(struct store *store, enum store_access access)
{
    (void)store;
    (void)access;
    told.begun++;
    return told.answer;
}

static enum status exec(struct store *store, const struct statement *statement,
                        struct values values, int64_t *changed_out)
{
    (void)store;
    (void)statement;
    (void)values;
    *changed_out = told.changed;
    told.executed++;
    return told.answer;
}

static enum status query(struct store *store, struct arena *arena,
                         const struct statement *statement, struct values values,
                         struct rows *rows_out)
{
    (void)store;
    (void)arena;
    (void)statement;
    (void)values;
    *rows_out = told.rows;
    return told.answer;
}

static enum status answer(struct store *store)
{
    (void)store;
    return told.answer;
}

static enum status mark(struct store *store, enum store_place place)
{
    (void)store;
    told.marks[place]++;
    return told.answer;
}

static enum status undo(struct store *store, enum store_place place)
{
    (void)store;
    told.undos[place]++;
    return told.answer;
}

static void rollback(struct store *store)
{
    (void)store;
    told.rolled_back++;
}

static enum status script(struct store *store, const char *sql)
{
    (void)store;
    (void)sql;
    return told.answer;
}

static unsigned flags(const struct store *store)
{
    (void)store;
    return told.flags;
}

static void destroy(struct store *store)
{
    (void)store;
    told.destroyed++;
}

static const struct store_ops told_ops = {
    .name = "told",
    .begin = begin,
    .exec = exec,
    .query = query,
    .mark = mark,
    .undo = undo,
    .commit = answer,
    .rollback = rollback,
    .script = script,
    .flags = flags,
    .destroy = destroy,
};

static const struct field number_fields[] = {{.name = "number", .kind = FIELD_INTEGER}};
static const struct shape number_shape = {
    .name = "Number", .fields = number_fields, .field_count = 1, .bytes = sizeof(int64_t)};
static const struct statement change = {.sql = "change"};
static const struct statement ask = {.sql = "ask", .gives = &number_shape};
static int64_t numbers[2] = {41, 42};

static void open_told(void)
{
    told = (struct told_store){.answer = STATUS_OK, .flags = STORE_IS_SHARED};
    store_init(&told.store, &told_ops);
}

static void begin_told(void)
{
    open_told();
    CHECK_STATUS(store_begin(&told.store, STORE_WRITE), STATUS_OK);
}

static void a_failure_leaves_only_the_way_back(void)
{
    begin_told();
    CHECK_STATUS(store_mark(&told.store), STATUS_OK);
    told.answer = STATUS_EXISTS;
    CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, NULL), STATUS_EXISTS);
    CHECK_INT(told.store.state, STORE_FAILED);
    told.answer = STATUS_FULL;
    CHECK_STATUS(store_undo(&told.store), STATUS_FULL);
    CHECK_INT(told.store.state, STORE_FAILED);
    told.answer = STATUS_OK;
    CHECK_STATUS(store_undo(&told.store), STATUS_OK);
    CHECK_INT(told.store.state, STORE_WRITING);
    CHECK_STATUS(store_commit(&told.store), STATUS_OK);
    CHECK_INT(told.store.state, STORE_IDLE);
}

static enum status ask_told(const struct statement *statement)
{
    struct rows rows;
    return store_query(&told.store, NULL, statement, NO_VALUES, &rows);
}

static void a_part_is_told_when_it_is_needed(void)
{
    static const struct statement read = {.sql = "SELECT", .gives = &number_shape};
    static const struct statement write = {.sql = "INSERT ... RETURNING", .gives = &number_shape};
    for (unsigned flags = 0; flags <= STORE_IS_SHARED; flags += STORE_IS_SHARED) {
        int is_shared = flags == STORE_IS_SHARED;
        begin_told();
        told.flags = flags;
        store_part_begin(&told.store);
        store_part_end(&told.store);
        store_part_begin(&told.store);
        CHECK_STATUS(store_part_undo(&told.store), STATUS_OK);
        CHECK_INT(told.marks[STORE_PART] + told.undos[STORE_PART], 0);
        store_part_begin(&told.store);
        CHECK_STATUS(ask_told(&read), STATUS_OK);
        CHECK_INT(told.marks[STORE_PART], is_shared);
        CHECK_STATUS(ask_told(&write), STATUS_OK);
        CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, NULL), STATUS_OK);
        CHECK_INT(told.marks[STORE_PART], 1); /* only once */
        store_part_end(&told.store);
        CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, NULL), STATUS_OK);
        CHECK_INT(told.marks[STORE_PART], 1); /* and not outside */
        CHECK_INT(told.undos[STORE_PART], 0);
        CHECK_INT(told.marks[STORE_MARK], 0);
    }
}

static void a_part_that_cannot_be_set_fails_its_statement(void)
{
    begin_told();
    store_part_begin(&told.store);
    told.answer = STATUS_FULL;
    CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, NULL), STATUS_FULL);
    CHECK_INT(told.executed, 0);
    CHECK_STATUS(store_part_undo(&told.store), STATUS_FULL);
    CHECK_INT(told.undos[STORE_PART], 1); /* who failed knows whether it can go on */
    CHECK_INT(told.store.state, STORE_FAILED);
    CHECK_INT(told.store.part, STORE_NO_PART);
    store_rollback(&told.store);
}

static void a_transaction_is_over_after_every_commit(void)
{
    static const enum status answers[] = {STATUS_OK, STATUS_UNCERTAIN, STATUS_CONFLICT,
                                          STATUS_FULL};
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        begin_told();
        told.answer = answers[i];
        CHECK_STATUS(store_commit(&told.store), answers[i]);
        CHECK_INT(told.store.state, STORE_IDLE);
    }
}

static void a_begin_that_fails_begins_nothing(void)
{
    open_told();
    told.answer = STATUS_BUSY;
    CHECK_STATUS(store_begin(&told.store, STORE_WRITE), STATUS_BUSY);
    CHECK_INT(told.store.state, STORE_IDLE);
    told.answer = STATUS_OK;
    CHECK_STATUS(store_begin(&told.store, STORE_READ), STATUS_OK);
    CHECK_INT(told.store.state, STORE_READING);
}

static void what_failed_tells_nothing(void)
{
    begin_told();
    told.changed = 3;
    int64_t changed = -1;
    CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, &changed), STATUS_OK);
    CHECK_INT(changed, 3);
    told.answer = STATUS_CONFLICT;
    CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, &changed), STATUS_CONFLICT);
    CHECK_INT(changed, 0);
    begin_told();
    told.rows = (struct rows){.items = numbers, .count = 1};
    told.answer = STATUS_UNAVAILABLE;
    struct rows rows;
    CHECK_STATUS(store_query(&told.store, NULL, &ask, NO_VALUES, &rows), STATUS_UNAVAILABLE);
    CHECK_INT(rows.count, 0);
}

static void one_copies_the_row(void)
{
    begin_told();
    int64_t number = 0;
    CHECK_STATUS(store_one(&told.store, NULL, &ask, NO_VALUES, &number), STATUS_ABSENT);
    told.rows = (struct rows){.items = numbers, .count = 1};
    CHECK_STATUS(store_one(&told.store, NULL, &ask, NO_VALUES, &number), STATUS_OK);
    CHECK_INT(number, 41);
    CHECK(store_has(&told.store, STORE_IS_SHARED));
    CHECK(!store_has(&told.store, STORE_READS_AT_ONCE));
    CHECK_TEXT(text_of(store_back_end(&told.store)), "told");
}

static void destroy_ends_what_is_open(void)
{
    begin_told();
    struct store *store = &told.store;
    store_destroy(&store);
    CHECK(store == NULL);
    CHECK_INT(told.rolled_back, 1);
    CHECK_INT(told.destroyed, 1);
    store_destroy(&store);
    CHECK_INT(told.destroyed, 1);
}

/* ---- bugs of an implementation ---- */

static void init_half_filled(void)
{
    struct store_ops half = told_ops;
    half.undo = NULL;
    struct store store;
    store_init(&store, &half);
}

static void answer_uncertain_to_exec(void)
{
    begin_told();
    told.answer = STATUS_UNCERTAIN;
    CHECK_STATUS(store_exec(&told.store, &change, NO_VALUES, NULL), STATUS_OK);
}

static void answer_absent_to_commit(void)
{
    begin_told();
    told.answer = STATUS_ABSENT;
    CHECK_STATUS(store_commit(&told.store), STATUS_OK);
}

static void give_too_many_rows(void)
{
    begin_told();
    told.rows = (struct rows){.items = numbers, .count = 2};
    struct rows rows;
    CHECK_STATUS(store_query(&told.store, NULL, &ask, NO_VALUES, &rows), STATUS_OK);
}

static void give_rows_from_nowhere(void)
{
    begin_told();
    told.rows = (struct rows){.items = NULL, .count = 1};
    struct rows rows;
    CHECK_STATUS(store_query(&told.store, NULL, &ask, NO_VALUES, &rows), STATUS_OK);
}

static void bugs_of_an_implementation_stop_the_program(void)
{
    CHECK_MUST_FAIL(init_half_filled, "ops->undo");
    CHECK_MUST_FAIL(answer_uncertain_to_exec, "EXEC_ANSWERS");
    CHECK_MUST_FAIL(answer_absent_to_commit, "COMMIT_ANSWERS");
    CHECK_MUST_FAIL(give_too_many_rows, "rows_max");
    CHECK_MUST_FAIL(give_rows_from_nowhere, "rows.items");
}

/* ---- bugs of a caller ---- */

static void ask_with_exec(void)
{
    begin_told();
    CHECK_STATUS(store_exec(&told.store, &ask, NO_VALUES, NULL), STATUS_OK);
}

static void change_with_query(void)
{
    begin_told();
    struct rows rows;
    CHECK_STATUS(store_query(&told.store, NULL, &change, NO_VALUES, &rows), STATUS_OK);
}

static void mark_a_read(void)
{
    open_told();
    CHECK_STATUS(store_begin(&told.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_mark(&told.store), STATUS_OK);
}

static void roll_back_nothing(void)
{
    open_told();
    store_rollback(&told.store);
}

static void bugs_of_a_caller_stop_the_program(void)
{
    CHECK_MUST_FAIL(ask_with_exec, "gives == NULL");
    CHECK_MUST_FAIL(change_with_query, "gives != NULL");
    CHECK_MUST_FAIL(mark_a_read, "STORE_WRITING");
    CHECK_MUST_FAIL(roll_back_nothing, "STORE_IDLE");
}

static const struct test tests[] = {
    {.name = "a failure leaves only the way back", .run = a_failure_leaves_only_the_way_back},
    {.name = "a part is told when it is needed", .run = a_part_is_told_when_it_is_needed},
    {.name = "a part that cannot be set fails its statement",
     .run = a_part_that_cannot_be_set_fails_its_statement},
    {.name = "a transaction is over after every commit",
     .run = a_transaction_is_over_after_every_commit},
    {.name = "a begin that fails begins nothing", .run = a_begin_that_fails_begins_nothing},
    {.name = "what failed tells nothing", .run = what_failed_tells_nothing},
    {.name = "one copies the row", .run = one_copies_the_row},
    {.name = "destroy ends what is open", .run = destroy_ends_what_is_open},
    {.name = "bugs of an implementation stop the program",
     .run = bugs_of_an_implementation_stop_the_program},
    {.name = "bugs of a caller stop the program", .run = bugs_of_a_caller_stop_the_program},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
