/* migrate.h - brings the tables of a service to the version its program expects.
 *
 * Migrations are numbered 1..n, each with a text for SQLite and one for PostgreSQL. What has been
 * applied is recorded with a checksum in the service's own table `migration`, in the transaction
 * of the migration itself: a kill at any statement leaves it wholly applied or not at all, and the
 * next start goes on. A changed text of an applied migration is CORRUPT, a store that is
 * ahead of the program is NEWER; in both cases error_out is a sentence that says what to do.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"

struct migration {
    unsigned version;
    const char *name;
    const char *sqlite;
    const char *postgres;
};

/* A schema may have several, each with numbers of its own: the service's, named after it, and those
 * of the floors below that keep tables beside the service's. */
struct series {
    const char *name;
    const struct migration *migrations;
    size_t count;
};

NODISCARD enum status migrate(struct store *store, const char *name,
                              const struct migration *migrations, size_t count, struct arena *arena,
                              struct text *error_out);

/* One series after the other, with one look at what is applied. At least one. */
NODISCARD enum status migrate_all(struct store *store, const struct series *series, size_t count,
                                  struct arena *arena, struct text *error_out);

/* The same comparison without a change; the table of migrations MUST be there. OK: exactly these
 * are applied. ABSENT: the last of them are not, yet. CORRUPT, NEWER as above. */
NODISCARD enum status migrate_compare(struct store *store, const char *name,
                                      const struct migration *migrations, size_t count,
                                      struct arena *arena, struct text *error_out);

#endif
