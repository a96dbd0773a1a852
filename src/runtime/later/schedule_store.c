/* schedule_store.c - the SQL of schedules. */
#include "runtime/later/schedule_store.h"

/* Rows of schedules that are no longer in the table are few, but nobody has counted them. */
enum { ROWS_MAX = 10 * SCHEDULES_MAX };

#define AT(member) .offset = offsetof(struct schedule_state, member)
static const struct field schedule_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "due_at", .kind = FIELD_TIME, AT(due_at)},
    {.name = "last_at", .kind = FIELD_TIME, AT(last_at)},
    {.name = "written", .kind = FIELD_TEXT, AT(written)},
};
#undef AT
static const struct shape schedule_shape = {
    .name = "Schedule",
    .fields = schedule_fields,
    .field_count = COUNT_OF(schedule_fields),
    .bytes = sizeof(struct schedule_state),
};

static const struct statement list_schedules = {
    .sql = "SELECT name, due_at, last_at, written FROM later_schedule ORDER BY due_at, name",
    .gives = &schedule_shape,
    .rows_max = ROWS_MAX,
};

/* Two processes that start at once both come here; the second one's due time may be from before the
 * first firing, so it changes nothing. */
static const struct statement put_schedule = {
    .sql = "INSERT INTO later_schedule (name, due_at, last_at, written) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT (name) DO UPDATE SET due_at = $2, last_at = $3, written = $4"
           " WHERE later_schedule.written <> $4",
};

static const struct statement remove_schedule = {
    .sql = "DELETE FROM later_schedule WHERE name = $1",
};

static const struct statement move_schedule = {
    .sql = "UPDATE later_schedule SET due_at = $1, last_at = $2"
           " WHERE name = $3 AND due_at = $4 AND written = $5",
};

enum status schedule_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_schedules, NO_VALUES, rows_out);
}

enum status schedule_put(struct store *store, const struct schedule_state *state)
{
    return store_exec(store, &put_schedule,
                      VALUES(value_text(state->name), value_time(state->due_at),
                             value_time(state->last_at), value_text(state->written)),
                      NULL);
}

enum status schedule_remove(struct store *store, struct text name)
{
    return store_exec(store, &remove_schedule, VALUES(value_text(name)), NULL);
}

enum status schedule_move(struct store *store, const struct schedule_state *seen, int64_t next_at,
                          int64_t last_at)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &move_schedule,
                   VALUES(value_time(next_at), value_time(last_at), value_text(seen->name),
                          value_time(seen->due_at), value_text(seen->written)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_ABSENT : status;
}
