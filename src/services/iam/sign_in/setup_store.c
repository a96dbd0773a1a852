/* setup_store.c - the SQL of the first owner: one row, for ever. */
#include "services/iam/sign_in/setup.h"

struct setup_row {
    struct id person_id;
};

static const struct field setup_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct setup_row, person_id)},
};
static const struct shape setup_shape = {
    .name = "SetupRow",
    .fields = setup_fields,
    .field_count = COUNT_OF(setup_fields),
    .bytes = sizeof(struct setup_row),
};

static const struct statement find = {
    .sql = "SELECT person_id FROM iam.setup WHERE place = 1",
    .gives = &setup_shape,
};

static const struct statement take = {
    .sql = "INSERT INTO iam.setup (place, person_id, done_at) VALUES (1, $1, $2)"
           " ON CONFLICT (place) DO NOTHING",
};

enum status setup_is_taken(struct store *store, struct arena *arena, bool *taken_out)
{
    struct setup_row row;
    enum status status = store_one(store, arena, &find, NO_VALUES, &row);
    *taken_out = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status setup_take(struct store *store, struct id person, int64_t now_ms)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &take, VALUES(value_id(person), value_time(now_ms)), &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}
