/* consul_test.c - what an answer of Consul says. */
#include "runtime/discovery/consul.h"

#include "tests/lib/check.h"

static struct arena *arena;
static struct consul_found found[CONSUL_FOUND_MAX];
static size_t count;

static bool read_text(const char *json)
{
    return consul_read(arena, text_of(json), found, &count);
}

static void entries_are_addresses(void)
{
    arena = arena_create("test", 1024 * 1024);
    CHECK(read_text(
        "[{\"Node\":{\"Address\":\"10.0.0.1\"},\"Service\":{\"Address\":\"10.0.0.2\","
        "\"Port\":8480,\"Tags\":[\"x\",\"https\"],\"Meta\":{\"api_versions\":\"v1+v2\"}}},"
        "{\"Node\":{\"Address\":\"10.0.0.1\"},\"Service\":{\"Address\":\"\",\"Port\":81,"
        "\"Tags\":null,\"Meta\":null}},"
        "{\"Node\":{\"Address\":\"fd00::1\"},\"Service\":{\"Port\":82}}]"));
    CHECK_INT(count, 3);
    CHECK_TEXT(found[0].url, "https://10.0.0.2:8480");
    CHECK_TEXT(found[0].versions, "v1+v2");
    CHECK_TEXT(found[1].url, "http://10.0.0.1:81");
    CHECK(found[1].versions.data == NULL);
    CHECK_TEXT(found[2].url, "http://[fd00::1]:82");
    arena_destroy(&arena);
}

static void what_is_no_entry_is_passed_over(void)
{
    arena = arena_create("test", 1024 * 1024);
    CHECK(read_text("[{}, 1, {\"Service\":{\"Address\":\"a\"}}, "
                    "{\"Service\":{\"Address\":\"a\",\"Port\":0}}, "
                    "{\"Service\":{\"Address\":\"a\",\"Port\":65536}}, "
                    "{\"Service\":{\"Address\":\"a\",\"Port\":\"80\"}}, "
                    "{\"Service\":{\"Address\":\"b\",\"Port\":80}}]"));
    CHECK_INT(count, 1);
    CHECK_TEXT(found[0].url, "http://b:80");
    CHECK(!read_text("{}"));
    CHECK(!read_text("No cluster leader"));
    CHECK(read_text("[]"));
    CHECK_INT(count, 0);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"entries_are_addresses", entries_are_addresses, 0},
    {"what_is_no_entry_is_passed_over", what_is_no_entry_is_passed_over, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
