/* nonce_store.c - a table of one nonce, for `kontora doctor`. */
#include "runtime/start/nonce_store.h"

#include "base/chance.h"
#include "store/migrate.h"

struct nonce_row {
    struct text nonce;
};

static const struct field nonce_fields[] = {
    {.name = "nonce", .kind = FIELD_TEXT, .offset = offsetof(struct nonce_row, nonce)},
};

static const struct shape nonce_shape = {
    .name = "Nonce",
    .fields = nonce_fields,
    .field_count = COUNT_OF(nonce_fields),
    .bytes = sizeof(struct nonce_row),
};

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "doctor_nonce",
        .sqlite = "CREATE TABLE doctor_nonce (nonce TEXT NOT NULL) STRICT;",
        .postgres = "CREATE TABLE doctor_nonce (nonce text NOT NULL);",
    },
};

static const struct statement forget = {.sql = "DELETE FROM doctor_nonce"};
static const struct statement write = {.sql = "INSERT INTO doctor_nonce (nonce) VALUES ($1)"};
static const struct statement read = {
    .sql = "SELECT nonce FROM doctor_nonce",
    .gives = &nonce_shape,
};

static enum status keep(struct store *store, struct text nonce)
{
    enum status status = store_begin(store, STORE_WRITE);
    if (status != STATUS_OK) {
        return status;
    }
    status = store_exec(store, &forget, NO_VALUES, NULL);
    if (status == STATUS_OK) {
        status = store_exec(store, &write, VALUES(value_text(nonce)), NULL);
    }
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    return store_commit(store);
}

static enum status compare(struct store *store, struct arena *arena, struct text nonce)
{
    struct nonce_row row;
    enum status status = store_begin(store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    status = store_one(store, arena, &read, NO_VALUES, &row);
    store_rollback(store);
    return status == STATUS_OK && !text_equals(row.nonce, nonce) ? STATUS_CORRUPT : status;
}

enum status nonce_try(struct store_source *source, struct arena *arena, struct text *error_out)
{
    struct store *writer = NULL;
    struct store *reader = NULL;
    struct text nonce = text_format(arena, "%016llx", (unsigned long long)chance_number());
    enum status status = source->open(source, STORE_WRITE, &writer);
    if (status == STATUS_OK) {
        status = migrate(writer, "doctor", migrations, COUNT_OF(migrations), arena, error_out);
    }
    if (status == STATUS_OK) {
        status = keep(writer, nonce);
    }
    if (status == STATUS_OK) {
        status = source->open(source, STORE_READ, &reader);
    }
    if (status == STATUS_OK) {
        status = compare(reader, arena, nonce);
    }
    store_destroy(&reader);
    store_destroy(&writer);
    return status;
}
