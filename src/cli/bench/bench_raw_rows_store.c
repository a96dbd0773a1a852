/* bench_raw_rows_store.c - rows read by SQLite and written by SQLite, with nothing between. */
#include "cli/bench/bench_raw_rows.h"

#include "base/must.h"

#include <string.h>

const char raw_settings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;"
    "PRAGMA wal_autocheckpoint=4000; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
    "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;";

bool raw_is_good(int code)
{
    return code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW;
}

int raw_step(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code;
}

static struct raw_value keep(struct arena *arena, sqlite3_stmt *row, int column)
{
    struct raw_value value = {.type = sqlite3_column_type(row, column)};
    if (value.type == SQLITE_INTEGER) {
        value.integer = sqlite3_column_int64(row, column);
    } else if (value.type != SQLITE_NULL) {
        const void *data = sqlite3_column_blob(row, column);
        value.bytes = sqlite3_column_bytes(row, column);
        char *copy = arena_take_raw(arena, (size_t)value.bytes + 1);
        if (value.bytes > 0) {
            memcpy(copy, data, (size_t)value.bytes);
        }
        value.data = copy;
    }
    return value;
}

static int read_rows(struct raw_rows *rows, struct arena *arena, sqlite3_stmt *select)
{
    int code = SQLITE_ROW;
    struct raw_value *value = rows->values;
    rows->column_count = sqlite3_column_count(select);
    MUST(rows->column_count <= RAW_COLUMNS_MAX);
    for (int64_t i = 0; i < rows->row_count && code == SQLITE_ROW; i++) {
        code = sqlite3_step(select);
        for (int column = 0; column < rows->column_count && code == SQLITE_ROW; column++) {
            *value++ = keep(arena, select, column);
        }
    }
    return code == SQLITE_ROW ? sqlite3_step(select) : code;
}

static int count_rows(sqlite3 *db, const char *select, int64_t *count_out)
{
    sqlite3_stmt *count = NULL;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM (%s)", select);
    int code = sqlite3_prepare_v2(db, sql, -1, &count, NULL);
    code = code == SQLITE_OK ? sqlite3_step(count) : code;
    *count_out = code == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
    sqlite3_finalize(count);
    sqlite3_free(sql);
    return code;
}

int raw_load(sqlite3 *db, struct arena *arena, const char *select, struct raw_rows *rows_out)
{
    sqlite3_stmt *statement = NULL;
    int code = count_rows(db, select, &rows_out->row_count);
    if (code == SQLITE_ROW) {
        rows_out->values =
            ARENA_ARRAY(arena, struct raw_value, (size_t)rows_out->row_count * RAW_COLUMNS_MAX + 1);
        code = sqlite3_prepare_v2(db, select, -1, &statement, NULL);
    }
    code = code == SQLITE_OK ? read_rows(rows_out, arena, statement) : code;
    sqlite3_finalize(statement);
    return code;
}

int raw_insert(const struct raw_rows *rows, sqlite3_stmt *insert, int64_t row)
{
    const struct raw_value *values = &rows->values[row * rows->column_count];
    for (int i = 0; i < rows->column_count; i++) {
        const struct raw_value *value = &values[i];
        if (value->type == SQLITE_INTEGER) {
            sqlite3_bind_int64(insert, i + 1, value->integer);
        } else if (value->type == SQLITE_BLOB) {
            sqlite3_bind_blob(insert, i + 1, value->data, value->bytes, SQLITE_STATIC);
        } else if (value->type == SQLITE_TEXT) {
            sqlite3_bind_text(insert, i + 1, value->data, value->bytes, SQLITE_STATIC);
        } else {
            sqlite3_bind_null(insert, i + 1);
        }
    }
    return raw_step(insert);
}
