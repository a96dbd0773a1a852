/* public_key.h - keys by which others sign: read, pinned to one algorithm, and asked.
 *
 * An algorithm belongs to the key and never to what is signed: who could choose it could choose a
 * weak one, or take a public key for a shared secret. Three are known.
 *
 *   RS256   RSA of 2048 to 8192 bits, PKCS #1 v1.5, SHA-256
 *   ES256   ECDSA on P-256, SHA-256
 *   EdDSA   Ed25519
 *
 * Keys come as JWK (RFC 7517) or as COSE (RFC 9052, what passkeys speak). They live in the arena.
 */
#ifndef BASE_CRYPTO_PUBLIC_KEY_H
#define BASE_CRYPTO_PUBLIC_KEY_H

#include "base/json.h"

enum algorithm { ALGORITHM_RS256, ALGORITHM_ES256, ALGORITHM_EDDSA, ALGORITHM_COUNT };

struct public_key;

/* "RS256": as it stands in a JWK and in the head of what is signed. */
struct text algorithm_name(enum algorithm algorithm);
bool algorithm_of(struct text name, enum algorithm *algorithm_out);

/* MALFORMED: it is none of the three, its numbers are not on the curve or of a bad size, or it says
 * that it is for something else (`use`, `key_ops`, `alg`). Private halves are refused too. */
NODISCARD enum status public_key_of_jwk(struct arena *arena, const struct json *jwk,
                                        struct public_key **key_out);
NODISCARD enum status public_key_of_cose(struct arena *arena, struct text cose,
                                         struct public_key **key_out);

enum algorithm public_key_algorithm(const struct public_key *key);

/* How the two numbers of ES256 are written; the others have one form only. */
enum signature_form {
    SIGNATURE_PLAIN, /* one behind the other, 64 bytes: JWS */
    SIGNATURE_DER,   /* WebAuthn */
};

/* Has the owner of the key signed this? */
bool public_key_verifies(const struct public_key *key, enum signature_form form, struct text bytes,
                         struct text signature);

#endif
