/* public_address.h - may a server that somebody else has named be asked, or is it one of ours? */
#ifndef NET_CLIENT_PUBLIC_ADDRESS_H
#define NET_CLIENT_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for this machine, private networks, link-local addresses (the cloud's metadata are there),
 * multicast and what is reserved; IPv4 within IPv6 is looked at as what it is. */
bool address_is_public(const struct sockaddr *address);

#endif
