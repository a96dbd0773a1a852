/* store_contract_bugs.c - scripts, migrations, and what every store must refuse as our own bug. */
#include "tests/lib/store_contract_parts.h"

#include <string.h>

void a_script_is_part_of_its_transaction(void)
{
    begin_with_tables();
    begin_write();
    CHECK_STATUS(store_script(contract.store, "DELETE FROM contract.thing;\n"
                                              "CREATE TABLE contract.extra (number bigint);\n"
                                              "INSERT INTO contract.extra VALUES (1);\n"
                                              "INSERT INTO contract.extra VALUES (2);"),
                 STATUS_OK);
    store_rollback(contract.store);
    begin_write();
    CHECK_STATUS(store_script(contract.store, "CREATE TABLE contract.extra (number bigint);"
                                              "INSERT INTO contract.extra VALUES (3)"),
                 STATUS_OK);
    static const struct statement sum = {
        .sql = "SELECT number FROM contract.extra",
        .gives = &number_shape,
    };
    CHECK_INT(count_inside(contract.store, &sum), 3);
    commit();
    end();
}

void migrations_run_once(void)
{
    begin_with_tables();
    struct text error = NO_TEXT;
    CHECK_STATUS(
        migrate(contract.store, "contract", contract_migrations, 2, contract.arena, &error),
        STATUS_OK);
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    CHECK_INT(count_inside(contract.store, &count_migrations), 2);
    commit();
    end();
}

void migrations_go_on_where_they_stopped(void)
{
    begin_empty();
    struct text error = NO_TEXT;
    CHECK_STATUS(
        migrate(contract.store, "contract", contract_migrations, 1, contract.arena, &error),
        STATUS_OK);
    begin_write();
    insert_ok(1);
    commit();
    CHECK_STATUS(
        migrate(contract.store, "contract", contract_migrations, 2, contract.arena, &error),
        STATUS_OK);
    CHECK_INT(count_from(contract.store), 1);
    end();
}

static bool mentions(struct text text, const char *what)
{
    return strstr(text_copy(contract.arena, text).data, what) != NULL;
}

void a_changed_migration_is_refused(void)
{
    begin_with_tables();
    struct migration changed[2] = {contract_migrations[0], contract_migrations[1]};
    changed[1].sqlite = "SELECT 1";
    changed[1].postgres = "SELECT 1";
    struct text error = NO_TEXT;
    CHECK_STATUS(migrate(contract.store, "contract", changed, 2, contract.arena, &error),
                 STATUS_CORRUPT);
    CHECK(mentions(error, "contract") && mentions(error, "migration 2 (parts)"));
    CHECK(mentions(error, "another text"));
    end();
}

void a_newer_store_is_refused(void)
{
    begin_with_tables();
    struct text error = NO_TEXT;
    CHECK_STATUS(
        migrate(contract.store, "contract", contract_migrations, 1, contract.arena, &error),
        STATUS_NEWER);
    CHECK(mentions(error, "version 2 (parts)") && mentions(error, "newer program"));
    end();
}

void a_failed_migration_leaves_nothing(void)
{
    begin_with_tables();
    struct migration failing[3] = {contract_migrations[0], contract_migrations[1]};
    failing[2] = (struct migration){
        .version = 3,
        .name = "fails",
        .sqlite = "CREATE TABLE contract.late (number bigint PRIMARY KEY);"
                  "INSERT INTO contract.late VALUES (1); INSERT INTO contract.late VALUES (1);",
        .postgres = "CREATE TABLE contract.late (number bigint PRIMARY KEY);"
                    "INSERT INTO contract.late VALUES (1); INSERT INTO contract.late VALUES (1);",
    };
    struct text error = NO_TEXT;
    CHECK_STATUS(migrate(contract.store, "contract", failing, 3, contract.arena, &error),
                 STATUS_EXISTS);
    CHECK(mentions(error, "migration 3 (fails) was not applied"));
    failing[2].sqlite = "CREATE TABLE contract.late (number bigint PRIMARY KEY)";
    failing[2].postgres = failing[2].sqlite;
    CHECK_STATUS(migrate(contract.store, "contract", failing, 3, contract.arena, &error),
                 STATUS_OK);
    end();
}

/* ---- what is a bug ---- */

static void exec_after_a_failure(void)
{
    CHECK_STATUS(insert(2), STATUS_OK);
}

static void commit_after_a_failure(void)
{
    CHECK_STATUS(store_commit(contract.store), STATUS_OK);
}

void use_after_a_failure_is_a_bug(void)
{
    begin_with_tables();
    begin_write();
    insert_ok(1);
    CHECK_STATUS(insert(1), STATUS_EXISTS);
    CHECK_MUST_FAIL(exec_after_a_failure, "STORE_WRITING");
    CHECK_MUST_FAIL(commit_after_a_failure, "is_open");
    store_rollback(contract.store);
    end();
}

static void exec_outside(void)
{
    CHECK_STATUS(insert(1), STATUS_OK);
}

static void begin_twice(void)
{
    begin_write();
    CHECK_STATUS(store_begin(contract.store, STORE_WRITE), STATUS_OK);
}

static void change_in_a_read(void)
{
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(insert(1), STATUS_OK);
}

static void undo_without_a_mark(void)
{
    begin_write();
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
}

static void too_few_values(void)
{
    begin_write();
    CHECK_STATUS(store_exec(contract.store, &insert_short, VALUES(value_integer(1)), NULL),
                 STATUS_OK);
}

static void a_column_is_missing(void)
{
    static const struct statement wrong = {.sql = "SELECT amount FROM contract.part",
                                           .gives = &number_shape};
    struct rows rows;
    begin_write();
    CHECK_STATUS(store_query(contract.store, contract.arena, &wrong, NO_VALUES, &rows), STATUS_OK);
}

static void a_column_is_too_much(void)
{
    static const struct statement wrong = {.sql = "SELECT number, name FROM contract.thing",
                                           .gives = &number_shape};
    struct rows rows;
    begin_write();
    CHECK_STATUS(store_query(contract.store, contract.arena, &wrong, NO_VALUES, &rows), STATUS_OK);
}

void misuse_is_a_bug(void)
{
    begin_with_tables();
    CHECK_MUST_FAIL(exec_outside, "STORE_WRITING");
    CHECK_MUST_FAIL(begin_twice, "STORE_IDLE");
    CHECK_MUST_FAIL(change_in_a_read, "STORE_WRITING");
    CHECK_MUST_FAIL(undo_without_a_mark, "has_mark");
    CHECK_MUST_FAIL(too_few_values, "");
    CHECK_MUST_FAIL(a_column_is_missing, "SELECT amount FROM contract.part");
    CHECK_MUST_FAIL(a_column_is_too_much, "SELECT number, name FROM contract.thing");
    end();
}

void uncertain_is_never_tried_again(void)
{
    CHECK(!status_may_retry(STATUS_UNCERTAIN));
    CHECK(status_may_retry(STATUS_CONFLICT));
}
