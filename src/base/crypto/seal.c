/* seal.c - a nonce, and behind it what libsodium makes of the secret. */
#include "base/crypto/seal.h"

#include "base/chance.h"
#include "base/must.h"

#include <sodium.h>

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    MARK_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert((int)DIGEST_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "keys fit");

struct text seal(struct arena *arena, const struct digest_key *key, struct text place,
                 struct text secret)
{
    MUST(place.bytes > 0);
    unsigned char *sealed = arena_take(arena, NONCE_BYTES + secret.bytes + MARK_BYTES);
    unsigned long long bytes = 0;
    chance_fill(sealed, NONCE_BYTES);
    int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_BYTES, &bytes, (const unsigned char *)secret.data, secret.bytes,
        (const unsigned char *)place.data, place.bytes, NULL, sealed, key->bytes);
    MUST(failed == 0 && bytes == secret.bytes + MARK_BYTES);
    return (struct text){(const char *)sealed, NONCE_BYTES + (size_t)bytes};
}

bool unseal(struct arena *arena, const struct digest_key *key, struct text place,
            struct text sealed, struct text *secret_out)
{
    if (sealed.bytes < NONCE_BYTES + MARK_BYTES) {
        return false;
    }
    const unsigned char *bytes = (const unsigned char *)sealed.data;
    unsigned char *secret = arena_take(arena, sealed.bytes);
    unsigned long long count = 0;
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        secret, &count, NULL, bytes + NONCE_BYTES, sealed.bytes - NONCE_BYTES,
        (const unsigned char *)place.data, place.bytes, bytes, key->bytes);
    *secret_out = (struct text){(const char *)secret, (size_t)count};
    return failed == 0;
}
