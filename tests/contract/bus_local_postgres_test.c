/* bus_local_postgres_test.c - the bus inside one process keeps the contract on a shared store. */
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/postgres_server.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = bus_contract_on_postgres, .create = bus_local_create, .is_exact = true};
    struct postgres_server *server = postgres_server_start();
    bus_contract_use_server(server);
    int result = bus_contract_main(argc, argv, &contract);
    postgres_server_stop(&server);
    return result;
}
