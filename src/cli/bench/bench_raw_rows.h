/* bench_raw_rows.h - rows of a file of the product, to the last byte, for whoever writes them again
 * through SQLite alone.
 */
#ifndef CLI_BENCH_BENCH_RAW_ROWS_H
#define CLI_BENCH_BENCH_RAW_ROWS_H

#include "base/arena.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* A value as SQLite gave it, with its own copy of what it points to. */
struct raw_value {
    int type;
    int bytes;
    int64_t integer;
    const void *data;
};

struct raw_rows {
    struct raw_value *values; /* row_count times column_count */
    int64_t row_count;
    int column_count;
};

enum { RAW_COLUMNS_MAX = 16 };

/* The store's own settings: 32 MiB of pages by runtime/settings.c, 4000 by sqlite_checkpoint.c. */
extern const char raw_settings[];

/* OK, DONE or ROW. */
bool raw_is_good(int code);

/* Runs a select to its end; a code of SQLite. */
int raw_load(sqlite3 *db, struct arena *arena, const char *select, struct raw_rows *rows_out);

/* Binds one row and steps; a code of SQLite. */
int raw_insert(const struct raw_rows *rows, sqlite3_stmt *insert, int64_t row);

/* Steps and resets. */
int raw_step(sqlite3_stmt *statement);

#endif
