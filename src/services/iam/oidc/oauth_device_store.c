/* oauth_device_store.c - the SQL of programs that wait for a person with another screen. */
#include "services/iam/oidc/oauth_grant.h"

#define AT(member) .offset = offsetof(struct oauth_device, member)
static const struct field fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "user_hash", .kind = FIELD_TEXT, AT(user_hash)},
    {.name = "client_id", .kind = FIELD_ID, AT(client_id)},
    {.name = "scopes", .kind = FIELD_TEXT, AT(scopes)},
    {.name = "state", .kind = FIELD_TEXT, AT(state)},
    {.name = "grant_id", .kind = FIELD_ID, AT(grant_id)},
    {.name = "pause_ms", .kind = FIELD_INTEGER, AT(pause_ms)},
    {.name = "polled_at", .kind = FIELD_TIME, AT(polled_at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
#undef AT

static const struct shape row = {
    .name = "OauthDeviceRow",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct oauth_device),
};

#define COLUMNS                                                                                    \
    "hash, user_hash, client_id, scopes, state, grant_id, pause_ms, polled_at, expires_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.oauth_device WHERE hash = $1",
    .gives = &row,
};
static const struct statement find_by_user = {
    .sql = "SELECT " COLUMNS " FROM iam.oauth_device WHERE user_hash = $1",
    .gives = &row,
};
static const struct statement insert = {
    .sql = "INSERT INTO iam.oauth_device (hash, user_hash, client_id, scopes, state, pause_ms,"
           " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
static const struct statement polled = {
    .sql = "UPDATE iam.oauth_device SET polled_at = $2, pause_ms = $3 WHERE hash = $1",
};
static const struct statement turn = {
    .sql = "UPDATE iam.oauth_device SET state = $3, grant_id = $4 WHERE hash = $1 AND state = $2",
};

enum status oauth_device_find(struct store *store, struct arena *arena, struct text hash,
                              struct oauth_device *device_out)
{
    return store_one(store, arena, &find, VALUES(value_text(hash)), device_out);
}

enum status oauth_device_find_by_user(struct store *store, struct arena *arena,
                                      struct text user_hash, struct oauth_device *device_out)
{
    return store_one(store, arena, &find_by_user, VALUES(value_text(user_hash)), device_out);
}

enum status oauth_device_insert(struct store *store, const struct oauth_device *device)
{
    return store_exec(store, &insert,
                      VALUES(value_text(device->hash), value_text(device->user_hash),
                             value_id(device->client_id), value_text(device->scopes),
                             value_text(device->state), value_integer(device->pause_ms),
                             value_time(device->expires_at)),
                      NULL);
}

enum status oauth_device_polled(struct store *store, const struct oauth_device *device)
{
    return store_exec(store, &polled,
                      VALUES(value_text(device->hash), value_time(device->polled_at),
                             value_integer(device->pause_ms)),
                      NULL);
}

enum status oauth_device_turn(struct store *store, const struct oauth_device *device,
                              struct text state_before, bool *turned_out)
{
    int64_t changed = 0;
    enum status status = store_exec(store, &turn,
                                    VALUES(value_text(device->hash), value_text(state_before),
                                           value_text(device->state), value_id(device->grant_id)),
                                    &changed);
    *turned_out = changed == 1;
    return status;
}

/* ---- what is over ---- */

#define OVER(table)                                                                                \
    {                                                                                              \
        .sql = "DELETE FROM iam." table " WHERE hash IN (SELECT hash FROM iam." table              \
               " WHERE expires_at < $1 LIMIT 200)"                                                 \
    }
static const struct statement over[] = {
    OVER("oauth_code"),
    OVER("oauth_access"),
    OVER("oauth_refresh"),
    OVER("oauth_device"),
    {.sql = "DELETE FROM iam.oauth_grant WHERE id IN (SELECT id FROM iam.oauth_grant"
            " WHERE expires_at < $1 LIMIT 200)"},
};

enum status oauth_delete_over(struct store *store, int64_t now_ms, int64_t *deleted_out)
{
    static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;
    enum status status = STATUS_OK;
    *deleted_out = 0;
    for (size_t i = 0; i < COUNT_OF(over) && status == STATUS_OK; i++) {
        int64_t deleted = 0;
        status = store_exec(store, &over[i], VALUES(value_time(now_ms - day_ms)), &deleted);
        *deleted_out += deleted;
    }
    return status;
}
