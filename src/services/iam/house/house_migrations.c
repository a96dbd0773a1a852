/* house_migrations.c - the table of what was chosen for the house. */
#include "services/iam/house/house_migrations.h"

const struct migration house_migrations[HOUSE_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "house",
        .sqlite = "CREATE TABLE iam.house ("
                  " place INTEGER NOT NULL PRIMARY KEY, hidden TEXT NOT NULL,"
                  " revision INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT;",
        .postgres = "CREATE TABLE iam.house ("
                    " place integer NOT NULL PRIMARY KEY, hidden text NOT NULL,"
                    " revision bigint NOT NULL, changed_at bigint NOT NULL);",
    },
};
