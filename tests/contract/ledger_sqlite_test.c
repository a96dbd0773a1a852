/* ledger_sqlite_test.c - the ledger keeps its promises on SQLite. */
#include "tests/lib/ledger/ledger_contract.h"

int main(int argc, char **argv)
{
    return ledger_contract_main(argc, argv);
}
