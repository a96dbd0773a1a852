/* errand_store_test.c - what was told to others, until it has an answer, on SQLite. */
#include "tests/unit/runtime/intake/errand_cases.h"

int main(int argc, char **argv)
{
    return test_main(argc, argv, errand_cases, COUNT_OF(errand_cases));
}
