/* house_choice_store.c - the SQL of what was chosen for the house: one row, or none. */
#include "services/iam/house/house_choice.h"
#include "store/json_texts.h"

static const struct statement find_house = {
    .sql = "SELECT hidden, revision, changed_at FROM iam.house WHERE place = 1",
    .gives = &house_shape,
};
static const struct statement insert_house = {
    .sql = "INSERT INTO iam.house (place, hidden, revision, changed_at) VALUES (1, $1, $2, $3)"
           " ON CONFLICT (place) DO NOTHING",
};
static const struct statement update_house = {
    .sql = "UPDATE iam.house SET hidden = $1, revision = $2, changed_at = $3"
           " WHERE place = 1 AND revision = $2 - 1",
};

enum status house_find(struct store *store, struct arena *arena, struct house *house_out)
{
    enum status status = store_one(store, arena, &find_house, NO_VALUES, house_out);
    if (status == STATUS_ABSENT) {
        *house_out = (struct house){.revision = 0};
        status = STATUS_OK;
    }
    return status;
}

enum status house_keep(struct store *store, struct arena *arena, const struct house *house)
{
    const struct statement *how = house->revision == 1 ? &insert_house : &update_house;
    int64_t changed = 0;
    enum status status =
        store_exec(store, how,
                   VALUES(value_text(json_texts(arena, house->hidden)),
                          value_integer(house->revision), value_time(house->changed_at)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}
