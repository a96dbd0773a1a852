/* json_accept_test.c - what a reader of JSON must accept, rule by rule.
 *
 * One row for each of the 95 must-accept rules of the public JSON parsing test suite, with a
 * document of our own, and what it looks like when it is written again: so a value that was
 * accepted and misunderstood is found too. Four of the rules we break on purpose (json.h).
 */
#include "tests/unit/base/json_again.h"

#include <stdio.h>

struct accepted {
    const char *rule;
    const char *document;
    const char *again; /* NULL: the same */
};

static const struct accepted rows[] = {
    /* arrays */
    {"array: spaces between brackets", "[[]   ,[ ] ]", "[[],[]]"},
    {"array: an empty string in it", "[\"\"]", NULL},
    {"array: empty", "[]", NULL},
    {"array: a line end behind it", "[\"b\"]\r\n", "[\"b\"]"},
    {"array: false", "[false]", NULL},
    {"array: of everything", "[null,7,\"7\",{},[],true,false]", NULL},
    {"array: null", "[null]", NULL},
    {"array: a line end behind an item", "[8\n]", "[8]"},
    {"array: a space in front", " \t[3]", "[3]"},
    {"array: several nulls", "[4,null,null,null,null,5]", NULL},
    {"array: a space behind", "[6] \t ", "[6]"},
    /* numbers keep their spelling */
    {"number: exponent", "[321e54]", NULL},
    {"number: zero with a signed exponent", "[0e+2]", NULL},
    {"number: zero with an exponent", "[0e3]", NULL},
    {"number: a space in front", "[   9]", "[9]"},
    {"number: very close to zero",
     "[-0.00000000000000000000000000000000000000000000000000000000002]", NULL},
    {"number: whole with an exponent", "[30e2]", NULL},
    {"number: minus zero", "[-0]", NULL},
    {"number: negative", "[-9876]", NULL},
    {"number: minus one", "[-1]", NULL},
    {"number: minus zero in fractions", "[-0.0]", NULL},
    {"number: capital E", "[2E11]", NULL},
    {"number: capital E, negative", "[2E-3]", NULL},
    {"number: capital E, positive", "[2E+3]", NULL},
    {"number: small e", "[456e12]", NULL},
    {"number: fraction and exponent", "[654.321e21]", NULL},
    {"number: negative exponent", "[7e-3]", NULL},
    {"number: positive exponent", "[7e+3]", NULL},
    {"number: whole", "[9007199254740993]", NULL},
    {"number: fraction", "[987.654321000]", NULL},
    /* objects */
    {"object: two members", "{\"one\":\"1\", \"two\":\"2\"}", "{\"one\":\"1\",\"two\":\"2\"}"},
    {"object: one member", "{\"one\":\"1\"}", NULL},
    {"object: empty", "{}", NULL},
    {"object: an empty key", "{\"\":1}", NULL},
    {"object: large numbers", "{ \"lowest\": -2.5e+29, \"highest\": 2.5e+29 }",
     "{\"lowest\":-2.5e+29,\"highest\":2.5e+29}"},
    {"object: long strings",
     "{\"list\":[{\"key\":\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}],"
     "\"key\":\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"}",
     NULL},
    {"object: an array in it", "{\"list\":[]}", NULL},
    {"object: escaped Cyrillic", "{\"\\u0438\\u043c\\u044f\":\"\\u041e\\u043b\\u044f\"}",
     "{\"имя\":\"Оля\"}"},
    {"object: line ends between", "{\n\"x\"\n:\n\"y\"\n}", "{\"x\":\"y\"}"},
    /* strings: escapes */
    {"string: escapes of 1, 2 and 3 bytes", "[\"\\u0040\\u012b\\u12AC\"]", "[\"@īኬ\"]"},
    {"string: a surrogate pair", "[\"\\uD801\\udc38\"]", "[\"𐐸\"]"},
    {"string: two surrogate pairs", "[\"\\ud83d\\ude3a\\ud83d\\udc8e\"]", "[\"😺💎\"]"},
    {"string: all short escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
     "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
    {"string: a backslash and then u0000", "[\"\\\\u0000\"]", NULL},
    {"string: an escaped quote", "[\"a\\\"b\"]", NULL},
    {"string: what looks like a comment", "[\"x/*y*/z//\"]", NULL},
    {"string: an escaped backslash and a", "[\"\\\\a\"]", NULL},
    {"string: an escaped backslash and n", "[\"\\\\n\"]", NULL},
    {"string: an escaped control character", "[\"\\u0013\"]", NULL},
    {"string: an escaped noncharacter", "[\"\\uFFFE\"]", "[\"\xEF\xBF\xBE\"]"},
    {"string: in an array", "[\"qwe\"]", NULL},
    {"string: in an array behind a space", "[ \"qwe\"]", "[\"qwe\"]"},
    {"string: the last surrogate pair", "[\"\\udbff\\udfff\"]", "[\"\xF4\x8F\xBF\xBF\"]"},
    {"string: an escaped no-break space", "[\"a\\u00A0b\"]",
     "[\"a\xC2\xA0"
     "b\"]"},
    {"string: U+10FFFF as it is", "[\"\xF4\x8F\xBF\xBF\"]", NULL},
    {"string: U+FFFF as it is", "[\"\xEF\xBF\xBF\"]", NULL},
    {"string: an escaped comma", "[\"\\u002C\"]", "[\",\"]"},
    {"string: a Greek letter", "[\"Ω\"]", NULL},
    {"string: a reserved character", "[\"\xF0\x9B\xBF\xBE\"]", NULL},
    {"string: ASCII", "[\"qwe rty \"]", NULL},
    {"string: a space as the document", "\" \"", NULL},
    {"string: escaped pair beyond the plane", "[\"\\uD834\\uDD1F\"]", "[\"\xF0\x9D\x84\x9F\"]"},
    {"string: an escape of three bytes", "[\"\\u0822\"]", "[\"\xE0\xA0\xA2\"]"},
    {"string: an escape of two bytes", "[\"\\u0124\"]", "[\"Ĥ\"]"},
    {"string: the line separator U+2028", "[\"\xE2\x80\xA8\"]", NULL},
    {"string: the paragraph separator U+2029", "[\"\xE2\x80\xA9\"]", NULL},
    {"string: escapes in a row", "[\"\\u0062\\u30b0\\u30EB\\u30d7\"]", "[\"bグルプ\"]"},
    {"string: an escaped line end", "[\"a\\u000Ab\"]", "[\"a\\nb\"]"},
    {"string: DEL needs no escape", "[\"\x7F\"]", NULL},
    {"string: an escape in capitals", "[\"\\uA66E\"]", "[\"\xEA\x99\xAE\"]"},
    {"string: an escaped backslash by number", "[\"\\u005c\"]", "[\"\\\\\"]"},
    {"string: letters of three bytes", "[\"⍁㈳⍁\"]", NULL},
    {"string: U+10FFFE escaped", "[\"\\uDBFF\\uDFFE\"]", "[\"\xF4\x8F\xBF\xBE\"]"},
    {"string: U+1FFFE escaped", "[\"\\uD83F\\uDFFE\"]", "[\"\xF0\x9F\xBF\xBE\"]"},
    {"string: a space of no width", "[\"\\u200B\"]", "[\"\xE2\x80\x8B\"]"},
    {"string: an invisible plus", "[\"\\u2064\"]", "[\"\xE2\x81\xA4\"]"},
    {"string: U+FDD0 escaped", "[\"\\uFDD0\"]", "[\"\xEF\xB7\x90\"]"},
    {"string: U+FFFE escaped", "[\"x\\uFFFEy\"]", "[\"x\xEF\xBF\xBEy\"]"},
    {"string: a quote escaped by number", "[\"\\u0022\"]", "[\"\\\"\"]"},
    {"string: letters of three and four bytes", "[\"€𝄟\"]", NULL},
    {"string: DEL inside",
     "[\"b\x7F"
     "c\"]",
     NULL},
    /* documents that are no array or object */
    {"document: false", "false", NULL},
    {"document: a number", "43", NULL},
    {"document: a negative fraction", "-0.2", NULL},
    {"document: null", "null", NULL},
    {"document: a string", "\"qwe\"", NULL},
    {"document: true", "true", NULL},
    {"document: an empty string", "\"\"", NULL},
    {"document: a line end behind", "[\"c\"]\n", "[\"c\"]"},
    {"document: true in an array", "[true]", NULL},
    {"document: white space around", " \r\n\t[] ", "[]"},
};

static const struct json_case on_purpose[] = {
    JSON_CASE("object: the same key twice", "{\"a\":1,\"a\":2}"),
    JSON_CASE("object: the same key and value twice", "{\"a\":1,\"a\":1}"),
    JSON_CASE("object: an escaped NUL in a key", "{\"a\\u0000b\":1}"),
    JSON_CASE("string: an escaped NUL", "[\"\\u0000\"]"),
};

static void accepts(void)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text copy = tight_copy(text_of(rows[i].document));
        const struct json *root = NULL;
        struct json_error error = {0};
        enum status status = json_read(arena, copy, AGAIN_VALUES_MAX, &root, &error);
        if (status != STATUS_OK) {
            printf("# %s: refused at %zu: %s\n", rows[i].rule, error.offset, error.what);
        }
        CHECK_STATUS(status, STATUS_OK);
        CHECK_TEXT(written_again(arena, root), rows[i].again ? rows[i].again : rows[i].document);
        free_copy(copy);
    }
    arena_destroy(&arena);
    printf("# %zu must-accept rules accepted\n", COUNT_OF(rows));
    CHECK_INT(COUNT_OF(rows) + COUNT_OF(on_purpose), 95);
}

static void refuses_on_purpose(void)
{
    for (size_t i = 0; i < COUNT_OF(on_purpose); i++) {
        struct json_error error = {0};
        struct text document = {on_purpose[i].data, on_purpose[i].bytes};
        CHECK_STATUS(read_status(document, &error), STATUS_MALFORMED);
    }
    printf("# %zu must-accept rules refused on purpose\n", COUNT_OF(on_purpose));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"accepts", accepts, 0},
        {"refuses_on_purpose", refuses_on_purpose, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
