/* passkeys_migrations.h - how the tables of passkeys came to be. */
#ifndef SERVICES_IAM_PASSKEYS_PASSKEYS_MIGRATIONS_H
#define SERVICES_IAM_PASSKEYS_PASSKEYS_MIGRATIONS_H

#include "store/migrate.h"

enum { PASSKEYS_MIGRATION_COUNT = 1 };
extern const struct migration passkeys_migrations[PASSKEYS_MIGRATION_COUNT];

#endif
