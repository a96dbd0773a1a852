/* postgres_entries.h - a small service's rows in PostgreSQL, for tests of faults.
 *
 * The schema has one table: entry (number bigint PRIMARY KEY, note text UNIQUE DEFERRABLE INITIALLY
 * DEFERRED, amount smallint), and a function entries_fail(sqlstate) that fails as it is told.
 */
#ifndef TESTS_LIB_POSTGRES_ENTRIES_H
#define TESTS_LIB_POSTGRES_ENTRIES_H

#include "store/postgres.h"
#include "tests/lib/postgres_server.h"

enum { ENTRIES_ALL_MAX = 100000 };

struct entry {
    int64_t number;
};

extern const struct shape entry_shape;
extern const struct statement entry_insert; /* number, note */
extern const struct statement entry_list;   /* in order of number */
extern const struct statement entry_fail;   /* sqlstate */

/* A source for the schema, and what was said when there is none. */
enum status entries_try(const char *address, const char *schema, struct store_source **source_out,
                        struct text *error_out);

/* The schema "entries" with its table, and a store open for writing. The check fails when not. */
struct store *entries_open(struct postgres_server *server, struct store_source **source_out);

enum status entries_put(struct store *store, int64_t number);

/* In a transaction of its own. */
int64_t entries_count(struct store *store, struct arena *arena);

#endif
