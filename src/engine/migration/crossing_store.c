/* crossing_store.c - the SQL of versions.
 *
 * Closed cases are many and stay for ever, so open ones are looked for by where they are
 * (engine_found_by): at places that are no end. A case in several places at once is counted at the
 * first of them, which is the first in its own list.
 */
#include "engine/migration/crossing_store.h"

#include "base/log.h"
#include "engine/run/case_store.h"

enum { SCRATCH_BYTES_MAX = 16 * 1024 * 1024 };

#define AT(type, member) .offset = offsetof(struct type, member)
struct id_row {
    struct id case_id;
};
static const struct field id_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(id_row, case_id)},
};
static const struct shape id_shape = {
    .name = "OpenCase", .fields = id_fields, .field_count = 1, .bytes = sizeof(struct id_row)};

struct count_row {
    int64_t count;
};
static const struct field count_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, AT(count_row, count)},
};
static const struct shape count_shape = {.name = "OpenCases",
                                         .fields = count_fields,
                                         .field_count = 1,
                                         .bytes = sizeof(struct count_row)};

static const struct field closed_fields[] = {
    {.name = "workflow", .kind = FIELD_TEXT, AT(closed_count, workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(closed_count, version)},
    {.name = "count", .kind = FIELD_INTEGER, AT(closed_count, count)},
};
static const struct shape closed_shape = {
    .name = "ClosedCases",
    .fields = closed_fields,
    .field_count = COUNT_OF(closed_fields),
    .bytes = sizeof(struct closed_count),
};

static const struct field past_fields[] = {
    {.name = "revision", .kind = FIELD_INTEGER, AT(past_step, revision)},
    {.name = "at", .kind = FIELD_TIME, AT(past_step, at)},
    {.name = "changes", .kind = FIELD_TEXT, AT(past_step, changes)},
};
static const struct shape past_shape = {
    .name = "PastStep",
    .fields = past_fields,
    .field_count = COUNT_OF(past_fields),
    .bytes = sizeof(struct past_step),
};
#undef AT

#define OPEN_AT_PLACE                                                                              \
    " FROM engine_found_by f JOIN engine_case c ON c.id = f.case_id"                               \
    " WHERE f.workflow = $1 AND f.key = $2 AND f.value = $3 AND c.version = $4"                    \
    " AND c.closed_at IS NULL AND substr(c.places, 1, $5) = $6"

static const struct statement list_first = {
    .sql = "SELECT f.case_id" OPEN_AT_PLACE " ORDER BY f.case_id LIMIT 100",
    .gives = &id_shape,
    .rows_max = CROSSING_PIECE,
};

static const struct statement list_more = {
    .sql = "SELECT f.case_id" OPEN_AT_PLACE " AND f.case_id > $7 ORDER BY f.case_id LIMIT 100",
    .gives = &id_shape,
    .rows_max = CROSSING_PIECE,
};

static const struct statement count_open = {
    .sql = "SELECT count(*) AS count" OPEN_AT_PLACE,
    .gives = &count_shape,
};

static const struct statement count_closed = {
    .sql = "SELECT workflow, version, count(*) AS count FROM engine_case"
           " WHERE closed_at IS NOT NULL GROUP BY workflow, version ORDER BY workflow, version",
    .gives = &closed_shape,
    .rows_max = 4096,
};

static const struct statement list_past = {
    .sql = "SELECT revision, at, changes FROM engine_history WHERE case_id = $1 AND revision < $2"
           " ORDER BY revision DESC LIMIT 100",
    .gives = &past_shape,
    .rows_max = CROSSING_HISTORY_PIECE,
};

/* ---- open cases ---- */

enum { OPEN_VALUES = 7 };

/* How `places` begins of a case whose first place this is. */
static void fill_values(struct arena *arena, const struct recipe *recipe, int place,
                        struct value *values_out)
{
    const struct workflow *workflow = recipe->workflow;
    struct text name = workflow->places[place].name;
    struct text begins = text_format(arena, "[\"%.*s\"", TEXT_ARGS(name));
    values_out[0] = value_text(workflow->name);
    values_out[1] = value_text(case_found_by_place);
    values_out[2] = value_text(name);
    values_out[3] = value_integer(workflow->version);
    values_out[4] = value_integer((int64_t)begins.bytes);
    values_out[5] = value_text(begins);
}

static enum status look_at_place(struct store *store, struct arena *arena, struct open_cases *cases)
{
    struct value values[OPEN_VALUES];
    struct rows rows = {.count = 0};
    bool is_first = id_is_none(cases->after);
    fill_values(arena, cases->recipe, cases->place, values);
    values[OPEN_VALUES - 1] = value_id(cases->after);
    enum status status =
        store_query(store, arena, is_first ? &list_first : &list_more,
                    (struct values){values, OPEN_VALUES - (is_first ? 1 : 0)}, &rows);
    cases->count = status == STATUS_OK ? rows.count : 0;
    for (size_t i = 0; i < cases->count; i++) {
        cases->ids[i] = ((const struct id_row *)rows.items)[i].case_id;
        cases->after = cases->ids[i];
    }
    return status;
}

enum status open_cases_next(struct store *store, struct arena *arena, struct open_cases *cases)
{
    const struct workflow *workflow = cases->recipe->workflow;
    enum status status = STATUS_OK;
    cases->count = 0;
    while (status == STATUS_OK && cases->count == 0 && cases->place < (int)workflow->place_count) {
        bool is_worth_it = cases->place != WORKFLOW_START && !workflow->places[cases->place].is_end;
        status = is_worth_it ? look_at_place(store, arena, cases) : STATUS_OK;
        if (status == STATUS_OK && cases->count == 0) {
            cases->place++;
            cases->after = (struct id){0};
        }
    }
    return status;
}

enum status open_cases_count(struct store *store, struct arena *arena, const struct recipe *recipe,
                             int64_t *count_out)
{
    const struct workflow *workflow = recipe->workflow;
    enum status status = STATUS_OK;
    *count_out = 0;
    for (size_t i = 1; i < workflow->place_count && status == STATUS_OK; i++) {
        struct value values[OPEN_VALUES];
        struct count_row row = {0};
        if (workflow->places[i].is_end) {
            continue;
        }
        fill_values(arena, recipe, (int)i, values);
        status =
            store_one(store, arena, &count_open, (struct values){values, OPEN_VALUES - 1}, &row);
        *count_out += row.count;
    }
    return status;
}

/* Of a workflow that was withdrawn every version is the last one, and there is nothing to say. */
static bool has_newer(const struct catalog *catalog, const struct recipe *recipe)
{
    const struct recipe *newest = catalog_find(catalog, recipe->workflow->name, 0);
    return newest != NULL && newest->workflow->version > recipe->workflow->version;
}

static enum status say_of_all(struct store *store, struct arena *arena,
                              const struct catalog *catalog)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < catalog->recipe_count && status == STATUS_OK; i++) {
        const struct workflow *workflow = catalog->recipes[i]->workflow;
        int64_t count = 0;
        if (!has_newer(catalog, catalog->recipes[i])) {
            continue;
        }
        status = open_cases_count(store, arena, catalog->recipes[i], &count);
        if (count > 0) {
            log_line(LOG_INFO, "engine", "open cases are of an older version",
                     LOG_TEXT("workflow", workflow->name), LOG_NUMBER("version", workflow->version),
                     LOG_NUMBER("cases", count));
        }
    }
    return status;
}

enum status open_cases_say(struct store *store, const struct catalog *catalog)
{
    struct arena *arena = arena_create("open cases", SCRATCH_BYTES_MAX);
    enum status status = store_begin(store, STORE_READ);
    if (status == STATUS_OK) {
        status = say_of_all(store, arena, catalog);
        if (status == STATUS_OK) {
            status = store_commit(store);
        } else {
            store_rollback(store);
        }
    }
    arena_destroy(&arena);
    return status;
}

enum status closed_cases_count(struct store *store, struct arena *arena, struct rows *counts_out)
{
    return store_query(store, arena, &count_closed, NO_VALUES, counts_out);
}

/* ---- history ---- */

enum status past_steps(struct store *store, struct arena *arena, struct id case_id, int64_t before,
                       struct rows *steps_out)
{
    return store_query(store, arena, &list_past, VALUES(value_id(case_id), value_integer(before)),
                       steps_out);
}
