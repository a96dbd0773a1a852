/* casework_migrations.c - how the tables of casework came to be. */
#include "apps/casework/casework_store.h"

/* A key of a client leads to one process for ever. A version stands in api_rule once somebody has
 * said anything about it; all others are allowed. */
const struct migration casework_migrations[] = {
    {
        .version = 1,
        .name = "keys and rules",
        .sqlite = "CREATE TABLE client_key ("
                  " client_key TEXT NOT NULL PRIMARY KEY,"
                  " fingerprint TEXT NOT NULL,"
                  " case_id BLOB NOT NULL,"
                  " used_at INTEGER NOT NULL"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE TABLE api_rule ("
                  " workflow TEXT NOT NULL,"
                  " version INTEGER NOT NULL,"
                  " is_allowed INTEGER NOT NULL CHECK (is_allowed IN (0, 1)),"
                  " changed_at INTEGER NOT NULL,"
                  " PRIMARY KEY (workflow, version)"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE client_key ("
                    " client_key text COLLATE \"C\" NOT NULL PRIMARY KEY,"
                    " fingerprint text NOT NULL,"
                    " case_id uuid NOT NULL,"
                    " used_at bigint NOT NULL"
                    ");"
                    "CREATE TABLE api_rule ("
                    " workflow text COLLATE \"C\" NOT NULL,"
                    " version bigint NOT NULL,"
                    " is_allowed smallint NOT NULL CHECK (is_allowed IN (0, 1)),"
                    " changed_at bigint NOT NULL,"
                    " PRIMARY KEY (workflow, version)"
                    ");",
    },
};
