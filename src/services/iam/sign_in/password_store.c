/* password_store.c - the SQL of passwords. */
#include "services/iam/sign_in/password_store.h"

struct password_row {
    struct text hash;
};

static const struct field password_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, .offset = offsetof(struct password_row, hash)},
};
static const struct shape password_shape = {
    .name = "PasswordRow",
    .fields = password_fields,
    .field_count = COUNT_OF(password_fields),
    .bytes = sizeof(struct password_row),
};

static const struct statement find = {
    .sql = "SELECT hash FROM iam.password WHERE person_id = $1",
    .gives = &password_shape,
};

static const struct statement keep = {
    .sql = "INSERT INTO iam.password (person_id, hash, changed_at) VALUES ($1, $2, $3)"
           " ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash,"
           " changed_at = excluded.changed_at",
};

enum status password_find(struct store *store, struct arena *arena, struct id person,
                          struct text *hash_out)
{
    struct password_row row;
    enum status status = store_one(store, arena, &find, VALUES(value_id(person)), &row);
    *hash_out = status == STATUS_OK ? row.hash : NO_TEXT;
    return status;
}

enum status password_keep(struct store *store, struct id person, struct text hash, int64_t now_ms)
{
    return store_exec(store, &keep, VALUES(value_id(person), value_text(hash), value_time(now_ms)),
                      NULL);
}
