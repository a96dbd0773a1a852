/* till.c - charges once for each order. */
#include "tests/sample/sample.h"

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "charges",
        .sqlite = "CREATE TABLE till.charge (order_id BLOB PRIMARY KEY, amount INTEGER NOT NULL,"
                  " times INTEGER NOT NULL, attempts INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE till.charge (order_id uuid PRIMARY KEY, amount bigint NOT NULL,"
                    " times bigint NOT NULL, attempts bigint NOT NULL);",
    },
};

struct charge {
    struct id order_id;
    int64_t amount;
    int64_t times; /* never more than one */
    int64_t attempts;
};
static const struct field charge_fields[] = {
    {.name = "order_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct charge, order_id),
     .required = true},
    {.name = "amount", .kind = FIELD_INTEGER, .offset = offsetof(struct charge, amount)},
    {.name = "times", .kind = FIELD_INTEGER, .offset = offsetof(struct charge, times)},
    {.name = "attempts", .kind = FIELD_INTEGER, .offset = offsetof(struct charge, attempts)},
};
static const struct shape charge_shape = {
    .name = "Charge",
    .fields = charge_fields,
    .field_count = COUNT_OF(charge_fields),
    .bytes = sizeof(struct charge),
};

struct till_summary {
    int64_t charges;
    int64_t amount;
    int64_t doubles;
};
static const struct field summary_fields[] = {
    {.name = "charges", .kind = FIELD_INTEGER, .offset = offsetof(struct till_summary, charges)},
    {.name = "amount", .kind = FIELD_INTEGER, .offset = offsetof(struct till_summary, amount)},
    {.name = "doubles", .kind = FIELD_INTEGER, .offset = offsetof(struct till_summary, doubles)},
};
static const struct shape summary_shape = {
    .name = "TillSummary",
    .fields = summary_fields,
    .field_count = COUNT_OF(summary_fields),
    .bytes = sizeof(struct till_summary),
};

static const struct statement add = {
    .sql = "INSERT INTO till.charge AS c (order_id, amount, times, attempts)"
           " VALUES ($1, $2, 1, $3) ON CONFLICT (order_id) DO UPDATE SET times = c.times + 1",
};
static const struct statement summary = {
    .sql = "SELECT count(*) AS charges, CAST(COALESCE(sum(amount), 0) AS bigint) AS amount,"
           " CAST(COALESCE(sum(times - 1), 0) AS bigint) AS doubles FROM till.charge",
    .gives = &summary_shape,
};

static const struct refusal card_declined = {"card_declined", 409, "The card was declined."};
static const struct refusal *const refusals[] = {&card_declined};

static const struct event events[] = {
    {.name = "till.charged",
     .version = 1,
     .data = &charge_shape,
     .summary = "An order was paid for"},
};

/* Writes first and then behaves: what it wrote must be undone with what goes wrong. */
static enum status charge(struct call *call)
{
    const struct order *order = call->input;
    struct charge charge = {
        .order_id = order->order_id,
        .amount = order->amount,
        .times = 1,
        .attempts = call->attempt,
    };
    enum status status = store_exec(call->store, &add,
                                    VALUES(value_id(charge.order_id), value_integer(charge.amount),
                                           value_integer(charge.attempts)),
                                    NULL);
    if (status != STATUS_OK) {
        return status;
    }
    if (text_equals(order->behaviour, TEXT("refuse"))) {
        return refuse(call, &card_declined);
    }
    bool fails = text_equals(order->behaviour, TEXT("poison")) ||
                 (text_equals(order->behaviour, TEXT("fail_twice")) && call->attempt <= 2);
    if (fails) {
        return STATUS_UNAVAILABLE;
    }
    status = tell(call, &events[0], call->message->subject, FIELD_NONE, &charge);
    return status == STATUS_OK ? answer(call, &charge) : status;
}

static const struct command commands[] = {
    {.name = "till.charge",
     .summary = "Charge an order",
     .takes = &order_shape,
     .gives = &charge_shape,
     .handle = charge,
     .retry = {.attempts_max = 4, .first_ms = 50, .longest_ms = 400},
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
    {.name = "till.charge_at_once",
     .summary = "Charge an order whose deadline is near",
     .takes = &order_shape,
     .gives = &charge_shape,
     .handle = charge,
     .retry = {.attempts_max = 20, .first_ms = 50, .longest_ms = 400},
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
};

static enum status summary_handle(struct call *call)
{
    struct till_summary found;
    enum status status = store_one(call->store, call->arena, &summary, NO_VALUES, &found);
    return status == STATUS_OK ? answer(call, &found) : status;
}

static const struct route routes[] = {
    {.method = HTTP_GET,
     .path = "/api/till/summary",
     .operation = "summarize_till",
     .permission = "till.read",
     .summary = "How much was charged, and how often too much",
     .kind = ROUTE_READS,
     .handle = summary_handle,
     .gives = &summary_shape},
};

const struct service till_service = {
    .name = "till",
    .purpose = "Charges once for each order (sample)",
    .migrations = migrations,
    .migration_count = COUNT_OF(migrations),
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .events = events,
    .event_count = COUNT_OF(events),
    .commands = commands,
    .command_count = COUNT_OF(commands),
};
