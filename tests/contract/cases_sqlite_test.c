/* cases_sqlite_test.c - cases in SQLite files. */
#include "store/sqlite.h"
#include "tests/lib/cases/cases_contract.h"

static struct store_source *open_source(const char *schema)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

int main(int argc, char **argv)
{
    return cases_contract_main(argc, argv, open_source);
}
