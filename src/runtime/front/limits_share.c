/* limits_share.c - what is taken at other doors is missing from the buckets here.
 *
 * The cache has a counter for each who comes often, for each stretch of wall time as long as his
 * bucket takes to fill. What a counter has grown by, but for what we have added, others have taken.
 */
#include "base/clock.h"
#include "base/thread.h"
#include "cache/cache.h"
#include "runtime/front/limits_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHARE_MS = 250, KEY_BYTES = 120, HASH_BYTES = 16, AMOUNT_MAX = 1000000 };

bool limits__queue(struct limits *limits, uint64_t name, const struct limit *limit, struct text who)
{
    struct limits_queue *queue = &limits->queue;
    bool may = limits->cache != NULL && who.bytes <= LIMIT_WHO_BYTES_MAX;
    if (!may) {
        return false;
    }
    pthread_mutex_lock(&queue->lock);
    may = queue->count < LIMIT_QUEUE_MAX;
    if (may) {
        struct queued *queued = &queue->items[queue->count++];
        *queued = (struct queued){.name = name, .limit = *limit, .who_bytes = who.bytes};
        memcpy(queued->who, who.data, who.bytes);
    }
    pthread_mutex_unlock(&queue->lock);
    return may;
}

/* ---- one of them ---- */

static int64_t stretch_ms_of(const struct limit *limit)
{
    int64_t ms = limit->burst * 60000 / limit->per_minute;
    return ms < 1000 ? 1000 : ms;
}

/* Whom it is about, nobody can read there. */
static struct text key_of(char room[KEY_BYTES], const struct queued *queued, int64_t stretch)
{
    unsigned char hash[HASH_BYTES];
    char hex[HASH_BYTES * 2 + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)queued->who, queued->who_bytes,
                       NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    int bytes =
        snprintf(room, KEY_BYTES, "limit:%.48s:%s:%" PRId64, queued->limit.name, hex, stretch);
    MUST(bytes > 0 && bytes < KEY_BYTES);
    return (struct text){room, (size_t)bytes};
}

static int64_t take_untold(struct limits *limits, const struct queued *queued)
{
    struct shard *shard = &limits->shards[queued->name % LIMIT_SHARDS];
    pthread_mutex_lock(&shard->lock);
    struct bucket *bucket = limits__find(shard, queued->name);
    int64_t untold = bucket->untold < AMOUNT_MAX ? bucket->untold : AMOUNT_MAX;
    bucket->untold = 0;
    bucket->is_queued = false;
    pthread_mutex_unlock(&shard->lock);
    return untold;
}

/* With what others took he may be in debt, by another whole bucket at most: else whoever comes at
 * two doors as fast as each lets him would have twice the rate. */
static void hear(struct bucket *bucket, const struct limit *limit, int64_t others, int64_t now_us)
{
    int64_t each_us = 60000000 / limit->per_minute;
    int64_t latest_us = now_us + 2 * each_us * limit->burst;
    int64_t from_us = bucket->full_at > now_us ? bucket->full_at : now_us;
    int64_t most = limit->burst < others ? limit->burst : others;
    if (most > 0) {
        bucket->full_at = from_us + most * each_us;
        bucket->full_at = bucket->full_at < latest_us ? bucket->full_at : latest_us;
    }
}

static void share_one(struct limits *limits, const struct queued *queued, int64_t now_ms,
                      int64_t wall_ms)
{
    char room[KEY_BYTES];
    int64_t stretch_ms = stretch_ms_of(&queued->limit);
    int64_t stretch = wall_ms / stretch_ms;
    int64_t untold = take_untold(limits, queued);
    int64_t total = 0;
    if (cache_add(limits->cache, key_of(room, queued, stretch), untold, stretch_ms * 2, &total) !=
        STATUS_OK) {
        return; /* each counts for himself */
    }
    struct shard *shard = &limits->shards[queued->name % LIMIT_SHARDS];
    pthread_mutex_lock(&shard->lock);
    struct bucket *bucket = limits__find(shard, queued->name);
    int64_t before = bucket->stretch == stretch ? bucket->total : 0;
    hear(bucket, &queued->limit, total - before - untold, now_ms * 1000);
    bucket->stretch = stretch;
    bucket->total = total;
    pthread_mutex_unlock(&shard->lock);
}

/* ---- all of them ---- */

static bool next_queued(struct limits *limits, struct queued *queued_out)
{
    struct limits_queue *queue = &limits->queue;
    pthread_mutex_lock(&queue->lock);
    bool is_there = queue->count > 0;
    if (is_there) {
        *queued_out = queue->items[--queue->count];
    }
    pthread_mutex_unlock(&queue->lock);
    return is_there;
}

void limits_share_once(struct limits *limits, int64_t now_ms, int64_t wall_ms)
{
    struct queued queued;
    for (int i = 0; i < LIMIT_QUEUE_MAX && next_queued(limits, &queued); i++) {
        share_one(limits, &queued, now_ms, wall_ms);
    }
}

static void *share_main(void *argument)
{
    struct limits *limits = argument;
    while (!atomic_load(&limits->stops)) {
        limits_share_once(limits, clock_monotonic_ms(), clock_wall_ms());
        mailbox_wait(&limits->mailbox, SHARE_MS);
    }
    return NULL;
}

void limits_start(struct limits *limits)
{
    MUST(!limits->has_thread);
    if (limits->cache == NULL) {
        return;
    }
    limits->has_thread = true;
    mailbox_init(&limits->mailbox);
    thread_start(&limits->thread, share_main, limits, "limits");
}

void limits_stop(struct limits *limits)
{
    if (!limits->has_thread) {
        return;
    }
    atomic_store(&limits->stops, true);
    mailbox_ring(&limits->mailbox);
    pthread_join(limits->thread, NULL);
    mailbox_finish(&limits->mailbox);
    limits->has_thread = false;
}
