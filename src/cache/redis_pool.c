/* redis_pool.c - connections, the circuit, and the thread that mends both. */
#include "cache/redis_pool.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    LINKS_MAX = 8,
    PAUSE_MS_MIN = 100,
    PAUSE_MS_MAX = 5000,
    CALM_MS = 10 * 1000,    /* without a failure: the pause begins small again */
    REFUSAL_MS = 10 * 1000, /* between two lines of the log about refused commands */
    FIRST_WAIT_MS = 500,
};

static const char hung_up[] = "hung up";

struct redis_pool {
    const struct redis_address *address;
    pthread_t mender;
    int bell; /* an eventfd: the mender has something to do */

    pthread_mutex_t lock;   /* of everything below */
    pthread_cond_t changed; /* a connection is free, or the circuit is open */
    struct redis_link *idle[LINKS_MAX];
    size_t idle_count;
    size_t link_count;   /* idle or taken, of this generation */
    unsigned generation; /* begins anew with each opening of the circuit */
    bool is_open;
    bool has_tried;
    bool stops;
    int64_t pause_ms;
    int64_t try_at_ms;
    int64_t failed_at_ms;
    int64_t refused_at_ms; /* 0: never */
    int64_t opened_at_ms;
    char trouble[REDIS_TROUBLE_BYTES];
    char refusal[REDIS_TROUBLE_BYTES];
};

static void ring(struct redis_pool *pool)
{
    uint64_t one = 1;
    ssize_t written = write(pool->bell, &one, sizeof one);
    MUST(written == sizeof one || errno == EAGAIN);
}

static struct timespec moment_of(int64_t monotonic_ns)
{
    const int64_t second = 1000 * 1000 * 1000;
    return (struct timespec){.tv_sec = monotonic_ns / second, .tv_nsec = monotonic_ns % second};
}

/* ---- the lock is held ---- */

/* The next try is after a pause that grows from failure to failure. */
static void plan_try(struct redis_pool *pool)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms - pool->failed_at_ms > CALM_MS) {
        pool->pause_ms = PAUSE_MS_MIN;
    }
    int64_t jitter_ms = (int64_t)(chance_number() % (uint64_t)(pool->pause_ms / 2));
    int64_t pause_ms = pool->pause_ms + jitter_ms;
    pool->failed_at_ms = now_ms;
    pool->try_at_ms = now_ms + (pause_ms < PAUSE_MS_MAX ? pause_ms : PAUSE_MS_MAX);
    pool->pause_ms = pool->pause_ms * 2 < PAUSE_MS_MAX ? pool->pause_ms * 2 : PAUSE_MS_MAX;
}

/* Nobody finds the connections any more; whoever has one gives it back and sees its generation. */
static void open_circuit(struct redis_pool *pool, const char *trouble)
{
    MUST(!pool->is_open);
    pool->is_open = true;
    pool->opened_at_ms = clock_monotonic_ms();
    pool->generation++;
    snprintf(pool->trouble, sizeof pool->trouble, "%s", trouble);
    while (pool->idle_count > 0) {
        redis_link_close(&pool->idle[--pool->idle_count]);
    }
    pool->link_count = 0;
    pthread_cond_broadcast(&pool->changed);
}

/* ---- the lock is not held ---- */

static void tell_opened(const struct redis_pool *pool, const char *trouble)
{
    log_line(LOG_WARNING, "cache", "the cache is gone; all goes on without it, more slowly",
             LOG_TEXT("address", pool->address->shown), LOG_TEXT("reason", text_of(trouble)));
}

static void tell_closed(const struct redis_pool *pool, int64_t gone_ms)
{
    log_line(LOG_INFO, "cache", "the cache is there", LOG_TEXT("address", pool->address->shown),
             LOG_NUMBER("gone_ms", gone_ms));
}

/* ---- the mender ---- */

static void silence(const struct redis_pool *pool)
{
    uint64_t rung;
    ssize_t got = read(pool->bell, &rung, sizeof rung);
    MUST(got == sizeof rung || errno == EAGAIN || errno == EINTR);
}

/* 0: now; -1: nothing to do until the bell rings. */
static int ms_until_try(struct redis_pool *pool)
{
    if (pool->link_count == LINKS_MAX) {
        return -1;
    }
    int64_t left_ms = pool->try_at_ms - clock_monotonic_ms();
    return left_ms > 0 ? (int)left_ms : 0;
}

/* Sleeps until a connection is to be made; false when the pool ends. */
static bool wait_for_work(struct redis_pool *pool)
{
    for (;;) {
        pthread_mutex_lock(&pool->lock);
        bool stops = pool->stops;
        int wait_ms = ms_until_try(pool);
        pthread_mutex_unlock(&pool->lock);
        if (stops || wait_ms == 0) {
            return !stops;
        }
        struct pollfd bell = {.fd = pool->bell, .events = POLLIN};
        if (poll(&bell, 1, wait_ms) > 0) {
            silence(pool);
        }
    }
}

static void add_link(struct redis_pool *pool, struct redis_link *link)
{
    pthread_mutex_lock(&pool->lock);
    bool was_open = pool->is_open;
    int64_t gone_ms = clock_monotonic_ms() - pool->opened_at_ms;
    MUST(pool->link_count < LINKS_MAX);
    pool->is_open = false;
    pool->has_tried = true;
    pool->link_count++;
    link->generation = pool->generation;
    pool->idle[pool->idle_count++] = link;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    if (was_open) {
        tell_closed(pool, gone_ms);
    }
}

/* One more connection could not be made. As long as there are others they are used: the server may
 * just not want to have more of them. */
static void note_failure(struct redis_pool *pool, const char *trouble)
{
    pthread_mutex_lock(&pool->lock);
    bool is_first = !pool->has_tried;
    bool opens = !pool->is_open && pool->link_count == 0;
    if (opens) {
        open_circuit(pool, trouble);
    }
    snprintf(pool->trouble, sizeof pool->trouble, "%s", trouble);
    pool->has_tried = true;
    plan_try(pool);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    if (opens || is_first) {
        tell_opened(pool, trouble);
    }
}

static void *mend(void *pool_of_thread)
{
    struct redis_pool *pool = pool_of_thread;
    while (wait_for_work(pool)) {
        char trouble[REDIS_TROUBLE_BYTES] = "";
        struct redis_link *link = redis_link_open(pool->address, trouble);
        if (link != NULL) {
            add_link(pool, link);
        } else {
            note_failure(pool, trouble);
        }
    }
    return NULL;
}

/* ---- what callers do ---- */

/* The one used last is taken first: so the others grow old, and the server may close them. */
static struct redis_link *take_idle(struct redis_pool *pool, int64_t deadline_ns)
{
    struct timespec deadline = moment_of(deadline_ns);
    struct redis_link *link = NULL;
    pthread_mutex_lock(&pool->lock);
    int error = 0;
    while (!pool->is_open && pool->idle_count == 0 && error == 0) {
        error = pthread_cond_timedwait(&pool->changed, &pool->lock, &deadline);
    }
    if (!pool->is_open && pool->idle_count > 0) {
        link = pool->idle[--pool->idle_count];
    }
    pthread_mutex_unlock(&pool->lock);
    return link;
}

struct redis_link *redis_pool_take(struct redis_pool *pool, int64_t deadline_ns)
{
    struct redis_link *link = take_idle(pool, deadline_ns);
    while (link != NULL && !redis_link_is_alive(link)) {
        redis_pool_drop(pool, link);
        link = take_idle(pool, deadline_ns);
    }
    return link;
}

void redis_pool_give(struct redis_pool *pool, struct redis_link *link)
{
    pthread_mutex_lock(&pool->lock);
    if (link->generation == pool->generation) {
        MUST(pool->idle_count < pool->link_count);
        pool->idle[pool->idle_count++] = link;
        link = NULL;
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    redis_link_close(&link);
}

void redis_pool_drop(struct redis_pool *pool, struct redis_link *link)
{
    pthread_mutex_lock(&pool->lock);
    if (link->generation == pool->generation) {
        MUST(pool->link_count > 0);
        pool->link_count--;
    }
    /* Without a connection, and none soon: nobody should wait for one. */
    bool opens = !pool->is_open && pool->link_count == 0 && ms_until_try(pool) > 0;
    if (opens) {
        open_circuit(pool, hung_up);
    }
    pthread_mutex_unlock(&pool->lock);
    ring(pool);
    if (opens) {
        tell_opened(pool, hung_up);
    }
    redis_link_close(&link);
}

void redis_pool_fail(struct redis_pool *pool, struct redis_link *link, const char *trouble)
{
    pthread_mutex_lock(&pool->lock);
    /* One of an older generation has nothing new to say. */
    bool opens = link->generation == pool->generation;
    if (opens) {
        open_circuit(pool, trouble);
        plan_try(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    redis_link_close(&link);
    if (opens) {
        ring(pool);
        tell_opened(pool, trouble);
    }
}

void redis_pool_refused(struct redis_pool *pool, struct text code)
{
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&pool->lock);
    bool tells = pool->refused_at_ms == 0 || now_ms - pool->refused_at_ms > REFUSAL_MS;
    if (tells) {
        pool->refused_at_ms = now_ms;
    }
    snprintf(pool->refusal, sizeof pool->refusal, "refuses commands with %.*s", TEXT_ARGS(code));
    pthread_mutex_unlock(&pool->lock);
    if (tells) {
        log_line(LOG_WARNING, "cache", "the cache refuses commands",
                 LOG_TEXT("address", pool->address->shown), LOG_TEXT("reason", code));
    }
}

struct text redis_pool_trouble(struct redis_pool *pool, struct arena *arena)
{
    struct text trouble = NO_TEXT;
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&pool->lock);
    bool is_refused = pool->refused_at_ms != 0 && now_ms - pool->refused_at_ms <= REFUSAL_MS;
    if (pool->is_open || is_refused) {
        trouble = text_format(arena, "the Redis at %.*s %s", TEXT_ARGS(pool->address->shown),
                              pool->is_open ? pool->trouble : pool->refusal);
    }
    pthread_mutex_unlock(&pool->lock);
    return trouble;
}

/* ---- from beginning to end ---- */

static void start_mender(struct redis_pool *pool)
{
    thread_start(&pool->mender, mend, pool, "cache");
}

static void wait_for_first(struct redis_pool *pool)
{
    struct timespec deadline = moment_of(clock_monotonic_ns() + FIRST_WAIT_MS * INT64_C(1000000));
    int error = 0;
    pthread_mutex_lock(&pool->lock);
    while (!pool->has_tried && error == 0) {
        error = pthread_cond_timedwait(&pool->changed, &pool->lock, &deadline);
    }
    pthread_mutex_unlock(&pool->lock);
}

struct redis_pool *redis_pool_create(const struct redis_address *address)
{
    struct redis_pool *pool = memory_take(sizeof *pool);
    pool->address = address;
    pool->pause_ms = PAUSE_MS_MIN;
    pool->is_open = true;
    pool->try_at_ms = pool->opened_at_ms = clock_monotonic_ms();
    snprintf(pool->trouble, sizeof pool->trouble, "is not connected to yet");
    pool->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    MUST(pool->bell >= 0); /* only at start-up, when descriptors are plenty */
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    start_mender(pool);
    wait_for_first(pool);
    return pool;
}

void redis_pool_destroy(struct redis_pool **pool)
{
    struct redis_pool *ending = *pool;
    *pool = NULL;
    pthread_mutex_lock(&ending->lock);
    ending->stops = true;
    pthread_mutex_unlock(&ending->lock);
    ring(ending);
    pthread_join(ending->mender, NULL);
    MUST(ending->is_open || ending->idle_count == ending->link_count);
    while (ending->idle_count > 0) {
        redis_link_close(&ending->idle[--ending->idle_count]);
    }
    pthread_cond_destroy(&ending->changed);
    pthread_mutex_destroy(&ending->lock);
    close(ending->bell);
    memory_free(ending);
}
