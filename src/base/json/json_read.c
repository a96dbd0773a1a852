/* json_read.c - JSON becomes a tree of values that point into the text, strictly (RFC 8259).
 *
 * One pass, no recursion: open arrays and objects stand on a stack of JSON_DEPTH_MAX. Values are
 * taken from the arena by the dozen; a string costs memory of its own only when it has escapes.
 * What a hostile text can make us do stays linear, except the sorting of keys (n log n).
 */
#include "base/json.h"

#include "base/json/json_scan.h"
#include "base/must.h"

enum {
    VALUES_AT_ONCE_MAX = 64,
    BYTES_PER_VALUE = 12, /* of usual documents: how many values are taken at once */
    FEW_MEMBERS = 32,     /* up to here keys are compared one by one */
};

struct frame {
    struct json *container;
    const struct json **link; /* where the next item is hung */
    uint64_t keys_seen;       /* a filter: a key whose bit is clear is new for sure */
};

struct reader {
    const char *start;
    const char *next;
    const char *end;
    struct arena *arena;
    struct json *fresh;
    struct json *fresh_end;
    size_t values_left;
    enum status status;
    const char *what;
    bool opened; /* the value just read is an array or object whose items follow */
    unsigned depth;
    struct frame frames[JSON_DEPTH_MAX];
};

static bool fail(struct reader *reader, const char *at, const char *what)
{
    reader->status = STATUS_MALFORMED;
    reader->what = at >= reader->end ? "the document ends too early" : what;
    reader->next = at;
    return false;
}

static bool fail_too_large(struct reader *reader, const char *what)
{
    reader->status = STATUS_TOO_LARGE;
    reader->what = what;
    return false;
}

/* Skips white space; the byte that follows, or NUL (which starts nothing either) at the end. */
static inline char sign_ahead(struct reader *reader)
{
    while (reader->next < reader->end) {
        char sign = *reader->next;
        if (sign > ' ' || (sign != ' ' && sign != '\n' && sign != '\r' && sign != '\t')) {
            return sign;
        }
        reader->next++;
    }
    return '\0';
}

static bool take_more_values(struct reader *reader)
{
    size_t count = (size_t)(reader->end - reader->next) / BYTES_PER_VALUE + 1;
    count = count > VALUES_AT_ONCE_MAX ? VALUES_AT_ONCE_MAX : count;
    count = count > reader->values_left ? reader->values_left : count;
    if (count == 0) {
        return fail_too_large(reader, "there are more values than allowed");
    }
    if (!arena_has_room(reader->arena, count * sizeof(struct json))) {
        return fail_too_large(reader, "the values need more memory than allowed");
    }
    reader->fresh = arena_take_raw(reader->arena, count * sizeof(struct json));
    reader->fresh_end = reader->fresh + count;
    reader->values_left -= count;
    return true;
}

static inline struct json *new_value(struct reader *reader)
{
    if (reader->fresh == reader->fresh_end && !take_more_values(reader)) {
        return NULL;
    }
    struct json *value = reader->fresh++;
    *value = (struct json){.kind = JSON_NULL};
    return value;
}

static const char *skip_digits(const char *next, const char *end)
{
    while (next < end && (unsigned)(*next - '0') <= 9) {
        next++;
    }
    return next;
}

static bool read_number(struct reader *reader, struct json *value)
{
    const char *start = reader->next;
    const char *end = reader->end;
    const char *digits = start + (*start == '-');
    const char *next = skip_digits(digits, end);
    if (next == digits) {
        return fail(reader, next, *start == '-' ? "a digit is missing" : "this starts no value");
    }
    if (*digits == '0' && next - digits > 1) {
        return fail(reader, digits, "a number has no leading zeros");
    }
    bool may_overflow = next - digits > JSON__POWER_MAX;
    if (next < end && *next == '.') {
        const char *fraction = ++next;
        next = skip_digits(next, end);
        if (next == fraction) {
            return fail(reader, next, "a digit is missing");
        }
    }
    if (next < end && (*next | 0x20) == 'e') {
        next++;
        next += next < end && (*next == '+' || *next == '-');
        const char *exponent = next;
        next = skip_digits(next, end);
        if (next == exponent) {
            return fail(reader, next, "a digit is missing");
        }
        may_overflow = true;
    }
    value->kind = JSON_NUMBER;
    value->text = (struct text){start, (size_t)(next - start)};
    if (may_overflow && json__overflows(value->text)) {
        return fail(reader, start, "the number is too large");
    }
    reader->next = next;
    return true;
}

/* A string with escapes moves into the arena, where it is never longer than it was written. */
static bool read_escaped(struct reader *reader, const char *start, struct text *text_out)
{
    size_t bytes_max = json__escaped_bytes(start, reader->end);
    if (!arena_has_room(reader->arena, bytes_max)) {
        return fail_too_large(reader, "the strings need more memory than allowed");
    }
    char *decoded = arena_take_raw(reader->arena, bytes_max);
    const char *what = json__decode(&start, reader->end, decoded, &text_out->bytes);
    if (what != NULL) {
        return fail(reader, start, what);
    }
    MUST(text_out->bytes <= bytes_max);
    text_out->data = decoded;
    reader->next = start;
    return true;
}

static inline bool read_string(struct reader *reader, struct text *text_out)
{
    const char *start = reader->next + 1;
    const char *stop = json__string_stop(start, reader->end);
    if (stop < reader->end && *stop == '"') {
        *text_out = (struct text){start, (size_t)(stop - start)};
        reader->next = stop + 1;
        return true;
    }
    if (stop < reader->end && *stop == '\\') {
        return read_escaped(reader, start, text_out);
    }
    return fail(reader, stop, json__string_fault(stop, reader->end));
}

/* Says yes at once for a key among few; among many only close_container can tell. */
static inline bool came_before(struct frame *frame, struct text key)
{
    size_t last = key.bytes ? key.bytes - 1 : 0;
    unsigned mixed = (unsigned)key.bytes * 5;
    if (key.bytes > 0) {
        mixed += (unsigned char)key.data[0] * 7u + (unsigned char)key.data[last] * 31u +
                 (unsigned char)key.data[last / 2] * 13u;
    }
    uint64_t bit = (uint64_t)1 << (mixed & 63);
    if ((frame->keys_seen & bit) == 0) {
        frame->keys_seen |= bit;
        return false;
    }
    const struct json *member = frame->container->first;
    if (frame->container->count > FEW_MEMBERS) {
        return false;
    }
    while (member != NULL && !text_equals(member->key, key)) {
        member = member->next;
    }
    return member != NULL;
}

static bool read_word(struct reader *reader, struct json *value, struct text word)
{
    size_t left = (size_t)(reader->end - reader->next);
    if (left < word.bytes || memcmp(reader->next, word.data, word.bytes) != 0) {
        return fail(reader, reader->next, "this starts no value");
    }
    value->text = (struct text){reader->next, word.bytes};
    reader->next += word.bytes;
    return true;
}

static bool open_container(struct reader *reader, struct json *value, enum json_kind kind)
{
    if (reader->depth == JSON_DEPTH_MAX) {
        return fail(reader, reader->next, "arrays and objects are nested too deep");
    }
    value->kind = kind;
    value->text.data = reader->next++;
    reader->frames[reader->depth++] = (struct frame){.container = value, .link = &value->first};
    reader->opened = true;
    return true;
}

static bool close_container(struct reader *reader, struct frame *frame)
{
    struct json *container = frame->container;
    if (container->kind == JSON_OBJECT && container->count > FEW_MEMBERS &&
        json__has_duplicates(container)) {
        return fail(reader, reader->next, "a key of this object came twice");
    }
    reader->next++;
    container->text.bytes = (size_t)(reader->next - container->text.data);
    reader->depth--;
    reader->opened = false;
    return true;
}

/* White space was skipped. */
static inline bool read_value(struct reader *reader, struct json *value)
{
    reader->opened = false;
    if (reader->next == reader->end) {
        return fail(reader, reader->end, "");
    }
    switch (*reader->next) {
    case '"':
        value->kind = JSON_STRING;
        return read_string(reader, &value->text);
    case '{':
        return open_container(reader, value, JSON_OBJECT);
    case '[':
        return open_container(reader, value, JSON_ARRAY);
    case 't':
        value->kind = JSON_TRUE;
        return read_word(reader, value, TEXT("true"));
    case 'f':
        value->kind = JSON_FALSE;
        return read_word(reader, value, TEXT("false"));
    case 'n':
        return read_word(reader, value, TEXT("null"));
    default:
        return read_number(reader, value);
    }
}

static inline bool read_key(struct reader *reader, struct frame *frame, struct json *value)
{
    const char *at = reader->next;
    if (at == reader->end || *at != '"') {
        return fail(reader, at, "a key in quotes is missing");
    }
    if (!read_string(reader, &value->key)) {
        return false;
    }
    if (came_before(frame, value->key)) {
        return fail(reader, at, "this key came before");
    }
    if (sign_ahead(reader) != ':') {
        return fail(reader, reader->next, "a colon is missing");
    }
    reader->next++;
    sign_ahead(reader);
    return true;
}

static inline bool read_item(struct reader *reader, struct frame *frame)
{
    struct json *value = new_value(reader);
    if (value == NULL ||
        (frame->container->kind == JSON_OBJECT && !read_key(reader, frame, value))) {
        return false;
    }
    *frame->link = value;
    frame->link = &value->next;
    frame->container->count++;
    return read_value(reader, value);
}

/* Everything behind the opening sign of the outermost array or object. */
static bool read_items(struct reader *reader)
{
    while (reader->depth > 0) {
        struct frame *frame = &reader->frames[reader->depth - 1];
        bool is_object = frame->container->kind == JSON_OBJECT;
        char sign = sign_ahead(reader);
        if (sign == (is_object ? '}' : ']')) {
            if (!close_container(reader, frame)) {
                return false;
            }
            continue;
        }
        if (!reader->opened) {
            if (sign != ',') {
                return fail(reader, reader->next,
                            is_object ? "a comma or '}' is missing" : "a comma or ']' is missing");
            }
            reader->next++;
            sign_ahead(reader);
        }
        if (!read_item(reader, frame)) {
            return false;
        }
    }
    return true;
}

static bool read_document(struct reader *reader, struct json **root_out)
{
    *root_out = new_value(reader);
    if (*root_out == NULL) {
        return false;
    }
    sign_ahead(reader);
    if (!read_value(reader, *root_out) || !read_items(reader)) {
        return false;
    }
    sign_ahead(reader);
    return reader->next == reader->end ||
           fail(reader, reader->next, "something follows the document");
}

enum status json_read(struct arena *arena, struct text input, size_t values_max,
                      const struct json **root_out, struct json_error *error_out)
{
    MUST(arena != NULL && root_out != NULL && error_out != NULL);
    struct reader reader = {
        .start = input.data,
        .next = input.data,
        .end = input.data + input.bytes,
        .arena = arena,
        .values_left = values_max,
        .status = STATUS_OK,
    };
    struct json *root = NULL;
    if (input.bytes == 0) {
        *error_out = (struct json_error){.offset = 0, .what = "the document is empty"};
        return STATUS_MALFORMED;
    }
    if (!read_document(&reader, &root)) {
        MUST(reader.status != STATUS_OK && reader.what != NULL);
        *error_out = (struct json_error){
            .offset = (size_t)(reader.next - reader.start),
            .what = reader.what,
        };
        return reader.status;
    }
    MUST(reader.depth == 0);
    *error_out = (struct json_error){.offset = input.bytes, .what = NULL};
    *root_out = root;
    return STATUS_OK;
}
