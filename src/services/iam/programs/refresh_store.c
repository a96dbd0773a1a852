/* refresh_store.c - the SQL of refresh tokens. */
#include "services/iam/programs/pair.h"

#include "store/json_texts.h"

enum { FORGET_MAX = 500 };

#define AT(member) .offset = offsetof(struct refresh, member)
static const struct field refresh_fields[] = {
    {.name = "digest", .kind = FIELD_TEXT, AT(digest)},
    {.name = "family", .kind = FIELD_ID, AT(family)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at)},
    {.name = "context", .kind = FIELD_TEXT, AT(context)},
    {.name = "scopes", .kind = FIELD_TEXTS, AT(scopes)},
};
#undef AT
static const struct shape refresh_row = {
    .name = "RefreshRow",
    .fields = refresh_fields,
    .field_count = COUNT_OF(refresh_fields),
    .bytes = sizeof(struct refresh),
};

static const struct statement find = {
    .sql = "SELECT digest, family, person_id, session_id, expires_at, used_at, context, scopes"
           " FROM iam.refresh WHERE digest = $1",
    .gives = &refresh_row,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.refresh (digest, family, person_id, session_id, expires_at, context,"
           " scopes) VALUES ($1, $2, $3, $4, $5, $6, $7)",
};

static const struct statement use = {
    .sql = "UPDATE iam.refresh SET used_at = $2 WHERE digest = $1 AND used_at IS NULL"
           " AND expires_at > $2",
};

static const struct statement end_family_sessions = {
    .sql = "DELETE FROM iam.session WHERE id IN (SELECT session_id FROM iam.refresh"
           " WHERE family = $1)",
};
static const struct statement end_family = {.sql = "DELETE FROM iam.refresh WHERE family = $1"};
static const struct statement end_all = {.sql = "DELETE FROM iam.refresh WHERE person_id = $1"};

static const struct statement forget = {
    .sql = "DELETE FROM iam.refresh WHERE digest IN (SELECT digest FROM iam.refresh"
           " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
};

enum status refresh_find(struct store *store, struct arena *arena, struct text digest,
                         struct refresh *refresh_out)
{
    return store_one(store, arena, &find, VALUES(value_text(digest)), refresh_out);
}

enum status refresh_insert(struct store *store, struct arena *arena, const struct refresh *refresh)
{
    return store_exec(store, &insert,
                      VALUES(value_text(refresh->digest), value_id(refresh->family),
                             value_id(refresh->person_id), value_id(refresh->session_id),
                             value_time(refresh->expires_at), value_text(refresh->context),
                             value_text(json_texts(arena, refresh->scopes))),
                      NULL);
}

enum status refresh_use(struct store *store, struct text digest, int64_t now_ms, bool *used_out)
{
    int64_t used = 0;
    enum status status =
        store_exec(store, &use, VALUES(value_text(digest), value_time(now_ms)), &used);
    *used_out = status == STATUS_OK && used > 0;
    return status;
}

enum status refresh_end_family(struct store *store, struct id family)
{
    enum status status = store_exec(store, &end_family_sessions, VALUES(value_id(family)), NULL);
    return status == STATUS_OK ? store_exec(store, &end_family, VALUES(value_id(family)), NULL)
                               : status;
}

enum status refresh_end_all(struct store *store, struct id person)
{
    return store_exec(store, &end_all, VALUES(value_id(person)), NULL);
}

enum status refresh_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out)
{
    return store_exec(store, &forget, VALUES(value_time(now_ms), value_integer(FORGET_MAX)),
                      forgotten_out);
}
