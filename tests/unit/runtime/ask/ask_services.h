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

#include "tests/lib/check.h"
#include "tests/unit/runtime/ask/ask_people.h"

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
