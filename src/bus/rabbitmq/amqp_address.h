/* amqp_address.h - "amqp://user:password@host:port/vhost", taken apart.
 *
 * Parts may be percent-encoded. What is left out is what RabbitMQ's own tools take: guest:guest,
 * port 5672, the virtual host "/". The password is shown nowhere.
 */
#ifndef BUS_RABBITMQ_AMQP_ADDRESS_H
#define BUS_RABBITMQ_AMQP_ADDRESS_H

#include <stdbool.h>

enum { AMQP_PART_BYTES = 256 };

struct amqp_address {
    char user[AMQP_PART_BYTES];
    char password[AMQP_PART_BYTES];
    char host[AMQP_PART_BYTES]; /* without the brackets of IPv6 */
    char virtual_host[AMQP_PART_BYTES];
    int port;
};

/* False when it is no such address; *error_out is then a sentence without the password. */
bool amqp__address_read(const char *address, struct amqp_address *address_out,
                        const char **error_out);

#endif
