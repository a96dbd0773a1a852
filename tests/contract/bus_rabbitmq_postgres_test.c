/* bus_rabbitmq_postgres_test.c - the bus over RabbitMQ keeps the contract on a shared store, where
 * two processes may serve the same services.
 */
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/postgres_server.h"
#include "tests/lib/rabbitmq_server.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {.open = bus_contract_on_postgres,
                                                 .create = bus_contract_over_rabbitmq};
    struct postgres_server *postgres = postgres_server_start();
    struct rabbitmq_server *rabbitmq = rabbitmq_server_share();
    bus_contract_use_server(postgres);
    bus_contract_use_broker(rabbitmq);
    int result = bus_contract_main(argc, argv, &contract);
    rabbitmq_server_stop(&rabbitmq);
    postgres_server_stop(&postgres);
    return result;
}
