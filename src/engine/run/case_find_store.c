/* case_find_store.c - the SQL of looking for cases. */
#include "engine/run/case_find_store.h"

struct found {
    struct id case_id;
};

static const struct field found_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, .offset = offsetof(struct found, case_id)},
};
static const struct shape found_shape = {
    .name = "FoundCase",
    .fields = found_fields,
    .field_count = COUNT_OF(found_fields),
    .bytes = sizeof(struct found),
};

static const struct statement first = {
    .sql = "SELECT case_id FROM engine_found_by WHERE workflow = $1 AND key = $2 AND value = $3"
           " ORDER BY case_id LIMIT 200",
    .gives = &found_shape,
    .rows_max = CASE_FIND_PIECE,
};

static const struct statement more = {
    .sql = "SELECT case_id FROM engine_found_by WHERE workflow = $1 AND key = $2 AND value = $3"
           " AND case_id > $4 ORDER BY case_id LIMIT 200",
    .gives = &found_shape,
    .rows_max = CASE_FIND_PIECE,
};

enum status case_find_more(struct store *store, struct arena *arena, struct case_finding *finding)
{
    struct rows rows = {.count = 0};
    bool is_first = id_is_none(finding->after);
    const struct value values[] = {value_text(finding->workflow), value_text(finding->key),
                                   value_text(finding->value), value_id(finding->after)};
    enum status status = store_query(store, arena, is_first ? &first : &more,
                                     (struct values){values, is_first ? 3 : 4}, &rows);
    finding->count = status == STATUS_OK ? rows.count : 0;
    for (size_t i = 0; i < finding->count; i++) {
        finding->ids[i] = ((const struct found *)rows.items)[i].case_id;
        finding->after = finding->ids[i];
    }
    return status;
}
