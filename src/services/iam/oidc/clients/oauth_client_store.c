/* oauth_client_store.c - the SQL of programs that let people sign in here. */
#include "services/iam/oidc/clients/oauth_client.h"

#define AT(member) .offset = offsetof(struct oauth_client, member)
static const struct field fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "secret_hash", .kind = FIELD_TEXT, AT(secret_hash)},
    {.name = "redirect_uris", .kind = FIELD_TEXTS, AT(redirect_uris)},
    {.name = "logout_uris", .kind = FIELD_TEXTS, AT(logout_uris)},
    {.name = "scopes", .kind = FIELD_TEXTS, AT(scopes)},
    {.name = "is_trusted", .kind = FIELD_FLAG, AT(is_trusted)},
    {.name = "algorithm", .kind = FIELD_TEXT, AT(algorithm)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
#undef AT

static const struct shape row = {
    .name = "OauthClientRow",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct oauth_client),
};

#define COLUMNS                                                                                    \
    "id, name, secret_hash, redirect_uris, logout_uris, scopes, is_trusted, algorithm, revision, " \
    "created_at, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.oauth_client WHERE id = $1",
    .gives = &row,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.oauth_client ORDER BY id LIMIT 500",
    .gives = &row,
    .rows_max = OAUTH_CLIENTS_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.oauth_client (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
};

static const struct statement update = {
    .sql = "UPDATE iam.oauth_client SET name = $3, secret_hash = $4, redirect_uris = $5,"
           " logout_uris = $6, scopes = $7, is_trusted = $8, algorithm = $9, revision = $10,"
           " changed_at = $11 WHERE id = $1 AND revision = $2",
};

static const struct statement delete_one = {
    .sql = "DELETE FROM iam.oauth_client WHERE id = $1",
};

enum status oauth_client_find(struct store *store, struct arena *arena, struct id id,
                              struct oauth_client *client_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), client_out);
}

enum status oauth_client_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

enum status oauth_client_insert(struct store *store, struct arena *arena,
                                const struct oauth_client *client)
{
    return store_exec(
        store, &insert,
        VALUES(value_id(client->id), value_text(client->name), value_text(client->secret_hash),
               value_text(oauth_texts_json(arena, client->redirect_uris)),
               value_text(oauth_texts_json(arena, client->logout_uris)),
               value_text(oauth_texts_json(arena, client->scopes)), value_flag(client->is_trusted),
               value_text(client->algorithm), value_integer(client->revision),
               value_time(client->created_at), value_time(client->changed_at)),
        NULL);
}

enum status oauth_client_update(struct store *store, struct arena *arena,
                                const struct oauth_client *client)
{
    int64_t updated = 0;
    enum status status =
        store_exec(store, &update,
                   VALUES(value_id(client->id), value_integer(client->revision - 1),
                          value_text(client->name), value_text(client->secret_hash),
                          value_text(oauth_texts_json(arena, client->redirect_uris)),
                          value_text(oauth_texts_json(arena, client->logout_uris)),
                          value_text(oauth_texts_json(arena, client->scopes)),
                          value_flag(client->is_trusted), value_text(client->algorithm),
                          value_integer(client->revision), value_time(client->changed_at)),
                   &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status oauth_client_delete(struct store *store, struct id id, int64_t *deleted_out)
{
    return store_exec(store, &delete_one, VALUES(value_id(id)), deleted_out);
}
