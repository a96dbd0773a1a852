/* casebook_store.c - the SQL of lists of cases. */
#include "engine/casebook/casebook_store.h"

#include "engine/run/case_store.h"

const struct id id_largest = {.bytes = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};

#define AT(member) .offset = offsetof(struct case_entry, member)
static const struct field entry_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "places", .kind = FIELD_TEXTS, AT(places), .meaning = "Where it is"},
    {.name = "incidents",
     .kind = FIELD_INTEGER,
     AT(incidents),
     .meaning = "Stages that have failed for good and wait for a person"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "opened_at", .kind = FIELD_TIME, AT(opened_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at), .meaning = "null: it is open"},
};
#undef AT
const struct shape case_entry_shape = {
    .name = "CaseEntry",
    .fields = entry_fields,
    .field_count = COUNT_OF(entry_fields),
    .bytes = sizeof(struct case_entry),
};

#define COLUMNS                                                                                    \
    "SELECT c.id AS case_id, c.workflow, c.version, c.places, (SELECT count(*) FROM engine_stage " \
    "s"                                                                                            \
    " WHERE s.case_id = c.id AND s.state = 'incident') AS incidents, c.revision, c.opened_at,"     \
    " c.changed_at, c.closed_at"

static const struct statement list = {
    .sql = COLUMNS " FROM engine_case c WHERE c.id < $1 ORDER BY c.id DESC LIMIT 200",
    .gives = &case_entry_shape,
    .rows_max = CASEBOOK_PIECE,
};

/* The index of incidents holds only these, so it is read in whole. */
static const struct statement list_incidents = {
    .sql = COLUMNS " FROM engine_case c WHERE c.id IN (SELECT case_id FROM engine_stage"
                   " WHERE state = 'incident' AND case_id < $1) ORDER BY c.id DESC LIMIT 200",
    .gives = &case_entry_shape,
    .rows_max = CASEBOOK_PIECE,
};

static const struct statement list_place = {
    .sql = COLUMNS " FROM engine_found_by f JOIN engine_case c ON c.id = f.case_id"
                   " WHERE f.workflow = $1 AND f.key = $2 AND f.value = $3 AND f.case_id < $4"
                   " ORDER BY f.case_id DESC LIMIT 200",
    .gives = &case_entry_shape,
    .rows_max = CASEBOOK_PIECE,
};

static const struct statement find = {
    .sql = COLUMNS " FROM engine_case c WHERE c.id = $1",
    .gives = &case_entry_shape,
};

enum status casebook_list(struct store *store, struct arena *arena, struct id before,
                          struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(before)), rows_out);
}

enum status casebook_list_incidents(struct store *store, struct arena *arena, struct id before,
                                    struct rows *rows_out)
{
    return store_query(store, arena, &list_incidents, VALUES(value_id(before)), rows_out);
}

enum status casebook_list_place(struct store *store, struct arena *arena,
                                const struct casebook_place *place, struct id before,
                                struct rows *rows_out)
{
    return store_query(store, arena, &list_place,
                       VALUES(value_text(place->workflow), value_text(case_found_by_place),
                              value_text(place->place), value_id(before)),
                       rows_out);
}

enum status casebook_find(struct store *store, struct arena *arena, struct id case_id,
                          struct case_entry *entry_out)
{
    return store_one(store, arena, &find, VALUES(value_id(case_id)), entry_out);
}
