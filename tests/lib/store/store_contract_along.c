/* store_contract_along.c - statements that go along: nobody waits for them, and none is lost. */
#include "tests/lib/store_contract_parts.h"

#include <stdio.h>

enum { MANY = 1000 };

static const struct statement insert_along = {
    .sql = "INSERT INTO contract.thing (id, name, number) VALUES ($1, $2, $3)",
    .goes_along = true,
};

/* The number is its name too, so the same one twice is refused. */
static enum status along(int64_t number)
{
    char name[32];
    snprintf(name, sizeof name, "thing %lld", (long long)number);
    return store_exec(contract.store, &insert_along,
                      VALUES(value_id(id_new()), value_text(text_of(name)), value_integer(number)),
                      NULL);
}

static void along_ok(int64_t number)
{
    CHECK_STATUS(along(number), STATUS_OK);
}

/* Twice, so that a database that prepares statements knows this one. */
static void begin_with_known(void)
{
    begin_with_tables();
    begin_write();
    along_ok(1);
    commit();
    begin_write();
    along_ok(2);
}

void what_goes_along_is_seen_by_what_follows(void)
{
    begin_with_known();
    CHECK_INT(count_inside(contract.store, &count_things), 2);
    along_ok(3);
    commit();
    CHECK_INT(count_from(contract.store), 3);
    end();
}

void what_goes_along_is_undone_with_the_rest(void)
{
    begin_with_known();
    store_rollback(contract.store);
    CHECK_INT(count_from(contract.store), 1);
    begin_write();
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    along_ok(2);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    along_ok(3);
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    along_ok(4);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    commit();
    CHECK_INT(count_from(contract.store), 2);
    end();
}

void many_go_along(void)
{
    begin_with_known();
    for (int64_t i = 3; i <= MANY; i++) {
        along_ok(i);
    }
    commit();
    CHECK_INT(count_from(contract.store), MANY);
    end();
}

/* Sooner or later, and nothing stays of it. */
void what_fails_on_its_way_is_heard_of(void)
{
    begin_with_known();
    enum status status = along(1);
    if (status == STATUS_OK) {
        CHECK_STATUS(insert(7), STATUS_CONFLICT);
    } else {
        CHECK_STATUS(status, STATUS_EXISTS);
    }
    store_rollback(contract.store);
    CHECK_INT(count_from(contract.store), 1);
    end();
}

void what_fails_on_its_way_stops_the_commit(void)
{
    begin_with_known();
    enum status status = along(1);
    if (status == STATUS_OK) {
        CHECK_STATUS(store_commit(contract.store), STATUS_CONFLICT);
    } else {
        store_rollback(contract.store);
    }
    CHECK_INT(count_from(contract.store), 1);
    end();
}

/* Behind a mark each call hears of its own failures, and of no other's. */
void behind_a_mark_nothing_goes_unheard(void)
{
    begin_with_known();
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    CHECK_STATUS(along(1), STATUS_EXISTS);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    along_ok(3);
    commit();
    CHECK_INT(count_from(contract.store), 3);
    end();
}

void a_part_is_undone_with_what_goes_along(void)
{
    begin_with_known();
    store_part_begin(contract.store);
    along_ok(3);
    CHECK_STATUS(store_part_undo(contract.store), STATUS_OK);
    along_ok(4);
    commit();
    CHECK_INT(count_from(contract.store), 3);
    end();
}
