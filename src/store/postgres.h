/* postgres.h - a store in one schema of a PostgreSQL database, through a role of its own.
 *
 * `address` is a libpq connection string for the owner role that may create schemas and roles
 * once (at setup), each service then works as the role <prefix>_<schema>, which may not change
 * its tables. A superuser or BYPASSRLS role is refused. A COMMIT is never cancelled; a lost
 * connection during it, or a notice of class 01 about synchronous replication, is UNCERTAIN.
 */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/store.h"

struct postgres_options {
    const char *address; /* "host=... dbname=... user=kontora_owner" */
    const char *schema;
};

NODISCARD enum status postgres_source(const struct postgres_options *options,
                                      struct store_source **source_out, struct text *error_out);

#endif
