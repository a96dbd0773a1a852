/* memory.c - a cache in the memory of this process.
 *
 * Keys are spread over shards, each with a lock, a table of chains, and one list in the order of
 * use; whoever must make room takes from the old end of the list of its shard. So `bytes_max` is
 * kept exactly, and "what was not used for longest" is true within a shard. Keys come from outside,
 * so the hash has a secret: nobody can choose keys that all meet in one chain.
 *
 * What is past its time is found by the next get, or falls off the old end.
 */
#include "cache/cache.h"

#include "base/chance.h"
#include "base/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    SHARDS_MAX = 16,
    SHARD_BYTES_MIN = 256 * 1024, /* a few of the largest values */
    BYTES_FOR_BUCKET = 256,       /* of a shard: entries are seldom smaller than that */
    ALLOCATION_BYTES = 24,        /* what malloc keeps beside an entry, at most */
    NUMBER_BYTES = 20,            /* of the longest counter, its sign included */
};

struct entry {
    struct entry *next; /* in its chain; also in a list of entries that are to be freed */
    struct entry *newer;
    struct entry *older;
    uint64_t hash;
    int64_t ends_at_ms; /* of the monotonic clock */
    size_t key_bytes;
    size_t value_bytes;
    size_t room; /* for the value */
    char bytes[];
};

struct shard {
    pthread_mutex_t lock;
    struct entry **buckets;
    struct entry *newest;
    struct entry *oldest;
    size_t bytes_used;
    char apart[64]; /* so that two locks never share a line of the processor's cache */
};

struct memory_cache {
    struct cache cache; /* must be first */
    unsigned char secret[crypto_shorthash_KEYBYTES];
    size_t shard_count;  /* a power of two */
    size_t bucket_count; /* of each shard; a power of two */
    size_t shard_bytes_max;
    struct shard *shards;
};

static struct memory_cache *self_of(struct cache *cache)
{
    return (struct memory_cache *)(void *)cache;
}

/* ---- entries ---- */

static size_t bytes_of(const struct entry *entry)
{
    return sizeof *entry + entry->key_bytes + entry->room + ALLOCATION_BYTES;
}

static struct text value_of(const struct entry *entry)
{
    return (struct text){entry->bytes + entry->key_bytes, entry->value_bytes};
}

static bool has_key(const struct entry *entry, uint64_t hash, struct text key)
{
    return entry->hash == hash && entry->key_bytes == key.bytes &&
           memcmp(entry->bytes, key.data, key.bytes) == 0;
}

static struct entry *make_entry(uint64_t hash, struct text key, struct text value, int64_t ttl_ms)
{
    size_t room = value.bytes < NUMBER_BYTES ? NUMBER_BYTES : value.bytes;
    struct entry *entry = memory_take(sizeof *entry + key.bytes + room);
    entry->hash = hash;
    entry->ends_at_ms = clock_monotonic_ms() + ttl_ms;
    entry->key_bytes = key.bytes;
    entry->value_bytes = value.bytes;
    entry->room = room;
    memcpy(entry->bytes, key.data, key.bytes);
    memcpy(entry->bytes + key.bytes, value.data, value.bytes);
    return entry;
}

static void free_all(struct entry *gone)
{
    while (gone != NULL) {
        struct entry *next = gone->next;
        memory_free(gone);
        gone = next;
    }
}

/* ---- a shard; its lock is held ---- */

static struct entry **bucket_of(const struct memory_cache *self, struct shard *shard, uint64_t hash)
{
    /* The low bits have chosen the shard. */
    return &shard->buckets[hash / SHARDS_MAX & (self->bucket_count - 1)];
}

static void link_newest(struct shard *shard, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = shard->newest;
    if (shard->newest != NULL) {
        shard->newest->newer = entry;
    } else {
        shard->oldest = entry;
    }
    shard->newest = entry;
}

static void unlink_entry(struct shard *shard, struct entry *entry)
{
    if (entry->newer != NULL) {
        entry->newer->older = entry->older;
    } else {
        MUST(shard->newest == entry);
        shard->newest = entry->older;
    }
    if (entry->older != NULL) {
        entry->older->newer = entry->newer;
    } else {
        MUST(shard->oldest == entry);
        shard->oldest = entry->newer;
    }
}

/* Takes it out of chain, list and count; it is then the first in the list of the gone. */
static void drop(struct memory_cache *self, struct shard *shard, struct entry *entry,
                 struct entry **gone)
{
    struct entry **place = bucket_of(self, shard, entry->hash);
    while (*place != entry) {
        MUST(*place != NULL);
        place = &(*place)->next;
    }
    *place = entry->next;
    unlink_entry(shard, entry);
    MUST(shard->bytes_used >= bytes_of(entry));
    shard->bytes_used -= bytes_of(entry);
    entry->next = *gone;
    *gone = entry;
}

/* Something past its time is not found, and gone. */
static struct entry *find(struct memory_cache *self, struct shard *shard, uint64_t hash,
                          struct text key, struct entry **gone)
{
    struct entry *entry = *bucket_of(self, shard, hash);
    while (entry != NULL && !has_key(entry, hash, key)) {
        entry = entry->next;
    }
    if (entry != NULL && entry->ends_at_ms <= clock_monotonic_ms()) {
        drop(self, shard, entry, gone);
        return NULL;
    }
    return entry;
}

static void insert(struct memory_cache *self, struct shard *shard, struct entry *entry,
                   struct entry **gone)
{
    size_t bytes = bytes_of(entry);
    MUST(bytes <= self->shard_bytes_max);
    while (shard->bytes_used + bytes > self->shard_bytes_max) {
        drop(self, shard, shard->oldest, gone);
    }
    struct entry **place = bucket_of(self, shard, entry->hash);
    entry->next = *place;
    *place = entry;
    link_newest(shard, entry);
    shard->bytes_used += bytes;
}

static void touch(struct shard *shard, struct entry *entry)
{
    if (shard->newest != entry) {
        unlink_entry(shard, entry);
        link_newest(shard, entry);
    }
}

/* ---- the port; memory is freed outside of the locks, and taken there too but for counters ---- */

static uint64_t hash_of(const struct memory_cache *self, struct text key)
{
    uint64_t hash;
    unsigned char bytes[crypto_shorthash_BYTES];
    crypto_shorthash(bytes, (const unsigned char *)key.data, key.bytes, self->secret);
    memcpy(&hash, bytes, sizeof hash);
    return hash;
}

static struct shard *lock_shard(struct memory_cache *self, uint64_t hash)
{
    struct shard *shard = &self->shards[hash & (self->shard_count - 1)];
    pthread_mutex_lock(&shard->lock);
    return shard;
}

static enum status get(struct cache *cache, struct arena *arena, struct text key,
                       struct text *value_out)
{
    struct memory_cache *self = self_of(cache);
    struct entry *gone = NULL;
    uint64_t hash = hash_of(self, key);
    struct shard *shard = lock_shard(self, hash);
    struct entry *entry = find(self, shard, hash, key, &gone);
    bool is_found = entry != NULL && arena_has_room(arena, entry->value_bytes + 1);
    if (is_found) {
        touch(shard, entry);
        *value_out = text_copy(arena, value_of(entry));
    }
    pthread_mutex_unlock(&shard->lock);
    free_all(gone);
    return is_found ? STATUS_OK : STATUS_ABSENT;
}

static enum status put(struct cache *cache, struct text key, struct text value, int64_t ttl_ms)
{
    struct memory_cache *self = self_of(cache);
    struct entry *gone = NULL;
    uint64_t hash = hash_of(self, key);
    struct entry *entry = make_entry(hash, key, value, ttl_ms);
    struct shard *shard = lock_shard(self, hash);
    struct entry *before = find(self, shard, hash, key, &gone);
    if (before != NULL) {
        drop(self, shard, before, &gone);
    }
    insert(self, shard, entry, &gone);
    pthread_mutex_unlock(&shard->lock);
    free_all(gone);
    return STATUS_OK;
}

static enum status forget(struct cache *cache, struct text key)
{
    struct memory_cache *self = self_of(cache);
    struct entry *gone = NULL;
    uint64_t hash = hash_of(self, key);
    struct shard *shard = lock_shard(self, hash);
    struct entry *entry = find(self, shard, hash, key, &gone);
    if (entry != NULL) {
        drop(self, shard, entry, &gone);
    }
    pthread_mutex_unlock(&shard->lock);
    free_all(gone);
    return STATUS_OK;
}

/* False when what is there is no counter, or would be none with this amount. */
static bool add_to(struct entry *entry, int64_t amount, int64_t *value_out)
{
    int64_t sum;
    if (!text_to_integer(value_of(entry), &sum) || __builtin_add_overflow(sum, amount, &sum) ||
        sum < -CACHE_COUNTER_MAX || sum > CACHE_COUNTER_MAX) {
        return false;
    }
    char digits[NUMBER_BYTES + 1];
    int bytes = snprintf(digits, sizeof digits, "%" PRId64, sum);
    MUST(bytes > 0 && (size_t)bytes <= entry->room);
    memcpy(entry->bytes + entry->key_bytes, digits, (size_t)bytes);
    entry->value_bytes = (size_t)bytes;
    *value_out = sum;
    return true;
}

static enum status add(struct cache *cache, struct text key, int64_t amount, int64_t ttl_ms,
                       int64_t *value_out)
{
    struct memory_cache *self = self_of(cache);
    struct entry *gone = NULL;
    uint64_t hash = hash_of(self, key);
    struct shard *shard = lock_shard(self, hash);
    struct entry *entry = find(self, shard, hash, key, &gone);
    if (entry != NULL && add_to(entry, amount, value_out)) {
        touch(shard, entry);
    } else {
        if (entry != NULL) {
            drop(self, shard, entry, &gone);
        }
        struct entry *counter = make_entry(hash, key, TEXT("0"), ttl_ms);
        MUST(add_to(counter, amount, value_out));
        insert(self, shard, counter, &gone);
    }
    pthread_mutex_unlock(&shard->lock);
    free_all(gone);
    return STATUS_OK;
}

static struct text trouble(struct cache *cache, struct arena *arena)
{
    (void)cache;
    (void)arena;
    return NO_TEXT;
}

static void destroy(struct cache *cache)
{
    struct memory_cache *self = self_of(cache);
    for (size_t i = 0; i < self->shard_count; i++) {
        struct shard *shard = &self->shards[i];
        for (struct entry *entry = shard->newest; entry != NULL; entry = entry->older) {
            entry->next = entry->older;
        }
        free_all(shard->newest);
        memory_free(shard->buckets);
        pthread_mutex_destroy(&shard->lock);
    }
    memory_free(self->shards);
    memory_free(self);
}

static const struct cache_ops memory_ops = {
    .name = "memory",
    .get = get,
    .put = put,
    .forget = forget,
    .add = add,
    .trouble = trouble,
    .destroy = destroy,
};

static size_t power_of_two_up_to(size_t number)
{
    size_t power = 1;
    while (power * 2 <= number) {
        power *= 2;
    }
    return power;
}

struct cache *cache_memory_create(size_t bytes_max)
{
    MUST(bytes_max >= CACHE_MEMORY_BYTES_MIN);
    struct memory_cache *self = memory_take(sizeof *self);
    size_t fitting = power_of_two_up_to(bytes_max / SHARD_BYTES_MIN);
    self->shard_count = fitting < SHARDS_MAX ? fitting : SHARDS_MAX;
    size_t shard_bytes = bytes_max / self->shard_count;
    self->bucket_count = power_of_two_up_to(shard_bytes / BYTES_FOR_BUCKET);
    self->shard_bytes_max =
        shard_bytes - sizeof *self - sizeof(struct shard) - self->bucket_count * sizeof(void *);
    self->shards = memory_take(self->shard_count * sizeof *self->shards);
    for (size_t i = 0; i < self->shard_count; i++) {
        pthread_mutex_init(&self->shards[i].lock, NULL);
        self->shards[i].buckets = memory_take(self->bucket_count * sizeof(struct entry *));
    }
    chance_fill(self->secret, sizeof self->secret);
    cache_init(&self->cache, &memory_ops);
    return &self->cache;
}
