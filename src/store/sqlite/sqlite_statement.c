/* sqlite_statement.c - statements prepared once per connection, and their values. */
#include "store/sqlite/sqlite_parts.h"

#include <stdio.h>
#include <string.h>

enum { SLOTS_AT_FIRST = 64, PARAMETER_NAME_BYTES = 24 };

static const char *const fixed_sql[FIXED_COUNT] = {
    [FIXED_BEGIN_READ] = "BEGIN",
    [FIXED_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [FIXED_COMMIT] = "COMMIT",
    [FIXED_ROLLBACK] = "ROLLBACK",
    [FIXED_SAVEPOINT] = "SAVEPOINT mark",
    [FIXED_RELEASE] = "RELEASE mark",
    [FIXED_ROLLBACK_TO] = "ROLLBACK TO mark",
    [FIXED_PART] = "SAVEPOINT part",
    [FIXED_PART_RELEASE] = "RELEASE part",
    [FIXED_PART_UNDO] = "ROLLBACK TO part",
    [FIXED_ADVANCE] = "UPDATE store_mark SET number = $1, chain = $2, previous_chain = $3",
};

static const char *sql_of(const struct statement *statement)
{
    return statement->sql_in_file != NULL ? statement->sql_in_file : statement->sql;
}

_Noreturn static void is_wrong(const struct statement *statement, const char *what,
                               const char *which)
{
    char message[1024];
    snprintf(message, sizeof message, "%s '%s' in: %s", what, which, sql_of(statement));
    must_failed(__FILE__, __LINE__, message);
}

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **handle_out)
{
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, handle_out, &rest);
    MUST(code != SQLITE_OK || *handle_out != NULL);
    MUST(code != SQLITE_OK || rest[strspn(rest, " \n\t;")] == '\0'); /* one statement only */
    return code;
}

static void map_parameters(struct sqlite_prepared *prepared)
{
    prepared->parameter_count = (size_t)sqlite3_bind_parameter_count(prepared->handle);
    prepared->parameters = memory_take(prepared->parameter_count * sizeof(int));
    for (size_t i = 0; i < prepared->parameter_count; i++) {
        char name[PARAMETER_NAME_BYTES];
        snprintf(name, sizeof name, "$%zu", i + 1);
        prepared->parameters[i] = sqlite3_bind_parameter_index(prepared->handle, name);
        if (prepared->parameters[i] == 0) {
            is_wrong(prepared->statement, "there is no parameter", name);
        }
    }
}

static int find_column(sqlite3_stmt *handle, const char *name)
{
    for (int i = 0; i < sqlite3_column_count(handle); i++) {
        if (strcmp(sqlite3_column_name(handle, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static void map_columns(struct sqlite_prepared *prepared)
{
    const struct shape *shape = prepared->statement->gives;
    size_t column_count = (size_t)sqlite3_column_count(prepared->handle);
    if (shape == NULL) {
        if (column_count != 0) {
            is_wrong(prepared->statement, "nobody reads", "rows");
        }
        return;
    }
    prepared->columns = memory_take(shape->field_count * sizeof(int));
    for (size_t i = 0; i < shape->field_count; i++) {
        prepared->columns[i] = find_column(prepared->handle, shape->fields[i].name);
        if (prepared->columns[i] < 0) {
            is_wrong(prepared->statement, "there is no column", shape->fields[i].name);
        }
    }
    if (column_count != shape->field_count) {
        is_wrong(prepared->statement, "more columns than fields in shape", shape->name);
    }
}

static size_t slot_of(const struct sqlite_cache *cache, const struct statement *statement)
{
    uint64_t mixed = ((uint64_t)(uintptr_t)statement >> 3) * 0x9e3779b97f4a7c15U;
    return (size_t)(mixed >> 32) & (cache->slot_count - 1);
}

/* The slot of the statement, or the empty one where it belongs. */
static struct sqlite_prepared *find_slot(const struct sqlite_cache *cache,
                                         const struct statement *statement)
{
    size_t i = slot_of(cache, statement);
    while (cache->slots[i].statement != NULL && cache->slots[i].statement != statement) {
        i = (i + 1) & (cache->slot_count - 1);
    }
    return &cache->slots[i];
}

static void make_room(struct sqlite_cache *cache)
{
    if (cache->used * 2 < cache->slot_count) {
        return;
    }
    struct sqlite_cache larger = {.used = cache->used};
    larger.slot_count = cache->slot_count == 0 ? SLOTS_AT_FIRST : cache->slot_count * 2;
    larger.slots = memory_take(larger.slot_count * sizeof larger.slots[0]);
    for (size_t i = 0; i < cache->slot_count; i++) {
        if (cache->slots[i].statement != NULL) {
            *find_slot(&larger, cache->slots[i].statement) = cache->slots[i];
        }
    }
    memory_free(cache->slots);
    *cache = larger;
}

int sqlite__prepare(struct sqlite_store *self, const struct statement *statement,
                    struct sqlite_prepared **prepared_out)
{
    if (self->cache.slot_count != 0) {
        *prepared_out = find_slot(&self->cache, statement);
        if ((*prepared_out)->statement != NULL) {
            return SQLITE_OK;
        }
    }
    struct sqlite_prepared prepared = {.statement = statement};
    int code = prepare(self->db, sql_of(statement), &prepared.handle);
    if (code == SQLITE_ERROR) {
        is_wrong(statement, "SQLite refuses it", sqlite3_errmsg(self->db));
    }
    if (code != SQLITE_OK) {
        return code;
    }
    map_parameters(&prepared);
    map_columns(&prepared);
    make_room(&self->cache);
    *prepared_out = find_slot(&self->cache, statement);
    **prepared_out = prepared;
    self->cache.used++;
    return SQLITE_OK;
}

void sqlite__forget_statements(struct sqlite_store *self)
{
    for (size_t i = 0; i < self->cache.slot_count; i++) {
        struct sqlite_prepared *prepared = &self->cache.slots[i];
        sqlite3_finalize(prepared->handle);
        memory_free(prepared->parameters);
        memory_free(prepared->columns);
    }
    memory_free(self->cache.slots);
    self->cache = (struct sqlite_cache){0};
    for (int i = 0; i < FIXED_COUNT; i++) {
        sqlite3_finalize(self->fixed[i]);
        self->fixed[i] = NULL;
    }
}

static int bind_one(sqlite3_stmt *handle, int index, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return sqlite3_bind_null(handle, index);
    case VALUE_INTEGER:
        return sqlite3_bind_int64(handle, index, value->integer);
    case VALUE_TEXT:
        return sqlite3_bind_text64(handle, index, value->text.data, value->text.bytes,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(handle, index, value->text.data, value->text.bytes,
                                   SQLITE_STATIC);
    case VALUE_ID:
        return sqlite3_bind_blob(handle, index, value->id.bytes, ID_BYTES, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

int sqlite__bind(const struct sqlite_prepared *prepared, struct values values)
{
    MUST(values.count == prepared->parameter_count);
    for (size_t i = 0; i < values.count; i++) {
        int code = bind_one(prepared->handle, prepared->parameters[i], &values.items[i]);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    return SQLITE_OK;
}

static int prepare_fixed(struct sqlite_store *self, enum sqlite_fixed which)
{
    if (self->fixed[which] != NULL) {
        return SQLITE_OK;
    }
    return prepare(self->db, fixed_sql[which], &self->fixed[which]);
}

int sqlite__run_fixed(struct sqlite_store *self, enum sqlite_fixed which)
{
    MUST(which < FIXED_COUNT && which != FIXED_ADVANCE);
    int code = prepare_fixed(self, which);
    if (code != SQLITE_OK) {
        return code;
    }
    code = sqlite3_step(self->fixed[which]);
    MUST(code != SQLITE_ROW);
    sqlite3_reset(self->fixed[which]);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int sqlite__advance(struct sqlite_store *self, struct sqlite_commit next)
{
    int code = prepare_fixed(self, FIXED_ADVANCE);
    if (code != SQLITE_OK) {
        return code;
    }
    sqlite3_stmt *handle = self->fixed[FIXED_ADVANCE];
    sqlite3_bind_int64(handle, 1, next.number);
    sqlite3_bind_int64(handle, 2, next.chain);
    sqlite3_bind_int64(handle, 3, self->newest.chain);
    code = sqlite3_step(handle);
    sqlite3_reset(handle);
    if (code != SQLITE_DONE) {
        return code;
    }
    return sqlite3_changes64(self->db) == 1 ? SQLITE_OK : SQLITE_CORRUPT;
}
