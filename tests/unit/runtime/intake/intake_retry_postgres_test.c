/* intake_retry_postgres_test.c - what becomes of a message that cannot be handled, on PostgreSQL.
 */
#include "tests/unit/runtime/intake/retry_cases.h"

int main(int argc, char **argv)
{
    desk_server = postgres_server_start();
    int result = test_main(argc, argv, retry_cases, COUNT_OF(retry_cases));
    postgres_server_stop(&desk_server);
    return result;
}
