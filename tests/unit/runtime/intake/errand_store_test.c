/* errand_store_test.c - what was told to others, until it has an answer, on SQLite. */
#include "tests/lib/desk/desk_contract.h"

int main(int argc, char **argv)
{
    return errand_contract_main(argc, argv);
}
