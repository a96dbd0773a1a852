/* case_history_store.c - the SQL of histories: one row for each revision of each case. */
#include "engine/run/case_store.h"

#define AT(member) .offset = offsetof(struct case_step, member)
static const struct field step_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "transition", .kind = FIELD_TEXT, AT(transition)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "person", .kind = FIELD_ID, AT(person)},
    {.name = "party", .kind = FIELD_TEXT, AT(party)},
    {.name = "changes", .kind = FIELD_TEXT, AT(changes)},
};
#undef AT
static const struct shape step_shape = {
    .name = "CaseStep",
    .fields = step_fields,
    .field_count = COUNT_OF(step_fields),
    .bytes = sizeof(struct case_step),
};

static const struct statement insert = {
    .sql = "INSERT INTO engine_history (case_id, revision, at, transition, actor, person, party,"
           " changes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .goes_along = true,
};

static const struct statement list = {
    .sql = "SELECT case_id, revision, at, transition, actor, person, party, changes"
           " FROM engine_history WHERE case_id = $1 AND revision > $2"
           " ORDER BY revision LIMIT $3",
    .gives = &step_shape,
    .rows_max = CASE_STEPS_MAX,
};

enum status case_step_keep(struct store *store, const struct case_step *step)
{
    enum status status = store_exec(store, &insert,
                                    VALUES(value_id(step->case_id), value_integer(step->revision),
                                           value_time(step->at), value_text(step->transition),
                                           value_text(step->actor), value_id(step->person),
                                           value_text(step->party), value_text(step->changes)),
                                    NULL);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status; /* somebody was at this revision */
}

enum status case_steps(struct store *store, struct arena *arena, struct id case_id, int64_t after,
                       int64_t limit, struct rows *rows_out)
{
    MUST(limit >= 1 && limit <= CASE_STEPS_MAX);
    return store_query(store, arena, &list,
                       VALUES(value_id(case_id), value_integer(after), value_integer(limit)),
                       rows_out);
}
