/* memory_test.c - what the memory of a process forgets, and how much it keeps. */
#include "base/clock.h"
#include "cache/cache.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* its header is not everywhere */
#else
#include <malloc.h>
#endif

enum { ARENA_BYTES = 1024 * 1024, LONG_MS = 1000 * 1000 };

static int64_t now_ms;

static int64_t manual_wall_ms(void)
{
    return now_ms;
}

static int64_t manual_monotonic_ns(void)
{
    return now_ms * 1000 * 1000;
}

static const struct clock_ops manual_clock = {manual_wall_ms, manual_monotonic_ns};

/* By this process, as whoever hands it out counts it. */
static size_t memory_taken(void)
{
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    return mallinfo2().uordblks + mallinfo2().hblkhd;
#endif
}

static struct text key_of(char buffer[32], const char *kind, int number)
{
    int bytes = snprintf(buffer, 32, "%s-%d", kind, number);
    return (struct text){buffer, (size_t)bytes};
}

static bool has(struct cache *cache, struct arena *arena, struct text key)
{
    struct text value = NO_TEXT;
    arena_reset(arena);
    enum status status = cache_get(cache, arena, key, &value);
    CHECK(status == STATUS_OK || status == STATUS_ABSENT);
    return status == STATUS_OK;
}

static void ends_at_the_millisecond(void)
{
    clock_use(&manual_clock);
    struct cache *cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    int64_t value = 0;
    now_ms = 1000;
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("value"), 500), STATUS_OK);
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 3, 500, &value), STATUS_OK);
    now_ms = 1499;
    CHECK(has(cache, arena, TEXT("key")));
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 4, LONG_MS, &value), STATUS_OK);
    CHECK_INT(value, 7);
    now_ms = 1500;
    CHECK(!has(cache, arena, TEXT("key")));
    CHECK(!has(cache, arena, TEXT("counter")));
    CHECK_STATUS(cache_add(cache, TEXT("counter"), 4, 500, &value), STATUS_OK);
    CHECK_INT(value, 4);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

/* Ten times as much as fits; what malloc has handed out is the judge. */
static void keeps_no_more_than_it_may(void)
{
    static char value[CACHE_VALUE_BYTES_MAX];
    static const size_t sizes[] = {0, 10, 100, 1000, 20000, CACHE_VALUE_BYTES_MAX};
    const size_t bytes_max = 8 * 1024 * 1024;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        size_t before = memory_taken();
        struct cache *cache = cache_memory_create(bytes_max);
        size_t count = 10 * bytes_max / (sizes[i] + 150);
        char buffer[32];
        for (size_t n = 0; n < count; n++) {
            struct text key = key_of(buffer, "key", (int)n);
            CHECK_STATUS(cache_put(cache, key, (struct text){value, sizes[i]}, LONG_MS), STATUS_OK);
        }
        size_t after = memory_taken();
        CHECK(after - before <= bytes_max);
        CHECK(after - before > bytes_max / 2);
        cache_destroy(&cache);
        CHECK(memory_taken() <= before + 4096);
    }
}

static void forgets_what_was_used_least_lately(void)
{
    struct cache *cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    static char value[1000];
    char buffer[32];
    for (int n = 0; n < 100; n++) {
        struct text filler = {value, sizeof value};
        CHECK_STATUS(cache_put(cache, key_of(buffer, "loved", n), filler, LONG_MS), STATUS_OK);
        CHECK_STATUS(cache_put(cache, key_of(buffer, "lonely", n), filler, LONG_MS), STATUS_OK);
    }
    for (int n = 0; n < 20000; n++) {
        struct text filler = {value, sizeof value};
        CHECK_STATUS(cache_put(cache, key_of(buffer, "filler", n), filler, LONG_MS), STATUS_OK);
        CHECK(n % 100 != 0 || has(cache, arena, key_of(buffer, "filler", n)));
        CHECK(has(cache, arena, key_of(buffer, "loved", n % 100)));
    }
    for (int n = 0; n < 100; n++) {
        CHECK(has(cache, arena, key_of(buffer, "loved", n)));
        CHECK(!has(cache, arena, key_of(buffer, "lonely", n)));
    }
    arena_destroy(&arena);
    cache_destroy(&cache);
}

/* A value that grows must not be counted as small as it was. */
static void replaced_values_are_counted_anew(void)
{
    struct cache *cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
    static char value[CACHE_VALUE_BYTES_MAX];
    char buffer[32];
    size_t before = memory_taken();
    for (int round = 0; round < 4; round++) {
        for (int n = 0; n < 64; n++) {
            struct text grown = {value, (size_t)(round * 20000 + n)};
            CHECK_STATUS(cache_put(cache, key_of(buffer, "key", n), grown, LONG_MS), STATUS_OK);
        }
    }
    CHECK(memory_taken() - before <= CACHE_MEMORY_BYTES_MIN);
    cache_destroy(&cache);
}

static const struct test tests[] = {
    {"ends_at_the_millisecond", ends_at_the_millisecond, 0},
    {"keeps_no_more_than_it_may", keeps_no_more_than_it_may, 0},
    {"forgets_what_was_used_least_lately", forgets_what_was_used_least_lately, 0},
    {"replaced_values_are_counted_anew", replaced_values_are_counted_anew, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
