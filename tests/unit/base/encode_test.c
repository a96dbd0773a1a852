/* encode_test.c - bytes as text and back, and what is no such text. */
#include "base/encode.h"
#include "tests/lib/check.h"

#include <string.h>

static void base64url_goes_there_and_back(void)
{
    static const struct {
        const char *plain;
        const char *encoded;
    } rows[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xFB\xFF", "-_8"}};
    struct arena *arena = arena_create("test", 4096);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text plain;
        CHECK_TEXT(encode_base64url(arena, rows[i].plain, strlen(rows[i].plain)), rows[i].encoded);
        CHECK(decode_base64url(arena, text_of(rows[i].encoded), 16, &plain));
        CHECK_TEXT(plain, rows[i].plain);
    }
    arena_destroy(&arena);
}

static void base64url_refuses_other_forms(void)
{
    static const char *const wrong[] = {"Zg==", "Z", "Zm+v", "Zm/v", "Zm9v ", "Zh", "Zm9vZm9v"};
    struct arena *arena = arena_create("test", 4096);
    struct text plain;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(!decode_base64url(arena, text_of(wrong[i]), 5, &plain));
    }
    arena_destroy(&arena);
}

static void hex_goes_there_and_back(void)
{
    struct arena *arena = arena_create("test", 4096);
    unsigned char bytes[3];
    CHECK_TEXT(encode_hex(arena, "\x00\x7F\xFF", 3), "007fff");
    CHECK(decode_hex(TEXT("007FfF"), bytes, sizeof bytes));
    CHECK_INT(memcmp(bytes, "\x00\x7F\xFF", 3), 0);
    CHECK(!decode_hex(TEXT("007ff"), bytes, sizeof bytes));
    CHECK(!decode_hex(TEXT("007fff00"), bytes, sizeof bytes));
    CHECK(!decode_hex(TEXT("007ffg"), bytes, sizeof bytes));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"base64url_goes_there_and_back", base64url_goes_there_and_back, 0},
    {"base64url_refuses_other_forms", base64url_refuses_other_forms, 0},
    {"hex_goes_there_and_back", hex_goes_there_and_back, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
