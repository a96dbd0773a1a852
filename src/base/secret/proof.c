/* proof.c - hashes by OpenSSL, which uses what the processor has for them, and signatures by
 * libsodium. */
/* The plain functions, which OpenSSL calls old, take no memory and look nothing up; a record of
 * what has happened takes two hashes for each line of it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/proof.h"

#include "base/must.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

enum { BLOCK_BYTES = SHA256_CBLOCK };

_Static_assert((int)PROOF_HASH_BYTES == (int)SHA256_DIGEST_LENGTH, "a hash of SHA-256");
_Static_assert(PROOF_SIGNATURE_BYTES == crypto_sign_BYTES, "a signature of Ed25519");
_Static_assert(PROOF_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "a key of Ed25519");
_Static_assert(DIGEST_BYTES == crypto_sign_SEEDBYTES, "a seed of Ed25519");

static const unsigned char *bytes_of(struct text text)
{
    return (const unsigned char *)(text.data != NULL ? text.data : "");
}

static void add(SHA256_CTX *hashing, const struct text *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        MUST(SHA256_Update(hashing, bytes_of(parts[i]), parts[i].bytes) == 1);
    }
}

void proof_hash(const struct text *parts, size_t count, unsigned char hash_out[PROOF_HASH_BYTES])
{
    SHA256_CTX hashing;
    MUST(SHA256_Init(&hashing) == 1);
    add(&hashing, parts, count);
    MUST(SHA256_Final(hash_out, &hashing) == 1);
}

/* RFC 2104: a block of the key, changed by a pattern, stands in front. */
static void begin(SHA256_CTX *hashing, struct text key, unsigned char pattern)
{
    unsigned char block[BLOCK_BYTES] = {0};
    if (key.bytes > BLOCK_BYTES) {
        proof_hash(&key, 1, block);
    } else {
        memcpy(block, bytes_of(key), key.bytes);
    }
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        block[i] ^= pattern;
    }
    MUST(SHA256_Init(hashing) == 1 && SHA256_Update(hashing, block, sizeof block) == 1);
    sodium_memzero(block, sizeof block);
}

void proof_hmac(struct text key, const struct text *parts, size_t count,
                unsigned char hash_out[PROOF_HASH_BYTES])
{
    enum { INNER = 0x36, OUTER = 0x5c };
    SHA256_CTX hashing;
    begin(&hashing, key, INNER);
    add(&hashing, parts, count);
    MUST(SHA256_Final(hash_out, &hashing) == 1);
    begin(&hashing, key, OUTER);
    MUST(SHA256_Update(&hashing, hash_out, PROOF_HASH_BYTES) == 1);
    MUST(SHA256_Final(hash_out, &hashing) == 1);
    sodium_memzero(&hashing, sizeof hashing);
}

bool proof_equals(const unsigned char left[PROOF_HASH_BYTES],
                  const unsigned char right[PROOF_HASH_BYTES])
{
    return sodium_memcmp(left, right, PROOF_HASH_BYTES) == 0;
}

struct proof_key proof_key_of(const struct digest_key *seed)
{
    struct proof_key key;
    int failed = crypto_sign_seed_keypair(key.public_key, key.secret_key, seed->bytes);
    MUST(failed == 0);
    return key;
}

void proof_sign(const struct proof_key *key, struct text text,
                unsigned char signature_out[PROOF_SIGNATURE_BYTES])
{
    int failed =
        crypto_sign_detached(signature_out, NULL, bytes_of(text), text.bytes, key->secret_key);
    MUST(failed == 0);
}

bool proof_is_signed(const unsigned char public_key[PROOF_PUBLIC_BYTES], struct text text,
                     const unsigned char signature[PROOF_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, bytes_of(text), text.bytes, public_key) == 0;
}

struct text proof_base64(struct arena *arena, const void *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = arena_take_raw(arena, room);
    sodium_bin2base64(encoded, room, bytes, count, sodium_base64_VARIANT_ORIGINAL);
    return (struct text){encoded, strlen(encoded)};
}

bool proof_read_base64(struct text encoded, void *bytes_out, size_t room, size_t *count_out)
{
    const char *end = NULL;
    const char *start = encoded.data != NULL ? encoded.data : "";
    *count_out = 0;
    return sodium_base642bin(bytes_out, room, start, encoded.bytes, NULL, count_out, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == start + encoded.bytes;
}
