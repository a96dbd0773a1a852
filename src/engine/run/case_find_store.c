/* case_find_store.c - the SQL of looking for cases. */
#include "engine/run/case_find_store.h"

#include "engine/cases.h"

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

/* ---- all ---- */

static const struct field all_fields[] = {{.name = "id", .kind = FIELD_ID, .offset = 0}};
static const struct shape all_shape = {
    .name = "CaseId",
    .fields = all_fields,
    .field_count = COUNT_OF(all_fields),
    .bytes = sizeof(struct id),
};
static const struct statement all_first = {
    .sql = "SELECT id FROM engine_case ORDER BY id LIMIT 100",
    .gives = &all_shape,
    .rows_max = CASE_IDS_MAX,
};
static const struct statement all_more = {
    .sql = "SELECT id FROM engine_case WHERE id > $1 ORDER BY id LIMIT 100",
    .gives = &all_shape,
    .rows_max = CASE_IDS_MAX,
};

enum status case_find_all(struct store *store, struct arena *arena, struct id after,
                          struct rows *rows_out)
{
    return id_is_none(after)
               ? store_query(store, arena, &all_first, NO_VALUES, rows_out)
               : store_query(store, arena, &all_more, VALUES(value_id(after)), rows_out);
}
