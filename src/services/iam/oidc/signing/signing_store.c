/* signing_store.c - the SQL of the keys that sign. */
#include "services/iam/oidc/signing/signing_store.h"

#define AT(member) .offset = offsetof(struct signing_key, member)
static const struct field fields[] = {
    {.name = "kid", .kind = FIELD_TEXT, AT(kid)},
    {.name = "algorithm", .kind = FIELD_TEXT, AT(algorithm)},
    {.name = "jwk", .kind = FIELD_TEXT, AT(jwk)},
    {.name = "sealed", .kind = FIELD_TEXT, AT(sealed)},
    {.name = "used_from", .kind = FIELD_TIME, AT(used_from)},
    {.name = "over_at", .kind = FIELD_TIME, AT(over_at)},
};
#undef AT

static const struct shape row = {
    .name = "SigningKey",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct signing_key),
};

#define COLUMNS "kid, algorithm, jwk, sealed, used_from, over_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.signing_key WHERE algorithm = $1 AND used_from <= $2"
           " AND (over_at IS NULL OR over_at > $2)"
           " ORDER BY used_from DESC, kid LIMIT 1",
    .gives = &row,
};

static const struct statement find_newest = {
    .sql = "SELECT " COLUMNS " FROM iam.signing_key WHERE algorithm = $1 AND over_at IS NULL"
           " ORDER BY used_from DESC, kid LIMIT 1",
    .gives = &row,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.signing_key WHERE over_at IS NULL OR over_at > $1"
           " ORDER BY used_from DESC, kid LIMIT 64",
    .gives = &row,
    .rows_max = SIGNING_KEYS_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.signing_key (kid, algorithm, jwk, sealed, used_from)"
           " VALUES ($1, $2, $3, $4, $5)",
};

static const struct statement end_others = {
    .sql = "UPDATE iam.signing_key SET over_at = $3 WHERE algorithm = $1 AND kid <> $2"
           " AND (over_at IS NULL OR over_at > $3)",
};

static const struct statement delete_over = {
    .sql = "DELETE FROM iam.signing_key WHERE over_at <= $1",
};

enum status signing_find(struct store *store, struct arena *arena, struct text algorithm,
                         int64_t now_ms, struct signing_key *key_out)
{
    return store_one(store, arena, &find, VALUES(value_text(algorithm), value_time(now_ms)),
                     key_out);
}

enum status signing_find_newest(struct store *store, struct arena *arena, struct text algorithm,
                                struct signing_key *key_out)
{
    return store_one(store, arena, &find_newest, VALUES(value_text(algorithm)), key_out);
}

enum status signing_list(struct store *store, struct arena *arena, int64_t now_ms,
                         struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_time(now_ms)), rows_out);
}

enum status signing_insert(struct store *store, const struct signing_key *key)
{
    return store_exec(store, &insert,
                      VALUES(value_text(key->kid), value_text(key->algorithm), value_text(key->jwk),
                             value_text(key->sealed), value_time(key->used_from)),
                      NULL);
}

enum status signing_end_others(struct store *store, const struct signing_key *key, int64_t over_at)
{
    return store_exec(store, &end_others,
                      VALUES(value_text(key->algorithm), value_text(key->kid), value_time(over_at)),
                      NULL);
}

enum status signing_delete_over(struct store *store, int64_t now_ms)
{
    return store_exec(store, &delete_over, VALUES(value_time(now_ms)), NULL);
}
