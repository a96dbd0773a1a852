/* sqlite_id_number.c - a function of SQL beside SQLite's own: the number an id sorts by. */
#include "store/sqlite/sqlite_id_number.h"

#include "base/id.h"
#include "base/must.h"

#include <string.h>

static void give_number(sqlite3_context *context, int count, sqlite3_value **values)
{
    MUST(count == 1);
    if (sqlite3_value_type(values[0]) != SQLITE_BLOB ||
        sqlite3_value_bytes(values[0]) != ID_BYTES) {
        sqlite3_result_null(context);
        return;
    }
    struct id id;
    memcpy(id.bytes, sqlite3_value_blob(values[0]), ID_BYTES);
    sqlite3_result_int64(context, id_number(id));
}

int sqlite_id_number(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "id_number", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                      give_number, NULL, NULL, NULL);
}
