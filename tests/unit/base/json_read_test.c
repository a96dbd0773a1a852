/* json_read_test.c - the reader beyond the grammar: limits, hostile documents, every cut and flip.
 */
#include "base/clock.h"
#include "tests/unit/base/json_again.h"

#include <stdio.h>

/* Everything a reader has to know, in one document. */
static const char sample[] =
    "{\"id\":\"0193e5c4-7b1a-7c3d-9e2f-000000000001\", \"name\" : \"Ольга \\u0401лкина\","
    "\"tags\":[\"a\\n\\\"b\",\"\",\"\\ud83d\\ude3a\"],\"n\":[0,-1.50,2e10,1E-3,true,false,null],"
    "\"deep\":{\"er\":{\"est\":[[],{}]}}}\n";

static enum status read_all(struct arena *arena, struct text document, const struct json **root_out,
                            struct json_error *error_out)
{
    return json_read(arena, document, AGAIN_VALUES_MAX, root_out, error_out);
}

static const struct json *read_good(struct arena *arena, const char *document)
{
    const struct json *root = NULL;
    struct json_error error = {0};
    CHECK_STATUS(read_all(arena, text_of(document), &root, &error), STATUS_OK);
    return root;
}

static void keeps_what_was_written(void)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    const struct json *root = read_good(arena, sample);
    CHECK_INT(root->kind, JSON_OBJECT);
    CHECK_INT(root->count, 5);
    CHECK_INT(root->text.bytes, strlen(sample) - 1); /* without the line end behind it */
    const struct json *id = json_member(root, TEXT("id"));
    CHECK(id->text.data > sample && id->text.data < sample + sizeof sample);
    const struct json *name = json_member(root, TEXT("name"));
    CHECK_TEXT(name->text, "Ольга Ёлкина");
    CHECK_TEXT(name->key, "name");
    const struct json *tags = json_member(root, TEXT("tags"));
    CHECK_TEXT(tags->first->text, "a\n\"b");
    CHECK(tags->first->next->text.data != NULL);
    CHECK_INT(tags->first->next->text.bytes, 0);
    CHECK_TEXT(tags->first->next->next->text, "😺");
    const struct json *numbers = json_member(root, TEXT("n"));
    CHECK_INT(numbers->count, 7);
    CHECK_TEXT(numbers->text, "[0,-1.50,2e10,1E-3,true,false,null]");
    CHECK_TEXT(numbers->first->next->text, "-1.50");
    CHECK(json_member(root, TEXT("nam")) == NULL);
    CHECK(json_member(numbers, TEXT("n")) == NULL);
    arena_destroy(&arena);
}

static void integers_are_whole(void)
{
    static const struct {
        const char *document;
        bool is_integer;
        int64_t number;
    } rows[] = {
        {"0", true, 0},
        {"-7", true, -7},
        {"9007199254740993", true, 9007199254740993},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"-0", false, 0},
        {"\"7\"", false, 0},
        {"true", false, 0},
        {"[7]", false, 0},
    };
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t number = 0;
        const struct json *root = read_good(arena, rows[i].document);
        CHECK(json_to_integer(root, &number) == rows[i].is_integer);
        CHECK_INT(number, rows[i].number);
    }
    arena_destroy(&arena);
}

static void errors_name_the_place(void)
{
    static const struct {
        const char *document;
        size_t offset;
        const char *what;
    } rows[] = {
        {"", 0, "the document is empty"},
        {"{\"a\":1", 6, "the document ends too early"},
        {"{\"a\" 1}", 5, "a colon is missing"},
        {"{\"a\":1 \"b\":2}", 7, "a comma or '}' is missing"},
        {"[1 2]", 3, "a comma or ']' is missing"},
        {"{a:1}", 1, "a key in quotes is missing"},
        {"[1,]", 3, "this starts no value"},
        {"[-]", 2, "a digit is missing"},
        {"[01]", 1, "a number has no leading zeros"},
        {"[1e400]", 1, "the number is too large"},
        {"{\"a\":1,\"a\":2}", 7, "this key came before"},
        {"{\"a\":1,\"\\u0061\":2}", 7, "this key came before"},
        {"[\"a\nb\"]", 3, "control characters in strings must be escaped"},
        {"[\"a\\x\"]", 3, "there is no such escape"},
        {"[\"ab\\u12\"]", 4, "\\u needs four hexadecimal digits"},
        {"[\"\\n\\u0000\"]", 4, "\\u0000 is not accepted"},
        {"[\"\\ud800x\"]", 2, "half of a surrogate pair is no character"},
        {"[\"\\udc00\\udc00\"]", 2, "half of a surrogate pair is no character"},
        {"[\"\\ud800\\udbff\"]", 2, "half of a surrogate pair is no character"},
        {"[\"\\ud800\\ue000\"]", 2, "half of a surrogate pair is no character"},
        {"[\"ab\xFF\"]", 4, "these bytes are not UTF-8"},
        {"[\"\\nab\xFF\"]", 6, "these bytes are not UTF-8"},
        {"[\"abc", 5, "the document ends too early"},
        {"[\"abc\\", 6, "the document ends too early"},
        {"[] []", 3, "something follows the document"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error = {0};
        CHECK_STATUS(read_status(text_of(rows[i].document), &error), STATUS_MALFORMED);
        CHECK_TEXT(text_of(error.what), rows[i].what);
        CHECK_INT(error.offset, rows[i].offset);
    }
}

/* Where a double ends: 1.7976931348623158079e308 is the first decimal that becomes infinite. */
static void numbers_fit_a_double(void)
{
    static const struct {
        const char *document;
        bool fits;
    } rows[] = {
        {"1.7976931348623157e308", true},
        {"1.7976931348623158e308", true},
        {"1.7976931348623159e308", false},
        {"-1.7976931348623159e308", false},
        {"17976931348623157e292", true},
        {"17976931348623159e292", false},
        {"0.00017976931348623157e312", true},
        {"0.00017976931348623159e312", false},
        {"1e308", true},
        {"1e309", false},
        {"9e307", true},
        {"10e308", false},
        {"0e999999999999999999999", true},
        {"0.0e400", true},
        {"1e-999999999999999999999", true},
        {"1e999999999999999999999", false},
        {"0.0000000000000000000000000000000000000000000000001e350", true},
        {"0.0000000000000000000000000000000000000000000000001e358", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error = {0};
        bool fits = read_status(text_of(rows[i].document), &error) == STATUS_OK;
        if (fits != rows[i].fits) {
            printf("# %s\n", rows[i].document);
        }
        CHECK_INT(fits, rows[i].fits);
    }
}

static void whole_numbers_may_be_too_long(void)
{
    char digits[400];
    struct json_error error = {0};
    memset(digits, '1', sizeof digits);
    CHECK_STATUS(read_status((struct text){digits, 309}, &error), STATUS_OK);
    CHECK_STATUS(read_status((struct text){digits, 310}, &error), STATUS_MALFORMED);
    memset(digits, '9', sizeof digits);
    CHECK_STATUS(read_status((struct text){digits, 308}, &error), STATUS_OK);
    CHECK_STATUS(read_status((struct text){digits, 309}, &error), STATUS_MALFORMED);
    digits[1] = '.'; /* 9.999... however long */
    CHECK_STATUS(read_status((struct text){digits, sizeof digits}, &error), STATUS_OK);
}

static void depth_ends_at_64(void)
{
    char document[2 * (JSON_DEPTH_MAX + 1)];
    struct json_error error = {0};
    for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(document, '[', depth);
        memset(document + depth, ']', depth);
        enum status expected = depth == JSON_DEPTH_MAX ? STATUS_OK : STATUS_MALFORMED;
        CHECK_STATUS(read_status((struct text){document, 2 * depth}, &error), expected);
    }
    CHECK_INT(error.offset, JSON_DEPTH_MAX);
}

/* A document that was cut anywhere is refused; only the line end at its end may be missing. */
static void every_prefix_is_refused(void)
{
    size_t whole = strlen(sample);
    for (size_t bytes = 0; bytes < whole; bytes++) {
        struct json_error error = {0};
        enum status expected = bytes == whole - 1 ? STATUS_OK : STATUS_MALFORMED;
        CHECK_STATUS(read_status((struct text){sample, bytes}, &error), expected);
    }
}

/* Any byte may become any other: the answer is refused, or a document that stays itself when it is
 * written and read again. */
static void check_stays_itself(struct text document)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    struct text copy = tight_copy(document);
    const struct json *root = NULL;
    struct json_error error = {0};
    if (read_all(arena, copy, &root, &error) == STATUS_OK) {
        struct text once = written_again(arena, root);
        CHECK_STATUS(read_all(arena, once, &root, &error), STATUS_OK);
        struct text twice = written_again(arena, root);
        CHECK(text_equals(once, twice));
    }
    free_copy(copy);
    arena_destroy(&arena);
}

static void every_flipped_byte_is_survived(void)
{
    char document[sizeof sample];
    size_t bytes = strlen(sample);
    for (size_t i = 0; i < bytes; i++) {
        memcpy(document, sample, sizeof sample);
        for (unsigned value = 0; value < 256; value++) {
            document[i] = (char)value;
            check_stays_itself((struct text){document, bytes});
        }
    }
}

/* Strings are read eight bytes at a time: each length, with each kind of byte at each place. */
static void strings_of_every_length(void)
{
    static const char *const inner[] = {"x", "\\n", "\\u0416", "ж", "€", "😺", "жжжж", "\x7F"};
    static const char *const wrong[] = {"\x01", "\x1F", "\x80", "\xC3", "\xE2\x82", "\\q"};
    for (size_t bytes = 0; bytes <= 40; bytes++) {
        for (size_t at = 0; at <= bytes; at++) {
            char document[64];
            struct json_error error = {0};
            for (size_t i = 0; i < COUNT_OF(inner) + COUNT_OF(wrong); i++) {
                bool is_good = i < COUNT_OF(inner);
                const char *special = is_good ? inner[i] : wrong[i - COUNT_OF(inner)];
                int written =
                    snprintf(document, sizeof document, "\"%.*s%s%.*s\"", (int)at,
                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", special, (int)(bytes - at),
                             "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
                CHECK_STATUS(read_status((struct text){document, (size_t)written}, &error),
                             is_good ? STATUS_OK : STATUS_MALFORMED);
                check_stays_itself((struct text){document, (size_t)written});
            }
        }
    }
}

/* {"k0":0,"k1":1,...}; the last key is that of `repeated` when there is one. */
static struct text many_members(struct arena *arena, int count, int repeated)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, (size_t)count * 16);
    json_begin_object(&writer);
    for (int i = 0; i < count; i++) {
        char key[32];
        snprintf(key, sizeof key, "k%d", i == count - 1 && repeated >= 0 ? repeated : i);
        json_key(&writer, key);
        json_put_integer(&writer, i);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

static void keys_come_once(void)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    const struct json *root = NULL;
    struct json_error error = {0};
    for (int count = 2; count < 140; count++) {
        struct text good = many_members(arena, count, -1);
        CHECK_STATUS(read_all(arena, good, &root, &error), STATUS_OK);
        CHECK_INT(root->count, count);
        for (int repeated = 0; repeated < count - 1; repeated += 3) {
            struct text bad = many_members(arena, count, repeated);
            CHECK_STATUS(read_all(arena, bad, &root, &error), STATUS_MALFORMED);
        }
        arena_reset(arena);
    }
    arena_destroy(&arena);
}

/* The same key in different objects is no repetition. */
static void keys_belong_to_their_object(void)
{
    struct json_error error = {0};
    CHECK_STATUS(read_status(TEXT("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"), &error),
                 STATUS_OK);
    CHECK_STATUS(read_status(TEXT("{\"a\":{\"b\":1},\"b\":{\"a\":{}},\"a\":1}"), &error),
                 STATUS_MALFORMED);
    CHECK_STATUS(read_status(TEXT("{\"\":1,\"\":2}"), &error), STATUS_MALFORMED);
}

/* 200,000 members, all new: comparing each with each would take minutes. */
static void many_keys_cost_little(void)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    struct text document = many_members(arena, 200000, -1);
    const struct json *root = NULL;
    struct json_error error = {0};
    int64_t before = test_processor_ms();
    CHECK_STATUS(read_all(arena, document, &root, &error), STATUS_OK);
    int64_t took_ms = test_processor_ms() - before;
    printf("# 200000 keys took %lld ms\n", (long long)took_ms);
    CHECK(took_ms < 10000);
    arena_destroy(&arena);
}

static void values_are_counted(void)
{
    static const struct {
        size_t values_max;
        enum status expected;
    } rows[] = {
        {0, STATUS_TOO_LARGE}, {1, STATUS_TOO_LARGE}, {4, STATUS_TOO_LARGE}, {5, STATUS_OK}};
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct json *root = NULL;
        struct json_error error = {0};
        CHECK_STATUS(json_read(arena, TEXT("[1,2,{\"a\":3}]"), rows[i].values_max, &root, &error),
                     rows[i].expected);
    }
    arena_destroy(&arena);
}

/* What the arena has no room for is too large; the limit itself is never passed. */
static void memory_is_limited(void)
{
    char document[20001];
    memset(document, '1', sizeof document);
    document[0] = '[';
    for (size_t i = 2; i < sizeof document; i += 2) {
        document[i] = ',';
    }
    document[sizeof document - 1] = ']';
    for (size_t limit = 1024; limit < 2000000; limit = limit * 3 / 2) {
        struct arena *arena = arena_create("json", limit);
        const struct json *root = NULL;
        struct json_error error = {0};
        enum status status =
            read_all(arena, (struct text){document, sizeof document}, &root, &error);
        CHECK_STATUS(status,
                     limit > 10000 * sizeof(struct json) + 8192 ? STATUS_OK : STATUS_TOO_LARGE);
        arena_destroy(&arena);
    }
}

static void escaped_strings_are_limited(void)
{
    char document[5000];
    memset(document, 'x', sizeof document);
    memcpy(document, "\"\\n", 3);
    document[sizeof document - 1] = '"';
    struct arena *arena = arena_create("json", 8192);
    const struct json *root = NULL;
    struct json_error error = {0};
    CHECK_STATUS(read_all(arena, (struct text){document, sizeof document}, &root, &error),
                 STATUS_TOO_LARGE);
    CHECK_TEXT(text_of(error.what), "the strings need more memory than allowed");
    arena_destroy(&arena);
}

static void read_without_error_out(void)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    const struct json *root = NULL;
    enum status ignored = json_read(arena, TEXT("1"), 1, &root, NULL);
    (void)ignored;
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(read_without_error_out, "error_out != NULL");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"keeps_what_was_written", keeps_what_was_written, 0},
        {"integers_are_whole", integers_are_whole, 0},
        {"errors_name_the_place", errors_name_the_place, 0},
        {"numbers_fit_a_double", numbers_fit_a_double, 0},
        {"whole_numbers_may_be_too_long", whole_numbers_may_be_too_long, 0},
        {"depth_ends_at_64", depth_ends_at_64, 0},
        {"every_prefix_is_refused", every_prefix_is_refused, 0},
        {"every_flipped_byte_is_survived", every_flipped_byte_is_survived, 120},
        {"strings_of_every_length", strings_of_every_length, 120},
        {"keys_come_once", keys_come_once, 0},
        {"keys_belong_to_their_object", keys_belong_to_their_object, 0},
        {"many_keys_cost_little", many_keys_cost_little, 0},
        {"values_are_counted", values_are_counted, 0},
        {"memory_is_limited", memory_is_limited, 0},
        {"escaped_strings_are_limited", escaped_strings_are_limited, 0},
        {"misuse_stops", misuse_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
