/* registry_test.c - each process has a place of its own, whatever the cache forgets: E14. */
#include "runtime/discovery/registry.h"

#include "tests/lib/check.h"

static struct arena *arena;
static struct cache *cache;

static void begin(void)
{
    arena = arena_create("test", 16 * 1024 * 1024);
    cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
}

static void end(void)
{
    cache_destroy(&cache);
    arena_destroy(&arena);
}

static struct registered someone(void)
{
    return (struct registered){
        .id = id_new(),
        .address = TEXT("http://10.0.0.5:8480"),
        .services = {{TEXT("casework"), TEXT("feeding.1+feeding.2")}, {TEXT("users"), NO_TEXT}},
        .service_count = 2,
    };
}

static void what_is_written_is_read(void)
{
    begin();
    struct registry_place place = {0};
    struct registered written = someone();
    struct registered read;
    CHECK_STATUS(registry_write(cache, arena, &place, &written), STATUS_OK);
    CHECK_STATUS(registry_read(cache, arena, place.number, &read), STATUS_OK);
    CHECK(id_equals(read.id, written.id) && !read.is_leaving);
    CHECK_TEXT(read.address, "http://10.0.0.5:8480");
    CHECK_INT(read.service_count, 2);
    CHECK_TEXT(read.services[0].name, "casework");
    CHECK_TEXT(read.services[0].versions, "feeding.1+feeding.2");
    CHECK(read.services[1].versions.data == NULL);
    written.is_leaving = true;
    CHECK_STATUS(registry_write(cache, arena, &place, &written), STATUS_OK);
    CHECK_STATUS(registry_read(cache, arena, place.number, &read), STATUS_OK);
    CHECK(read.is_leaving);
    end();
}

static void everybody_has_his_own_place(void)
{
    begin();
    bool taken[REGISTRY_PLACES] = {false};
    struct registered process = someone();
    for (int i = 0; i < REGISTRY_PLACES; i++) {
        struct registry_place place = {0};
        process.id = id_new();
        CHECK_STATUS(registry_write(cache, arena, &place, &process), STATUS_OK);
        CHECK(!taken[place.number]);
        taken[place.number] = true;
    }
    struct registry_place place = {0};
    process.id = id_new();
    CHECK_STATUS(registry_write(cache, arena, &place, &process), STATUS_FULL);
    end();
}

/* The cache was emptied, and somebody else was quicker. */
static void a_place_that_is_lost_is_left(void)
{
    begin();
    struct registry_place place = {0};
    struct registry_place others = {0};
    struct registered mine = someone();
    struct registered theirs = someone();
    struct registered read;
    CHECK_STATUS(registry_write(cache, arena, &place, &mine), STATUS_OK);
    others = place;
    cache_destroy(&cache);
    cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
    CHECK_STATUS(registry_write(cache, arena, &others, &theirs), STATUS_OK);
    CHECK_INT(others.number, place.number); /* nobody was there */
    CHECK_STATUS(registry_write(cache, arena, &place, &mine), STATUS_OK);
    CHECK(others.number != place.number);
    CHECK_STATUS(registry_read(cache, arena, others.number, &read), STATUS_OK);
    CHECK(id_equals(read.id, theirs.id));
    end();
}

static void what_is_no_record_is_nobody(void)
{
    static const char *const wrong[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"id\":\"x\",\"address\":\"http://x\",\"services\":{}}",
        "{\"id\":\"018f6e2a-0000-7000-8000-00000000a11a\",\"address\":1,\"services\":{}}",
        "{\"id\":\"018f6e2a-0000-7000-8000-00000000a11a\",\"address\":\"\",\"services\":[]}"};
    struct registered read;
    begin();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(!registered_read(arena, text_of(wrong[i]), &read));
    }
    end();
}

static const struct test tests[] = {
    {"what_is_written_is_read", what_is_written_is_read, 0},
    {"everybody_has_his_own_place", everybody_has_his_own_place, 0},
    {"a_place_that_is_lost_is_left", a_place_that_is_lost_is_left, 0},
    {"what_is_no_record_is_nobody", what_is_no_record_is_nobody, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
