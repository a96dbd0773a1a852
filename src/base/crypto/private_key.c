/* private_key.c - keys of our own on OpenSSL. */
#include "base/crypto/private_key.h"

#include "base/crypto/key_parts.h"
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "base/must.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

struct private_key {
    enum algorithm algorithm;
    EVP_PKEY *pkey; /* freed with the arena */
};

static struct private_key *keep(struct arena *arena, enum algorithm algorithm, EVP_PKEY *pkey)
{
    key__keep(arena, pkey);
    struct private_key *key = ARENA_NEW(arena, struct private_key);
    *key = (struct private_key){.algorithm = algorithm, .pkey = pkey};
    return key;
}

struct private_key *private_key_make(struct arena *arena, enum algorithm algorithm)
{
    EVP_PKEY *pkey = NULL;
    switch (algorithm) {
    case ALGORITHM_RS256:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS_MIN);
        break;
    case ALGORITHM_ES256:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "prime256v1");
        break;
    case ALGORITHM_EDDSA:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    case ALGORITHM_COUNT:
        break;
    }
    return keep(arena, algorithm, pkey);
}

struct text private_key_write(struct arena *arena, const struct private_key *key)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
    MUST(info != NULL);
    int bytes = i2d_PKCS8_PRIV_KEY_INFO(info, NULL);
    MUST(bytes > 0);
    unsigned char *written = arena_take(arena, (size_t)bytes);
    unsigned char *end = written;
    MUST(i2d_PKCS8_PRIV_KEY_INFO(info, &end) == bytes);
    PKCS8_PRIV_KEY_INFO_free(info);
    return (struct text){(const char *)written, (size_t)bytes};
}

static bool fits(const EVP_PKEY *pkey, enum algorithm algorithm)
{
    char group[32] = "";
    switch (algorithm) {
    case ALGORITHM_RS256:
        return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA &&
               EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN;
    case ALGORITHM_ES256:
        return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
               EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
               strcmp(group, "prime256v1") == 0;
    case ALGORITHM_EDDSA:
        return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519;
    case ALGORITHM_COUNT:
        break;
    }
    return false;
}

enum status private_key_read(struct arena *arena, enum algorithm algorithm, struct text written,
                             struct private_key **key_out)
{
    const unsigned char *at = (const unsigned char *)written.data;
    EVP_PKEY *pkey = written.bytes > 0 ? d2i_AutoPrivateKey(NULL, &at, (long)written.bytes) : NULL;
    ERR_clear_error();
    if (pkey == NULL || !fits(pkey, algorithm)) {
        EVP_PKEY_free(pkey);
        return STATUS_MALFORMED;
    }
    *key_out = keep(arena, algorithm, pkey);
    return STATUS_OK;
}

enum algorithm private_key_algorithm(const struct private_key *key)
{
    return key->algorithm;
}

struct text private_key_sign(struct arena *arena, const struct private_key *key, struct text bytes)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const unsigned char *data = (const unsigned char *)(bytes.bytes > 0 ? bytes.data : "");
    size_t count = (size_t)EVP_PKEY_get_size(key->pkey);
    unsigned char *signature = arena_take(arena, count);
    MUST(context != NULL);
    MUST(EVP_DigestSignInit(context, NULL, key__digest(key->algorithm), NULL, key->pkey) == 1);
    MUST(EVP_DigestSign(context, signature, &count, data, bytes.bytes) == 1);
    EVP_MD_CTX_free(context);
    struct text written = {(const char *)signature, count};
    if (key->algorithm == ALGORITHM_ES256) {
        MUST(key__der_to_plain(arena, written, &written));
    }
    return written;
}

/* ---- the public half ---- */

static struct text number_of(struct arena *arena, const EVP_PKEY *pkey, const char *name,
                             int bytes_min)
{
    BIGNUM *number = NULL;
    MUST(EVP_PKEY_get_bn_param(pkey, name, &number) == 1);
    int bytes = BN_num_bytes(number) > bytes_min ? BN_num_bytes(number) : bytes_min;
    unsigned char *written = arena_take(arena, (size_t)bytes);
    MUST(BN_bn2binpad(number, written, bytes) == bytes);
    BN_free(number);
    return encode_base64url(arena, written, (size_t)bytes);
}

static struct text ed25519_of(struct arena *arena, const EVP_PKEY *pkey)
{
    unsigned char raw[ED25519_BYTES];
    size_t bytes = sizeof raw;
    MUST(EVP_PKEY_get_raw_public_key(pkey, raw, &bytes) == 1 && bytes == sizeof raw);
    return encode_base64url(arena, raw, bytes);
}

/* The members that make the key, in the order of their names. */
static void put_numbers(struct json_writer *writer, const struct private_key *key)
{
    struct arena *arena = writer->arena;
    const EVP_PKEY *pkey = key->pkey;
    switch (key->algorithm) {
    case ALGORITHM_RS256:
        json_key(writer, "e");
        json_put_text(writer, number_of(arena, pkey, OSSL_PKEY_PARAM_RSA_E, 1));
        json_key(writer, "kty");
        json_put_text(writer, TEXT("RSA"));
        json_key(writer, "n");
        json_put_text(writer, number_of(arena, pkey, OSSL_PKEY_PARAM_RSA_N, 1));
        break;
    case ALGORITHM_ES256:
        json_key(writer, "crv");
        json_put_text(writer, TEXT("P-256"));
        json_key(writer, "kty");
        json_put_text(writer, TEXT("EC"));
        json_key(writer, "x");
        json_put_text(writer, number_of(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_X, EC_BYTES));
        json_key(writer, "y");
        json_put_text(writer, number_of(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, EC_BYTES));
        break;
    case ALGORITHM_EDDSA:
        json_key(writer, "crv");
        json_put_text(writer, TEXT("Ed25519"));
        json_key(writer, "kty");
        json_put_text(writer, TEXT("OKP"));
        json_key(writer, "x");
        json_put_text(writer, ed25519_of(arena, pkey));
        break;
    case ALGORITHM_COUNT:
        break;
    }
}

struct text private_key_jwk(struct arena *arena, const struct private_key *key, struct text kid)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 640);
    json_begin_object(&writer);
    put_numbers(&writer, key);
    json_key(&writer, "kid");
    json_put_text(&writer, kid);
    json_key(&writer, "alg");
    json_put_text(&writer, algorithm_name(key->algorithm));
    json_key(&writer, "use");
    json_put_text(&writer, TEXT("sig"));
    json_end_object(&writer);
    return json_written(&writer);
}

struct text private_key_thumbprint(struct arena *arena, const struct private_key *key)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 640);
    json_begin_object(&writer);
    put_numbers(&writer, key);
    json_end_object(&writer);
    struct text digest = sha256_of(arena, json_written(&writer));
    return encode_base64url(arena, digest.data, digest.bytes);
}
