/* intake_retry_test.c - what becomes of a message that cannot be handled, on SQLite. */
#include "tests/unit/runtime/intake/retry_cases.h"

int main(int argc, char **argv)
{
    return test_main(argc, argv, retry_cases, COUNT_OF(retry_cases));
}
