/* ledger_postgres_test.c - the ledger keeps its promises on a real PostgreSQL. */
#include "tests/lib/ledger/clerk.h"
#include "tests/lib/ledger/ledger_contract.h"

int main(int argc, char **argv)
{
    clerk_server = postgres_server_start();
    int result = ledger_contract_main(argc, argv);
    postgres_server_stop(&clerk_server);
    return result;
}
