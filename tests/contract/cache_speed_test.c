/* cache_speed_test.c - how many gets and puts a second, from one thread and from eight.
 *
 * The figures are printed; what is checked is an order of magnitude that a busy machine keeps, and
 * that each value found is the one of its key. KONTORA_TEST_SCALE makes the runs longer.
 */
#include "base/clock.h"
#include "cache/cache.h"
#include "tests/lib/check.h"
#include "tests/lib/redis_server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    ARENA_BYTES = 64 * 1024,
    LONG_MS = 600 * 1000,
    RUN_MS = 250,
    THREADS_MAX = 8,
    KEYS = 10000,
    VALUE_BYTES = 200,
};

struct run {
    struct cache *cache;
    bool puts;
    atomic_bool stops;
    atomic_long calls;
    atomic_int next_seed;
};

static struct run run;

static struct text value_of(char bytes[VALUE_BYTES], unsigned number)
{
    memset(bytes, 'v', VALUE_BYTES);
    snprintf(bytes, VALUE_BYTES, "value of %u", number);
    return (struct text){bytes, VALUE_BYTES};
}

static void call_once(struct arena *arena, unsigned number)
{
    char key[32];
    char bytes[VALUE_BYTES];
    struct text found = NO_TEXT;
    struct text expected = value_of(bytes, number);
    snprintf(key, sizeof key, "page:%u", number);
    if (run.puts) {
        CHECK_STATUS(cache_put(run.cache, text_of(key), expected, LONG_MS), STATUS_OK);
    } else {
        CHECK_STATUS(cache_get(run.cache, arena, text_of(key), &found), STATUS_OK);
        CHECK(text_equals(found, expected));
    }
}

static void *call_often(void *unused)
{
    struct arena *arena = arena_create("speed", ARENA_BYTES);
    unsigned number = (unsigned)atomic_fetch_add(&run.next_seed, 1) * 7919;
    long calls = 0;
    while (!atomic_load_explicit(&run.stops, memory_order_relaxed)) {
        number = number * 1103515245U + 12345U;
        call_once(arena, (number >> 8) % KEYS);
        arena_reset(arena);
        calls++;
    }
    atomic_fetch_add(&run.calls, calls);
    arena_destroy(&arena);
    return unused;
}

static long calls_in_a_second(int thread_count)
{
    pthread_t threads[THREADS_MAX];
    atomic_store(&run.stops, false);
    atomic_store(&run.calls, 0);
    int64_t began = clock_monotonic_ms();
    for (int i = 0; i < thread_count; i++) {
        CHECK(pthread_create(&threads[i], NULL, call_often, NULL) == 0);
    }
    while (clock_monotonic_ms() - began < test_scale(RUN_MS)) {
        const struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};
        nanosleep(&moment, NULL);
    }
    atomic_store(&run.stops, true);
    for (int i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
    }
    return atomic_load(&run.calls) * 1000 / (clock_monotonic_ms() - began);
}

static void fill(void)
{
    struct arena *arena = arena_create("fill", ARENA_BYTES);
    run.puts = true;
    for (unsigned i = 0; i < KEYS; i++) {
        call_once(arena, i);
    }
    arena_destroy(&arena);
}

static void measure(struct cache *cache, const char *name, long least)
{
    static const int thread_counts[] = {1, THREADS_MAX};
    CHECK(cache != NULL);
    run.cache = cache;
    fill();
    for (size_t i = 0; i < COUNT_OF(thread_counts); i++) {
        run.puts = false;
        long gets = calls_in_a_second(thread_counts[i]);
        run.puts = true;
        long puts = calls_in_a_second(thread_counts[i]);
        printf("# %s, %d threads: %ld gets/s, %ld puts/s\n", name, thread_counts[i], gets, puts);
        CHECK(gets >= least && puts >= least);
    }
    cache_destroy(&cache);
}

static void memory_is_fast(void)
{
    measure(cache_memory_create((size_t)64 * 1024 * 1024), "memory", 20000);
}

static void measure_redis(bool is_tcp)
{
    char address[256];
    struct text error = NO_TEXT;
    struct redis_server *server = redis_server_start(NULL);
    snprintf(address, sizeof address, "%s?deadline_ms=10000",
             is_tcp ? redis_server_tcp_address(server) : redis_server_address(server));
    measure(cache_redis_create(address, &error), is_tcp ? "Redis over TCP" : "Redis, unix socket",
            500);
    redis_server_stop(&server);
}

static void redis_is_fast_enough(void)
{
    measure_redis(false);
}

static void redis_over_tcp_too(void)
{
    measure_redis(true);
}

static const struct test tests[] = {
    {"memory_is_fast", memory_is_fast, 0},
    {"redis_is_fast_enough", redis_is_fast_enough, 0},
    {"redis_over_tcp_too", redis_over_tcp_too, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
