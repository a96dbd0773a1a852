/* http_test.c - headers, escapes and phrases. */
#include "net/http.h"

#include "base/arena.h"
#include "tests/lib/check.h"

#include <string.h>

static void finds_headers_ignoring_case(void)
{
    const struct http_header headers[] = {
        {TEXT("Host"), TEXT("x")}, {TEXT("X-One"), TEXT("1")}, {TEXT("x-one"), TEXT("2")}};
    const struct http_request request = {.headers = headers, .header_count = COUNT_OF(headers)};
    CHECK_TEXT(http_header_value(&request, "x-ONE"), "1");
    CHECK_TEXT(http_header_value(&request, "X-On"), NULL);
    CHECK_TEXT(http_header_value(&request, "host"), "x");
}

static void decodes(void)
{
    static const struct {
        const char *encoded;
        bool is_query;
        const char *decoded; /* NULL: refused */
    } rows[] = {
        {"", false, ""},
        {"plain", false, "plain"},
        {"a%20b", false, "a b"},
        {"a+b", false, "a+b"},
        {"a+b%2B", true, "a b+"},
        {"%d0%b6%D0%96", false, "\xd0\xb6\xd0\x96"},
        {"%41%4a%4A", false, "AJJ"},
        {"%", false, NULL},
        {"%4", false, NULL},
        {"a%4", false, NULL},
        {"%g1", false, NULL},
        {"%1g", false, NULL},
        {"%%41", false, NULL},
        {"%00", false, NULL},
        {"a%00b", true, NULL},
        {"%ff", false, NULL},
        {"%c0%af", false, NULL},
        {"%ed%a0%80", false, NULL},
        {"%2e%2e%2f", false, "../"},
    };
    struct arena *arena = arena_create("test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text decoded = NO_TEXT;
        bool is_good = http_decode(arena, text_of(rows[i].encoded), rows[i].is_query, &decoded);
        CHECK_INT(is_good, rows[i].decoded != NULL);
        if (is_good) {
            CHECK_TEXT(decoded, rows[i].decoded);
        }
    }
    arena_destroy(&arena);
}

static void knows_phrases(void)
{
    CHECK_TEXT(text_of(http_phrase(200)), "OK");
    CHECK_TEXT(text_of(http_phrase(404)), "Not Found");
    CHECK_TEXT(text_of(http_phrase(422)), "Unprocessable Content");
    CHECK_TEXT(text_of(http_phrase(599)), "Unknown");
}

static void too_many_headers(void)
{
    struct http_answer answer = {.status = 200};
    for (size_t i = 0; i < 100; i++) {
        http_answer_header(&answer, "X-One", TEXT("1"));
    }
}

static void an_answer_has_room_for_twelve_headers(void)
{
    struct http_answer answer = {.status = 200};
    for (size_t i = 0; i < 12; i++) {
        http_answer_header(&answer, "X-One", TEXT("1"));
    }
    CHECK_INT(answer.header_count, 12);
    CHECK_MUST_FAIL(too_many_headers, "header_count");
}

static const struct test tests[] = {
    {.name = "finds_headers_ignoring_case", .run = finds_headers_ignoring_case},
    {.name = "decodes", .run = decodes},
    {.name = "knows_phrases", .run = knows_phrases},
    {.name = "an_answer_has_room_for_twelve_headers", .run = an_answer_has_room_for_twelve_headers},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
