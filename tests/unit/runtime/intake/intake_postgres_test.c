/* intake_postgres_test.c - batches from a bus, taken in on PostgreSQL. */
#include "tests/unit/runtime/intake/batch_cases.h"

int main(int argc, char **argv)
{
    desk_server = postgres_server_start();
    int result = test_main(argc, argv, batch_cases, COUNT_OF(batch_cases));
    postgres_server_stop(&desk_server);
    return result;
}
