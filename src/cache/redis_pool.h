/* redis_pool.h - the connections to a Redis, and the circuit that spares callers a dead one.
 *
 *            a call fails                    a connection is made and answers
 *   CLOSED ----------------> OPEN, a pause of 100 ms .. 5 s, a try ------------> CLOSED
 *     calls take a connection   calls answer UNAVAILABLE at once
 *
 * A thread of the pool makes the connections: callers never connect, resolve names or greet. The
 * pause doubles with each failure and begins at 100 ms again when there was none for 10 s. A
 * connection that the server closed while nobody used it is no failure; it is replaced.
 */
#ifndef CACHE_REDIS_POOL_H
#define CACHE_REDIS_POOL_H

#include "cache/redis_link.h"

struct redis_pool;

/* The address lives as long as the pool. Waits up to half a second for the first connection. */
struct redis_pool *redis_pool_create(const struct redis_address *address);
void redis_pool_destroy(struct redis_pool **pool); /* no connection is taken */

/* A connection for one call; NULL when the circuit is open or all are busy until the deadline. It
 * is given back in one of three ways: */
struct redis_link *redis_pool_take(struct redis_pool *pool, int64_t deadline_ns);
void redis_pool_give(struct redis_pool *pool, struct redis_link *link);
void redis_pool_drop(struct redis_pool *pool, struct redis_link *link); /* not the server's fault */
void redis_pool_fail(struct redis_pool *pool, struct redis_link *link, const char *trouble);

/* The server answered with an error: it is told in the log, now and then. */
void redis_pool_refused(struct redis_pool *pool, struct text code);

/* See cache_trouble. */
struct text redis_pool_trouble(struct redis_pool *pool, struct arena *arena);

#endif
