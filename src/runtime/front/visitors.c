/* visitors.c - a table of 16 shards, each of sets of four places. */
#include "runtime/front/visitors.h"

#include "runtime/caller.h"

#include <pthread.h>
#include <string.h>

enum { SHARDS = 16, SETS = 1024, PLACES = 4 };

struct entry {
    unsigned char hash[BADGE_HASH_BYTES];
    int64_t until_ms;
    struct visitor *visitor; /* NULL: the place is free */
};

struct shard {
    pthread_mutex_t lock;
    struct entry entries[SETS][PLACES];
};

struct visitors {
    atomic_ulong drops;
    struct shard shards[SHARDS];
};

struct visitor *visitor_create(enum visitor_kind kind, const struct caller *caller)
{
    MUST((kind == VISITOR_PERSON) == (caller != NULL));
    struct visitor *visitor = memory_take(sizeof *visitor);
    atomic_init(&visitor->holders, 1);
    visitor->kind = kind;
    visitor->caller = caller != NULL ? caller_keep(caller) : NULL;
    return visitor;
}

void visitor_release(struct visitor *visitor)
{
    if (atomic_fetch_sub(&visitor->holders, 1) == 1) {
        memory_free(visitor->caller);
        memory_free(visitor);
    }
}

struct visitors *visitors_create(void)
{
    struct visitors *visitors = memory_take(sizeof *visitors);
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&visitors->shards[i].lock, NULL);
    }
    return visitors;
}

static void empty(struct entry *entry)
{
    if (entry->visitor != NULL) {
        visitor_release(entry->visitor);
        entry->visitor = NULL;
    }
}

void visitors_destroy(struct visitors **place)
{
    struct visitors *visitors = *place;
    if (visitors == NULL) {
        return;
    }
    for (size_t i = 0; i < SHARDS; i++) {
        for (size_t k = 0; k < SETS * PLACES; k++) {
            empty(&visitors->shards[i].entries[k / PLACES][k % PLACES]);
        }
        pthread_mutex_destroy(&visitors->shards[i].lock);
    }
    memory_free(visitors);
    *place = NULL;
}

/* The hash is one already: its bytes are as good as chance. */
static struct shard *shard_of(struct visitors *visitors, const unsigned char *hash)
{
    return &visitors->shards[hash[0] % SHARDS];
}

static struct entry *set_of(struct shard *shard, const unsigned char *hash)
{
    return shard->entries[(hash[1] | (size_t)hash[2] << 8) % SETS];
}

static struct entry *find(struct shard *shard, const unsigned char *hash)
{
    struct entry *set = set_of(shard, hash);
    for (size_t i = 0; i < PLACES; i++) {
        if (set[i].visitor != NULL && memcmp(set[i].hash, hash, BADGE_HASH_BYTES) == 0) {
            return &set[i];
        }
    }
    return NULL;
}

struct visitor *visitors_find(struct visitors *visitors, const unsigned char hash[BADGE_HASH_BYTES],
                              int64_t now_ms)
{
    struct shard *shard = shard_of(visitors, hash);
    struct visitor *found = NULL;
    pthread_mutex_lock(&shard->lock);
    struct entry *entry = find(shard, hash);
    if (entry != NULL && now_ms < entry->until_ms) {
        found = entry->visitor;
        atomic_fetch_add(&found->holders, 1);
    }
    pthread_mutex_unlock(&shard->lock);
    return found;
}

/* What may go first: what is over, then nobody, then what ends soonest. */
static bool goes_before(const struct entry *left, const struct entry *right)
{
    bool left_is_free = left->visitor == NULL;
    bool right_is_free = right->visitor == NULL;
    if (left_is_free || right_is_free) {
        return left_is_free;
    }
    bool left_is_person = left->visitor->kind == VISITOR_PERSON;
    bool right_is_person = right->visitor->kind == VISITOR_PERSON;
    return left_is_person != right_is_person ? right_is_person : left->until_ms < right->until_ms;
}

static struct entry *choose(struct entry *set, const struct visitor *visitor)
{
    struct entry *chosen = &set[0];
    for (size_t i = 1; i < PLACES; i++) {
        chosen = goes_before(&set[i], chosen) ? &set[i] : chosen;
    }
    bool is_taken = chosen->visitor != NULL && chosen->visitor->kind == VISITOR_PERSON;
    return is_taken && visitor->kind != VISITOR_PERSON ? NULL : chosen;
}

unsigned long visitors_drops(const struct visitors *visitors)
{
    return atomic_load(&visitors->drops);
}

void visitors_keep(struct visitors *visitors, const unsigned char hash[BADGE_HASH_BYTES],
                   struct visitor *visitor, int64_t until_ms, unsigned long drops)
{
    struct shard *shard = shard_of(visitors, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry *entry = find(shard, hash);
    entry = entry != NULL ? entry : choose(set_of(shard, hash), visitor);
    if (entry != NULL && atomic_load(&visitors->drops) == drops) {
        empty(entry);
        memcpy(entry->hash, hash, BADGE_HASH_BYTES);
        entry->until_ms = until_ms;
        entry->visitor = visitor;
        atomic_fetch_add(&visitor->holders, 1);
    }
    pthread_mutex_unlock(&shard->lock);
}

static bool is_meant(const struct visitor *visitor, struct id person, struct id session)
{
    if (id_is_none(person) && id_is_none(session)) {
        return true;
    }
    if (visitor->kind != VISITOR_PERSON) {
        return visitor->kind == VISITOR_BLOCKED; /* whose it was is not known any more */
    }
    return (id_is_none(person) || id_equals(visitor->caller->person, person)) &&
           (id_is_none(session) || id_equals(visitor->caller->session, session));
}

void visitors_drop(struct visitors *visitors, struct id person, struct id session)
{
    atomic_fetch_add(&visitors->drops, 1); /* first: what is on its way is not kept */
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &visitors->shards[i];
        pthread_mutex_lock(&shard->lock);
        for (size_t k = 0; k < SETS * PLACES; k++) {
            struct entry *entry = &shard->entries[k / PLACES][k % PLACES];
            if (entry->visitor != NULL && is_meant(entry->visitor, person, session)) {
                empty(entry);
            }
        }
        pthread_mutex_unlock(&shard->lock);
    }
}
