/* cases_contract.h - how cases move, whichever store keeps them.
 *
 * A test program says how a source is opened and runs the suite; each test is a process of its own,
 * and its source is in a place that was empty when it began.
 */
#ifndef TESTS_LIB_CASES_CASES_CONTRACT_H
#define TESTS_LIB_CASES_CASES_CONTRACT_H

#include "tests/lib/cases/case_lab.h"

int cases_contract_main(int argc, char **argv, lab_open_fn *open);

#endif
