/* ledger_model.h - a ledger as simple as can be, and random orders given to both.
 *
 * The model keeps all moves in a list and computes everything else from it each time. After each
 * order both must have said the same, after some all balances, past and present, must agree.
 */
#ifndef TESTS_LIB_LEDGER_LEDGER_MODEL_H
#define TESTS_LIB_LEDGER_LEDGER_MODEL_H

#include "tests/lib/ledger/clerk.h"

/* The clerk's books are empty. The first difference ends the test, with seed and step. */
void ledger_model_run(struct clerk *clerk, uint64_t seed, int steps);

#endif
