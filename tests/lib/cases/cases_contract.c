/* cases_contract.c - the table of the suite. */
#include "tests/lib/cases/cases_contract.h"

#include "base/log.h"
#include "tests/lib/cases/case_suites.h"

#define ROW(name) {#name, name, 0},
static const struct test tests[] = {CASE_SUITES(ROW)};
#undef ROW

int cases_contract_main(int argc, char **argv, lab_open_fn *open)
{
    log_threshold(LOG_ERROR);
    lab_open_source = open;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
