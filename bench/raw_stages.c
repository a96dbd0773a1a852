/* raw_stages.c - the rows that workflows of a few stages have left, written again by SQLite alone.
 *
 *   raw_stages FILE FRESH WORKFLOWS_OF_A_COMMIT
 *
 * FILE is the closed database of a service, FRESH does not exist yet. The limit that stages are
 * measured against: the same rows in the same order, the same tables and settings, so many
 * workflows in each commit, one thread, nothing else. Prints JSON.
 */
#include "base/clock.h"
#include "cli/bench/bench_raw_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4 };

static const size_t arena_bytes = (size_t)12 << 30; /* all the rows; taken as they come */

/* Each part's rows of one workflow stand together, in the order of their cases. */
struct part {
    const char *table;
    const char *select;
    const char *insert;
    int case_column; /* -1: one row for each case */
    struct raw_rows rows;
    sqlite3_stmt *statement;
    int64_t next;
};

static struct part parts[PARTS] = {
    {.table = "engine_case",
     .select = "SELECT id, workflow, version, revision, places, stages, fields, previous, open_key,"
               " opened_by, opened_at, changed_at, closed_at, operation FROM engine_case"
               " ORDER BY id",
     .insert = "INSERT INTO engine_case VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
               " ?13, ?14)",
     .case_column = -1},
    {.table = "engine_history",
     .select = "SELECT case_id, revision, at, transition, actor, person, party, changes"
               " FROM engine_history ORDER BY case_id, revision",
     .insert = "INSERT INTO engine_history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
     .case_column = 0},
    {.table = "engine_found_by",
     .select = "SELECT workflow, key, value, case_id FROM engine_found_by ORDER BY case_id",
     .insert = "INSERT INTO engine_found_by VALUES (?1, ?2, ?3, ?4)",
     .case_column = 3},
    {.table = "journal",
     .select = "SELECT id, kind, addressee, name, version, subject, revision, answers, outcome,"
               " actor, trace, told_at, deadline, data FROM journal ORDER BY position",
     .insert = "INSERT INTO journal (id, kind, addressee, name, version, subject, revision,"
               " answers, outcome, actor, trace, told_at, deadline, data) VALUES (?1, ?2, ?3, ?4,"
               " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
     .case_column = -1},
};

static sqlite3 *fresh;

static void need(int code, const char *what)
{
    if (!raw_is_good(code)) {
        fprintf(stderr, "raw_stages: %s: %s\n", what, sqlite3_errstr(code));
        exit(1);
    }
}

static void run(sqlite3 *db, const char *sql)
{
    need(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

/* As the product has made them, indexes and all. */
static void copy_tables(sqlite3 *product)
{
    sqlite3_stmt *schema = NULL;
    need(sqlite3_prepare_v2(product,
                            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN"
                            " ('engine_case', 'engine_history', 'engine_found_by', 'journal')",
                            -1, &schema, NULL),
         "the tables cannot be read");
    while (sqlite3_step(schema) == SQLITE_ROW) {
        run(fresh, (const char *)sqlite3_column_text(schema, 0));
    }
    sqlite3_finalize(schema);
}

static void load(const char *path)
{
    sqlite3 *product = NULL;
    struct arena *arena = arena_create("raw stages", arena_bytes);
    need(sqlite3_open_v2(path, &product, SQLITE_OPEN_READWRITE, NULL), path);
    copy_tables(product);
    for (int i = 0; i < PARTS; i++) {
        need(raw_load(product, arena, parts[i].select, &parts[i].rows), parts[i].table);
        need(sqlite3_prepare_v3(fresh, parts[i].insert, -1, SQLITE_PREPARE_PERSISTENT,
                                &parts[i].statement, NULL),
             parts[i].insert);
    }
    sqlite3_close(product);
}

static bool same_case(const struct part *part, int64_t row, int64_t number)
{
    const struct raw_value *id = &parts[0].rows.values[number * parts[0].rows.column_count];
    const struct raw_value *other =
        &part->rows.values[row * part->rows.column_count + part->case_column];
    return id->bytes == other->bytes && memcmp(id->data, other->data, (size_t)id->bytes) == 0;
}

static void write_workflow(int64_t number)
{
    for (int i = 0; i < PARTS; i++) {
        struct part *part = &parts[i];
        bool is_one = part->case_column < 0;
        while (part->next < part->rows.row_count &&
               (is_one ? part->next == number : same_case(part, part->next, number))) {
            need(raw_insert(&part->rows, part->statement, part->next++), part->table);
        }
    }
}

int main(int argc, char **argv)
{
    int64_t batch = argc == 4 ? strtoll(argv[3], NULL, 10) : 0;
    if (batch < 1) {
        fprintf(stderr, "usage: raw_stages FILE FRESH WORKFLOWS_OF_A_COMMIT\n");
        return 64;
    }
    need(sqlite3_open(argv[2], &fresh), argv[2]);
    run(fresh, raw_settings);
    load(argv[1]);
    int64_t count = parts[0].rows.row_count;
    int64_t began_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < count; i++) {
        if (i % batch == 0) {
            run(fresh, "BEGIN IMMEDIATE");
        }
        write_workflow(i);
        if (i % batch == batch - 1 || i == count - 1) {
            run(fresh, "COMMIT");
        }
    }
    int64_t wall_ns = clock_monotonic_ns() - began_ns;
    int64_t rows = 0;
    for (int i = 0; i < PARTS; i++) {
        rows += parts[i].next;
    }
    printf("{\"workflows\": %lld, \"rows\": %lld, \"wall_ns\": %lld}\n", (long long)count,
           (long long)rows, (long long)wall_ns);
    return 0;
}
