/* work_store.c - the SQL of taking, keeping and taking back work, and of late answers. */
#include "engine/stages/work_store.h"

#define AT(member) .offset = offsetof(struct work_row, member)
static const struct field work_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "stage", .kind = FIELD_TEXT, AT(stage)},
    {.name = "visit", .kind = FIELD_INTEGER, AT(visit)},
    {.name = "attempt", .kind = FIELD_INTEGER, AT(attempt)},
    {.name = "due_at", .kind = FIELD_INTEGER, AT(due_at)},
    {.name = "handed", .kind = FIELD_TEXT, AT(handed)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "stages", .kind = FIELD_TEXT, AT(stages)},
    {.name = "queue", .kind = FIELD_TEXT, AT(queue)},
    {.name = "worker", .kind = FIELD_TEXT, AT(worker)},
};
#undef AT
static const struct shape work_shape = {
    .name = "WorkRow",
    .fields = work_fields,
    .field_count = COUNT_OF(work_fields),
    .bytes = sizeof(struct work_row),
};

#define AT(member) .offset = offsetof(struct late_answer, member)
static const struct field late_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "stage", .kind = FIELD_TEXT, AT(stage)},
    {.name = "visit", .kind = FIELD_INTEGER, AT(visit)},
    {.name = "times", .kind = FIELD_INTEGER, AT(times)},
    {.name = "came_at", .kind = FIELD_TIME, AT(came_at)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "why", .kind = FIELD_TEXT, AT(why)},
    {.name = "answer", .kind = FIELD_TEXT, AT(answer)},
};
#undef AT
static const struct shape late_shape = {
    .name = "LateAnswer",
    .fields = late_fields,
    .field_count = COUNT_OF(late_fields),
    .bytes = sizeof(struct late_answer),
};

struct number {
    int64_t count;
};
static const struct field number_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct number, count)},
};
static const struct shape number_shape = {
    .name = "Number",
    .fields = number_fields,
    .field_count = COUNT_OF(number_fields),
    .bytes = sizeof(struct number),
};

#define COLUMNS                                                                                    \
    "s.case_id, s.stage, s.visit, s.attempt, s.due_at, s.handed, c.workflow, c.version, c.stages," \
    " s.queue, s.worker FROM engine_stage s JOIN engine_case c ON c.id = s.case_id"

/* The longest due first: the index of queues, read from the cursor on. */
static const struct statement list_due = {
    .sql = "SELECT " COLUMNS " WHERE s.queue = $1 AND s.worker IS NULL AND s.due_at <= $2"
           " AND (s.due_at, s.case_id, s.stage) > ($3, $4, $5)"
           " ORDER BY s.due_at, s.case_id, s.stage LIMIT 100",
    .gives = &work_shape,
    .rows_max = WORK_PIECE,
};

static const struct statement list_due_from_start = {
    .sql = "SELECT " COLUMNS " WHERE s.queue = $1 AND s.worker IS NULL AND s.due_at <= $2"
           " ORDER BY s.due_at, s.case_id, s.stage LIMIT 100",
    .gives = &work_shape,
    .rows_max = WORK_PIECE,
};

static const struct statement count_due = {
    .sql = "SELECT count(*) AS count FROM (SELECT 1 AS one FROM engine_stage WHERE queue = $1"
           " AND worker IS NULL AND due_at <= $2 LIMIT 100) AS due",
    .gives = &number_shape,
};

static const struct statement take = {
    .sql = "UPDATE engine_stage SET worker = $5, due_at = $6 WHERE case_id = $1 AND stage = $2"
           " AND visit = $3 AND due_at = $4 AND queue IS NOT NULL AND worker IS NULL",
};

static const struct statement keep = {
    .sql = "UPDATE engine_stage SET due_at = $5 WHERE case_id = $1 AND stage = $2 AND visit = $3"
           " AND worker = $4 AND queue IS NOT NULL",
};

static const struct statement lock_queue = {
    .sql = "INSERT INTO engine_queue (queue, takes) VALUES ($1, 1)"
           " ON CONFLICT (queue) DO UPDATE SET takes = engine_queue.takes + 1",
};

static const struct statement count_held = {
    .sql = "SELECT count(*) AS count FROM engine_stage WHERE queue = $1 AND worker IS NOT NULL"
           " AND due_at > $2",
    .gives = &number_shape,
};

static const struct statement count_of_worker = {
    .sql = "SELECT count(*) AS count FROM engine_stage WHERE queue = $1 AND worker = $2",
    .gives = &number_shape,
};

static const struct statement give_back = {
    .sql = "UPDATE engine_stage SET worker = NULL, due_at = $6 WHERE case_id = $1 AND stage = $2"
           " AND visit = $3 AND worker = $4 AND due_at = $5 AND queue IS NOT NULL",
};

static const struct statement list_ended = {
    .sql = "SELECT " COLUMNS " WHERE s.worker IS NOT NULL AND s.due_at <= $1"
           " ORDER BY s.due_at, s.case_id, s.stage LIMIT 100",
    .gives = &work_shape,
    .rows_max = WORK_PIECE,
};

static const struct statement take_back = {
    .sql = "UPDATE engine_stage SET worker = NULL WHERE case_id = $1 AND stage = $2 AND visit = $3"
           " AND due_at = $4 AND worker IS NOT NULL",
};

static const struct statement put_off = {
    .sql = "UPDATE engine_stage SET due_at = $5 WHERE case_id = $1 AND stage = $2 AND visit = $3"
           " AND due_at = $4 AND worker IS NOT NULL",
};

static const struct statement keep_late = {
    .sql = "INSERT INTO engine_late (case_id, stage, visit, times, came_at, actor, why, answer)"
           " VALUES ($1, $2, $3, 1, $4, $5, $6, $7) ON CONFLICT (case_id, stage, visit) DO UPDATE"
           " SET times = engine_late.times + 1, came_at = excluded.came_at,"
           " actor = excluded.actor, why = excluded.why, answer = excluded.answer",
};

static const struct statement list_late = {
    .sql = "SELECT case_id, stage, visit, times, came_at, actor, why, answer FROM engine_late"
           " WHERE case_id = $1 ORDER BY stage, visit LIMIT 1000",
    .gives = &late_shape,
    .rows_max = LATE_ANSWERS_MAX,
};

enum status work_list_due(struct store *store, struct arena *arena, struct text queue,
                          int64_t now_ms, const struct work_cursor *after, struct rows *rows_out)
{
    if (id_is_none(after->case_id)) {
        return store_query(store, arena, &list_due_from_start,
                           VALUES(value_text(queue), value_integer(now_ms)), rows_out);
    }
    return store_query(store, arena, &list_due,
                       VALUES(value_text(queue), value_integer(now_ms),
                              value_integer(after->due_at), value_id(after->case_id),
                              value_text(after->stage)),
                       rows_out);
}

static enum status count(struct store *store, struct arena *arena,
                         const struct statement *statement, struct values values,
                         int64_t *count_out)
{
    struct number number = {.count = 0};
    enum status status = store_one(store, arena, statement, values, &number);
    *count_out = number.count;
    return status;
}

enum status work_count_due(struct store *store, struct arena *arena, struct text queue,
                           int64_t now_ms, int64_t *count_out)
{
    return count(store, arena, &count_due, VALUES(value_text(queue), value_integer(now_ms)),
                 count_out);
}

/* ABSENT: no row was as it had been. */
static enum status change(struct store *store, const struct statement *statement,
                          struct values values)
{
    int64_t changed = 0;
    enum status status = store_exec(store, statement, values, &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_ABSENT : status;
}

enum status work_take(struct store *store, const struct work_row *row, struct text worker,
                      int64_t until_ms)
{
    return change(store, &take,
                  VALUES(value_id(row->case_id), value_text(row->stage), value_integer(row->visit),
                         value_integer(row->due_at), value_text(worker), value_integer(until_ms)));
}

enum status work_keep(struct store *store, const struct work_hold *hold)
{
    return change(store, &keep,
                  VALUES(value_id(hold->case_id), value_text(hold->stage),
                         value_integer(hold->visit), value_text(hold->worker),
                         value_integer(hold->until_ms)));
}

enum status work_count_held(struct store *store, struct arena *arena, struct text queue,
                            int64_t now_ms, int64_t *count_out)
{
    enum status status = store_exec(store, &lock_queue, VALUES(value_text(queue)), NULL);
    return status == STATUS_OK ? count(store, arena, &count_held,
                                       VALUES(value_text(queue), value_integer(now_ms)), count_out)
                               : status;
}

enum status work_count_of_worker(struct store *store, struct arena *arena, struct text queue,
                                 struct text worker, int64_t *count_out)
{
    enum status status = store_exec(store, &lock_queue, VALUES(value_text(queue)), NULL);
    return status == STATUS_OK ? count(store, arena, &count_of_worker,
                                       VALUES(value_text(queue), value_text(worker)), count_out)
                               : status;
}

enum status work_give_back(struct store *store, const struct work_hold *hold, int64_t now_ms)
{
    return change(store, &give_back,
                  VALUES(value_id(hold->case_id), value_text(hold->stage),
                         value_integer(hold->visit), value_text(hold->worker),
                         value_integer(hold->until_ms), value_integer(now_ms)));
}

enum status work_list_ended(struct store *store, struct arena *arena, int64_t now_ms,
                            struct rows *rows_out)
{
    return store_query(store, arena, &list_ended, VALUES(value_integer(now_ms)), rows_out);
}

enum status work_take_back(struct store *store, const struct work_row *row)
{
    return change(store, &take_back,
                  VALUES(value_id(row->case_id), value_text(row->stage), value_integer(row->visit),
                         value_integer(row->due_at)));
}

enum status work_put_off(struct store *store, const struct work_row *row, int64_t until_ms)
{
    return change(store, &put_off,
                  VALUES(value_id(row->case_id), value_text(row->stage), value_integer(row->visit),
                         value_integer(row->due_at), value_integer(until_ms)));
}

enum status late_answer_keep(struct store *store, const struct late_answer *late)
{
    return store_exec(store, &keep_late,
                      VALUES(value_id(late->case_id), value_text(late->stage),
                             value_integer(late->visit), value_integer(late->came_at),
                             value_text(late->actor), value_text(late->why),
                             value_text(late->answer)),
                      NULL);
}

enum status late_answer_list(struct store *store, struct arena *arena, struct id case_id,
                             struct rows *rows_out)
{
    return store_query(store, arena, &list_late, VALUES(value_id(case_id)), rows_out);
}
