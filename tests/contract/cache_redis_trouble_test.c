/* cache_redis_trouble_test.c - a real Redis that is killed, stopped, emptied, filled and closed
 * under calls: none waits longer than its deadline, and all is well again by itself.
 */
#include "base/clock.h"
#include "cache/cache.h"
#include "tests/lib/check.h"
#include "tests/lib/redis_server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 1024 * 1024,
    LONG_MS = 60 * 1000,
    DEADLINE_MS = 50,
    SLACK_MS = 20 * 1000, /* a busy machine may not let a thread run for long */
    OUTAGE_MS = 500,
    THREADS = 8,
    CROWD = 24, /* more than there are connections */
};

static struct cache *open_with(const char *address, const char *rest)
{
    char whole[512];
    struct text error = NO_TEXT;
    snprintf(whole, sizeof whole, "%s%s", address, rest);
    struct cache *cache = cache_redis_create(whole, &error);
    CHECK(cache != NULL);
    return cache;
}

static enum status get_once(struct cache *cache, const char *key)
{
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text value = NO_TEXT;
    enum status status = cache_get(cache, arena, text_of(key), &value);
    arena_destroy(&arena);
    return status;
}

static void wait_until_back(struct cache *cache)
{
    CHECK_UNTIL(cache_put(cache, TEXT("back"), TEXT(""), LONG_MS) == STATUS_OK);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK(!text_is_given(cache_trouble(cache, arena)));
    arena_destroy(&arena);
}

static void check_trouble(struct cache *cache, const char *word)
{
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text trouble = cache_trouble(cache, arena);
    CHECK(text_is_given(trouble));
    if (memmem(trouble.data, trouble.bytes, word, strlen(word)) == NULL) {
        CHECK_TEXT(trouble, word);
    }
    arena_destroy(&arena);
}

/* ---- threads that call all the time ---- */

struct callers {
    struct cache *cache;
    pthread_t threads[CROWD];
    int count;
    atomic_bool stops;
    atomic_int next_number;
    atomic_long calls;
    atomic_long failed;
    atomic_long waited; /* failed, and only at the deadline */
    atomic_long slowest_us;
};

static struct callers callers;

static void note_call(int64_t began_ns, enum status status)
{
    long us = (long)((clock_monotonic_ns() - began_ns) / 1000);
    long slowest = atomic_load(&callers.slowest_us);
    while (us > slowest && !atomic_compare_exchange_weak(&callers.slowest_us, &slowest, us)) {
    }
    atomic_fetch_add(&callers.calls, 1);
    atomic_fetch_add(&callers.failed, status == STATUS_UNAVAILABLE);
    atomic_fetch_add(&callers.waited, status == STATUS_UNAVAILABLE && us >= DEADLINE_MS * 1000);
}

/* What is found under the key of a thread is something that this thread has put there. */
static void *call_often(void *unused)
{
    (void)unused;
    char key[32];
    char digits[32];
    struct arena *arena = arena_create("caller", ARENA_BYTES);
    int number = atomic_fetch_add(&callers.next_number, 1);
    snprintf(key, sizeof key, "thread-%d", number);
    for (int i = 1; !atomic_load(&callers.stops); i++) {
        struct text found = NO_TEXT;
        int64_t seen = 0;
        snprintf(digits, sizeof digits, "%d", number * 1000 * 1000 + i);
        int64_t began_ns = clock_monotonic_ns();
        note_call(began_ns, cache_put(callers.cache, text_of(key), text_of(digits), LONG_MS));
        began_ns = clock_monotonic_ns();
        enum status status = cache_get(callers.cache, arena, text_of(key), &found);
        note_call(began_ns, status);
        if (status == STATUS_OK) {
            CHECK(text_to_integer(found, &seen));
            CHECK(seen > number * 1000 * 1000 && seen <= number * 1000 * 1000 + i);
        }
        arena_reset(arena);
        usleep(1000);
    }
    arena_destroy(&arena);
    return unused;
}

static void start_callers(struct cache *cache, int count, void *(*run)(void *))
{
    callers.cache = cache;
    callers.count = count;
    for (int i = 0; i < count; i++) {
        CHECK(pthread_create(&callers.threads[i], NULL, run, NULL) == 0);
    }
}

static void join_callers(void)
{
    for (int i = 0; i < callers.count; i++) {
        pthread_join(callers.threads[i], NULL);
    }
}

/* Calls go on through an outage that begins and ends while they do. */
static void check_outage(void (*begin)(struct redis_server *), void (*end)(struct redis_server *))
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *cache = open_with(redis_server_address(server), "");
    start_callers(cache, THREADS, call_often);
    CHECK_UNTIL(atomic_load(&callers.calls) - atomic_load(&callers.failed) > 100 * THREADS);
    long failed = atomic_load(&callers.failed);
    begin(server);
    CHECK_UNTIL(atomic_load(&callers.failed) > failed + THREADS);
    usleep(OUTAGE_MS * 1000);
    check_trouble(cache, "the Redis at ");
    end(server);
    wait_until_back(cache);
    usleep(100 * 1000);
    atomic_store(&callers.stops, true);
    join_callers();
    CHECK(atomic_load(&callers.slowest_us) <= (DEADLINE_MS + SLACK_MS) * 1000);
    /* The circuit: without it each call of the outage would have waited. */
    printf("# %ld calls, %ld of them unavailable, %ld only at the deadline, slowest %ld us\n",
           atomic_load(&callers.calls), atomic_load(&callers.failed), atomic_load(&callers.waited),
           atomic_load(&callers.slowest_us));
    CHECK(atomic_load(&callers.waited) * 4 <= atomic_load(&callers.failed));
    CHECK_UNTIL(get_once(cache, "back") == STATUS_OK); /* one late answer opens the circuit again */
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static void killed_and_started_again(void)
{
    check_outage(redis_server_kill, redis_server_start_again);
}

static void stopped_and_continued(void)
{
    check_outage(redis_server_pause, redis_server_go_on);
}

static void put_to_sleep(struct redis_server *server)
{
    redis_server_tell(server, "DEBUG SLEEP 3");
}

static void wakes_by_itself(struct redis_server *server)
{
    CHECK_TEXT(text_of(redis_server_run(server, "PING")), "+PONG");
}

static void sleeps(void)
{
    check_outage(put_to_sleep, wakes_by_itself);
}

/* ---- one thing at a time ---- */

static void emptied(void)
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *cache = open_with(redis_server_tcp_address(server), "?deadline_ms=5000");
    int64_t count = 0;
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("value"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 5, LONG_MS, &count), STATUS_OK);
    CHECK_TEXT(text_of(redis_server_run(server, "FLUSHALL")), "+OK");
    CHECK_STATUS(get_once(cache, "key"), STATUS_ABSENT);
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 5, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, 5);
    CHECK_TEXT(text_of(redis_server_run(server, "SCRIPT FLUSH")), "+OK");
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 5, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, 10);
    cache_destroy(&cache);
    redis_server_stop(&server);
}

/* It refuses to store, and still answers: what is there can be had, and room can be made. */
static void filled(void)
{
    static char bytes[CACHE_VALUE_BYTES_MAX];
    struct redis_server *server =
        redis_server_start(&(struct redis_server_options){.maxmemory = "6mb"});
    struct cache *cache = open_with(redis_server_address(server), "?deadline_ms=5000");
    struct text value = {bytes, sizeof bytes};
    char key[32] = "";
    int stored = 0;
    enum status status = STATUS_OK;
    CHECK_STATUS(cache_put(cache, TEXT("first"), TEXT("here"), LONG_MS), STATUS_OK);
    while (status == STATUS_OK && stored < 1000) {
        snprintf(key, sizeof key, "key-%d", stored++);
        status = cache_put(cache, text_of(key), value, LONG_MS);
    }
    CHECK_STATUS(status, STATUS_UNAVAILABLE);
    CHECK(stored > 5);
    check_trouble(cache, "OOM");
    int64_t count = 0;
    CHECK_STATUS(get_once(cache, "first"), STATUS_OK);
    for (int i = 0; i < stored; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        CHECK_STATUS(cache_forget(cache, text_of(key)), STATUS_OK);
    }
    CHECK_STATUS(cache_put(cache, TEXT("key"), value, LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 1, LONG_MS, &count), STATUS_OK);
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static void not_there_at_first(void)
{
    struct redis_server *server = redis_server_start(NULL);
    redis_server_kill(server);
    int64_t began = clock_monotonic_ms();
    struct cache *cache = open_with(redis_server_tcp_address(server), "");
    CHECK_STATUS(get_once(cache, "key"), STATUS_UNAVAILABLE);
    CHECK(clock_monotonic_ms() - began < 500 + SLACK_MS);
    check_trouble(cache, "cannot be connected to");
    redis_server_start_again(server);
    wait_until_back(cache);
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static void not_let_in(void)
{
    struct redis_server *server =
        redis_server_start(&(struct redis_server_options){.secret = "right"});
    char address[256];
    snprintf(address, sizeof address, "redis://:WRONG@127.0.0.1:%d", redis_server_port(server));
    struct cache *cache = open_with(address, "?deadline_ms=1000");
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK_STATUS(get_once(cache, "key"), STATUS_UNAVAILABLE);
    check_trouble(cache, "WRONGPASS");
    struct text trouble = cache_trouble(cache, arena);
    CHECK(memmem(trouble.data, trouble.bytes, "WRONG ", 6) == NULL);
    cache_destroy(&cache);
    snprintf(address, sizeof address, "redis://127.0.0.1:%d", redis_server_port(server));
    cache = open_with(address, "?deadline_ms=1000");
    check_trouble(cache, "NOAUTH");
    cache_destroy(&cache);
    cache = open_with(redis_server_address(server), "?deadline_ms=5000");
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("value"), LONG_MS), STATUS_OK);
    arena_destroy(&arena);
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static void databases_are_apart(void)
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *one = open_with(redis_server_address(server), "?db=1&deadline_ms=5000");
    struct cache *two = open_with(redis_server_tcp_address(server), "/2?deadline_ms=5000");
    CHECK_STATUS(cache_put(one, TEXT("key"), TEXT("value"), LONG_MS), STATUS_OK);
    CHECK_STATUS(get_once(two, "key"), STATUS_ABSENT);
    CHECK_STATUS(get_once(one, "key"), STATUS_OK);
    cache_destroy(&one);
    cache_destroy(&two);
    one = open_with(redis_server_address(server), "?db=99&deadline_ms=1000");
    check_trouble(one, "answered to SELECT with ERR");
    cache_destroy(&one);
    redis_server_stop(&server);
}

/* Servers close what nobody uses; no call may suffer for it. */
static void closed_while_idle(void)
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *cache = open_with(redis_server_address(server), "?deadline_ms=5000");
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("value"), LONG_MS), STATUS_OK);
        usleep(100 * 1000); /* so that no connection is being made, which would be a failure */
        CHECK(redis_server_run(server, "CLIENT KILL TYPE normal SKIPME yes")[0] == ':');
        usleep(2000);
        CHECK_STATUS(get_once(cache, "key"), STATUS_OK);
    }
    cache_destroy(&cache);
    redis_server_stop(&server);
}

/* Another program has put things there that we would not. */
static void what_others_have_left(void)
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *cache = open_with(redis_server_address(server), "?deadline_ms=5000");
    int64_t count = 0;
    CHECK_TEXT(text_of(redis_server_run(server, "LPUSH list a b c")), ":3");
    CHECK_STATUS(get_once(cache, "list"), STATUS_ABSENT);
    CHECK_STATUS(cache_add(cache, TEXT("list"), 2, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, 2);
    CHECK_TEXT(text_of(redis_server_run(server, "LPUSH other a")), ":1");
    CHECK_STATUS(cache_put(cache, TEXT("other"), TEXT("value"), LONG_MS), STATUS_OK);
    CHECK_STATUS(get_once(cache, "other"), STATUS_OK);
    CHECK_TEXT(text_of(redis_server_run(server, "SETRANGE large 1000000 x")), ":1000001");
    for (int i = 0; i < 20; i++) {
        CHECK_STATUS(get_once(cache, "large"), STATUS_ABSENT);
        CHECK_STATUS(get_once(cache, "other"), STATUS_OK);
    }
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static void *add_in_crowd(void *unused)
{
    int64_t count = 0;
    for (int i = 0; i < 200; i++) {
        CHECK_STATUS(cache_add(callers.cache, TEXT("crowd"), 1, LONG_MS, &count), STATUS_OK);
    }
    return unused;
}

static void more_threads_than_connections(void)
{
    struct redis_server *server = redis_server_start(NULL);
    struct cache *cache = open_with(redis_server_address(server), "?deadline_ms=10000");
    int64_t count = 0;
    start_callers(cache, CROWD, add_in_crowd);
    join_callers();
    CHECK_STATUS(cache_add(cache, TEXT("crowd"), 0, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, CROWD * 200);
    cache_destroy(&cache);
    redis_server_stop(&server);
}

static const struct test tests[] = {
    {"killed_and_started_again", killed_and_started_again, 0},
    {"stopped_and_continued", stopped_and_continued, 0},
    {"sleeps", sleeps, 0},
    {"emptied", emptied, 0},
    {"filled", filled, 0},
    {"not_there_at_first", not_there_at_first, 0},
    {"not_let_in", not_let_in, 0},
    {"databases_are_apart", databases_are_apart, 0},
    {"closed_while_idle", closed_while_idle, 0},
    {"what_others_have_left", what_others_have_left, 0},
    {"more_threads_than_connections", more_threads_than_connections, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
