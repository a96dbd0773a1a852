/* http_chunk.c - takes the chunks of a body apart, strictly and byte by byte.
 *
 *   SIZE -> EXTENSION -> SIZE_END -> DATA -> DATA_RETURN -> DATA_END -> SIZE ...
 *   SIZE (0) -> SIZE_END -> TRAILER -> TRAILER_NAME -> TRAILER_VALUE -> TRAILER_END -> TRAILER ...
 *                           TRAILER -> LAST_END -> DONE
 *
 * Extensions and trailers are never used, so they only get what a sane sender needs: 4 KiB for all
 * of a body. Without that limit one byte of data could be wrapped in as many bytes as one likes.
 */
#include "net/http_parse.h"

#include "base/must.h"

enum {
    SIZE_DIGITS_MAX = 15, /* so that the size cannot overflow */
    EXTRA_BYTES_MAX = 4096,
};

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool take_size(struct http_chunks *chunks, char byte)
{
    int digit = digit_of(byte);
    if (digit >= 0) {
        chunks->left = chunks->left * 16 + (uint64_t)digit;
        return ++chunks->digit_count <= SIZE_DIGITS_MAX;
    }
    if (chunks->digit_count == 0) {
        return false;
    }
    chunks->digit_count = 0;
    chunks->state = byte == ';' ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_SIZE_END;
    return byte == ';' || byte == '\r';
}

/* A byte of an extension or of a trailer's value, up to the carriage return. */
static bool take_extra(struct http_chunks *chunks, char byte, enum http_chunk_state next)
{
    if (byte == '\r') {
        chunks->state = next;
        return true;
    }
    return http_is_value((struct text){&byte, 1});
}

static bool take_trailer(struct http_chunks *chunks, char byte)
{
    chunks->state = byte == '\r' ? HTTP_CHUNK_LAST_END : HTTP_CHUNK_TRAILER_NAME;
    return byte == '\r' || http_is_token((struct text){&byte, 1});
}

static bool take_trailer_name(struct http_chunks *chunks, char byte)
{
    if (byte == ':') {
        chunks->state = HTTP_CHUNK_TRAILER_VALUE;
        return true;
    }
    return http_is_token((struct text){&byte, 1});
}

/* The one byte that must stand here. */
static bool take_exactly(struct http_chunks *chunks, char byte, char wanted,
                         enum http_chunk_state next)
{
    chunks->state = next;
    return byte == wanted;
}

static bool take_byte(struct http_chunks *chunks, char byte)
{
    bool is_last = chunks->left == 0;
    switch (chunks->state) {
    case HTTP_CHUNK_SIZE:
        return take_size(chunks, byte);
    case HTTP_CHUNK_EXTENSION:
        return take_extra(chunks, byte, HTTP_CHUNK_SIZE_END);
    case HTTP_CHUNK_SIZE_END:
        return take_exactly(chunks, byte, '\n', is_last ? HTTP_CHUNK_TRAILER : HTTP_CHUNK_DATA);
    case HTTP_CHUNK_DATA_RETURN:
        return take_exactly(chunks, byte, '\r', HTTP_CHUNK_DATA_END);
    case HTTP_CHUNK_DATA_END:
        return take_exactly(chunks, byte, '\n', HTTP_CHUNK_SIZE);
    case HTTP_CHUNK_TRAILER:
        return take_trailer(chunks, byte);
    case HTTP_CHUNK_TRAILER_NAME:
        return take_trailer_name(chunks, byte);
    case HTTP_CHUNK_TRAILER_VALUE:
        return take_extra(chunks, byte, HTTP_CHUNK_TRAILER_END);
    case HTTP_CHUNK_TRAILER_END:
        return take_exactly(chunks, byte, '\n', HTTP_CHUNK_TRAILER);
    case HTTP_CHUNK_LAST_END:
        return take_exactly(chunks, byte, '\n', HTTP_CHUNK_DONE);
    case HTTP_CHUNK_DATA:
    case HTTP_CHUNK_DONE:
        break;
    }
    return false;
}

static bool is_extra(enum http_chunk_state state)
{
    return state == HTTP_CHUNK_EXTENSION || state == HTTP_CHUNK_TRAILER_NAME ||
           state == HTTP_CHUNK_TRAILER_VALUE;
}

size_t http_take_chunk(struct http_chunks *chunks, struct text input, struct text *data_out)
{
    *data_out = NO_TEXT;
    size_t taken = 0;
    while (taken < input.bytes && chunks->state != HTTP_CHUNK_DONE && chunks->refusal == NULL) {
        if (chunks->state == HTTP_CHUNK_DATA) {
            MUST(chunks->left > 0);
            size_t here = input.bytes - taken;
            size_t run = chunks->left < here ? (size_t)chunks->left : here;
            *data_out = (struct text){input.data + taken, run};
            chunks->left -= run;
            if (chunks->left == 0) {
                chunks->state = HTTP_CHUNK_DATA_RETURN;
            }
            return taken + run;
        }
        if (!take_byte(chunks, input.data[taken])) {
            chunks->refusal = &http_refusal_framing;
        } else if (is_extra(chunks->state) && ++chunks->extra_bytes > EXTRA_BYTES_MAX) {
            chunks->refusal = &http_refusal_head_large;
        }
        taken++;
    }
    return taken;
}
