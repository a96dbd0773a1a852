/* bus_fault_test.c - a bus that loses, doubles, mixes and delays keeps the contract: who applies
 * the rule of bus.h counts each message once, in order. */
#include "tests/lib/bus/bus_contract_harm.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = bus_contract_on_sqlite, .create = bus_contract_harmful, .may_be_slow = true};
    return bus_contract_main(argc, argv, &contract);
}
