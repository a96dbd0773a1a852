/* sqlite_pages_test.c - commits do not walk the cache, and nothing stays in it that is gone. */
#include "store/sqlite/sqlite_pages.h"
#include "tests/lib/check.h"

#include <sqlite3.h>
#include <stdio.h>

enum { ROWS = 4000, ROWS_A_COMMIT = 40, PATH_BYTES = 4096 };

/* Between SQLite's cache and ours: what reaches it. */
static sqlite3_pcache_methods2 own;
static int truncations;

static void on_truncate(sqlite3_pcache *cache, unsigned limit)
{
    truncations++;
    own.xTruncate(cache, limit);
}

static void install(void)
{
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own), SQLITE_OK);
    sqlite3_pcache_methods2 counting = own;
    counting.xTruncate = on_truncate;
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_PCACHE2, &counting), SQLITE_OK);
    sqlite_pages_install();
    CHECK_INT(sqlite3_initialize(), SQLITE_OK);
}

static void run(sqlite3 *db, const char *sql)
{
    CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    CHECK_INT(sqlite3_step(statement), SQLITE_ROW);
    int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

static sqlite3 *open_file(void)
{
    install(); /* each test is a process of its own */
    sqlite3 *db = NULL;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/pages.db", test_directory());
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
            "CREATE TABLE t (id INTEGER PRIMARY KEY, key BLOB UNIQUE, more BLOB);");
    return db;
}

/* Keys at random places split pages in any order, which is when SQLite uses the locking page. */
static void add(sqlite3 *db, int count)
{
    for (int i = 0; i < count; i++) {
        run(db, "INSERT INTO t (key, more) VALUES (randomblob(40), zeroblob(200))");
    }
}

static void add_at_once(sqlite3 *db, int count)
{
    run(db, "BEGIN");
    add(db, count);
    run(db, "COMMIT");
}

static void commits_do_not_walk_the_cache(void)
{
    sqlite3 *db = open_file();
    truncations = 0;
    for (int i = 0; i < ROWS; i += ROWS_A_COMMIT) {
        add_at_once(db, ROWS_A_COMMIT);
    }
    CHECK_INT(truncations, 0);
    CHECK_INT(number(db, "SELECT count(*) FROM t"), ROWS);
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static void what_is_gone_is_not_found_in_it(void)
{
    sqlite3 *db = open_file();
    add_at_once(db, ROWS);
    run(db, "BEGIN");
    add(db, ROWS);
    run(db, "ROLLBACK");
    CHECK_INT(number(db, "SELECT count(*) FROM t"), ROWS);
    run(db, "DELETE FROM t WHERE id % 10 != 0");
    truncations = 0;
    run(db, "VACUUM"); /* the file gets shorter: here there is something to drop */
    CHECK(truncations > 0);
    add_at_once(db, ROWS);
    CHECK_INT(number(db, "SELECT count(*) FROM t"), ROWS + ROWS / 10);
    CHECK_INT(number(db, "SELECT count(*) FROM pragma_integrity_check"
                         " WHERE integrity_check = 'ok'"),
              1);
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

static const struct test tests[] = {
    {"commits_do_not_walk_the_cache", commits_do_not_walk_the_cache, 0},
    {"what_is_gone_is_not_found_in_it", what_is_gone_is_not_found_in_it, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
