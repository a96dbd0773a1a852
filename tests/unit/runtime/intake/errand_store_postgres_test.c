/* errand_store_postgres_test.c - what was told to others, until it has an answer, on PostgreSQL. */
#include "tests/unit/runtime/intake/errand_cases.h"

int main(int argc, char **argv)
{
    desk_server = postgres_server_start();
    int result = test_main(argc, argv, errand_cases, COUNT_OF(errand_cases));
    postgres_server_stop(&desk_server);
    return result;
}
