/* nonce_cache.c - a key and a value that nobody could guess, for `kontora doctor`. */
#include "runtime/start/nonce_cache.h"

#include "base/chance.h"

enum { TTL_MS = 60 * 1000 };

enum status nonce_cache_try(struct cache *cache, struct arena *arena, struct text *error_out)
{
    struct text nonce = text_format(arena, "%016llx", (unsigned long long)chance_number());
    struct text key = text_format(arena, "kontora.doctor.%.*s", TEXT_ARGS(nonce));
    struct text seen = NO_TEXT;
    enum status status = cache_put(cache, key, nonce, TTL_MS);
    if (status == STATUS_OK) {
        status = cache_get(cache, arena, key, &seen);
    }
    if (status == STATUS_OK) {
        status = text_equals(seen, nonce) ? cache_forget(cache, key) : STATUS_CORRUPT;
    }
    if (status == STATUS_OK) {
        return STATUS_OK;
    }
    struct text trouble = cache_trouble(cache, arena);
    *error_out = status == STATUS_CORRUPT  ? TEXT("It gives back another value than it was given.")
                 : status == STATUS_ABSENT ? TEXT("It has forgotten at once what it was given.")
                 : text_is_given(trouble)  ? trouble
                                           : text_of(status_text(status));
    return status;
}
