/* kept_part.h - what a part of a dashboard has said last to somebody, in the cache.
 *
 * Its name there is a hash of the part, of who asks, and of what he may: whose rights have changed
 * has nothing kept.
 */
#ifndef RUNTIME_COMPOSE_KEPT_PART_H
#define RUNTIME_COMPOSE_KEPT_PART_H

#include "cache/cache.h"
#include "runtime/call.h"

enum { KEPT_PART_KEY_BYTES = 64 };

struct kept_part {
    struct text json; /* NO_TEXT: nothing is kept */
    int64_t said_at;  /* wall ms */
};

void kept_part_key(const struct caller *caller, struct text target,
                   char key_out[KEPT_PART_KEY_BYTES]);

struct kept_part kept_part_find(struct cache *cache, struct arena *arena, const char *key);

/* For ttl_ms; what is too long for the cache is forgotten. */
void kept_part_keep(struct cache *cache, struct arena *arena, const char *key,
                    const struct kept_part *part, int64_t ttl_ms);
void kept_part_forget(struct cache *cache, const char *key);

#endif
