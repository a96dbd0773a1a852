/* cases_postgres_test.c - cases in a real PostgreSQL. */
#include "store/postgres.h"
#include "tests/lib/cases/cases_contract.h"
#include "tests/lib/postgres_server.h"

#include <stdio.h>

static struct postgres_server *server; /* of the whole binary */

/* Each test is a process of its own, and so has a database of its own. */
static struct store_source *open_source(const char *schema)
{
    static bool has_database;
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    if (!has_database) {
        char name[40];
        snprintf(name, sizeof name, "cases_%d", (int)getpid());
        postgres_server_use_database(server, name);
        has_database = true;
    }
    const struct postgres_options options = {.address = postgres_server_address(server),
                                             .schema = schema};
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = cases_contract_main(argc, argv, open_source);
    postgres_server_stop(&server);
    return result;
}
