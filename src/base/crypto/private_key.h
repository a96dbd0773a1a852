/* private_key.h - a key of our own: made, kept as bytes, signed with.
 *
 * The bytes are PKCS #8; whoever keeps them seals them first (seal.h). A key lives in the arena.
 */
#ifndef BASE_CRYPTO_PRIVATE_KEY_H
#define BASE_CRYPTO_PRIVATE_KEY_H

#include "base/crypto/public_key.h"

struct private_key;

/* RSA has 2048 bits and takes a tenth of a second of the processor, the others nothing. */
struct private_key *private_key_make(struct arena *arena, enum algorithm algorithm);

struct text private_key_write(struct arena *arena, const struct private_key *key);

/* MALFORMED: it is no key for this algorithm. */
NODISCARD enum status private_key_read(struct arena *arena, enum algorithm algorithm,
                                       struct text written, struct private_key **key_out);

enum algorithm private_key_algorithm(const struct private_key *key);

/* In the plain form, as a JWS has it. */
struct text private_key_sign(struct arena *arena, const struct private_key *key, struct text bytes);

/* The public half: {"kty":..., "kid":..., "alg":..., "use":"sig"}. */
struct text private_key_jwk(struct arena *arena, const struct private_key *key, struct text kid);

/* The name of a key that follows from the key itself: RFC 7638. */
struct text private_key_thumbprint(struct arena *arena, const struct private_key *key);

#endif
