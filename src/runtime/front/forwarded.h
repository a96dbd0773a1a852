/* forwarded.h - who has sent a request that comes through a proxy of ours.
 *
 * Only what a trusted proxy says is believed: of X-Forwarded-For the last address that is none of
 * ours, and of X-Forwarded-Proto that TLS ended there.
 */
#ifndef RUNTIME_FRONT_FORWARDED_H
#define RUNTIME_FRONT_FORWARDED_H

#include "net/http.h"

struct proxies;

/* "127.0.0.1 10.0.0.0/8 2001:db8::/32". NULL with a sentence: one of them is none. An empty list
 * trusts nobody. */
struct proxies *proxies_read(struct arena *arena, struct text list, struct text *error_out);

/* Puts the sender's own address (and door) into the request. */
void forwarded_see_through(const struct proxies *proxies, struct http_exchange *exchange);

#endif
