/* json_reject_test.c - what a reader of JSON must refuse, rule by rule.
 *
 * One row for each of the 188 must-reject rules of the public JSON parsing test suite, with a
 * document of our own; the two that are too long for a row are made below.
 */
#include "tests/unit/base/json_again.h"

#include <stdio.h>

static const struct json_case rows[] = {
    /* arrays */
    JSON_CASE("array: no comma between items", "[2 false]"),
    JSON_CASE("array: a letter and a byte that is no UTF-8", "[b\xE6]"),
    JSON_CASE("array: a colon for a comma", "[\"k\": 2]"),
    JSON_CASE("array: a comma behind it", "[\"v\"],"),
    JSON_CASE("array: a comma in front of the first item", "[,2]"),
    JSON_CASE("array: two commas", "[2,,3]"),
    JSON_CASE("array: two commas at the end", "[\"y\",,]"),
    JSON_CASE("array: closed twice", "[\"y\"]]"),
    JSON_CASE("array: a comma at the end, behind a string", "[\"y\",]"),
    JSON_CASE("array: not closed behind a string", "[\"y\""),
    JSON_CASE("array: not closed, and no value", "[y"),
    JSON_CASE("array: no comma before an inner array", "[5[6]]"),
    JSON_CASE("array: a byte that is no UTF-8", "[\xFE]"),
    JSON_CASE("array: a semicolon for a comma", "[2;3]"),
    JSON_CASE("array: nothing but a comma", "[ , ]"),
    JSON_CASE("array: nothing but a minus", "[ - ]"),
    JSON_CASE("array: an item is missing", "[  , \"y\"]"),
    JSON_CASE("array: lines, not closed", "[\"b\",\n5\n,2,"),
    JSON_CASE("array: a comma at the end, behind a number", "[2,]"),
    JSON_CASE("array: several commas at the end", "[2,,,]"),
    JSON_CASE("array: vertical tab and form feed", "[\"\x0B"
                                                   "b\"\\f]"),
    JSON_CASE("array: a star", "[ * ]"),
    JSON_CASE("array: not closed behind an empty string", "[\"\" "),
    JSON_CASE("array: not closed behind a comma", "[2,"),
    JSON_CASE("array: not closed over lines", "[2,\n2\n,2"),
    JSON_CASE("array: not closed behind an object", "[{ }"),
    /* words */
    JSON_CASE("word: fals", "[ fals ]"),
    JSON_CASE("word: nul", "[ nul ]"),
    JSON_CASE("word: tru", "[ tru ]"),
    /* numbers */
    JSON_CASE("number: a NUL byte behind it", "456\0"),
    JSON_CASE("number: two plus signs", "[++4321]"),
    JSON_CASE("number: a plus sign", "[+2]"),
    JSON_CASE("number: plus infinity", "[+Inf ]"),
    JSON_CASE("number: negative with a leading zero", "[-02]"),
    JSON_CASE("number: a point at the end of a fraction", "[-2.0.]"),
    JSON_CASE("number: negative with a point at the end", "[-3.]"),
    JSON_CASE("number: minus NaN", "[-NaN ]"),
    JSON_CASE("number: a point and a sign", "[.-2]"),
    JSON_CASE("number: a point first, and an exponent", "[.3e-4]"),
    JSON_CASE("number: two points", "[0.2.3]"),
    JSON_CASE("number: fraction, e and plus without digits", "[0.4e+]"),
    JSON_CASE("number: fraction, e without digits", "[0.4e]"),
    JSON_CASE("number: zero, a point, an exponent", "[0.e2]"),
    JSON_CASE("number: zero, E and plus without digits", "[0E+ ]"),
    JSON_CASE("number: zero, E without digits", "[0E ]"),
    JSON_CASE("number: zero, e and plus without digits", "[0e+ ]"),
    JSON_CASE("number: zero, e without digits", "[0e ]"),
    JSON_CASE("number: fraction, e and plus, nothing more", "[2.0e+]"),
    JSON_CASE("number: fraction, e and minus, nothing more", "[2.0e-]"),
    JSON_CASE("number: fraction, e, nothing more", "[2.0e]"),
    JSON_CASE("number: a space for thousands", "[2 000.0]"),
    JSON_CASE("number: e and E", "[2eE3]"),
    JSON_CASE("number: a point, then e plus", "[3.e+4]"),
    JSON_CASE("number: a point, then e minus", "[3.e-4]"),
    JSON_CASE("number: a point, then e", "[3.e4]"),
    JSON_CASE("number: a point, then e plus without digits", "[8.e+]"),
    JSON_CASE("number: Inf", "[Inf ]"),
    JSON_CASE("number: NaN", "[NaN ]"),
    JSON_CASE("number: a digit of full width", "[２]"),
    JSON_CASE("number: a sum", "[2+3]"),
    JSON_CASE("number: hexadecimal, one digit", "[0x2]"),
    JSON_CASE("number: hexadecimal, two digits", "[0x43]"),
    JSON_CASE("number: Infinity", "[Infinity ]"),
    JSON_CASE("number: plus and minus in the exponent", "[0e+-2]"),
    JSON_CASE("number: letters behind a negative fraction", "[-321.321bar]"),
    JSON_CASE("number: no UTF-8 behind several digits", "[321\xE6]"),
    JSON_CASE("number: no UTF-8 behind an exponent", "[2e2\xE6]"),
    JSON_CASE("number: no UTF-8 behind zero", "[0\xE6]\r\n"),
    JSON_CASE("number: minus Infinity", "[-Infinity ]"),
    JSON_CASE("number: letters behind a minus", "[-bar]"),
    JSON_CASE("number: a space behind the minus", "[- 2]"),
    JSON_CASE("number: negative, a zero and digits", "[-023]"),
    JSON_CASE("number: negative, a point first", "[-.321]"),
    JSON_CASE("number: a letter behind it", "[-2y]"),
    JSON_CASE("number: a letter for an exponent", "[2eb]"),
    JSON_CASE("number: no UTF-8 for an exponent", "[2e\xE6]"),
    JSON_CASE("number: nothing behind the point", "[2.]"),
    JSON_CASE("number: a point first", "[.321]"),
    JSON_CASE("number: a letter in the fraction", "[2.3b-4]"),
    JSON_CASE("number: H for an exponent", "[2.9011670033376514H-207]"),
    JSON_CASE("number: a zero and digits", "[023]"),
    /* objects */
    JSON_CASE("value: true misspelt", "[\"y\", trueth]"),
    JSON_CASE("object: a bracket for a key", "{[ : \"y\"}\n"),
    JSON_CASE("object: a comma for a colon", "{\"y\", true}"),
    JSON_CASE("object: two colons", "{\"y\"::\"c\"}"),
    JSON_CASE("object: flags for a key", "{🇩🇪}"),
    JSON_CASE("object: a value too many", "{\"b\":\"b\" 321}"),
    JSON_CASE("object: quotes of one stroke around a value", "{name: 'thing'}"),
    JSON_CASE("object: no UTF-8 in a key, a comma at the end", "{\"\xB8\":\"1\",}"),
    JSON_CASE("object: no colon", "{\"b\" c}"),
    JSON_CASE("object: no key", "{:\"c\"}"),
    JSON_CASE("object: no colon between strings", "{\"b\" \"c\"}"),
    JSON_CASE("object: ends at the colon", "{\"b\":"),
    JSON_CASE("object: ends behind a key", "{\"b\" "),
    JSON_CASE("object: a number for a key", "{2:2}"),
    JSON_CASE("object: a huge number for a key", "{8888E8888:2}"),
    JSON_CASE("object: nulls for keys", "{null:null,null:2}"),
    JSON_CASE("object: several commas at the end", "{\"no\":1,,,,}"),
    JSON_CASE("object: a key in quotes of one stroke", "{'b':1}"),
    JSON_CASE("object: a comma at the end", "{\"no\":1,}"),
    JSON_CASE("document: a comment behind it", "{\"b\":\"c\"}/* */"),
    JSON_CASE("document: a comment and a slash", "{\"b\":\"c\"}/* *//"),
    JSON_CASE("document: a comment of one line", "{\"b\":\"c\"}// "),
    JSON_CASE("document: a slash behind it", "{\"b\":\"c\"}/ "),
    JSON_CASE("object: two commas", "{\"b\":\"c\",,\"d\":\"e\"}"),
    JSON_CASE("object: a key without quotes", "{b: \"c\"}"),
    JSON_CASE("object: ends in a value", "{\"b\":\"b"),
    JSON_CASE("object: a key alone", "{ \"one\" : \"two\", \"b\" }"),
    JSON_CASE("document: a number sign behind it", "{\"b\":\"c\"} #"),
    JSON_CASE("document: a space", "  "),
    /* strings */
    JSON_CASE("string: a first surrogate, then the end is escaped", "[\"\\uD801\\\"]"),
    JSON_CASE("string: a first surrogate, then \\u", "[\"\\uD801\\u\"]"),
    JSON_CASE("string: a first surrogate, then \\u and a digit", "[\"\\uD801\\u2\"]"),
    JSON_CASE("string: a first surrogate, then \\u, digit, letter", "[\"\\uD801\\u2y\"]"),
    JSON_CASE("string: a letter without quotes", "[è]"),
    JSON_CASE("string: an escaped NUL byte", "[\"\\\0\"]"),
    JSON_CASE("string: \\x", "[\"\\x11\"]"),
    JSON_CASE("string: three backslashes", "[\"b\\\\\\\"]"),
    JSON_CASE("string: an escaped tab byte", "[\"b\\\t\"]"),
    JSON_CASE("string: an escaped picture", "[\"\\🌁\"]"),
    JSON_CASE("string: the last quote is escaped", "[\"b\\\"]"),
    JSON_CASE("string: three digits behind \\u", "[\"\\u00B\"]"),
    JSON_CASE("string: two digits in the second surrogate", "[\"\\uD835\\uDc\"]"),
    JSON_CASE("string: surrogates, then no escape", "[\"\\uD801\\uD801\\y\"]"),
    JSON_CASE("string: no UTF-8 behind \\u", "[\"\\u\xE6\"]"),
    JSON_CASE("string: \\c", "[\"\\c\"]"),
    JSON_CASE("string: letters behind \\u", "[\"\\uwxyz\"]"),
    JSON_CASE("string: no UTF-8 behind a backslash", "[\"\\\xE6\"]"),
    JSON_CASE("string: an escape in front of the quotes", "[\\u0021\"qwe\"]"),
    JSON_CASE("string: an escape without quotes", "[\\t]"),
    JSON_CASE("string: one quote", "\" "),
    JSON_CASE("string: quotes of one stroke", "['one stroke']"),
    JSON_CASE("string: no quotes", "qwe"),
    JSON_CASE("string: ends in an escape", "[\"b\\"),
    JSON_CASE("string: a NUL byte", "[\"b\0b\"]"),
    JSON_CASE("string: a line end", "[\"one\ntwo\"]"),
    JSON_CASE("string: a tab", "[\"b\tb\"]"),
    JSON_CASE("string: \\U", "\"\\UA66E\""),
    JSON_CASE("string: a letter behind it", "\"b\"y"),
    /* the document as a whole */
    JSON_CASE("document: U+2060 in an array", "[\xE2\x81\xA0 ]"),
    JSON_CASE("document: only a byte order mark", "\xEF\xBB\xBF "),
    JSON_CASE("document: angle brackets", "<,>"),
    JSON_CASE("document: null in angle brackets", "[<true>]"),
    JSON_CASE("document: a letter behind an array", "[2]y"),
    JSON_CASE("document: an array closed twice", "[2]] "),
    JSON_CASE("document: a string that does not end", "[\"qwe]"),
    JSON_CASE("document: a word of other letters", "bè"),
    JSON_CASE("document: True", "[True ]"),
    JSON_CASE("document: a bracket closed but not opened", "2]"),
    JSON_CASE("document: a comma for the closing brace", "{\"y\": false,"),
    JSON_CASE("document: two arrays", "[] []"),
    JSON_CASE("document: a closing bracket", " ]"),
    JSON_CASE("document: half a byte order mark", "\xEF\xBB[]"),
    JSON_CASE("document: a byte that is no UTF-8", "\xE6"),
    JSON_CASE("document: an opening bracket", " ["),
    JSON_CASE("document: nothing", ""),
    JSON_CASE("document: a NUL byte between brackets", "[ \0 ]"),
    JSON_CASE("document: a sign behind a number", "3@"),
    JSON_CASE("document: an object closed twice", "{ }}"),
    JSON_CASE("document: ends behind a colon", "{\"\": "),
    JSON_CASE("document: a comment in an object", "{\"b\":/*why*/\"c\"}"),
    JSON_CASE("document: a string behind an object", "{\"b\": false} \"y\""),
    JSON_CASE("document: ends in quotes of one stroke", "[' "),
    JSON_CASE("document: ends behind a first comma", "[ ,"),
    JSON_CASE("document: ends behind a brace in a bracket", "[ {"),
    JSON_CASE("document: ends in a string in an array", "[\"b"),
    JSON_CASE("document: ends behind a string in an array", "[\"b\" "),
    JSON_CASE("document: an opening brace", " {"),
    JSON_CASE("document: a brace closed by a bracket", "{ ]"),
    JSON_CASE("document: a comma behind a brace", "{ ,"),
    JSON_CASE("document: a bracket behind a brace", "{ ["),
    JSON_CASE("document: ends in a key", "{\"b"),
    JSON_CASE("document: ends behind a key of one stroke", "{'b' "),
    JSON_CASE("document: brackets and braces, open and escaped", "[\"\\{[\"\\{[\"\\{["),
    JSON_CASE("document: a letter in Latin-1", "\xE8"),
    JSON_CASE("document: a star", " *"),
    JSON_CASE("document: a number sign and an object", "{\"b\":\"c\"}#{ }"),
    JSON_CASE("document: an escape in front of a string", "[\\u000D\"\"]"),
    JSON_CASE("document: not closed behind a number", "[ 2"),
    JSON_CASE("document: ends in null", "[ true, nul"),
    JSON_CASE("document: ends in false", "[ null, fals"),
    JSON_CASE("document: ends in true", "[ null, tru"),
    JSON_CASE("document: an object not closed", "{\"qwe\":\"qwe\""),
    JSON_CASE("document: a letter that is not ASCII", "è"),
    JSON_CASE("document: U+2060 as white space", "[ \xE2\x81\xA0]"),
    JSON_CASE("document: a form feed as white space", "[ \x0C ]"),
};

enum { LONG_COUNT = 100000, LONG_RULES = 2 };

static void refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error = {0};
        struct text document = {rows[i].data, rows[i].bytes};
        enum status status = read_status(document, &error);
        if (status != STATUS_MALFORMED) {
            printf("# accepted: %s\n", rows[i].rule);
        }
        CHECK_STATUS(status, STATUS_MALFORMED);
        CHECK(error.what[0] != '\0');
    }
    printf("# %zu must-reject rules refused\n", COUNT_OF(rows) + LONG_RULES);
    CHECK_INT(COUNT_OF(rows) + LONG_RULES, 188);
}

/* The unit, 100,000 times over, and never closed. */
static void refuse_repeated(const char *unit)
{
    size_t bytes = strlen(unit);
    char *document = malloc(bytes * LONG_COUNT);
    CHECK(document != NULL);
    for (size_t i = 0; i < LONG_COUNT; i++) {
        memcpy(document + i * bytes, unit, bytes);
    }
    struct json_error error = {0};
    CHECK_STATUS(read_status((struct text){document, bytes * LONG_COUNT}, &error),
                 STATUS_MALFORMED);
    CHECK_TEXT(text_of(error.what), "arrays and objects are nested too deep");
    free(document);
}

static void refuses_endless_opening(void)
{
    refuse_repeated("[");
    refuse_repeated("[{\"\":");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"refuses", refuses, 0},
        {"refuses_endless_opening", refuses_endless_opening, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
