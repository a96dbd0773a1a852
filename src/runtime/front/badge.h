/* badge.h - what a request from outside shows of who sends it.
 *
 * A bearer credential goes before a cookie: it was put there on purpose. What belongs to others at
 * this door (the root key, services) is no badge.
 */
#ifndef RUNTIME_FRONT_BADGE_H
#define RUNTIME_FRONT_BADGE_H

#include "net/http.h"

enum badge_kind { BADGE_NONE, BADGE_COOKIE, BADGE_BEARER };

struct badge {
    enum badge_kind kind;
    struct text secret; /* the whole credential */
};

enum { BADGE_BYTES_MIN = 16, BADGE_BYTES_MAX = 1024, BADGE_HASH_BYTES = 32 };

struct badge badge_read(const struct http_request *request);

/* False: it was cut or mistyped, as its checksum says, so nobody need be asked. */
bool badge_may_be_known(const struct badge *badge);

/* The name under which it is asked about, so that it stands itself in no address and no log. */
void badge_hash(struct text secret, unsigned char hash_out[BADGE_HASH_BYTES]);

/* May a browser have been made to send this by a page of somebody else? True of what reads, and of
 * what the browser says comes from our own pages. */
bool badge_is_from_here(const struct http_request *request);

#endif
