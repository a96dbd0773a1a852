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

/* Each byte there is, as the third letter: 64 of them are one. */
static void base64url_has_64_letters(void)
{
    struct arena *arena = arena_create("test", 65536);
    int letter_count = 0;
    for (int byte = 0; byte < 256; byte++) {
        const char letters[] = {'Z', 'm', (char)byte, 'v'};
        const struct text encoded = {letters, sizeof letters};
        struct text plain;
        if (decode_base64url(arena, encoded, 3, &plain)) {
            CHECK(text_equals(encode_base64url(arena, plain.data, plain.bytes), encoded));
            letter_count++;
        }
    }
    CHECK_INT(letter_count, 64);
    arena_destroy(&arena);
}

static void base64url_of_a_known_length(void)
{
    unsigned char bytes[3];
    CHECK(decode_base64url_exactly(TEXT("-_8A"), bytes, 3));
    CHECK_INT(memcmp(bytes, "\xFB\xFF\x00", 3), 0);
    CHECK(!decode_base64url_exactly(TEXT("-_8"), bytes, 3));
    CHECK(!decode_base64url_exactly(TEXT("-_8A-_8A"), bytes, 3));
    CHECK(!decode_base64url_exactly(TEXT("-\xFF"
                                         "8A"),
                                    bytes, 3));
    CHECK(!decode_base64url_exactly(NO_TEXT, bytes, 3));
    CHECK(decode_base64url_exactly(TEXT(""), bytes, 0));
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

static void base64_of_others_is_read_and_written(void)
{
    static const char *const wrong[] = {"Zg", "Zg=", "Zm9v\n", "-_8=", "Zh==", "Zm9vZm9v"};
    struct arena *arena = arena_create("test", 4096);
    struct text plain;
    CHECK_TEXT(encode_base64(arena, "\xFB\xFF", 2), "+/8=");
    CHECK(decode_base64(arena, TEXT("+/8="), 5, &plain));
    CHECK_TEXT(plain, "\xFB\xFF");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(!decode_base64(arena, text_of(wrong[i]), 5, &plain));
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"base64_of_others_is_read_and_written", base64_of_others_is_read_and_written, 0},
    {"base64url_goes_there_and_back", base64url_goes_there_and_back, 0},
    {"base64url_refuses_other_forms", base64url_refuses_other_forms, 0},
    {"base64url_has_64_letters", base64url_has_64_letters, 0},
    {"base64url_of_a_known_length", base64url_of_a_known_length, 0},
    {"hex_goes_there_and_back", hex_goes_there_and_back, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
