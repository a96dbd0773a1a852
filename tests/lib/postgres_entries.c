/* postgres_entries.c - a small service's rows in PostgreSQL, for tests of faults. */
#include "tests/lib/postgres_entries.h"

#include "tests/lib/check.h"

#include <stdio.h>

static const struct field entry_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct entry, number)},
};

const struct shape entry_shape = {
    .name = "Entry", .fields = entry_fields, .field_count = 1, .bytes = sizeof(struct entry)};

const struct statement entry_insert = {
    .sql = "INSERT INTO entries.entry (number, note) VALUES ($1, $2)",
};

const struct statement entry_list = {
    .sql = "SELECT number FROM entries.entry ORDER BY number",
    .gives = &entry_shape,
    .rows_max = ENTRIES_ALL_MAX,
};

const struct statement entry_fail = {
    .sql = "SELECT entries.entries_fail($1) AS number",
    .gives = &entry_shape,
};

static const struct statement entry_count = {
    .sql = "SELECT count(*) AS number FROM entries.entry",
    .gives = &entry_shape,
};

static const char tables[] =
    "CREATE TABLE entry (number bigint PRIMARY KEY,"
    "  note text UNIQUE DEFERRABLE INITIALLY DEFERRED, amount smallint);"
    "CREATE FUNCTION entries_fail(sqlstate text) RETURNS bigint LANGUAGE plpgsql AS"
    "  $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = sqlstate; END $$;";

enum status entries_try(const char *address, const char *schema, struct store_source **source_out,
                        struct text *error_out)
{
    struct postgres_options options = {.address = address, .schema = schema};
    *error_out = TEXT("");
    *source_out = NULL;
    return postgres_source(&options, source_out, error_out);
}

struct store *entries_open(struct postgres_server *server, struct store_source **source_out)
{
    struct text error;
    struct store *store = NULL;
    enum status status =
        entries_try(postgres_server_address(server), "entries", source_out, &error);
    if (status != STATUS_OK) {
        printf("#   %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    CHECK_STATUS((*source_out)->open(*source_out, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, tables), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    return store;
}

enum status entries_put(struct store *store, int64_t number)
{
    char note[32];
    snprintf(note, sizeof note, "note %lld", (long long)number);
    return store_exec(store, &entry_insert,
                      VALUES(value_integer(number), value_text(text_of(note))), NULL);
}

int64_t entries_count(struct store *store, struct arena *arena)
{
    struct entry counted = {0};
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(store, arena, &entry_count, NO_VALUES, &counted), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    return counted.number;
}
