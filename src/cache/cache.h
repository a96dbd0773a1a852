/* cache.h - what may be lost: values and counters with a time to live, whoever keeps them.
 *
 * A cache may forget anything at any moment, and nobody may be surprised: it never has the only
 * copy of anything. UNAVAILABLE says that it cannot be asked now; treat it as ABSENT and go on. A
 * call that answered UNAVAILABLE may all the same take effect, even a moment later; so whoever must
 * not see an old value puts a revision into the key.
 *
 * Two rooms implement this: memory.c keeps it in this process; redis.c in a server that several
 * processes share; cache_fault.c wraps either and fails, forgets or dawdles on a script (tests).
 *
 * Threads: a cache is used from many at once. No call waits longer than its deadline (50 ms unless
 * the address says otherwise), and while the other side is known to be gone none waits at all.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "base/arena.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"

#include <stdint.h>

struct cache;

enum {
    CACHE_KEY_BYTES_MAX = 200,
    CACHE_VALUE_BYTES_MAX = 64 * 1024,
    CACHE_AMOUNT_MAX = 1000 * 1000 * 1000, /* of one cache_add, up or down */
};
#define CACHE_TTL_MS_MAX  (INT64_C(30) * 24 * 60 * 60 * 1000)
#define CACHE_COUNTER_MAX ((INT64_C(1) << 53) - 1) /* beyond it, up or down, it begins again */

/* 1 to 200 visible ASCII bytes. A key made of what came from outside MUST be asked about first. */
bool cache_is_key(struct text key);

/* ---- the contract; cache.c checks both sides of it ---- */

/* OK: the value is a copy in the arena, with a NUL behind.
 * ABSENT: never stored, forgotten, past its time, or too large for the arena; all the same. */
typedef enum status cache_get_fn(struct cache *cache, struct arena *arena, struct text key,
                                 struct text *value_out);

/* Any bytes, also none; replaces what was there, and its time. Not OK: the old value may still be
 * there. */
typedef enum status cache_put_fn(struct cache *cache, struct text key, struct text value,
                                 int64_t ttl_ms);

/* OK when it is not there now, whether or not it was. Not OK: it may be there until its time. */
typedef enum status cache_forget_fn(struct cache *cache, struct text key);

/* Adds to a counter, and says what it is then. A counter begins with nothing, and lives for ttl_ms
 * from its first addition on: later ones do not prolong it. Its value as cache_get sees it is a
 * decimal number; adding to a value that is none begins a new counter. */
typedef enum status cache_add_fn(struct cache *cache, struct text key, int64_t amount,
                                 int64_t ttl_ms, int64_t *value_out);

/* Why calls are answered with UNAVAILABLE now: a sentence without secrets, for doctor and ready
 * pages; NO_TEXT when they are not. Asks nobody and does not wait. */
typedef struct text cache_trouble_fn(struct cache *cache, struct arena *arena);

/* No other call may be under way. */
typedef void cache_destroy_fn(struct cache *cache);

struct cache_ops { /* for implementers only */
    const char *name;
    cache_get_fn *get;
    cache_put_fn *put;
    cache_forget_fn *forget;
    cache_add_fn *add;
    cache_trouble_fn *trouble;
    cache_destroy_fn *destroy;
};

struct cache { /* the first member of each implementation's own struct */
    const struct cache_ops *ops;
};

/* Called by each implementation's create; refuses a half-filled table. */
void cache_init(struct cache *cache, const struct cache_ops *ops);

NODISCARD enum status cache_get(struct cache *cache, struct arena *arena, struct text key,
                                struct text *value_out);

/* TOO_LARGE: the value is not kept, and what was there is forgotten. */
NODISCARD enum status cache_put(struct cache *cache, struct text key, struct text value,
                                int64_t ttl_ms);
NODISCARD enum status cache_forget(struct cache *cache, struct text key);
NODISCARD enum status cache_add(struct cache *cache, struct text key, int64_t amount,
                                int64_t ttl_ms, int64_t *value_out);
struct text cache_trouble(struct cache *cache, struct arena *arena);
const char *cache_back_end(const struct cache *cache); /* "memory", for logs */
void cache_destroy(struct cache **cache);              /* accepts NULL inside, clears the pointer */

/* ---- where caches come from ---- */

/* Never keeps more than bytes_max, keys and bookkeeping included: what was not used for longest is
 * forgotten first. At least CACHE_MEMORY_BYTES_MIN. */
enum { CACHE_MEMORY_BYTES_MIN = 1024 * 1024 };
struct cache *cache_memory_create(size_t bytes_max);

/* A Redis (or what speaks its protocol, RESP2, from Redis 2.8 on):
 *
 *   redis://127.0.0.1            redis://[user]:secret@host:6379/0
 *   unix:/run/redis.sock         unix://[user]:secret@/run/redis.sock?db=1
 *
 * ?deadline_ms=50 is how long a call may take. NULL: the address is wrong, and error_out is a
 * sentence about it, without the secret. A server that cannot be reached is no error: it is tried
 * again and again, and meanwhile calls answer UNAVAILABLE. Waits up to half a second for the first
 * connection. error_out lives until this thread's next call of this function. */
struct cache *cache_redis_create(const char *address, struct text *error_out);

#endif
