/* errand_store.c - the SQL of errands, and of replies that nobody waits for. */
#include "runtime/intake/errand_store.h"

enum { KEEP_MS = 7 * 24 * 60 * 60 * 1000, FORGET_COUNT = 500 };

const struct text errand_waiting = {"waiting", 7};

static const struct field errand_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct errand_row, id)},
    {.name = "service", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, service)},
    {.name = "command", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, command)},
    {.name = "subject", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, subject)},
    {.name = "state", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, state)},
    {.name = "deadline_at", .kind = FIELD_TIME, .offset = offsetof(struct errand_row, deadline_at)},
    {.name = "told_at", .kind = FIELD_TIME, .offset = offsetof(struct errand_row, told_at)},
    {.name = "actor", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, actor)},
    {.name = "trace", .kind = FIELD_TEXT, .offset = offsetof(struct errand_row, trace)},
};
static const struct shape errand_shape = {
    .name = "Errand",
    .fields = errand_fields,
    .field_count = COUNT_OF(errand_fields),
    .bytes = sizeof(struct errand_row),
};

#define COLUMNS "id, service, command, subject, state, deadline_at, told_at, actor, trace"

static const struct statement insert = {
    .sql = "INSERT INTO errand (id, service, command, subject, state, deadline_at, told_at, actor,"
           " trace) VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)",
    .goes_along = true,
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM errand WHERE id = $1",
    .gives = &errand_shape,
};

static const struct statement settle = {
    .sql = "UPDATE errand SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'waiting'",
};

static const struct statement next_expired = {
    .sql = "SELECT " COLUMNS " FROM errand WHERE state = 'waiting' ORDER BY deadline_at LIMIT 1",
    .gives = &errand_shape,
};

static const struct statement insert_stray = {
    .sql = "INSERT INTO stray (id, answers, why, came_at, message) VALUES ($1, $2, $3, $4, $5)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement forget_errands = {
    .sql = "DELETE FROM errand WHERE id IN (SELECT id FROM errand WHERE settled_at < $1 LIMIT $2)",
};

static const struct statement forget_strays = {
    .sql = "DELETE FROM stray WHERE id IN (SELECT id FROM stray WHERE came_at < $1 LIMIT $2)",
};

enum status errand_insert(struct store *store, const struct errand_row *errand)
{
    return store_exec(store, &insert,
                      VALUES(value_id(errand->id), value_text(errand->service),
                             value_text(errand->command), value_text(errand->subject),
                             value_time(errand->deadline_at), value_time(errand->told_at),
                             value_text(errand->actor), value_text(errand->trace)),
                      NULL);
}

static bool is_asked(const struct errand_row *errand, const struct message *reply)
{
    return text_equals(errand->service, reply->source) && text_equals(errand->command, reply->name);
}

enum status errand_settle(struct store *store, struct arena *arena, const struct errand_end *end,
                          struct errand_row *errand_out)
{
    int64_t changed = 0;
    enum status status = store_one(store, arena, &find, VALUES(value_id(end->id)), errand_out);
    if (status == STATUS_OK && end->reply != NULL && !is_asked(errand_out, end->reply)) {
        return STATUS_ABSENT;
    }
    if (status == STATUS_OK) {
        status = store_exec(
            store, &settle,
            VALUES(value_id(end->id), value_text(end->state), value_time(end->now_ms)), &changed);
    }
    return status == STATUS_OK && changed == 0 ? STATUS_ABSENT : status;
}

enum status errand_next_expired(struct store *store, struct arena *arena, int64_t now_ms,
                                struct errand_row *errand_out, int64_t *due_out)
{
    *due_out = 0;
    enum status status = store_one(store, arena, &next_expired, NO_VALUES, errand_out);
    if (status == STATUS_OK && errand_out->deadline_at > now_ms) {
        *due_out = errand_out->deadline_at;
        return STATUS_ABSENT;
    }
    return status;
}

/* Unknown, or another was asked (stranger), or it is settled: by its deadline (late), or by another
 * reply (again). */
static enum status why_stray(struct store *store, struct arena *arena, const struct message *reply,
                             struct text *why_out)
{
    struct errand_row errand;
    enum status status = store_one(store, arena, &find, VALUES(value_id(reply->answers)), &errand);
    *why_out = status != STATUS_OK                          ? TEXT("unknown")
               : !is_asked(&errand, reply)                  ? TEXT("stranger")
               : text_equals(errand.state, outcome_expired) ? TEXT("late")
                                                            : TEXT("again");
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status stray_insert(struct store *store, struct arena *arena, const struct message *reply,
                         int64_t now_ms)
{
    struct text why;
    enum status status = why_stray(store, arena, reply, &why);
    if (status != STATUS_OK) {
        return status;
    }
    return store_exec(store, &insert_stray,
                      VALUES(value_id(reply->id), value_id(reply->answers), value_text(why),
                             value_time(now_ms), value_text(message_write(arena, reply))),
                      NULL);
}

enum status errand_forget_old(struct store *store, int64_t now_ms, int64_t *forgotten_out)
{
    int64_t strays = 0;
    enum status status = store_exec(
        store, &forget_errands, VALUES(value_time(now_ms - KEEP_MS), value_integer(FORGET_COUNT)),
        forgotten_out);
    if (status == STATUS_OK) {
        status =
            store_exec(store, &forget_strays,
                       VALUES(value_time(now_ms - KEEP_MS), value_integer(FORGET_COUNT)), &strays);
    }
    *forgotten_out += strays;
    return status;
}
