/* bus_local_postgres_test.c - the bus inside one process keeps the contract on a shared store. */
#include "store/postgres.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"

#include <stdio.h>
#include <unistd.h>

static struct postgres_server *server;

/* Each test is a process of its own, and so has a database of its own. */
static struct store_source *open_source(const char *schema)
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

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = open_source, .create = bus_local_create, .is_exact = true};
    server = postgres_server_start();
    int result = bus_contract_main(argc, argv, &contract);
    postgres_server_stop(&server);
    return result;
}
