/* store_contract_walk.c - work, marks and parts in any order: a store has what a list of numbers
 * has that is cut off where undo says.
 */
#include "tests/lib/store_contract_parts.h"

enum { JOURNEYS = 4, WALKS = 20, STEPS_MAX = 50, NUMBERS_MAX = WALKS * STEPS_MAX + 2 };

/* Numbers are written in rising order, so that whatever is undone is an end of the list. */
static struct {
    int64_t numbers[NUMBERS_MAX];
    size_t count;
    size_t at_commit;
    size_t at_mark;
    size_t at_part;
    int64_t next;
    bool has_mark;
    bool has_part;
    bool has_failed;
} model;

static uint64_t chance;

static unsigned roll(unsigned sides)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)((chance >> 11) % sides);
}

static void compare(void)
{
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_many, NO_VALUES, &rows),
                 STATUS_OK);
    CHECK_INT(rows.count, model.count);
    for (size_t i = 0; i < rows.count; i++) {
        CHECK_INT(((const struct number *)rows.items)[i].number, model.numbers[i]);
    }
}

static void do_insert(void)
{
    insert_ok(model.next);
    model.numbers[model.count++] = model.next++;
}

static void do_insert_taken(void)
{
    size_t i = 1 + roll((unsigned)model.count - 1); /* not the trap */
    CHECK_STATUS(insert(model.numbers[i]), STATUS_EXISTS);
    model.has_failed = true;
}

static void do_fail_reading(void)
{
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &fail_reading, NO_VALUES, &rows),
                 STATUS_MALFORMED);
    model.has_failed = true;
}

static void do_mark(void)
{
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    model.has_mark = true;
    model.has_part = false;
    model.at_mark = model.count;
}

static void do_undo(void)
{
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    model.has_part = false;
    model.has_failed = false;
    model.count = model.at_mark;
}

static void do_begin_part(void)
{
    store_part_begin(contract.store);
    model.has_part = true;
    model.at_part = model.count;
}

static void do_undo_part(void)
{
    CHECK_STATUS(store_part_undo(contract.store), STATUS_OK);
    model.has_part = false;
    model.has_failed = false;
    model.count = model.at_part;
}

static void do_end_part(void)
{
    store_part_end(contract.store);
    model.has_part = false;
}

static void go_on_after_failure(void)
{
    if (model.has_part && roll(4) != 0) {
        do_undo_part();
    } else if (model.has_mark && roll(4) != 0) {
        do_undo();
    }
}

static void do_something(void)
{
    switch (roll(13)) {
    case 0:
    case 1:
    case 2:
        do_insert();
        break;
    case 3:
        do_insert_taken();
        break;
    case 4:
        do_fail_reading();
        break;
    case 5:
        compare();
        break;
    case 6:
        do_mark();
        break;
    case 7:
        if (model.has_mark) {
            do_undo();
        }
        break;
    case 8:
        if (model.has_part) {
            do_end_part();
        }
        break;
    case 9:
    case 10:
        if (model.has_part) {
            do_undo_part();
        }
        break;
    default:
        if (!model.has_part) {
            do_begin_part();
        }
        break;
    }
}

/* One transaction, to its commit or up to where only a rollback is left. */
static void walk(void)
{
    begin_write();
    model.has_mark = model.has_part = model.has_failed = false;
    for (unsigned left = 1 + roll(STEPS_MAX); left > 0; left--) {
        do_something();
        CHECK_INT(contract.store->state, model.has_failed ? STORE_FAILED : STORE_WRITING);
        if (model.has_failed) {
            go_on_after_failure();
        }
        if (model.has_failed) {
            break;
        }
    }
    if (model.has_failed || roll(8) == 0) {
        store_rollback(contract.store);
        model.count = model.at_commit;
    } else {
        commit();
        model.at_commit = model.count;
    }
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    compare();
    commit();
}

/* One row makes every reading of a kind fail, and stands first in every list. */
static void set_out(uint64_t seed)
{
    struct value least = {.kind = VALUE_INTEGER, .integer = INT64_MIN};
    struct values values = VALUES(value_id(id_new()), value_text(TEXT("trap")), least);
    chance = seed * 0x9e3779b97f4a7c15U;
    model.next = 1;
    model.count = 1;
    model.numbers[0] = INT64_MIN;
    begin_write();
    CHECK_STATUS(store_exec(contract.store, &delete_all, NO_VALUES, NULL), STATUS_OK);
    CHECK_STATUS(store_exec(contract.store, &insert_short, values, NULL), STATUS_OK);
    do_insert();
    commit();
    model.at_commit = model.count;
}

void any_order_of_work_keeps_its_places(void)
{
    begin_with_tables();
    int journeys = test_scale(JOURNEYS);
    for (int i = 1; i <= journeys; i++) {
        set_out((uint64_t)i);
        for (int j = 0; j < WALKS; j++) {
            walk();
        }
        arena_reset(contract.arena);
    }
    end();
}
