/* amqp_socket.h - a TCP connection that never blocks, with what waits to go out and to be read.
 *
 * Used by the link's thread alone. Only looking up a name may take time; an address in numbers
 * does not.
 */
#ifndef BUS_RABBITMQ_AMQP_SOCKET_H
#define BUS_RABBITMQ_AMQP_SOCKET_H

#include "bus/rabbitmq/amqp_wire.h"

#include <netdb.h>

struct amqp_socket {
    int descriptor; /* -1 while there is none */
    struct addrinfo *places;
    const struct addrinfo *next_place;
    struct amqp_buffer out;
    struct amqp_buffer in;
};

void amqp__socket_init(struct amqp_socket *socket);
void amqp__socket_close(struct amqp_socket *socket); /* forgets what waits */
void amqp__socket_finish(struct amqp_socket *socket);

/* Every function below answers NULL when all is well, else what is wrong, as a sentence that lives
 * until this thread's next call. */

/* Looks the name up; then tries its first address. */
const char *amqp__socket_open(struct amqp_socket *socket, const char *host, int port);

/* The descriptor can be written: connected, or the next address is being tried. */
const char *amqp__socket_connected(struct amqp_socket *socket, bool *is_connected_out);

/* As much as goes. *bytes_out says how much went. */
const char *amqp__socket_send(struct amqp_socket *socket, size_t *bytes_out);
const char *amqp__socket_receive(struct amqp_socket *socket, size_t *bytes_out);

#endif
