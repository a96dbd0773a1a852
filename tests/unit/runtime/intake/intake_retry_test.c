/* intake_retry_test.c - what becomes of a message that cannot be handled, on SQLite. */
#include "tests/lib/desk/desk_contract.h"

int main(int argc, char **argv)
{
    return retry_contract_main(argc, argv);
}
