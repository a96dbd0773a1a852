/* intake_postgres_test.c - batches from a bus, on PostgreSQL. */
#include "tests/lib/desk/desk.h"
#include "tests/lib/desk/desk_contract.h"

int main(int argc, char **argv)
{
    desk_server = postgres_server_start();
    int result = batch_contract_main(argc, argv);
    postgres_server_stop(&desk_server);
    return result;
}
