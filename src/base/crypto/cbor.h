/* cbor.h - a strict reader of CBOR (RFC 8949), as far as WebAuthn speaks it.
 *
 * Integers, byte strings, texts, arrays, maps and the simple values; all of known length and
 * written in the shortest form, as CTAP2 demands. Refused are tags, floats, whatever is of unknown
 * length, texts that are no UTF-8, a key that comes twice, and nesting beyond eight.
 */
#ifndef BASE_CRYPTO_CBOR_H
#define BASE_CRYPTO_CBOR_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum cbor_kind {
    CBOR_INTEGER,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_FALSE,
    CBOR_TRUE,
    CBOR_NULL,
};

enum { CBOR_DEPTH_MAX = 8, CBOR_ITEMS_MAX = 256 };

struct cbor {
    enum cbor_kind kind;
    int64_t integer;
    struct text text;       /* of bytes and texts; points into the input */
    const struct cbor *key; /* of a member of a map */
    const struct cbor *next;
    const struct cbor *first;
    size_t count;
};

/* OK, MALFORMED, TOO_LARGE (more than CBOR_ITEMS_MAX items). `bytes_out` is how long the item was;
 * what stands behind it is the caller's business. */
NODISCARD enum status cbor_read(struct arena *arena, struct text input,
                                const struct cbor **root_out, size_t *bytes_out);

/* NULL when there is no such member, or it is no map. */
const struct cbor *cbor_member(const struct cbor *map, const char *key);
const struct cbor *cbor_numbered(const struct cbor *map, int64_t key);

#endif
