/* ledger_recall_contract.h - one who recalls the accounts, and another who changes them meanwhile.
 */
#ifndef TESTS_LIB_LEDGER_LEDGER_RECALL_CONTRACT_H
#define TESTS_LIB_LEDGER_LEDGER_RECALL_CONTRACT_H

#include "tests/lib/check.h"

/* On clerk_server. */
extern const struct test ledger_recall_tests[];
extern const size_t ledger_recall_test_count;

int ledger_recall_contract_main(int argc, char **argv);

#endif
