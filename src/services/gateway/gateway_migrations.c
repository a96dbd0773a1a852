/* gateway_migrations.c - the tables of the door. */
#include "services/gateway/gateway_migrations.h"

/* A delivery stands there for as long as its sender may repeat it. */
const struct migration gateway_migrations[GATEWAY_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "hooks",
        .sqlite = "CREATE TABLE gateway.hook ("
                  " name TEXT NOT NULL PRIMARY KEY,"
                  " scheme TEXT NOT NULL,"
                  " secret TEXT NOT NULL,"
                  " meaning TEXT,"
                  " created_at INTEGER NOT NULL"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE TABLE gateway.hook_delivery ("
                  " hook TEXT NOT NULL,"
                  " delivery TEXT NOT NULL,"
                  " received_at INTEGER NOT NULL,"
                  " PRIMARY KEY (hook, delivery)"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE INDEX gateway.hook_delivery_at ON hook_delivery (received_at);",
        .postgres = "CREATE TABLE gateway.hook ("
                    " name text COLLATE \"C\" NOT NULL PRIMARY KEY,"
                    " scheme text NOT NULL,"
                    " secret text NOT NULL,"
                    " meaning text,"
                    " created_at bigint NOT NULL"
                    ");"
                    "CREATE TABLE gateway.hook_delivery ("
                    " hook text COLLATE \"C\" NOT NULL,"
                    " delivery text COLLATE \"C\" NOT NULL,"
                    " received_at bigint NOT NULL,"
                    " PRIMARY KEY (hook, delivery)"
                    ");"
                    "CREATE INDEX hook_delivery_at ON gateway.hook_delivery (received_at);",
    },
};
