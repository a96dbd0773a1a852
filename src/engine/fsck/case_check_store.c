/* case_check_store.c - the SQL of the checks of cases. */
#include "engine/fsck/case_check_store.h"

#include "engine/run/case_store.h"

#define AT(member) .offset = offsetof(struct walked_row, member)
static const struct field walked_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "places", .kind = FIELD_TEXT, AT(places)},
    {.name = "stages", .kind = FIELD_TEXT, AT(stages)},
    {.name = "fields", .kind = FIELD_TEXT, AT(fields)},
    {.name = "open_key", .kind = FIELD_TEXT, AT(open_key)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at)},
    {.name = "operation", .kind = FIELD_ID, AT(operation)},
};
#undef AT
static const struct shape walked_shape = {
    .name = "WalkedCase",
    .fields = walked_fields,
    .field_count = COUNT_OF(walked_fields),
    .bytes = sizeof(struct walked_row),
};

static const struct field checked_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct checked_row, id)},
    {.name = "what", .kind = FIELD_TEXT, .offset = offsetof(struct checked_row, what)},
};
static const struct shape checked_shape = {
    .name = "CheckedRow",
    .fields = checked_fields,
    .field_count = COUNT_OF(checked_fields),
    .bytes = sizeof(struct checked_row),
};

struct number {
    int64_t number;
};
static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct number, number)},
};
static const struct shape number_shape = {
    .name = "Number",
    .fields = number_fields,
    .field_count = COUNT_OF(number_fields),
    .bytes = sizeof(struct number),
};

/* ---- pages of cases ---- */

#define PAGE(condition)                                                                            \
    {                                                                                              \
        .sql = "SELECT id, workflow, version, revision, places, stages, fields, open_key,"         \
               " closed_at, operation FROM engine_case WHERE id < $1 AND " condition               \
               " ORDER BY id DESC LIMIT 100",                                                      \
        .gives = &walked_shape, .rows_max = WALK_PIECE,                                            \
    }

static const struct statement list_open = PAGE("closed_at IS NULL");
static const struct statement list_closed = PAGE("closed_at IS NOT NULL");
/* The text is written by this program alone: without spaces. */
static const struct statement list_waiting = PAGE("replace(stages, '\"waiting\":[]', '') = stages");

enum status check_list_open(struct store *store, struct arena *arena, struct id before,
                            struct rows *rows_out)
{
    return store_query(store, arena, &list_open, VALUES(value_id(before)), rows_out);
}

enum status check_list_closed(struct store *store, struct arena *arena, struct id before,
                              struct rows *rows_out)
{
    return store_query(store, arena, &list_closed, VALUES(value_id(before)), rows_out);
}

enum status check_list_waiting(struct store *store, struct arena *arena, struct id before,
                               struct rows *rows_out)
{
    return store_query(store, arena, &list_waiting, VALUES(value_id(before)), rows_out);
}

/* ---- what does not agree ---- */

#define CHECKED(text)                                                                              \
    {                                                                                              \
        .sql = text " LIMIT 1000", .gives = &checked_shape, .rows_max = CHECK_IDS_MAX,             \
    }

/* One row for each revision from 1 on: as many as the newest says, and none beyond. */
static const struct statement broken_histories =
    CHECKED("SELECT c.id AS id, c.workflow AS what FROM engine_case AS c WHERE c.revision <>"
            " (SELECT count(*) FROM engine_history AS h WHERE h.case_id = c.id)"
            " OR NOT EXISTS (SELECT 1 FROM engine_history AS h WHERE h.case_id = c.id"
            " AND h.revision = c.revision)"
            " OR EXISTS (SELECT 1 FROM engine_history AS h WHERE h.case_id = c.id"
            " AND (h.revision > c.revision OR h.revision < 1))");

/* Every row begins with {"places":[...], the places the step has left. */
static const struct statement strange_histories =
    CHECKED("SELECT c.id AS id, c.workflow AS what FROM engine_case AS c"
            " JOIN engine_history AS h ON h.case_id = c.id AND h.revision = c.revision"
            " WHERE substr(h.changes, 11, length(c.places)) <> c.places");

static const struct statement lost_histories =
    CHECKED("SELECT DISTINCT h.case_id AS id, h.transition AS what FROM engine_history AS h"
            " WHERE h.revision = 1"
            " AND NOT EXISTS (SELECT 1 FROM engine_case AS c WHERE c.id = h.case_id)");

/* Of a case that was forgotten nothing is left. What has failed to begin is of no case. */
static const struct statement lost_rows =
    CHECKED("SELECT DISTINCT r.case_id AS id, r.what AS what FROM ("
            "SELECT case_id, 'engine_operation' AS what FROM engine_operation"
            " WHERE status <> 'failed'"
            " UNION ALL SELECT case_id, 'engine_late' FROM engine_late"
            " UNION ALL SELECT case_id, 'engine_trigger' FROM engine_trigger"
            " UNION ALL SELECT case_id, 'engine_file' FROM engine_file) AS r"
            " WHERE NOT EXISTS (SELECT 1 FROM engine_case AS c WHERE c.id = r.case_id)");

/* A place stands in quotes in `places`, a key as "key":value in `fields`; what is long is kept as
 * its hash, which begins with a # as no JSON does, and is looked for in the other direction only.
 */
static const struct statement stale_words =
    CHECKED("SELECT f.case_id AS id, f.key || '=' || f.value AS what FROM engine_found_by AS f"
            " LEFT JOIN engine_case AS c ON c.id = f.case_id WHERE c.id IS NULL"
            " OR c.workflow <> f.workflow"
            " OR (f.key = '@' AND replace(c.places, '\"' || f.value || '\"', '') = c.places)"
            " OR (f.key <> '@' AND substr(f.value, 1, 1) <> '#'"
            " AND replace(c.fields, '\"' || f.key || '\":' || f.value, '') = c.fields)");

/* What could not be taken back is an incident that the case does not wait for. Of cases that wait
 * for something the walk looks for what. */
static const struct statement unwaited_stages =
    CHECKED("SELECT s.case_id AS id, s.stage AS what FROM engine_stage AS s"
            " LEFT JOIN engine_case AS c ON c.id = s.case_id WHERE c.id IS NULL"
            " OR (s.state <> 'incident' AND replace(c.stages, '\"waiting\":[]', '') <> c.stages)");

static const struct statement endless_operations =
    CHECKED("SELECT o.id AS id, o.name AS what FROM engine_operation AS o"
            " LEFT JOIN engine_case AS c ON c.id = o.case_id"
            " WHERE o.finished_at IS NULL AND (c.id IS NULL OR c.closed_at IS NOT NULL)");

static const struct statement lost_operations =
    CHECKED("SELECT o.id AS id, o.name AS what FROM engine_operation AS o"
            " JOIN engine_case AS c ON c.id = o.case_id"
            " WHERE o.finished_at IS NULL AND c.closed_at IS NULL"
            " AND (c.operation IS NULL OR c.operation <> o.id)");

static const struct statement awaited_operations =
    CHECKED("SELECT c.id AS id, c.workflow AS what FROM engine_case AS c"
            " WHERE c.operation IS NOT NULL AND NOT EXISTS (SELECT 1 FROM engine_operation AS o"
            " WHERE o.id = c.operation AND o.case_id = c.id AND o.finished_at IS NULL)");

static const struct statement twice_open =
    CHECKED("SELECT c.id AS id, c.open_key AS what FROM engine_case AS c"
            " WHERE c.open_key IS NOT NULL AND EXISTS (SELECT 1 FROM engine_case AS o"
            " WHERE o.workflow = c.workflow AND o.open_key = c.open_key AND o.id <> c.id)");

static const struct statement lost_definitions =
    CHECKED("SELECT c.id AS id, c.workflow || ' version ' || CAST(c.version AS text) AS what"
            " FROM engine_case AS c WHERE c.closed_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM engine_definition AS d"
            " WHERE d.workflow = c.workflow AND d.version = c.version)");

static const struct statement lost_early =
    CHECKED("SELECT e.case_id AS id, e.event AS what FROM engine_early AS e"
            " LEFT JOIN engine_case AS c ON c.id = e.case_id"
            " WHERE c.id IS NULL OR c.closed_at IS NOT NULL");

#define ASKS(function, statement)                                                                  \
    enum status function(struct store *store, struct arena *arena, struct rows *rows_out)          \
    {                                                                                              \
        return store_query(store, arena, &(statement), NO_VALUES, rows_out);                       \
    }
ASKS(check_broken_histories, broken_histories)
ASKS(check_strange_histories, strange_histories)
ASKS(check_lost_histories, lost_histories)
ASKS(check_lost_rows, lost_rows)
ASKS(check_stale_words, stale_words)
ASKS(check_unwaited_stages, unwaited_stages)
ASKS(check_lost_early, lost_early)
ASKS(check_endless_operations, endless_operations)
ASKS(check_lost_operations, lost_operations)
ASKS(check_awaited_operations, awaited_operations)
ASKS(check_twice_open, twice_open)
ASKS(check_lost_definitions, lost_definitions)

/* ---- is it there? ---- */

static const struct statement has_word = {
    .sql = "SELECT count(*) AS number FROM engine_found_by WHERE workflow = $1 AND key = $2"
           " AND value = $3 AND case_id = $4",
    .gives = &number_shape,
};
static const struct statement has_timer = {
    /* Or it has rung, and is tried again. */
    .sql = "SELECT (SELECT count(*) FROM later_timer WHERE name = 'case_timer' AND subject = $1) +"
           " (SELECT count(*) FROM parked WHERE handler = 'case_timer' AND subject = $1) AS number",
    .gives = &number_shape,
};
static const struct statement has_errand = {
    .sql = "SELECT count(*) AS number FROM errand WHERE id = $1",
    .gives = &number_shape,
};

static enum status has(struct store *store, struct arena *arena, const struct statement *statement,
                       struct values values, bool *has_out)
{
    struct number found = {0};
    enum status status = store_one(store, arena, statement, values, &found);
    *has_out = found.number > 0;
    return status;
}

enum status check_has_word(struct store *store, struct arena *arena, const struct found_word *word,
                           bool *has_out)
{
    return has(store, arena, &has_word,
               VALUES(value_text(word->workflow), value_text(word->key), value_text(word->value),
                      value_id(word->case_id)),
               has_out);
}

enum status check_has_timer(struct store *store, struct arena *arena, struct text subject,
                            bool *has_out)
{
    return has(store, arena, &has_timer, VALUES(value_text(subject)), has_out);
}

enum status check_has_errand(struct store *store, struct arena *arena, struct id errand,
                             bool *has_out)
{
    return has(store, arena, &has_errand, VALUES(value_id(errand)), has_out);
}
