/* bus_fault_postgres_test.c - the faulty bus keeps the contract on a shared store. */
#include "tests/lib/bus/bus_contract_harm.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/postgres_server.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = bus_contract_on_postgres, .create = bus_contract_harmful, .may_be_slow = true};
    struct postgres_server *server = postgres_server_start();
    bus_contract_use_server(server);
    int result = bus_contract_main(argc, argv, &contract);
    postgres_server_stop(&server);
    return result;
}
