/* key_parts.h - what the keys of this room are made of; the room's own. */
#ifndef BASE_CRYPTO_KEY_PARTS_H
#define BASE_CRYPTO_KEY_PARTS_H

#include "base/crypto/public_key.h"

#include <openssl/evp.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, EC_BYTES = 32, ED25519_BYTES = 32 };

struct public_key {
    enum algorithm algorithm;
    EVP_PKEY *pkey; /* freed with the arena */
};

/* It ends with the arena. */
void key__keep(struct arena *arena, EVP_PKEY *pkey);

/* The digest that an algorithm is used with; NULL where it brings its own. */
const EVP_MD *key__digest(enum algorithm algorithm);

/* ES256: 64 bytes as DER, and back. */
bool key__plain_to_der(struct arena *arena, struct text plain, struct text *der_out);
bool key__der_to_plain(struct arena *arena, struct text der, struct text *plain_out);

#endif
