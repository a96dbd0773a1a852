/* encode.h - bytes as text: base64url (RFC 4648, no padding), hexadecimal, and base64 read. */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/arena.h"
#include "base/text.h"

struct text encode_base64url(struct arena *arena, const void *bytes, size_t count);

/* False for anything but the one form that encode_base64url writes, and beyond count_max bytes. The
 * bytes come as a text in the arena. */
bool decode_base64url(struct arena *arena, struct text encoded, size_t count_max,
                      struct text *bytes_out);

/* The plain alphabet with its padding (RFC 4648, 4), as HTTP's Basic has it. */
struct text encode_base64(struct arena *arena, const void *bytes, size_t count);

/* Likewise (RFC 4648, 4), as HTTP's Basic writes it; likewise. */
bool decode_base64(struct arena *arena, struct text encoded, size_t count_max,
                   struct text *bytes_out);

/* As decode_base64url for exactly count bytes, into the caller's memory. */
bool decode_base64url_exactly(struct text encoded, void *bytes_out, size_t count);

/* Lower case digits. */
struct text encode_hex(struct arena *arena, const void *bytes, size_t count);

/* Exactly count bytes, digits in either case. */
bool decode_hex(struct text encoded, void *bytes_out, size_t count);

#endif
