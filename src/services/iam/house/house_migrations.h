/* house_migrations.h - how the table of what was chosen for the house came to be. */
#ifndef SERVICES_IAM_HOUSE_HOUSE_MIGRATIONS_H
#define SERVICES_IAM_HOUSE_HOUSE_MIGRATIONS_H

#include "store/migrate.h"

enum { HOUSE_MIGRATION_COUNT = 1 };
extern const struct migration house_migrations[HOUSE_MIGRATION_COUNT];

#endif
