/* cache.c - checks both sides of the cache's contract, once for every back end. */
#include "cache/cache.h"

bool cache_is_key(struct text key)
{
    if (key.data == NULL || key.bytes == 0 || key.bytes > CACHE_KEY_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < key.bytes; i++) {
        if (key.data[i] <= ' ' || key.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool is_ttl(int64_t ttl_ms)
{
    return ttl_ms > 0 && ttl_ms <= CACHE_TTL_MS_MAX;
}

void cache_init(struct cache *cache, const struct cache_ops *ops)
{
    MUST(ops != NULL && ops->name != NULL);
    MUST(ops->get != NULL && ops->put != NULL && ops->forget != NULL && ops->add != NULL);
    MUST(ops->trouble != NULL && ops->destroy != NULL);
    cache->ops = ops;
}

enum status cache_get(struct cache *cache, struct arena *arena, struct text key,
                      struct text *value_out)
{
    MUST(cache_is_key(key));
    struct text value = NO_TEXT;
    enum status status = cache->ops->get(cache, arena, key, &value);
    MUST(status == STATUS_OK || status == STATUS_ABSENT || status == STATUS_UNAVAILABLE);
    MUST((status == STATUS_OK) == (value.data != NULL));
    MUST(value.bytes <= CACHE_VALUE_BYTES_MAX);
    *value_out = value;
    return status;
}

enum status cache_put(struct cache *cache, struct text key, struct text value, int64_t ttl_ms)
{
    MUST(cache_is_key(key) && is_ttl(ttl_ms));
    MUST(value.data != NULL);
    if (value.bytes > CACHE_VALUE_BYTES_MAX) {
        enum status forgotten = cache_forget(cache, key);
        return forgotten == STATUS_OK ? STATUS_TOO_LARGE : forgotten;
    }
    enum status status = cache->ops->put(cache, key, value, ttl_ms);
    MUST(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    return status;
}

enum status cache_forget(struct cache *cache, struct text key)
{
    MUST(cache_is_key(key));
    enum status status = cache->ops->forget(cache, key);
    MUST(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    return status;
}

enum status cache_add(struct cache *cache, struct text key, int64_t amount, int64_t ttl_ms,
                      int64_t *value_out)
{
    MUST(cache_is_key(key) && is_ttl(ttl_ms));
    MUST(amount >= -CACHE_AMOUNT_MAX && amount <= CACHE_AMOUNT_MAX);
    int64_t value = 0;
    enum status status = cache->ops->add(cache, key, amount, ttl_ms, &value);
    MUST(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    MUST(value >= -CACHE_COUNTER_MAX && value <= CACHE_COUNTER_MAX);
    *value_out = status == STATUS_OK ? value : 0;
    return status;
}

struct text cache_trouble(struct cache *cache, struct arena *arena)
{
    return cache->ops->trouble(cache, arena);
}

const char *cache_back_end(const struct cache *cache)
{
    return cache->ops->name;
}

void cache_destroy(struct cache **cache)
{
    struct cache *ending = *cache;
    *cache = NULL;
    if (ending != NULL) {
        ending->ops->destroy(ending);
    }
}
