/* store_contract.c - the contract suite's tables, its furniture and the list of its tests. */
#include "tests/lib/store_contract.h"

#include "tests/lib/store_contract_parts.h"

#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

static store_contract_open_fn *open_source;

/* ---- the tables of the suite ---- */

static const struct field thing_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct thing, id)},
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct thing, name)},
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct thing, number)},
    {.name = "flag", .kind = FIELD_FLAG, .offset = offsetof(struct thing, flag)},
    {.name = "moment", .kind = FIELD_TIME, .offset = offsetof(struct thing, moment)},
    {.name = "bytes", .kind = FIELD_TEXT, .offset = offsetof(struct thing, bytes)},
    {.name = "tags", .kind = FIELD_TEXTS, .offset = offsetof(struct thing, tags)},
    {.name = "other", .kind = FIELD_ID, .offset = offsetof(struct thing, other)},
};

static const struct shape thing_shape = {
    .name = "Thing",
    .fields = thing_fields,
    .field_count = COUNT_OF(thing_fields),
    .bytes = sizeof(struct thing),
};

static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct number, number)},
};

const struct shape number_shape = {
    .name = "Number",
    .fields = number_fields,
    .field_count = 1,
    .bytes = sizeof(struct number),
};

#define THING_COLUMNS_SQLITE                                                                       \
    "(id blob NOT NULL PRIMARY KEY, name text UNIQUE, number bigint, flag smallint,"               \
    " moment bigint, bytes blob, tags text, other blob)"
#define THING_COLUMNS_POSTGRES                                                                     \
    "(id uuid NOT NULL PRIMARY KEY, name text UNIQUE, number bigint, flag smallint,"               \
    " moment bigint, bytes bytea, tags text, other uuid)"

const struct migration contract_migrations[2] = {
    {
        .version = 1,
        .name = "things",
        .sqlite = "CREATE TABLE contract.thing " THING_COLUMNS_SQLITE,
        .postgres = "CREATE TABLE contract.thing " THING_COLUMNS_POSTGRES,
    },
    {
        .version = 2,
        .name = "parts",
        .sqlite = "CREATE TABLE contract.part (thing_id blob NOT NULL REFERENCES thing (id),"
                  " amount bigint NOT NULL CHECK (amount >= 0));"
                  "CREATE INDEX contract.part_thing ON part (thing_id);",
        .postgres = "CREATE TABLE contract.part"
                    " (thing_id uuid NOT NULL REFERENCES contract.thing (id),"
                    " amount bigint NOT NULL CHECK (amount >= 0));"
                    "CREATE INDEX part_thing ON contract.part (thing_id);",
    },
};

const struct migration contract_other_migrations[1] = {
    {
        .version = 1,
        .name = "things",
        .sqlite = "CREATE TABLE contract_other.thing " THING_COLUMNS_SQLITE,
        .postgres = "CREATE TABLE contract_other.thing " THING_COLUMNS_POSTGRES,
    },
};

const struct statement insert_thing = {
    .sql = "INSERT INTO contract.thing (id, name, number, flag, moment, bytes, tags, other)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
const struct statement insert_other_thing = {
    .sql = "INSERT INTO contract_other.thing (id, name, number) VALUES ($1, $2, $3)",
};
const struct statement insert_short = {
    .sql = "INSERT INTO contract.thing (id, name, number) VALUES ($1, $2, $3)",
};
const struct statement insert_or_leave = {
    .sql = "INSERT INTO contract.thing (id, name, number) VALUES ($1, $2, $3)"
           " ON CONFLICT DO NOTHING",
};
const struct statement insert_returning = {
    .sql = "INSERT INTO contract.thing (id, name, number) VALUES ($1, $2, $3)"
           " RETURNING number + 1 AS number",
    .gives = &number_shape,
};
const struct statement insert_part = {
    .sql = "INSERT INTO contract.part (thing_id, amount) VALUES ($1, $2)",
};
const struct statement update_numbers = {
    .sql = "UPDATE contract.thing SET number = number + $1 WHERE number >= $2",
};
const struct statement delete_all = {.sql = "DELETE FROM contract.thing"};
const struct statement get_thing = {
    .sql = "SELECT id, name, number, flag, moment, bytes, tags, other FROM contract.thing"
           " WHERE id = $1",
    .gives = &thing_shape,
};
const struct statement get_thing_backwards = {
    .sql = "SELECT other, tags, bytes, moment, flag, number, name, id FROM contract.thing"
           " WHERE id = $1",
    .gives = &thing_shape,
};
const struct statement list_numbers = {
    .sql = "SELECT number FROM contract.thing ORDER BY number",
    .gives = &number_shape,
    .rows_max = 5,
};
const struct statement list_many = {
    .sql = "SELECT number FROM contract.thing ORDER BY number",
    .gives = &number_shape,
    .rows_max = 5000,
};
const struct statement count_things = {
    .sql = "SELECT count(*) AS number FROM contract.thing",
    .gives = &number_shape,
};
const struct statement count_other_things = {
    .sql = "SELECT count(*) AS number FROM contract_other.thing",
    .gives = &number_shape,
};
const struct statement count_migrations = {
    .sql = "SELECT count(*) AS number FROM migration",
    .gives = &number_shape,
};

/* Fails in the database itself, where there is the least of all numbers. */
const struct statement fail_reading = {
    .sql = "SELECT abs(number) AS number FROM contract.thing WHERE number < 0",
    .gives = &number_shape,
};

/* ---- the furniture of a test ---- */

struct contract contract;

struct store_source *contract_open_source(const char *schema)
{
    return open_source(schema);
}

struct store *contract_open_store(enum store_access access)
{
    struct store *opened = NULL;
    CHECK_STATUS(contract.source->open(contract.source, access, &opened), STATUS_OK);
    return opened;
}

void begin_empty(void)
{
    contract.arena = arena_create("contract", ARENA_BYTES_MAX);
    contract.source = contract_open_source("contract");
    contract.store = contract_open_store(STORE_WRITE);
}

void begin_with_tables(void)
{
    begin_empty();
    struct text error = NO_TEXT;
    CHECK_STATUS(migrate(contract.store, "contract", contract_migrations,
                         COUNT_OF(contract_migrations), contract.arena, &error),
                 STATUS_OK);
}

void end(void)
{
    store_destroy(&contract.store);
    contract.source->destroy(contract.source);
    arena_destroy(&contract.arena);
}

void begin_write(void)
{
    CHECK_STATUS(store_begin(contract.store, STORE_WRITE), STATUS_OK);
}

void commit(void)
{
    CHECK_STATUS(store_commit(contract.store), STATUS_OK);
}

enum status insert(int64_t number)
{
    char name[32];
    snprintf(name, sizeof name, "thing %lld", (long long)number);
    return store_exec(contract.store, &insert_short,
                      VALUES(value_id(id_new()), value_text(text_of(name)), value_integer(number)),
                      NULL);
}

void insert_ok(int64_t number)
{
    CHECK_STATUS(insert(number), STATUS_OK);
}

int64_t count_inside(struct store *from, const struct statement *statement)
{
    struct number row = {0};
    CHECK_STATUS(store_one(from, contract.arena, statement, NO_VALUES, &row), STATUS_OK);
    return row.number;
}

int64_t count_from(struct store *from)
{
    CHECK_STATUS(store_begin(from, STORE_READ), STATUS_OK);
    int64_t count = count_inside(from, &count_things);
    CHECK_STATUS(store_commit(from), STATUS_OK);
    return count;
}

static const struct test tests[] = {
    {.name = "values of every kind come back", .run = values_come_back},
    {.name = "tags come back in order", .run = tags_come_back_in_order},
    {.name = "a megabyte comes back", .run = a_megabyte_comes_back},
    {.name = "texts outlive the next query", .run = texts_outlive_the_next_query},
    {.name = "rows have a limit", .run = rows_have_a_limit},
    {.name = "many rows grow", .run = many_rows_grow},
    {.name = "a small arena is too large an answer", .run = a_small_arena_is_too_large_an_answer},
    {.name = "one is there or absent", .run = one_is_there_or_absent},
    {.name = "changes are counted", .run = changes_are_counted},
    {.name = "a conflict that does nothing counts nothing",
     .run = a_conflict_that_does_nothing_counts_nothing},
    {.name = "a change may return rows", .run = a_change_may_return_rows},
    {.name = "a rollback undoes all", .run = a_rollback_undoes_all},
    {.name = "a commit is there after reopening", .run = a_commit_is_there_after_reopening},
    {.name = "a taken key is undone and work goes on",
     .run = a_taken_key_is_undone_and_work_goes_on},
    {.name = "a mark keeps what was before", .run = a_mark_keeps_what_was_before},
    {.name = "undo may be repeated", .run = undo_may_be_repeated},
    {.name = "an undone part goes alone", .run = an_undone_part_goes_alone},
    {.name = "an ended part stays", .run = an_ended_part_stays},
    {.name = "a returning change is undone with its part",
     .run = a_returning_change_is_undone_with_its_part},
    {.name = "a script is undone with its part", .run = a_script_is_undone_with_its_part},
    {.name = "a failed part is undone and work goes on",
     .run = a_failed_part_is_undone_and_work_goes_on},
    {.name = "a failed part right before the commit", .run = a_failed_part_right_before_the_commit},
    {.name = "a lock is remembered until something is undone",
     .run = a_lock_is_remembered_until_something_is_undone},
    {.name = "losses_are_counted_beside_what_is_kept",
     .run = losses_are_counted_beside_what_is_kept},
    {.name = "a failed reading is undone with its part",
     .run = a_failed_reading_is_undone_with_its_part},
    {.name = "an answer that is too large ends only its part",
     .run = an_answer_that_is_too_large_ends_only_its_part},
    {.name = "parts and marks keep apart", .run = parts_and_marks_keep_apart},
    {.name = "the marks of a request end its part", .run = the_marks_of_a_request_end_its_part},
    {.name = "the end of a transaction ends its part",
     .run = the_end_of_a_transaction_ends_its_part},
    {.name = "an undone part counts no writes", .run = an_undone_part_counts_no_writes},
    {.name = "a part that writes nothing is never set",
     .run = a_part_that_writes_nothing_is_never_set},
    {.name = "any order of work keeps its places", .run = any_order_of_work_keeps_its_places},
    {.name = "misuse of parts is a bug", .run = misuse_of_parts_is_a_bug},
    {.name = "what goes along is seen by what follows",
     .run = what_goes_along_is_seen_by_what_follows},
    {.name = "what goes along is undone with the rest",
     .run = what_goes_along_is_undone_with_the_rest},
    {.name = "many go along", .run = many_go_along},
    {.name = "what fails on its way is heard of", .run = what_fails_on_its_way_is_heard_of},
    {.name = "what fails on its way stops the commit",
     .run = what_fails_on_its_way_stops_the_commit},
    {.name = "behind a mark nothing goes unheard", .run = behind_a_mark_nothing_goes_unheard},
    {.name = "a part is undone with what goes along", .run = a_part_is_undone_with_what_goes_along},
    {.name = "an empty transaction commits", .run = an_empty_transaction_commits},
    {.name = "broken constraints are malformed", .run = broken_constraints_are_malformed},
    {.name = "a statement serves ten thousand times", .run = a_statement_serves_ten_thousand_times},
    {.name = "a reader sees what is committed", .run = a_reader_sees_what_is_committed},
    {.name = "a reader stays at its moment", .run = a_reader_stays_at_its_moment},
    {.name = "a failed reader begins again", .run = a_failed_reader_begins_again},
    {.name = "two schemas do not meet", .run = two_schemas_do_not_meet},
    {.name = "a script is part of its transaction", .run = a_script_is_part_of_its_transaction},
    {.name = "migrations run once", .run = migrations_run_once},
    {.name = "migrations go on where they stopped", .run = migrations_go_on_where_they_stopped},
    {.name = "a changed migration is refused", .run = a_changed_migration_is_refused},
    {.name = "a newer store is refused", .run = a_newer_store_is_refused},
    {.name = "a failed migration leaves nothing", .run = a_failed_migration_leaves_nothing},
    {.name = "use after a failure is a bug", .run = use_after_a_failure_is_a_bug},
    {.name = "misuse is a bug", .run = misuse_is_a_bug},
    {.name = "uncertain is never tried again", .run = uncertain_is_never_tried_again},
};

int store_contract_main(int argc, char **argv, store_contract_open_fn *open)
{
    open_source = open;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
