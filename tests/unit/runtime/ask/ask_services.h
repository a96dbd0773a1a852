/* ask_services.h - three small services that ask: board asks orders, and orders asks people.
 *
 *   people   GET /people/{name}    get_person: what is in its table; the name says how it goes
 *              "refuse"  409          "forbid" 403      "broken" a fault     "busy" overloaded
 *              "late"    waits until ask_world.is_held is taken away     "once" fails once
 *            GET /people?city=     list_people
 *   orders   GET /orders/{name}    get_order: asks for the person
 *            POST /orders          place_order: asks for the person in gather, and writes him down
 *            POST /mistakes        asks inside of its transaction: a bug
 *   board    GET /cards/{name}     get_card: asks for the order, which asks for the person
 */
#ifndef TESTS_UNIT_RUNTIME_ASK_ASK_SERVICES_H
#define TESTS_UNIT_RUNTIME_ASK_ASK_SERVICES_H

#include "runtime/service.h"
#include "tests/lib/check.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* What tests and handlers share. */
static struct {
    atomic_bool is_held;
    atomic_uint asked;    /* runs of get_person */
    atomic_uint failures; /* how often "once" fails */
    atomic_uint placed;   /* runs of place_order's handler */
} ask_world;

struct person {
    struct text name;
    struct text city;
    struct text phone; /* none for most */
    int64_t age;
    int64_t revision;
};

struct person_input {
    struct text name;
    struct text city;
};

#define AT(member) .offset = offsetof(struct person, member)
static const struct field person_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name), .bytes_max = 99},
    {.name = "city", .kind = FIELD_TEXT, AT(city), .bytes_max = 99},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .bytes_max = 99},
    {.name = "age", .kind = FIELD_INTEGER, AT(age)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
};
static const struct shape person_shape = {
    .name = "Person", .fields = person_fields, .field_count = 5, .bytes = sizeof(struct person)};

/* What orders reads of it: less, and at other places. */
struct client {
    int64_t age;
    struct text city;
    struct text phone;
};
#undef AT
#define AT(member) .offset = offsetof(struct client, member)
static const struct field client_fields[] = {
    {.name = "city", .kind = FIELD_TEXT, AT(city), .bytes_max = 20, .required = true},
    {.name = "age", .kind = FIELD_INTEGER, AT(age), .maximum = 150},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .bytes_max = 20},
};
static const struct shape client_shape = {
    .name = "Client", .fields = client_fields, .field_count = 3, .bytes = sizeof(struct client)};
#undef AT

#define AT(member) .offset = offsetof(struct person_input, member)
static const struct field by_name_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 99,
     AT(name)},
};
static const struct shape by_name = {.name = "ByName",
                                     .fields = by_name_fields,
                                     .field_count = 1,
                                     .bytes = sizeof(struct person_input)};
static const struct field by_city_fields[] = {
    {.name = "city", .kind = FIELD_TEXT, .place = FIELD_IN_QUERY, .bytes_max = 99, AT(city)},
};
static const struct shape by_city = {.name = "ByCity",
                                     .fields = by_city_fields,
                                     .field_count = 1,
                                     .bytes = sizeof(struct person_input)};
static const struct field place_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, .bytes_max = 99, AT(name)},
};
static const struct shape place_takes = {.name = "Place",
                                         .fields = place_fields,
                                         .field_count = 1,
                                         .bytes = sizeof(struct person_input)};
#undef AT

static const struct refusal no_person = {"no_person", 404, "There is no such person."};
static const struct refusal not_him = {"not_him", 409, "Not him."};
static const struct refusal not_you = {"not_you", 403, "Not you."};
static const struct refusal *const all_refusals[] = {&no_person, &not_him, &not_you};

/* ---- people ---- */

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

/* ---- orders ---- */

static const struct ask orders_asks[] = {
    {.service = "people", .operation = "get_person", .sends = &by_name, .takes = &client_shape},
    {.service = "people", .operation = "list_people", .sends = &by_city, .takes = &client_shape},
    {.service = "people", .operation = "get_person", .sends = &by_name},
};

static const struct migration orders_migrations[] = {
    {.version = 1,
     .name = "orders",
     .sqlite = "CREATE TABLE orders.placed (name TEXT PRIMARY KEY, city TEXT NOT NULL) STRICT;",
     .postgres = "SELECT 1"},
};
static const struct statement orders_insert = {
    .sql = "INSERT INTO orders.placed (name, city) VALUES ($1, $2) ON CONFLICT DO NOTHING",
};

/* Passes on what it heard, without a word of its own. */
static inline enum status get_order_handle(struct call *call)
{
    struct client client;
    enum status status = ask(call, &orders_asks[0], call->input, &client);
    if (status == STATUS_ABSENT) {
        return refuse(call, &no_person);
    }
    const struct person person = {.name = ((const struct person_input *)call->input)->name,
                                  .city = client.city,
                                  .age = client.age};
    return status == STATUS_OK ? answer(call, &person) : status;
}

static inline enum status place_gather(struct call *call)
{
    struct client *client = ARENA_NEW(call->arena, struct client);
    MUST(call->store->state == STORE_READING);
    enum status status = ask(call, &orders_asks[0], call->input, client);
    call->gathered = client;
    return status == STATUS_ABSENT ? refuse(call, &no_person) : status;
}

static inline enum status place_handle(struct call *call)
{
    const struct person_input *input = call->input;
    const struct client *client = call->gathered;
    const struct person person = {.name = input->name, .city = client->city, .age = client->age};
    atomic_fetch_add(&ask_world.placed, 1);
    enum status status = store_exec(call->store, &orders_insert,
                                    VALUES(value_text(person.name), value_text(person.city)), NULL);
    return status == STATUS_OK ? answer(call, &person) : status;
}

static inline enum status mistake_handle(struct call *call)
{
    struct client client;
    return ask(call, &orders_asks[0], call->input, &client);
}

static const struct route orders_routes[] = {
    {.method = HTTP_GET,
     .path = "/orders/{name}",
     .operation = "get_order",
     .summary = "One order",
     .kind = ROUTE_READS_POINT,
     .handle = get_order_handle,
     .takes = &by_name,
     .gives = &person_shape,
     .refusals = all_refusals,
     .refusal_count = COUNT_OF(all_refusals)},
    {.method = HTTP_POST,
     .path = "/orders",
     .operation = "place_order",
     .summary = "Order something",
     .kind = ROUTE_WRITES,
     .gather = place_gather,
     .handle = place_handle,
     .takes = &place_takes,
     .gives = &person_shape,
     .success_status = 201,
     .refusals = all_refusals,
     .refusal_count = COUNT_OF(all_refusals)},
    {.method = HTTP_POST,
     .path = "/mistakes",
     .operation = "make_mistake",
     .summary = "Asks where it must not",
     .kind = ROUTE_WRITES,
     .handle = mistake_handle,
     .takes = &place_takes,
     .gives = &person_shape},
};

static const struct service orders_service = {.name = "orders",
                                              .purpose = "What is ordered",
                                              .migrations = orders_migrations,
                                              .migration_count = 1,
                                              .routes = orders_routes,
                                              .route_count = COUNT_OF(orders_routes),
                                              .asks = orders_asks,
                                              .ask_count = COUNT_OF(orders_asks)};

/* ---- board ---- */

static const struct ask board_asks[] = {
    {.service = "orders", .operation = "get_order", .sends = &by_name, .takes = &client_shape},
};

static inline enum status get_card_handle(struct call *call)
{
    struct client client;
    enum status status = ask(call, &board_asks[0], call->input, &client);
    const struct person person = {.name = TEXT("card"), .city = client.city, .age = client.age};
    return status == STATUS_OK ? answer(call, &person) : status;
}

static const struct route board_routes[] = {
    {.method = HTTP_GET,
     .path = "/cards/{name}",
     .operation = "get_card",
     .summary = "One card",
     .kind = ROUTE_READS_POINT,
     .handle = get_card_handle,
     .takes = &by_name,
     .gives = &person_shape},
};

static const struct service board_service = {.name = "board",
                                             .purpose = "Who does what",
                                             .migrations = NULL,
                                             .routes = board_routes,
                                             .route_count = COUNT_OF(board_routes),
                                             .asks = board_asks,
                                             .ask_count = COUNT_OF(board_asks)};

static const struct service *const all_services[] = {&people_service, &orders_service,
                                                     &board_service};

#endif
