/* signatures_test.c - signatures that are none, class by class, against each verifier we have
 * (G40).
 *
 * The classes are those that suites of test vectors for JOSE and ECDSA go through; none of their
 * vectors are here. Each signature below is made by a key of this run, bent in one way, and shown
 * to the code that believes or refuses: the text of a JWS, a key of a provider, a passkey's own.
 */
#include "base/crypto/jws.h"
#include "base/encode.h"
#include "tests/unit/base/crypto/bending.h"

#include <openssl/bn.h>

enum { PAIR_BYTES = 2 * EC_BYTES };

/* The order of P-256, and of Ed25519 (its bytes the other way round). */
static const char p256_order[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
static const char ed25519_order[] =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

static struct public_key *public_half(struct arena *arena, const struct private_key *key)
{
    struct public_key *half = NULL;
    struct text jwk = private_key_jwk(arena, key, TEXT("a"));
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, jwk), &half), STATUS_OK);
    return half;
}

/* ---- ES256, as a JWS has it ---- */

static struct text pair_with(struct arena *arena, struct text good, const BIGNUM *r,
                             const BIGNUM *s)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    CHECK(r == NULL || BN_bn2binpad(r, bytes, EC_BYTES) == EC_BYTES);
    CHECK(s == NULL || BN_bn2binpad(s, bytes + EC_BYTES, EC_BYTES) == EC_BYTES);
    return text_of_bytes(bytes, PAIR_BYTES);
}

enum part { PART_R, PART_S };

static struct text with_number(struct arena *arena, struct text good, enum part part,
                               const char *hex)
{
    BIGNUM *number = NULL;
    CHECK(BN_hex2bn(&number, hex) > 0);
    struct text bent =
        pair_with(arena, good, part == PART_R ? number : NULL, part == PART_S ? number : NULL);
    BN_free(number);
    return bent;
}

/* The order less the number: of s that is the other signature that is as good. */
static struct text mirrored(struct arena *arena, struct text good, enum part part)
{
    const unsigned char *bytes = (const unsigned char *)good.data;
    BIGNUM *order = NULL;
    BIGNUM *number = BN_bin2bn(bytes + (part == PART_R ? 0 : EC_BYTES), EC_BYTES, NULL);
    CHECK(BN_hex2bn(&order, p256_order) > 0 && BN_sub(number, order, number) == 1);
    struct text bent =
        pair_with(arena, good, part == PART_R ? number : NULL, part == PART_S ? number : NULL);
    BN_free(order);
    BN_free(number);
    return bent;
}

#define WITH(name, part, hex)                                                                      \
    static struct text name(struct arena *arena, struct text good)                                 \
    {                                                                                              \
        return with_number(arena, good, (part), (hex));                                            \
    }
WITH(r_is_zero, PART_R, "00")
WITH(r_is_one, PART_R, "01")
WITH(r_is_the_order, PART_R, p256_order)
WITH(r_is_above_the_order, PART_R,
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552")
WITH(r_is_as_large_as_can_be, PART_R,
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")
WITH(s_is_zero, PART_S, "00")
WITH(s_is_one, PART_S, "01")
WITH(s_is_the_order, PART_S, p256_order)
WITH(s_is_as_large_as_can_be, PART_S,
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")

static struct text s_is_mirrored(struct arena *arena, struct text good)
{
    return mirrored(arena, good, PART_S);
}

static struct text r_is_mirrored(struct arena *arena, struct text good)
{
    return mirrored(arena, good, PART_R);
}

static struct text the_other_way_round(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    memcpy(bytes, good.data + EC_BYTES, EC_BYTES);
    memcpy(bytes + EC_BYTES, good.data, EC_BYTES);
    return text_of_bytes(bytes, PAIR_BYTES);
}

static struct text as_der(struct arena *arena, struct text good)
{
    struct text der;
    CHECK(key__plain_to_der(arena, good, &der));
    return der;
}

static const struct bent plain_pairs[] = {
    {"as it is", as_it_is, true},
    {"n - s: ECDSA allows it, and nothing here takes a signature for a name", s_is_mirrored, true},
    {"n - r", r_is_mirrored, false},
    {"one bit", one_bit, false},
    {"r = 0", r_is_zero, false},
    {"r = 1", r_is_one, false},
    {"r = n", r_is_the_order, false},
    {"r = n + 1", r_is_above_the_order, false},
    {"r = 2^256 - 1", r_is_as_large_as_can_be, false},
    {"s = 0", s_is_zero, false},
    {"s = 1", s_is_one, false},
    {"s = n", s_is_the_order, false},
    {"s = 2^256 - 1", s_is_as_large_as_can_be, false},
    {"0, 0", all_zeros, false},
    {"all ones", all_ones, false},
    {"s, r", the_other_way_round, false},
    {"DER where the plain form belongs", as_der, false},
    {"63 bytes", a_byte_less, false},
    {"63 bytes, of the end", without_the_first, false},
    {"65 bytes", a_zero_behind, false},
    {"65 bytes, a zero in front", a_zero_in_front, false},
    {"128 bytes", twice, false},
    {"none", nothing, false},
};

static void pairs_that_are_none_are_refused(void)
{
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_ES256);
    struct text good = private_key_sign(arena, key, said);
    CHECK_INT(good.bytes, PAIR_BYTES);
    check_bent(plain_pairs, COUNT_OF(plain_pairs), public_half(arena, key), SIGNATURE_PLAIN, good);
    arena_destroy(&arena);
}

/* ---- ES256, as a passkey has it: 30 len 02 len r 02 len s ---- */

static struct text a_longer_length(struct arena *arena, struct text good)
{
    unsigned char *bytes = arena_take(arena, good.bytes + 1);
    bytes[0] = 0x30;
    bytes[1] = 0x81; /* one byte of length follows, where none is needed */
    memcpy(bytes + 2, good.data + 1, good.bytes - 1);
    return text_of_bytes(bytes, good.bytes + 1);
}

static struct text no_length(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 2);
    bytes[1] = 0x80; /* until two zeros come: BER */
    return text_of_bytes(bytes, good.bytes + 2);
}

static struct text a_zero_in_the_number(struct arena *arena, struct text good)
{
    size_t first = (unsigned char)good.data[3];
    unsigned char *bytes = arena_take(arena, good.bytes + 1);
    memcpy(bytes, good.data, 4);
    bytes[1]++;
    bytes[3] = (unsigned char)(first + 1);
    bytes[4] = 0;
    memcpy(bytes + 5, good.data + 4, good.bytes - 4);
    return text_of_bytes(bytes, good.bytes + 1);
}

static struct text below_zero(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    bytes[4] |= 0x80;
    return text_of_bytes(bytes, good.bytes);
}

static struct text another_tag(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    bytes[2] = 0x03;
    return text_of_bytes(bytes, good.bytes);
}

static struct text a_pair_of_nothing(struct arena *arena, struct text good)
{
    static const unsigned char empty[] = {0x30, 0x00};
    (void)arena;
    (void)good;
    return text_of_bytes(empty, sizeof empty);
}

static struct text zero_and_zero(struct arena *arena, struct text good)
{
    static const unsigned char zeros[] = {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00};
    (void)arena;
    (void)good;
    return text_of_bytes(zeros, sizeof zeros);
}

static struct text only_r(struct arena *arena, struct text good)
{
    size_t bytes = 4 + (size_t)(unsigned char)good.data[3];
    unsigned char *one = copy_of(arena, text_slice(good, 0, bytes), 0);
    one[1] = (unsigned char)(bytes - 2);
    return text_of_bytes(one, bytes);
}

static struct text as_plain(struct arena *arena, struct text good)
{
    struct text plain;
    CHECK(key__der_to_plain(arena, good, &plain));
    return plain;
}

static const struct bent der_pairs[] = {
    {"as it is", as_it_is, true},
    {"a length of two bytes", a_longer_length, false},
    {"a length that is not said", no_length, false},
    {"a number with a zero in front", a_zero_in_the_number, false},
    {"a number below zero", below_zero, false},
    {"a bit string", another_tag, false},
    {"an empty pair", a_pair_of_nothing, false},
    {"0, 0", zero_and_zero, false},
    {"r alone", only_r, false},
    {"the plain form where DER belongs", as_plain, false},
    {"a byte less", a_byte_less, false},
    {"a byte more", a_zero_behind, false},
    {"twice", twice, false},
    {"one bit", one_bit, false},
    {"none", nothing, false},
};

/* r needs no zero in front, so that one can be put there. */
static struct text der_of_small_r(struct arena *arena, const struct private_key *key)
{
    struct text der = NO_TEXT;
    do {
        struct text plain = private_key_sign(arena, key, said);
        CHECK(key__plain_to_der(arena, plain, &der));
    } while ((unsigned char)der.data[3] != EC_BYTES);
    return der;
}

static void pairs_of_a_passkey_are_strict(void)
{
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_ES256);
    check_bent(der_pairs, COUNT_OF(der_pairs), public_half(arena, key), SIGNATURE_DER,
               der_of_small_r(arena, key));
    arena_destroy(&arena);
}

/* ---- EdDSA ---- */

static struct text s_and_the_order(struct arena *arena, struct text good)
{
    unsigned char order[ED25519_BYTES];
    unsigned char *bytes = copy_of(arena, good, 0);
    unsigned carry = 0;
    CHECK(decode_hex(text_of(ed25519_order), order, sizeof order));
    for (size_t i = 0; i < ED25519_BYTES; i++) {
        carry += (unsigned)bytes[ED25519_BYTES + i] + order[i];
        bytes[ED25519_BYTES + i] = (unsigned char)carry;
        carry >>= 8;
    }
    return text_of_bytes(bytes, good.bytes);
}

static struct text s_of_zero(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    memset(bytes + ED25519_BYTES, 0, ED25519_BYTES);
    return text_of_bytes(bytes, good.bytes);
}

static struct text r_of_small_order(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    memset(bytes, 0, ED25519_BYTES);
    bytes[0] = 1;
    return text_of_bytes(bytes, good.bytes);
}

static const struct bent edwards[] = {
    {"as it is", as_it_is, true},
    {"s + L: as good a number, and another signature", s_and_the_order, false},
    {"s = 0", s_of_zero, false},
    {"R of order one", r_of_small_order, false},
    {"all zeros", all_zeros, false},
    {"all ones", all_ones, false},
    {"one bit", one_bit, false},
    {"63 bytes", a_byte_less, false},
    {"65 bytes", a_zero_behind, false},
    {"65 bytes, a zero in front", a_zero_in_front, false},
    {"twice", twice, false},
    {"none", nothing, false},
};

static void edwards_signatures_have_one_form(void)
{
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_EDDSA);
    struct text good = private_key_sign(arena, key, said);
    check_bent(edwards, COUNT_OF(edwards), public_half(arena, key), SIGNATURE_PLAIN, good);
    arena_destroy(&arena);
}

/* With a key of small order, whatever anybody signs fits it: it is no key. */
static void keys_of_small_order_are_refused(void)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000", /* order 4 */
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000", /* order 1 */
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* order 2 */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* zero, as p */
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* one, as p + 1 */
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    struct arena *arena = fresh();
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        unsigned char point[ED25519_BYTES];
        struct public_key *key = NULL;
        CHECK(decode_hex(text_of(points[i]), point, sizeof point));
        struct text jwk = text_format(arena, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}",
                                      encode_base64url(arena, point, sizeof point).data);
        CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, jwk), &key), STATUS_MALFORMED);
    }
    arena_destroy(&arena);
}

/* ---- which key? ---- */

/* A kid is looked for among the keys there are, and is nothing else: no path, no row, no program.
 */
static void a_kid_is_only_compared(void)
{
    static const char *const kids[] = {
        "../../../../dev/null",
        "/proc/self/environ",
        "k1' OR '1'='1",
        "k1\\u0000",
        "K1",
        " k1",
        "k1 ",
        "",
        "http://127.0.0.1/keys",
        "|/bin/sh",
        "*",
        "k%31",
    };
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_EDDSA);
    struct text keys =
        text_format(arena, "{\"keys\":[%s]}", private_key_jwk(arena, key, TEXT("k1")).data);
    for (size_t i = 0; i < COUNT_OF(kids); i++) {
        struct text head = text_format(arena, "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", kids[i]);
        struct text start =
            text_format(arena, "%s.e30", encode_base64url(arena, head.data, head.bytes).data);
        struct text signature = private_key_sign(arena, key, start);
        struct text text =
            text_format(arena, "%s.%s", start.data,
                        encode_base64url(arena, signature.data, signature.bytes).data);
        struct jws jws;
        struct public_key *found = NULL;
        if (jws_read(arena, text, &jws) == STATUS_OK &&
            jwks_find(arena, json_of(arena, keys), &jws, &found) != STATUS_ABSENT) {
            printf("# found by the kid %s\n", kids[i]);
            CHECK(false);
        }
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "pairs_that_are_none_are_refused", .run = pairs_that_are_none_are_refused},
    {.name = "pairs_of_a_passkey_are_strict", .run = pairs_of_a_passkey_are_strict},
    {.name = "edwards_signatures_have_one_form", .run = edwards_signatures_have_one_form},
    {.name = "keys_of_small_order_are_refused", .run = keys_of_small_order_are_refused},
    {.name = "a_kid_is_only_compared", .run = a_kid_is_only_compared},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
