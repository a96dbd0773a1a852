/* shop.c - takes orders, has them charged, and tells what happened. */
#include "tests/sample/sample.h"

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "orders",
        .sqlite = "CREATE TABLE shop.orders (order_id BLOB PRIMARY KEY, amount INTEGER NOT NULL,"
                  " behaviour TEXT NOT NULL, is_urgent INTEGER NOT NULL, state TEXT NOT NULL,"
                  " reason TEXT, replies INTEGER NOT NULL, revision INTEGER NOT NULL)"
                  " STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE shop.orders (order_id uuid PRIMARY KEY, amount bigint NOT NULL,"
                    " behaviour text NOT NULL, is_urgent smallint NOT NULL, state text NOT NULL,"
                    " reason text, replies bigint NOT NULL, revision bigint NOT NULL);",
    },
};

#define AT(member) .offset = offsetof(struct order, member)
static const struct field order_fields[] = {
    {.name = "order_id", .kind = FIELD_ID, AT(order_id), .required = true},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "behaviour", .kind = FIELD_TEXT, AT(behaviour), .bytes_max = 40, .may_be_empty = true},
    {.name = "is_urgent", .kind = FIELD_FLAG, AT(is_urgent)},
    {.name = "state", .kind = FIELD_TEXT, AT(state), .bytes_max = 40},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .bytes_max = 400, .may_be_null = true},
    {.name = "replies", .kind = FIELD_INTEGER, AT(replies)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
};
const struct shape order_shape = {
    .name = "Order",
    .fields = order_fields,
    .field_count = COUNT_OF(order_fields),
    .bytes = sizeof(struct order),
};

static const struct field create_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount), .required = true},
    {.name = "behaviour", .kind = FIELD_TEXT, AT(behaviour), .bytes_max = 40},
    {.name = "is_urgent", .kind = FIELD_FLAG, AT(is_urgent)},
};
static const struct shape create_takes = {
    .name = "CreateOrder",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct order),
};

static const struct field id_fields[] = {
    {.name = "order_id", .kind = FIELD_ID, AT(order_id), .place = FIELD_IN_PATH, .required = true},
};
static const struct shape id_takes = {
    .name = "OrderId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct order),
};
#undef AT

#define COLUMNS "order_id, amount, behaviour, is_urgent, state, reason, replies, revision"

static const struct statement insert = {
    .sql = "INSERT INTO shop.orders (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, NULL, 0, 1)",
};
static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM shop.orders WHERE order_id = $1",
    .gives = &order_shape,
};
static const struct statement update = {
    .sql = "UPDATE shop.orders SET state = $2, reason = $3, replies = $4, revision = $5"
           " WHERE order_id = $1 AND revision = $5 - 1",
};

static const struct refusal order_not_found = {"order_not_found", 404, "There is no such order."};
static const struct refusal *const refusals[] = {&order_not_found};

static const struct event events[] = {
    {.name = "shop.ordered",
     .version = 1,
     .data = &order_shape,
     .summary = "Somebody has ordered something"},
    {.name = "shop.noted", .version = 1, .data = &order_shape, .summary = "An order has changed"},
};

static enum status tell_of(struct call *call, const struct event *event, const struct order *order)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(order->order_id, id);
    return tell(call, event, text_of(id), order->revision, order);
}

static enum status change(struct call *call, struct order *order)
{
    int64_t changed = 0;
    order->revision++;
    enum status status = store_exec(call->store, &update,
                                    VALUES(value_id(order->order_id), value_text(order->state),
                                           value_text(order->reason), value_integer(order->replies),
                                           value_integer(order->revision)),
                                    &changed);
    if (status == STATUS_OK && changed == 0) {
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? tell_of(call, &events[1], order) : status;
}

/* The reply to till.charge, or its deadline. */
static enum status charged(struct call *call)
{
    struct id id;
    struct order order;
    MUST(id_read(call->message->subject, &id));
    enum status status = store_one(call->store, call->arena, &find, VALUES(value_id(id)), &order);
    if (status != STATUS_OK) {
        return status;
    }
    order.replies++;
    order.state = text_equals(call->message->outcome, outcome_done) ? TEXT("charged")
                                                                    : call->message->outcome;
    order.reason = call->message->data;
    return change(call, &order);
}

static const struct errand errands[] = {
    {.service = "till",
     .command = "till.charge",
     .data = &order_shape,
     .on_reply = charged,
     .deadline_ms = 10 * 60 * 1000},
    {.service = "till",
     .command = "till.charge_at_once",
     .data = &order_shape,
     .on_reply = charged,
     .deadline_ms = 500},
};

static enum status create_handle(struct call *call)
{
    const struct order *input = call->input;
    struct order order = *input;
    order.order_id = id_new();
    order.behaviour = input->behaviour.data ? input->behaviour : TEXT("");
    order.state = TEXT("ordered");
    order.revision = 1;
    enum status status = store_exec(call->store, &insert,
                                    VALUES(value_id(order.order_id), value_integer(order.amount),
                                           value_text(order.behaviour), value_flag(order.is_urgent),
                                           value_text(order.state)),
                                    NULL);
    if (status == STATUS_OK) {
        status = tell_of(call, &events[0], &order);
    }
    if (status == STATUS_OK) {
        char id[ID_TEXT_BYTES + 1];
        id_write(order.order_id, id);
        status = tell_to(call, &errands[order.is_urgent], text_of(id), &order, NULL);
    }
    return status == STATUS_OK ? answer(call, &order) : status;
}

static enum status note_handle(struct call *call)
{
    const struct order *input = call->input;
    struct order order;
    enum status status =
        store_one(call->store, call->arena, &find, VALUES(value_id(input->order_id)), &order);
    if (status == STATUS_ABSENT) {
        return refuse(call, &order_not_found);
    }
    if (status == STATUS_OK) {
        status = change(call, &order);
    }
    return status == STATUS_OK ? answer(call, &order) : status;
}

static enum status get_handle(struct call *call)
{
    const struct order *input = call->input;
    struct order order;
    enum status status =
        store_one(call->store, call->arena, &find, VALUES(value_id(input->order_id)), &order);
    if (status == STATUS_ABSENT) {
        return refuse(call, &order_not_found);
    }
    return status == STATUS_OK ? answer(call, &order) : status;
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/api/shop/orders",
     .operation = "create_order",
     .permission = "shop.write",
     .summary = "Order something",
     .kind = ROUTE_WRITES,
     .handle = create_handle,
     .takes = &create_takes,
     .gives = &order_shape,
     .success_status = 201},
    {.method = HTTP_POST,
     .path = "/api/shop/orders/{order_id}/notes",
     .operation = "note_order",
     .permission = "shop.write",
     .summary = "Change an order",
     .kind = ROUTE_WRITES,
     .handle = note_handle,
     .takes = &id_takes,
     .gives = &order_shape,
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
    {.method = HTTP_GET,
     .path = "/api/shop/orders/{order_id}",
     .operation = "get_order",
     .permission = "shop.read",
     .summary = "One order",
     .kind = ROUTE_READS_POINT,
     .handle = get_handle,
     .takes = &id_takes,
     .gives = &order_shape,
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
};

static bool shows(const struct stream *stream, const struct caller *reader,
                  const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)arena;
    *data_out = message->data;
    return true;
}

static const struct stream streams[] = {
    {.path = "/api/shop/events",
     .operation = "watch_shop",
     .permission = "shop.read",
     .summary = "What happens in the shop",
     .shows = shows},
};

const struct service shop_service = {
    .name = "shop",
    .purpose = "Takes orders and has them charged (sample)",
    .migrations = migrations,
    .migration_count = COUNT_OF(migrations),
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .exchange = "shop.domain",
    .events = events,
    .event_count = COUNT_OF(events),
    .errands = errands,
    .errand_count = COUNT_OF(errands),
    .streams = streams,
    .stream_count = COUNT_OF(streams),
};
