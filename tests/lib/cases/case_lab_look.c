/* case_lab_look.c - what the rows of the newest case say, in one line each. */
#include "tests/lib/cases/case_lab.h"

#include <string.h>

struct line {
    struct text text;
};
static const struct field line_fields[] = {
    {.name = "text", .kind = FIELD_TEXT, .offset = offsetof(struct line, text)}};
static const struct shape line_shape = {
    .name = "Line", .fields = line_fields, .field_count = 1, .bytes = sizeof(struct line)};

/* All of them with ", " between; {case} is $1. In memory of the test. */
static struct text lines_of(const struct statement *statement, bool of_case)
{
    struct rows rows;
    struct text all = TEXT("");
    CHECK_STATUS(store_begin(lab.store, STORE_READ), STATUS_OK);
    const struct value id = value_id(lab.case_id);
    CHECK_STATUS(store_query(lab.store, lab.arena, statement,
                             of_case ? (struct values){&id, 1} : NO_VALUES, &rows),
                 STATUS_OK);
    CHECK_STATUS(store_commit(lab.store), STATUS_OK);
    for (size_t i = 0; i < rows.count; i++) {
        all = text_format(lab.arena, "%.*s%s%.*s", TEXT_ARGS(all), i > 0 ? ", " : "",
                          TEXT_ARGS(((const struct line *)rows.items)[i].text));
    }
    return all;
}

#define LINES(function, query, is_of_case)                                                         \
    struct text function(void)                                                                     \
    {                                                                                              \
        static const struct statement statement = {                                                \
            .sql = query, .gives = &line_shape, .rows_max = 10000};                                \
        return lines_of(&statement, is_of_case);                                                   \
    }

LINES(lab_places, "SELECT places AS text FROM engine_case WHERE id = $1", true)
LINES(lab_fields, "SELECT fields AS text FROM engine_case WHERE id = $1", true)
LINES(lab_previous, "SELECT coalesce(previous, 'null') AS text FROM engine_case WHERE id = $1",
      true)
LINES(lab_memory, "SELECT stages AS text FROM engine_case WHERE id = $1", true)
LINES(lab_revision, "SELECT CAST(revision AS TEXT) AS text FROM engine_case WHERE id = $1", true)
LINES(lab_is_open,
      "SELECT CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END AS text"
      " FROM engine_case WHERE id = $1",
      true)
/* "work asked 1 2": name, state, visit, attempt */
LINES(lab_stages,
      "SELECT stage || ' ' || state || ' ' || CAST(visit AS TEXT) || ' ' ||"
      " CAST(attempt AS TEXT) AS text FROM engine_stage WHERE case_id = $1 ORDER BY stage",
      true)
LINES(lab_handed, "SELECT handed AS text FROM engine_stage WHERE case_id = $1 ORDER BY stage", true)
LINES(lab_reasons,
      "SELECT coalesce(reason, 'null') AS text FROM engine_stage WHERE case_id = $1"
      " ORDER BY stage",
      true)
/* "1 begin anna" */
LINES(lab_history,
      "SELECT CAST(revision AS TEXT) || ' ' || transition || ' ' || actor AS text"
      " FROM engine_history WHERE case_id = $1 ORDER BY revision",
      true)
LINES(lab_changes,
      "SELECT changes AS text FROM engine_history WHERE case_id = $1 ORDER BY revision", true)
/* "forgotten 1000": whatever the case */
LINES(lab_timers,
      "SELECT substr(subject, 38) || ' ' || CAST(due_at AS TEXT) AS text FROM later_timer"
      " ORDER BY subject",
      false)
LINES(lab_told,
      "SELECT name AS text FROM journal WHERE kind = 'event' AND name <> 'house.case_changed'"
      " ORDER BY told_at, id",
      false)
LINES(lab_told_data,
      "SELECT data AS text FROM journal WHERE kind = 'event' AND name <> 'house.case_changed'"
      " ORDER BY told_at, id",
      false)
LINES(lab_changed,
      "SELECT data AS text FROM journal WHERE kind = 'event' AND name = 'house.case_changed'"
      " ORDER BY told_at, id",
      false)
LINES(lab_commands,
      "SELECT addressee || ' ' || name || ' ' || data AS text FROM journal"
      " WHERE kind = 'command' ORDER BY told_at, id",
      false)
LINES(lab_notes, "SELECT word AS text FROM note ORDER BY number", false)
LINES(lab_operations,
      "SELECT name || ' ' || status AS text FROM engine_operation WHERE case_id = $1"
      " ORDER BY id",
      true)
LINES(lab_found_by,
      "SELECT key || ' ' || value AS text FROM engine_found_by WHERE case_id = $1"
      " ORDER BY key, value",
      true)
LINES(lab_cases,
      "SELECT workflow || ' ' || CAST(version AS TEXT) || ' ' || places AS text"
      " FROM engine_case ORDER BY id",
      false)
LINES(lab_early,
      "SELECT transition || ' ' || event || ' ' || data AS text FROM engine_early"
      " ORDER BY came_at, message, transition",
      false)
LINES(lab_left,
      "SELECT what || ' ' || CAST(count(*) AS TEXT) AS text FROM ("
      "SELECT 'case' AS what FROM engine_case WHERE id = $1"
      " UNION ALL SELECT 'early' FROM engine_early WHERE case_id = $1"
      " UNION ALL SELECT 'file' FROM engine_file WHERE case_id = $1"
      " UNION ALL SELECT 'found_by' FROM engine_found_by WHERE case_id = $1"
      " UNION ALL SELECT 'history' FROM engine_history WHERE case_id = $1"
      " UNION ALL SELECT 'late' FROM engine_late WHERE case_id = $1"
      " UNION ALL SELECT 'operation' FROM engine_operation WHERE case_id = $1"
      " UNION ALL SELECT 'stage' FROM engine_stage WHERE case_id = $1"
      " UNION ALL SELECT 'trigger' FROM engine_trigger WHERE case_id = $1"
      ") AS left_over GROUP BY what ORDER BY what",
      true)
LINES(lab_parked, "SELECT handler || ' ' || reason AS text FROM parked ORDER BY number", false)

bool lab_has(struct text text, const char *part)
{
    return text.data != NULL && memmem(text.data, text.bytes, part, strlen(part)) != NULL;
}
