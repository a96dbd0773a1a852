/* json_scan.h - what the files of JSON share; no door of the room.
 *
 * Strings are looked at eight bytes at a time. The reader stops where a string ends or is wrong,
 * the writer where something must be escaped: that is the same place.
 */
#ifndef BASE_JSON_JSON_SCAN_H
#define BASE_JSON_JSON_SCAN_H

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest one");

static inline uint64_t json__load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* The high bit of the first byte that is a quote, a backslash, a control character or not ASCII;
 * bits above it may be wrong, because the subtractions borrow upward only. */
static inline uint64_t json__marks(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t quote = word ^ (ones * '"');
    const uint64_t backslash = word ^ (ones * '\\');
    const uint64_t low = (quote - ones) | (backslash - ones) | (word - ones * 0x20);
    return (low | word) & (ones * 0x80);
}

static inline bool json__is_plain(char letter)
{
    unsigned char byte = (unsigned char)letter;
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Russian letters begin with D0 or D1: four of them at once. */
static inline bool json__is_cyrillic(uint64_t word)
{
    return (word & 0xC0FEC0FEC0FEC0FEu) == 0x80D080D080D080D0u;
}

/* Behind the letters that are not ASCII, or the place where they are not UTF-8. */
static inline const char *json__foreign_end(const char *next, const char *end)
{
    while (end - next >= 8 && json__is_cyrillic(json__load(next))) {
        next += 8;
    }
    while (next < end && (unsigned char)*next >= 0x80) {
        size_t bytes = text_utf8_sequence(next, (size_t)(end - next));
        if (bytes == 0) {
            return next;
        }
        next += bytes;
    }
    return next;
}

/* The first byte that is a quote, a backslash or a control character, or starts no valid UTF-8. */
static inline const char *json__string_stop(const char *next, const char *end)
{
    for (;;) {
        uint64_t marks = 0;
        while (end - next >= 8 && (marks = json__marks(json__load(next))) == 0) {
            next += 8;
        }
        next += marks ? __builtin_ctzll(marks) >> 3 : 0;
        while (next < end && json__is_plain(*next)) {
            next++;
        }
        if (next == end || (unsigned char)*next < 0x80) {
            return next;
        }
        const char *behind = json__foreign_end(next, end);
        if (behind == end || (unsigned char)*behind >= 0x80) {
            return behind;
        }
        next = behind;
    }
}

/* Why a string cannot go on at the place where json__string_stop stopped. */
const char *json__string_fault(const char *at, const char *end);

/* How many bytes a string with escapes takes as written, which is never less than decoded. */
size_t json__escaped_bytes(const char *next, const char *end);

/* Decodes the string that starts at *next_inout, behind its quote, and moves behind its end. The
 * answer is NULL, or what is wrong at *next_inout. */
const char *json__decode(const char **next_inout, const char *end, char *decoded_out,
                         size_t *bytes_out);

/* A number with a smaller power of ten in front fits a double for sure. */
enum { JSON__POWER_MAX = 308 };
bool json__overflows(struct text number);

bool json__has_duplicates(const struct json *object);

#endif
