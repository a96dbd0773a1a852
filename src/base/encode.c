/* encode.c - bytes as text, by libsodium. */
#include "base/encode.h"

#include <sodium.h>

enum { BASE64URL = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

struct text encode_base64url(struct arena *arena, const void *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, BASE64URL);
    char *encoded = arena_take_raw(arena, room);
    sodium_bin2base64(encoded, room, bytes, count, BASE64URL);
    return text_of(encoded);
}

/* libsodium takes each byte from 0x80 on for an underscore. */
static bool is_ascii(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        if ((unsigned char)text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool decode(struct text encoded, unsigned char *bytes_out, size_t count_max,
                   size_t *count_out)
{
    return is_ascii(encoded) && sodium_base642bin(bytes_out, count_max, encoded.data, encoded.bytes,
                                                  NULL, count_out, NULL, BASE64URL) == 0;
}

bool decode_base64url(struct arena *arena, struct text encoded, size_t count_max,
                      struct text *bytes_out)
{
    unsigned char *bytes = arena_take_raw(arena, count_max);
    size_t count = 0;
    if (!decode(encoded, bytes, count_max, &count)) {
        return false;
    }
    *bytes_out = (struct text){(const char *)bytes, count};
    return true;
}

struct text encode_base64(struct arena *arena, const void *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = arena_take_raw(arena, room);
    sodium_bin2base64(encoded, room, bytes, count, sodium_base64_VARIANT_ORIGINAL);
    return text_of(encoded);
}

bool decode_base64(struct arena *arena, struct text encoded, size_t count_max,
                   struct text *bytes_out)
{
    unsigned char *bytes = arena_take_raw(arena, count_max);
    size_t count = 0;
    bool is_fine =
        is_ascii(encoded) && sodium_base642bin(bytes, count_max, encoded.data, encoded.bytes, NULL,
                                               &count, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
    *bytes_out = is_fine ? (struct text){(const char *)bytes, count} : NO_TEXT;
    return is_fine;
}

bool decode_base64url_exactly(struct text encoded, void *bytes_out, size_t count)
{
    size_t decoded = 0;
    return decode(encoded, bytes_out, count, &decoded) && decoded == count;
}

struct text encode_hex(struct arena *arena, const void *bytes, size_t count)
{
    char *encoded = arena_take_raw(arena, count * 2 + 1);
    sodium_bin2hex(encoded, count * 2 + 1, bytes, count);
    return (struct text){encoded, count * 2};
}

bool decode_hex(struct text encoded, void *bytes_out, size_t count)
{
    size_t decoded = 0;
    return encoded.bytes == count * 2 &&
           sodium_hex2bin(bytes_out, count, encoded.data, encoded.bytes, NULL, &decoded, NULL) ==
               0 &&
           decoded == count;
}
