/* stage_store.c - the SQL of stages that are under way. */
#include "engine/run/stage_store.h"

const struct text stage_asked = {"asked", 5};
const struct text stage_queued = {"queued", 6};
const struct text stage_waits = {"waits", 5};
const struct text stage_retries = {"retry", 5};
const struct text stage_incident = {"incident", 8};

#define AT(member) .offset = offsetof(struct stage_row, member)
static const struct field stage_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "stage", .kind = FIELD_TEXT, AT(stage)},
    {.name = "visit", .kind = FIELD_INTEGER, AT(visit)},
    {.name = "state", .kind = FIELD_TEXT, AT(state)},
    {.name = "queue", .kind = FIELD_TEXT, AT(queue)},
    {.name = "handed", .kind = FIELD_TEXT, AT(handed)},
    {.name = "errand", .kind = FIELD_ID, AT(errand)},
    {.name = "attempt", .kind = FIELD_INTEGER, AT(attempt)},
    {.name = "begun_at", .kind = FIELD_TIME, AT(begun_at)},
    {.name = "due_at", .kind = FIELD_TIME, AT(due_at)},
    {.name = "worker", .kind = FIELD_TEXT, AT(worker)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason)},
};
#undef AT
const struct shape stage_row_shape = {
    .name = "StageRow",
    .fields = stage_fields,
    .field_count = COUNT_OF(stage_fields),
    .bytes = sizeof(struct stage_row),
};

#define COLUMNS                                                                                    \
    "case_id, stage, visit, state, queue, handed, errand, attempt, begun_at, due_at, worker, "     \
    "reason"

static const struct statement put = {
    .sql = "INSERT INTO engine_stage (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
           " ON CONFLICT (case_id, stage) DO UPDATE SET visit = excluded.visit,"
           " state = excluded.state, queue = excluded.queue, handed = excluded.handed,"
           " errand = excluded.errand, attempt = excluded.attempt, begun_at = excluded.begun_at,"
           " due_at = excluded.due_at, worker = excluded.worker, reason = excluded.reason",
    .goes_along = true,
};

static const struct statement remove_one = {
    .sql = "DELETE FROM engine_stage WHERE case_id = $1 AND stage = $2",
    .goes_along = true,
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM engine_stage WHERE case_id = $1 AND stage = $2",
    .gives = &stage_row_shape,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM engine_stage WHERE case_id = $1 ORDER BY stage",
    .gives = &stage_row_shape,
    .rows_max = STAGE_ROWS_MAX,
};

enum status stage_put(struct store *store, const struct stage_row *row)
{
    return store_exec(
        store, &put,
        VALUES(value_id(row->case_id), value_text(row->stage), value_integer(row->visit),
               value_text(row->state), value_text(row->queue), value_text(row->handed),
               value_id(row->errand), value_integer(row->attempt), value_time(row->begun_at),
               value_integer(row->due_at), value_text(row->worker), value_text(row->reason)),
        NULL);
}

enum status stage_remove(struct store *store, struct id case_id, struct text stage)
{
    return store_exec(store, &remove_one, VALUES(value_id(case_id), value_text(stage)), NULL);
}

enum status stage_find(struct store *store, struct arena *arena, struct id case_id,
                       struct text stage, struct stage_row *row_out)
{
    return store_one(store, arena, &find, VALUES(value_id(case_id), value_text(stage)), row_out);
}

enum status stage_list(struct store *store, struct arena *arena, struct id case_id,
                       struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(case_id)), rows_out);
}
