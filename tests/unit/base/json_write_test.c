/* json_write_test.c - the writer: commas, escapes, structs, and what it does not let us do. */
#include "base/clock.h"
#include "base/id.h"
#include "tests/unit/base/json_again.h"

#include <stdio.h>

/* A writer on a fresh arena; the one before it is over. */
static struct json_writer started(size_t bytes_expected)
{
    static struct arena *arena = NULL;
    struct json_writer writer;
    arena_destroy(&arena);
    arena = arena_create("json", AGAIN_ARENA_BYTES);
    json_writer_init(&writer, arena, bytes_expected);
    return writer;
}

static void puts_commas(void)
{
    struct json_writer writer = started(0);
    json_begin_object(&writer);
    json_key(&writer, "empty");
    json_begin_object(&writer);
    json_end_object(&writer);
    json_key(&writer, "list");
    json_begin_array(&writer);
    json_put_integer(&writer, 1);
    json_begin_array(&writer);
    json_end_array(&writer);
    json_begin_object(&writer);
    json_key_text(&writer, TEXT("ключ\""));
    json_put_raw(&writer, TEXT("[1.50]"));
    json_end_object(&writer);
    json_put_flag(&writer, true);
    json_put_flag(&writer, false);
    json_put_null(&writer);
    json_end_array(&writer);
    json_key(&writer, "none");
    json_put_text(&writer, NO_TEXT);
    json_key(&writer, "text");
    json_put_text(&writer, TEXT(""));
    json_end_object(&writer);
    CHECK_TEXT(json_written(&writer), "{\"empty\":{},\"list\":[1,[],{\"ключ\\\"\":[1.50]},true,"
                                      "false,null],\"none\":null,\"text\":\"\"}");
}

static void writes_integers(void)
{
    static const struct {
        int64_t number;
        const char *written;
    } rows[] = {
        {0, "0"},
        {-1, "-1"},
        {10, "10"},
        {1234567890123456789, "1234567890123456789"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_writer writer = started(0);
        json_put_integer(&writer, rows[i].number);
        CHECK_TEXT(json_written(&writer), rows[i].written);
    }
}

static void escapes_what_must_be(void)
{
    for (unsigned byte = 0; byte < 0x80; byte++) {
        char letter = (char)byte;
        char expected[16];
        struct json_writer writer = started(0);
        json_put_text(&writer, (struct text){&letter, 1});
        static const char shorts[] = "\b\f\n\r\t\"\\";
        static const char signs[] = "bfnrt\"\\";
        const char *found = byte == 0 ? NULL : strchr(shorts, letter);
        if (found != NULL) {
            snprintf(expected, sizeof expected, "\"\\%c\"", signs[found - shorts]);
        } else if (byte < 0x20) {
            snprintf(expected, sizeof expected, "\"\\u%04x\"", byte);
        } else {
            snprintf(expected, sizeof expected, "\"%c\"", letter);
        }
        CHECK_TEXT(json_written(&writer), expected);
    }
}

/* Eight bytes at a time: each length, with each kind of letter at each place, in a tight copy. */
static void texts_of_every_length(void)
{
    static const struct {
        const char *letter;
        const char *written;
    } rows[] = {{"x", "x"},       {"\n", "\\n"}, {"\x01", "\\u0001"}, {"ж", "ж"},
                {"жжжж", "жжжж"}, {"€", "€"},    {"😺", "😺"},          {"\"", "\\\""}};
    static const char filler[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (int bytes = 0; bytes <= 40; bytes++) {
        for (int at = 0; at <= bytes; at++) {
            for (size_t i = 0; i < COUNT_OF(rows); i++) {
                char text[128];
                char expected[128];
                snprintf(text, sizeof text, "%.*s%s%.*s", at, filler, rows[i].letter, bytes - at,
                         filler);
                snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", at, filler, rows[i].written,
                         bytes - at, filler);
                struct text copy = tight_copy(text_of(text));
                struct json_writer writer = started(0);
                json_put_text(&writer, copy);
                CHECK_TEXT(json_written(&writer), expected);
                free_copy(copy);
            }
        }
    }
}

/* From one byte to a megabyte in the same text; nothing is lost at any place where it grows. */
static void grows(void)
{
    struct json_writer writer = started(1);
    json_begin_array(&writer);
    for (int i = 0; i < 100000; i++) {
        json_put_text(&writer, i % 2 ? TEXT("\n\n\n\n\n\n\n\n") : TEXT("plain"));
    }
    json_end_array(&writer);
    struct text written = json_written(&writer);
    CHECK_INT(written.bytes, 50000 * (16 + 2) + 50000 * (5 + 2) + 99999 + 2);
    const struct json *root = NULL;
    struct json_error error = {0};
    CHECK_STATUS(json_read(writer.arena, written, AGAIN_VALUES_MAX, &root, &error), STATUS_OK);
    CHECK_INT(root->count, 100000);
}

/* ---- a struct by its table ---- */

struct person {
    struct text name;
    struct text kind;
    struct text email;
    struct text phone;
    struct text nickname;
    int64_t age;
    int64_t height;
    bool active;
    struct id id;
    struct id chief_id;
    int64_t created_ms;
    int64_t blocked_ms;
    struct texts roles;
    struct texts groups;
    struct text details;
    struct text extras;
};

#define MEMBER(member, field_kind, ...)                                                            \
    {                                                                                              \
        .name = #member, .kind = (field_kind), .offset = offsetof(struct person, member),          \
        __VA_ARGS__                                                                                \
    }

static const struct field person_fields[] = {
    MEMBER(name, FIELD_TEXT, .meaning = "how to call them"),
    MEMBER(kind, FIELD_CHOICE, .meaning = "what they are"),
    MEMBER(email, FIELD_EMAIL, .meaning = "where to write to"),
    MEMBER(phone, FIELD_PHONE, .meaning = "where to call"),
    MEMBER(nickname, FIELD_TEXT, .is_optional = true),
    MEMBER(age, FIELD_INTEGER, .meaning = "in years"),
    MEMBER(height, FIELD_INTEGER, .is_optional = true),
    MEMBER(active, FIELD_FLAG, .meaning = "whether they work here"),
    MEMBER(id, FIELD_ID, .meaning = "which one"),
    MEMBER(chief_id, FIELD_ID, .is_optional = true),
    MEMBER(created_ms, FIELD_TIME, .meaning = "since when"),
    MEMBER(blocked_ms, FIELD_TIME, .is_optional = true),
    MEMBER(roles, FIELD_TEXTS, .meaning = "what they may"),
    MEMBER(groups, FIELD_TEXTS, .is_optional = true),
    MEMBER(details, FIELD_OBJECT, .meaning = "the rest"),
    MEMBER(extras, FIELD_OBJECT, .is_optional = true),
};

static const struct shape person_shape = {
    .name = "Person",
    .fields = person_fields,
    .field_count = COUNT_OF(person_fields),
    .bytes = sizeof(struct person),
};

static void writes_structs_in_full(void)
{
    static const struct text items[] = {{"client", 6}, {"менеджер", 16}};
    struct person person = {
        .name = TEXT("Ольга \"О\""),
        .kind = TEXT("human"),
        .email = TEXT("o@example.com"),
        .phone = TEXT("+79990000001"),
        .nickname = TEXT(""),
        .age = -1,
        .height = 0,
        .active = true,
        .created_ms = 1795243920123,
        .blocked_ms = 1,
        .roles = {items, 2},
        .groups = {items, 1},
        .details = TEXT("{\"a\":1}"),
        .extras = TEXT("{}"),
    };
    CHECK(id_read(TEXT("0193e5c4-7b1a-7c3d-9e2f-000000000001"), &person.id));
    person.chief_id = person.id;
    struct json_writer writer = started(0);
    json_put_struct(&writer, &person_shape, &person);
    CHECK_TEXT(json_written(&writer),
               "{\"name\":\"Ольга \\\"О\\\"\",\"kind\":\"human\",\"email\":\"o@example.com\","
               "\"phone\":\"+79990000001\",\"nickname\":\"\",\"age\":-1,\"height\":0,"
               "\"active\":true,\"id\":\"0193e5c4-7b1a-7c3d-9e2f-000000000001\","
               "\"chief_id\":\"0193e5c4-7b1a-7c3d-9e2f-000000000001\","
               "\"created_ms\":\"2026-11-21T06:52:00.123Z\","
               "\"blocked_ms\":\"1970-01-01T00:00:00.001Z\",\"roles\":[\"client\",\"менеджер\"],"
               "\"groups\":[\"client\"],\"details\":{\"a\":1},\"extras\":{}}");
}

static void writes_none_as_null_or_not_at_all(void)
{
    struct person person = {.age = FIELD_NONE, .height = FIELD_NONE};
    struct json_writer writer = started(0);
    json_begin_array(&writer);
    json_put_struct(&writer, &person_shape, &person);
    json_put_struct(&writer, &person_shape, &person);
    json_end_array(&writer);
    static const char once[] =
        "{\"name\":null,\"kind\":null,\"email\":null,\"phone\":null,\"age\":null,"
        "\"active\":false,\"id\":null,\"created_ms\":null,\"roles\":[],\"details\":null}";
    char expected[2 * sizeof once + 4];
    snprintf(expected, sizeof expected, "[%s,%s]", once, once);
    CHECK_TEXT(json_written(&writer), expected);
}

/* ---- what must stop us ---- */

static void value_without_key(void)
{
    struct json_writer writer = started(0);
    json_begin_object(&writer);
    json_put_integer(&writer, 1);
}

static void key_in_array(void)
{
    struct json_writer writer = started(0);
    json_begin_array(&writer);
    json_key(&writer, "a");
}

static void two_keys(void)
{
    struct json_writer writer = started(0);
    json_begin_object(&writer);
    json_key(&writer, "a");
    json_key(&writer, "b");
}

static void end_behind_key(void)
{
    struct json_writer writer = started(0);
    json_begin_object(&writer);
    json_key(&writer, "a");
    json_end_object(&writer);
}

static void wrong_end(void)
{
    struct json_writer writer = started(0);
    json_begin_object(&writer);
    json_end_array(&writer);
}

static void end_too_many(void)
{
    struct json_writer writer = started(0);
    json_end_array(&writer);
}

static void incomplete(void)
{
    struct json_writer writer = started(0);
    json_begin_array(&writer);
    json_written(&writer);
}

static void nothing(void)
{
    struct json_writer writer = started(0);
    json_written(&writer);
}

static void two_documents(void)
{
    struct json_writer writer = started(0);
    json_put_null(&writer);
    json_put_null(&writer);
}

static void too_deep(void)
{
    struct json_writer writer = started(0);
    for (int i = 0; i <= JSON_DEPTH_MAX; i++) {
        json_begin_array(&writer);
    }
}

static void no_utf8(void)
{
    struct json_writer writer = started(0);
    json_put_text(&writer, TEXT("abcdefghi\xC3"));
}

static void raw_nothing(void)
{
    struct json_writer writer = started(0);
    json_put_raw(&writer, TEXT(""));
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(value_without_key, "writer->has_key");
    CHECK_MUST_FAIL(key_in_array, "is_in_object(writer)");
    CHECK_MUST_FAIL(two_keys, "!writer->has_key");
    CHECK_MUST_FAIL(end_behind_key, "!writer->has_key");
    CHECK_MUST_FAIL(wrong_end, "is_in_object(writer) == is_object");
    CHECK_MUST_FAIL(end_too_many, "writer->depth > 0");
    CHECK_MUST_FAIL(incomplete, "writer->depth == 0");
    CHECK_MUST_FAIL(nothing, "writer->bytes > 0");
    CHECK_MUST_FAIL(two_documents, "writer->depth > 0 || writer->bytes == 0");
    CHECK_MUST_FAIL(too_deep, "writer->depth < JSON_DEPTH_MAX");
    CHECK_MUST_FAIL(no_utf8, "behind > next");
    CHECK_MUST_FAIL(raw_nothing, "json.bytes > 0");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"puts_commas", puts_commas, 0},
        {"writes_integers", writes_integers, 0},
        {"escapes_what_must_be", escapes_what_must_be, 0},
        {"texts_of_every_length", texts_of_every_length, 0},
        {"grows", grows, 0},
        {"writes_structs_in_full", writes_structs_in_full, 0},
        {"writes_none_as_null_or_not_at_all", writes_none_as_null_or_not_at_all, 0},
        {"misuse_stops", misuse_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
