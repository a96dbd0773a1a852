/* text.c - comparing, cutting, reading and making texts. */
#include "base/text.h"

#include "base/arena.h"
#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text text_of(const char *c_string)
{
    return c_string == NULL ? NO_TEXT : (struct text){c_string, strlen(c_string)};
}

bool text_is_given(struct text text)
{
    return text.data != NULL;
}

bool text_equals(struct text left, struct text right)
{
    return left.bytes == right.bytes &&
           (left.bytes == 0 || memcmp(left.data, right.data, left.bytes) == 0);
}

static unsigned char lower_ascii(char letter)
{
    unsigned char byte = (unsigned char)letter;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

bool text_equals_ignoring_case(struct text left, struct text right)
{
    if (left.bytes != right.bytes) {
        return false;
    }
    for (size_t i = 0; i < left.bytes; i++) {
        if (lower_ascii(left.data[i]) != lower_ascii(right.data[i])) {
            return false;
        }
    }
    return true;
}

bool text_starts_with(struct text text, struct text start)
{
    return start.bytes == 0 ||
           (text.bytes >= start.bytes && memcmp(text.data, start.data, start.bytes) == 0);
}

int text_compare(struct text left, struct text right)
{
    size_t shorter = left.bytes < right.bytes ? left.bytes : right.bytes;
    int order = shorter == 0 ? 0 : memcmp(left.data, right.data, shorter);
    if (order != 0) {
        return order;
    }
    return left.bytes < right.bytes ? -1 : left.bytes > right.bytes;
}

struct text text_slice(struct text text, size_t from, size_t to)
{
    to = to > text.bytes ? text.bytes : to;
    from = from > to ? to : from;
    return text.data == NULL ? NO_TEXT : (struct text){text.data + from, to - from};
}

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

struct text text_trim(struct text text)
{
    size_t from = 0;
    size_t to = text.bytes;
    while (from < to && is_space(text.data[from])) {
        from++;
    }
    while (to > from && is_space(text.data[to - 1])) {
        to--;
    }
    return text_slice(text, from, to);
}

bool text_cut(struct text text, char separator, struct text *head_out, struct text *tail_out)
{
    const char *found = text.bytes ? memchr(text.data, separator, text.bytes) : NULL;
    if (found == NULL) {
        *head_out = text;
        *tail_out = NO_TEXT;
        return false;
    }
    size_t at = (size_t)(found - text.data);
    *head_out = text_slice(text, 0, at);
    *tail_out = text_slice(text, at + 1, text.bytes);
    return true;
}

bool text_to_integer(struct text text, int64_t *value_out)
{
    size_t i = 0;
    bool negative = text.bytes > 0 && text.data[0] == '-';
    i += negative;
    size_t digits = text.bytes - i;
    if (digits == 0 || digits > 19 || (digits > 1 && text.data[i] == '0')) {
        return false;
    }
    uint64_t value = 0;
    for (; i < text.bytes; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9) {
            return false;
        }
        value = value * 10 + digit; /* 19 digits fit into 64 bits without a sign */
    }
    if (value > (uint64_t)INT64_MAX + negative || (negative && value == 0)) {
        return false;
    }
    *value_out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

size_t text_utf8_sequence(const char *start, size_t bytes_left)
{
    const unsigned char *bytes = (const unsigned char *)start;
    unsigned char first = bytes[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes_left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool is_overlong = (first == 0xE0 && bytes[1] < 0xA0) || (first == 0xF0 && bytes[1] < 0x90);
    bool is_surrogate = first == 0xED && bytes[1] >= 0xA0;
    bool is_beyond = first == 0xF4 && bytes[1] >= 0x90;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t text_letters(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        count += !continues(text.data[i]);
    }
    return count;
}

struct text text_start(struct text text, size_t bytes_max)
{
    size_t bytes = text.bytes < bytes_max ? text.bytes : bytes_max;
    while (bytes > 0 && bytes < text.bytes && continues(text.data[bytes])) {
        bytes--;
    }
    return text_slice(text, 0, bytes);
}

bool text_has_control(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F) {
            return true;
        }
    }
    return false;
}

bool text_is_utf8(struct text text)
{
    size_t i = 0;
    while (i < text.bytes) {
        uint64_t eight;
        if (text.bytes - i >= sizeof eight) {
            memcpy(&eight, text.data + i, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        size_t length = text_utf8_sequence(text.data + i, text.bytes - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

struct text text_copy(struct arena *arena, struct text text)
{
    if (text.data == NULL) {
        return NO_TEXT;
    }
    char *copy = arena_take_raw(arena, text.bytes + 1);
    memcpy(copy, text.data, text.bytes);
    copy[text.bytes] = '\0';
    return (struct text){copy, text.bytes};
}

struct text text_join(struct arena *arena, struct text left, struct text right)
{
    char *joined = arena_take_raw(arena, left.bytes + right.bytes + 1);
    if (left.bytes > 0) {
        memcpy(joined, left.data, left.bytes);
    }
    if (right.bytes > 0) {
        memcpy(joined + left.bytes, right.data, right.bytes);
    }
    joined[left.bytes + right.bytes] = '\0';
    return (struct text){joined, left.bytes + right.bytes};
}

struct text text_format(struct arena *arena, const char *format, ...)
{
    va_list values;
    va_list again;
    va_start(values, format);
    va_copy(again, values);
    int bytes = vsnprintf(NULL, 0, format, values);
    va_end(values);
    MUST(bytes >= 0);
    char *written = arena_take_raw(arena, (size_t)bytes + 1);
    vsnprintf(written, (size_t)bytes + 1, format, again);
    va_end(again);
    return (struct text){written, (size_t)bytes};
}

/* Lower case of a letter whose UTF-8 takes two bytes; both forms take two bytes in these alphabets.
 */
static unsigned fold_letter(unsigned letter)
{
    if (letter == 0x401 || letter == 0x451) { /* Ё, ё: people write both for one name */
        return 0x435;
    }
    if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) || /* Latin-1 */
        (letter >= 0x391 && letter <= 0x3A9) ||                 /* Greek */
        (letter >= 0x410 && letter <= 0x42F)) {                 /* Cyrillic */
        return letter + 0x20;
    }
    if (letter >= 0x400 && letter <= 0x40F) { /* Cyrillic of Serbia, Ukraine, Macedonia */
        return letter + 0x50;
    }
    return letter;
}

struct text text_fold(struct arena *arena, struct text text)
{
    struct text copy = text_copy(arena, text);
    char *folded = arena_take_raw(arena, text.bytes + 1);
    size_t i = 0;
    while (i < copy.bytes) {
        unsigned char first = (unsigned char)copy.data[i];
        if (first >= 0xC2 && first < 0xE0 && i + 1 < copy.bytes) {
            unsigned letter = ((first & 0x1Fu) << 6) | ((unsigned char)copy.data[i + 1] & 0x3Fu);
            letter = fold_letter(letter);
            folded[i] = (char)(0xC0 | (letter >> 6));
            folded[i + 1] = (char)(0x80 | (letter & 0x3F));
            i += 2;
        } else {
            folded[i] = (char)lower_ascii(copy.data[i]);
            i++;
        }
    }
    folded[copy.bytes] = '\0';
    return copy.data == NULL ? NO_TEXT : (struct text){folded, copy.bytes};
}

enum { NEAREST_BYTES_MAX = 64 };

/* How many letters must be added, taken away, changed or swapped with a neighbour. */
static size_t edit_distance(struct text left, struct text right)
{
    size_t rows[3][NEAREST_BYTES_MAX + 1] = {{0}};
    for (size_t j = 0; j <= right.bytes; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= left.bytes; i++) {
        size_t *now = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= right.bytes; j++) {
            bool same = lower_ascii(left.data[i - 1]) == lower_ascii(right.data[j - 1]);
            size_t best = above[j - 1] + !same;
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && left.data[i - 1] == right.data[j - 2] &&
                left.data[i - 2] == right.data[j - 1] && two_above[j - 2] + 1 < best) {
                best = two_above[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return rows[left.bytes % 3][right.bytes];
}

const char *text_nearest(struct text word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t allowed = word.bytes < 4 ? 1 : word.bytes / 3; /* more is a different word */
    if (word.bytes == 0 || word.bytes > NEAREST_BYTES_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        struct text candidate = text_of(candidates[i]);
        if (candidate.bytes > NEAREST_BYTES_MAX) {
            continue;
        }
        size_t distance = edit_distance(word, candidate);
        if (distance <= allowed) {
            nearest = candidates[i];
            allowed = distance ? distance - 1 : 0;
            if (distance == 0) {
                break;
            }
        }
    }
    return nearest;
}
