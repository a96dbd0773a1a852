/* nonce_cache.h - does a cache give back what it was given? Asked as nonce_store.h asks a store. */
#ifndef RUNTIME_START_NONCE_CACHE_H
#define RUNTIME_START_NONCE_CACHE_H

#include "cache/cache.h"

/* Puts, gets and forgets a value of its own. CORRUPT: another value came back. error_out is a
 * sentence when it is not OK. */
NODISCARD enum status nonce_cache_try(struct cache *cache, struct arena *arena,
                                      struct text *error_out);

#endif
