/* limits.h - how often somebody may come, counted in memory, and together with other processes.
 *
 * A bucket holds `burst` requests and fills with `per_minute`; it is kept as one number, the moment
 * at which it is full again (GCRA). There are 65,536 places; when they are all taken, whoever has
 * not come for longest is forgotten, which lets him in and nobody else.
 *
 * Where there is a shared cache, whoever has used a sixteenth of his burst is counted there too, a
 * moment later and never while he waits: what he has taken at other doors is then missing from his
 * bucket here. While that cache is away each process counts for itself.
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

/* NULL: nobody else is heard of. It must outlive the limits. */
struct cache;
struct limits *limits_create(struct cache *shared);
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

/* Counts together with others from now on, on a thread of its own; nothing happens where there is
 * no shared cache. The thread ends before that cache is closed. */
void limits_start(struct limits *limits);
void limits_stop(struct limits *limits);

/* What that thread does every quarter of a second. Both clocks: the cache's counters are each for a
 * stretch of wall time. */
void limits_share_once(struct limits *limits, int64_t now_ms, int64_t wall_ms);

/* The part of an address that one customer has: all of IPv4, /64 of IPv6. NO_TEXT: it is none, as
 * behind a unix socket. */
enum { ADDRESS_PART_BYTES = 9 };
struct text limits_address(struct text peer, char room[ADDRESS_PART_BYTES]);

#endif
