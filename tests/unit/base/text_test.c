/* text_test.c - texts compared, cut, read and made. */
#include "base/arena.h"
#include "base/text.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

static struct arena *arena;

static void none_is_not_empty(void)
{
    CHECK(!text_is_given(NO_TEXT));
    CHECK(text_is_given(TEXT("")));
    CHECK(!text_is_given(text_of(NULL)));
    CHECK(text_equals(NO_TEXT, TEXT("")));
    CHECK_INT(text_of("abc").bytes, 3);
    CHECK_INT(TEXT("a\0b").bytes, 3);
}

static void compares(void)
{
    static const struct {
        const char *left;
        const char *right;
        int order;
    } rows[] = {
        {"", "", 0},    {"", "a", -1},  {"a", "a", 0},  {"a", "b", -1},
        {"ab", "a", 1}, {"Z", "a", -1}, {"a", "ж", -1}, {"жа", "жб", -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text left = text_of(rows[i].left);
        struct text right = text_of(rows[i].right);
        int order = text_compare(left, right);
        CHECK_INT((order > 0) - (order < 0), rows[i].order);
        order = text_compare(right, left);
        CHECK_INT((order > 0) - (order < 0), -rows[i].order);
        CHECK_INT(text_equals(left, right), rows[i].order == 0);
    }
    CHECK(text_equals_ignoring_case(TEXT("Content-Length"), TEXT("content-LENGTH")));
    CHECK(!text_equals_ignoring_case(TEXT("abc"), TEXT("abd")));
    CHECK(!text_equals_ignoring_case(TEXT("abc"), TEXT("ab")));
    CHECK(!text_equals_ignoring_case(TEXT("@[`{"), TEXT("`{@[")));
    CHECK(!text_equals_ignoring_case(TEXT("Ж"), TEXT("ж"))); /* ASCII only */
    CHECK(text_starts_with(TEXT("abc"), TEXT("ab")));
    CHECK(text_starts_with(TEXT("abc"), TEXT("")));
    CHECK(!text_starts_with(TEXT("ab"), TEXT("abc")));
    CHECK(!text_starts_with(TEXT("abc"), TEXT("b")));
    CHECK(text_starts_with(NO_TEXT, TEXT("")));
    CHECK(text_starts_with(TEXT("a"), NO_TEXT));
}

static void slices_and_trims(void)
{
    CHECK_TEXT(text_slice(TEXT("abcdef"), 1, 3), "bc");
    CHECK_TEXT(text_slice(TEXT("abc"), 1, 99), "bc");
    CHECK_TEXT(text_slice(TEXT("abc"), 5, 9), "");
    CHECK_TEXT(text_slice(TEXT("abc"), 2, 1), "");
    CHECK_TEXT(text_slice(NO_TEXT, 0, 5), NULL);
    CHECK_TEXT(text_trim(TEXT(" \t\r\n a b \n")), "a b");
    CHECK_TEXT(text_trim(TEXT(" \t ")), "");
    CHECK_TEXT(text_trim(NO_TEXT), NULL);
}

static void cuts(void)
{
    struct text head;
    struct text tail;
    CHECK(text_cut(TEXT("a=b=c"), '=', &head, &tail));
    CHECK_TEXT(head, "a");
    CHECK_TEXT(tail, "b=c");
    CHECK(text_cut(TEXT("="), '=', &head, &tail));
    CHECK_TEXT(head, "");
    CHECK_TEXT(tail, "");
    CHECK(!text_cut(TEXT("abc"), '=', &head, &tail));
    CHECK_TEXT(head, "abc");
    CHECK_TEXT(tail, NULL);
    CHECK(!text_cut(NO_TEXT, '=', &head, &tail));
    CHECK_TEXT(head, NULL);
}

static void reads_integers(void)
{
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0", 0},
        {"7", 7},
        {"-7", -7},
        {"10", 10},
        {"1000000000000000000", 1000000000000000000},
        {"9223372036854775806", INT64_MAX - 1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    static const char *const bad[] = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "01",
        "-01",
        "00",
        "-0",
        "1.0",
        "1e3",
        "0x1",
        "1a",
        "--1",
        "a",
        "9223372036854775808",
        "-9223372036854775809",
        "9999999999999999999",
        "10000000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999",
        "1\xC2\xB2",
        "\xD9\xA1",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t number = 77;
        CHECK(text_to_integer(text_of(good[i].text), &number));
        CHECK_INT(number, good[i].number);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t number = 77;
        CHECK(!text_to_integer(text_of(bad[i]), &number));
        CHECK_INT(number, 77);
    }
    int64_t number = 77;
    CHECK(!text_to_integer(NO_TEXT, &number));
    CHECK(!text_to_integer(TEXT("1\0"), &number));
}

/* Every code point in its one spelling is UTF-8; every sequence of up to three bytes is UTF-8 when
 * it is such a spelling, and not otherwise. Counted against the definition: 128 letters of one
 * byte, 1920 of two, 61440 of three (without surrogates), 1048576 of four. */
static void knows_utf8(void)
{
    int64_t counts[5] = {0};
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (unsigned third = 0; third < 256; third++) {
                const char bytes[] = {(char)first, (char)second, (char)third, '\x80'};
                size_t sequence = text_utf8_sequence(bytes, sizeof bytes);
                counts[sequence]++;
            }
        }
    }
    CHECK_INT(counts[1] / 65536, 128);
    CHECK_INT(counts[2] / 256, 1920);
    CHECK_INT(counts[3], 61440);
    CHECK_INT(counts[4] * 64, 1048576);
}

static void finds_wrong_utf8_anywhere(void)
{
    static const char *const wrong[] = {"\x80",         "\xC3",         "\xC0\xAF",
                                        "\xE2\x82",     "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                        "\xF0\x9F\x98", "\xFF"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        for (int before = 0; before < 20; before++) {
            char text[64];
            snprintf(text, sizeof text, "%.*s%s%.*s", before, "aaaaaaaaaaaaaaaaaaaa", wrong[i],
                     20 - before, "aaaaaaaaaaaaaaaaaaaa");
            CHECK(!text_is_utf8(text_of(text)));
            snprintf(text, sizeof text, "%.*sж€😺%.*s", before, "aaaaaaaaaaaaaaaaaaaa", 20 - before,
                     "aaaaaaaaaaaaaaaaaaaa");
            CHECK(text_is_utf8(text_of(text)));
        }
    }
    CHECK(text_is_utf8(TEXT("")));
    CHECK(text_is_utf8(NO_TEXT));
    CHECK(!text_is_utf8(text_slice(TEXT("ж"), 0, 1)));
}

static void makes_texts(void)
{
    arena = arena_create("text", 1024 * 1024);
    struct text copy = text_copy(arena, TEXT("a\0b"));
    CHECK_INT(copy.bytes, 3);
    CHECK_INT(copy.data[3], '\0');
    CHECK_TEXT(text_copy(arena, NO_TEXT), NULL);
    CHECK_TEXT(text_copy(arena, TEXT("")), "");
    CHECK_TEXT(text_join(arena, TEXT("ab"), TEXT("cd")), "abcd");
    CHECK_TEXT(text_join(arena, NO_TEXT, TEXT("cd")), "cd");
    CHECK_TEXT(text_join(arena, NO_TEXT, NO_TEXT), "");
    struct text formatted = text_format(arena, "%s-%d-%.*s", "x", -5, TEXT_ARGS(TEXT("yz!")));
    CHECK_TEXT(formatted, "x--5-yz!");
    CHECK_INT(formatted.data[formatted.bytes], '\0');
    char expected[5001];
    memset(expected, 'q', 5000);
    expected[5000] = '\0';
    CHECK_TEXT(text_format(arena, "%s", expected), expected);
    arena_destroy(&arena);
}

static void folds(void)
{
    static const struct {
        const char *text;
        const char *folded;
    } rows[] = {
        {"", ""},
        {"Hello, World 42", "hello, world 42"},
        {"АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "абвгдежзийклмнопрстуфхцчшщъыьэюя"},
        {"абвгдежзийклмнопрстуфхцчшщъыьэюя", "абвгдежзийклмнопрстуфхцчшщъыьэюя"},
        {"Ёлкина Ольга, ещё", "елкина ольга, еще"},
        {"ЇЄІЎЂЏ", "їєіўђџ"},
        {"ÀÉÖØÞ×ß÷ÿ", "àéöøþ×ß÷ÿ"},
        {"ΑΒΓΣΩ αβγςω", "αβγσω αβγςω"},
        {"€😺 日本", "€😺 日本"},
    };
    arena = arena_create("text", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text folded = text_fold(arena, text_of(rows[i].text));
        CHECK_TEXT(folded, rows[i].folded);
        CHECK_TEXT(text_fold(arena, folded), rows[i].folded);
    }
    CHECK_TEXT(text_fold(arena, NO_TEXT), NULL);
    arena_destroy(&arena);
}

/* What is no UTF-8 must not be read beyond its end. */
static void folding_survives_cut_letters(void)
{
    arena = arena_create("text", 1024 * 1024);
    for (unsigned first = 0x80; first < 256; first++) {
        const char letter = (char)first;
        struct text folded = text_fold(arena, (struct text){&letter, 1});
        CHECK_INT(folded.bytes, 1);
        CHECK_INT(folded.data[0], letter);
    }
    arena_destroy(&arena);
}

static void suggests_what_is_near(void)
{
    static const char *const names[] = {"net.listen", "net.port", "store.kind", "log", "a"};
    static const struct {
        const char *word;
        const char *expected;
    } rows[] = {
        {"net.listen", "net.listen"},
        {"net.lisen", "net.listen"},
        {"net.lsiten", "net.listen"},
        {"NET.LISTEN", "net.listen"},
        {"net.ports", "net.port"},
        {"store.knd", "store.kind"},
        {"lgo", "log"},
        {"lg", "log"},
        {"xyz", NULL},
        {"something.else", NULL},
        {"", NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *nearest = text_nearest(text_of(rows[i].word), names, COUNT_OF(names));
        CHECK_TEXT(text_of(nearest), rows[i].expected);
    }
    CHECK(text_nearest(TEXT("a"), NULL, 0) == NULL);
}

/* The nearest one is chosen, wherever it stands. */
static void suggests_the_nearest(void)
{
    static const char *const names[] = {"abcdefxx", "abcdefgx", "abcdefgh", "abcdefyy"};
    static const char *const turned[] = {"abcdefgh", "abcdefgx", "abcdefxx"};
    CHECK_TEXT(text_of(text_nearest(TEXT("abcdefghi"), names, COUNT_OF(names))), "abcdefgh");
    CHECK_TEXT(text_of(text_nearest(TEXT("abcdefghi"), turned, COUNT_OF(turned))), "abcdefgh");
}

static void counts_letters(void)
{
    CHECK_INT((int64_t)text_letters(TEXT("")), 0);
    CHECK_INT((int64_t)text_letters(TEXT("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\xBA")), 4);
}

/* Half a letter is none. */
static void starts_between_letters(void)
{
    CHECK_TEXT(text_start(TEXT("ab"), 2), "ab");
    CHECK_TEXT(text_start(TEXT("ab"), 9), "ab");
    CHECK_TEXT(text_start(TEXT("a\xE2\x82\xAC"), 3), "a");
    CHECK_TEXT(text_start(TEXT("\xE2\x82\xAC"), 2), "");
    CHECK_TEXT(text_start(TEXT("a\xE2\x82\xAC"
                               "b"),
                          4),
               "a\xE2\x82\xAC");
}

static void knows_control_bytes(void)
{
    CHECK(!text_has_control(TEXT("a\tb\r\n \xC2\x85")));
    CHECK(text_has_control(TEXT("a\x1B[2J")));
    CHECK(text_has_control(TEXT("a\x7F")));
    CHECK(text_has_control(((struct text){"a\0b", 3})));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"none_is_not_empty", none_is_not_empty, 0},
        {"compares", compares, 0},
        {"slices_and_trims", slices_and_trims, 0},
        {"cuts", cuts, 0},
        {"reads_integers", reads_integers, 0},
        {"knows_utf8", knows_utf8, 0},
        {"finds_wrong_utf8_anywhere", finds_wrong_utf8_anywhere, 0},
        {"makes_texts", makes_texts, 0},
        {"folds", folds, 0},
        {"folding_survives_cut_letters", folding_survives_cut_letters, 0},
        {"suggests_what_is_near", suggests_what_is_near, 0},
        {"suggests_the_nearest", suggests_the_nearest, 0},
        {"counts_letters", counts_letters, 0},
        {"starts_between_letters", starts_between_letters, 0},
        {"knows_control_bytes", knows_control_bytes, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
