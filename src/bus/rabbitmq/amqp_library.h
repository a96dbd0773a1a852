/* amqp_library.h - librabbitmq, loaded when it is first needed, and only for its codec.
 *
 * The library turns methods and properties into bytes and back, as pure functions. Its own
 * connections are not used: they publish with a blocking write that a broker short of memory holds
 * for ever, and keep the heartbeat only while somebody is inside of them.
 */
#ifndef BUS_RABBITMQ_AMQP_LIBRARY_H
#define BUS_RABBITMQ_AMQP_LIBRARY_H

#include <amqp.h>
#include <amqp_framing.h>

/* X(name): every function of the library that is used here. */
#define AMQP_LIST(X)                                                                               \
    X(amqp_decode_method)                                                                          \
    X(amqp_decode_properties)                                                                      \
    X(amqp_encode_method)                                                                          \
    X(amqp_encode_properties)                                                                      \
    X(amqp_method_name)                                                                            \
    X(amqp_pool_alloc_bytes)                                                                       \
    X(empty_amqp_pool)                                                                             \
    X(init_amqp_pool)                                                                              \
    X(recycle_amqp_pool)

struct amqp_library {
#define X(name) __typeof__(name) *name;
    AMQP_LIST(X)
#undef X
};

/* NULL when it is missing; *error_out is then a sentence that says what to install. Safe from
 * every thread; the library stays loaded until the process ends. */
const struct amqp_library *amqp__library(const char **error_out);

#endif
