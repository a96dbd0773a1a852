/* kept_part_test.c - what is kept for somebody is found by him alone. */
#include "runtime/compose/kept_part.h"

#include "tests/lib/check.h"

#include <string.h>

static struct arena *arena;
static struct cache *cache;

static void begin(void)
{
    arena = arena_create("test", 1024 * 1024);
    cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
}

static void end(void)
{
    cache_destroy(&cache);
    arena_destroy(&arena);
}

static void each_has_his_own(void)
{
    struct text some[] = {TEXT("users.read"), TEXT("board.read")};
    struct text same[] = {TEXT("users.readboard.read")};
    struct caller callers[] = {
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .person = id_new()},
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .person = id_new()},
        {.kind = CALLER_ROOT, .name = TEXT("a")},
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .permissions = {some, 1}},
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .roles = {some, 1}},
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .permissions = {some, 2}},
        {.kind = CALLER_SERVICE, .name = TEXT("a"), .permissions = {same, 1}},
    };
    char keys[COUNT_OF(callers) + 1][KEPT_PART_KEY_BYTES];
    char again[KEPT_PART_KEY_BYTES];
    for (size_t i = 0; i < COUNT_OF(callers); i++) {
        kept_part_key(&callers[i], TEXT("/api/users"), keys[i]);
        CHECK(cache_is_key(text_of(keys[i])));
        kept_part_key(&callers[i], TEXT("/api/users"), again);
        CHECK_TEXT(text_of(again), keys[i]);
    }
    kept_part_key(&callers[0], TEXT("/api/users?limit=5"), keys[COUNT_OF(callers)]);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        for (size_t k = 0; k < i; k++) {
            CHECK(strcmp(keys[i], keys[k]) != 0);
        }
    }
}

static void what_is_kept_is_found(void)
{
    begin();
    const struct kept_part part = {.json = TEXT("{\"a\": 1}"), .said_at = 1700000000123};
    CHECK(kept_part_find(cache, arena, "dashboard:1").json.data == NULL);
    kept_part_keep(cache, arena, "dashboard:1", &part, 60000);
    struct kept_part found = kept_part_find(cache, arena, "dashboard:1");
    CHECK_TEXT(found.json, "{\"a\": 1}");
    CHECK_INT(found.said_at, 1700000000123);
    kept_part_forget(cache, "dashboard:1");
    CHECK(kept_part_find(cache, arena, "dashboard:1").json.data == NULL);
    end();
}

static void what_is_too_long_is_not_kept(void)
{
    begin();
    struct text large = {arena_take_raw(arena, CACHE_VALUE_BYTES_MAX), CACHE_VALUE_BYTES_MAX};
    const struct kept_part part = {.json = TEXT("[]"), .said_at = 1};
    const struct kept_part longer = {.json = large, .said_at = 2};
    kept_part_keep(cache, arena, "dashboard:1", &part, 60000);
    kept_part_keep(cache, arena, "dashboard:1", &longer, 60000);
    CHECK(kept_part_find(cache, arena, "dashboard:1").json.data == NULL); /* nor what was before */
    end();
}

static void what_others_wrote_there_is_nothing(void)
{
    static const char *const written[] = {"", "x", "12", "12 ", " {}", "1x {}", "{} 12"};
    begin();
    for (size_t i = 0; i < COUNT_OF(written); i++) {
        CHECK_STATUS(cache_put(cache, TEXT("dashboard:1"), text_of(written[i]), 60000), STATUS_OK);
        CHECK(kept_part_find(cache, arena, "dashboard:1").json.data == NULL);
    }
    end();
}

static const struct test tests[] = {
    {"each_has_his_own", each_has_his_own, 0},
    {"what_is_kept_is_found", what_is_kept_is_found, 0},
    {"what_is_too_long_is_not_kept", what_is_too_long_is_not_kept, 0},
    {"what_others_wrote_there_is_nothing", what_others_wrote_there_is_nothing, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
