/* store_contract_inner.c - parts of a request that are undone alone, as every store must keep them.
 */
#include "tests/lib/store_contract_parts.h"

static void begin_write_with_one(void)
{
    begin_write();
    insert_ok(1);
}

static void begin_with_one(void)
{
    begin_with_tables();
    begin_write_with_one();
}

static void begin_part(void)
{
    store_part_begin(contract.store);
}

static void undo_part(void)
{
    CHECK_STATUS(store_part_undo(contract.store), STATUS_OK);
    CHECK_INT(contract.store->state, STORE_WRITING);
}

static void end_part(void)
{
    store_part_end(contract.store);
}

static void mark(void)
{
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
}

static void undo(void)
{
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
}

static void insert_taken(int64_t number)
{
    CHECK_STATUS(insert(number), STATUS_EXISTS);
}

/* The numbers written one behind the other: 1, 3, 4 is 134. */
static void must_be_there(int64_t numbers)
{
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_OK);
    int64_t there = 0;
    for (size_t i = 0; i < rows.count; i++) {
        there = there * 10 + ((const struct number *)rows.items)[i].number;
    }
    CHECK_INT(there, numbers);
}

static void commit_and_end(int64_t numbers)
{
    must_be_there(numbers);
    commit();
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    must_be_there(numbers);
    commit();
    end();
}

void an_undone_part_goes_alone(void)
{
    begin_with_one();
    begin_part();
    insert_ok(2);
    struct values values = VALUES(value_integer(6), value_integer(1));
    CHECK_STATUS(store_exec(contract.store, &update_numbers, values, NULL), STATUS_OK);
    must_be_there(78);
    undo_part();
    must_be_there(1);
    insert_ok(3);
    commit_and_end(13);
}

void an_ended_part_stays(void)
{
    begin_with_one();
    begin_part();
    insert_ok(2);
    end_part();
    begin_part();
    insert_ok(3);
    undo_part();
    begin_part();
    insert_ok(4);
    end_part();
    insert_ok(5);
    commit_and_end(1245);
}

void a_returning_change_is_undone_with_its_part(void)
{
    begin_with_one();
    begin_part();
    struct number row;
    struct values values = VALUES(value_id(id_new()), value_text(TEXT("x")), value_integer(2));
    CHECK_STATUS(store_one(contract.store, contract.arena, &insert_returning, values, &row),
                 STATUS_OK);
    must_be_there(12);
    undo_part();
    commit_and_end(1);
}

void a_script_is_undone_with_its_part(void)
{
    begin_with_one();
    begin_part();
    CHECK_STATUS(store_script(contract.store, "DELETE FROM contract.thing;"
                                              "CREATE TABLE contract.extra (number bigint)"),
                 STATUS_OK);
    undo_part();
    begin_part();
    CHECK_STATUS(store_script(contract.store, "CREATE TABLE contract.extra (number bigint)"),
                 STATUS_OK);
    end_part();
    commit_and_end(1);
}

void a_failed_part_is_undone_and_work_goes_on(void)
{
    begin_with_one();
    begin_part();
    insert_taken(1); /* the first statement */
    undo_part();
    begin_part();
    insert_ok(2);
    insert_taken(1);
    undo_part();
    begin_part();
    insert_ok(3);
    end_part();
    begin_part();
    insert_taken(3);
    undo_part();
    commit_and_end(13);
}

void a_failed_part_right_before_the_commit(void)
{
    begin_with_one();
    begin_part();
    insert_ok(2);
    insert_taken(1);
    undo_part();
    commit();
    CHECK_INT(count_from(contract.store), 1);
    end();
}

/* ---- a lock that is remembered ---- */

static void must_be_locked(bool is_locked)
{
    static const char other = 'o';
    CHECK_INT(store_has_lock(contract.store, &contract), is_locked);
    CHECK(!store_has_lock(contract.store, &other));
}

static void note_lock(void)
{
    must_be_locked(false);
    store_note_lock(contract.store, &contract);
    must_be_locked(true);
}

void a_lock_is_remembered_until_something_is_undone(void)
{
    begin_with_one();
    note_lock();
    mark();
    must_be_locked(true);
    insert_ok(2);
    undo();
    note_lock();
    begin_part();
    insert_ok(3);
    must_be_locked(true);
    undo_part();
    note_lock();
    commit();
    CHECK(!store_has_lock(contract.store, &contract));
    begin_write();
    note_lock();
    store_rollback(contract.store);
    begin_write();
    must_be_locked(false);
    commit_and_end(1);
}

/* What is kept stays; what may have gone again is counted. */
void losses_are_counted_beside_what_is_kept(void)
{
    begin_with_one();
    struct store *store = contract.store;
    unsigned long losses = store->losses;
    int *kept = store_keep(store, &contract, sizeof *kept);
    CHECK_INT(*kept, 0);
    *kept = 7;
    commit();
    CHECK_INT(store->losses, losses);
    begin_write();
    store_rollback(store); /* there was nothing */
    CHECK_INT(store->losses, losses);
    begin_write();
    insert_ok(2);
    store_rollback(store);
    CHECK_INT(store->losses, losses + 1);
    begin_write();
    mark();
    insert_ok(3);
    undo();
    CHECK_INT(store->losses, losses + 2);
    begin_part();
    insert_ok(4);
    undo_part();
    CHECK_INT(store->losses, losses + 3);
    kept = store_keep(store, &contract, sizeof *kept);
    CHECK_INT(*kept, 7);
    commit_and_end(1);
}

static void fail_to_read(void)
{
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &fail_reading, NO_VALUES, &rows),
                 STATUS_MALFORMED);
    CHECK_INT(contract.store->state, STORE_FAILED);
}

static void begin_with_a_trap(void)
{
    begin_with_one();
    struct value least = {.kind = VALUE_INTEGER, .integer = INT64_MIN};
    struct values values = VALUES(value_id(id_new()), value_text(TEXT("trap")), least);
    CHECK_STATUS(store_exec(contract.store, &insert_short, values, NULL), STATUS_OK);
}

/* What was written before the part, by the same request, is not lost with a reading that fails. */
void a_failed_reading_is_undone_with_its_part(void)
{
    begin_with_a_trap();
    for (int i = 0; i < 3; i++) {
        begin_part();
        fail_to_read();
        undo_part();
    }
    insert_ok(2);
    begin_part();
    CHECK_INT(count_inside(contract.store, &count_things), 3);
    fail_to_read();
    undo_part();
    begin_part();
    insert_ok(3);
    fail_to_read();
    undo_part();
    CHECK_INT(count_inside(contract.store, &count_things), 3);
    commit();
    CHECK_INT(count_from(contract.store), 3);
    end();
}

void an_answer_that_is_too_large_ends_only_its_part(void)
{
    begin_with_one();
    for (int64_t i = 2; i <= 6; i++) {
        insert_ok(i);
    }
    begin_part();
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_TOO_LARGE);
    undo_part();
    insert_ok(7);
    commit();
    CHECK_INT(count_from(contract.store), 7);
    end();
}

/* Both a mark that was never sent and one that stands behind the call. */
void parts_and_marks_keep_apart(void)
{
    begin_with_one();
    mark();
    insert_ok(2);
    begin_part();
    insert_ok(3);
    undo_part();
    begin_part();
    insert_ok(4);
    end_part();
    must_be_there(124);
    undo(); /* the whole request */
    must_be_there(1);
    begin_part();
    insert_ok(5);
    undo_part();
    insert_ok(6);
    undo();
    begin_part();
    insert_ok(7);
    end_part();
    commit_and_end(17);
}

void the_marks_of_a_request_end_its_part(void)
{
    begin_with_one();
    begin_part();
    insert_ok(2);
    mark(); /* it stays, and without a mark before */
    begin_part();
    insert_ok(3);
    undo_part();
    begin_part();
    insert_ok(4);
    mark(); /* it stays */
    begin_part();
    insert_ok(5);
    undo(); /* it goes, back to the mark */
    begin_part();
    insert_taken(2);
    undo();
    begin_part();
    insert_taken(4);
    undo_part();
    mark();
    undo();
    CHECK_INT(contract.store->part, STORE_NO_PART);
    commit_and_end(124);
}

void the_end_of_a_transaction_ends_its_part(void)
{
    begin_with_one();
    begin_part();
    insert_ok(2);
    commit();
    begin_write();
    begin_part();
    insert_ok(3);
    store_rollback(contract.store);
    begin_write();
    begin_part();
    insert_taken(2);
    store_rollback(contract.store);
    begin_write();
    mark(); /* the very first */
    begin_part();
    insert_ok(4);
    undo_part();
    insert_ok(5);
    undo();
    begin_part();
    insert_ok(6);
    commit_and_end(126);
}

/* A request whose parts are all undone has nothing to undo itself. */
void an_undone_part_counts_no_writes(void)
{
    begin_with_one();
    unsigned long before = contract.store->writes;
    begin_part();
    insert_ok(2);
    CHECK(!store_is_untouched(contract.store, before));
    undo_part();
    CHECK(store_is_untouched(contract.store, before));
    begin_part();
    insert_taken(1);
    undo_part();
    CHECK(store_is_untouched(contract.store, before));
    begin_part();
    insert_ok(3);
    end_part();
    CHECK(!store_is_untouched(contract.store, before));
    commit_and_end(13);
}

/* Where nobody else writes, the database hears of a part only when it writes. */
void a_part_that_writes_nothing_is_never_set(void)
{
    begin_with_one();
    begin_part();
    CHECK_INT(contract.store->part, STORE_PART_IS_EMPTY);
    end_part();
    begin_part();
    undo_part();
    begin_part();
    must_be_there(1);
    bool is_shared = store_has(contract.store, STORE_IS_SHARED);
    CHECK_INT(contract.store->part, is_shared ? STORE_PART_IS_SET : STORE_PART_IS_EMPTY);
    insert_ok(2);
    CHECK_INT(contract.store->part, STORE_PART_IS_SET);
    undo_part();
    commit_and_end(1);
}

/* ---- what is a bug ---- */

static void begin_twice(void)
{
    begin_write_with_one();
    begin_part();
    begin_part();
}

static void end_nothing(void)
{
    begin_write_with_one();
    end_part();
}

static void undo_an_ended_part(void)
{
    begin_write_with_one();
    begin_part();
    insert_ok(2);
    end_part();
    undo_part();
}

static void undo_twice(void)
{
    begin_write_with_one();
    begin_part();
    insert_ok(2);
    undo_part();
    undo_part();
}

static void end_a_failed_part(void)
{
    begin_write_with_one();
    begin_part();
    insert_taken(1);
    end_part();
}

static void undo_after_a_mark(void)
{
    begin_write_with_one();
    begin_part();
    insert_ok(2);
    mark();
    undo_part();
}

static void begin_after_a_failure(void)
{
    begin_write_with_one();
    insert_taken(1);
    begin_part();
}

static void begin_in_a_read(void)
{
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    begin_part();
}

void misuse_of_parts_is_a_bug(void)
{
    begin_with_tables();
    CHECK_MUST_FAIL(begin_twice, "STORE_NO_PART");
    CHECK_MUST_FAIL(end_nothing, "STORE_NO_PART");
    CHECK_MUST_FAIL(undo_an_ended_part, "STORE_NO_PART");
    CHECK_MUST_FAIL(undo_twice, "STORE_NO_PART");
    CHECK_MUST_FAIL(end_a_failed_part, "STORE_WRITING");
    CHECK_MUST_FAIL(undo_after_a_mark, "STORE_NO_PART");
    CHECK_MUST_FAIL(begin_after_a_failure, "STORE_WRITING");
    CHECK_MUST_FAIL(begin_in_a_read, "STORE_WRITING");
    end();
}
