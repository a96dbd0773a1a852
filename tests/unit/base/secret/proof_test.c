/* proof_test.c - hashes are those that another library makes of the same bytes. */
#include "base/proof.h"
#include "tests/lib/check.h"

#include <sodium.h>
#include <string.h>

enum { LONGEST = 300, KEYS_LONGEST = 140 };

static unsigned char bytes[LONGEST];

static void fill(void)
{
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 7 + 3);
    }
}

static struct text start(size_t count)
{
    return (struct text){(const char *)bytes, count};
}

/* In two pieces, of which each may be empty, around every edge of a block. */
static void a_hash_is_sha_256(void)
{
    fill();
    for (size_t count = 0; count <= LONGEST; count++) {
        unsigned char ours[PROOF_HASH_BYTES];
        unsigned char theirs[crypto_hash_sha256_BYTES];
        size_t first = count / 3;
        const struct text parts[] = {start(first), text_slice(start(count), first, count)};
        proof_hash(parts, COUNT_OF(parts), ours);
        crypto_hash_sha256(theirs, bytes, count);
        CHECK(memcmp(ours, theirs, sizeof ours) == 0);
    }
}

/* With keys shorter than a block, as long, and longer. */
static void an_hmac_is_hmac_sha_256(void)
{
    fill();
    for (size_t key = 0; key <= KEYS_LONGEST; key++) {
        for (size_t count = 0; count <= LONGEST; count += 37) {
            unsigned char ours[PROOF_HASH_BYTES];
            unsigned char theirs[crypto_auth_hmacsha256_BYTES];
            crypto_auth_hmacsha256_state state;
            const struct text parts[] = {start(count), NO_TEXT, start(count / 2)};
            proof_hmac(start(key), parts, COUNT_OF(parts), ours);
            crypto_auth_hmacsha256_init(&state, bytes, key);
            crypto_auth_hmacsha256_update(&state, bytes, count);
            crypto_auth_hmacsha256_update(&state, bytes, count / 2);
            crypto_auth_hmacsha256_final(&state, theirs);
            CHECK(proof_equals(ours, theirs));
        }
    }
}

static void a_signature_is_of_one_text_and_one_key(void)
{
    struct digest_key seed = {{1}};
    struct digest_key other = {{2}};
    unsigned char signature[PROOF_SIGNATURE_BYTES];
    struct proof_key key = proof_key_of(&seed);
    struct proof_key another = proof_key_of(&other);
    proof_sign(&key, TEXT("said"), signature);
    CHECK(proof_is_signed(key.public_key, TEXT("said"), signature));
    CHECK(!proof_is_signed(key.public_key, TEXT("sai"), signature));
    CHECK(!proof_is_signed(another.public_key, TEXT("said"), signature));
    signature[0] ^= 1;
    CHECK(!proof_is_signed(key.public_key, TEXT("said"), signature));
}

static const struct test tests[] = {
    {.name = "a_hash_is_sha_256", .run = a_hash_is_sha_256},
    {.name = "an_hmac_is_hmac_sha_256", .run = an_hmac_is_hmac_sha_256},
    {.name = "a_signature_is_of_one_text_and_one_key",
     .run = a_signature_is_of_one_text_and_one_key},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
