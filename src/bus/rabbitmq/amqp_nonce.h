/* amqp_nonce.h - does a broker carry what it is given? Asked with something nobody could guess. */
#ifndef BUS_RABBITMQ_AMQP_NONCE_H
#define BUS_RABBITMQ_AMQP_NONCE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* Makes a queue of its own, which the broker forgets ten seconds later, publishes into it and waits
 * until the same comes back. One attempt only. MALFORMED: the address is none. UNAVAILABLE,
 * TIMEOUT, REFUSED. error_out is a sentence without the password when it is not OK. */
NODISCARD enum status amqp_nonce_try(const char *address, int timeout_ms, struct arena *arena,
                                     struct text *error_out);

#endif
