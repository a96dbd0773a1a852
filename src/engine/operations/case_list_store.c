/* case_list_store.c - the SQL of lists of cases. */
#include "engine/operations/case_list_store.h"

struct listed {
    struct id case_id;
};

static const struct field listed_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, .offset = offsetof(struct listed, case_id)},
};
static const struct shape listed_shape = {
    .name = "ListedCase",
    .fields = listed_fields,
    .field_count = COUNT_OF(listed_fields),
    .bytes = sizeof(struct listed),
};

struct counted {
    int64_t count;
};

static const struct field counted_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape counted_shape = {
    .name = "CountedCases",
    .fields = counted_fields,
    .field_count = COUNT_OF(counted_fields),
    .bytes = sizeof(struct counted),
};

#define OF_SOURCE " FROM engine_found_by WHERE workflow = $1 AND key = $2 AND value = $3"

static const struct statement oldest = {
    .sql = "SELECT case_id" OF_SOURCE " ORDER BY case_id LIMIT 100",
    .gives = &listed_shape,
    .rows_max = CASE_LIST_PIECE,
};
static const struct statement older_than = {
    .sql = "SELECT case_id" OF_SOURCE " AND case_id > $4 ORDER BY case_id LIMIT 100",
    .gives = &listed_shape,
    .rows_max = CASE_LIST_PIECE,
};
static const struct statement newest = {
    .sql = "SELECT case_id" OF_SOURCE " ORDER BY case_id DESC LIMIT 100",
    .gives = &listed_shape,
    .rows_max = CASE_LIST_PIECE,
};
static const struct statement newer_than = {
    .sql = "SELECT case_id" OF_SOURCE " AND case_id < $4 ORDER BY case_id DESC LIMIT 100",
    .gives = &listed_shape,
    .rows_max = CASE_LIST_PIECE,
};
static const struct statement count = {
    .sql = "SELECT count(*) AS count FROM (SELECT 1 AS one" OF_SOURCE " LIMIT 10001) AS found",
    .gives = &counted_shape,
};

enum status case_source_look(struct store *store, struct arena *arena, struct case_source *source)
{
    struct rows rows = {.count = 0};
    if (source->next < source->count || source->is_over) {
        return STATUS_OK;
    }
    bool is_first = id_is_none(source->after);
    const struct value values[] = {value_text(source->workflow), value_text(source->key),
                                   value_text(source->value), value_id(source->after)};
    const struct statement *statement = source->is_newest_first
                                            ? (is_first ? &newest : &newer_than)
                                            : (is_first ? &oldest : &older_than);
    enum status status =
        store_query(store, arena, statement, (struct values){values, is_first ? 3 : 4}, &rows);
    source->next = 0;
    source->count = status == STATUS_OK ? rows.count : 0;
    for (size_t i = 0; i < source->count; i++) {
        source->ids[i] = ((const struct listed *)rows.items)[i].case_id;
        source->after = source->ids[i];
    }
    source->is_over = source->count == 0;
    return status;
}

enum status case_source_count(struct store *store, struct arena *arena,
                              const struct case_source *source, int64_t *count_out)
{
    struct counted counted = {.count = 0};
    enum status status = store_one(
        store, arena, &count,
        VALUES(value_text(source->workflow), value_text(source->key), value_text(source->value)),
        &counted);
    *count_out = counted.count;
    return status;
}
