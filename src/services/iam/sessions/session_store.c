/* session_store.c - the SQL of sessions. */
#include "services/iam/sessions/session.h"

#include "store/json_texts.h"

enum { SHOWN_MAX = 100, OVER_MAX = 500 };

#define AT(member) .offset = offsetof(struct session, member)
static const struct field session_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "method", .kind = FIELD_TEXT, AT(method)},
    {.name = "user_agent", .kind = FIELD_TEXT, AT(user_agent)},
    {.name = "address", .kind = FIELD_TEXT, AT(address)},
    {.name = "device", .kind = FIELD_TEXT, AT(device)},
    {.name = "context", .kind = FIELD_TEXT, AT(context)},
    {.name = "scopes", .kind = FIELD_TEXTS, AT(scopes)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "seen_at", .kind = FIELD_TIME, AT(seen_at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
#undef AT
static const struct shape session_row = {
    .name = "SessionRow",
    .fields = session_fields,
    .field_count = COUNT_OF(session_fields),
    .bytes = sizeof(struct session),
};

#define COLUMNS                                                                                    \
    "id, hash, person_id, method, user_agent, address, device, created_at, seen_at, expires_at, "  \
    "context, scopes"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.session WHERE hash = $1",
    .gives = &session_row,
};

static const struct statement find_id = {
    .sql = "SELECT " COLUMNS " FROM iam.session WHERE id = $1",
    .gives = &session_row,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.session WHERE person_id = $1 AND expires_at > $2"
           " AND seen_at > $3 ORDER BY id DESC LIMIT 100",
    .gives = &session_row,
    .rows_max = SHOWN_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.session (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
           "$11, $12)",
};

static const struct statement end_one = {
    .sql = "DELETE FROM iam.session WHERE id = $1 AND person_id = $2",
};

static const struct statement end_all = {.sql = "DELETE FROM iam.session WHERE person_id = $1"};

static const struct statement end_oldest = {
    .sql = "DELETE FROM iam.session WHERE id IN (SELECT id FROM iam.session WHERE person_id = $1"
           " ORDER BY id DESC LIMIT 1000 OFFSET $2)",
};

static const struct statement end_over = {
    .sql = "DELETE FROM iam.session WHERE id IN (SELECT id FROM iam.session"
           " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
};

static const struct statement find_by_code = {
    .sql = "SELECT " COLUMNS " FROM iam.session WHERE id = $1 AND created_at > $2"
           " AND (method = 'code' OR method = 'code+otp' OR method = 'invitation')",
    .gives = &session_row,
};

static const struct statement saw = {
    .sql = "UPDATE iam.session SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
};

enum status session_find(struct store *store, struct arena *arena, struct text hash,
                         struct session *session_out)
{
    return store_one(store, arena, &find, VALUES(value_text(hash)), session_out);
}

enum status session_find_id(struct store *store, struct arena *arena, struct id id,
                            struct session *session_out)
{
    return store_one(store, arena, &find_id, VALUES(value_id(id)), session_out);
}

enum status session_list(struct store *store, struct arena *arena, struct id person, int64_t now_ms,
                         struct rows *rows_out)
{
    return store_query(
        store, arena, &list,
        VALUES(value_id(person), value_integer(now_ms), value_integer(now_ms - SESSION_IDLE_MS)),
        rows_out);
}

enum status session_insert(struct store *store, struct arena *arena, const struct session *session)
{
    return store_exec(store, &insert,
                      VALUES(value_id(session->id), value_text(session->hash),
                             value_id(session->person_id), value_text(session->method),
                             value_text(session->user_agent), value_text(session->address),
                             value_text(session->device), value_time(session->created_at),
                             value_time(session->seen_at), value_time(session->expires_at),
                             value_text(session->context),
                             value_text(json_texts(arena, session->scopes))),
                      NULL);
}

enum status session_delete(struct store *store, struct id person, struct id session,
                           int64_t *deleted_out)
{
    return store_exec(store, &end_one, VALUES(value_id(session), value_id(person)), deleted_out);
}

enum status session_delete_all(struct store *store, struct id person, int64_t *deleted_out)
{
    return store_exec(store, &end_all, VALUES(value_id(person)), deleted_out);
}

enum status session_delete_oldest(struct store *store, struct id person, int64_t keep)
{
    return store_exec(store, &end_oldest, VALUES(value_id(person), value_integer(keep)), NULL);
}

enum status session_delete_over(struct store *store, int64_t now_ms, int64_t *deleted_out)
{
    return store_exec(store, &end_over, VALUES(value_integer(now_ms), value_integer(OVER_MAX)),
                      deleted_out);
}

enum status session_came_by_code(struct store *store, struct arena *arena, struct id session,
                                 int64_t since, bool *by_code_out)
{
    struct session row;
    enum status status = store_one(store, arena, &find_by_code,
                                   VALUES(value_id(session), value_integer(since)), &row);
    *by_code_out = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status session_saw(struct store *store, struct id session, int64_t seen_at)
{
    return store_exec(store, &saw, VALUES(value_id(session), value_time(seen_at)), NULL);
}
