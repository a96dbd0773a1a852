/* unicode_form_test.c - the one form of a text: what joins, what stays apart, what is put in order.
 */
#include "base/secret/unicode_form.h"

#include "tests/lib/check.h"

static struct text form_of(const char *text, char out[UNICODE_FORM_BYTES_MAX])
{
    return (struct text){out, unicode_form(text_of(text), out)};
}

/* Rows of NormalizationTest.txt: text, its form. */
static void rows_of_the_standard(void)
{
    static const struct {
        const char *text;
        const char *form;
    } rows[] = {
        {"plain", "plain"},
        {"e\xCC\x81", "\xC3\xA9"},                                /* joins */
        {"\xE2\x84\xAB", "\xC3\x85"},                             /* the Angstrom sign */
        {"\xE0\xA5\x98", "\xE0\xA4\x95\xE0\xA4\xBC"},             /* never joined again */
        {"D\xCC\x87\xCC\xA3", "\xE1\xB8\x8C\xCC\x87"},            /* marks in order */
        {"\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", "\xEA\xB0\x81"}, /* Hangul */
        {"\xD0\xB8\xCC\x86", "\xD0\xB9"},                         /* Cyrillic short i */
        {"a\xCC\xB7\xCC\x81", "\xC3\xA1\xCC\xB7"},                /* over a lower class */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[UNICODE_FORM_BYTES_MAX];
        CHECK_TEXT(form_of(rows[i].text, out), rows[i].form);
    }
}

static void what_is_no_utf8_stays(void)
{
    char out[UNICODE_FORM_BYTES_MAX];
    CHECK_TEXT(form_of("\xFF\xFE e", out), "\xFF\xFE e");
    CHECK_INT(form_of("", out).bytes, 0);
}

/* As much as may come in, of the letter that becomes longest. */
static void the_longest_has_room(void)
{
    char text[UNICODE_FORM_INPUT_MAX + 1] = "";
    char out[UNICODE_FORM_BYTES_MAX];
    for (size_t i = 0; i + 4 <= UNICODE_FORM_INPUT_MAX; i += 4) {
        text[i] = '\xF0'; /* U+1D160: three letters of four bytes each */
        text[i + 1] = '\x9D';
        text[i + 2] = '\x85';
        text[i + 3] = '\xA0';
    }
    CHECK_INT(form_of(text, out).bytes, 3 * UNICODE_FORM_INPUT_MAX);
}

static const struct test tests[] = {
    {.name = "rows_of_the_standard", .run = rows_of_the_standard},
    {.name = "what_is_no_utf8_stays", .run = what_is_no_utf8_stays},
    {.name = "the_longest_has_room", .run = the_longest_has_room},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
