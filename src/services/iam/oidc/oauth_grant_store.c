/* oauth_grant_store.c - the SQL of grants, codes, accesses and refreshes. */
#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_grant.h"

#define SHAPE(row_name, rows, type)                                                                \
    static const struct shape row_name = {                                                         \
        .name = #row_name,                                                                         \
        .fields = rows,                                                                            \
        .field_count = COUNT_OF(rows),                                                             \
        .bytes = sizeof(struct type),                                                              \
    }

#define AT(member) .offset = offsetof(struct oauth_grant, member)
static const struct field grant_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "client_id", .kind = FIELD_ID, AT(client_id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id)},
    {.name = "scopes", .kind = FIELD_TEXT, AT(scopes)},
    {.name = "nonce", .kind = FIELD_TEXT, AT(nonce)},
    {.name = "signed_in_at", .kind = FIELD_TIME, AT(signed_in_at)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "ended_at", .kind = FIELD_TIME, AT(ended_at)},
};
#undef AT
SHAPE(grant_row, grant_fields, oauth_grant);

#define AT(member) .offset = offsetof(struct oauth_code, member)
static const struct field code_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "grant_id", .kind = FIELD_ID, AT(grant_id)},
    {.name = "redirect_uri", .kind = FIELD_TEXT, AT(redirect_uri)},
    {.name = "challenge", .kind = FIELD_TEXT, AT(challenge)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at)},
};
#undef AT
SHAPE(code_row, code_fields, oauth_code);

#define AT(member) .offset = offsetof(struct oauth_token, member)
static const struct field access_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "grant_id", .kind = FIELD_ID, AT(grant_id)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
static const struct field refresh_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "grant_id", .kind = FIELD_ID, AT(grant_id)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at)},
};
#undef AT
SHAPE(access_row, access_fields, oauth_token);
SHAPE(refresh_row, refresh_fields, oauth_token);

struct moment {
    int64_t at;
};
static const struct field moment_fields[] = {
    {.name = "at", .kind = FIELD_TIME, .offset = offsetof(struct moment, at)}};
SHAPE(moment_row, moment_fields, moment);

/* ---- grants ---- */

#define GRANT_COLUMNS                                                                              \
    "id, client_id, person_id, session_id, scopes, nonce, signed_in_at, created_at, expires_at, "  \
    "ended_at"

static const struct statement grant_find = {
    .sql = "SELECT " GRANT_COLUMNS " FROM iam.oauth_grant WHERE id = $1",
    .gives = &grant_row,
};
static const struct statement grant_find_live = {
    .sql = "SELECT " GRANT_COLUMNS " FROM iam.oauth_grant WHERE person_id = $1 AND client_id = $2"
           " AND scopes = $3 AND ended_at IS NULL AND expires_at > $4"
           " ORDER BY id DESC LIMIT 1",
    .gives = &grant_row,
};
static const struct statement grant_insert = {
    .sql = "INSERT INTO iam.oauth_grant (id, client_id, person_id, session_id, scopes, nonce,"
           " signed_in_at, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
static const struct statement grant_end = {
    .sql = "UPDATE iam.oauth_grant SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
};
static const struct statement grant_end_client = {
    .sql = "UPDATE iam.oauth_grant SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL",
};
static const struct statement grant_end_person = {
    .sql = "UPDATE iam.oauth_grant SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL",
};
static const struct statement grant_end_between = {
    .sql = "UPDATE iam.oauth_grant SET ended_at = $3 WHERE person_id = $1 AND client_id = $2"
           " AND ended_at IS NULL AND expires_at > $3",
};
static const struct statement grant_list = {
    .sql = "SELECT " GRANT_COLUMNS " FROM iam.oauth_grant WHERE person_id = $1"
           " AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 200",
    .gives = &grant_row,
    .rows_max = OAUTH_GRANTS_SHOWN_MAX,
};
static const struct statement session_began = {
    .sql = "SELECT created_at AS at FROM iam.session WHERE id = $1 AND expires_at > $2"
           " AND scopes = '[]'", /* who may less gives nobody more */
    .gives = &moment_row,
};

enum status oauth_grant_find(struct store *store, struct arena *arena, struct id id,
                             struct oauth_grant *grant_out)
{
    return store_one(store, arena, &grant_find, VALUES(value_id(id)), grant_out);
}

enum status oauth_grant_find_live(struct store *store, struct arena *arena,
                                  const struct oauth_grant *like, int64_t now_ms,
                                  struct oauth_grant *grant_out)
{
    return store_one(store, arena, &grant_find_live,
                     VALUES(value_id(like->person_id), value_id(like->client_id),
                            value_text(like->scopes), value_time(now_ms)),
                     grant_out);
}

enum status oauth_grant_insert(struct store *store, const struct oauth_grant *grant)
{
    return store_exec(store, &grant_insert,
                      VALUES(value_id(grant->id), value_id(grant->client_id),
                             value_id(grant->person_id), value_id(grant->session_id),
                             value_text(grant->scopes), value_text(grant->nonce),
                             value_time(grant->signed_in_at), value_time(grant->created_at),
                             value_time(grant->expires_at)),
                      NULL);
}

enum status oauth_grant_end(struct store *store, struct id id, int64_t now_ms)
{
    return store_exec(store, &grant_end, VALUES(value_id(id), value_time(now_ms)), NULL);
}

enum status oauth_grant_end_client(struct store *store, struct id client, int64_t now_ms)
{
    return store_exec(store, &grant_end_client, VALUES(value_id(client), value_time(now_ms)), NULL);
}

enum status oauth_grant_end_person(struct store *store, struct id person, int64_t now_ms)
{
    return store_exec(store, &grant_end_person, VALUES(value_id(person), value_time(now_ms)), NULL);
}

enum status oauth_grant_end_between(struct store *store, struct id person, struct id client,
                                    int64_t now_ms, int64_t *ended_out)
{
    return store_exec(store, &grant_end_between,
                      VALUES(value_id(person), value_id(client), value_time(now_ms)), ended_out);
}

enum status oauth_grant_list(struct store *store, struct arena *arena, struct id person,
                             int64_t now_ms, struct rows *rows_out)
{
    return store_query(store, arena, &grant_list, VALUES(value_id(person), value_time(now_ms)),
                       rows_out);
}

enum status oauth_session_began(struct store *store, struct arena *arena, struct id session,
                                int64_t now_ms, int64_t *began_out)
{
    struct moment moment;
    enum status status = store_one(store, arena, &session_began,
                                   VALUES(value_id(session), value_time(now_ms)), &moment);
    if (status == STATUS_OK) {
        *began_out = moment.at;
    }
    return status;
}

enum status oauth_grant_is_live(struct store *store, struct arena *arena,
                                const struct oauth_grant *grant, int64_t now_ms, bool *live_out)
{
    int64_t began;
    *live_out = grant->ended_at == 0 && grant->expires_at > now_ms;
    if (!*live_out || oauth_scopes_have(grant->scopes, TEXT("offline_access"))) {
        return STATUS_OK;
    }
    enum status status = oauth_session_began(store, arena, grant->session_id, now_ms, &began);
    *live_out = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* ---- codes ---- */

static const struct statement code_find = {
    .sql = "SELECT hash, grant_id, redirect_uri, challenge, expires_at, used_at"
           " FROM iam.oauth_code WHERE hash = $1",
    .gives = &code_row,
};
static const struct statement code_insert = {
    .sql = "INSERT INTO iam.oauth_code (hash, grant_id, redirect_uri, challenge, expires_at)"
           " VALUES ($1, $2, $3, $4, $5)",
};
static const struct statement code_use = {
    .sql = "UPDATE iam.oauth_code SET used_at = $2 WHERE hash = $1 AND used_at IS NULL",
};

enum status oauth_code_find(struct store *store, struct arena *arena, struct text hash,
                            struct oauth_code *code_out)
{
    return store_one(store, arena, &code_find, VALUES(value_text(hash)), code_out);
}

enum status oauth_code_insert(struct store *store, const struct oauth_code *code)
{
    return store_exec(store, &code_insert,
                      VALUES(value_text(code->hash), value_id(code->grant_id),
                             value_text(code->redirect_uri), value_text(code->challenge),
                             value_time(code->expires_at)),
                      NULL);
}

static enum status use(struct store *store, const struct statement *statement, struct text hash,
                       int64_t now_ms, bool *was_first_out)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, statement, VALUES(value_text(hash), value_time(now_ms)), &changed);
    *was_first_out = changed == 1;
    return status;
}

enum status oauth_code_use(struct store *store, struct text hash, int64_t now_ms,
                           bool *was_first_out)
{
    return use(store, &code_use, hash, now_ms, was_first_out);
}

/* ---- accesses and refreshes ---- */

static const struct statement access_find = {
    .sql = "SELECT hash, grant_id, created_at, expires_at FROM iam.oauth_access WHERE hash = $1",
    .gives = &access_row,
};
static const struct statement access_insert = {
    .sql = "INSERT INTO iam.oauth_access (hash, grant_id, created_at, expires_at)"
           " VALUES ($1, $2, $3, $4)",
};
static const struct statement access_delete = {
    .sql = "DELETE FROM iam.oauth_access WHERE hash = $1",
};
static const struct statement refresh_find = {
    .sql = "SELECT hash, grant_id, expires_at, used_at FROM iam.oauth_refresh WHERE hash = $1",
    .gives = &refresh_row,
};
static const struct statement refresh_insert = {
    .sql = "INSERT INTO iam.oauth_refresh (hash, grant_id, expires_at) VALUES ($1, $2, $3)",
};
static const struct statement refresh_use = {
    .sql = "UPDATE iam.oauth_refresh SET used_at = $2 WHERE hash = $1 AND used_at IS NULL",
};

enum status oauth_access_find(struct store *store, struct arena *arena, struct text hash,
                              struct oauth_token *access_out)
{
    return store_one(store, arena, &access_find, VALUES(value_text(hash)), access_out);
}

enum status oauth_access_insert(struct store *store, const struct oauth_token *access)
{
    return store_exec(store, &access_insert,
                      VALUES(value_text(access->hash), value_id(access->grant_id),
                             value_time(access->created_at), value_time(access->expires_at)),
                      NULL);
}

enum status oauth_access_delete(struct store *store, struct text hash)
{
    return store_exec(store, &access_delete, VALUES(value_text(hash)), NULL);
}

enum status oauth_refresh_find(struct store *store, struct arena *arena, struct text hash,
                               struct oauth_token *refresh_out)
{
    return store_one(store, arena, &refresh_find, VALUES(value_text(hash)), refresh_out);
}

enum status oauth_refresh_insert(struct store *store, const struct oauth_token *refresh)
{
    return store_exec(store, &refresh_insert,
                      VALUES(value_text(refresh->hash), value_id(refresh->grant_id),
                             value_time(refresh->expires_at)),
                      NULL);
}

enum status oauth_refresh_use(struct store *store, struct text hash, int64_t now_ms,
                              bool *was_first_out)
{
    return use(store, &refresh_use, hash, now_ms, was_first_out);
}
