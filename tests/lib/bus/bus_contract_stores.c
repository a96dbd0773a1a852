/* bus_contract_stores.c - sources for the tests of the bus. */
#include "tests/lib/bus/bus_contract_stores.h"

#include "store/postgres.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"

#include <stdio.h>
#include <unistd.h>

static struct postgres_server *server;

struct store_source *bus_contract_on_sqlite(const char *schema)
{
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

void bus_contract_use_server(struct postgres_server *started)
{
    server = started;
}

struct store_source *bus_contract_on_postgres(const char *schema)
{
    static bool has_database;
    if (!has_database) {
        char name[32];
        snprintf(name, sizeof name, "bus_%d", (int)getpid());
        postgres_server_use_database(server, name);
        has_database = true;
    }
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct postgres_options options = {.address = postgres_server_address(server),
                                       .schema = schema};
    enum status status = postgres_source(&options, &source, &error);
    if (status != STATUS_OK) {
        printf("#   %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    return source;
}
