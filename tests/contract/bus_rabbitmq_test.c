/* bus_rabbitmq_test.c - the bus over a real RabbitMQ keeps the contract, on stores of its own. */
#include "tests/lib/bus/bus_contract_broker.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/rabbitmq_server.h"

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {.open = bus_contract_on_sqlite,
                                                 .create = bus_contract_over_rabbitmq};
    struct rabbitmq_server *server = rabbitmq_server_share();
    bus_contract_use_broker(server);
    int result = bus_contract_main(argc, argv, &contract);
    rabbitmq_server_stop(&server);
    return result;
}
