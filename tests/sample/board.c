/* board.c - writes down every event it hears, in the order in which it hears them. */
#include "tests/sample/sample.h"

#include <stdlib.h>

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "effects",
        .sqlite = "CREATE TABLE board.effect (number INTEGER PRIMARY KEY, message_id BLOB NOT NULL,"
                  " source TEXT NOT NULL, name TEXT NOT NULL, subject TEXT NOT NULL,"
                  " revision INTEGER) STRICT;"
                  "CREATE INDEX board.effect_subject ON effect (subject, number);",
        .postgres = "CREATE TABLE board.effect (number bigint GENERATED ALWAYS AS IDENTITY"
                    " PRIMARY KEY, message_id uuid NOT NULL, source text NOT NULL,"
                    " name text NOT NULL, subject text NOT NULL, revision bigint);"
                    "CREATE INDEX effect_subject ON board.effect (subject, number);",
    },
};

struct effect {
    int64_t number;
    struct id message_id;
    struct text source;
    struct text name;
    struct text subject;
    int64_t revision;
};
#define AT(member) .offset = offsetof(struct effect, member)
static const struct field effect_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "message_id", .kind = FIELD_ID, AT(message_id)},
    {.name = "source", .kind = FIELD_TEXT, AT(source)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
static const struct shape effect_shape = {
    .name = "Effect",
    .fields = effect_fields,
    .field_count = COUNT_OF(effect_fields),
    .bytes = sizeof(struct effect),
};

static const struct field list_fields[] = {
    {.name = "subject",
     .kind = FIELD_TEXT,
     AT(subject),
     .place = FIELD_IN_QUERY,
     .required = true,
     .bytes_max = 100},
};
static const struct shape list_takes = {
    .name = "EffectList",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct effect),
};
#undef AT

struct board_summary {
    int64_t effects;
    int64_t doubles;
    int64_t disorder;
};
static const struct field summary_fields[] = {
    {.name = "effects", .kind = FIELD_INTEGER, .offset = offsetof(struct board_summary, effects)},
    {.name = "doubles", .kind = FIELD_INTEGER, .offset = offsetof(struct board_summary, doubles)},
    {.name = "disorder", .kind = FIELD_INTEGER, .offset = offsetof(struct board_summary, disorder)},
};
static const struct shape summary_shape = {
    .name = "BoardSummary",
    .fields = summary_fields,
    .field_count = COUNT_OF(summary_fields),
    .bytes = sizeof(struct board_summary),
};

static const struct statement insert = {
    .sql = "INSERT INTO board.effect (message_id, source, name, subject, revision)"
           " VALUES ($1, $2, $3, $4, $5)",
};
static const struct statement list = {
    .sql = "SELECT number, message_id, source, name, subject, revision FROM board.effect"
           " WHERE subject = $1 ORDER BY number LIMIT 1000",
    .gives = &effect_shape,
    .rows_max = 1000,
};
/* Disorder: of one source and subject, a revision that is not above the one before it. */
static const struct statement summary = {
    .sql = "SELECT count(*) AS effects, count(*) - count(DISTINCT message_id) AS doubles,"
           " CAST(COALESCE(sum(CASE WHEN revision <= before THEN 1 ELSE 0 END), 0) AS bigint)"
           " AS disorder FROM (SELECT message_id, revision, lag(revision) OVER"
           " (PARTITION BY source, subject ORDER BY number) AS before FROM board.effect) AS e",
    .gives = &summary_shape,
};

struct heard {
    struct text behaviour;
};
static const struct field heard_fields[] = {
    {.name = "behaviour",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct heard, behaviour),
     .bytes_max = 40,
     .may_be_empty = true},
};
static const struct shape heard_shape = {
    .name = "Heard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

/* Only where things go wrong on purpose. */
static void crash_if_asked(const struct heard *heard)
{
#ifdef FAULTS
    if (heard->behaviour.data && text_equals(heard->behaviour, TEXT("board_crash"))) {
        abort();
    }
#else
    (void)heard;
#endif
}

static enum status write_down(struct call *call)
{
    const struct heard *heard = call->input;
    const struct message *message = call->message;
    enum status status = store_exec(call->store, &insert,
                                    VALUES(value_id(message->id), value_text(message->source),
                                           value_text(message->name), value_text(message->subject),
                                           value_integer(message->revision)),
                                    NULL);
    crash_if_asked(heard);
    bool fails = heard->behaviour.data && text_equals(heard->behaviour, TEXT("board_poison"));
    return status == STATUS_OK && fails ? STATUS_UNAVAILABLE : status;
}

#define HEARS(event_name)                                                                          \
    {                                                                                              \
        .event = event_name, .version = 1, .takes = &heard_shape, .handle = write_down,            \
        .retry = {.attempts_max = 3, .first_ms = 50, .longest_ms = 200},                           \
    }
static const struct subscription subscriptions[] = {
    HEARS("shop.ordered"),  HEARS("shop.noted"),      HEARS("till.charged"),
    HEARS("users.created"), HEARS("users.changed"),   HEARS("users.activated"),
    HEARS("users.blocked"), HEARS("users.unblocked"),
};

static enum status list_handle(struct call *call)
{
    const struct effect *input = call->input;
    struct rows rows;
    enum status status =
        store_query(call->store, call->arena, &list, VALUES(value_text(input->subject)), &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

static enum status summary_handle(struct call *call)
{
    struct board_summary found;
    enum status status = store_one(call->store, call->arena, &summary, NO_VALUES, &found);
    return status == STATUS_OK ? answer(call, &found) : status;
}

static const struct route routes[] = {
    {.method = HTTP_GET,
     .path = "/api/board/effects",
     .operation = "list_effects",
     .permission = "board.read",
     .summary = "What was heard of one subject, in order",
     .kind = ROUTE_READS,
     .handle = list_handle,
     .takes = &list_takes,
     .gives = &effect_shape,
     .gives_list = true},
    {.method = HTTP_GET,
     .path = "/api/board/summary",
     .operation = "summarize_board",
     .permission = "board.read",
     .summary = "How much was heard, how often twice or out of order",
     .kind = ROUTE_READS,
     .handle = summary_handle,
     .gives = &summary_shape},
};

const struct service board_service = {
    .name = "board",
    .purpose = "Writes down every event it hears (sample)",
    .migrations = migrations,
    .migration_count = COUNT_OF(migrations),
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
};
