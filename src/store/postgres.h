/* postgres.h - a store in one schema of a PostgreSQL database, through a role of its own.
 *
 * `address` is a libpq connection string for the owner role, which makes schema and role once;
 * each service then works as the role <database>_<schema>, which may not change its tables, and
 * only store_script works as the owner. A superuser or BYPASSRLS role is refused. A COMMIT is never
 * cancelled; a lost connection during it, or a notice that it did not wait for its standby, is
 * UNCERTAIN.
 *
 * begin, mark and undo cost no round trip: they leave together with the next statement. So a READ
 * has its snapshot from its first query on, and a batch should have no more than 64 marks (each
 * is a subtransaction, and the server keeps 64 of them cheaply).
 *
 * A lost connection is opened again by the next begin, which answers UNAVAILABLE at once as long
 * as the next try (50 ms to 2 s apart) is not due.
 */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/store.h"

struct postgres_options {
    const char *address; /* "host=... dbname=... user=kontora_owner" */
    const char *schema;
};

/* UNAVAILABLE, or REFUSED when something must be changed first by a person. error_out is a sentence
 * that says what; it lives until this thread's next one. */
NODISCARD enum status postgres_source(const struct postgres_options *options,
                                      struct store_source **source_out, struct text *error_out);

#endif
