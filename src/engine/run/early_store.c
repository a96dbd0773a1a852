/* early_store.c - the SQL of events that came early. */
#include "engine/run/early_store.h"

#define AT(member) .offset = offsetof(struct early_row, member)
static const struct field early_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "message", .kind = FIELD_ID, AT(message)},
    {.name = "transition", .kind = FIELD_TEXT, AT(transition)},
    {.name = "event", .kind = FIELD_TEXT, AT(event)},
    {.name = "came_at", .kind = FIELD_TIME, AT(came_at)},
    {.name = "data", .kind = FIELD_TEXT, AT(data)},
};
#undef AT
static const struct shape early_shape = {
    .name = "EarlyRow",
    .fields = early_fields,
    .field_count = COUNT_OF(early_fields),
    .bytes = sizeof(struct early_row),
};

static const struct statement put = {
    .sql = "INSERT INTO engine_early (case_id, message, transition, event, came_at, data)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    .goes_along = true,
};

static const struct statement list = {
    .sql = "SELECT case_id, message, transition, event, came_at, data FROM engine_early"
           " WHERE case_id = $1 ORDER BY came_at, message, transition LIMIT 101",
    .gives = &early_shape,
    .rows_max = EARLY_MAX + 1,
};

static const struct statement remove_event = {
    .sql = "DELETE FROM engine_early WHERE case_id = $1 AND message = $2",
    .goes_along = true,
};

static const struct statement remove_row = {
    .sql = "DELETE FROM engine_early WHERE case_id = $1 AND message = $2 AND transition = $3",
    .goes_along = true,
};

enum status early_put(struct store *store, const struct early_row *row)
{
    return store_exec(store, &put,
                      VALUES(value_id(row->case_id), value_id(row->message),
                             value_text(row->transition), value_text(row->event),
                             value_time(row->came_at), value_text(row->data)),
                      NULL);
}

enum status early_list(struct store *store, struct arena *arena, struct id case_id,
                       struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(case_id)), rows_out);
}

enum status early_remove(struct store *store, struct id case_id, struct id message)
{
    return store_exec(store, &remove_event, VALUES(value_id(case_id), value_id(message)), NULL);
}

enum status early_remove_one(struct store *store, const struct early_row *row)
{
    return store_exec(
        store, &remove_row,
        VALUES(value_id(row->case_id), value_id(row->message), value_text(row->transition)), NULL);
}
