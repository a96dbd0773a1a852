/* bench_raw_journal_store.c - the rows that telling and hearing have left, through SQLite alone. */
#include "cli/bench/bench_raw_journal_store.h"

#include "base/clock.h"
#include "bus/journal.h"
#include "cli/bench/bench_effect_store.h"
#include "cli/bench/bench_raw_rows.h"

#include <pthread.h>
#include <sys/resource.h>

/* One of the two files: what is written into it, and what it took. */
struct raw_file {
    const char *schema;
    const struct migration *migrations[2];
    size_t migration_counts[2];
    const char *select;
    const char *insert;
    const char *move_cursor; /* NULL: there is none */
    const char *differences;

    struct raw_rows rows;
    int64_t batch;

    sqlite3 *db;
    pthread_t thread;
    int code;
    int64_t ended_ns;
    int64_t processor_ns;
    char *error;
};

#define JOURNAL                                                                                    \
    "id, kind, addressee, name, version, subject, revision, answers, outcome, actor, trace,"       \
    " told_at, deadline, data"

/* Rows of one file that the other lacks, both ways, and tables that are not the same. */
#define ROWS(table)                                                                                \
    "(SELECT count(*) FROM (SELECT * FROM main." table " EXCEPT SELECT * FROM other." table "))"   \
    " + (SELECT count(*) FROM (SELECT * FROM other." table " EXCEPT SELECT * FROM main." table     \
    ")) + "
#define TABLES                                                                                     \
    "(SELECT count(*) FROM (SELECT name, sql FROM main.sqlite_schema"                              \
    "  WHERE tbl_name IN ('journal', 'cursor', 'effect')"                                          \
    "  EXCEPT SELECT name, sql FROM other.sqlite_schema))"

static const struct raw_file teller_file = {
    .schema = "teller",
    .select = "SELECT " JOURNAL " FROM journal ORDER BY position",
    .insert = "INSERT INTO journal (" JOURNAL
              ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    .differences = "SELECT " ROWS("journal") TABLES,
};

static const struct raw_file listener_file = {
    .schema = "listener",
    .select = "SELECT message_id, subject, revision FROM effect ORDER BY number",
    .insert = "INSERT INTO effect (message_id, subject, revision) VALUES (?1, ?2, ?3)",
    .move_cursor = "INSERT INTO cursor (source, channel, position) VALUES ('teller', 'events', ?1)"
                   " ON CONFLICT (source, channel) DO UPDATE SET position = excluded.position",
    .differences = "SELECT " ROWS("effect") ROWS("cursor") TABLES,
};

/* ---- the product's rows ---- */

static int load(struct raw_file *file, struct arena *arena, const char *path)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    code = code == SQLITE_OK ? raw_load(db, arena, file->select, &file->rows) : code;
    sqlite3_close(db);
    return code;
}

/* ---- the bare loop ---- */

static int make_tables(struct raw_file *file)
{
    int code = sqlite3_exec(file->db, raw_settings, NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(file->migrations); i++) {
        for (size_t j = 0; j < file->migration_counts[i] && code == SQLITE_OK; j++) {
            code = sqlite3_exec(file->db, file->migrations[i][j].sqlite, NULL, NULL, NULL);
        }
    }
    return code;
}

static int open_fresh(struct raw_file *file, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, &file->db, flags, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_MAINDBNAME, file->schema);
    return make_tables(file);
}

struct raw_statements {
    sqlite3_stmt *begin;
    sqlite3_stmt *insert;
    sqlite3_stmt *move_cursor;
    sqlite3_stmt *commit;
};

static int prepare(const struct raw_file *file, struct raw_statements *statements)
{
    const struct {
        const char *sql;
        sqlite3_stmt **handle;
    } all[] = {{"BEGIN IMMEDIATE", &statements->begin},
               {file->insert, &statements->insert},
               {file->move_cursor, &statements->move_cursor},
               {"COMMIT", &statements->commit}};
    int code = SQLITE_OK;
    for (size_t i = 0; i < COUNT_OF(all) && code == SQLITE_OK; i++) {
        if (all[i].sql != NULL) {
            code = sqlite3_prepare_v3(file->db, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      all[i].handle, NULL);
        }
    }
    return code;
}

static int commit_group(const struct raw_file *file, const struct raw_statements *statements,
                        int64_t first, int64_t end)
{
    int code = raw_step(statements->begin);
    for (int64_t i = first; i < end && raw_is_good(code); i++) {
        code = raw_insert(&file->rows, statements->insert, i);
    }
    if (raw_is_good(code) && statements->move_cursor != NULL) {
        sqlite3_bind_int64(statements->move_cursor, 1, end);
        code = raw_step(statements->move_cursor);
    }
    return raw_is_good(code) ? raw_step(statements->commit) : code;
}

static int64_t processor_ns(void)
{
    struct rusage usage;
    int code = getrusage(RUSAGE_THREAD, &usage);
    MUST(code == 0);
    int64_t us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return us * 1000;
}

static void *write_rows(void *argument)
{
    struct raw_file *file = argument;
    struct raw_statements statements = {0};
    file->code = prepare(file, &statements);
    for (int64_t done = 0; done < file->rows.row_count && raw_is_good(file->code);) {
        int64_t left = file->rows.row_count - done;
        int64_t end = done + (left < file->batch ? left : file->batch);
        file->code = commit_group(file, &statements, done, end);
        done = end;
    }
    file->ended_ns = clock_monotonic_ns();
    file->processor_ns = processor_ns();
    if (!raw_is_good(file->code)) {
        file->error = sqlite3_mprintf("%s", sqlite3_errmsg(file->db));
    }
    sqlite3_finalize(statements.begin);
    sqlite3_finalize(statements.insert);
    sqlite3_finalize(statements.move_cursor);
    sqlite3_finalize(statements.commit);
    return NULL;
}

/* ---- comparing ---- */

/* Both files are closed. The position of a cursor is that of the newest event in both. */
static int compare(const struct raw_file *file, const char *path, const char *other,
                   int64_t *differences)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *attach = NULL;
    sqlite3_stmt *count = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    code =
        code == SQLITE_OK ? sqlite3_prepare_v2(db, "ATTACH ?1 AS other", -1, &attach, NULL) : code;
    if (code == SQLITE_OK) {
        sqlite3_bind_text(attach, 1, other, -1, SQLITE_STATIC);
        code = sqlite3_step(attach);
    }
    sqlite3_finalize(attach);
    code = code == SQLITE_DONE ? sqlite3_prepare_v2(db, file->differences, -1, &count, NULL) : code;
    code = code == SQLITE_OK ? sqlite3_step(count) : code;
    *differences += code == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
    sqlite3_finalize(count);
    sqlite3_close(db);
    return code;
}

/* ---- both files ---- */

static enum status explain(struct raw_journal_result *result, const char *what, int code,
                           const char *why)
{
    sqlite3_snprintf(sizeof result->error, result->error, "%s: %s", what,
                     why ? why : sqlite3_errstr(code));
    return STATUS_UNAVAILABLE;
}

static const char *path_of(struct arena *arena, const char *directory, const char *schema)
{
    return text_format(arena, "%s/%s.db", directory, schema).data;
}

static enum status open_all(struct raw_file *files, struct arena *arena,
                            const struct raw_journal_options *options,
                            struct raw_journal_result *result)
{
    for (size_t i = 0; i < 2; i++) {
        files[i].batch = options->batch;
        int code = load(&files[i], arena, path_of(arena, options->product, files[i].schema));
        if (!raw_is_good(code)) {
            return explain(result, "the rows cannot be read", code, NULL);
        }
        code = open_fresh(&files[i], path_of(arena, options->fresh, files[i].schema));
        if (!raw_is_good(code)) {
            return explain(result, "SQLite alone", code, NULL);
        }
    }
    result->events = files[0].rows.row_count;
    return STATUS_OK;
}

static enum status write_all(struct raw_file *files, struct raw_journal_result *result)
{
    int64_t began_ns = clock_monotonic_ns();
    for (size_t i = 0; i < 2; i++) {
        if (pthread_create(&files[i].thread, NULL, write_rows, &files[i]) != 0) {
            memory_refused();
        }
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 2; i++) {
        pthread_join(files[i].thread, NULL);
        int64_t wall_ns = files[i].ended_ns - began_ns;
        result->wall_ns = wall_ns > result->wall_ns ? wall_ns : result->wall_ns;
        result->processor_ns += files[i].processor_ns;
        if (!raw_is_good(files[i].code)) {
            status = explain(result, "SQLite alone", files[i].code, files[i].error);
        }
        sqlite3_free(files[i].error);
    }
    return status;
}

static enum status compare_all(const struct raw_file *files, struct arena *arena,
                               const struct raw_journal_options *options,
                               struct raw_journal_result *result)
{
    for (size_t i = 0; i < 2; i++) {
        int code = compare(&files[i], path_of(arena, options->fresh, files[i].schema),
                           path_of(arena, options->product, files[i].schema), &result->differences);
        if (!raw_is_good(code)) {
            return explain(result, "the files cannot be compared", code, NULL);
        }
    }
    return STATUS_OK;
}

enum status raw_journal_run(struct arena *arena, const struct raw_journal_options *options,
                            struct raw_journal_result *result_out)
{
    struct raw_file files[] = {teller_file, listener_file};
    MUST(options->batch >= 1);
    for (size_t i = 0; i < 2; i++) {
        files[i].migrations[0] = bus_migrations;
        files[i].migration_counts[0] = bus_migration_count;
    }
    files[1].migrations[1] = bench_effect_migrations;
    files[1].migration_counts[1] = bench_effect_migration_count;
    *result_out = (struct raw_journal_result){0};
    enum status status = open_all(files, arena, options, result_out);
    if (status == STATUS_OK) {
        status = write_all(files, result_out);
    }
    for (size_t i = 0; i < 2; i++) {
        sqlite3_close(files[i].db);
    }
    return status == STATUS_OK ? compare_all(files, arena, options, result_out) : status;
}
