/* definition_store.c - the SQL of definitions. */
#include "engine/recipe/definition_store.h"

#define AT(member) .offset = offsetof(struct definition_key, member)
static const struct field key_fields[] = {
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
};
#undef AT
static const struct shape key_shape = {
    .name = "Definition",
    .fields = key_fields,
    .field_count = COUNT_OF(key_fields),
    .bytes = sizeof(struct definition_key),
};

struct written {
    struct text text;
};
static const struct field text_fields[] = {
    {.name = "text", .kind = FIELD_TEXT, .offset = offsetof(struct written, text)},
};
static const struct shape text_shape = {
    .name = "DefinitionText",
    .fields = text_fields,
    .field_count = COUNT_OF(text_fields),
    .bytes = sizeof(struct written),
};

struct use {
    int64_t used;
};
static const struct field use_fields[] = {
    {.name = "used", .kind = FIELD_INTEGER, .offset = offsetof(struct use, used)},
};
static const struct shape use_shape = {
    .name = "DefinitionUse",
    .fields = use_fields,
    .field_count = COUNT_OF(use_fields),
    .bytes = sizeof(struct use),
};

static const struct statement list_definitions = {
    .sql = "SELECT workflow, version, hash FROM engine_definition ORDER BY workflow, version",
    .gives = &key_shape,
    .rows_max = DEFINITIONS_MAX,
};

static const struct statement find_text = {
    .sql = "SELECT text FROM engine_definition WHERE workflow = $1 AND version = $2",
    .gives = &text_shape,
};

static const struct statement keep = {
    .sql = "INSERT INTO engine_definition (workflow, version, hash, text, loaded_at)"
           " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workflow, version)"
           " DO UPDATE SET hash = $3, text = $4, loaded_at = $5",
};

static const struct statement find_use = {
    .sql = "SELECT count(*) AS used FROM (SELECT id FROM engine_case"
           " WHERE workflow = $1 AND version = $2 AND closed_at IS NULL LIMIT 1) AS one",
    .gives = &use_shape,
};

enum status definition_list(struct store *store, struct arena *arena, struct rows *keys_out)
{
    return store_query(store, arena, &list_definitions, NO_VALUES, keys_out);
}

enum status definition_text(struct store *store, struct arena *arena,
                            const struct definition_key *key, struct text *text_out)
{
    struct written written;
    enum status status =
        store_one(store, arena, &find_text,
                  VALUES(value_text(key->workflow), value_integer(key->version)), &written);
    *text_out = status == STATUS_OK ? written.text : NO_TEXT;
    return status;
}

enum status definition_keep(struct store *store, const struct definition_key *key, struct text text,
                            int64_t now_ms)
{
    return store_exec(store, &keep,
                      VALUES(value_text(key->workflow), value_integer(key->version),
                             value_text(key->hash), value_text(text), value_time(now_ms)),
                      NULL);
}

enum status definition_is_used(struct store *store, struct arena *arena,
                               const struct definition_key *key, bool *is_used_out)
{
    struct use use = {0};
    enum status status =
        store_one(store, arena, &find_use,
                  VALUES(value_text(key->workflow), value_integer(key->version)), &use);
    *is_used_out = use.used > 0;
    return status;
}
