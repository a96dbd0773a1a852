/* ask_people.h - the service of ask_services.h that is asked, and behaves as the name says. */
#ifndef TESTS_UNIT_RUNTIME_ASK_ASK_PEOPLE_H
#define TESTS_UNIT_RUNTIME_ASK_ASK_PEOPLE_H

#include "tests/unit/runtime/ask/ask_tables.h"

#include <unistd.h>

static const struct migration people_migrations[] = {
    {.version = 1,
     .name = "people",
     .sqlite = "CREATE TABLE people.person (name TEXT PRIMARY KEY, city TEXT NOT NULL, phone TEXT,"
               " age INTEGER NOT NULL, revision INTEGER NOT NULL) STRICT;"
               "INSERT INTO people.person VALUES ('anna', 'Omsk', NULL, 30, 1),"
               " ('boris', 'Omsk', '+79161234567', 40, 2), ('old', 'Tver', NULL, 900, 1),"
               " ('a/b ?%', 'Tver', NULL, 50, 1);",
     .postgres = "SELECT 1"},
};

static const struct statement people_find = {
    .sql = "SELECT name, city, phone, age, revision FROM people.person WHERE name = $1",
    .gives = &person_shape,
};
static const struct statement people_in_city = {
    .sql = "SELECT name, city, phone, age, revision FROM people.person WHERE city = $1"
           " ORDER BY name",
    .gives = &person_shape,
    .rows_max = 100,
};

static inline enum status behave(struct call *call, struct text name)
{
    while (text_equals(name, TEXT("late")) && atomic_load(&ask_world.is_held)) {
        usleep(500);
    }
    if (text_equals(name, TEXT("refuse"))) {
        return refuse(call, &not_him);
    }
    if (text_equals(name, TEXT("forbid"))) {
        return refuse(call, &not_you);
    }
    if (text_equals(name, TEXT("broken"))) {
        return STATUS_UNAVAILABLE;
    }
    if (text_equals(name, TEXT("busy"))) {
        return STATUS_BUSY;
    }
    if (text_equals(name, TEXT("once")) && atomic_load(&ask_world.failures) > 0) {
        atomic_fetch_sub(&ask_world.failures, 1);
        return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

static inline enum status get_person_handle(struct call *call)
{
    const struct person_input *input = call->input;
    struct person person;
    atomic_fetch_add(&ask_world.asked, 1);
    enum status status = behave(call, input->name);
    if (status != STATUS_OK) {
        return status;
    }
    status =
        store_one(call->store, call->arena, &people_find, VALUES(value_text(input->name)), &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &no_person);
    }
    return status == STATUS_OK ? answer(call, &person) : status;
}

static inline enum status list_people_handle(struct call *call)
{
    const struct person_input *input = call->input;
    struct rows rows;
    enum status status = store_query(call->store, call->arena, &people_in_city,
                                     VALUES(value_text(input->city)), &rows);
    const struct list list = {.items = rows.items,
                              .count = rows.count,
                              .next = TEXT("more"),
                              .total = (int64_t)rows.count};
    return status == STATUS_OK ? answer_list(call, &list) : status;
}

static const struct route people_routes[] = {
    {.method = HTTP_GET,
     .path = "/people/{name}",
     .operation = "get_person",
     .permission = "people.read",
     .summary = "One person",
     .kind = ROUTE_READS_POINT,
     .handle = get_person_handle,
     .takes = &by_name,
     .gives = &person_shape,
     .refusals = all_refusals,
     .refusal_count = COUNT_OF(all_refusals)},
    {.method = HTTP_GET,
     .path = "/people",
     .operation = "list_people",
     .permission = "people.read",
     .summary = "People of a city",
     .kind = ROUTE_READS,
     .handle = list_people_handle,
     .takes = &by_city,
     .gives = &person_shape,
     .gives_list = true},
    {.method = HTTP_GET,
     .path = "/secrets/{name}",
     .operation = "get_secret",
     .permission = "people.secrets",
     .summary = "What nobody asks for",
     .kind = ROUTE_READS,
     .handle = get_person_handle,
     .takes = &by_name,
     .gives = &person_shape,
     .refusals = all_refusals,
     .refusal_count = COUNT_OF(all_refusals)},
};

static const struct service people_service = {.name = "people",
                                              .purpose = "Who there is",
                                              .migrations = people_migrations,
                                              .migration_count = 1,
                                              .routes = people_routes,
                                              .route_count = COUNT_OF(people_routes)};

#endif
