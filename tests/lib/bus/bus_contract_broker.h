/* bus_contract_broker.h - the bus over RabbitMQ as the contract suite runs it: each test (a process
 * of its own) has a virtual host of its own.
 */
#ifndef TESTS_LIB_BUS_BUS_CONTRACT_BROKER_H
#define TESTS_LIB_BUS_BUS_CONTRACT_BROKER_H

#include "bus/bus.h"

struct rabbitmq_server;

/* The server must have been named first, by main(). */
void bus_contract_use_broker(struct rabbitmq_server *server);
struct bus *bus_contract_over_rabbitmq(const struct bus_options *options);

/* The virtual host of this test. */
const char *bus_contract_virtual_host(void);
/* Until it is said otherwise, through this port (of a bad link); 0: the broker's own. */
void bus_contract_through(int port);

#endif
