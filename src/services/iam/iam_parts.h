/* iam_parts.h - the tables that the service is put together from. */
#ifndef SERVICES_IAM_IAM_PARTS_H
#define SERVICES_IAM_IAM_PARTS_H

#include "runtime/service.h"

enum { IAM_MIGRATION_COUNT = 3, IAM_ROUTE_COUNT = 41 };

extern const struct migration iam_migrations[];
extern const size_t iam_migration_count;

/* Rows of everything that can be asked; iam_routes.c. */
extern const struct route iam_routes[];
extern const size_t iam_route_count;

#endif
