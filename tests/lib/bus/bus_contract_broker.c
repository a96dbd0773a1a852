/* bus_contract_broker.c - a virtual host for each test. */
#include "tests/lib/bus/bus_contract_broker.h"

#include "bus/rabbitmq.h"
#include "tests/lib/check.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdio.h>

static struct rabbitmq_server *broker;
static int port;

void bus_contract_use_broker(struct rabbitmq_server *server)
{
    broker = server;
}

void bus_contract_through(int other_port)
{
    port = other_port;
}

const char *bus_contract_virtual_host(void)
{
    static char name[100];
    static bool is_made;
    if (!is_made) {
        is_made = true;
        snprintf(name, sizeof name, "%s", rabbitmq_server_host_name("bus"));
        rabbitmq_server_virtual_host(broker, name);
    }
    return name;
}

struct bus *bus_contract_over_rabbitmq(const struct bus_options *options)
{
    char address[200];
    const char *error = NULL;
    snprintf(address, sizeof address, "amqp://guest:guest@127.0.0.1:%d/%s",
             port != 0 ? port : rabbitmq_server_port(broker), bus_contract_virtual_host());
    struct bus *bus = bus_rabbitmq_create(options, address, &error);
    if (bus == NULL) {
        printf("#   %s\n", error);
    }
    CHECK(bus != NULL);
    return bus;
}
