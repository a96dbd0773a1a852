/* json_fuzz.c - any bytes into the reader of JSON: refused with a place, or a document that stays
 * itself when it is written and read again; and any text through the writer and back.
 */
#include "base/must.h"
#include "tests/unit/base/json_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { FEW_VALUES = 50 };

/* Every text that comes out of the reader is UTF-8 without NUL. */
static void check_texts(const struct json *value)
{
    MUST(text_is_utf8(value->text) && value->text.data != NULL);
    MUST(memchr(value->text.data, '\0', value->text.bytes) == NULL);
    MUST(value->key.bytes == 0 || memchr(value->key.data, '\0', value->key.bytes) == NULL);
    size_t count = 0;
    for (const struct json *item = value->first; item != NULL; item = item->next) {
        check_texts(item);
        count++;
    }
    MUST(count == value->count);
}

static void check_document(struct arena *arena, struct text input)
{
    const struct json *root = NULL;
    struct json_error error = {0};
    enum status few = json_read(arena, input, FEW_VALUES, &root, &error);
    enum status status = json_read(arena, input, AGAIN_VALUES_MAX, &root, &error);
    MUST(few == status || few == STATUS_TOO_LARGE);
    if (status != STATUS_OK) {
        MUST(error.what != NULL && error.offset <= input.bytes);
        return;
    }
    check_texts(root);
    struct text once = written_again(arena, root);
    MUST(json_read(arena, once, AGAIN_VALUES_MAX, &root, &error) == STATUS_OK);
    struct text twice = written_again(arena, root);
    MUST(text_equals(once, twice));
}

static void check_writer(struct arena *arena, struct text input)
{
    if (!text_is_utf8(input) || memchr(input.data, '\0', input.bytes) != NULL) {
        return; /* the writer takes only UTF-8, the reader takes no NUL */
    }
    struct json_writer writer;
    json_writer_init(&writer, arena, 0);
    json_put_text(&writer, input);
    const struct json *root = NULL;
    struct json_error error = {0};
    MUST(json_read(arena, json_written(&writer), 1, &root, &error) == STATUS_OK);
    MUST(root->kind == JSON_STRING && text_equals(root->text, input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct text input = {(const char *)data, bytes};
    struct arena *arena = arena_create("json", AGAIN_ARENA_BYTES);
    if (bytes > 0) {
        check_document(arena, input);
        check_writer(arena, input);
    }
    arena_destroy(&arena);
    return 0;
}
