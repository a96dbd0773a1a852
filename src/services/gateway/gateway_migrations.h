/* gateway_migrations.h - how the tables of the door came to be. */
#ifndef SERVICES_GATEWAY_GATEWAY_MIGRATIONS_H
#define SERVICES_GATEWAY_GATEWAY_MIGRATIONS_H

#include "store/migrate.h"

enum { GATEWAY_MIGRATION_COUNT = 1 };
extern const struct migration gateway_migrations[GATEWAY_MIGRATION_COUNT];

#endif
