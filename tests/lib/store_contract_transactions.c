/* store_contract_transactions.c - transactions, marks and readers, as every store must keep them.
 */
#include "tests/lib/store_contract_parts.h"

void a_rollback_undoes_all(void)
{
    begin_with_tables();
    begin_write();
    insert_ok(1);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    insert_ok(2);
    CHECK_INT(count_inside(contract.store, &count_things), 2);
    store_rollback(contract.store);
    CHECK_INT(count_from(contract.store), 0);
    begin_write();
    insert_ok(1);
    commit();
    CHECK_INT(count_from(contract.store), 1);
    end();
}

void a_commit_is_there_after_reopening(void)
{
    begin_with_tables();
    begin_write();
    insert_ok(1);
    commit();
    begin_write();
    insert_ok(2); /* and what is not committed is gone */
    store_destroy(&contract.store);
    contract.source->destroy(contract.source);
    contract.source = contract_open_source("contract");
    contract.store = contract_open_store(STORE_WRITE);
    CHECK_INT(count_from(contract.store), 1);
    end();
}

void a_taken_key_is_undone_and_work_goes_on(void)
{
    begin_with_tables();
    begin_write();
    insert_ok(1);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    insert_ok(2);
    CHECK_STATUS(insert(1), STATUS_EXISTS);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    insert_ok(3);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    insert_ok(4);
    commit();
    struct rows rows;
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_OK);
    commit();
    CHECK_INT(rows.count, 3);
    const struct number *numbers = rows.items;
    CHECK_INT(numbers[0].number, 1);
    CHECK_INT(numbers[1].number, 3);
    CHECK_INT(numbers[2].number, 4);
    end();
}

void a_mark_keeps_what_was_before(void)
{
    begin_with_tables();
    begin_write();
    for (int64_t i = 0; i < 200; i++) {
        CHECK_STATUS(store_mark(contract.store), STATUS_OK);
        insert_ok(i);
        if (i % 2 == 1) {
            CHECK_STATUS(store_undo(contract.store), STATUS_OK);
        }
    }
    CHECK_INT(count_inside(contract.store, &count_things), 100);
    commit();
    CHECK_INT(count_from(contract.store), 100);
    end();
}

void undo_may_be_repeated(void)
{
    begin_with_tables();
    begin_write();
    insert_ok(1);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    insert_ok(2);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    insert_ok(3);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    CHECK_INT(count_inside(contract.store, &count_things), 1);
    commit();
    CHECK_INT(count_from(contract.store), 1);
    end();
}

void an_empty_transaction_commits(void)
{
    begin_with_tables();
    begin_write();
    commit();
    begin_write();
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    commit();
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    commit();
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    store_rollback(contract.store);
    CHECK_INT(count_from(contract.store), 0);
    end();
}

void broken_constraints_are_malformed(void)
{
    begin_with_tables();
    begin_write();
    struct id id = id_new();
    struct values values = VALUES(value_id(id), value_text(TEXT("a")), value_integer(1));
    CHECK_STATUS(store_exec(contract.store, &insert_short, values, NULL), STATUS_OK);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    values = VALUES(value_id(id), value_integer(-1)); /* a check */
    CHECK_STATUS(store_exec(contract.store, &insert_part, values, NULL), STATUS_MALFORMED);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    values = VALUES(value_id(id), value_integer(FIELD_NONE)); /* not null */
    CHECK_STATUS(store_exec(contract.store, &insert_part, values, NULL), STATUS_MALFORMED);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    values = VALUES(value_id(id_new()), value_integer(1)); /* a reference */
    CHECK_STATUS(store_exec(contract.store, &insert_part, values, NULL), STATUS_MALFORMED);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    values = VALUES(value_id(id), value_integer(1));
    CHECK_STATUS(store_exec(contract.store, &insert_part, values, NULL), STATUS_OK);
    commit();
    end();
}

void a_statement_serves_ten_thousand_times(void)
{
    begin_with_tables();
    begin_write();
    for (int64_t i = 0; i < 10000; i++) {
        insert_ok(i);
    }
    commit();
    CHECK_INT(count_from(contract.store), 10000);
    struct arena *step = arena_create("step", 64 * 1024);
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    for (int i = 0; i < 10000; i++) {
        struct thing got;
        CHECK_STATUS(store_one(contract.store, step, &get_thing, VALUES(value_id(id_new())), &got),
                     STATUS_ABSENT);
        arena_reset(step);
    }
    commit();
    arena_destroy(&step);
    end();
}

/* ---- several stores ---- */

void a_reader_sees_what_is_committed(void)
{
    begin_with_tables();
    struct store *reader = contract_open_store(STORE_READ);
    CHECK_INT(count_from(reader), 0);
    begin_write();
    insert_ok(1);
    CHECK_INT(count_from(reader), 0);
    commit();
    CHECK_INT(count_from(reader), 1);
    store_destroy(&reader);
    end();
}

void a_reader_stays_at_its_moment(void)
{
    begin_with_tables();
    struct store *reader = contract_open_store(STORE_READ);
    begin_write();
    insert_ok(1);
    commit();
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_INT(count_inside(reader, &count_things), 1);
    begin_write();
    insert_ok(2);
    commit();
    CHECK_INT(count_inside(reader, &count_things), 1);
    struct rows rows;
    CHECK_STATUS(store_query(reader, contract.arena, &list_numbers, NO_VALUES, &rows), STATUS_OK);
    CHECK_INT(rows.count, 1);
    CHECK_STATUS(store_commit(reader), STATUS_OK);
    CHECK_INT(count_from(reader), 2);
    store_destroy(&reader);
    end();
}

void a_failed_reader_begins_again(void)
{
    begin_with_tables();
    begin_write();
    for (int64_t i = 0; i < 6; i++) {
        insert_ok(i);
    }
    commit();
    struct store *reader = contract_open_store(STORE_READ);
    struct rows rows;
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(reader, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_TOO_LARGE);
    store_rollback(reader);
    CHECK_INT(count_from(reader), 6);
    store_destroy(&reader);
    end();
}

void two_schemas_do_not_meet(void)
{
    begin_with_tables();
    struct store_source *other_source = contract_open_source("contract_other");
    struct store *other = NULL;
    CHECK_STATUS(other_source->open(other_source, STORE_WRITE, &other), STATUS_OK);
    struct text error;
    CHECK_STATUS(
        migrate(other, "contract_other", contract_other_migrations, 1, contract.arena, &error),
        STATUS_OK);
    CHECK_STATUS(store_begin(other, STORE_WRITE), STATUS_OK);
    begin_write();
    insert_ok(1);
    struct values values = VALUES(value_id(id_new()), value_text(TEXT("x")), value_integer(1));
    CHECK_STATUS(store_exec(other, &insert_other_thing, values, NULL), STATUS_OK);
    values = VALUES(value_id(id_new()), value_text(TEXT("y")), value_integer(1));
    CHECK_STATUS(store_exec(other, &insert_other_thing, values, NULL), STATUS_OK);
    CHECK_INT(count_inside(contract.store, &count_things), 1);
    CHECK_INT(count_inside(other, &count_other_things), 2);
    CHECK_INT(count_inside(contract.store, &count_migrations), 2);
    CHECK_INT(count_inside(other, &count_migrations), 1);
    CHECK_STATUS(store_commit(other), STATUS_OK);
    store_rollback(contract.store);
    CHECK_INT(count_from(contract.store), 0);
    store_destroy(&other);
    other_source->destroy(other_source);
    end();
}
