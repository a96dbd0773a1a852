/* intake_test.c - batches from a bus, on SQLite. */
#include "tests/lib/desk/desk_contract.h"

int main(int argc, char **argv)
{
    return batch_contract_main(argc, argv);
}
