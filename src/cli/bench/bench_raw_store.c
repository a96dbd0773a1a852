/* bench_raw_store.c - people through SQLite's own interface and nothing else. */
#include "cli/bench/bench_raw_store.h"

#include "store/sqlite/sqlite_checksum.h"
#include "store/sqlite/sqlite_id_number.h"

#include "base/json.h"
#include "services/users/user_store.h"
#include "store/migrate.h"

#include <sqlite3.h>
#include <string.h>

enum { STATEMENTS_MAX = 16, ERROR_BYTES = 300 };

struct raw_store {
    struct arena *arena;
    sqlite3 *db;
    sqlite3_stmt *begin;
    sqlite3_stmt *insert;
    sqlite3_stmt *insert_role;
    sqlite3_stmt *commit;
    const char *indexes[STATEMENTS_MAX];
    size_t index_count;
    char error[ERROR_BYTES];
};

/* The store's own: 32 MiB of pages by runtime/settings.c, 4000 by sqlite_checkpoint.c. */
static const char limit_settings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;"
    "PRAGMA wal_autocheckpoint=4000; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
    "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;";

static const char fill_settings[] = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                    "PRAGMA cache_size=-1048576; PRAGMA locking_mode=EXCLUSIVE;";

static const char insert_person[] =
    "INSERT INTO users.person (id, external_id, email, email_key, full_name, name_key, type, roles,"
    " status, activated, spec, phone, telegram_id, contacts, requisite, locale, revision,"
    " created_at, changed_at, number)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
    "?19, ?20)";

static const char insert_role[] = "INSERT INTO users.person_role (role, person_id) VALUES (?1, ?2)";

static enum status answer_of(struct raw_store *store, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) {
        return STATUS_OK;
    }
    const char *why = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
    sqlite3_snprintf(ERROR_BYTES, store->error, "%s", why);
    return STATUS_UNAVAILABLE;
}

static enum status run(struct raw_store *store, const char *sql)
{
    return answer_of(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

static enum status make_tables(struct raw_store *store)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < USER_MIGRATION_COUNT; i++) {
        status = run(store, user_migrations[i].sqlite);
    }
    return status;
}

/* Remembers how the indexes are made, and drops them. */
static enum status put_off_indexes(struct raw_store *store)
{
    sqlite3_stmt *list = NULL;
    int code = sqlite3_prepare_v2(store->db,
                                  "SELECT sql, 'DROP INDEX \"' || name || '\"' FROM sqlite_schema"
                                  " WHERE type = 'index' AND tbl_name = 'person' AND sql NOT NULL",
                                  -1, &list, NULL);
    const char *drops[STATEMENTS_MAX] = {NULL};
    while (code == SQLITE_OK && sqlite3_step(list) == SQLITE_ROW) {
        MUST(store->index_count < STATEMENTS_MAX);
        drops[store->index_count] =
            text_copy(store->arena, text_of((const char *)sqlite3_column_text(list, 1))).data;
        store->indexes[store->index_count++] =
            text_copy(store->arena, text_of((const char *)sqlite3_column_text(list, 0))).data;
    }
    enum status status = answer_of(store, code == SQLITE_OK ? sqlite3_finalize(list) : code);
    for (size_t i = 0; status == STATUS_OK && i < store->index_count; i++) {
        status = run(store, drops[i]);
    }
    return status;
}

static enum status prepare(struct raw_store *store)
{
    const struct {
        const char *sql;
        sqlite3_stmt **handle;
    } all[] = {{"BEGIN IMMEDIATE", &store->begin},
               {insert_person, &store->insert},
               {insert_role, &store->insert_role},
               {"COMMIT", &store->commit}};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(all); i++) {
        status =
            answer_of(store, sqlite3_prepare_v3(store->db, all[i].sql, -1,
                                                SQLITE_PREPARE_PERSISTENT, all[i].handle, NULL));
    }
    return status;
}

enum status raw_store_open(struct arena *arena, const char *path, enum raw_purpose purpose,
                           struct raw_store **store_out)
{
    struct raw_store *store = ARENA_NEW(arena, struct raw_store);
    store->arena = arena;
    *store_out = store;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    flags |= purpose == RAW_LIMIT ? SQLITE_OPEN_CREATE : 0;
    /* The product opens the file too, and wants its checksums on the pages. */
    const char *vfs = purpose == RAW_LIMIT ? NULL : sqlite_checksum(NULL);
    enum status status = answer_of(store, sqlite3_open_v2(path, &store->db, flags, vfs));
    if (status != STATUS_OK) {
        return status;
    }
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_MAINDBNAME, "users");
    sqlite_id_number(store->db);
    status = run(store, purpose == RAW_FILL ? fill_settings : limit_settings);
    if (status == STATUS_OK && purpose == RAW_LIMIT) {
        status = make_tables(store);
    }
    if (status == STATUS_OK && purpose == RAW_FILL) {
        status = put_off_indexes(store);
    }
    return status == STATUS_OK ? prepare(store) : status;
}

static enum status step(struct raw_store *store, sqlite3_stmt *handle)
{
    int code = sqlite3_step(handle);
    sqlite3_reset(handle);
    return code == SQLITE_DONE ? STATUS_OK : answer_of(store, code);
}

enum status raw_store_begin(struct raw_store *store)
{
    return step(store, store->begin);
}

enum status raw_store_commit(struct raw_store *store)
{
    return step(store, store->commit);
}

static void bind_text(sqlite3_stmt *handle, int index, struct text text)
{
    sqlite3_bind_text(handle, index, text.data, (int)text.bytes, SQLITE_STATIC); /* NULL is NULL */
}

enum status raw_store_insert(struct raw_store *store, const struct raw_row *row)
{
    const struct user *user = &row->user;
    const struct text texts[] = {
        user->external_id, user->email,       row->email_key, user->full_name, row->name_key,
        user->type,        row->roles,        user->status,   NO_TEXT,         user->spec,
        user->phone,       user->telegram_id, user->contacts, user->requisite, user->locale};
    sqlite3_stmt *insert = store->insert;
    sqlite3_bind_blob(insert, 1, user->id.bytes, ID_BYTES, SQLITE_STATIC);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        bind_text(insert, (int)i + 2, texts[i]);
    }
    sqlite3_bind_int64(insert, 10, user->activated);
    sqlite3_bind_int64(insert, 17, user->revision);
    sqlite3_bind_int64(insert, 18, user->created_at);
    sqlite3_bind_int64(insert, 19, user->changed_at);
    sqlite3_bind_int64(insert, 20, id_number(user->id));
    enum status status = step(store, insert);
    for (size_t i = 0; status == STATUS_OK && i < user->roles.count; i++) {
        bind_text(store->insert_role, 1, user->roles.items[i]);
        sqlite3_bind_blob(store->insert_role, 2, user->id.bytes, ID_BYTES, SQLITE_STATIC);
        status = step(store, store->insert_role);
    }
    return status;
}

enum status raw_store_index(struct raw_store *store)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < store->index_count; i++) {
        status = run(store, store->indexes[i]);
    }
    return status;
}

enum status raw_store_finish(struct raw_store *store)
{
    return run(store, "PRAGMA locking_mode=NORMAL; PRAGMA synchronous=FULL;"
                      "PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema");
}

const char *raw_store_error(const struct raw_store *store)
{
    return store->error;
}

void raw_store_close(struct raw_store *store)
{
    sqlite3_finalize(store->begin);
    sqlite3_finalize(store->insert);
    sqlite3_finalize(store->insert_role);
    sqlite3_finalize(store->commit);
    int code = sqlite3_close(store->db);
    MUST(code == SQLITE_OK);
    store->db = NULL;
}

struct raw_row raw_row_of(struct arena *arena, const struct user *user)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    json_begin_array(&writer);
    for (size_t i = 0; i < user->roles.count; i++) {
        json_put_text(&writer, user->roles.items[i]);
    }
    json_end_array(&writer);
    return (struct raw_row){
        .user = *user,
        .email_key = user_email_key(arena, user->email),
        .name_key = user_name_key(arena, user->full_name),
        .roles = json_written(&writer),
    };
}

static const char differences[] =
    "SELECT (SELECT count(*) FROM (SELECT * FROM users.person EXCEPT SELECT * FROM other.person))"
    " + (SELECT count(*) FROM (SELECT * FROM other.person EXCEPT SELECT * FROM users.person))"
    " + (SELECT count(*) FROM (SELECT * FROM users.person_role"
    "                          EXCEPT SELECT * FROM other.person_role))"
    " + (SELECT count(*) FROM (SELECT * FROM other.person_role"
    "                          EXCEPT SELECT * FROM users.person_role))"
    " + (SELECT count(*) FROM (SELECT name, sql FROM users.sqlite_schema WHERE tbl_name LIKE "
    "'person%'"
    "                          EXCEPT SELECT name, sql FROM other.sqlite_schema))";

enum status raw_store_compare(struct arena *arena, const char *path, const char *other,
                              int64_t *differences_out)
{
    struct raw_store *store = ARENA_NEW(arena, struct raw_store);
    sqlite3_stmt *attach = NULL;
    sqlite3_stmt *count = NULL;
    int code = sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_MAINDBNAME, "users");
        code = sqlite3_prepare_v2(store->db, "ATTACH ?1 AS other", -1, &attach, NULL);
    }
    if (code == SQLITE_OK) {
        sqlite3_bind_text(attach, 1, other, -1, SQLITE_STATIC);
        code = sqlite3_step(attach);
    }
    sqlite3_finalize(attach);
    if (code == SQLITE_DONE) {
        code = sqlite3_prepare_v2(store->db, differences, -1, &count, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(count);
        *differences_out = code == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
    }
    sqlite3_finalize(count);
    sqlite3_close(store->db);
    return code == SQLITE_ROW ? STATUS_OK : STATUS_UNAVAILABLE;
}
