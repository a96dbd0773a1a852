/* role_store.c - the SQL of roles. */
#include "services/iam/roles/role.h"
#include "store/json_texts.h"

enum { ROLES_MAX = 500 };

#define COLUMNS "name, meaning, permissions, participants, revision, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.role WHERE name = $1",
    .gives = &role_shape,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.role ORDER BY name LIMIT 500",
    .gives = &role_shape,
    .rows_max = ROLES_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.role (name, meaning, permissions, participants, revision, changed_at)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING",
};

static const struct statement update = {
    .sql = "UPDATE iam.role SET meaning = $3, permissions = $4, participants = $5, revision = $6,"
           " changed_at = $7 WHERE name = $1 AND revision = $2",
};

static const struct statement forget = {.sql = "DELETE FROM iam.role WHERE name = $1"};

enum status role_find(struct store *store, struct arena *arena, struct text name,
                      struct role *role_out)
{
    return store_one(store, arena, &find, VALUES(value_text(name)), role_out);
}

enum status role_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

enum status role_insert(struct store *store, struct arena *arena, const struct role *role)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_text(role->name), value_text(role->meaning),
                          value_text(json_texts(arena, role->permissions)),
                          value_text(json_texts(arena, role->participants)),
                          value_integer(role->revision), value_time(role->changed_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status role_update(struct store *store, struct arena *arena, const struct role *role)
{
    int64_t updated = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_text(role->name), value_integer(role->revision - 1), value_text(role->meaning),
               value_text(json_texts(arena, role->permissions)),
               value_text(json_texts(arena, role->participants)), value_integer(role->revision),
               value_time(role->changed_at)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status role_delete(struct store *store, struct text name)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &forget, VALUES(value_text(name)), &deleted);
    return status == STATUS_OK && deleted == 0 ? STATUS_ABSENT : status;
}
