/* signed_fuzz.c - any bytes as signed claims, as a key, and as CBOR: refused, or what they say. */
#include "base/crypto/cbor.h"
#include "base/crypto/jws.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { ARENA_BYTES = 8 * 1024 * 1024, VALUES_MAX = 1000 };

static size_t count_items(const struct cbor *item)
{
    size_t count = 1;
    size_t members = 0;
    for (const struct cbor *member = item->first; member != NULL; member = member->next) {
        MUST((member->key != NULL) == (item->kind == CBOR_MAP));
        count += count_items(member);
        members++;
    }
    MUST(members == item->count);
    return count;
}

static void check_cbor(struct arena *arena, struct text input)
{
    const struct cbor *root = NULL;
    struct public_key *key = NULL;
    size_t count = 0;
    if (cbor_read(arena, input, &root, &count) == STATUS_OK) {
        MUST(count > 0 && count <= input.bytes && count_items(root) <= CBOR_ITEMS_MAX);
    }
    if (public_key_of_cose(arena, input, &key) == STATUS_OK) {
        MUST(count == input.bytes && !public_key_verifies(key, SIGNATURE_DER, input, input));
    }
}

static void check_jws(struct arena *arena, struct text input)
{
    struct jws jws;
    struct json_error error;
    const struct json *jwk = NULL;
    struct public_key *key = NULL;
    if (jws_read(arena, input, &jws) == STATUS_OK) {
        MUST(jws.claims->kind == JSON_OBJECT && jws.signature.bytes > 0);
        MUST(jws.signed_text.bytes < input.bytes);
        (void)jws_complaint(&jws, &(struct jws_wanted){.issuer = TEXT("a"),
                                                       .audience = TEXT("b"),
                                                       .now_ms = INT64_C(1700000000000)});
    }
    if (json_read(arena, input, VALUES_MAX, &jwk, &error) == STATUS_OK) {
        (void)!public_key_of_jwk(arena, jwk, &key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_create("crypto", ARENA_BYTES);
    struct text input = {(const char *)data, bytes};
    if (bytes > 0) {
        check_cbor(arena, input);
        check_jws(arena, input);
    }
    arena_destroy(&arena);
    return 0;
}
