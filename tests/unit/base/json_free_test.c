/* json_free_test.c - what a reader of JSON may do as it likes, and what ours does.
 *
 * One row for each of the 35 free rules of the public JSON parsing test suite, with a document of
 * our own. Our answers are part of the contract: a change here is a change of the API.
 */
#include "tests/unit/base/json_again.h"

#include <stdio.h>

/* Precision is nobody's loss: the source text stays. Too small is zero; too large has no value. */
static const struct json_case accepted[] = {
    JSON_CASE("number: a very negative exponent", "[654.321e-987]"),
    JSON_CASE("number: far below the smallest", "[321e-20000000]"),
    JSON_CASE("number: a negative one of 30 digits", "[-321321321321321321321321321321]"),
    JSON_CASE("number: one digit more than 64 bits hold", "[200000000000000000000]"),
    JSON_CASE("number: a negative one of 48 digits",
              "[-137462374673276894279832749832423479823246327841]"),
};

static const struct json_case refused[] = {
    JSON_CASE("number: an exponent of a hundred digits",
              "[0.5e0077999999999999999999999999999999999999999999999999999999999999999999999999999"
              "99999999999999999999999999999999999999999999999999999999998]"),
    JSON_CASE("number: negative, exponent too large", "[-2e+8888]"),
    JSON_CASE("number: fraction, exponent too large", "[2.5e+8888]"),
    JSON_CASE("number: negative, out of range", "[-321321e200000]"),
    JSON_CASE("number: out of range", "[321321e200000]"),
    JSON_CASE("key: a lone second surrogate", "{\"\\uDFAB\":1}"),
    JSON_CASE("string: a first surrogate at the end", "[\"\\uDADB\"]"),
    JSON_CASE("string: a first surrogate, then another letter", "[\"\\uD889\\u1235\"]"),
    JSON_CASE("document: UTF-16LE with a byte order mark", "\xFF\xFE[\0\"\0\xE8\0\"\0]\0"),
    JSON_CASE("string: an invalid byte behind valid letters", "[\"\xE6\x97\xA6\xD1\x89\xFB\"]"),
    JSON_CASE("string: a surrogate written in UTF-8", "[\"\xED\xA0\x81\"]"),
    JSON_CASE("string: a first surrogate, then an escape", "[\"\\uD801\\t\"]"),
    JSON_CASE("string: a second surrogate, then a letter", "[\"\\uDd1fb\"]"),
    JSON_CASE("string: two first surrogates, then an escape", "[\"\\uD801\\uD801\\t\"]"),
    JSON_CASE("string: a lone first surrogate", "[\"\\ud801\"]"),
    JSON_CASE("string: a first surrogate, then letters", "[\"\\ud801xyz\"]"),
    JSON_CASE("string: a byte that is never UTF-8", "[\"\xFE\"]"),
    JSON_CASE("string: a surrogate pair the wrong way round", "[\"\\uDd1f\\uD835\"]"),
    JSON_CASE("string: Latin-1", "[\"\xE8\"]"),
    JSON_CASE("string: a lone second surrogate", "[\"\\uDFAB\"]"),
    JSON_CASE("string: a lone continuation byte", "[\"\x82\"]"),
    JSON_CASE("string: beyond U+10FFFF", "[\"\xF4\xBF\xBF\xBE\"]"),
    JSON_CASE("string: two bytes for a small letter", "[\"\xC0\xAE\"]"),
    JSON_CASE("string: six bytes for a letter", "[\"\xFC\x83\xBF\xBF\xBF\xBE\"]"),
    JSON_CASE("string: six bytes for NUL", "[\"\xFC\x80\x80\x80\x80\x80\"]"),
    JSON_CASE("string: a sequence cut short", "[\"\xE0\xFE\"]"),
    JSON_CASE("document: UTF-16BE", "\0[\0\"\0\xE8\0\"\0]"),
    JSON_CASE("document: UTF-16LE", "[\0\"\0\xE8\0\"\0]\0"),
    JSON_CASE("document: a byte order mark", "\xEF\xBB\xBF[]"),
};

static void check_all(const struct json_case *cases, size_t count, enum status expected)
{
    for (size_t i = 0; i < count; i++) {
        struct json_error error = {0};
        struct text document = {cases[i].data, cases[i].bytes};
        enum status status = read_status(document, &error);
        if (status != expected) {
            printf("# %s: %s\n", cases[i].rule, error.what ? error.what : "accepted");
        }
        CHECK_STATUS(status, expected);
    }
}

static void answers_stay_the_same(void)
{
    check_all(accepted, COUNT_OF(accepted), STATUS_OK);
    check_all(refused, COUNT_OF(refused), STATUS_MALFORMED);
    size_t count = COUNT_OF(accepted) + COUNT_OF(refused) + 1; /* one is below */
    printf("# %zu free rules: %zu accepted, %zu refused\n", count, COUNT_OF(accepted),
           COUNT_OF(refused) + 1);
    CHECK_INT(count, 35);
}

/* The rule: 500 nested arrays. */
static void refuses_depth(void)
{
    char document[1000];
    memset(document, '[', 500);
    memset(document + 500, ']', 500);
    struct json_error error = {0};
    CHECK_STATUS(read_status((struct text){document, sizeof document}, &error), STATUS_MALFORMED);
    CHECK_INT(error.offset, JSON_DEPTH_MAX);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"answers_stay_the_same", answers_stay_the_same, 0},
        {"refuses_depth", refuses_depth, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
