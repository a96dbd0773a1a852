/* ledger_contract.h - what the ledger promises, on whichever store: TAP on stdout. */
#ifndef TESTS_LIB_LEDGER_LEDGER_CONTRACT_H
#define TESTS_LIB_LEDGER_LEDGER_CONTRACT_H

#include "tests/lib/check.h"

/* On clerk_server, or on SQLite when there is none. */
int ledger_contract_main(int argc, char **argv);

#endif
