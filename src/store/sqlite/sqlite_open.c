/* sqlite_open.c - opens connections and gives each of them its settings.
 *
 * A fresh file is switched to WAL under synchronous=EXTRA, because under FULL a power loss may
 * leave a hot journal behind that rolls the whole file back; afterwards FULL is what a commit
 * needs. The file's own database is renamed to the service's name, so that tables are qualified
 * with it as they are in PostgreSQL.
 */
#include "store/sqlite/sqlite_parts.h"

#include "store/sqlite/sqlite_checksum.h"
#include "store/sqlite/sqlite_gather.h"
#include "store/sqlite/sqlite_id_number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    LIBRARY_MINIMUM = 3051003,
    SCHEMA_BYTES_MAX = 40,
    SENTENCE_BYTES_MAX = 1200,
    CACHE_KIB_OTHERWISE = 16 * 1024,
    WRITER_KIB_MAX = 32 * 1024,
};

static const char *const settings[] = {
    "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA foreign_keys=ON",
    "PRAGMA mmap_size=0",        "PRAGMA temp_store=MEMORY",
};

struct text sqlite__sentence(const char *format, ...)
{
    static _Thread_local char sentence[SENTENCE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return text_of(sentence);
}

static char *join(const char *directory, const char *name, const char *ending)
{
    size_t bytes = strlen(directory) + strlen(name) + strlen(ending) + 2;
    char *joined = memory_take(bytes);
    snprintf(joined, bytes, "%s%s%s%s", directory, directory[0] == '\0' ? "" : "/", name, ending);
    return joined;
}

static bool is_schema_name(const char *name)
{
    size_t bytes = strlen(name);
    return bytes > 0 && bytes <= SCHEMA_BYTES_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == bytes &&
           strcmp(name, "main") != 0 && strcmp(name, "temp") != 0;
}

void sqlite__home_init(struct sqlite_home *home, const struct sqlite_options *options)
{
    MUST(options->directory != NULL && options->schema != NULL);
    MUST(is_schema_name(options->schema));
    MUST(options->cache_kib >= 0 && options->checkpoint_pages >= 0);
    home->directory = join("", options->directory, "");
    home->schema = join("", options->schema, "");
    home->database_path = join(options->directory, options->schema, ".db");
    home->mark_path = join(options->directory, options->schema, ".mark");
    home->vfs = options->vfs == NULL ? NULL : join("", options->vfs, "");
    home->cache_kib = options->cache_kib;
    home->checkpoint_pages = options->checkpoint_pages;
    home->accept_loss = options->accept_loss;
    home->source.schema = home->schema;
}

void sqlite__home_finish(struct sqlite_home *home)
{
    memory_free(home->directory);
    memory_free(home->schema);
    memory_free(home->database_path);
    memory_free(home->mark_path);
    memory_free(home->vfs);
}

enum status sqlite_check_library(struct text *error_out)
{
    if (sqlite3_libversion_number() >= LIBRARY_MINIMUM) {
        return STATUS_OK;
    }
    *error_out = sqlite__sentence("This program is linked with SQLite %s, which may damage a "
                                  "database in WAL mode. Build it with 3.51.3 or newer.",
                                  sqlite3_libversion());
    return STATUS_UNAVAILABLE;
}

enum status sqlite__cannot(struct sqlite_store *self, int code, struct text *error_out)
{
    const char *path = self->home->database_path;
    const char *detail = self->db != NULL ? sqlite3_errmsg(self->db) : sqlite3_errstr(code);
    switch (code == SQLITE_IOERR_DATA ? SQLITE_CORRUPT : code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        *error_out = sqlite__sentence("%s is damaged or no database of this program (%s). Restore "
                                      "a backup; do not delete the file.",
                                      path, detail);
        return STATUS_CORRUPT;
    case SQLITE_FULL:
        *error_out = sqlite__sentence("There is no room on the disk to open %s.", path);
        return STATUS_FULL;
    case SQLITE_BUSY:
        *error_out = sqlite__sentence("%s is used by another program.", path);
        return STATUS_BUSY;
    default:
        *error_out = sqlite__sentence("%s cannot be opened (%s, code %d). Does %s exist, and may "
                                      "this user write there?",
                                      path, detail, code, self->home->directory);
        return STATUS_UNAVAILABLE;
    }
}

int sqlite__read_integers(sqlite3 *db, const char *sql, int64_t *numbers_out, int count)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &handle, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    MUST(sqlite3_column_count(handle) == count);
    code = sqlite3_step(handle);
    for (int i = 0; code == SQLITE_ROW && i < count; i++) {
        numbers_out[i] = sqlite3_column_int64(handle, i);
    }
    sqlite3_finalize(handle);
    if (code == SQLITE_DONE) {
        return SQLITE_CORRUPT;
    }
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Half of it for who reads: what is asked for most should stay. Who writes comes to a page here and
 * a page there, and is quicker with pages that he has had than with many. */
static int set_cache(struct sqlite_store *self)
{
    int kib = self->home->cache_kib > 0 ? self->home->cache_kib : CACHE_KIB_OTHERWISE;
    int written_kib = kib < WRITER_KIB_MAX ? kib : WRITER_KIB_MAX;
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d",
             self->access == STORE_WRITE ? written_kib : kib / 2);
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL);
}

static int set_journal(sqlite3 *db)
{
    return sqlite3_exec(db,
                        "PRAGMA synchronous=EXTRA;"
                        "PRAGMA journal_mode=WAL;"
                        "PRAGMA synchronous=FULL",
                        NULL, NULL, NULL);
}

static int configure(struct sqlite_store *self)
{
    sqlite3 *db = self->db;
    sqlite3_db_config(db, SQLITE_DBCONFIG_MAINDBNAME, self->home->schema);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_wal_autocheckpoint(db, 0);
    sqlite3_busy_timeout(db, SQLITE_BUSY_MS);
    bool is_writer = self->access == STORE_WRITE;
    int code = sqlite_checksum_reserve(db);
    for (size_t i = 0; code == SQLITE_OK && i < COUNT_OF(settings); i++) {
        code = sqlite3_exec(db, settings[i], NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite_id_number(db);
    }
    if (code == SQLITE_OK) {
        code = set_cache(self);
    }
    if (code == SQLITE_OK) {
        code = is_writer ? set_journal(db)
                         : sqlite3_exec(db, "PRAGMA query_only=ON", NULL, NULL, NULL);
    }
    return code;
}

static int check_settings(struct sqlite_store *self)
{
    int64_t level = 0;
    int code = sqlite__read_integers(self->db, "PRAGMA synchronous", &level, 1);
    if (code == SQLITE_OK) {
        MUST(level == 2); /* FULL: a commit that is not synced is not durable */
    }
    sqlite3_stmt *handle = NULL;
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(self->db, "PRAGMA journal_mode", -1, &handle, NULL);
    }
    if (code != SQLITE_OK) {
        return code;
    }
    code = sqlite3_step(handle);
    bool is_wal =
        code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(handle, 0), "wal") == 0;
    sqlite3_finalize(handle);
    if (code != SQLITE_ROW) {
        return code;
    }
    return is_wal && !sqlite3_db_readonly(self->db, NULL) ? SQLITE_OK : SQLITE_READONLY;
}

static enum status open_all(struct sqlite_store *self, struct text *error_out)
{
    bool is_writer = self->access == STORE_WRITE;
    const char *checked = sqlite_checksum(self->home->vfs);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(self->home->database_path, &self->db,
                               is_writer ? flags | SQLITE_OPEN_CREATE : flags,
                               is_writer ? sqlite_gather(checked) : checked);
    if (code == SQLITE_OK) {
        code = configure(self);
    }
    if (code == SQLITE_OK && is_writer) {
        code = check_settings(self);
    }
    if (code != SQLITE_OK) {
        return sqlite__cannot(self, code, error_out);
    }
    if (!is_writer) {
        return STATUS_OK;
    }
    sqlite__count_wal(self);
    return sqlite__settle(self, error_out);
}

enum status sqlite__open(struct sqlite_store *self, struct text *error_out)
{
    MUST(self->db == NULL && self->home != NULL);
    enum status status = open_all(self, error_out);
    if (status != STATUS_OK) {
        sqlite__close(self);
    }
    return status;
}

void sqlite__close(struct sqlite_store *self)
{
    sqlite__forget_statements(self);
    sqlite_mark_close(&self->mark);
    int code = sqlite3_close(self->db);
    MUST(code == SQLITE_OK);
    self->db = NULL;
}
