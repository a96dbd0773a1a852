/* key_store.c - the SQL of API keys. */
#include "services/iam/keys/key.h"

#include "store/json_texts.h"

#define COLUMNS "id, person_id, name, start, scopes, created_at, expires_at"

#define AT(member) .offset = offsetof(struct api_key, member)
static const struct field key_row_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "start", .kind = FIELD_TEXT, AT(start)},
    {.name = "scopes", .kind = FIELD_TEXTS, AT(scopes)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
#undef AT
static const struct shape key_row = {
    .name = "KeyRow",
    .fields = key_row_fields,
    .field_count = COUNT_OF(key_row_fields),
    .bytes = sizeof(struct api_key),
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.api_key WHERE digest = $1",
    .gives = &key_row,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.api_key WHERE person_id = $1 ORDER BY id DESC LIMIT 50",
    .gives = &key_row,
    .rows_max = KEYS_PER_PERSON_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.api_key (" COLUMNS ", digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement drop = {
    .sql = "DELETE FROM iam.api_key WHERE id = $1 AND person_id = $2",
};

enum status key_find_digest(struct store *store, struct arena *arena, struct text digest,
                            struct api_key *key_out)
{
    return store_one(store, arena, &find, VALUES(value_text(digest)), key_out);
}

enum status key_list(struct store *store, struct arena *arena, struct id person,
                     struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(person)), rows_out);
}

enum status key_insert(struct store *store, struct arena *arena, const struct api_key *key,
                       struct text digest)
{
    return store_exec(store, &insert,
                      VALUES(value_id(key->id), value_id(key->person_id), value_text(key->name),
                             value_text(key->start), value_text(json_texts(arena, key->scopes)),
                             value_time(key->created_at), value_time(key->expires_at),
                             value_text(digest)),
                      NULL);
}

enum status key_delete(struct store *store, struct id person, struct id key, bool *deleted_out)
{
    int64_t deleted = 0;
    enum status status =
        store_exec(store, &drop, VALUES(value_id(key), value_id(person)), &deleted);
    *deleted_out = status == STATUS_OK && deleted > 0;
    return status;
}
