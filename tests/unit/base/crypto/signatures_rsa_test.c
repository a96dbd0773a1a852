/* signatures_rsa_test.c - RS256: the padding of a signature is looked at to its last byte (G40).
 *
 * As in signatures_test.c each one is made here, by a key of this run. Those that are padded by
 * hand are what a forger would write who counts on a reader that looks for the digest and no
 * further.
 */
#include "base/encode.h"
#include "tests/unit/base/crypto/bending.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

enum { RSA_BYTES = RSA_BITS_MIN / 8 };

static EVP_PKEY *the_rsa_key;

static struct text number_of(struct arena *arena, const char *name)
{
    BIGNUM *number = NULL;
    CHECK(EVP_PKEY_get_bn_param(the_rsa_key, name, &number) == 1);
    unsigned char *bytes = arena_take(arena, RSA_BYTES);
    int count = BN_bn2bin(number, bytes);
    BN_free(number);
    return encode_base64url(arena, bytes, (size_t)count);
}

static struct public_key *public_rsa(struct arena *arena)
{
    struct public_key *key = NULL;
    struct text jwk = text_format(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}",
                                  number_of(arena, OSSL_PKEY_PARAM_RSA_N).data,
                                  number_of(arena, OSSL_PKEY_PARAM_RSA_E).data);
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, jwk), &key), STATUS_OK);
    return key;
}

static struct text sign_with(struct arena *arena, const EVP_MD *digest, int padding)
{
    size_t bytes = RSA_BYTES;
    unsigned char *signature = arena_take(arena, bytes);
    EVP_PKEY_CTX *settings = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    CHECK(EVP_DigestSignInit(context, &settings, digest, NULL, the_rsa_key) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(settings, padding) == 1);
    CHECK(EVP_DigestSign(context, signature, &bytes, (const unsigned char *)said.data,
                         said.bytes) == 1);
    EVP_MD_CTX_free(context);
    return text_of_bytes(signature, bytes);
}

/* The padding written by hand: 00 01 FF..FF 00, what says the digest, the digest. */
struct padding {
    unsigned char type;
    size_t ones;  /* 0: as many as there is room for */
    size_t extra; /* zeros behind the digest */
    bool has_no_null;
};

static struct text sign_padded(struct arena *arena, const struct padding *padding)
{
    static const unsigned char whole[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                          0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                          0x01, 0x05, 0x00, 0x04, 0x20};
    static const unsigned char bare[] = {0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
                                         0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20};
    unsigned char block[RSA_BYTES] = {0, padding->type};
    size_t info_bytes = padding->has_no_null ? sizeof bare : sizeof whole;
    size_t room = RSA_BYTES - 3 - info_bytes - 32 - padding->extra;
    size_t ones = padding->ones != 0 ? padding->ones : room;
    memset(block + 2, 0xFF, ones);
    memcpy(block + 3 + ones, padding->has_no_null ? bare : whole, info_bytes);
    CHECK(EVP_Digest(said.data, said.bytes, block + 3 + ones + info_bytes, NULL, EVP_sha256(),
                     NULL) == 1);
    size_t bytes = RSA_BYTES;
    unsigned char *signature = arena_take(arena, bytes);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(the_rsa_key, NULL);
    CHECK(EVP_PKEY_sign_init(context) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1);
    CHECK(EVP_PKEY_sign(context, signature, &bytes, block, sizeof block) == 1);
    EVP_PKEY_CTX_free(context);
    return text_of_bytes(signature, bytes);
}

#define PADDED(name, ...)                                                                          \
    static struct text name(struct arena *arena, struct text good)                                 \
    {                                                                                              \
        (void)good;                                                                                \
        return sign_padded(arena, &(const struct padding){__VA_ARGS__});                           \
    }
PADDED(padded_by_hand, .type = 1)
PADDED(padded_as_for_secrets, .type = 2)
PADDED(padded_without_type, .type = 0)
PADDED(padded_short, .type = 1, .ones = 8)
PADDED(padded_with_something_behind, .type = 1, .extra = 16)
PADDED(padded_without_null, .type = 1, .has_no_null = true)

static struct text of_sha_1(struct arena *arena, struct text good)
{
    (void)good;
    return sign_with(arena, EVP_sha1(), RSA_PKCS1_PADDING);
}

static struct text of_sha_512(struct arena *arena, struct text good)
{
    (void)good;
    return sign_with(arena, EVP_sha512(), RSA_PKCS1_PADDING);
}

static struct text of_pss(struct arena *arena, struct text good)
{
    (void)good;
    return sign_with(arena, EVP_sha256(), RSA_PKCS1_PSS_PADDING);
}

static const struct bent rsa[] = {
    {"as it is", as_it_is, true},
    {"the same, padded by hand", padded_by_hand, true},
    {"PS256", of_pss, false},
    {"a digest of SHA-1", of_sha_1, false},
    {"a digest of SHA-512", of_sha_512, false},
    {"padded as secrets are", padded_as_for_secrets, false},
    {"padded with type 0", padded_without_type, false},
    {"padding of eight bytes, then zeros to the end", padded_short, false},
    {"sixteen bytes behind the digest", padded_with_something_behind, false},
    {"what names the digest has no NULL", padded_without_null, false},
    {"0", all_zeros, false},
    {"above the modulus", all_ones, false},
    {"one bit", one_bit, false},
    {"a byte less", a_byte_less, false},
    {"without its first", without_the_first, false},
    {"a byte more", a_zero_behind, false},
    {"a zero in front", a_zero_in_front, false},
    {"none", nothing, false},
};

static void rsa_padding_is_looked_at(void)
{
    struct arena *arena = fresh();
    the_rsa_key = EVP_RSA_gen(RSA_BITS_MIN);
    CHECK(the_rsa_key != NULL);
    struct text good = sign_with(arena, EVP_sha256(), RSA_PKCS1_PADDING);
    check_bent(rsa, COUNT_OF(rsa), public_rsa(arena), SIGNATURE_PLAIN, good);
    EVP_PKEY_free(the_rsa_key);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "rsa_padding_is_looked_at", .run = rsa_padding_is_looked_at},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
