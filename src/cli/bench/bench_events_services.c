/* bench_events_services.c - one service that tells, and one that listens. */
#include "cli/bench/bench_events_services.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/bench/bench_effect_store.h"

enum { NUMBER_MAX = 100000000 };

/* ---- what is told: with its names and commas about 200 bytes ---- */

struct bench_order {
    struct text order;
    int64_t number;
    int64_t amount;
    struct text currency;
    struct text customer;
    struct text note;
};
#define AT(member) .offset = offsetof(struct bench_order, member)
static const struct field order_fields[] = {
    {.name = "order", .kind = FIELD_TEXT, AT(order), .bytes_max = 40},
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .bytes_max = 3},
    {.name = "customer", .kind = FIELD_TEXT, AT(customer), .bytes_max = 80},
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 200},
};
static const struct shape order_shape = {
    .name = "BenchOrder",
    .fields = order_fields,
    .field_count = COUNT_OF(order_fields),
    .bytes = sizeof(struct bench_order),
};

/* The listener understands a part of it, as most do. */
static const struct field heard_fields[] = {
    {.name = "order", .kind = FIELD_TEXT, AT(order), .bytes_max = 40, .required = true},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount), .required = true},
    {.name = "customer", .kind = FIELD_TEXT, AT(customer), .bytes_max = 80, .required = true},
};
#undef AT
static const struct shape heard_shape = {
    .name = "BenchOrderHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct bench_order),
};

/* ---- the teller ---- */

static const struct event events[] = {
    {.name = "teller.ordered",
     .version = 1,
     .data = &order_shape,
     .summary = "Somebody has ordered something"},
};

struct telling {
    int64_t lane;
    int64_t first;
    int64_t count;
};
#define AT(member) .offset = offsetof(struct telling, member)
static const struct field telling_fields[] = {
    {.name = "lane", .kind = FIELD_INTEGER, AT(lane), .maximum = BENCH_LANES_MAX, .required = true},
    {.name = "first", .kind = FIELD_INTEGER, AT(first), .maximum = NUMBER_MAX, .required = true},
    {.name = "count",
     .kind = FIELD_INTEGER,
     AT(count),
     .minimum = 1,
     .maximum = BENCH_TOLD_MAX,
     .required = true},
};
#undef AT
static const struct shape telling_shape = {
    .name = "Telling",
    .fields = telling_fields,
    .field_count = COUNT_OF(telling_fields),
    .bytes = sizeof(struct telling),
};

static struct bench_order make_order(struct arena *arena, int64_t lane, int64_t number)
{
    return (struct bench_order){
        .order = text_format(arena, "order-%lld-%lld", (long long)lane,
                             (long long)(number % BENCH_SUBJECTS)),
        .number = number,
        .amount = 100 + number % 9973,
        .currency = TEXT("RUB"),
        .customer = TEXT("Valentina Goncharova"),
        .note = TEXT("ring twice, the dog is friendly and the lift stops between the floors"),
    };
}

size_t bench_message_bytes(struct arena *arena)
{
    enum { NUMBER = 50000 };
    struct bench_order order = make_order(arena, 1, NUMBER);
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_put_struct(&writer, &order_shape, &order);
    struct text written =
        message_write(arena, &(struct message){
                                 .position = NUMBER,
                                 .previous = NUMBER - 1,
                                 .id = id_new(),
                                 .kind = message_event,
                                 .source = TEXT("teller"),
                                 .name = text_of(events[0].name),
                                 .version = events[0].version,
                                 .subject = order.order,
                                 .revision = NUMBER / BENCH_SUBJECTS + 1,
                                 .actor = TEXT("uid 0"),
                                 .trace = TEXT("0123456789abcdef0123456789abcdef"),
                                 .told_at = clock_wall_ms(),
                                 .data = json_written(&writer),
                             });
    return written.bytes;
}

static enum status tell_one(struct call *call, int64_t lane, int64_t number)
{
    struct bench_order order = make_order(call->arena, lane, number);
    return tell(call, &events[0], order.order, number / BENCH_SUBJECTS + 1, &order);
}

static enum status tell_many(struct call *call)
{
    const struct telling *input = call->input;
    enum status status = STATUS_OK;
    for (int64_t i = 0; i < input->count && status == STATUS_OK; i++) {
        status = tell_one(call, input->lane, input->first + i);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static const struct route teller_routes[] = {
    {.method = HTTP_POST,
     .path = "/api/teller/tell",
     .operation = "tell_many",
     .permission = "teller.tell",
     .summary = "Tell many events in one transaction",
     .kind = ROUTE_WRITES,
     .handle = tell_many,
     .takes = &telling_shape,
     .success_status = 204},
};

const struct service bench_teller = {
    .name = "teller",
    .purpose = "Tells what it is told to tell (bench)",
    .routes = teller_routes,
    .route_count = COUNT_OF(teller_routes),
    .events = events,
    .event_count = COUNT_OF(events),
};

/* ---- the listener ---- */

static enum status write_down(struct call *call)
{
    return bench_effect_insert(call->store, call->message);
}

static enum status count_effects(struct call *call)
{
    struct effect_count found;
    enum status status = bench_effect_count(call->store, call->arena, &found);
    return status == STATUS_OK ? answer(call, &found) : status;
}

static enum status summarize_effects(struct call *call)
{
    struct effect_summary found;
    enum status status = bench_effect_summarize(call->store, call->arena, &found);
    return status == STATUS_OK ? answer(call, &found) : status;
}

static const struct subscription subscriptions[] = {
    {.event = "teller.ordered", .version = 1, .takes = &heard_shape, .handle = write_down},
};

static const struct route listener_routes[] = {
    {.method = HTTP_GET,
     .path = "/api/listener/effects",
     .operation = "count_effects",
     .permission = "listener.read",
     .summary = "How much was heard",
     .kind = ROUTE_READS_POINT,
     .handle = count_effects,
     .gives = &effect_count_shape},
    {.method = HTTP_GET,
     .path = "/api/listener/summary",
     .operation = "summarize_effects",
     .permission = "listener.read",
     .summary = "How much was heard, how often twice or out of order",
     .kind = ROUTE_READS,
     .handle = summarize_effects,
     .gives = &effect_summary_shape},
};

const struct service bench_listener = {
    .name = "listener",
    .purpose = "Writes down every event it hears (bench)",
    .migrations = bench_effect_migrations,
    .migration_count = 1,
    .routes = listener_routes,
    .route_count = COUNT_OF(listener_routes),
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
};
