/* operation_store.c - the SQL of operations. */
#include "engine/operations/operation_store.h"

const struct text operation_running = {"running", 7};
const struct text operation_succeeded = {"succeeded", 9};
const struct text operation_failed = {"failed", 6};

#define AT(member) .offset = offsetof(struct operation_row, member)
static const struct field operation_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "person", .kind = FIELD_ID, AT(person)},
    {.name = "party", .kind = FIELD_TEXT, AT(party)},
    {.name = "nonce", .kind = FIELD_ID, AT(nonce)},
    {.name = "body_hash", .kind = FIELD_TEXT, AT(body_hash)},
    {.name = "status", .kind = FIELD_TEXT, AT(status)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "finished_at", .kind = FIELD_TIME, AT(finished_at)},
    {.name = "event_id", .kind = FIELD_ID, AT(event_id)},
};
#undef AT
const struct shape operation_row_shape = {
    .name = "OperationRow",
    .fields = operation_fields,
    .field_count = COUNT_OF(operation_fields),
    .bytes = sizeof(struct operation_row),
};

#define COLUMNS                                                                                    \
    "id, case_id, name, person, party, nonce, body_hash, status, reason, revision, created_at,"    \
    " finished_at, event_id"

static const struct statement insert = {
    .sql = "INSERT INTO engine_operation (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM engine_operation WHERE id = $1",
    .gives = &operation_row_shape,
};

static const struct statement find_by_nonce = {
    .sql = "SELECT " COLUMNS " FROM engine_operation WHERE nonce = $1",
    .gives = &operation_row_shape,
};

static const struct statement list_under_way = {
    .sql = "SELECT " COLUMNS " FROM engine_operation WHERE case_id = $1 AND finished_at IS NULL"
           " ORDER BY id LIMIT 100",
    .gives = &operation_row_shape,
    .rows_max = OPERATIONS_UNDER_WAY_MAX,
};

static const struct statement conclude = {
    .sql = "UPDATE engine_operation SET status = $2, reason = $3, revision = $4, finished_at = $5,"
           " event_id = $6 WHERE id = $1 AND finished_at IS NULL",
};

enum status operation_insert(struct store *store, const struct operation_row *row)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(row->id), value_id(row->case_id), value_text(row->name),
               value_id(row->person), value_text(row->party), value_id(row->nonce),
               value_text(row->body_hash), value_text(row->status), value_text(row->reason),
               value_integer(row->revision), value_time(row->created_at),
               value_time(row->finished_at), value_id(row->event_id)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status operation_find(struct store *store, struct arena *arena, struct id id,
                           struct operation_row *row_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), row_out);
}

enum status operation_find_by_nonce(struct store *store, struct arena *arena, struct id nonce,
                                    struct operation_row *row_out)
{
    return store_one(store, arena, &find_by_nonce, VALUES(value_id(nonce)), row_out);
}

enum status operation_list_under_way(struct store *store, struct arena *arena, struct id case_id,
                                     struct rows *rows_out)
{
    return store_query(store, arena, &list_under_way, VALUES(value_id(case_id)), rows_out);
}

enum status operation_conclude(struct store *store, const struct operation_outcome *outcome)
{
    bool is_over = !text_equals(outcome->status, operation_running);
    int64_t updated = 0;
    enum status status =
        store_exec(store, &conclude,
                   VALUES(value_id(outcome->id), value_text(outcome->status),
                          value_text(outcome->reason), value_integer(outcome->revision),
                          value_time(is_over ? outcome->now_ms : 0), value_id(outcome->event_id)),
                   &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}
