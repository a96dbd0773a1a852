/* forget_store.c - the SQL of forgetting. */
#include "engine/forget/forget_store.h"

#include "base/must.h"

static const struct statement delete_case = {
    .sql = "DELETE FROM engine_case WHERE id = $1 AND revision = $2",
};

#define OF_CASE(table)                                                                             \
    {                                                                                              \
        .sql = "DELETE FROM " table " WHERE case_id = $1"                                          \
    }
/* Each has an index that begins with the case. */
static const struct statement beside[] = {
    OF_CASE("engine_history"), OF_CASE("engine_operation"), OF_CASE("engine_stage"),
    OF_CASE("engine_trigger"), OF_CASE("engine_late"),      OF_CASE("engine_early"),
};

enum status forget_case_row(struct store *store, const struct case_record *record)
{
    int64_t deleted = 0;
    enum status status =
        store_exec(store, &delete_case,
                   VALUES(value_id(record->id), value_integer(record->revision)), &deleted);
    return status == STATUS_OK && deleted == 0 ? STATUS_CONFLICT : status;
}

enum status forget_rows_beside(struct store *store, struct id case_id)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < COUNT_OF(beside) && status == STATUS_OK; i++) {
        status = store_exec(store, &beside[i], VALUES(value_id(case_id)), NULL);
    }
    return status;
}
