/* store_sqlite_test.c - SQLite keeps the contract of the store. */
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/store_contract.h"

#include <stdio.h>

static struct store_source *open_source(const char *schema)
{
    struct store_source *source = NULL;
    struct text error = TEXT("");
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    enum status status = sqlite_source(&options, &source, &error);
    if (status != STATUS_OK) {
        printf("#   %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    return source;
}

int main(int argc, char **argv)
{
    return store_contract_main(argc, argv, open_source);
}
