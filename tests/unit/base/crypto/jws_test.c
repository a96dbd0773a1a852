/* jws_test.c - signed claims: known vectors, and each trick that has been played on them (G40). */
#include "base/crypto/jws.h"
#include "base/crypto/seal.h"
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 32 * 1024 * 1024, NOW = 1700000000 };

static struct arena *fresh(void)
{
    return arena_create("test", ARENA_BYTES);
}

static const struct json *json_of(struct arena *arena, struct text text)
{
    const struct json *root = NULL;
    struct json_error error;
    CHECK_STATUS(json_read(arena, text, 1000, &root, &error), STATUS_OK);
    return root;
}

static struct public_key *public_half(struct arena *arena, const struct private_key *key)
{
    struct public_key *half = NULL;
    struct text jwk = private_key_jwk(arena, key, TEXT("a"));
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, jwk), &half), STATUS_OK);
    return half;
}

/* A text with a head of our choice, signed with the key all the same. */
static struct text signed_with_head(struct arena *arena, const struct private_key *key,
                                    const char *head, const char *claims)
{
    struct text said = text_format(arena, "%s.%s", encode_base64url(arena, head, strlen(head)).data,
                                   encode_base64url(arena, claims, strlen(claims)).data);
    struct text signature = private_key_sign(arena, key, said);
    return text_format(arena, "%.*s.%s", TEXT_ARGS(said),
                       encode_base64url(arena, signature.data, signature.bytes).data);
}

static void each_algorithm_signs_and_is_read_again(void)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        struct arena *arena = fresh();
        struct private_key *made = private_key_make(arena, (enum algorithm)i);
        struct private_key *key = NULL;
        struct text written = private_key_write(arena, made);
        CHECK_STATUS(private_key_read(arena, (enum algorithm)i, written, &key), STATUS_OK);
        CHECK(text_equals(private_key_thumbprint(arena, made), private_key_thumbprint(arena, key)));
        struct text text = jws_write(arena, key, TEXT("k1"), TEXT("JWT"), TEXT("{\"a\":1}"));
        struct jws jws;
        CHECK_STATUS(jws_read(arena, text, &jws), STATUS_OK);
        CHECK_INT(jws.algorithm, i);
        CHECK_TEXT(jws.kid, "k1");
        CHECK_TEXT(jws.type, "JWT");
        CHECK(jws_is_signed_by(&jws, public_half(arena, key)));
        CHECK(json_member(jws.claims, TEXT("a")) != NULL);
        struct public_key *other = public_half(arena, private_key_make(arena, (enum algorithm)i));
        CHECK(!jws_is_signed_by(&jws, other));
        for (size_t j = 0; j < ALGORITHM_COUNT; j++) { /* a key is good for one algorithm only */
            struct private_key *wrong = NULL;
            CHECK_STATUS(private_key_read(arena, (enum algorithm)j, written, &wrong),
                         i == j ? STATUS_OK : STATUS_MALFORMED);
        }
        arena_destroy(&arena);
    }
}

/* RFC 8037, A.4; the key of A.2, and its thumbprint of A.3 is of the public half. */
static void the_vector_of_ed25519_is_accepted(void)
{
    struct arena *arena = fresh();
    struct public_key *key = NULL;
    const struct json *jwk = json_of(arena, TEXT("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                                                 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
                                                 "\"}"));
    CHECK_STATUS(public_key_of_jwk(arena, jwk, &key), STATUS_OK);
    struct text said = TEXT("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
    struct text signature;
    CHECK(decode_base64url(arena,
                           TEXT("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5Bh"
                                "VsPt9g7sVvpAr_MuM0KAg"),
                           64, &signature));
    CHECK(public_key_verifies(key, SIGNATURE_PLAIN, said, signature));
    CHECK(!public_key_verifies(key, SIGNATURE_PLAIN, text_slice(said, 1, said.bytes), signature));
    arena_destroy(&arena);
}

/* RFC 7515, A.3. */
static void the_vector_of_es256_is_accepted(void)
{
    struct arena *arena = fresh();
    struct public_key *key = NULL;
    const struct json *jwk =
        json_of(arena, TEXT("{\"kty\":\"EC\",\"crv\":\"P-256\","
                            "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                            "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"));
    struct jws jws;
    CHECK_STATUS(public_key_of_jwk(arena, jwk, &key), STATUS_OK);
    CHECK_STATUS(jws_read(arena,
                          TEXT("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs"
                               "DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L3"
                               "8VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
                               "Kg6NU1Q"),
                          &jws),
                 STATUS_OK);
    CHECK(jws_is_signed_by(&jws, key));
    jws.signature = text_slice(jws.signature, 0, 63);
    CHECK(!jws_is_signed_by(&jws, key));
    arena_destroy(&arena);
}

static void tricks_with_the_head_are_refused(void)
{
    static const char *const heads[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"HS256\"}", /* the public key as a shared secret */
        "{\"alg\":\"RS512\"}",
        "{\"alg\":\"PS256\"}",
        "{\"alg\":\"es256\"}",
        "{\"alg\":\"\"}",
        "{\"alg\":1}",
        "{\"alg\":[\"ES256\"]}",
        "{\"alg\":null}",
        "{}",
        "{\"alg\":\"ES256\",\"alg\":\"none\"}", /* twice */
        "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
        "{\"alg\":\"ES256\",\"crit\":[]}",
        "{\"alg\":\"ES256\",\"b64\":false}",
        "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}",
        "{\"alg\":\"ES256\",\"kid\":7}",
        "{\"alg\":\"ES256\",\"kid\":{\"a\":1}}",
        "{\"alg\":\"ES256\",\"typ\":7}",
        "[\"ES256\"]",
        "\"ES256\"",
        "",
    };
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_ES256);
    struct jws jws;
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct text text = signed_with_head(arena, key, heads[i], "{}");
        CHECK_STATUS(jws_read(arena, text, &jws), STATUS_MALFORMED);
    }
    struct text fine = signed_with_head(arena, key, "{\"alg\":\"ES256\"}", "{}");
    CHECK_STATUS(jws_read(arena, fine, &jws), STATUS_OK);
    CHECK(jws_is_signed_by(&jws, public_half(arena, key)));
    arena_destroy(&arena);
}

/* The head says one of ours, and the key is of another kind: the key's word counts. */
static void an_algorithm_is_the_keys_own(void)
{
    static const char *const heads[] = {"{\"alg\":\"RS256\"}", "{\"alg\":\"EdDSA\"}"};
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_ES256);
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct jws jws;
        struct text text = signed_with_head(arena, key, heads[i], "{}");
        CHECK_STATUS(jws_read(arena, text, &jws), STATUS_OK);
        CHECK(!jws_is_signed_by(&jws, public_half(arena, key)));
    }
    arena_destroy(&arena);
}

/* A key in the head is no key: neither looked for nor believed. */
static void keys_in_the_head_are_not_used(void)
{
    struct arena *arena = fresh();
    struct private_key *ours = private_key_make(arena, ALGORITHM_EDDSA);
    struct private_key *theirs = private_key_make(arena, ALGORITHM_EDDSA);
    struct text jwk = private_key_jwk(arena, theirs, TEXT("k1"));
    struct text head = text_format(arena,
                                   "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"jwk\":%.*s,"
                                   "\"jku\":\"http://127.0.0.1/keys\",\"x5u\":\"http://x\"}",
                                   TEXT_ARGS(jwk));
    struct text text = signed_with_head(arena, theirs, head.data, "{}");
    struct text keys =
        text_format(arena, "{\"keys\":[%s]}", private_key_jwk(arena, ours, TEXT("k1")).data);
    struct public_key *found = NULL;
    struct jws jws;
    CHECK_STATUS(jws_read(arena, text, &jws), STATUS_OK);
    CHECK_STATUS(jwks_find(arena, json_of(arena, keys), &jws, &found), STATUS_OK);
    CHECK(!jws_is_signed_by(&jws, found));
    arena_destroy(&arena);
}

static void what_is_no_jws_is_refused(void)
{
    static const char *const wrong[] = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.e30",
        "eyJhbGciOiJFUzI1NiJ9",
        "eyJhbGciOiJFUzI1NiJ9.e30",
        "eyJhbGciOiJFUzI1NiJ9.e30.",      /* not signed */
        "eyJhbGciOiJFUzI1NiJ9.e30.AA.AA", /* a part too many */
        "eyJhbGciOiJFUzI1NiJ9.e30.AA=",   /* padded */
        "eyJhbGciOiJFUzI1NiJ9.e30.A+",    /* of the other alphabet */
        "eyJhbGciOiJFUzI1NiJ9.W10.AA",    /* claims that are a list */
        "eyJhbGciOiJFUzI1NiJ9..AA",       /* no claims */
        "eyJhbGciOiJFUzI1NiJ9.e30 .AA",   /* a space */
        "{\"payload\":\"e30\",\"signatures\":[]}",
        "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxLCJhIjoyfQ.AA", /* {"a":1,"a":2} */
    };
    struct arena *arena = fresh();
    struct jws jws;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_STATUS(jws_read(arena, text_of(wrong[i]), &jws), STATUS_MALFORMED);
    }
    char *large = arena_take(arena, 10 * 1024 * 1024);
    memset(large, 'A', 10 * 1024 * 1024);
    large[100] = large[200] = '.';
    CHECK_STATUS(jws_read(arena, (struct text){large, 10 * 1024 * 1024}, &jws), STATUS_TOO_LARGE);
    arena_destroy(&arena);
}

static const char *complaint_of(const char *claims)
{
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_EDDSA);
    struct jws jws;
    struct text text = jws_write(arena, key, TEXT("k"), TEXT("JWT"), text_of(claims));
    CHECK_STATUS(jws_read(arena, text, &jws), STATUS_OK);
    const char *complaint = jws_complaint(&jws, &(struct jws_wanted){
                                                    .issuer = TEXT("https://op"),
                                                    .audience = TEXT("us"),
                                                    .nonce = TEXT("n1"),
                                                    .now_ms = INT64_C(1000) * NOW,
                                                });
    arena_destroy(&arena);
    return complaint;
}

#define GOOD "\"iss\":\"https://op\",\"nonce\":\"n1\",\"iat\":1699999990"

static void claims_that_are_good_are_taken(void)
{
    static const char *const good[] = {
        "{" GOOD ",\"aud\":\"us\",\"exp\":1700000100}",
        "{" GOOD ",\"aud\":[\"us\"],\"exp\":1700000100}",
        "{" GOOD ",\"aud\":[\"us\",\"them\"],\"azp\":\"us\",\"exp\":1700000100}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":1699999941}", /* a minute of skew */
        "{" GOOD ",\"aud\":\"us\",\"exp\":1700000100,\"nbf\":1700000059}",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        CHECK(complaint_of(good[i]) == NULL);
    }
}

static void claims_that_are_not_for_us_are_not(void)
{
    static const char *const bad[] = {
        "{}",
        "{\"iss\":\"https://op/\",\"nonce\":\"n1\",\"iat\":1,\"aud\":\"us\",\"exp\":1700000100}",
        "{\"iss\":[\"https://op\"],\"nonce\":\"n1\",\"iat\":1,\"aud\":\"us\",\"exp\":1700000100}",
        "{" GOOD ",\"exp\":1700000100}",                  /* for nobody */
        "{" GOOD ",\"aud\":\"them\",\"exp\":1700000100}", /* for others */
        "{" GOOD ",\"aud\":[],\"exp\":1700000100}",
        "{" GOOD ",\"aud\":[\"us\",7],\"exp\":1700000100}",
        "{" GOOD ",\"aud\":[\"us\",\"them\"],\"exp\":1700000100}", /* for whom? */
        "{" GOOD ",\"aud\":\"us\",\"azp\":\"them\",\"exp\":1700000100}",
        "{" GOOD ",\"aud\":\"us\"}",                        /* for ever */
        "{" GOOD ",\"aud\":\"us\",\"exp\":\"1700000100\"}", /* a text */
        "{" GOOD ",\"aud\":\"us\",\"exp\":1700000100.5}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":1.7e9}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":null}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":-1}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":9223372036854775807}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":1699999940}", /* over */
        "{" GOOD ",\"aud\":\"us\",\"exp\":1700000100,\"nbf\":1700000061}",
        "{" GOOD ",\"aud\":\"us\",\"exp\":1700000100,\"nbf\":\"0\"}",
        "{\"iss\":\"https://op\",\"iat\":1,\"aud\":\"us\",\"exp\":1700000100}", /* no nonce */
        "{\"iss\":\"https://op\",\"nonce\":\"n2\",\"iat\":1,\"aud\":\"us\",\"exp\":1700000100}",
        "{\"iss\":\"https://op\",\"nonce\":\"n1\",\"aud\":\"us\",\"exp\":1700000100}",
        "{\"iss\":\"https://op\",\"nonce\":\"n1\",\"iat\":1700000061,\"aud\":\"us\",\"exp\":"
        "1700000100}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(complaint_of(bad[i]) != NULL);
    }
}

static void keys_that_are_none_are_refused(void)
{
    static const char *const wrong[] = {
        "{}",
        "[]",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_"
        "7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
        "7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
        "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}", /* somebody's private half */
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
        "7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
        "\"use\":\"enc\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
        "7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
        "\"alg\":\"ES256\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
        "7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
        "\"key_ops\":[\"encrypt\"]}",
        /* a point that is not on the curve */
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
        /* nowhere */
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
        "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", /* 24 bits */
        "{\"kty\":\"RSA\",\"e\":\"AQAB\"}",
        "{\"kty\":\"rsa\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
    };
    struct arena *arena = fresh();
    struct public_key *key = NULL;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, text_of(wrong[i])), &key),
                     STATUS_MALFORMED);
    }
    arena_destroy(&arena);
}

/* 2048 bits whose exponent is 1: everything is its own signature. */
static void an_rsa_key_of_exponent_one_is_refused(void)
{
    struct arena *arena = fresh();
    struct private_key *key = private_key_make(arena, ALGORITHM_RS256);
    struct text jwk = private_key_jwk(arena, key, TEXT("k"));
    struct public_key *half = NULL;
    char *changed = arena_take(arena, jwk.bytes + 1);
    memcpy(changed, jwk.data, jwk.bytes);
    char *exponent = strstr(changed, "\"AQAB\"");
    CHECK(exponent != NULL);
    memcpy(exponent, "\"AQ\"  ", 6);
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, text_of(changed)), &half),
                 STATUS_MALFORMED);
    memcpy(exponent, "\"AQAA\"", 6); /* an even one */
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, text_of(changed)), &half),
                 STATUS_MALFORMED);
    memcpy(exponent, "\"AQAB\"", 6);
    CHECK_STATUS(public_key_of_jwk(arena, json_of(arena, text_of(changed)), &half), STATUS_OK);
    arena_destroy(&arena);
}

static void the_key_of_a_name_is_found(void)
{
    struct arena *arena = fresh();
    struct private_key *first = private_key_make(arena, ALGORITHM_ES256);
    struct private_key *second = private_key_make(arena, ALGORITHM_EDDSA);
    struct text keys = text_format(arena, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"b\"},%s,%s]}",
                                   private_key_jwk(arena, first, TEXT("a")).data,
                                   private_key_jwk(arena, second, TEXT("b")).data);
    const struct json *list = json_of(arena, keys);
    struct public_key *found = NULL;
    struct jws jws = {.algorithm = ALGORITHM_EDDSA, .kid = TEXT("b")};
    CHECK_STATUS(jwks_find(arena, list, &jws, &found), STATUS_OK);
    jws.kid = TEXT("a"); /* that one is of another algorithm */
    CHECK_STATUS(jwks_find(arena, list, &jws, &found), STATUS_ABSENT);
    jws.kid = TEXT("../../etc/passwd' OR 1=1 --");
    CHECK_STATUS(jwks_find(arena, list, &jws, &found), STATUS_ABSENT);
    jws.kid = NO_TEXT;
    CHECK_STATUS(jwks_find(arena, list, &jws, &found), STATUS_OK);
    CHECK_STATUS(jwks_find(arena, json_of(arena, TEXT("{\"keys\":{}}")), &jws, &found),
                 STATUS_MALFORMED);
    arena_destroy(&arena);
}

static void cose_keys_are_read(void)
{
    struct arena *arena = fresh();
    struct public_key *key = NULL;
    /* RFC 9052 C.7.1 has this point; here with the algorithm, as passkeys say it. */
    static const char good[] = "a5010203262001215820"
                               "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
                               "225820"
                               "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c";
    char bytes[sizeof good / 2];
    CHECK(decode_hex(text_of(good), bytes, sizeof bytes));
    struct text cose = {bytes, sizeof bytes};
    CHECK_STATUS(public_key_of_cose(arena, cose, &key), STATUS_OK);
    CHECK_INT(public_key_algorithm(key), ALGORITHM_ES256);
    CHECK_STATUS(public_key_of_cose(arena, text_slice(cose, 0, cose.bytes - 1), &key),
                 STATUS_MALFORMED);
    bytes[4] = 0x27; /* it says EdDSA, and is a point of P-256 */
    CHECK_STATUS(public_key_of_cose(arena, cose, &key), STATUS_MALFORMED);
    bytes[4] = 0x26;
    bytes[sizeof bytes - 1] ^= 1; /* off the curve */
    CHECK_STATUS(public_key_of_cose(arena, cose, &key), STATUS_MALFORMED);
    CHECK_STATUS(public_key_of_cose(arena, TEXT("\xa0"), &key), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static void a_seal_opens_in_its_place_alone(void)
{
    struct arena *arena = fresh();
    struct digest_key key = {{1}};
    struct digest_key other = {{2}};
    struct text opened;
    struct text sealed = seal(arena, &key, TEXT("row 1"), TEXT("secret"));
    CHECK(unseal(arena, &key, TEXT("row 1"), sealed, &opened));
    CHECK_TEXT(opened, "secret");
    CHECK(!unseal(arena, &key, TEXT("row 2"), sealed, &opened));
    CHECK(!unseal(arena, &other, TEXT("row 1"), sealed, &opened));
    CHECK(!unseal(arena, &key, TEXT("row 1"), text_slice(sealed, 0, 20), &opened));
    CHECK(!unseal(arena, &key, TEXT("row 1"), NO_TEXT, &opened));
    CHECK(!text_equals(sealed, seal(arena, &key, TEXT("row 1"), TEXT("secret"))));
    arena_destroy(&arena);
}

static void sha256_is_the_known_one(void)
{
    struct arena *arena = fresh();
    struct text digest = sha256_of(arena, TEXT("abc"));
    CHECK_TEXT(encode_hex(arena, digest.data, digest.bytes),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"each_algorithm_signs_and_is_read_again", each_algorithm_signs_and_is_read_again, 0},
    {"the_vector_of_ed25519_is_accepted", the_vector_of_ed25519_is_accepted, 0},
    {"the_vector_of_es256_is_accepted", the_vector_of_es256_is_accepted, 0},
    {"tricks_with_the_head_are_refused", tricks_with_the_head_are_refused, 0},
    {"an_algorithm_is_the_keys_own", an_algorithm_is_the_keys_own, 0},
    {"keys_in_the_head_are_not_used", keys_in_the_head_are_not_used, 0},
    {"what_is_no_jws_is_refused", what_is_no_jws_is_refused, 0},
    {"claims_that_are_good_are_taken", claims_that_are_good_are_taken, 0},
    {"claims_that_are_not_for_us_are_not", claims_that_are_not_for_us_are_not, 0},
    {"keys_that_are_none_are_refused", keys_that_are_none_are_refused, 0},
    {"an_rsa_key_of_exponent_one_is_refused", an_rsa_key_of_exponent_one_is_refused, 0},
    {"the_key_of_a_name_is_found", the_key_of_a_name_is_found, 0},
    {"cose_keys_are_read", cose_keys_are_read, 0},
    {"a_seal_opens_in_its_place_alone", a_seal_opens_in_its_place_alone, 0},
    {"sha256_is_the_known_one", sha256_is_the_known_one, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
