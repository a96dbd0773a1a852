/* sqlite_checksum.h - every page of a database file carries a checksum, seen to at every read.
 *
 * SQLite believes what it reads: a bit that has turned over in a row is a wrong answer. This layer
 * between SQLite and the system fills the last eight bytes of each page, which SQLite leaves free
 * (see sqlite_checksum_reserve), when the page is written into the file, and compares them when it
 * is read: SQLITE_IOERR_DATA, which the store calls CORRUPT. The WAL has checksums of its own.
 */
#ifndef STORE_SQLITE_SQLITE_CHECKSUM_H
#define STORE_SQLITE_SQLITE_CHECKSUM_H

#include <sqlite3.h>

/* The name of the layer over this one (NULL: the system's). Safe from every thread. */
const char *sqlite_checksum(const char *vfs);

/* Before anything else is asked of a connection that may create its file. An SQLite code. */
int sqlite_checksum_reserve(sqlite3 *db);

#endif
