/* forwarded_test.c - whose word about the sender of a request is taken. */
#include "runtime/front/forwarded.h"

#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 1024 * 1024 };

static struct arena *arena;

static struct http_request seen(const char *list, enum http_door door, const char *peer,
                                const char *forwarded, const char *proto)
{
    struct text error = NO_TEXT;
    const struct http_header headers[] = {
        {TEXT("x-forwarded-for"), text_of(forwarded)},
        {TEXT("X-Forwarded-Proto"), text_of(proto)},
    };
    struct http_exchange exchange = {
        .arena = arena,
        .request = {.door = door, .peer = text_of(peer), .headers = headers, .header_count = 2},
    };
    const struct proxies *proxies = proxies_read(arena, text_of(list), &error);
    CHECK(proxies != NULL);
    forwarded_see_through(proxies, &exchange);
    return exchange.request;
}

static void believes_its_own_proxies(void)
{
    static const struct {
        const char *list;
        const char *peer;
        const char *forwarded;
        const char *found;
    } rows[] = {
        {"", "127.0.0.1", "192.0.2.7", "127.0.0.1"},
        {"10.0.0.0/8", "127.0.0.1", "192.0.2.7", "127.0.0.1"},
        {"127.0.0.1", "127.0.0.1", "192.0.2.7", "192.0.2.7"},
        {"127.0.0.1", "::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"},
        {"127.0.0.1", "127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"}, /* the first is said */
        {"127.0.0.1 10.0.0.0/8", "127.0.0.1", "203.0.113.9, 192.0.2.7, 10.1.2.3", "192.0.2.7"},
        {"127.0.0.1 10.0.0.0/8", "127.0.0.1", "10.9.9.9", "10.9.9.9"},
        {"127.0.0.1", "127.0.0.1", "192.0.2.7, nonsense", "127.0.0.1"},
        {"127.0.0.1", "127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "127.0.0.1", NULL, "127.0.0.1"},
        {"2001:db8::/32", "2001:db8::1", "2001:db9::1", "2001:db9::1"},
        {"10.0.0.0/9", "10.128.0.1", "192.0.2.7", "10.128.0.1"},
        {"10.0.0.0/9", "10.127.0.1", "192.0.2.7", "192.0.2.7"},
        {"0.0.0.0/0", "10.127.0.1", "192.0.2.7", "192.0.2.7"},
    };
    arena = arena_create("forwarded", ARENA_BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_request request =
            seen(rows[i].list, HTTP_DOOR_TCP, rows[i].peer, rows[i].forwarded, "https");
        CHECK_TEXT(request.peer, rows[i].found);
        bool is_believed = rows[i].list[0] != '\0' && i != 1 && i != 11;
        CHECK_INT(request.door, is_believed ? HTTP_DOOR_TLS : HTTP_DOOR_TCP);
    }
    CHECK_INT(seen("127.0.0.1", HTTP_DOOR_TCP, "127.0.0.1", "192.0.2.7", "http").door,
              HTTP_DOOR_TCP);
    CHECK_INT(seen("127.0.0.1", HTTP_DOOR_UNIX, "127.0.0.1", "192.0.2.7", "https").door,
              HTTP_DOOR_UNIX); /* it says who is calling, which must not be lost */
    arena_destroy(&arena);
}

static void names_what_is_no_network(void)
{
    static const char *const wrong[] = {"localhost",      "10.0.0.0/33", "10.0.0.0/x", "10.0.0",
                                        "2001:db8::/129", "10.0.0.0/-1", "/8"};
    arena = arena_create("forwarded", ARENA_BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct text error = NO_TEXT;
        CHECK(proxies_read(arena, text_of(wrong[i]), &error) == NULL);
        CHECK(error.bytes > 0);
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"believes_its_own_proxies", believes_its_own_proxies, 0},
    {"names_what_is_no_network", names_what_is_no_network, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
