/* camel.c - reads JSON and writes it again with other names. */
#include "runtime/front/camel.h"

#include "base/json.h"
#include "base/must.h"

enum { VALUES_MAX = 200000, VALUE_BYTES = 160, NAME_BYTES_MAX = 256 };

bool camel_is_wanted(struct text starts, struct text path)
{
    struct text rest = starts;
    bool is = false;
    while (rest.data != NULL && !is) {
        struct text one;
        text_cut(rest, ' ', &one, &rest);
        is = one.bytes > 0 && text_starts_with(path, one);
    }
    return is;
}

static bool is_small(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

/* NO_TEXT: it stays as it is. */
static struct text camel_of(struct arena *arena, struct text name)
{
    char written[NAME_BYTES_MAX];
    size_t bytes = 0;
    bool is_plain = name.bytes <= sizeof written;
    for (size_t i = 0; i < name.bytes && is_plain; i++) {
        char letter = name.data[i];
        bool joins = letter == '_' && i > 0 && i + 1 < name.bytes && is_small(name.data[i + 1]) &&
                     is_small(name.data[i - 1]);
        is_plain = is_small(letter) || letter == '_';
        if (!joins) {
            bool is_raised = i > 1 && name.data[i - 1] == '_' && is_small(name.data[i - 2]) &&
                             letter >= 'a' && letter <= 'z';
            written[bytes++] = (char)(is_raised ? letter - 'a' + 'A' : letter);
        }
    }
    return is_plain && bytes < name.bytes ? text_copy(arena, (struct text){written, bytes})
                                          : NO_TEXT;
}

static struct text name_of(struct arena *arena, const struct json *object,
                           const struct json *member)
{
    struct text camel = camel_of(arena, member->key);
    return camel.data != NULL && json_member(object, camel) == NULL ? camel : member->key;
}

/* As deep as json_read lets it be. */
static void put(struct json_writer *writer, const struct json *value)
{
    switch (value->kind) {
    case JSON_OBJECT:
        json_begin_object(writer);
        for (const struct json *one = value->first; one != NULL; one = one->next) {
            json_key_text(writer, name_of(writer->arena, value, one));
            put(writer, one);
        }
        json_end_object(writer);
        break;
    case JSON_ARRAY:
        json_begin_array(writer);
        for (const struct json *one = value->first; one != NULL; one = one->next) {
            put(writer, one);
        }
        json_end_array(writer);
        break;
    case JSON_STRING:
        json_put_text(writer, value->text);
        break;
    case JSON_NUMBER:
        json_put_raw(writer, value->text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_put_flag(writer, value->kind == JSON_TRUE);
        break;
    case JSON_NULL:
        json_put_null(writer);
        break;
    }
}

enum status camel_write(struct arena *arena, struct text json, struct text *json_out)
{
    const struct json *root;
    struct json_error error;
    struct json_writer writer;
    size_t values = json.bytes / 2 < VALUES_MAX ? json.bytes / 2 + 1 : VALUES_MAX;
    if (!arena_has_room(arena, json.bytes * 8 + values * VALUE_BYTES)) {
        return STATUS_TOO_LARGE;
    }
    enum status status = json_read(arena, json, VALUES_MAX, &root, &error);
    if (status != STATUS_OK) {
        return status;
    }
    json_writer_init(&writer, arena, json.bytes * 2);
    put(&writer, root);
    *json_out = json_written(&writer);
    return STATUS_OK;
}
