/* file_store.c - the SQL of files and their bytes. */
#include "engine/files/file_store.h"

enum { LOOSE_AT_ONCE = 20 };

const struct migration file_migrations[] = {
    {
        .version = 1,
        .name = "files",
        .sqlite = "CREATE TABLE engine_file ("
                  " file_id BLOB NOT NULL PRIMARY KEY,"
                  " case_id BLOB NOT NULL,"
                  " field TEXT NOT NULL,"
                  " name TEXT NOT NULL,"
                  " bytes INTEGER NOT NULL,"
                  " received INTEGER NOT NULL,"
                  " media_type TEXT,"
                  " sha256 TEXT,"
                  " content BLOB NOT NULL,"
                  " person BLOB,"
                  " created_at INTEGER NOT NULL,"
                  " completed_at INTEGER,"
                  " bound_at INTEGER"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE INDEX engine_file_case ON engine_file (case_id, file_id);"
                  "CREATE INDEX engine_file_loose ON engine_file (created_at)"
                  " WHERE bound_at IS NULL;"
                  "CREATE TABLE engine_content ("
                  " content BLOB NOT NULL PRIMARY KEY,"
                  " sha256 TEXT NOT NULL UNIQUE,"
                  " uses INTEGER NOT NULL"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE TABLE engine_chunk ("
                  " content BLOB NOT NULL,"
                  " at INTEGER NOT NULL,"
                  " chunk BLOB NOT NULL,"
                  " UNIQUE (content, at)"
                  ") STRICT;",
        .postgres = "CREATE TABLE engine_file ("
                    " file_id uuid NOT NULL PRIMARY KEY,"
                    " case_id uuid NOT NULL,"
                    " field text COLLATE \"C\" NOT NULL,"
                    " name text NOT NULL,"
                    " bytes bigint NOT NULL,"
                    " received bigint NOT NULL,"
                    " media_type text,"
                    " sha256 text COLLATE \"C\","
                    " content uuid NOT NULL,"
                    " person uuid,"
                    " created_at bigint NOT NULL,"
                    " completed_at bigint,"
                    " bound_at bigint"
                    ");"
                    "CREATE INDEX engine_file_case ON engine_file (case_id, file_id);"
                    "CREATE INDEX engine_file_loose ON engine_file (created_at)"
                    " WHERE bound_at IS NULL;"
                    "CREATE TABLE engine_content ("
                    " content uuid NOT NULL PRIMARY KEY,"
                    " sha256 text COLLATE \"C\" NOT NULL UNIQUE,"
                    " uses bigint NOT NULL"
                    ");"
                    "CREATE TABLE engine_chunk ("
                    " content uuid NOT NULL,"
                    " at bigint NOT NULL,"
                    " chunk bytea NOT NULL,"
                    " PRIMARY KEY (content, at)"
                    ");",
    },
};
const size_t file_migration_count = COUNT_OF(file_migrations);

/* ---- shapes ---- */

#define AT(member) .offset = offsetof(struct file_row, member)
#define TOLD_FIELDS                                                                                \
    {.name = "file_id", .kind = FIELD_ID, AT(file_id), .meaning = "What a form names it by"},      \
        {.name = "field", .kind = FIELD_TEXT, AT(field), .meaning = "The field it was sent for"},  \
        {.name = "name", .kind = FIELD_TEXT, AT(name), .meaning = "Cleaned"},                      \
        {.name = "bytes", .kind = FIELD_INTEGER, AT(bytes)},                                       \
        {.name = "received",                                                                       \
         .kind = FIELD_INTEGER,                                                                    \
         AT(received),                                                                             \
         .meaning = "So many of its bytes are here; the next ones go on there"},                   \
        {.name = "media_type",                                                                     \
         .kind = FIELD_TEXT,                                                                       \
         AT(media_type),                                                                           \
         .meaning = "By what stands in it"},                                                       \
        {.name = "sha256",                                                                         \
         .kind = FIELD_TEXT,                                                                       \
         AT(sha256),                                                                               \
         .meaning = "null: it is not whole yet"},                                                  \
        {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},                                \
        {.name = "completed_at", .kind = FIELD_TIME, AT(completed_at)},                            \
    {                                                                                              \
        .name = "bound_at", .kind = FIELD_TIME, AT(bound_at),                                      \
        .meaning = "A form has it since then; null: none yet, and it is forgotten after a day"     \
    }
static const struct field told_fields[] = {TOLD_FIELDS};
static const struct field row_fields[] = {
    TOLD_FIELDS,
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "content", .kind = FIELD_ID, AT(content)},
    {.name = "person", .kind = FIELD_ID, AT(person)},
};
#undef AT
const struct shape file_row_shape = {
    .name = "CaseFile",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct file_row),
};
static const struct shape row_shape = {
    .name = "FileRow",
    .fields = row_fields,
    .field_count = COUNT_OF(row_fields),
    .bytes = sizeof(struct file_row),
};

struct chunk_row {
    struct text chunk;
};
static const struct field chunk_fields[] = {
    {.name = "chunk", .kind = FIELD_TEXT, .offset = offsetof(struct chunk_row, chunk)},
};
static const struct shape chunk_shape = {
    .name = "Chunk", .fields = chunk_fields, .field_count = 1, .bytes = sizeof(struct chunk_row)};

struct content_row {
    struct id content;
};
static const struct field content_fields[] = {
    {.name = "content", .kind = FIELD_ID, .offset = offsetof(struct content_row, content)},
};
static const struct shape content_shape = {.name = "Content",
                                           .fields = content_fields,
                                           .field_count = 1,
                                           .bytes = sizeof(struct content_row)};

/* ---- files ---- */

#define COLUMNS                                                                                    \
    "file_id, case_id, field, name, bytes, received, media_type, sha256, content, person,"         \
    " created_at, completed_at, bound_at"

static const struct statement insert = {
    .sql = "INSERT INTO engine_file (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, 0, NULL, NULL, $6,"
           " $7, $8, NULL, NULL)",
};
static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM engine_file WHERE file_id = $1 AND case_id = $2",
    .gives = &row_shape,
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM engine_file WHERE case_id = $1 ORDER BY file_id LIMIT 500",
    .gives = &row_shape,
    .rows_max = FILES_OF_CASE_MAX,
};
static const struct statement update = {
    .sql = "UPDATE engine_file SET received = $3, media_type = $4, name = $5, sha256 = $6,"
           " content = $7, completed_at = $8 WHERE file_id = $1 AND received = $2",
};
static const struct statement bind = {
    .sql = "UPDATE engine_file SET bound_at = $2 WHERE file_id = $1 AND bound_at IS NULL",
};
static const struct statement list_loose = {
    .sql = "SELECT " COLUMNS " FROM engine_file WHERE bound_at IS NULL AND created_at < $1"
           " ORDER BY created_at LIMIT 20",
    .gives = &row_shape,
    .rows_max = LOOSE_AT_ONCE,
};
static const struct statement delete_file = {
    .sql = "DELETE FROM engine_file WHERE file_id = $1 AND bound_at IS NULL",
};

static const struct statement forget_file = {
    .sql = "DELETE FROM engine_file WHERE file_id = $1",
};

enum status file_insert(struct store *store, const struct file_row *row)
{
    return store_exec(store, &insert,
                      VALUES(value_id(row->file_id), value_id(row->case_id), value_text(row->field),
                             value_text(row->name), value_integer(row->bytes),
                             value_id(row->content), value_id(row->person),
                             value_time(row->created_at)),
                      NULL);
}

enum status file_find(struct store *store, struct arena *arena, struct id case_id,
                      struct id file_id, struct file_row *row_out)
{
    return store_one(store, arena, &find, VALUES(value_id(file_id), value_id(case_id)), row_out);
}

enum status file_list(struct store *store, struct arena *arena, struct id case_id,
                      struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_id(case_id)), rows_out);
}

enum status file_update(struct store *store, const struct file_row *row, int64_t received_before)
{
    int64_t updated = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_id(row->file_id), value_integer(received_before), value_integer(row->received),
               value_text(row->media_type), value_text(row->name), value_text(row->sha256),
               value_id(row->content), value_time(row->completed_at)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status file_bind(struct store *store, struct id file_id, int64_t now_ms)
{
    return store_exec(store, &bind, VALUES(value_id(file_id), value_time(now_ms)), NULL);
}

enum status file_list_loose(struct store *store, struct arena *arena, int64_t before,
                            struct rows *rows_out)
{
    return store_query(store, arena, &list_loose, VALUES(value_integer(before)), rows_out);
}

/* ---- bytes ---- */

static const struct statement insert_chunk = {
    .sql = "INSERT INTO engine_chunk (content, at, chunk) VALUES ($1, $2, $3)",
};
static const struct statement find_chunk = {
    .sql = "SELECT chunk FROM engine_chunk WHERE content = $1 AND at = $2",
    .gives = &chunk_shape,
};
static const struct statement delete_chunks = {
    .sql = "DELETE FROM engine_chunk WHERE content = $1",
};
static const struct statement use_content = {
    .sql = "UPDATE engine_content SET uses = uses + 1 WHERE sha256 = $1",
};
static const struct statement find_content = {
    .sql = "SELECT content FROM engine_content WHERE sha256 = $1",
    .gives = &content_shape,
};
static const struct statement insert_content = {
    .sql = "INSERT INTO engine_content (content, sha256, uses) VALUES ($1, $2, 1)"
           " ON CONFLICT DO NOTHING",
};
static const struct statement leave_content = {
    .sql = "UPDATE engine_content SET uses = uses - 1 WHERE content = $1",
};
static const struct statement delete_content = {
    .sql = "DELETE FROM engine_content WHERE content = $1 AND uses = 0",
};

enum status chunk_insert(struct store *store, struct id content, int64_t at, struct text bytes)
{
    return store_exec(store, &insert_chunk,
                      VALUES(value_id(content), value_integer(at), value_bytes(bytes)), NULL);
}

enum status chunk_find(struct store *store, struct arena *arena, struct id content, int64_t at,
                       struct text *bytes_out)
{
    struct chunk_row row;
    enum status status =
        store_one(store, arena, &find_chunk, VALUES(value_id(content), value_integer(at)), &row);
    if (status == STATUS_OK) {
        *bytes_out = row.chunk;
    }
    return status;
}

static enum status drop_chunks(struct store *store, struct id content)
{
    return store_exec(store, &delete_chunks, VALUES(value_id(content)), NULL);
}

/* The row is changed before it is read: nobody takes its last use away in between. */
static enum status share(struct store *store, struct arena *arena, struct text sha256,
                         struct id *content_inout)
{
    struct content_row row;
    enum status status = store_one(store, arena, &find_content, VALUES(value_text(sha256)), &row);
    if (status == STATUS_OK) {
        status = drop_chunks(store, *content_inout);
        *content_inout = row.content;
    }
    return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
}

enum status content_settle(struct store *store, struct arena *arena, struct text sha256,
                           struct id *content_inout)
{
    int64_t changed = 0;
    enum status status = store_exec(store, &use_content, VALUES(value_text(sha256)), &changed);
    if (status != STATUS_OK) {
        return status;
    }
    if (changed > 0) {
        return share(store, arena, sha256, content_inout);
    }
    status = store_exec(store, &insert_content,
                        VALUES(value_id(*content_inout), value_text(sha256)), &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

static enum status leave(struct store *store, struct id content)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &leave_content, VALUES(value_id(content)), NULL);
    if (status == STATUS_OK) {
        status = store_exec(store, &delete_content, VALUES(value_id(content)), &deleted);
    }
    return status == STATUS_OK && deleted > 0 ? drop_chunks(store, content) : status;
}

static enum status leave_bytes(struct store *store, const struct file_row *row)
{
    return row->completed_at != 0 ? leave(store, row->content) : drop_chunks(store, row->content);
}

enum status file_delete(struct store *store, const struct file_row *row)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &delete_file, VALUES(value_id(row->file_id)), &deleted);
    if (status != STATUS_OK || deleted == 0) {
        return status; /* a form has taken it just now */
    }
    return leave_bytes(store, row);
}

/* Its row first: whoever sends a piece of it meanwhile finds that it is gone, and leaves nothing.
 */
enum status file_forget_all(struct store *store, struct arena *arena, struct id case_id)
{
    struct rows rows = {.count = 0};
    enum status status = STATUS_OK;
    do {
        status = file_list(store, arena, case_id, &rows);
        const struct file_row *files = rows.items;
        for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
            status = store_exec(store, &forget_file, VALUES(value_id(files[i].file_id)), NULL);
            status = status == STATUS_OK ? leave_bytes(store, &files[i]) : status;
        }
    } while (status == STATUS_OK && rows.count == FILES_OF_CASE_MAX);
    return status;
}
