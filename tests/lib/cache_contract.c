/* cache_contract.c - the suite that each cache must pass. */
#include "tests/lib/cache_contract.h"

#include "base/clock.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 4 * 1024 * 1024,
    LONG_MS = 60 * 1000,
    SHORT_MS = 300, /* the time of things that the tests wait for */
    THREADS = 8,
    ADDITIONS = 300,
};

static cache_contract_open_fn *open_cache;

static struct text put_and_get(struct cache *cache, struct arena *arena, struct text value)
{
    struct text found = NO_TEXT;
    CHECK_STATUS(cache_put(cache, TEXT("key"), value, LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &found), STATUS_OK);
    return found;
}

static void check_absent(struct cache *cache, struct arena *arena, struct text key)
{
    struct text value = TEXT("what was here before");
    CHECK_STATUS(cache_get(cache, arena, key, &value), STATUS_ABSENT);
    CHECK(value.data == NULL);
}

static void check_value(struct cache *cache, struct arena *arena, struct text key,
                        const char *expected)
{
    struct text value = NO_TEXT;
    CHECK_STATUS(cache_get(cache, arena, key, &value), STATUS_OK);
    CHECK_TEXT(value, expected);
    CHECK(value.data[value.bytes] == '\0');
}

static int64_t add(struct cache *cache, const char *key, int64_t amount)
{
    int64_t value = -1;
    CHECK_STATUS(cache_add(cache, text_of(key), amount, LONG_MS, &value), STATUS_OK);
    return value;
}

static void gives_what_was_put(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    check_absent(cache, arena, TEXT("key"));
    CHECK_TEXT(put_and_get(cache, arena, TEXT("one")), "one");
    CHECK_TEXT(put_and_get(cache, arena, TEXT("another, longer than before")),
               "another, longer than before");
    CHECK_TEXT(put_and_get(cache, arena, TEXT("")), "");
    check_value(cache, arena, TEXT("key"), "");
    check_absent(cache, arena, TEXT("keys"));
    check_absent(cache, arena, TEXT("ke"));
    CHECK(!text_is_given(cache_trouble(cache, arena)));
    arena_destroy(&arena);
    cache_destroy(&cache);
    CHECK(cache == NULL);
}

static void any_bytes_and_sizes_come_back(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    char *bytes = memory_take(CACHE_VALUE_BYTES_MAX);
    for (size_t i = 0; i < CACHE_VALUE_BYTES_MAX; i++) {
        bytes[i] = (char)(i * 7 + i / 251);
    }
    static const size_t sizes[] = {1,    2,    19,    20,    21,    255,  256,
                                   1023, 4096, 16384, 65000, 65535, 65536};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct text value = {bytes, sizes[i]};
        CHECK(text_equals(put_and_get(cache, arena, value), value));
    }
    CHECK(text_equals(put_and_get(cache, arena, TEXT("\r\n$5\r\nhello\r\n")),
                      TEXT("\r\n$5\r\nhello\r\n")));
    CHECK(text_equals(put_and_get(cache, arena, TEXT("\0\0\0")), TEXT("\0\0\0")));
    memory_free(bytes);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void too_large_is_not_kept(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    static const char bytes[CACHE_VALUE_BYTES_MAX + 1];
    struct text large = {bytes, sizeof bytes};
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("small"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("key"), large, LONG_MS), STATUS_TOO_LARGE);
    check_absent(cache, arena, TEXT("key"));
    large.bytes--;
    CHECK_STATUS(cache_put(cache, TEXT("key"), large, LONG_MS), STATUS_OK);
    struct arena *small = arena_create("small", CACHE_VALUE_BYTES_MAX);
    check_absent(cache, small, TEXT("key"));
    check_absent(cache, small, TEXT("other"));
    arena_destroy(&small);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void keys_are_told_apart(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    char longest[CACHE_KEY_BYTES_MAX];
    memset(longest, 'k', sizeof longest);
    struct text key = {longest, sizeof longest};
    CHECK_STATUS(cache_put(cache, key, TEXT("long"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("!\"$*?[]{}~\\"), TEXT("odd"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("Key"), TEXT("large"), LONG_MS), STATUS_OK);
    check_value(cache, arena, key, "long");
    check_value(cache, arena, TEXT("!\"$*?[]{}~\\"), "odd");
    check_value(cache, arena, TEXT("Key"), "large");
    check_absent(cache, arena, TEXT("key"));
    longest[sizeof longest - 1] = 'x';
    check_absent(cache, arena, key);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void forgets_when_told_to(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK_STATUS(cache_forget(cache, TEXT("never")), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("one"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("other"), TEXT("two"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_forget(cache, TEXT("key")), STATUS_OK);
    check_absent(cache, arena, TEXT("key"));
    check_value(cache, arena, TEXT("other"), "two");
    CHECK_INT(add(cache, "other", 1), 1);
    CHECK_STATUS(cache_forget(cache, TEXT("other")), STATUS_OK);
    CHECK_INT(add(cache, "other", 5), 5);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void time_ends(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK_STATUS(cache_put(cache, TEXT("short"), TEXT("one"), SHORT_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("long"), TEXT("two"), CACHE_TTL_MS_MAX), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("prolonged"), TEXT("three"), SHORT_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("prolonged"), TEXT("four"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("cut"), TEXT("five"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_put(cache, TEXT("cut"), TEXT("six"), SHORT_MS), STATUS_OK);
    usleep((SHORT_MS + 100) * 1000);
    check_absent(cache, arena, TEXT("short"));
    check_value(cache, arena, TEXT("long"), "two");
    check_value(cache, arena, TEXT("prolonged"), "four");
    check_absent(cache, arena, TEXT("cut"));
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void counts(void)
{
    struct cache *cache = open_cache();
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK_INT(add(cache, "counter", 1), 1);
    CHECK_INT(add(cache, "counter", 41), 42);
    CHECK_INT(add(cache, "counter", 0), 42);
    check_value(cache, arena, TEXT("counter"), "42");
    CHECK_INT(add(cache, "counter", -50), -8);
    check_value(cache, arena, TEXT("counter"), "-8");
    CHECK_INT(add(cache, "nothing", 0), 0);
    CHECK_STATUS(cache_put(cache, TEXT("counter"), TEXT("100"), LONG_MS), STATUS_OK);
    CHECK_INT(add(cache, "counter", 1), 101);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void what_is_no_counter_becomes_one(void)
{
    static const char *const others[] = {
        "", "word", "1.5", " 1", "9007199254740993", "-9007199254741993", "99999999999999999999"};
    struct cache *cache = open_cache();
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        CHECK_STATUS(cache_put(cache, TEXT("key"), text_of(others[i]), LONG_MS), STATUS_OK);
        CHECK_INT(add(cache, "key", 7), 7);
        CHECK_INT(add(cache, "key", 7), 14);
    }
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("9007199254740989"), LONG_MS), STATUS_OK);
    CHECK_INT(add(cache, "key", 2), CACHE_COUNTER_MAX);
    CHECK_INT(add(cache, "key", -1), CACHE_COUNTER_MAX - 1);
    CHECK_INT(add(cache, "key", CACHE_AMOUNT_MAX), CACHE_AMOUNT_MAX);
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("-9007199254740990"), LONG_MS), STATUS_OK);
    CHECK_INT(add(cache, "key", -1), -CACHE_COUNTER_MAX);
    CHECK_INT(add(cache, "key", -CACHE_AMOUNT_MAX), -CACHE_AMOUNT_MAX);
    cache_destroy(&cache);
}

/* A limit of so many in a minute must end, however often it is hit. */
static void additions_do_not_prolong(void)
{
    struct cache *cache = open_cache();
    int64_t value = 0;
    int64_t highest = 0;
    int64_t began = clock_monotonic_ms();
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, SHORT_MS, &value), STATUS_OK);
    while (value > highest && clock_monotonic_ms() - began < TEST_PATIENCE_MS) {
        highest = value;
        usleep(2000);
        CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &value), STATUS_OK);
    }
    CHECK_INT(value, 1);
    CHECK(clock_monotonic_ms() - began >= SHORT_MS);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, SHORT_MS, &value), STATUS_OK);
    usleep((SHORT_MS + 100) * 1000);
    CHECK_INT(add(cache, "key", 1), 3); /* the one that began anew lives long */
    cache_destroy(&cache);
}

/* What the threads of the next tests share. */
struct crowd {
    struct cache *cache;
    pthread_t threads[THREADS];
    int numbers[THREADS];
};

static struct crowd crowd;

static void run_crowd(void *(*run)(void *))
{
    crowd.cache = open_cache();
    for (int i = 0; i < THREADS; i++) {
        crowd.numbers[i] = i;
        CHECK(pthread_create(&crowd.threads[i], NULL, run, &crowd.numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(crowd.threads[i], NULL);
    }
}

static void *add_often(void *number)
{
    char own[32];
    snprintf(own, sizeof own, "own-%d", *(int *)number);
    for (int i = 1; i <= ADDITIONS; i++) {
        CHECK(add(crowd.cache, "shared", 3) % 3 == 0);
        CHECK_INT(add(crowd.cache, own, 2), 2 * i);
    }
    return NULL;
}

static void no_addition_is_lost_between_threads(void)
{
    run_crowd(add_often);
    CHECK_INT(add(crowd.cache, "shared", 0), 3 * THREADS * ADDITIONS);
    cache_destroy(&crowd.cache);
}

/* A value is a run of one letter, as long as the letter says: seen half, it would show. */
static void check_whole(struct text value)
{
    CHECK(value.bytes > 0);
    CHECK_INT(value.bytes, (value.data[0] - 'a' + 1) * 997);
    for (size_t i = 0; i < value.bytes; i++) {
        CHECK(value.data[i] == value.data[0]);
    }
}

static void *mix(void *number)
{
    char bytes[26 * 997];
    struct arena *arena = arena_create("mix", ARENA_BYTES);
    for (int i = 0; i < ADDITIONS; i++) {
        struct text value = {bytes, (size_t)((*(int *)number * 3 + i) % 26 + 1) * 997};
        memset(bytes, 'a' + (int)(value.bytes / 997) - 1, sizeof bytes);
        struct text key = i % 2 == 0 ? TEXT("even") : TEXT("odd");
        CHECK_STATUS(cache_put(crowd.cache, key, value, LONG_MS), STATUS_OK);
        enum status status = cache_get(crowd.cache, arena, key, &value);
        CHECK(status == STATUS_OK || status == STATUS_ABSENT);
        if (status == STATUS_OK) {
            check_whole(value);
        }
        if (i % 7 == 0) {
            CHECK_STATUS(cache_forget(crowd.cache, key), STATUS_OK);
        }
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return NULL;
}

static void values_are_whole_between_threads(void)
{
    run_crowd(mix);
    cache_destroy(&crowd.cache);
}

static const struct test tests[] = {
    {"gives_what_was_put", gives_what_was_put, 0},
    {"any_bytes_and_sizes_come_back", any_bytes_and_sizes_come_back, 0},
    {"too_large_is_not_kept", too_large_is_not_kept, 0},
    {"keys_are_told_apart", keys_are_told_apart, 0},
    {"forgets_when_told_to", forgets_when_told_to, 0},
    {"time_ends", time_ends, 0},
    {"counts", counts, 0},
    {"what_is_no_counter_becomes_one", what_is_no_counter_becomes_one, 0},
    {"additions_do_not_prolong", additions_do_not_prolong, 0},
    {"no_addition_is_lost_between_threads", no_addition_is_lost_between_threads, 0},
    {"values_are_whole_between_threads", values_are_whole_between_threads, 0},
};

int cache_contract_main(int argc, char **argv, cache_contract_open_fn *open)
{
    open_cache = open;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
