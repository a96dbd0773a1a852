/* camel_test.c - names as some clients write them: C53. */
#include "runtime/front/camel.h"

#include "tests/lib/check.h"

static struct arena *arena;

static void names_are_changed_and_values_are_not(void)
{
    static const struct {
        const char *json;
        const char *expected;
    } rows[] = {
        {"{\"created_at\":\"a_b\",\"id\":1}", "{\"createdAt\":\"a_b\",\"id\":1}"},
        {"{\"a_b_c\":{\"d_e\":[{\"f_g\":null}]}}", "{\"aBC\":{\"dE\":[{\"fG\":null}]}}"},
        {"[1.50,1e3,true,false,\"\\u00e9\\n\"]", "[1.50,1e3,true,false,\"\xC3\xA9\\n\"]"},
        {"{\"address_2\":1,\"x_1_y\":2}", "{\"address2\":1,\"x1Y\":2}"},
        {"{\"_own\":1,\"end_\":2,\"two__three\":3}", "{\"_own\":1,\"end_\":2,\"two__three\":3}"},
        {"{\"Aa_b\":1,\"a-b_c\":2,\"\xD0\xB6_a\":3}", "{\"Aa_b\":1,\"a-b_c\":2,\"\xD0\xB6_a\":3}"},
        {"{\"a_b\":1,\"aB\":2}", "{\"a_b\":1,\"aB\":2}"},
        {"{}", "{}"},
        {"7", "7"},
    };
    arena = arena_create("test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text written = NO_TEXT;
        CHECK_STATUS(camel_write(arena, text_of(rows[i].json), &written), STATUS_OK);
        CHECK_TEXT(written, rows[i].expected);
    }
    arena_destroy(&arena);
}

static void what_is_no_json_is_said(void)
{
    struct text written = NO_TEXT;
    arena = arena_create("test", 1024 * 1024);
    CHECK_STATUS(camel_write(arena, TEXT("{"), &written), STATUS_MALFORMED);
    CHECK_STATUS(camel_write(arena, TEXT(""), &written), STATUS_MALFORMED);
    arena_destroy(&arena);
    arena = arena_create("small", 4096);
    struct text large = {arena_take_raw(arena, 2000), 2000};
    CHECK_STATUS(camel_write(arena, large, &written), STATUS_TOO_LARGE);
    arena_destroy(&arena);
}

static void paths_are_those_that_are_named(void)
{
    struct text starts = TEXT("/v1/crm/ /v1/auth/");
    CHECK(camel_is_wanted(starts, TEXT("/v1/crm/deals")));
    CHECK(camel_is_wanted(starts, TEXT("/v1/auth/")));
    CHECK(!camel_is_wanted(starts, TEXT("/v1/crm")));
    CHECK(!camel_is_wanted(starts, TEXT("/api/users")));
    CHECK(!camel_is_wanted(NO_TEXT, TEXT("/v1/crm/deals")));
    CHECK(!camel_is_wanted(TEXT("  "), TEXT("/v1/crm/deals")));
}

static const struct test tests[] = {
    {"names_are_changed_and_values_are_not", names_are_changed_and_values_are_not, 0},
    {"what_is_no_json_is_said", what_is_no_json_is_said, 0},
    {"paths_are_those_that_are_named", paths_are_those_that_are_named, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
