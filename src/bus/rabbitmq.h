/* rabbitmq.h - the bus over RabbitMQ, for services in several processes. */
#ifndef BUS_RABBITMQ_H
#define BUS_RABBITMQ_H

#include "bus/bus.h"

/* `address`: amqp://user:password@host:port/vhost. What is wrong with it, or that the library is
 * missing that speaks to RabbitMQ: a sentence; NULL when all is well. */
const char *bus_rabbitmq_complain(const char *address);

/* NULL when there is something to complain of; *error_out is then that sentence. The broker need
 * not be there: the bus waits for it, as long as it takes. */
struct bus *bus_rabbitmq_create(const struct bus_options *options, const char *address,
                                const char **error_out);

#endif
