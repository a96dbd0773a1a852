/* intake_test.c - batches from a bus, taken in on SQLite. */
#include "tests/unit/runtime/intake/batch_cases.h"

int main(int argc, char **argv)
{
    return test_main(argc, argv, batch_cases, COUNT_OF(batch_cases));
}
