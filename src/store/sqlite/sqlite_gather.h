/* sqlite_gather.h - writes a commit's pages to the WAL at once.
 *
 * SQLite writes each page of a commit with two system calls, a header and the page; a commit of
 * many requests has many pages, and they lie one behind the other. This layer between SQLite and
 * the system keeps what is written to the WAL until it is synced, read back or no longer adjacent,
 * and then writes it in one piece. Nothing is promised before the sync, and with synchronous=FULL
 * readers learn of a commit only after it, so nobody can miss what is still gathered here.
 *
 * For the WRITE connection only; files other than the WAL pass through untouched.
 */
#ifndef STORE_SQLITE_SQLITE_GATHER_H
#define STORE_SQLITE_SQLITE_GATHER_H

/* The name of a layer over this one (NULL: the system's), made at first use. Safe from every
 * thread; the layer stays until the process ends. */
const char *sqlite_gather(const char *vfs);

#endif
