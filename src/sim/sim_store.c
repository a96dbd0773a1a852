/* sim_store.c - the SQL of the simulator: what was played, and what is looked at. */
#include "sim/sim_store.h"

#include "engine/operations/operation_store.h"
#include "engine/run/stage_store.h"

const struct migration sim_migrations[] = {
    {
        .version = 1,
        .name = "effects",
        .sqlite = "CREATE TABLE sim_effect ("
                  " work_id TEXT NOT NULL PRIMARY KEY,"
                  " what TEXT NOT NULL,"
                  " times INTEGER NOT NULL,"
                  " asked INTEGER NOT NULL,"
                  " answer TEXT"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE sim_effect ("
                    " work_id text NOT NULL PRIMARY KEY,"
                    " what text NOT NULL,"
                    " times bigint NOT NULL,"
                    " asked bigint NOT NULL,"
                    " answer text"
                    ");",
    },
};
const size_t sim_migration_count = COUNT_OF(sim_migrations);

/* ---- effects ---- */

#define AT(member) .offset = offsetof(struct effect, member)
static const struct field effect_fields[] = {
    {.name = "work_id", .kind = FIELD_TEXT, AT(work_id)},
    {.name = "what", .kind = FIELD_TEXT, AT(what)},
    {.name = "times", .kind = FIELD_INTEGER, AT(times)},
    {.name = "asked", .kind = FIELD_INTEGER, AT(asked)},
    {.name = "answer", .kind = FIELD_TEXT, AT(answer)},
};
#undef AT
static const struct shape effect_shape = {
    .name = "Effect",
    .fields = effect_fields,
    .field_count = COUNT_OF(effect_fields),
    .bytes = sizeof(struct effect),
};

static const struct statement put_effect = {
    .sql = "INSERT INTO sim_effect (work_id, what, times, asked, answer) VALUES ($1, $2, 1, 1, $3)"
           " ON CONFLICT (work_id) DO UPDATE SET times = sim_effect.times + 1",
};

static const struct statement ask_again = {
    .sql = "UPDATE sim_effect SET asked = asked + 1 WHERE work_id = $1"
           " RETURNING work_id, what, times, asked, answer",
    .gives = &effect_shape,
};

static const struct statement list_effects = {
    .sql = "SELECT work_id, what, times, asked, answer FROM sim_effect ORDER BY work_id",
    .gives = &effect_shape,
    .rows_max = SIM_ROWS_MAX,
};

enum status played_put(struct store *store, const struct effect *effect)
{
    return store_exec(
        store, &put_effect,
        VALUES(value_text(effect->work_id), value_text(effect->what), value_text(effect->answer)),
        NULL);
}

enum status played_again(struct store *store, struct arena *arena, struct text work_id,
                         struct effect *effect_out)
{
    return store_one(store, arena, &ask_again, VALUES(value_text(work_id)), effect_out);
}

enum status played_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_effects, NO_VALUES, rows_out);
}

/* ---- what is looked at ---- */

#define AT(member) .offset = offsetof(struct case_head, member)
static const struct field head_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at)},
};
#undef AT
static const struct shape head_shape = {
    .name = "CaseHead",
    .fields = head_fields,
    .field_count = COUNT_OF(head_fields),
    .bytes = sizeof(struct case_head),
};

static const struct statement list_cases = {
    .sql = "SELECT id, workflow, revision, closed_at FROM engine_case ORDER BY id",
    .gives = &head_shape,
    .rows_max = SIM_ROWS_MAX,
};

#define AT(member) .offset = offsetof(struct found_row, member)
static const struct field found_fields[] = {
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "key", .kind = FIELD_TEXT, AT(key)},
    {.name = "value", .kind = FIELD_TEXT, AT(value)},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
};
#undef AT
static const struct shape found_shape = {
    .name = "FoundRow",
    .fields = found_fields,
    .field_count = COUNT_OF(found_fields),
    .bytes = sizeof(struct found_row),
};

static const struct statement list_found = {
    .sql = "SELECT workflow, key, value, case_id FROM engine_found_by WHERE case_id = $1"
           " ORDER BY key, value",
    .gives = &found_shape,
    .rows_max = SIM_ROWS_MAX,
};

static const struct statement list_operations = {
    .sql = "SELECT id, case_id, name, person, party, nonce, body_hash, status, reason, revision,"
           " created_at, finished_at, event_id FROM engine_operation ORDER BY id",
    .gives = &operation_row_shape,
    .rows_max = SIM_ROWS_MAX,
};

static const struct statement list_stages = {
    .sql = "SELECT case_id, stage, visit, state, queue, handed, errand, attempt, begun_at, due_at,"
           " worker, reason FROM engine_stage ORDER BY case_id, stage",
    .gives = &stage_row_shape,
    .rows_max = SIM_ROWS_MAX,
};

static const struct field due_fields[] = {
    {.name = "at", .kind = FIELD_TIME, .offset = offsetof(struct due, at)},
};
static const struct shape due_shape = {
    .name = "Due",
    .fields = due_fields,
    .field_count = COUNT_OF(due_fields),
    .bytes = sizeof(struct due),
};

static const struct statement soonest = {
    .sql = "SELECT min(at) AS at FROM ("
           "SELECT min(due_at) AS at FROM later_timer UNION ALL"
           " SELECT min(due_at) FROM later_command UNION ALL"
           " SELECT min(due_at) FROM parked WHERE state = 'waiting' UNION ALL"
           " SELECT min(deadline_at) FROM errand WHERE state = 'waiting') AS all_of_them",
    .gives = &due_shape,
};

enum status sim_cases(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_cases, NO_VALUES, rows_out);
}

enum status sim_found(struct store *store, struct arena *arena, struct id case_id,
                      struct rows *rows_out)
{
    return store_query(store, arena, &list_found, VALUES(value_id(case_id)), rows_out);
}

enum status sim_operations(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_operations, NO_VALUES, rows_out);
}

enum status sim_stages(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_stages, NO_VALUES, rows_out);
}

enum status sim_soonest(struct store *store, struct arena *arena, struct due *due_out)
{
    return store_one(store, arena, &soonest, NO_VALUES, due_out);
}
