/* limits.h - how often somebody may come, counted in memory.
 *
 * A bucket holds `burst` requests and fills with `per_minute`; it is kept as one number, the moment
 * at which it is full again (GCRA). There are 65,536 places; when they are all taken, whoever has
 * not come for longest is forgotten, which lets him in and nobody else.
 */
#ifndef RUNTIME_FRONT_LIMITS_H
#define RUNTIME_FRONT_LIMITS_H

#include "base/id.h"
#include "base/text.h"

struct limits;

struct limit {
    const char *name;   /* "address": buckets of two limits never meet */
    int64_t per_minute; /* 0: no limit */
    int64_t burst;
};

struct limits *limits_create(void);
void limits_destroy(struct limits **limits);

struct limit_answer {
    bool may;
    int64_t left;  /* so many more at once */
    int retry_s;   /* when not: then the next may come */
    int full_in_s; /* until the bucket is full again */
};

/* One request of whoever these bytes name. now_ms is monotonic. From any thread. */
struct limit_answer limits_take(struct limits *limits, const struct limit *limit, struct text who,
                                int64_t now_ms);

/* The part of an address that one customer has: all of IPv4, /64 of IPv6. NO_TEXT: it is none, as
 * behind a unix socket. */
enum { ADDRESS_PART_BYTES = 9 };
struct text limits_address(struct text peer, char room[ADDRESS_PART_BYTES]);

#endif
