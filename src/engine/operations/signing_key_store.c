/* signing_key_store.c - the SQL of the signing key. */
#include "engine/operations/signing_key_store.h"

#include "base/chance.h"
#include "base/log.h"

#include <sodium.h>
#include <string.h>

struct secret_row {
    struct text secret;
};

static const struct field secret_fields[] = {
    {.name = "secret", .kind = FIELD_TEXT, .offset = offsetof(struct secret_row, secret)},
};
static const struct shape secret_shape = {
    .name = "Secret",
    .fields = secret_fields,
    .field_count = COUNT_OF(secret_fields),
    .bytes = sizeof(struct secret_row),
};

static const struct statement find_secret = {
    .sql = "SELECT secret FROM engine_secret WHERE name = $1",
    .gives = &secret_shape,
};

/* Two processes may come first at the same time; then one of them has made it for both. */
static const struct statement keep_secret = {
    .sql = "INSERT INTO engine_secret (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
};

static const struct text key_name = {"signing", 7};

/* What the arena would otherwise keep for the rest of its life. */
static void wipe(struct text secret)
{
    explicit_bzero((void *)(uintptr_t)secret.data, secret.bytes);
}

static enum status find(struct store *store, struct arena *arena, struct signing_key *key_out)
{
    struct secret_row row;
    enum status status = store_one(store, arena, &find_secret, VALUES(value_text(key_name)), &row);
    if (status != STATUS_OK) {
        return status;
    }
    bool is_whole = row.secret.bytes == SIGNING_KEY_BYTES &&
                    !sodium_is_zero((const unsigned char *)row.secret.data, SIGNING_KEY_BYTES);
    if (!is_whole) {
        log_line(LOG_ERROR, "engine", "the signing key in engine_secret is damaged",
                 LOG_NUMBER("bytes", row.secret.bytes));
        status = STATUS_CORRUPT;
    } else {
        memcpy(key_out->bytes, row.secret.data, SIGNING_KEY_BYTES);
    }
    wipe(row.secret);
    return status;
}

static enum status make(struct store *store)
{
    struct signing_key key;
    chance_fill(key.bytes, SIGNING_KEY_BYTES);
    struct text secret = {(const char *)key.bytes, SIGNING_KEY_BYTES};
    enum status status =
        store_exec(store, &keep_secret, VALUES(value_text(key_name), value_bytes(secret)), NULL);
    signing_key_forget(&key);
    return status;
}

void signing_key_forget(struct signing_key *key)
{
    explicit_bzero(key, sizeof *key);
}

enum status signing_key_open(struct store *store, struct arena *arena, struct signing_key *key_out)
{
    signing_key_forget(key_out);
    enum status status = find(store, arena, key_out);
    if (status != STATUS_ABSENT) {
        return status;
    }
    status = make(store);
    return status == STATUS_OK ? find(store, arena, key_out) : status;
}
