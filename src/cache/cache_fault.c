/* cache_fault.c - a cache that fails on purpose; wraps a real one, for tests. */
#include "cache/cache_fault.h"

#include <poll.h>
#include <pthread.h>

struct faulty_cache {
    struct cache cache; /* must be first */
    struct cache *inner;
    struct cache_fault *fault;
    pthread_mutex_t lock; /* of the script: calls come from many threads */
    struct cache_ops ops; /* a copy that bears the inner cache's name */
};

static struct faulty_cache *self_of(struct cache *cache)
{
    return (struct faulty_cache *)(void *)cache;
}

static bool count_call(struct cache_fault *fault, enum cache_fault_call call)
{
    if ((fault->calls & (unsigned)call) == 0) {
        return false;
    }
    if (fault->countdown > 0) {
        fault->countdown--;
        return false;
    }
    if (fault->repeat != 0 && fault->hits >= (unsigned)fault->repeat) {
        return false;
    }
    fault->hits++;
    return true;
}

/* Is it this call's turn to go wrong? What needs to be done before the call is done here. */
static bool is_hit(struct faulty_cache *self, enum cache_fault_call call, struct text key)
{
    pthread_mutex_lock(&self->lock);
    bool is_hit = count_call(self->fault, call);
    pthread_mutex_unlock(&self->lock);
    if (is_hit && self->fault->kind == CACHE_FAULT_DELAYS) {
        poll(NULL, 0, self->fault->delay_ms);
    }
    if (is_hit && self->fault->kind == CACHE_FAULT_FORGETS) {
        enum status ignored = cache_forget(self->inner, key);
        (void)ignored;
    }
    return is_hit;
}

static bool fails_at_once(const struct faulty_cache *self, bool is_hit)
{
    return is_hit && self->fault->kind == CACHE_FAULT_FAILS;
}

static enum status told(const struct faulty_cache *self, bool is_hit, enum status status)
{
    return is_hit && self->fault->kind == CACHE_FAULT_SILENT ? STATUS_UNAVAILABLE : status;
}

static enum status get(struct cache *cache, struct arena *arena, struct text key,
                       struct text *value_out)
{
    struct faulty_cache *self = self_of(cache);
    bool hit = is_hit(self, CACHE_FAULT_GET, key);
    if (fails_at_once(self, hit)) {
        return STATUS_UNAVAILABLE;
    }
    enum status status = told(self, hit, cache_get(self->inner, arena, key, value_out));
    if (status != STATUS_OK) {
        *value_out = NO_TEXT;
    }
    return status;
}

static enum status put(struct cache *cache, struct text key, struct text value, int64_t ttl_ms)
{
    struct faulty_cache *self = self_of(cache);
    bool hit = is_hit(self, CACHE_FAULT_PUT, key);
    if (fails_at_once(self, hit)) {
        return STATUS_UNAVAILABLE;
    }
    enum status status = told(self, hit, cache_put(self->inner, key, value, ttl_ms));
    if (hit && self->fault->kind == CACHE_FAULT_FORGETS) {
        enum status ignored = cache_forget(self->inner, key);
        (void)ignored;
    }
    return status;
}

static enum status forget(struct cache *cache, struct text key)
{
    struct faulty_cache *self = self_of(cache);
    bool hit = is_hit(self, CACHE_FAULT_FORGET, key);
    if (fails_at_once(self, hit)) {
        return STATUS_UNAVAILABLE;
    }
    return told(self, hit, cache_forget(self->inner, key));
}

static enum status add(struct cache *cache, struct text key, int64_t amount, int64_t ttl_ms,
                       int64_t *value_out)
{
    struct faulty_cache *self = self_of(cache);
    bool hit = is_hit(self, CACHE_FAULT_ADD, key);
    if (fails_at_once(self, hit)) {
        return STATUS_UNAVAILABLE;
    }
    return told(self, hit, cache_add(self->inner, key, amount, ttl_ms, value_out));
}

static struct text trouble(struct cache *cache, struct arena *arena)
{
    return cache_trouble(self_of(cache)->inner, arena);
}

static void destroy(struct cache *cache)
{
    struct faulty_cache *self = self_of(cache);
    cache_destroy(&self->inner);
    pthread_mutex_destroy(&self->lock);
    memory_free(self);
}

struct cache *cache_fault_create(struct cache *inner, struct cache_fault *fault)
{
    MUST(inner != NULL);
    MUST(fault != NULL);
    struct faulty_cache *self = memory_take(sizeof *self);
    self->inner = inner;
    self->fault = fault;
    pthread_mutex_init(&self->lock, NULL);
    self->ops = (struct cache_ops){
        .name = cache_back_end(inner),
        .get = get,
        .put = put,
        .forget = forget,
        .add = add,
        .trouble = trouble,
        .destroy = destroy,
    };
    cache_init(&self->cache, &self->ops);
    return &self->cache;
}
