/* unicode_form.c - takes letters apart, puts their marks in order, and puts them together again. */
#include "base/secret/unicode_form.h"

#include "base/must.h"
#include "base/secret/unicode_table.h"

#include <string.h>

enum {
    LETTERS_MAX = 4 * UNICODE_FORM_INPUT_MAX,
    HANGUL = 0xAC00, /* syllables are computed, not listed */
    HANGUL_COUNT = 11172,
    LEADING = 0x1100,
    LEADING_COUNT = 19,
    VOWEL = 0x1161,
    VOWEL_COUNT = 21,
    TRAILING = 0x11A7,
    TRAILING_COUNT = 28,
};

struct letters {
    uint32_t codes[LETTERS_MAX];
    size_t count;
};

static uint32_t read_code(const unsigned char *bytes, size_t count)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = bytes[0] & masks[count];
    for (size_t i = 1; i < count; i++) {
        code = code << 6 | (bytes[i] & 0x3F);
    }
    return code;
}

static size_t write_code(uint32_t code, char *out)
{
    unsigned char *bytes = (unsigned char *)out;
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
        return 1;
    }
    size_t count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char starts[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = count - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (unsigned char)(starts[count] | code);
    return count;
}

static const struct unicode_parts *find_parts(uint32_t code)
{
    size_t from = 0;
    size_t to = unicode_letter_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (unicode_letters[middle].whole < code) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    bool is_there = from < unicode_letter_count && unicode_letters[from].whole == code;
    return is_there ? &unicode_letters[from] : NULL;
}

static unsigned class_of(uint32_t code)
{
    for (size_t i = 0; i < unicode_mark_count && unicode_marks[i].from <= code; i++) {
        if (code <= unicode_marks[i].to) {
            return unicode_marks[i].class;
        }
    }
    return 0;
}

static void add(struct letters *letters, uint32_t code)
{
    MUST(letters->count < LETTERS_MAX);
    letters->codes[letters->count++] = code;
}

/* The first part may have parts again; the second never has. */
static void take_apart(struct letters *letters, uint32_t code)
{
    uint32_t rests[8];
    size_t rest_count = 0;
    if (code >= HANGUL && code < HANGUL + HANGUL_COUNT) {
        uint32_t index = code - HANGUL;
        add(letters, LEADING + index / (VOWEL_COUNT * TRAILING_COUNT));
        add(letters, VOWEL + index % (VOWEL_COUNT * TRAILING_COUNT) / TRAILING_COUNT);
        if (index % TRAILING_COUNT != 0) {
            add(letters, TRAILING + index % TRAILING_COUNT);
        }
        return;
    }
    const struct unicode_parts *parts;
    while ((parts = find_parts(code)) != NULL) {
        if (parts->second != 0) {
            MUST(rest_count < COUNT_OF(rests));
            rests[rest_count++] = parts->second;
        }
        code = parts->first;
    }
    add(letters, code);
    while (rest_count > 0) {
        add(letters, rests[--rest_count]);
    }
}

/* A mark goes before those of a higher class, up to the letter that they all stand on. */
static void put_in_order(struct letters *letters)
{
    for (size_t i = 1; i < letters->count; i++) {
        uint32_t code = letters->codes[i];
        unsigned class = class_of(code);
        size_t at = i;
        while (class != 0 && at > 0 && class_of(letters->codes[at - 1]) > class) {
            letters->codes[at] = letters->codes[at - 1];
            at--;
        }
        letters->codes[at] = code;
    }
}

/* 0: they stay two. */
static uint32_t join(uint32_t first, uint32_t second)
{
    if (first >= LEADING && first < LEADING + LEADING_COUNT && second >= VOWEL &&
        second < VOWEL + VOWEL_COUNT) {
        return HANGUL + ((first - LEADING) * VOWEL_COUNT + (second - VOWEL)) * TRAILING_COUNT;
    }
    if (first >= HANGUL && first < HANGUL + HANGUL_COUNT &&
        (first - HANGUL) % TRAILING_COUNT == 0 && second > TRAILING &&
        second < TRAILING + TRAILING_COUNT) {
        return first + (second - TRAILING);
    }
    for (size_t i = 0; i < unicode_letter_count; i++) {
        const struct unicode_parts *parts = &unicode_letters[i];
        if (parts->joins && parts->first == first && parts->second == second) {
            return parts->whole;
        }
    }
    return 0;
}

/* A mark joins the letter before it unless one of its class or a higher one stands between. */
static void put_together(struct letters *letters)
{
    size_t kept = 0;
    size_t letter = SIZE_MAX; /* where the last one stands that marks may join */
    unsigned between = 0;     /* the class of the last one that was kept behind it */
    for (size_t i = 0; i < letters->count; i++) {
        uint32_t code = letters->codes[i];
        unsigned class = class_of(code);
        bool is_next = letter != SIZE_MAX && kept == letter + 1;
        bool may_join = letter != SIZE_MAX && (is_next || (between != 0 && between < class));
        uint32_t whole = may_join ? join(letters->codes[letter], code) : 0;
        if (whole != 0) {
            letters->codes[letter] = whole;
            continue;
        }
        letters->codes[kept] = code;
        letter = class == 0 ? kept : letter;
        between = class;
        kept++;
    }
    letters->count = kept;
}

/* No text becomes more than three times as long (UAX 15). */
size_t unicode_form(struct text text, char out[UNICODE_FORM_BYTES_MAX])
{
    struct letters letters = {.count = 0};
    MUST(text.bytes <= UNICODE_FORM_INPUT_MAX);
    if (!text_is_utf8(text)) {
        memcpy(out, text.data, text.bytes);
        return text.bytes;
    }
    for (size_t i = 0; i < text.bytes;) {
        size_t count = text_utf8_sequence(text.data + i, text.bytes - i);
        MUST(count > 0);
        take_apart(&letters, read_code((const unsigned char *)text.data + i, count));
        i += count;
    }
    put_in_order(&letters);
    put_together(&letters);
    size_t bytes = 0;
    for (size_t i = 0; i < letters.count; i++) {
        MUST(bytes + 4 <= UNICODE_FORM_BYTES_MAX);
        bytes += write_code(letters.codes[i], out + bytes);
    }
    explicit_bzero(&letters, sizeof letters);
    return bytes;
}
