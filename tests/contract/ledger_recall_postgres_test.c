/* ledger_recall_postgres_test.c - what a connection recalls of the accounts is never wrong. */
#include "tests/lib/ledger/clerk.h"
#include "tests/lib/ledger/ledger_recall_contract.h"

int main(int argc, char **argv)
{
    clerk_server = postgres_server_start();
    int failed = ledger_recall_contract_main(argc, argv);
    postgres_server_stop(&clerk_server);
    return failed;
}
