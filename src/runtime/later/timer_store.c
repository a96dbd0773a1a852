/* timer_store.c - the SQL of timers and delayed commands. */
#include "runtime/later/timer_store.h"

#define AT(member) .offset = offsetof(struct timer_row, member)
static const struct field timer_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "due_at", .kind = FIELD_INTEGER, AT(due_at)},
    {.name = "data", .kind = FIELD_TEXT, AT(data)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "trace", .kind = FIELD_TEXT, AT(trace)},
};
#undef AT
static const struct shape timer_shape = {
    .name = "Timer",
    .fields = timer_fields,
    .field_count = COUNT_OF(timer_fields),
    .bytes = sizeof(struct timer_row),
};

#define AT(member) .offset = offsetof(struct timer_key, member)
static const struct field timer_key_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "due_at", .kind = FIELD_INTEGER, AT(due_at)},
};
#undef AT
static const struct shape timer_key_shape = {
    .name = "TimerKey",
    .fields = timer_key_fields,
    .field_count = COUNT_OF(timer_key_fields),
    .bytes = sizeof(struct timer_key),
};

#define AT(member) .offset = offsetof(struct delayed, member)
static const struct field delayed_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "service", .kind = FIELD_TEXT, AT(service)},
    {.name = "command", .kind = FIELD_TEXT, AT(command)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "data", .kind = FIELD_TEXT, AT(data)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "trace", .kind = FIELD_TEXT, AT(trace)},
    {.name = "due_at", .kind = FIELD_INTEGER, AT(due_at)},
    {.name = "deadline_ms", .kind = FIELD_INTEGER, AT(deadline_ms)},
};
#undef AT
static const struct shape delayed_shape = {
    .name = "DelayedCommand",
    .fields = delayed_fields,
    .field_count = COUNT_OF(delayed_fields),
    .bytes = sizeof(struct delayed),
};

#define AT(member) .offset = offsetof(struct delayed_key, member)
static const struct field delayed_key_fields[] = {
    {.name = "due_at", .kind = FIELD_INTEGER, AT(due_at)},
    {.name = "id", .kind = FIELD_ID, AT(id)},
};
#undef AT
static const struct shape delayed_key_shape = {
    .name = "DelayedKey",
    .fields = delayed_key_fields,
    .field_count = COUNT_OF(delayed_key_fields),
    .bytes = sizeof(struct delayed_key),
};

struct soonest {
    int64_t due_at;
};
static const struct field soonest_fields[] = {
    {.name = "due_at", .kind = FIELD_INTEGER, .offset = offsetof(struct soonest, due_at)},
};
static const struct shape soonest_shape = {
    .name = "Soonest",
    .fields = soonest_fields,
    .field_count = COUNT_OF(soonest_fields),
    .bytes = sizeof(struct soonest),
};

static const struct statement put_timer = {
    .sql = "INSERT INTO later_timer (name, subject, id, due_at, data, actor, trace, set_at)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
           " ON CONFLICT (name, subject) DO UPDATE SET id = $3, due_at = $4, data = $5,"
           " actor = $6, trace = $7, set_at = $8",
    .goes_along = true,
};

static const struct statement remove_timer = {
    .sql = "DELETE FROM later_timer WHERE name = $1 AND subject = $2",
    .goes_along = true,
};

static const struct statement remove_timers = {
    .sql = "DELETE FROM later_timer WHERE name = $1 AND subject >= $2 AND subject < $3",
};

/* Read from the index alone. */
static const struct statement list_due_timers = {
    .sql = "SELECT name, subject, due_at FROM later_timer WHERE due_at <= $1"
           " ORDER BY due_at, name, subject LIMIT $2",
    .gives = &timer_key_shape,
    .rows_max = LATER_PIECE_MAX,
};

static const struct statement take_timer = {
    .sql = "DELETE FROM later_timer WHERE name = $1 AND subject = $2 AND due_at = $3"
           " RETURNING id, name, subject, due_at, data, actor, trace",
    .gives = &timer_shape,
};

static const struct statement soonest_timer = {
    .sql = "SELECT due_at FROM later_timer ORDER BY due_at LIMIT 1",
    .gives = &soonest_shape,
};

static const struct statement due_of_timer = {
    .sql = "SELECT due_at FROM later_timer WHERE name = $1 AND subject = $2",
    .gives = &soonest_shape,
};

static const struct statement put_command = {
    .sql = "INSERT INTO later_command (due_at, id, service, command, subject, data, actor, trace,"
           " deadline_ms, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    .goes_along = true,
};

static const struct statement list_due_commands = {
    .sql = "SELECT due_at, id FROM later_command WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
    .gives = &delayed_key_shape,
    .rows_max = LATER_PIECE_MAX,
};

static const struct statement take_command = {
    .sql = "DELETE FROM later_command WHERE due_at = $1 AND id = $2"
           " RETURNING id, service, command, subject, data, actor, trace, due_at, deadline_ms",
    .gives = &delayed_shape,
};

static const struct statement soonest_command = {
    .sql = "SELECT due_at FROM later_command ORDER BY due_at LIMIT 1",
    .gives = &soonest_shape,
};

enum status timer_due_at(struct store *store, struct arena *arena, struct text name,
                         struct text subject, int64_t *due_out)
{
    struct soonest row = {.due_at = 0};
    enum status status =
        store_one(store, arena, &due_of_timer, VALUES(value_text(name), value_text(subject)), &row);
    *due_out = row.due_at;
    return status;
}

enum status timer_put(struct store *store, const struct timer_row *timer, int64_t now_ms)
{
    return store_exec(store, &put_timer,
                      VALUES(value_text(timer->name), value_text(timer->subject),
                             value_id(timer->id), value_integer(timer->due_at),
                             value_text(timer->data), value_text(timer->actor),
                             value_text(timer->trace), value_integer(now_ms)),
                      NULL);
}

enum status timer_remove(struct store *store, struct text name, struct text subject)
{
    return store_exec(store, &remove_timer, VALUES(value_text(name), value_text(subject)), NULL);
}

enum status timer_remove_all(struct store *store, struct text name, struct text from,
                             struct text before)
{
    return store_exec(store, &remove_timers,
                      VALUES(value_text(name), value_text(from), value_text(before)), NULL);
}

enum status timer_list_due(struct store *store, struct arena *arena, int64_t now_ms, int64_t limit,
                           struct rows *rows_out)
{
    MUST(limit > 0 && limit <= LATER_PIECE_MAX);
    return store_query(store, arena, &list_due_timers,
                       VALUES(value_integer(now_ms), value_integer(limit)), rows_out);
}

enum status timer_take(struct store *store, struct arena *arena, const struct timer_key *key,
                       struct timer_row *timer_out)
{
    return store_one(
        store, arena, &take_timer,
        VALUES(value_text(key->name), value_text(key->subject), value_integer(key->due_at)),
        timer_out);
}

enum status delayed_put(struct store *store, const struct delayed *delayed, int64_t now_ms)
{
    return store_exec(store, &put_command,
                      VALUES(value_integer(delayed->due_at), value_id(delayed->id),
                             value_text(delayed->service), value_text(delayed->command),
                             value_text(delayed->subject), value_text(delayed->data),
                             value_text(delayed->actor), value_text(delayed->trace),
                             value_integer(delayed->deadline_ms), value_integer(now_ms)),
                      NULL);
}

enum status delayed_list_due(struct store *store, struct arena *arena, int64_t now_ms,
                             int64_t limit, struct rows *rows_out)
{
    MUST(limit > 0 && limit <= LATER_PIECE_MAX);
    return store_query(store, arena, &list_due_commands,
                       VALUES(value_integer(now_ms), value_integer(limit)), rows_out);
}

enum status delayed_take(struct store *store, struct arena *arena, const struct delayed_key *key,
                         struct delayed *delayed_out)
{
    return store_one(store, arena, &take_command,
                     VALUES(value_integer(key->due_at), value_id(key->id)), delayed_out);
}

static enum status find_soonest(struct store *store, struct arena *arena,
                                const struct statement *statement, int64_t *due_out)
{
    struct soonest soonest;
    enum status status = store_one(store, arena, statement, NO_VALUES, &soonest);
    *due_out = status == STATUS_OK ? soonest.due_at : 0;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status timer_soonest(struct store *store, struct arena *arena, int64_t *due_out)
{
    int64_t command_at = 0;
    enum status status = find_soonest(store, arena, &soonest_timer, due_out);
    if (status == STATUS_OK) {
        status = find_soonest(store, arena, &soonest_command, &command_at);
    }
    if (command_at != 0 && (*due_out == 0 || command_at < *due_out)) {
        *due_out = command_at;
    }
    return status;
}
