/* json_again.h - for the tests of JSON: reads a document, and writes what was read once more. */
#ifndef TESTS_UNIT_BASE_JSON_AGAIN_H
#define TESTS_UNIT_BASE_JSON_AGAIN_H

#include "base/json.h"
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_ARENA_BYTES = 64 * 1024 * 1024, AGAIN_VALUES_MAX = 1000000 };

/* One rule and a document that shows it; documents may hold NUL bytes. */
struct json_case {
    const char *rule;
    const char *data;
    size_t bytes;
};

#define JSON_CASE(rule, literal)                                                                   \
    {                                                                                              \
        (rule), "" literal, sizeof(literal) - 1                                                    \
    }

/* The copy has no byte too many, so that a sanitizer sees a reader that looks behind the end. */
static inline struct text tight_copy(struct text text)
{
    char *copy = malloc(text.bytes ? text.bytes : 1);
    CHECK(copy != NULL);
    if (text.bytes > 0) {
        memcpy(copy, text.data, text.bytes);
    }
    return (struct text){copy, text.bytes};
}

static inline void free_copy(struct text copy)
{
    char *data;
    memcpy(&data, &copy.data, sizeof data); /* it is our own, const or not */
    free(data);
}

static inline void put_again(struct json_writer *writer, const struct json *value)
{
    if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY) {
        bool is_object = value->kind == JSON_OBJECT;
        (is_object ? json_begin_object : json_begin_array)(writer);
        for (const struct json *item = value->first; item != NULL; item = item->next) {
            if (is_object) {
                json_key_text(writer, item->key);
            }
            put_again(writer, item);
        }
        (is_object ? json_end_object : json_end_array)(writer);
    } else if (value->kind == JSON_STRING) {
        json_put_text(writer, value->text);
    } else if (value->kind == JSON_NUMBER) {
        json_put_raw(writer, value->text);
    } else if (value->kind == JSON_NULL) {
        json_put_null(writer);
    } else {
        json_put_flag(writer, value->kind == JSON_TRUE);
    }
}

static inline struct text written_again(struct arena *arena, const struct json *root)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 0);
    put_again(&writer, root);
    return json_written(&writer);
}

/* Reads a tight copy in an arena of its own; only the answer matters. */
static inline enum status read_status(struct text document, struct json_error *error_out)
{
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    struct text copy = tight_copy(document);
    const struct json *root = NULL;
    enum status status = json_read(arena, copy, AGAIN_VALUES_MAX, &root, error_out);
    CHECK((status == STATUS_OK) == (root != NULL));
    CHECK((status == STATUS_OK) == (error_out->what == NULL));
    CHECK(error_out->offset <= document.bytes);
    arena_destroy(&arena);
    free_copy(copy);
    return status;
}

#endif
