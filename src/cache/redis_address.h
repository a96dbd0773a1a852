/* redis_address.h - where a Redis is and how to be let in, read from one text. */
#ifndef CACHE_REDIS_ADDRESS_H
#define CACHE_REDIS_ADDRESS_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { REDIS_WORD_BYTES_MAX = 512 }; /* of user, secret and host: they go into one command */

struct redis_address {
    struct text path; /* of a unix socket; NO_TEXT: host and port are */
    struct text host; /* without brackets */
    struct text port;
    struct text user;   /* NO_TEXT: none */
    struct text secret; /* NO_TEXT: none */
    int database;
    int deadline_ms;
    struct text shown; /* for people, without secrets: "127.0.0.1:6379/0", "/run/redis.sock/0" */
};

/* The forms are in cache.h. OK, or MALFORMED: error_out is a sentence without the secret. Texts
 * live in the arena, each with a NUL behind. */
NODISCARD enum status redis_address_read(struct arena *arena, struct text text,
                                         struct redis_address *address_out, struct text *error_out);

#endif
