/* sqlite_id_number.h - a function of SQL beside SQLite's own: id_number(id), the number an id sorts
 * by (base/id.h), and NULL for what is no id. With it a table can have rows at their ids' numbers.
 */
#ifndef STORE_SQLITE_SQLITE_ID_NUMBER_H
#define STORE_SQLITE_SQLITE_ID_NUMBER_H

#include <sqlite3.h>

/* For statements on this connection. An SQLite code. */
int sqlite_id_number(sqlite3 *db);

#endif
