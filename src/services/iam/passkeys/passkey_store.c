/* passkey_store.c - the SQL of passkeys and of challenges. */
#include "services/iam/passkeys/passkey.h"

#define AT(member) .offset = offsetof(struct passkey, member)
static const struct field fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "credential_id", .kind = FIELD_TEXT, AT(credential_id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "public_key", .kind = FIELD_TEXT, AT(public_key)},
    {.name = "sign_count", .kind = FIELD_INTEGER, AT(sign_count)},
    {.name = "label", .kind = FIELD_TEXT, AT(label)},
    {.name = "is_synced", .kind = FIELD_FLAG, AT(is_synced)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at)},
};
#undef AT

static const struct shape row = {
    .name = "PasskeyRow",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct passkey),
};

#define AT(member) .offset = offsetof(struct passkey_challenge, member)
static const struct field challenge_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id)},
    {.name = "device", .kind = FIELD_TEXT, AT(device)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
#undef AT

static const struct shape challenge_row = {
    .name = "PasskeyChallengeRow",
    .fields = challenge_fields,
    .field_count = COUNT_OF(challenge_fields),
    .bytes = sizeof(struct passkey_challenge),
};

#define COLUMNS                                                                                    \
    "id, credential_id, person_id, public_key, sign_count, label, is_synced, created_at, used_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.passkey WHERE credential_id = $1",
    .gives = &row,
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.passkey WHERE person_id = $1 ORDER BY id LIMIT 20",
    .gives = &row,
    .rows_max = PASSKEYS_MAX,
};
static const struct statement insert = {
    .sql = "INSERT INTO iam.passkey (id, credential_id, person_id, public_key, sign_count, label,"
           " is_synced, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
           " ON CONFLICT DO NOTHING",
};
static const struct statement rename_one = {
    .sql = "UPDATE iam.passkey SET label = $3 WHERE person_id = $1 AND id = $2",
};
static const struct statement delete_one = {
    .sql = "DELETE FROM iam.passkey WHERE person_id = $1 AND id = $2",
};
static const struct statement use = {
    .sql = "UPDATE iam.passkey SET sign_count = $3, is_synced = $4, used_at = $5"
           " WHERE id = $1 AND sign_count = $2",
};
static const struct statement challenge_insert = {
    .sql = "INSERT INTO iam.passkey_challenge (hash, person_id, session_id, device, expires_at)"
           " VALUES ($1, $2, $3, $4, $5)",
};
static const struct statement challenge_take = {
    .sql = "DELETE FROM iam.passkey_challenge WHERE hash = $1"
           " RETURNING hash, person_id, session_id, device, expires_at",
    .gives = &challenge_row,
};
static const struct statement delete_over = {
    .sql = "DELETE FROM iam.passkey_challenge WHERE hash IN (SELECT hash"
           " FROM iam.passkey_challenge WHERE expires_at < $1 LIMIT 200)",
};

enum status passkey_find(struct store *store, struct arena *arena, struct text credential_id,
                         struct passkey *passkey_out)
{
    return store_one(store, arena, &find, VALUES(value_text(credential_id)), passkey_out);
}

enum status passkey_list(struct store *store, struct arena *arena, struct id person,
                         struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(person)), rows_out);
}

enum status passkey_insert(struct store *store, const struct passkey *passkey)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(passkey->id), value_text(passkey->credential_id),
                          value_id(passkey->person_id), value_text(passkey->public_key),
                          value_integer(passkey->sign_count), value_text(passkey->label),
                          value_flag(passkey->is_synced), value_time(passkey->created_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status passkey_rename(struct store *store, struct id person, struct id id, struct text label,
                           int64_t *changed_out)
{
    return store_exec(store, &rename_one, VALUES(value_id(person), value_id(id), value_text(label)),
                      changed_out);
}

enum status passkey_delete(struct store *store, struct id person, struct id id,
                           int64_t *deleted_out)
{
    return store_exec(store, &delete_one, VALUES(value_id(person), value_id(id)), deleted_out);
}

enum status passkey_used(struct store *store, const struct passkey *passkey, int64_t count_before,
                         bool *was_first_out)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &use,
                   VALUES(value_id(passkey->id), value_integer(count_before),
                          value_integer(passkey->sign_count), value_flag(passkey->is_synced),
                          value_time(passkey->used_at)),
                   &changed);
    *was_first_out = changed == 1;
    return status;
}

enum status passkey_challenge_insert(struct store *store, const struct passkey_challenge *challenge)
{
    return store_exec(store, &challenge_insert,
                      VALUES(value_text(challenge->hash), value_id(challenge->person_id),
                             value_id(challenge->session_id), value_text(challenge->device),
                             value_time(challenge->expires_at)),
                      NULL);
}

enum status passkey_challenge_take(struct store *store, struct arena *arena, struct text hash,
                                   struct passkey_challenge *challenge_out)
{
    return store_one(store, arena, &challenge_take, VALUES(value_text(hash)), challenge_out);
}

enum status passkey_delete_over(struct store *store, int64_t now_ms, int64_t *deleted_out)
{
    return store_exec(store, &delete_over, VALUES(value_time(now_ms)), deleted_out);
}
