/* bus_local_test.c - the bus inside one process keeps the contract, on a store of its own. */
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = bus_contract_on_sqlite, .create = bus_local_create, .is_exact = true};
    return bus_contract_main(argc, argv, &contract);
}
