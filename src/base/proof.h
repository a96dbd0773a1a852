/* proof.h - what shows later that bytes are still those that somebody meant: hashes and signatures.
 *
 * SHA-256, HMAC-SHA-256 under a key of any length, and Ed25519. The secrets that
 * people and programs show at a door are another file's business (secret.h).
 */
#ifndef BASE_PROOF_H
#define BASE_PROOF_H

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROOF_HASH_BYTES = 32, PROOF_SIGNATURE_BYTES = 64, PROOF_PUBLIC_BYTES = 32 };

/* SHA-256 of the parts, one behind the other. */
void proof_hash(const struct text *parts, size_t count, unsigned char hash_out[PROOF_HASH_BYTES]);

/* HMAC-SHA-256 of them. */
void proof_hmac(struct text key, const struct text *parts, size_t count,
                unsigned char hash_out[PROOF_HASH_BYTES]);

/* In as much time for wrong bytes as for right ones. */
bool proof_equals(const unsigned char left[PROOF_HASH_BYTES],
                  const unsigned char right[PROOF_HASH_BYTES]);

/* Of Ed25519; the same for the same seed. */
struct proof_key {
    unsigned char public_key[PROOF_PUBLIC_BYTES];
    unsigned char secret_key[64];
};
struct proof_key proof_key_of(const struct digest_key *seed);

void proof_sign(const struct proof_key *key, struct text text,
                unsigned char signature_out[PROOF_SIGNATURE_BYTES]);
bool proof_is_signed(const unsigned char public_key[PROOF_PUBLIC_BYTES], struct text text,
                     const unsigned char signature[PROOF_SIGNATURE_BYTES]);

/* Base64 (RFC 4648 section 4, with padding), as signatures travel in headers. */
struct text proof_base64(struct arena *arena, const void *bytes, size_t count);
/* False: it is none, or more than room bytes. */
bool proof_read_base64(struct text encoded, void *bytes_out, size_t room, size_t *count_out);

#endif
