/* revocation_store.c - the SQL of what was taken back, and its table. */
#include "services/iam/revocations/revocation.h"

const struct migration revocation_migrations[REVOCATION_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "revocation",
        .sqlite = "CREATE TABLE iam.revocation ("
                  " id BLOB NOT NULL PRIMARY KEY, person_id BLOB NOT NULL, session_id BLOB,"
                  " reason TEXT, actor TEXT, revoked_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                  "CREATE INDEX iam.revocation_person ON revocation (person_id, id);",
        .postgres = "CREATE TABLE iam.revocation ("
                    " id uuid NOT NULL PRIMARY KEY, person_id uuid NOT NULL, session_id uuid,"
                    " reason text, actor text, revoked_at bigint NOT NULL);"
                    "CREATE INDEX revocation_person ON iam.revocation (person_id, id);",
    },
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.revocation (id, person_id, session_id, reason, actor, revoked_at)"
           " VALUES ($1, $2, $3, $4, $5, $6)",
};

static const struct statement forget = {
    .sql = "DELETE FROM iam.revocation WHERE person_id = $1 AND id NOT IN"
           " (SELECT id FROM iam.revocation WHERE person_id = $1 ORDER BY id DESC LIMIT 20)",
};

static const struct statement list = {
    .sql = "SELECT id, person_id, session_id, reason, actor, revoked_at FROM iam.revocation"
           " WHERE person_id = $1 ORDER BY id DESC LIMIT 20",
    .gives = &revocation_shape,
    .rows_max = REVOCATIONS_MAX,
};

enum status revocation_insert(struct store *store, const struct revocation *revocation)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(revocation->id), value_id(revocation->person_id),
                          value_id(revocation->session_id), value_text(revocation->reason),
                          value_text(revocation->actor), value_time(revocation->revoked_at)),
                   &changed);
    return status == STATUS_OK
               ? store_exec(store, &forget, VALUES(value_id(revocation->person_id)), &changed)
               : status;
}

enum status revocation_list(struct store *store, struct arena *arena, struct id person,
                            struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(person)), rows_out);
}
