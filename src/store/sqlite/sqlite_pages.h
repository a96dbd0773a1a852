/* sqlite_pages.h - SQLite's cache of pages, told only of what may be in it.
 *
 * When SQLite splits a page it gives one of them the number of the locking page for a moment. Its
 * cache takes that for its highest number, and each commit then walks the whole cache to drop
 * pages behind the end of the file, of which there are none: with a cache of 32 MiB a third of a
 * millisecond, a tenth of what a busy writer does. Here the highest number is known better, and
 * the cache is asked to drop something only when there is something.
 */
#ifndef STORE_SQLITE_SQLITE_PAGES_H
#define STORE_SQLITE_SQLITE_PAGES_H

/* For all connections of the process, before SQLite is used; afterwards it changes nothing. */
void sqlite_pages_install(void);

#endif
