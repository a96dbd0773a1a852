/* definition_lost_store.c - looks for open cases without a definition, place by place. */
#include "engine/recipe/definition_lost_store.h"

#include "engine/run/case_store.h"

struct name {
    struct text name;
};
static const struct field name_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct name, name)},
};
static const struct shape name_shape = {
    .name = "Name",
    .fields = name_fields,
    .field_count = COUNT_OF(name_fields),
    .bytes = sizeof(struct name),
};

#define AT(member) .offset = offsetof(struct lost_definition, member)
static const struct field lost_fields[] = {
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "cases", .kind = FIELD_INTEGER, AT(cases)},
};
#undef AT
static const struct shape lost_shape = {
    .name = "LostDefinition",
    .fields = lost_fields,
    .field_count = COUNT_OF(lost_fields),
    .bytes = sizeof(struct lost_definition),
};

/* One step along the key of the table each: what lies between is not read. */
static const struct statement next_workflow = {
    .sql = "SELECT workflow AS name FROM engine_found_by WHERE workflow > $1"
           " ORDER BY workflow LIMIT 1",
    .gives = &name_shape,
};

static const struct statement next_place = {
    .sql = "SELECT value AS name FROM engine_found_by WHERE workflow = $1 AND key = $2"
           " AND value > $3 ORDER BY value LIMIT 1",
    .gives = &name_shape,
};

static const struct statement lost_there = {
    .sql = "SELECT c.workflow AS workflow, c.version AS version, count(*) AS cases"
           " FROM engine_found_by AS f JOIN engine_case AS c ON c.id = f.case_id"
           " WHERE f.workflow = $1 AND f.key = $2 AND f.value = $3 AND c.closed_at IS NULL"
           " AND NOT EXISTS (SELECT 1 FROM engine_definition AS d"
           " WHERE d.workflow = c.workflow AND d.version = c.version)"
           " GROUP BY c.workflow, c.version ORDER BY c.version",
    .gives = &lost_shape,
    .rows_max = LOST_DEFINITIONS_MAX,
};

/* A case in two places is counted at both: at least so many are open. */
static void add(struct lost_definitions *lost, const struct lost_definition *one)
{
    for (size_t i = 0; i < lost->count; i++) {
        struct lost_definition *known = &lost->items[i];
        if (text_equals(known->workflow, one->workflow) && known->version == one->version) {
            known->cases = one->cases > known->cases ? one->cases : known->cases;
            return;
        }
    }
    if (lost->count < LOST_DEFINITIONS_MAX) {
        lost->items[lost->count++] = *one;
    }
}

struct looking {
    struct store *store;
    struct arena *arena;
    is_end_fn *is_end;
    const void *context;
    struct lost_definitions *lost;
};

static enum status look_at(const struct looking *looking, struct text workflow, struct text place)
{
    struct rows rows = {.count = 0};
    if (looking->is_end(looking->context, workflow, place)) {
        return STATUS_OK;
    }
    enum status status = store_query(
        looking->store, looking->arena, &lost_there,
        VALUES(value_text(workflow), value_text(case_found_by_place), value_text(place)), &rows);
    const struct lost_definition *found = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        add(looking->lost, &found[i]);
    }
    return status;
}

/* ABSENT, as it ends: there is no further place. */
static enum status look_at_all_of(const struct looking *looking, struct text workflow)
{
    struct name place = {TEXT("")};
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        status = store_one(
            looking->store, looking->arena, &next_place,
            VALUES(value_text(workflow), value_text(case_found_by_place), value_text(place.name)),
            &place);
        if (status == STATUS_OK) {
            status = look_at(looking, workflow, place.name);
        }
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status definition_lost(struct store *store, struct arena *arena, is_end_fn *is_end,
                            const void *context, struct lost_definitions *lost_out)
{
    struct name workflow = {TEXT("")};
    const struct looking looking = {store, arena, is_end, context, lost_out};
    enum status status = STATUS_OK;
    lost_out->count = 0;
    while (status == STATUS_OK) {
        status =
            store_one(store, arena, &next_workflow, VALUES(value_text(workflow.name)), &workflow);
        if (status == STATUS_OK) {
            status = look_at_all_of(&looking, workflow.name);
        }
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}
