/* public_key.c - public keys on OpenSSL. */
#include "base/crypto/public_key.h"

#include "base/crypto/cbor.h"
#include "base/crypto/key_parts.h"
#include "base/encode.h"
#include "base/must.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <string.h>

enum { SIGNATURE_BYTES_MAX = RSA_BITS_MAX / 8, EXPONENT_BYTES_MAX = 8 };

static const struct text names[ALGORITHM_COUNT] = {
    [ALGORITHM_RS256] = {"RS256", 5},
    [ALGORITHM_ES256] = {"ES256", 5},
    [ALGORITHM_EDDSA] = {"EdDSA", 5},
};

struct text algorithm_name(enum algorithm algorithm)
{
    MUST(algorithm < ALGORITHM_COUNT);
    return names[algorithm];
}

bool algorithm_of(struct text name, enum algorithm *algorithm_out)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (text_equals(name, names[i])) {
            *algorithm_out = (enum algorithm)i;
            return true;
        }
    }
    return false;
}

static void end_key(void *pkey)
{
    EVP_PKEY_free(pkey);
}

void key__keep(struct arena *arena, EVP_PKEY *pkey)
{
    MUST(pkey != NULL);
    arena_on_end(arena, end_key, pkey);
}

const EVP_MD *key__digest(enum algorithm algorithm)
{
    return algorithm == ALGORITHM_EDDSA ? NULL : EVP_sha256();
}

/* ---- made of numbers ---- */

static EVP_PKEY *key_of_parameters(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) <= 0) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

/* A big number has no zeros in front, an exponent is odd and small. */
static EVP_PKEY *rsa_key(struct text modulus, struct text exponent)
{
    bool is_sane = modulus.bytes * 8 >= RSA_BITS_MIN && modulus.bytes * 8 <= RSA_BITS_MAX &&
                   modulus.data[0] != 0 && exponent.bytes > 0 &&
                   exponent.bytes <= EXPONENT_BYTES_MAX && exponent.data[0] != 0 &&
                   (exponent.data[exponent.bytes - 1] & 1) == 1 &&
                   !(exponent.bytes == 1 && exponent.data[0] == 1);
    if (!is_sane) {
        return NULL;
    }
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.data, (int)modulus.bytes, NULL);
    BIGNUM *e = BN_bin2bn((const unsigned char *)exponent.data, (int)exponent.bytes, NULL);
    MUST(builder != NULL && n != NULL && e != NULL);
    MUST(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1);
    MUST(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    EVP_PKEY *pkey = key_of_parameters("RSA", builder);
    BN_free(n);
    BN_free(e);
    if (pkey != NULL && EVP_PKEY_get_bits(pkey) < RSA_BITS_MIN) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    return pkey;
}

/* OpenSSL refuses a point that is not on the curve. */
static EVP_PKEY *p256_key(struct text x, struct text y)
{
    unsigned char point[1 + 2 * EC_BYTES] = {4}; /* both coordinates follow */
    if (x.bytes != EC_BYTES || y.bytes != EC_BYTES) {
        return NULL;
    }
    memcpy(point + 1, x.data, EC_BYTES);
    memcpy(point + 1 + EC_BYTES, y.data, EC_BYTES);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    MUST(builder != NULL);
    MUST(OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0));
    MUST(OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point));
    return key_of_parameters("EC", builder);
}

/* Of a point that is not on the curve, or of small order, anybody's signature would be good. */
static EVP_PKEY *ed25519_key(struct text x)
{
    return x.bytes == ED25519_BYTES &&
                   crypto_core_ed25519_is_valid_point((const unsigned char *)x.data) == 1
               ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.data,
                                             x.bytes)
               : NULL;
}

static enum status keep(struct arena *arena, enum algorithm algorithm, EVP_PKEY *pkey,
                        struct public_key **key_out)
{
    ERR_clear_error(); /* what was wrong is said by MALFORMED */
    if (pkey == NULL) {
        return STATUS_MALFORMED;
    }
    key__keep(arena, pkey);
    struct public_key *key = ARENA_NEW(arena, struct public_key);
    *key = (struct public_key){.algorithm = algorithm, .pkey = pkey};
    *key_out = key;
    return STATUS_OK;
}

/* ---- JWK ---- */

static struct text string_of(const struct json *jwk, struct text name)
{
    const struct json *member = json_member(jwk, name);
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

/* NO_TEXT when it is not there, or no base64url. */
static struct text bytes_of(struct arena *arena, const struct json *jwk, struct text name)
{
    struct text bytes = NO_TEXT;
    struct text encoded = string_of(jwk, name);
    bool is_fine = encoded.data != NULL && encoded.bytes <= 2048 &&
                   decode_base64url(arena, encoded, SIGNATURE_BYTES_MAX + 1, &bytes);
    return is_fine ? bytes : NO_TEXT;
}

static bool is_for_verifying(const struct json *jwk)
{
    const struct json *use = json_member(jwk, TEXT("use"));
    const struct json *uses = json_member(jwk, TEXT("key_ops"));
    bool may = use == NULL || (use->kind == JSON_STRING && text_equals(use->text, TEXT("sig")));
    if (uses == NULL || !may) {
        return may;
    }
    bool is_listed = false;
    for (const struct json *item = uses->first; item != NULL; item = item->next) {
        is_listed =
            is_listed || (item->kind == JSON_STRING && text_equals(item->text, TEXT("verify")));
    }
    return is_listed;
}

/* By what kind of key it is, not by what it says. */
static bool algorithm_of_jwk(const struct json *jwk, enum algorithm *algorithm_out)
{
    struct text type = string_of(jwk, TEXT("kty"));
    struct text curve = string_of(jwk, TEXT("crv"));
    if (text_equals(type, TEXT("RSA"))) {
        *algorithm_out = ALGORITHM_RS256;
    } else if (text_equals(type, TEXT("EC")) && text_equals(curve, TEXT("P-256"))) {
        *algorithm_out = ALGORITHM_ES256;
    } else if (text_equals(type, TEXT("OKP")) && text_equals(curve, TEXT("Ed25519"))) {
        *algorithm_out = ALGORITHM_EDDSA;
    } else {
        return false;
    }
    const struct json *said = json_member(jwk, TEXT("alg"));
    bool is_new_name = *algorithm_out == ALGORITHM_EDDSA && said != NULL &&
                       said->kind == JSON_STRING && text_equals(said->text, TEXT("Ed25519"));
    return said == NULL || is_new_name ||
           (said->kind == JSON_STRING && text_equals(said->text, names[*algorithm_out]));
}

enum status public_key_of_jwk(struct arena *arena, const struct json *jwk,
                              struct public_key **key_out)
{
    enum algorithm algorithm;
    EVP_PKEY *pkey = NULL;
    bool is_public = jwk->kind == JSON_OBJECT && json_member(jwk, TEXT("d")) == NULL;
    if (!is_public || !is_for_verifying(jwk) || !algorithm_of_jwk(jwk, &algorithm)) {
        return STATUS_MALFORMED;
    }
    switch (algorithm) {
    case ALGORITHM_RS256:
        pkey = rsa_key(bytes_of(arena, jwk, TEXT("n")), bytes_of(arena, jwk, TEXT("e")));
        break;
    case ALGORITHM_ES256:
        pkey = p256_key(bytes_of(arena, jwk, TEXT("x")), bytes_of(arena, jwk, TEXT("y")));
        break;
    case ALGORITHM_EDDSA:
        pkey = ed25519_key(bytes_of(arena, jwk, TEXT("x")));
        break;
    case ALGORITHM_COUNT:
        break;
    }
    return keep(arena, algorithm, pkey, key_out);
}

/* ---- COSE ---- */

enum { COSE_TYPE = 1, COSE_ALGORITHM = 3, COSE_CURVE = -1, COSE_X = -2, COSE_Y = -3 };
enum { COSE_RSA_N = -1, COSE_RSA_E = -2 };

static int64_t number_at(const struct cbor *map, int64_t label)
{
    const struct cbor *member = cbor_numbered(map, label);
    return member != NULL && member->kind == CBOR_INTEGER ? member->integer : 0;
}

static struct text bytes_at(const struct cbor *map, int64_t label)
{
    const struct cbor *member = cbor_numbered(map, label);
    return member != NULL && member->kind == CBOR_BYTES ? member->text : NO_TEXT;
}

static bool algorithm_of_cose(const struct cbor *map, enum algorithm *algorithm_out)
{
    static const struct {
        int64_t type;
        int64_t algorithm;
        int64_t curve; /* 0: it has none */
    } rows[ALGORITHM_COUNT] = {
        [ALGORITHM_RS256] = {3, -257, 0},
        [ALGORITHM_ES256] = {2, -7, 1},
        [ALGORITHM_EDDSA] = {1, -8, 6},
    };
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (number_at(map, COSE_TYPE) == rows[i].type &&
            number_at(map, COSE_ALGORITHM) == rows[i].algorithm &&
            (rows[i].curve == 0 || number_at(map, COSE_CURVE) == rows[i].curve)) {
            *algorithm_out = (enum algorithm)i;
            return true;
        }
    }
    return false;
}

enum status public_key_of_cose(struct arena *arena, struct text cose, struct public_key **key_out)
{
    const struct cbor *map = NULL;
    size_t bytes = 0;
    enum algorithm algorithm;
    EVP_PKEY *pkey = NULL;
    if (cbor_read(arena, cose, &map, &bytes) != STATUS_OK || bytes != cose.bytes ||
        !algorithm_of_cose(map, &algorithm)) {
        return STATUS_MALFORMED;
    }
    switch (algorithm) {
    case ALGORITHM_RS256:
        pkey = rsa_key(bytes_at(map, COSE_RSA_N), bytes_at(map, COSE_RSA_E));
        break;
    case ALGORITHM_ES256:
        pkey = p256_key(bytes_at(map, COSE_X), bytes_at(map, COSE_Y));
        break;
    case ALGORITHM_EDDSA:
        pkey = ed25519_key(bytes_at(map, COSE_X));
        break;
    case ALGORITHM_COUNT:
        break;
    }
    return keep(arena, algorithm, pkey, key_out);
}

/* ---- verifying ---- */

enum algorithm public_key_algorithm(const struct public_key *key)
{
    return key->algorithm;
}

bool key__plain_to_der(struct arena *arena, struct text plain, struct text *der_out)
{
    if (plain.bytes != (size_t)2 * EC_BYTES) {
        return false;
    }
    const unsigned char *bytes = (const unsigned char *)plain.data;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes, EC_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(bytes + EC_BYTES, EC_BYTES, NULL);
    MUST(pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1);
    unsigned char *der = arena_take(arena, (size_t)2 * EC_BYTES + 16);
    unsigned char *end = der;
    int bytes_written = i2d_ECDSA_SIG(pair, &end);
    ECDSA_SIG_free(pair);
    MUST(bytes_written > 0);
    *der_out = (struct text){(const char *)der, (size_t)bytes_written};
    return true;
}

bool key__der_to_plain(struct arena *arena, struct text der, struct text *plain_out)
{
    const unsigned char *at = (const unsigned char *)der.data;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der.bytes);
    if (pair == NULL) {
        return false;
    }
    unsigned char *plain = arena_take(arena, (size_t)2 * EC_BYTES);
    bool is_fine = BN_bn2binpad(ECDSA_SIG_get0_r(pair), plain, EC_BYTES) == EC_BYTES &&
                   BN_bn2binpad(ECDSA_SIG_get0_s(pair), plain + EC_BYTES, EC_BYTES) == EC_BYTES;
    ECDSA_SIG_free(pair);
    *plain_out = (struct text){(const char *)plain, (size_t)2 * EC_BYTES};
    return is_fine;
}

static bool verify(const struct public_key *key, struct text bytes, struct text signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    MUST(context != NULL);
    const unsigned char *data = (const unsigned char *)(bytes.bytes > 0 ? bytes.data : "");
    bool is_signed =
        EVP_DigestVerifyInit(context, NULL, key__digest(key->algorithm), NULL, key->pkey) == 1 &&
        EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.bytes, data,
                         bytes.bytes) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_signed;
}

bool public_key_verifies(const struct public_key *key, enum signature_form form, struct text bytes,
                         struct text signature)
{
    MUST(key != NULL && key->pkey != NULL);
    if (signature.bytes == 0 || signature.bytes > SIGNATURE_BYTES_MAX) {
        return false;
    }
    if (key->algorithm != ALGORITHM_ES256 || form == SIGNATURE_DER) {
        return verify(key, bytes, signature);
    }
    struct arena *arena = arena_create("signature", 4096);
    struct text der;
    bool is_signed = key__plain_to_der(arena, signature, &der) && verify(key, bytes, der);
    arena_destroy(&arena);
    return is_signed;
}
