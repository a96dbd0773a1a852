/* json_string.c - a string with escapes becomes the text it means. */
#include "base/json/json_scan.h"
#include "base/must.h"

const char *json__string_fault(const char *at, const char *end)
{
    if (at == end) {
        return "the document ends too early";
    }
    return (unsigned char)*at < 0x20 ? "control characters in strings must be escaped"
                                     : "these bytes are not UTF-8";
}

/* Four hexadecimal digits, or -1. */
static int read_unit(const char *next, const char *end)
{
    int unit = 0;
    if (end - next < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        char lower = (char)(next[i] | 0x20);
        if (next[i] >= '0' && next[i] <= '9') {
            unit = unit * 16 + (next[i] - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return unit;
}

static char *write_utf8(char *out, unsigned letter)
{
    if (letter < 0x80) {
        *out++ = (char)letter;
        return out;
    }
    if (letter < 0x800) {
        *out++ = (char)(0xC0 | (letter >> 6));
    } else if (letter < 0x10000) {
        *out++ = (char)(0xE0 | (letter >> 12));
        *out++ = (char)(0x80 | ((letter >> 6) & 0x3F));
    } else {
        *out++ = (char)(0xF0 | (letter >> 18));
        *out++ = (char)(0x80 | ((letter >> 12) & 0x3F));
        *out++ = (char)(0x80 | ((letter >> 6) & 0x3F));
    }
    *out++ = (char)(0x80 | (letter & 0x3F));
    return out;
}

/* The \uXXXX at *next_inout, with its second half when it is the first of a pair. */
static const char *read_unicode(const char **next_inout, const char *end, char **out_inout)
{
    const char *at = *next_inout;
    int unit = read_unit(at + 2, end);
    if (unit < 0) {
        return "\\u needs four hexadecimal digits";
    }
    if (unit == 0) {
        return "\\u0000 is not accepted";
    }
    unsigned letter = (unsigned)unit;
    *next_inout += 6;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        bool has_second = end - at >= 12 && at[6] == '\\' && at[7] == 'u';
        int second = has_second ? read_unit(at + 8, end) : -1;
        if (unit > 0xDBFF || second < 0xDC00 || second > 0xDFFF) {
            *next_inout = at;
            return "half of a surrogate pair is no character";
        }
        letter = 0x10000 + ((letter - 0xD800) << 10) + ((unsigned)second - 0xDC00);
        *next_inout += 6;
    }
    *out_inout = write_utf8(*out_inout, letter);
    return NULL;
}

/* The escape at *next_inout. */
static const char *read_escape(const char **next_inout, const char *end, char **out_inout)
{
    static const char shorts[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *at = *next_inout;
    if (end - at < 2) {
        *next_inout = end;
        return "the document ends too early";
    }
    if (at[1] == 'u') {
        return read_unicode(next_inout, end, out_inout);
    }
    const char *found = at[1] == '\0' ? NULL : strchr(shorts, at[1]);
    if (found == NULL) {
        return "there is no such escape";
    }
    *(*out_inout)++ = meanings[found - shorts];
    *next_inout += 2;
    return NULL;
}

size_t json__escaped_bytes(const char *next, const char *end)
{
    const char *start = next;
    while (next < end && *next != '"') {
        next += *next == '\\' && end - next > 1 ? 2 : 1;
    }
    return (size_t)(next - start);
}

const char *json__decode(const char **next_inout, const char *end, char *decoded_out,
                         size_t *bytes_out)
{
    char *out = decoded_out;
    for (;;) {
        const char *stop = json__string_stop(*next_inout, end);
        memcpy(out, *next_inout, (size_t)(stop - *next_inout));
        out += stop - *next_inout;
        *next_inout = stop;
        if (stop < end && *stop == '"') {
            *bytes_out = (size_t)(out - decoded_out);
            ++*next_inout;
            return NULL;
        }
        if (stop == end || *stop != '\\') {
            return json__string_fault(stop, end);
        }
        const char *fault = read_escape(next_inout, end, &out);
        if (fault != NULL) {
            return fault;
        }
    }
}
