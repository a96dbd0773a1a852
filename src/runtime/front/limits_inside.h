/* limits_inside.h - buckets, and those that are to be counted elsewhere too. */
#ifndef RUNTIME_FRONT_LIMITS_INSIDE_H
#define RUNTIME_FRONT_LIMITS_INSIDE_H

#include "base/mailbox.h"
#include "base/must.h"
#include "runtime/front/limits.h"

#include <pthread.h>
#include <sodium.h>

enum {
    LIMIT_SHARDS = 16,
    LIMIT_SETS = 1024,
    LIMIT_PLACES = 4,
    LIMIT_QUEUE_MAX = 4096, /* in a quarter of a second; others are told of next time */
    LIMIT_WHO_BYTES_MAX = 32,
    SHARED_PART = 16, /* who has used less of his burst is nobody's business elsewhere */
};

struct bucket {
    uint64_t name;   /* 0: free */
    int64_t full_at; /* microseconds */
    int64_t untold;  /* taken here, and not counted in the cache yet */
    int64_t stretch; /* of wall time, that `total` is of */
    int64_t total;   /* of all processes, as the cache has said last */
    bool is_queued;
};

struct shard {
    pthread_mutex_t lock;
    struct bucket buckets[LIMIT_SETS][LIMIT_PLACES];
};

struct queued {
    uint64_t name;
    struct limit limit;
    size_t who_bytes;
    char who[LIMIT_WHO_BYTES_MAX];
};

/* Taken under the lock of a shard, never the other way round. */
struct limits_queue {
    pthread_mutex_t lock;
    struct queued items[LIMIT_QUEUE_MAX];
    size_t count;
};

struct limits {
    unsigned char key[crypto_shorthash_KEYBYTES]; /* so that nobody can choose his neighbours */
    struct shard shards[LIMIT_SHARDS];
    struct limits_queue queue;

    struct cache *cache; /* NULL: nothing is shared */
    bool has_thread;     /* of who starts and stops it */
    struct mailbox mailbox;
    atomic_bool stops;
    pthread_t thread;
};

/* His own, or the one that may be forgotten. Under the shard's lock. */
struct bucket *limits__find(struct shard *shard, uint64_t name);

/* True: he is told of when the thread looks next. Under the shard's lock. */
bool limits__queue(struct limits *limits, uint64_t name, const struct limit *limit,
                   struct text who);

#endif
