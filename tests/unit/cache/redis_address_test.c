/* redis_address_test.c - the forms of an address, and sentences about what is none. */
#include "cache/redis_address.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 64 * 1024 };

static struct arena *good_arena; /* lives as long as the test */

static struct redis_address read_good(const char *text)
{
    if (good_arena == NULL) {
        good_arena = arena_create("test", ARENA_BYTES);
    }
    struct arena *arena = good_arena;
    struct redis_address address = {0};
    struct text error = NO_TEXT;
    CHECK_STATUS(redis_address_read(arena, text_of(text), &address, &error), STATUS_OK);
    return address;
}

static void places(void)
{
    struct redis_address address = read_good("redis://127.0.0.1");
    CHECK_TEXT(address.host, "127.0.0.1");
    CHECK_TEXT(address.port, "6379");
    CHECK_TEXT(address.shown, "127.0.0.1:6379/0");
    CHECK(address.path.data == NULL && address.user.data == NULL && address.secret.data == NULL);
    CHECK_INT(address.deadline_ms, 50);
    address = read_good("redis://cache.example.com:7000/12?deadline_ms=200");
    CHECK_TEXT(address.shown, "cache.example.com:7000/12");
    CHECK_INT(address.database, 12);
    CHECK_INT(address.deadline_ms, 200);
    CHECK_TEXT(read_good("redis://[::1]:1/").host, "::1");
    CHECK_TEXT(read_good("redis://[::1]").port, "6379");
    address = read_good("unix:/run/redis.sock");
    CHECK_TEXT(address.path, "/run/redis.sock");
    CHECK(address.host.data == NULL);
    address = read_good("unix:/run/a%20b.sock?db=3&deadline_ms=5");
    CHECK_TEXT(address.path, "/run/a b.sock");
    CHECK_INT(address.database, 3);
    CHECK_INT(address.deadline_ms, 5);
    CHECK_INT(read_good("redis://h?db=4").database, 4);
}

static void who(void)
{
    struct redis_address address = read_good("redis://:secret@h:1/0");
    CHECK_TEXT(address.secret, "secret");
    CHECK(address.user.data == NULL);
    address = read_good("redis://anna:se:cr@et@h");
    CHECK_TEXT(address.user, "anna");
    CHECK_TEXT(address.secret, "se:cr@et");
    CHECK_TEXT(read_good("redis://:a%2fb%3F%40%25@h").secret, "a/b?@%");
    CHECK_TEXT(read_good("redis://:a/b@h/2").secret, "a/b");
    address = read_good("unix://anna:secret@/run/r.sock?db=1");
    CHECK_TEXT(address.user, "anna");
    CHECK_TEXT(address.path, "/run/r.sock");
    CHECK_TEXT(address.shown, "/run/r.sock/1");
}

static void what_is_none(void)
{
    static const char *const wrong[] = {"",
                                        "127.0.0.1:6379",
                                        "http://h",
                                        "rediss://h",
                                        "redis:/h",
                                        "redis://",
                                        "redis://:6379",
                                        "redis://h:0",
                                        "redis://h:65536",
                                        "redis://h:",
                                        "redis://h:x",
                                        "redis://h/x",
                                        "redis://h/-1",
                                        "redis://h/10000",
                                        "redis://h?db",
                                        "redis://h?db=",
                                        "redis://h?timeout=5",
                                        "redis://h?deadline_ms=0",
                                        "redis://h?deadline_ms=10001",
                                        "redis://anna@h:1",
                                        "redis://:@h:TOPSECRET",
                                        "redis://:TOPSECRET@",
                                        "redis://[::1",
                                        "redis://[::1]x",
                                        "redis://:TOP%SECRET@h",
                                        "redis://:TOPSECRET%00@h",
                                        "unix:",
                                        "unix:/",
                                        "unix:run",
                                        "unix://run",
                                        "unix:run?db=1",
                                        "redis://anna:TOPSECRET@h:99999/0",
                                        "redis://%"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct arena *arena = arena_create("test", ARENA_BYTES);
        struct redis_address address = {0};
        struct text error = NO_TEXT;
        enum status status = redis_address_read(arena, text_of(wrong[i]), &address, &error);
        CHECK_TEXT(text_of(status == STATUS_OK ? wrong[i] : ""), ""); /* shows which */
        CHECK_STATUS(status, STATUS_MALFORMED);
        CHECK(text_starts_with(error, TEXT("the address of the Redis is wrong: ")));
        CHECK(memmem(error.data, error.bytes, "SECRET", 6) == NULL);
        arena_destroy(&arena);
    }
}

static void limits(void)
{
    char text[4096] = "unix:/";
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct redis_address address = {0};
    struct text error = NO_TEXT;
    memset(text + strlen(text), 'p', 106);
    CHECK_TEXT(read_good(text).path, text + strlen("unix:"));
    text[strlen(text)] = 'p';
    CHECK_STATUS(redis_address_read(arena, text_of(text), &address, &error), STATUS_MALFORMED);
    memset(text, 'h', sizeof text - 1);
    memcpy(text, "redis://", 8);
    CHECK_STATUS(redis_address_read(arena, text_of(text), &address, &error), STATUS_MALFORMED);
    text[8 + 512] = '\0';
    CHECK_INT(read_good(text).host.bytes, 512);
    text[8 + 512] = 'h';
    text[8 + 513] = '\0';
    CHECK_STATUS(redis_address_read(arena, text_of(text), &address, &error), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"places", places, 0},
    {"who", who, 0},
    {"what_is_none", what_is_none, 0},
    {"limits", limits, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
