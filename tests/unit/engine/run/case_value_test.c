/* case_value_test.c - values of fields: from JSON and back, by every kind, with every limit. */
#include "engine/run/case_record.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

static struct arena *arena;

static void begin(void)
{
    arena = arena_create("values", ARENA_MAX);
}

static const struct choice choices[] = {{.name = {"paid", 4}}, {.name = {"unpaid", 6}}};

static const struct case_field fields[CASE_KIND_COUNT] = {
    [CASE_TEXT] = {.kind = CASE_TEXT, .minimum = 2, .maximum = 5},
    [CASE_CHOICE] = {.kind = CASE_CHOICE, .choices = choices, .choice_count = 2},
    [CASE_EMAIL] = {.kind = CASE_EMAIL, .maximum = 254},
    [CASE_PHONE] = {.kind = CASE_PHONE, .maximum = 16},
    [CASE_INTEGER] = {.kind = CASE_INTEGER, .minimum = -5, .maximum = 10},
    [CASE_MONEY] = {.kind = CASE_MONEY, .currency = "RUB", .minimum = 0, .maximum = 100000},
    [CASE_FLAG] = {.kind = CASE_FLAG},
    [CASE_ID] = {.kind = CASE_ID},
    [CASE_DATE] = {.kind = CASE_DATE},
    [CASE_TIME] = {.kind = CASE_TIME},
    [CASE_TEXTS] = {.kind = CASE_TEXTS, .maximum = 3, .items_max = 2},
    [CASE_OBJECT] = {.kind = CASE_OBJECT},
    [CASE_FILES] = {.kind = CASE_FILES, .maximum = 100, .items_max = 1},
};

static const struct json *json_of(const char *text)
{
    const struct json *root = NULL;
    struct json_error error;
    CHECK_STATUS(json_read(arena, text_of(text), 100000, &root, &error), STATUS_OK);
    return root;
}

static struct text written(const struct case_field *field, const struct value *value)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    case_value_write(&writer, field, value);
    return json_written(&writer);
}

/* What comes back, or the complaint. */
static struct text there_and_back(const struct case_field *field, const char *json)
{
    struct value value = {.kind = VALUE_NULL};
    struct text error = NO_TEXT;
    if (!case_value_read(arena, field, json_of(json), &value, &error)) {
        CHECK(text_is_given(error));
        return error;
    }
    return written(field, &value);
}

struct example {
    enum case_kind kind;
    const char *json;
    const char *comes_back; /* or the complaint */
};

#define SAME(kind, json)                                                                           \
    {                                                                                              \
        kind, json, json                                                                           \
    }

static const struct example examples[] = {
    SAME(CASE_TEXT, "\"ab\""),
    SAME(CASE_TEXT, "\"абвгд\""),
    {CASE_TEXT, "\"a\"", "must have at least 2 letters, and has 1"},
    {CASE_TEXT, "\"абвгде\"", "must have at most 5 letters, and has 6"},
    {CASE_TEXT, "\"a\\u0001b\"", "must not contain control characters"},
    {CASE_TEXT, "7", "must be a string"},
    {CASE_TEXT, "[]", "must be a string"},
    SAME(CASE_TEXT, "null"),
    SAME(CASE_CHOICE, "\"unpaid\""),
    {CASE_CHOICE, "\"Paid\"", "must be one of: paid, unpaid"},
    {CASE_CHOICE, "true", "must be a string"},
    SAME(CASE_EMAIL, "\"anna@example.com\""),
    {CASE_EMAIL, "\"anna\"", "must be an e-mail address such as anna@example.com"},
    SAME(CASE_PHONE, "\"+79161234567\""),
    {CASE_PHONE, "\"89161234567\"", "must be a phone number such as +79161234567"},
    SAME(CASE_INTEGER, "0"),
    SAME(CASE_INTEGER, "-5"),
    {CASE_INTEGER, "11", "must be from -5 to 10"},
    {CASE_INTEGER, "1.0", "must be a whole number"},
    {CASE_INTEGER, "1e1", "must be a whole number"},
    {CASE_INTEGER, "99999999999999999999", "must be a whole number"},
    {CASE_INTEGER, "\"1\"", "must not be a string"},
    {CASE_INTEGER, "true", "must be a whole number"},
    SAME(CASE_MONEY, "\"0.00\""),
    SAME(CASE_MONEY, "\"1000.00\""),
    {CASE_MONEY, "\"1000.01\"", "is not between the smallest and the greatest amount"},
    {CASE_MONEY, "\"-0.01\"", "is not between the smallest and the greatest amount"},
    {CASE_MONEY, "\"1\"", "must be an amount of RUB with 2 decimals"},
    {CASE_MONEY, "1", "must be a string with an amount, such as \"99.50\""},
    SAME(CASE_FLAG, "false"),
    SAME(CASE_FLAG, "true"),
    {CASE_FLAG, "0", "must be true or false"},
    {CASE_FLAG, "\"true\"", "must not be a string"},
    SAME(CASE_ID, "\"0191d3a0-0000-7000-8000-000000000001\""),
    {CASE_ID, "\"0191D3A0-0000-7000-8000-000000000001\"",
     "\"0191d3a0-0000-7000-8000-000000000001\""},
    {CASE_ID, "1", "must be a string with a UUID"},
    SAME(CASE_DATE, "\"1970-01-01\""),
    SAME(CASE_DATE, "\"0000-01-01\""),
    SAME(CASE_DATE, "\"9999-12-31\""),
    SAME(CASE_DATE, "\"2024-02-29\""),
    {CASE_DATE, "\"2023-02-29\"", "must be a date such as 2026-03-31"},
    {CASE_DATE, "\"2023-2-2\"", "must be a date such as 2026-03-31"},
    {CASE_DATE, "\"\"", "must be a date such as 2026-03-31"},
    SAME(CASE_TIME, "\"1970-01-01T00:00:00.000Z\""), /* 0 is a time, and not none */
    SAME(CASE_TIME, "\"9999-12-31T23:59:59.999Z\""),
    {CASE_TIME, "\"2026-03-31T11:00:00+03:00\"", "\"2026-03-31T08:00:00.000Z\""},
    {CASE_TIME, "\"2026-03-31\"", "must be a time such as 2026-11-21T09:30:00Z"},
    SAME(CASE_TEXTS, "[]"),
    SAME(CASE_TEXTS, "[\"a\",\"абв\"]"),
    {CASE_TEXTS, "[\"a\",\"b\",\"c\"]", "must have at most 2 items"},
    {CASE_TEXTS, "[\"abcd\"]", "must have at most 3 letters, and has 4"},
    {CASE_TEXTS, "[1]", "must be a list of strings"},
    {CASE_TEXTS, "[null]", "must be a list of strings"},
    {CASE_TEXTS, "{}", "must be a list of strings"},
    SAME(CASE_FILES, "[]"),
    SAME(CASE_FILES, "[\"01a1ffc1-b814-7026-9fd8-66825f7aa248\"]"),
    {CASE_FILES, "[\"charter.pdf\"]", "must be a list of ids of files"},
    {CASE_FILES, "\"01a1ffc1-b814-7026-9fd8-66825f7aa248\"", "must not be a string"},
    {CASE_FILES,
     "[\"01a1ffc1-b814-7026-9fd8-66825f7aa248\",\"01a1ffc1-b814-7026-9fd8-66825f7aa249\"]",
     "must have at most 1 items"},
    SAME(CASE_OBJECT, "{}"),
    SAME(CASE_OBJECT, "{\"a\":[1,{\"b\":null}]}"),
    {CASE_OBJECT, "[]", "must be an object"},
    {CASE_OBJECT, "\"{}\"", "must not be a string"},
};

static void every_kind_has_its_limits(void)
{
    begin();
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct example *example = &examples[i];
        CHECK_TEXT(there_and_back(&fields[example->kind], example->json), example->comes_back);
    }
    arena_destroy(&arena);
}

static void an_object_has_a_size(void)
{
    begin();
    char *deep = arena_take(arena, 1000);
    for (int levels = 16; levels <= 17; levels++) {
        size_t at = 0;
        for (int i = 0; i < levels - 1; i++) {
            at += (size_t)snprintf(deep + at, 1000 - at, "{\"a\":");
        }
        at += (size_t)snprintf(deep + at, 1000 - at, "{}");
        memset(deep + at, '}', (size_t)levels - 1);
        deep[at + (size_t)levels - 1] = '\0';
        CHECK_TEXT(there_and_back(&fields[CASE_OBJECT], deep),
                   levels == 16 ? deep : "must have at most 16 levels, and has 17");
    }
    char *wide = arena_take(arena, 300000);
    size_t at = (size_t)snprintf(wide, 100, "{\"a\":[1");
    for (int i = 0; i < 1998; i++) {
        at += (size_t)snprintf(wide + at, 10, ",1");
    }
    snprintf(wide + at, 10, "]}");
    CHECK_TEXT(there_and_back(&fields[CASE_OBJECT], wide),
               "must have at most 2000 values, and has 2001");
    snprintf(wide, 300000, "{\"a\":\"%065600d\"}", 0);
    CHECK_TEXT(there_and_back(&fields[CASE_OBJECT], wide),
               "must have at most 65536 bytes, and has 65608");
    arena_destroy(&arena);
}

/* Limits may have been others when it was written. */
static void what_was_kept_is_read_whatever_the_limits(void)
{
    static const struct example kept[] = {
        SAME(CASE_TEXT, "\"abcdefghi\""),
        SAME(CASE_CHOICE, "\"gone\""),
        SAME(CASE_EMAIL, "\"anna\""),
        SAME(CASE_PHONE, "\"8\""),
        SAME(CASE_INTEGER, "999"),
        SAME(CASE_MONEY, "\"-9999999.00\""),
        SAME(CASE_TEXTS, "[\"abcd\",\"b\",\"c\"]"),
    };
    static const struct example broken[] = {
        {CASE_TEXT, "1", ""},       {CASE_INTEGER, "\"1\"", ""}, {CASE_MONEY, "\"1\"", ""},
        {CASE_DATE, "\"x\"", ""},   {CASE_TIME, "\"x\"", ""},    {CASE_ID, "\"x\"", ""},
        {CASE_TEXTS, "[1]", ""},    {CASE_OBJECT, "[]", ""},     {CASE_FLAG, "1", ""},
        {CASE_CHOICE, "false", ""},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct value value;
        const struct case_field *field = &fields[kept[i].kind];
        CHECK(case_value_read_kept(arena, field, json_of(kept[i].json), &value));
        CHECK_TEXT(written(field, &value), kept[i].comes_back);
    }
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct value value;
        CHECK(
            !case_value_read_kept(arena, &fields[broken[i].kind], json_of(broken[i].json), &value));
    }
    arena_destroy(&arena);
}

/* ---- computed ---- */

static bool fits(enum case_kind kind, struct value value)
{
    struct text error = NO_TEXT;
    bool is_fit = case_value_fit(arena, &fields[kind], &value, &error);
    CHECK(is_fit != text_is_given(error));
    return is_fit;
}

static void what_is_computed_keeps_to_the_limits(void)
{
    begin();
    for (int kind = 0; kind < CASE_KIND_COUNT; kind++) {
        CHECK(fits((enum case_kind)kind, (struct value){.kind = VALUE_NULL}));
    }
    CHECK(fits(CASE_TEXT, value_text(TEXT("abc"))));
    CHECK(!fits(CASE_TEXT, value_text(TEXT("abcdef"))));
    CHECK(!fits(CASE_TEXT, value_flag(true)));
    CHECK(fits(CASE_CHOICE, value_text(TEXT("paid"))));
    CHECK(!fits(CASE_CHOICE, value_text(TEXT("other"))));
    CHECK(fits(CASE_INTEGER, value_flag(10)));
    CHECK(!fits(CASE_INTEGER, (struct value){.kind = VALUE_INTEGER, .integer = 11}));
    CHECK(!fits(CASE_INTEGER, (struct value){.kind = VALUE_INTEGER, .integer = INT64_MIN}));
    CHECK(!fits(CASE_MONEY, (struct value){.kind = VALUE_INTEGER, .integer = -1}));
    CHECK(fits(CASE_DATE, (struct value){.kind = VALUE_INTEGER, .integer = 2932896}));
    CHECK(!fits(CASE_DATE, (struct value){.kind = VALUE_INTEGER, .integer = 2932897}));
    CHECK(!fits(CASE_DATE, (struct value){.kind = VALUE_INTEGER, .integer = -719529}));
    CHECK(fits(CASE_TIME, (struct value){.kind = VALUE_INTEGER, .integer = 253402300799999}));
    CHECK(!fits(CASE_TIME, (struct value){.kind = VALUE_INTEGER, .integer = 253402300800000}));
    CHECK(fits(CASE_ID, value_id(id_new())));
    CHECK(!fits(CASE_TEXT, value_id(id_new())));
    CHECK(fits(CASE_TEXTS, value_text(TEXT("[\"a\"]"))));
    CHECK(!fits(CASE_TEXTS, value_text(TEXT("[\"abcd\"]"))));
    CHECK(!fits(CASE_TEXTS, value_text(TEXT("nonsense"))));
    CHECK(!fits(CASE_OBJECT, value_text(TEXT("[]"))));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "every_kind_has_its_limits", .run = every_kind_has_its_limits},
    {.name = "an_object_has_a_size", .run = an_object_has_a_size},
    {.name = "what_was_kept_is_read_whatever_the_limits",
     .run = what_was_kept_is_read_whatever_the_limits},
    {.name = "what_is_computed_keeps_to_the_limits", .run = what_is_computed_keeps_to_the_limits},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
