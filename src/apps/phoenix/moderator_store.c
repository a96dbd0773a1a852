/* moderator_store.c - the rows of moderators. */
#include "apps/phoenix/moderator.h"

static const struct field moderator_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct moderator, person_id)},
};
static const struct shape moderator_shape = {
    .name = "Moderator",
    .fields = moderator_fields,
    .field_count = COUNT_OF(moderator_fields),
    .bytes = sizeof(struct moderator),
};

static const struct statement list = {
    .sql = "SELECT person_id FROM phoenix.moderator ORDER BY person_id LIMIT 500",
    .gives = &moderator_shape,
    .rows_max = MODERATORS_MAX,
};
static const struct statement keep = {
    .sql = "INSERT INTO phoenix.moderator (person_id) VALUES ($1) ON CONFLICT DO NOTHING",
};
static const struct statement drop = {
    .sql = "DELETE FROM phoenix.moderator WHERE person_id = $1",
};

enum status moderator_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

enum status moderator_keep(struct store *store, struct id person)
{
    return store_exec(store, &keep, VALUES(value_id(person)), NULL);
}

enum status moderator_drop(struct store *store, struct id person)
{
    return store_exec(store, &drop, VALUES(value_id(person)), NULL);
}
