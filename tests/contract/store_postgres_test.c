/* store_postgres_test.c - a real PostgreSQL keeps the contract of the store. */
#include "store/postgres.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"
#include "tests/lib/store_contract.h"

#include <stdio.h>
#include <unistd.h>

static struct postgres_server *server;

/* Each test is a process of its own, and so has a database of its own. */
static struct store_source *open_source(const char *schema)
{
    static bool has_database;
    if (!has_database) {
        char name[32];
        snprintf(name, sizeof name, "contract_%d", (int)getpid());
        postgres_server_use_database(server, name);
        has_database = true;
    }
    struct store_source *source = NULL;
    struct text error = TEXT("");
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
    server = postgres_server_start();
    int result = store_contract_main(argc, argv, open_source);
    postgres_server_stop(&server);
    return result;
}
