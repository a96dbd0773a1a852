/* idempotency_store.c - the SQL of kept replies. */
#include "runtime/idempotency_store.h"

#include "runtime/service.h"

enum { FORGET_COUNT = 500, KEEP_MS = 24 * 60 * 60 * 1000 };

/* `number` grows, so the oldest replies stand together at the start of the table and forgetting
 * them needs no index on time. */
const struct migration runtime_migrations[] = {
    {
        .version = 1,
        .name = "kept_reply",
        .sqlite = "CREATE TABLE kept_reply ("
                  " number INTEGER PRIMARY KEY,"
                  " caller TEXT NOT NULL,"
                  " key TEXT NOT NULL,"
                  " hash TEXT NOT NULL,"
                  " http_status INTEGER NOT NULL,"
                  " etag TEXT,"
                  " body TEXT NOT NULL,"
                  " kept_ms INTEGER NOT NULL,"
                  " UNIQUE (caller, key)"
                  ") STRICT;",
        .postgres = "CREATE TABLE kept_reply ("
                    " number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    " caller text NOT NULL,"
                    " key text NOT NULL,"
                    " hash text NOT NULL,"
                    " http_status bigint NOT NULL,"
                    " etag text,"
                    " body text NOT NULL,"
                    " kept_ms bigint NOT NULL,"
                    " UNIQUE (caller, key)"
                    ");",
    },
};
const size_t runtime_migration_count = COUNT_OF(runtime_migrations);

static const struct field reply_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, .offset = offsetof(struct reply, hash)},
    {.name = "http_status", .kind = FIELD_INTEGER, .offset = offsetof(struct reply, http_status)},
    {.name = "etag", .kind = FIELD_TEXT, .offset = offsetof(struct reply, etag)},
    {.name = "body", .kind = FIELD_TEXT, .offset = offsetof(struct reply, body)},
};
static const struct shape reply_shape = {
    .name = "Reply",
    .fields = reply_fields,
    .field_count = COUNT_OF(reply_fields),
    .bytes = sizeof(struct reply),
};

static const struct statement find_reply = {
    .sql = "SELECT hash, http_status, etag, body FROM kept_reply WHERE caller = $1 AND key = $2",
    .gives = &reply_shape,
};

static const struct statement keep_reply = {
    .sql = "INSERT INTO kept_reply (caller, key, hash, http_status, etag, body, kept_ms)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7)",
};

static const struct statement forget_replies = {
    .sql = "DELETE FROM kept_reply WHERE kept_ms < $1 AND number IN"
           " (SELECT number FROM kept_reply ORDER BY number LIMIT $2)",
};

enum status reply_find(struct store *store, struct arena *arena, struct text caller,
                       struct text key, struct reply *reply_out)
{
    return store_one(store, arena, &find_reply, VALUES(value_text(caller), value_text(key)),
                     reply_out);
}

enum status reply_keep(struct store *store, struct text caller, struct text key,
                       const struct reply *reply, int64_t now_ms)
{
    enum status status =
        store_exec(store, &keep_reply,
                   VALUES(value_text(caller), value_text(key), value_text(reply->hash),
                          value_integer(reply->http_status), value_text(reply->etag),
                          value_text(reply->body), value_integer(now_ms)),
                   NULL);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status;
}

enum status reply_forget_old(struct chore_run *run)
{
    int64_t forgotten = 0;
    enum status status = store_exec(
        run->store, &forget_replies,
        VALUES(value_integer(run->now_ms - KEEP_MS), value_integer(FORGET_COUNT)), &forgotten);
    run->more = status == STATUS_OK && forgotten == FORGET_COUNT;
    return status;
}
