/* rabbitmq_outside.h - plain queues in RabbitMQ, for programs that are none of ours. */
#ifndef BUS_RABBITMQ_OUTSIDE_H
#define BUS_RABBITMQ_OUTSIDE_H

#include "bus/outside.h"

/* NULL when the address is none or the library is missing; *error_out is then a sentence. The
 * broker need not be there. Callbacks may come before this returns. */
struct outside *rabbitmq_outside_create(const struct outside_options *options, const char *address,
                                        const char **error_out);

#endif
