/* signature.c - keyed BLAKE2b over parts with their lengths. */
#include "engine/signature.h"

#include "base/must.h"

#include <sodium.h>

enum { LENGTH_BYTES = 8 };

static void add_part(crypto_generichash_state *state, struct text part)
{
    unsigned char length[LENGTH_BYTES]; /* the lowest byte first, on every machine */
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        length[i] = (unsigned char)((uint64_t)part.bytes >> (8 * i));
    }
    crypto_generichash_update(state, length, LENGTH_BYTES);
    if (part.bytes > 0) {
        crypto_generichash_update(state, (const unsigned char *)part.data, part.bytes);
    }
}

void signature_make(const struct signing_key *key, struct texts parts,
                    uint8_t signature_out[SIGNATURE_BYTES])
{
    crypto_generichash_state state;
    MUST(parts.count > 0 && parts.items[0].bytes > 0); /* it says what it is for */
    /* A key of zeros is one that nobody has opened: everybody could sign with it. */
    MUST(!sodium_is_zero(key->bytes, SIGNING_KEY_BYTES));
    crypto_generichash_init(&state, key->bytes, SIGNING_KEY_BYTES, SIGNATURE_BYTES);
    for (size_t i = 0; i < parts.count; i++) {
        add_part(&state, parts.items[i]);
    }
    crypto_generichash_final(&state, signature_out, SIGNATURE_BYTES);
    sodium_memzero(&state, sizeof state);
}

bool signature_equals(const uint8_t left[SIGNATURE_BYTES], const uint8_t right[SIGNATURE_BYTES])
{
    return sodium_memcmp(left, right, SIGNATURE_BYTES) == 0;
}
