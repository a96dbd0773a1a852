/* json_write.c - JSON appended to one growing text; the writer sees to commas and escapes. */
#include "base/json.h"

#include "base/json/json_scan.h"
#include "base/must.h"

enum {
    BYTES_MIN = 128,
    ESCAPE_BYTES = 6, /* \u001f */
    INTEGER_BYTES = 20,
    STORE_BYTES = 8, /* strings are copied in steps of so many */
};

void json_writer_init(struct json_writer *writer, struct arena *arena, size_t bytes_expected)
{
    MUST(arena != NULL);
    size_t room = bytes_expected < BYTES_MIN ? BYTES_MIN : bytes_expected;
    *writer = (struct json_writer){
        .arena = arena,
        .data = arena_take_raw(arena, room),
        .room = room,
    };
}

/* The old bytes stay behind in the arena: doubling keeps them fewer than the new ones. */
static void grow(struct json_writer *writer, size_t bytes)
{
    size_t room = writer->room * 2;
    room = room < writer->bytes + bytes ? writer->bytes + bytes : room;
    char *data = arena_take_raw(writer->arena, room);
    memcpy(data, writer->data, writer->bytes);
    writer->data = data;
    writer->room = room;
}

static inline void reserve(struct json_writer *writer, size_t bytes)
{
    if (bytes > writer->room - writer->bytes) {
        grow(writer, bytes);
    }
}

static inline void put_sign(struct json_writer *writer, char sign)
{
    reserve(writer, 1);
    writer->data[writer->bytes++] = sign;
}

static inline void put_bytes(struct json_writer *writer, const char *data, size_t bytes)
{
    reserve(writer, bytes);
    memcpy(writer->data + writer->bytes, data, bytes);
    writer->bytes += bytes;
}

static bool is_in_object(const struct json_writer *writer)
{
    return writer->depth > 0 && (writer->objects >> (writer->depth - 1) & 1) != 0;
}

/* A value stands behind a key, in an array, or alone as the whole document. */
static inline void before_value(struct json_writer *writer)
{
    MUST(writer->has_key || !is_in_object(writer));
    MUST(writer->depth > 0 || writer->bytes == 0);
    if (writer->needs_comma) {
        put_sign(writer, ',');
    }
    writer->has_key = false;
    writer->needs_comma = true;
}

static void begin(struct json_writer *writer, char sign, bool is_object)
{
    before_value(writer);
    MUST(writer->depth < JSON_DEPTH_MAX);
    uint64_t bit = (uint64_t)1 << writer->depth;
    writer->objects = is_object ? writer->objects | bit : writer->objects & ~bit;
    writer->depth++;
    put_sign(writer, sign);
    writer->needs_comma = false;
}

static void end(struct json_writer *writer, char sign, bool is_object)
{
    MUST(writer->depth > 0 && is_in_object(writer) == is_object);
    MUST(!writer->has_key);
    put_sign(writer, sign);
    writer->depth--;
    writer->needs_comma = true;
}

void json_begin_object(struct json_writer *writer)
{
    begin(writer, '{', true);
}

void json_end_object(struct json_writer *writer)
{
    end(writer, '}', true);
}

void json_begin_array(struct json_writer *writer)
{
    begin(writer, '[', false);
}

void json_end_array(struct json_writer *writer)
{
    end(writer, ']', false);
}

static void put_escape(struct json_writer *writer, char letter)
{
    static const char digits[] = "0123456789abcdef";
    static const char shorts[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    unsigned char byte = (unsigned char)letter;
    char sign = byte < sizeof shorts ? shorts[byte] : letter;
    if (sign != '\0') {
        put_bytes(writer, (const char[]){'\\', sign}, 2);
        return;
    }
    const char escape[ESCAPE_BYTES] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    put_bytes(writer, escape, sizeof escape);
}

/* The last bytes of a text, fewer than eight, without touching what lies behind them. */
static inline uint64_t load_few(const char *next, size_t left)
{
    if (left >= 4) {
        uint32_t low;
        uint32_t high;
        memcpy(&low, next, sizeof low);
        memcpy(&high, next + left - sizeof high, sizeof high);
        return low | (uint64_t)high << (8 * (left - sizeof high));
    }
    uint64_t word = 0;
    for (size_t i = 0; i < left; i++) {
        word |= (uint64_t)(unsigned char)next[i] << (8 * i);
    }
    return word;
}

/* Copies while the bytes are plain and answers where that ended. Writes up to seven bytes too many.
 */
static inline const char *copy_plain(const char *next, const char *text_end, char **out_inout)
{
    char *out = *out_inout;
    uint64_t marks = 0;
    while (text_end - next >= 8 && marks == 0) {
        uint64_t word = json__load(next);
        memcpy(out, &word, sizeof word);
        marks = json__marks(word);
        size_t plain = marks ? (size_t)__builtin_ctzll(marks) >> 3 : sizeof word;
        next += plain;
        out += plain;
    }
    if (marks == 0 && next < text_end) {
        size_t left = (size_t)(text_end - next);
        uint64_t word = load_few(next, left);
        memcpy(out, &word, sizeof word);
        marks = json__marks(word | ~(uint64_t)0 << (8 * left)); /* the end is marked too */
        size_t plain = (size_t)__builtin_ctzll(marks) >> 3;
        next += plain;
        out += plain;
    }
    *out_inout = out;
    return next;
}

static void put_string(struct json_writer *writer, struct text text)
{
    const char *next = text.data;
    const char *text_end = text.data + text.bytes;
    put_sign(writer, '"');
    for (;;) {
        reserve(writer, (size_t)(text_end - next) + STORE_BYTES);
        char *out = writer->data + writer->bytes;
        next = copy_plain(next, text_end, &out);
        writer->bytes = (size_t)(out - writer->data);
        if (next == text_end) {
            break;
        }
        if ((unsigned char)*next < 0x80) {
            put_escape(writer, *next);
            next++;
            continue;
        }
        const char *behind = json__foreign_end(next, text_end);
        MUST(behind > next); /* otherwise the text is no UTF-8, and a bug of ours let it in */
        put_bytes(writer, next, (size_t)(behind - next));
        next = behind;
    }
    put_sign(writer, '"');
}

void json_key_text(struct json_writer *writer, struct text key)
{
    MUST(key.data != NULL);
    MUST(is_in_object(writer) && !writer->has_key);
    if (writer->needs_comma) {
        put_sign(writer, ',');
    }
    put_string(writer, key);
    put_sign(writer, ':');
    writer->needs_comma = false;
    writer->has_key = true;
}

void json_key(struct json_writer *writer, const char *key)
{
    json_key_text(writer, text_of(key));
}

void json_put_text(struct json_writer *writer, struct text text)
{
    if (text.data == NULL) {
        json_put_null(writer);
        return;
    }
    before_value(writer);
    put_string(writer, text);
}

void json_put_integer(struct json_writer *writer, int64_t number)
{
    char digits[INTEGER_BYTES];
    char *first = digits + sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--first = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0) {
        *--first = '-';
    }
    before_value(writer);
    put_bytes(writer, first, (size_t)(digits + sizeof digits - first));
}

static void put_word(struct json_writer *writer, struct text word)
{
    before_value(writer);
    put_bytes(writer, word.data, word.bytes);
}

void json_put_flag(struct json_writer *writer, bool flag)
{
    put_word(writer, flag ? TEXT("true") : TEXT("false"));
}

void json_put_null(struct json_writer *writer)
{
    put_word(writer, TEXT("null"));
}

void json_put_raw(struct json_writer *writer, struct text json)
{
    MUST(json.data != NULL && json.bytes > 0);
    put_word(writer, json);
}

struct text json_written(const struct json_writer *writer)
{
    MUST(writer->depth == 0 && !writer->has_key);
    MUST(writer->bytes > 0);
    return (struct text){writer->data, writer->bytes};
}
