/* sha256.c - by OpenSSL. */
#include "base/crypto/sha256.h"

#include "base/must.h"

#include <openssl/sha.h>

_Static_assert((int)SHA256_BYTES == (int)SHA256_DIGEST_LENGTH, "SHA-256 has 32 bytes");

struct text sha256_of(struct arena *arena, struct text bytes)
{
    unsigned char *digest = arena_take(arena, SHA256_BYTES);
    const unsigned char *data = (const unsigned char *)(bytes.bytes > 0 ? bytes.data : "");
    MUST(SHA256(data, bytes.bytes, digest) != NULL);
    return (struct text){(const char *)digest, SHA256_BYTES};
}
