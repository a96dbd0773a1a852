/* cache_test.c - what the contract asks of callers and of implementations, and the faulty cache. */
#include "base/clock.h"
#include "cache/cache_fault.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 1024 * 1024, LONG_MS = 60 * 1000 };

/* ---- keys ---- */

static void keys(void)
{
    char longest[CACHE_KEY_BYTES_MAX + 1];
    memset(longest, 'k', sizeof longest);
    CHECK(cache_is_key(TEXT("login:127.0.0.1")));
    CHECK(cache_is_key(TEXT("!~")));
    CHECK(cache_is_key((struct text){longest, CACHE_KEY_BYTES_MAX}));
    CHECK(!cache_is_key((struct text){longest, CACHE_KEY_BYTES_MAX + 1}));
    CHECK(!cache_is_key(NO_TEXT));
    CHECK(!cache_is_key(TEXT("")));
    CHECK(!cache_is_key(TEXT("a b")));
    CHECK(!cache_is_key(TEXT("a\n")));
    CHECK(!cache_is_key(TEXT("a\0b")));
    CHECK(!cache_is_key(TEXT("\x7f")));
    CHECK(!cache_is_key(TEXT("\xd1\x8f")));
}

/* ---- callers ---- */

static struct cache *memory(void)
{
    return cache_memory_create(CACHE_MEMORY_BYTES_MIN);
}

static void put_with(struct text key, struct text value, int64_t ttl_ms)
{
    struct cache *cache = memory();
    enum status ignored = cache_put(cache, key, value, ttl_ms);
    (void)ignored;
}

static void put_bad_key(void)
{
    put_with(TEXT("a key"), TEXT(""), LONG_MS);
}

static void put_no_value(void)
{
    put_with(TEXT("key"), NO_TEXT, LONG_MS);
}

static void put_for_ever(void)
{
    put_with(TEXT("key"), TEXT(""), CACHE_TTL_MS_MAX + 1);
}

static void put_for_no_time(void)
{
    put_with(TEXT("key"), TEXT(""), 0);
}

static void add_too_much(void)
{
    int64_t value;
    enum status ignored =
        cache_add(memory(), TEXT("key"), (int64_t)CACHE_AMOUNT_MAX + 1, LONG_MS, &value);
    (void)ignored;
}

static void make_too_small(void)
{
    (void)cache_memory_create(CACHE_MEMORY_BYTES_MIN - 1);
}

static void callers_owe(void)
{
    CHECK_MUST_FAIL(put_bad_key, "cache_is_key");
    CHECK_MUST_FAIL(put_no_value, "value.data");
    CHECK_MUST_FAIL(put_for_ever, "is_ttl");
    CHECK_MUST_FAIL(put_for_no_time, "is_ttl");
    CHECK_MUST_FAIL(add_too_much, "CACHE_AMOUNT_MAX");
    CHECK_MUST_FAIL(make_too_small, "CACHE_MEMORY_BYTES_MIN");
}

/* ---- implementations ---- */

static enum status get_nothing(struct cache *cache, struct arena *arena, struct text key,
                               struct text *value_out)
{
    (void)cache, (void)arena, (void)key, (void)value_out;
    return STATUS_OK;
}

static enum status put_uncertain(struct cache *cache, struct text key, struct text value,
                                 int64_t ttl_ms)
{
    (void)cache, (void)key, (void)value, (void)ttl_ms;
    return STATUS_UNCERTAIN;
}

static enum status forget_absent(struct cache *cache, struct text key)
{
    (void)cache, (void)key;
    return STATUS_ABSENT;
}

static enum status add_much(struct cache *cache, struct text key, int64_t amount, int64_t ttl_ms,
                            int64_t *value_out)
{
    (void)cache, (void)key, (void)amount, (void)ttl_ms;
    *value_out = INT64_MAX;
    return STATUS_OK;
}

static struct text no_trouble(struct cache *cache, struct arena *arena)
{
    (void)cache, (void)arena;
    return NO_TEXT;
}

static void destroy_nothing(struct cache *cache)
{
    (void)cache;
}

static const struct cache_ops bad_ops = {
    .name = "bad",
    .get = get_nothing,
    .put = put_uncertain,
    .forget = forget_absent,
    .add = add_much,
    .trouble = no_trouble,
    .destroy = destroy_nothing,
};

static struct cache *bad_cache(void)
{
    static struct cache bad;
    cache_init(&bad, &bad_ops);
    return &bad;
}

static void get_from_bad(void)
{
    struct text value;
    enum status ignored = cache_get(bad_cache(), NULL, TEXT("key"), &value);
    (void)ignored;
}

static void put_into_bad(void)
{
    enum status ignored = cache_put(bad_cache(), TEXT("key"), TEXT(""), LONG_MS);
    (void)ignored;
}

static void forget_in_bad(void)
{
    enum status ignored = cache_forget(bad_cache(), TEXT("key"));
    (void)ignored;
}

static void add_to_bad(void)
{
    int64_t value;
    enum status ignored = cache_add(bad_cache(), TEXT("key"), 1, LONG_MS, &value);
    (void)ignored;
}

static void init_half(void)
{
    static struct cache half;
    struct cache_ops ops = bad_ops;
    ops.trouble = NULL;
    cache_init(&half, &ops);
}

static void implementations_owe(void)
{
    CHECK_MUST_FAIL(get_from_bad, "value.data");
    CHECK_MUST_FAIL(put_into_bad, "STATUS_UNAVAILABLE");
    CHECK_MUST_FAIL(forget_in_bad, "STATUS_UNAVAILABLE");
    CHECK_MUST_FAIL(add_to_bad, "CACHE_COUNTER_MAX");
    CHECK_MUST_FAIL(init_half, "trouble");
}

/* ---- the faulty cache ---- */

static void fails_as_told(void)
{
    struct cache_fault fault = {.calls = CACHE_FAULT_GET | CACHE_FAULT_ADD,
                                .kind = CACHE_FAULT_FAILS,
                                .countdown = 1,
                                .repeat = 2};
    struct cache *cache = cache_fault_create(memory(), &fault);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text value = NO_TEXT;
    int64_t count = 0;
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("1"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_OK);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_UNAVAILABLE);
    CHECK(value.data == NULL);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &count), STATUS_UNAVAILABLE);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, 2);
    CHECK_INT(fault.hits, 2);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void happens_silently(void)
{
    struct cache_fault fault = {.calls = CACHE_FAULT_ALL, .kind = CACHE_FAULT_SILENT};
    struct cache *cache = cache_fault_create(memory(), &fault);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text value = NO_TEXT;
    int64_t count = 0;
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("5"), LONG_MS), STATUS_UNAVAILABLE);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &count), STATUS_UNAVAILABLE);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_UNAVAILABLE);
    CHECK(value.data == NULL && count == 0);
    fault.calls = 0;
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_OK);
    CHECK_TEXT(value, "6");
    fault.calls = CACHE_FAULT_FORGET;
    CHECK_STATUS(cache_forget(cache, TEXT("key")), STATUS_UNAVAILABLE);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_ABSENT);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void forgets_at_once(void)
{
    struct cache_fault fault = {.calls = CACHE_FAULT_ALL, .kind = CACHE_FAULT_FORGETS};
    struct cache *cache = cache_fault_create(memory(), &fault);
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text value = NO_TEXT;
    int64_t count = 0;
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("5"), LONG_MS), STATUS_OK);
    CHECK_STATUS(cache_get(cache, arena, TEXT("key"), &value), STATUS_ABSENT);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &count), STATUS_OK);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &count), STATUS_OK);
    CHECK_INT(count, 1);
    arena_destroy(&arena);
    cache_destroy(&cache);
}

static void dawdles(void)
{
    struct cache_fault fault = {
        .calls = CACHE_FAULT_PUT, .kind = CACHE_FAULT_DELAYS, .delay_ms = 30, .repeat = 1};
    struct cache *cache = cache_fault_create(memory(), &fault);
    int64_t began = clock_monotonic_ms();
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("5"), LONG_MS), STATUS_OK);
    CHECK(clock_monotonic_ms() - began >= 30);
    cache_destroy(&cache);
}

static const struct test tests[] = {
    {"keys", keys, 0},
    {"callers_owe", callers_owe, 0},
    {"implementations_owe", implementations_owe, 0},
    {"fails_as_told", fails_as_told, 0},
    {"happens_silently", happens_silently, 0},
    {"forgets_at_once", forgets_at_once, 0},
    {"dawdles", dawdles, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
