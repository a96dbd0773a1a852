/* trigger_store.c - the SQL of triggers and notices. */
#include "engine/triggers/trigger_store.h"

static const int64_t kept_ms = (int64_t)30 * 24 * 60 * 60 * 1000;

#define AT(member) .offset = offsetof(struct trigger_row, member)
static const struct field trigger_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "state", .kind = FIELD_OBJECT, AT(state)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
#undef AT
static const struct shape trigger_shape = {
    .name = "TriggerRow",
    .fields = trigger_fields,
    .field_count = COUNT_OF(trigger_fields),
    .bytes = sizeof(struct trigger_row),
};

#define AT(member) .offset = offsetof(struct notice_row, member)
static const struct field notice_fields[] = {
    {.name = "source", .kind = FIELD_TEXT, AT(source)},
    {.name = "id", .kind = FIELD_TEXT, AT(id)},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind)},
    {.name = "outcome", .kind = FIELD_TEXT, AT(outcome)},
    {.name = "came_at", .kind = FIELD_TIME, AT(came_at)},
};
#undef AT
static const struct shape notice_shape = {
    .name = "NoticeRow",
    .fields = notice_fields,
    .field_count = COUNT_OF(notice_fields),
    .bytes = sizeof(struct notice_row),
};

static const struct statement find_trigger = {
    .sql = "SELECT case_id, kind, revision, state, changed_at FROM engine_trigger"
           " WHERE case_id = $1 AND kind = $2",
    .gives = &trigger_shape,
};
static const struct statement insert_trigger = {
    .sql = "INSERT INTO engine_trigger (case_id, kind, revision, state, changed_at)"
           " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
};
static const struct statement update_trigger = {
    .sql = "UPDATE engine_trigger SET revision = $3, state = $4, changed_at = $5"
           " WHERE case_id = $1 AND kind = $2 AND revision = $6",
};

static const struct statement find_notice = {
    .sql = "SELECT source, id, case_id, kind, outcome, came_at FROM engine_notice"
           " WHERE source = $1 AND id = $2",
    .gives = &notice_shape,
};
static const struct statement insert_notice = {
    .sql = "INSERT INTO engine_notice (source, id, case_id, kind, outcome, came_at)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
};
static const struct statement forget_notices = {
    .sql = "DELETE FROM engine_notice WHERE (source, id) IN (SELECT source, id FROM engine_notice"
           " WHERE came_at < $1 ORDER BY came_at LIMIT 10)",
};

enum status trigger_find(struct store *store, struct arena *arena, struct id case_id,
                         struct text kind, struct trigger_row *row_out)
{
    return store_one(store, arena, &find_trigger, VALUES(value_id(case_id), value_text(kind)),
                     row_out);
}

enum status trigger_put(struct store *store, const struct trigger_row *row)
{
    int64_t changed = 0;
    MUST(row->revision >= 1);
    const struct value values[] = {value_id(row->case_id),       value_text(row->kind),
                                   value_integer(row->revision), value_text(row->state),
                                   value_time(row->changed_at),  value_integer(row->revision - 1)};
    bool is_first = row->revision == 1;
    enum status status = store_exec(store, is_first ? &insert_trigger : &update_trigger,
                                    (struct values){values, is_first ? 5 : 6}, &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status notice_find(struct store *store, struct arena *arena, struct text source,
                        struct text id, struct notice_row *row_out)
{
    return store_one(store, arena, &find_notice, VALUES(value_text(source), value_text(id)),
                     row_out);
}

enum status notice_keep(struct store *store, const struct notice_row *row)
{
    int64_t inserted = 0;
    enum status status = store_exec(store, &insert_notice,
                                    VALUES(value_text(row->source), value_text(row->id),
                                           value_id(row->case_id), value_text(row->kind),
                                           value_text(row->outcome), value_time(row->came_at)),
                                    &inserted);
    if (status == STATUS_OK && inserted == 0) {
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? store_exec(store, &forget_notices,
                                            VALUES(value_integer(row->came_at - kept_ms)), NULL)
                               : status;
}
