/* bus_local_test.c - the bus inside one process keeps the contract, on a store of its own. */
#include "store/sqlite.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/check.h"

static struct store_source *open_source(const char *schema)
{
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = open_source, .create = bus_local_create, .is_exact = true};
    return bus_contract_main(argc, argv, &contract);
}
