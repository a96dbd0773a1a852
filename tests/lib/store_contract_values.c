/* store_contract_values.c - values and rows, as every store must give them back. */
#include "tests/lib/store_contract_parts.h"

#include <stdio.h>
#include <string.h>

static enum status put(const struct thing *thing, struct text tags)
{
    return store_exec(contract.store, &insert_thing,
                      VALUES(value_id(thing->id), value_text(thing->name),
                             value_integer(thing->number), value_flag(thing->flag),
                             value_time(thing->moment), value_bytes(thing->bytes), value_text(tags),
                             value_id(thing->other)),
                      NULL);
}

static void compare_things(const struct thing *got, const struct thing *put)
{
    CHECK(id_equals(got->id, put->id));
    CHECK((got->name.data == NULL) == (put->name.data == NULL));
    CHECK(put->name.data == NULL || text_equals(got->name, put->name));
    CHECK_INT(got->number, put->number);
    CHECK_INT(got->flag, put->flag);
    CHECK_INT(got->moment, put->moment);
    CHECK((got->bytes.data == NULL) == (put->bytes.data == NULL));
    CHECK(put->bytes.data == NULL || text_equals(got->bytes, put->bytes));
    CHECK(id_equals(got->other, put->other));
}

static void round_trip(struct thing thing, struct text tags, size_t tag_count)
{
    thing.id = id_new();
    begin_write();
    CHECK_STATUS(put(&thing, tags), STATUS_OK);
    struct thing got;
    memset(&got, 0x55, sizeof got);
    CHECK_STATUS(
        store_one(contract.store, contract.arena, &get_thing, VALUES(value_id(thing.id)), &got),
        STATUS_OK);
    compare_things(&got, &thing);
    CHECK_INT(got.tags.count, tag_count);
    commit();
    CHECK_STATUS(store_begin(contract.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(contract.store, contract.arena, &get_thing_backwards,
                           VALUES(value_id(thing.id)), &got),
                 STATUS_OK);
    commit();
    compare_things(&got, &thing);
}

void values_come_back(void)
{
    begin_with_tables();
    struct thing none = {.number = FIELD_NONE};
    round_trip(none, NO_TEXT, 0);
    struct thing full = {
        .name = TEXT("Жанна d'Arc \xf0\x9f\x8c\xb5 \" \\ % $1"),
        .number = -1,
        .flag = true,
        .moment = 1764000000123,
        .bytes = TEXT("\x00\x01\xff\xfe\x00 end"),
        .other = id_new(),
    };
    round_trip(full, TEXT("[\"a\",\"b c\",\"\xd1\x8f\"]"), 3);
    struct thing extreme = {
        .name = TEXT(""), .number = INT64_MAX, .moment = INT64_MIN + 1, .bytes = TEXT("")};
    round_trip(extreme, TEXT("[]"), 0);
    extreme.name = TEXT("least");
    extreme.number = INT64_MIN + 1;
    extreme.moment = -1;
    round_trip(extreme, TEXT("[\"\"]"), 1);
    end();
}

void tags_come_back_in_order(void)
{
    begin_with_tables();
    struct thing thing = {.id = id_new(), .number = FIELD_NONE};
    begin_write();
    CHECK_STATUS(put(&thing, TEXT("[\"z\",\"a\\n\",\"\"]")), STATUS_OK);
    struct thing got = {0};
    CHECK_STATUS(
        store_one(contract.store, contract.arena, &get_thing, VALUES(value_id(thing.id)), &got),
        STATUS_OK);
    commit();
    CHECK_INT(got.tags.count, 3);
    CHECK_TEXT(got.tags.items[0], "z");
    CHECK_TEXT(got.tags.items[1], "a\n");
    CHECK_TEXT(got.tags.items[2], "");
    end();
}

void a_megabyte_comes_back(void)
{
    begin_with_tables();
    size_t bytes = 1024 * 1024;
    char *large = arena_take_raw(contract.arena, bytes);
    for (size_t i = 0; i < bytes; i++) {
        large[i] = (char)('a' + i * 31 % 26);
    }
    /* Not in the name: a unique index of PostgreSQL holds keys of at most 2,700 bytes. */
    struct thing thing = {.id = id_new(), .name = TEXT("large"), .bytes = {large, bytes - 1}};
    round_trip(thing, NO_TEXT, 0);
    end();
}

void texts_outlive_the_next_query(void)
{
    begin_with_tables();
    begin_write();
    struct thing first = {.id = id_new(), .name = TEXT("first"), .bytes = TEXT("1\0001")};
    struct thing second = {.id = id_new(), .name = TEXT("other"), .bytes = TEXT("2\0002")};
    CHECK_STATUS(put(&first, NO_TEXT), STATUS_OK);
    CHECK_STATUS(put(&second, NO_TEXT), STATUS_OK);
    struct thing got_first;
    struct thing got_second;
    CHECK_STATUS(store_one(contract.store, contract.arena, &get_thing, VALUES(value_id(first.id)),
                           &got_first),
                 STATUS_OK);
    CHECK_STATUS(store_one(contract.store, contract.arena, &get_thing, VALUES(value_id(second.id)),
                           &got_second),
                 STATUS_OK);
    commit();
    store_destroy(&contract.store);
    CHECK_TEXT(got_first.name, "first");
    CHECK_TEXT(got_second.name, "other");
    CHECK(text_equals(got_first.bytes, first.bytes));
    end();
}

/* ---- rows ---- */

void rows_have_a_limit(void)
{
    begin_with_tables();
    begin_write();
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_OK);
    CHECK_INT(rows.count, 0);
    for (int64_t i = 0; i < 5; i++) {
        insert_ok(i);
    }
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_OK);
    CHECK_INT(rows.count, 5);
    const struct number *numbers = rows.items;
    for (int64_t i = 0; i < 5; i++) {
        CHECK_INT(numbers[i].number, i);
    }
    CHECK_STATUS(store_mark(contract.store), STATUS_OK);
    insert_ok(5);
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_numbers, NO_VALUES, &rows),
                 STATUS_TOO_LARGE);
    CHECK_INT(rows.count, 0);
    CHECK_STATUS(store_undo(contract.store), STATUS_OK);
    CHECK_INT(count_inside(contract.store, &count_things), 5);
    commit();
    end();
}

void many_rows_grow(void)
{
    begin_with_tables();
    begin_write();
    for (int64_t i = 0; i < 1000; i++) {
        insert_ok(i);
    }
    struct rows rows;
    CHECK_STATUS(store_query(contract.store, contract.arena, &list_many, NO_VALUES, &rows),
                 STATUS_OK);
    commit();
    CHECK_INT(rows.count, 1000);
    const struct number *numbers = rows.items;
    for (int64_t i = 0; i < 1000; i++) {
        CHECK_INT(numbers[i].number, i);
    }
    end();
}

void a_small_arena_is_too_large_an_answer(void)
{
    begin_with_tables();
    struct arena *small = arena_create("small", 16 * 1024);
    char *large = arena_take_raw(contract.arena, 64 * 1024);
    memset(large, 'x', 64 * 1024);
    struct thing thing = {.id = id_new(), .name = {large, 64 * 1024}};
    begin_write();
    CHECK_STATUS(put(&thing, NO_TEXT), STATUS_OK);
    struct thing got;
    CHECK_STATUS(store_one(contract.store, small, &get_thing, VALUES(value_id(thing.id)), &got),
                 STATUS_TOO_LARGE);
    store_rollback(contract.store);
    arena_destroy(&small);
    end();
}

void one_is_there_or_absent(void)
{
    begin_with_tables();
    begin_write();
    struct thing got;
    CHECK_STATUS(
        store_one(contract.store, contract.arena, &get_thing, VALUES(value_id(id_new())), &got),
        STATUS_ABSENT);
    insert_ok(7); /* ABSENT is an answer, not a failure */
    CHECK_INT(count_inside(contract.store, &count_things), 1);
    commit();
    end();
}

void changes_are_counted(void)
{
    begin_with_tables();
    begin_write();
    for (int64_t i = 0; i < 10; i++) {
        insert_ok(i);
    }
    int64_t changed = -1;
    struct values values = VALUES(value_integer(100), value_integer(7));
    CHECK_STATUS(store_exec(contract.store, &update_numbers, values, &changed), STATUS_OK);
    CHECK_INT(changed, 3);
    values = VALUES(value_integer(1), value_integer(1000));
    CHECK_STATUS(store_exec(contract.store, &update_numbers, values, &changed), STATUS_OK);
    CHECK_INT(changed, 0);
    CHECK_STATUS(store_exec(contract.store, &delete_all, NO_VALUES, &changed), STATUS_OK);
    CHECK_INT(changed, 10);
    CHECK_STATUS(store_exec(contract.store, &delete_all, NO_VALUES, &changed), STATUS_OK);
    CHECK_INT(changed, 0);
    commit();
    end();
}

void a_conflict_that_does_nothing_counts_nothing(void)
{
    begin_with_tables();
    begin_write();
    struct id id = id_new();
    int64_t changed = -1;
    struct values values = VALUES(value_id(id), value_text(TEXT("a")), value_integer(1));
    CHECK_STATUS(store_exec(contract.store, &insert_or_leave, values, &changed), STATUS_OK);
    CHECK_INT(changed, 1);
    CHECK_STATUS(store_exec(contract.store, &insert_or_leave, values, &changed), STATUS_OK);
    CHECK_INT(changed, 0);
    CHECK_INT(count_inside(contract.store, &count_things), 1);
    commit();
    end();
}

void a_change_may_return_rows(void)
{
    begin_with_tables();
    begin_write();
    struct number row = {0};
    struct values values = VALUES(value_id(id_new()), value_text(TEXT("a")), value_integer(41));
    CHECK_STATUS(store_one(contract.store, contract.arena, &insert_returning, values, &row),
                 STATUS_OK);
    CHECK_INT(row.number, 42);
    commit();
    CHECK_INT(count_from(contract.store), 1);
    end();
}
