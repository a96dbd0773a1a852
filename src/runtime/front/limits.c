/* limits.c - buckets in 16 shards of sets of four. */
#include "runtime/front/limits_inside.h"

#include "base/arena.h"
#include "base/chance.h"
#include "base/must.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum { ADDRESS_TEXT_BYTES = 64 };

struct limits *limits_create(struct cache *shared)
{
    struct limits *limits = memory_take(sizeof *limits);
    limits->cache = shared;
    chance_fill(limits->key, sizeof limits->key);
    for (size_t i = 0; i < LIMIT_SHARDS; i++) {
        pthread_mutex_init(&limits->shards[i].lock, NULL);
    }
    pthread_mutex_init(&limits->queue.lock, NULL);
    return limits;
}

void limits_destroy(struct limits **place)
{
    if (*place != NULL) {
        MUST(!(*place)->has_thread);
        pthread_mutex_destroy(&(*place)->queue.lock);
        for (size_t i = 0; i < LIMIT_SHARDS; i++) {
            pthread_mutex_destroy(&(*place)->shards[i].lock);
        }
        memory_free(*place);
        *place = NULL;
    }
}

static uint64_t name_of(const struct limits *limits, const char *limit, struct text who)
{
    unsigned char both[128] = {0};
    uint64_t name = 0;
    size_t bytes = strlen(limit);
    MUST(bytes + 1 + who.bytes <= sizeof both);
    memcpy(both, limit, bytes);
    memcpy(both + bytes + 1, who.data, who.bytes);
    crypto_shorthash((unsigned char *)&name, both, bytes + 1 + who.bytes, limits->key);
    return name == 0 ? 1 : name;
}

struct bucket *limits__find(struct shard *shard, uint64_t name)
{
    struct bucket *set = shard->buckets[(name / LIMIT_SHARDS) % LIMIT_SETS];
    struct bucket *idle = &set[0];
    for (size_t i = 0; i < LIMIT_PLACES; i++) {
        if (set[i].name == name) {
            return &set[i];
        }
        idle = set[i].full_at < idle->full_at ? &set[i] : idle;
    }
    *idle = (struct bucket){.name = name};
    return idle;
}

static int whole_seconds(int64_t us)
{
    return us <= 0 ? 0 : (int)((us + 999999) / 1000000);
}

static struct limit_answer take(struct bucket *bucket, const struct limit *limit, int64_t now_us)
{
    int64_t each_us = 60000000 / limit->per_minute;
    int64_t whole_us = each_us * limit->burst;
    int64_t before_us = bucket->full_at > now_us ? bucket->full_at : now_us;
    int64_t after_us = before_us + each_us;
    if (after_us - now_us > whole_us) {
        return (struct limit_answer){
            .may = false,
            .retry_s = whole_seconds(after_us - now_us - whole_us),
            .full_in_s = whole_seconds(before_us - now_us),
        };
    }
    bucket->full_at = after_us;
    return (struct limit_answer){
        .may = true,
        .left = (whole_us - (after_us - now_us)) / each_us,
        .full_in_s = whole_seconds(after_us - now_us),
    };
}

struct limit_answer limits_take(struct limits *limits, const struct limit *limit, struct text who,
                                int64_t now_ms)
{
    if (limit->per_minute == 0 || who.bytes == 0) {
        return (struct limit_answer){.may = true, .left = INT64_MAX};
    }
    MUST(limit->burst > 0 && limit->per_minute <= 60000000);
    uint64_t name = name_of(limits, limit->name, who);
    struct shard *shard = &limits->shards[name % LIMIT_SHARDS];
    pthread_mutex_lock(&shard->lock);
    struct bucket *bucket = limits__find(shard, name);
    if (bucket->full_at <= now_ms * 1000 && !bucket->is_queued) {
        bucket->untold = 0; /* what was long ago is nobody's business any more */
    }
    struct limit_answer answer = take(bucket, limit, now_ms * 1000);
    bool is_told =
        answer.may && ++bucket->untold > limit->burst / SHARED_PART && !bucket->is_queued;
    bucket->is_queued = bucket->is_queued || (is_told && limits__queue(limits, name, limit, who));
    pthread_mutex_unlock(&shard->lock);
    return answer;
}

struct text limits_address(struct text peer, char room[ADDRESS_PART_BYTES])
{
    unsigned char bytes[16];
    char address[ADDRESS_TEXT_BYTES];
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF}; /* ::ffff:192.0.2.7 */
    if (peer.bytes == 0 || peer.bytes >= sizeof address) {
        return NO_TEXT;
    }
    memcpy(address, peer.data, peer.bytes);
    address[peer.bytes] = '\0';
    if (inet_pton(AF_INET, address, bytes) == 1) {
        room[0] = '4';
        memcpy(room + 1, bytes, 4);
        return (struct text){room, 5};
    }
    if (inet_pton(AF_INET6, address, bytes) != 1) {
        return NO_TEXT;
    }
    bool is_mapped = memcmp(bytes, mapped, sizeof mapped) == 0;
    room[0] = is_mapped ? '4' : '6';
    memcpy(room + 1, is_mapped ? bytes + 12 : bytes, is_mapped ? 4 : 8);
    return (struct text){room, is_mapped ? 5 : 9};
}
