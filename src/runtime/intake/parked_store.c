/* parked_store.c - the SQL of parked messages. */
#include "runtime/intake/parked_store.h"

enum { PROMOTE_COUNT = 32 };

const struct text parked_waiting = {"waiting", 7};
const struct text parked_behind = {"behind", 6};
const struct text parked_dead = {"dead", 4};

static const char *const states[] = {"waiting", "behind", "dead"};

static const struct field parked_fields[] = {
    {.name = "number",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct parked, number),
     .meaning = "Its number in this service"},
    {.name = "handler",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct parked, handler),
     .meaning = "The event, command, timer or schedule whose handler fails"},
    {.name = "source",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct parked, source),
     .meaning = "The service that told it"},
    {.name = "subject",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct parked, subject),
     .meaning = "What it is about; what came later about the same waits behind it"},
    {.name = "state",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct parked, state),
     .choices = states,
     .choice_count = COUNT_OF(states),
     .meaning = "waiting: tried again by itself; behind: waits for an earlier one; dead: waits for "
                "a person"},
    {.name = "attempts",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct parked, attempts),
     .meaning = "How often it was tried"},
    {.name = "due_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct parked, due_at),
     .meaning = "When it is tried next; null unless it is waiting"},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct parked, reason),
     .meaning = "Why the last attempt failed"},
    {.name = "parked_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct parked, parked_at),
     .meaning = "When it was parked"},
    {.name = "changed_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct parked, changed_at),
     .meaning = "When it was tried last"},
    {.name = "message",
     .kind = FIELD_OBJECT,
     .offset = offsetof(struct parked, message),
     .meaning = "The message, as a CloudEvent"},
};
const struct shape parked_shape = {
    .name = "ParkedMessage",
    .fields = parked_fields,
    .field_count = COUNT_OF(parked_fields),
    .bytes = sizeof(struct parked),
};

struct flag_row {
    bool flag;
};
static const struct field flag_fields[] = {
    {.name = "flag", .kind = FIELD_FLAG, .offset = offsetof(struct flag_row, flag)},
};
static const struct shape flag_shape = {
    .name = "Flag", .fields = flag_fields, .field_count = 1, .bytes = sizeof(struct flag_row)};

static const struct field count_fields[] = {
    {.name = "waiting", .kind = FIELD_INTEGER, .offset = offsetof(struct parked_counts, waiting)},
    {.name = "behind", .kind = FIELD_INTEGER, .offset = offsetof(struct parked_counts, behind)},
    {.name = "dead", .kind = FIELD_INTEGER, .offset = offsetof(struct parked_counts, dead)},
    {.name = "oldest_dead_at",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct parked_counts, oldest_dead_at)},
};
static const struct shape count_shape = {
    .name = "ParkedCounts",
    .fields = count_fields,
    .field_count = COUNT_OF(count_fields),
    .bytes = sizeof(struct parked_counts),
};

#define COLUMNS                                                                                    \
    "number, handler, source, subject, state, attempts, due_at, reason, parked_at, changed_at, "   \
    "message"

static const struct statement insert = {
    .sql = "INSERT INTO parked (handler, source, subject, state, attempts, due_at, reason,"
           " parked_at, changed_at, message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};

static const struct statement any = {
    .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM parked) THEN 1 ELSE 0 END AS flag",
    .gives = &flag_shape,
};

static const struct statement line_is_held = {
    .sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM parked WHERE source = $1 AND subject = $2)"
           " THEN 1 ELSE 0 END AS flag",
    .gives = &flag_shape,
};

static const struct statement next_due = {
    .sql = "SELECT " COLUMNS " FROM parked WHERE state = 'waiting' ORDER BY due_at, number LIMIT 1",
    .gives = &parked_shape,
};

static const struct statement failed = {
    .sql = "UPDATE parked SET state = $2, attempts = attempts + 1, due_at = $3, reason = $4,"
           " changed_at = $5 WHERE number = $1",
};

static const struct statement remove_row = {.sql = "DELETE FROM parked WHERE number = $1"};

static const struct statement promote_next = {
    .sql = "UPDATE parked SET state = 'waiting', due_at = $3, attempts = 0 WHERE state = 'behind'"
           " AND number = (SELECT min(number) FROM parked WHERE source = $1 AND subject = $2)",
};

static const struct statement promote_orphans = {
    .sql = "UPDATE parked SET state = 'waiting', due_at = $1, attempts = 0 WHERE number IN"
           " (SELECT number FROM parked AS mine WHERE state = 'behind' AND NOT EXISTS"
           " (SELECT 1 FROM parked AS other WHERE other.source = mine.source"
           " AND other.subject = mine.subject AND other.number < mine.number) LIMIT $2)",
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM parked WHERE number = $1",
    .gives = &parked_shape,
};

static const struct statement list_state = {
    .sql = "SELECT " COLUMNS " FROM parked WHERE state = $1 AND number > $2 ORDER BY number"
           " LIMIT $3",
    .gives = &parked_shape,
    .rows_max = 1000,
};

static const struct statement list_all = {
    .sql = "SELECT " COLUMNS " FROM parked WHERE number > $1 ORDER BY number LIMIT $2",
    .gives = &parked_shape,
    .rows_max = 1000,
};

static const struct statement replay = {
    .sql = "UPDATE parked SET state = 'waiting', due_at = $2, attempts = 0, changed_at = $2"
           " WHERE number = $1 AND (state <> 'behind' OR NOT EXISTS (SELECT 1 FROM parked AS other"
           " WHERE other.source = parked.source AND other.subject = parked.subject"
           " AND other.number < parked.number))",
};

static const struct statement count_states = {
    .sql = "SELECT COALESCE(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting,"
           " COALESCE(sum(CASE WHEN state = 'behind' THEN 1 ELSE 0 END), 0) AS behind,"
           " COALESCE(sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0) AS dead,"
           " min(CASE WHEN state = 'dead' THEN parked_at END) AS oldest_dead_at FROM parked",
    .gives = &count_shape,
};

enum status parked_insert(struct store *store, const struct parked *parked)
{
    MUST(parked->message.data != NULL && parked->subject.data != NULL);
    return store_exec(store, &insert,
                      VALUES(value_text(parked->handler), value_text(parked->source),
                             value_text(parked->subject), value_text(parked->state),
                             value_integer(parked->attempts), value_time(parked->due_at),
                             value_text(parked->reason), value_time(parked->parked_at),
                             value_time(parked->changed_at), value_text(parked->message)),
                      NULL);
}

enum status parked_any(struct store *store, struct arena *arena, bool *any_out)
{
    struct flag_row row = {.flag = false};
    enum status status = store_one(store, arena, &any, NO_VALUES, &row);
    *any_out = row.flag;
    return status;
}

enum status parked_line_is_held(struct store *store, struct arena *arena, struct text source,
                                struct text subject, bool *held_out)
{
    struct flag_row row = {.flag = false};
    enum status status = store_one(store, arena, &line_is_held,
                                   VALUES(value_text(source), value_text(subject)), &row);
    *held_out = row.flag;
    return status;
}

enum status parked_next_due(struct store *store, struct arena *arena, int64_t now_ms,
                            struct parked *parked_out, int64_t *due_out)
{
    *due_out = 0;
    enum status status = store_one(store, arena, &next_due, NO_VALUES, parked_out);
    if (status == STATUS_OK && parked_out->due_at > now_ms) {
        *due_out = parked_out->due_at;
        return STATUS_ABSENT;
    }
    return status;
}

enum status parked_failed(struct store *store, const struct parked *parked, struct text reason,
                          int64_t due_at, int64_t now_ms)
{
    return store_exec(store, &failed,
                      VALUES(value_integer(parked->number),
                             value_text(due_at == 0 ? parked_dead : parked_waiting),
                             value_time(due_at), value_text(reason), value_time(now_ms)),
                      NULL);
}

enum status parked_remove(struct store *store, const struct parked *parked, int64_t now_ms)
{
    int64_t removed = 0;
    enum status status =
        store_exec(store, &remove_row, VALUES(value_integer(parked->number)), &removed);
    if (status == STATUS_OK && removed == 0) {
        return STATUS_CONFLICT; /* another process has just had it */
    }
    if (status == STATUS_OK) {
        status = store_exec(
            store, &promote_next,
            VALUES(value_text(parked->source), value_text(parked->subject), value_time(now_ms)),
            NULL);
    }
    return status;
}

enum status parked_promote(struct store *store, int64_t now_ms, int64_t *promoted_out)
{
    return store_exec(store, &promote_orphans,
                      VALUES(value_time(now_ms), value_integer(PROMOTE_COUNT)), promoted_out);
}

enum status parked_find(struct store *store, struct arena *arena, int64_t number,
                        struct parked *parked_out)
{
    return store_one(store, arena, &find, VALUES(value_integer(number)), parked_out);
}

enum status parked_list(struct store *store, struct arena *arena, struct text state, int64_t after,
                        int64_t limit, struct rows *rows_out)
{
    if (state.data == NULL) {
        return store_query(store, arena, &list_all,
                           VALUES(value_integer(after), value_integer(limit)), rows_out);
    }
    return store_query(store, arena, &list_state,
                       VALUES(value_text(state), value_integer(after), value_integer(limit)),
                       rows_out);
}

enum status parked_replay(struct store *store, int64_t number, int64_t now_ms, int64_t *changed_out)
{
    return store_exec(store, &replay, VALUES(value_integer(number), value_time(now_ms)),
                      changed_out);
}

enum status parked_count(struct store *store, struct arena *arena, struct parked_counts *counts_out)
{
    return store_one(store, arena, &count_states, NO_VALUES, counts_out);
}
