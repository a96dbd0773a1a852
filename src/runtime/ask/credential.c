/* credential.c - writes and checks the text by which a service says who it is. */
#include "runtime/ask/credential.h"

#include "base/encode.h"
#include "base/must.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PUBLIC_KEY_BYTES == crypto_sign_PUBLICKEYBYTES, "the key is of Ed25519");
_Static_assert(SECRET_KEY_BYTES == crypto_sign_SECRETKEYBYTES, "the key is of Ed25519");

enum { SIGNATURE_BYTES = crypto_sign_BYTES, PARTS = 7, NAME_BYTES_MAX = 32 };

static const struct text start = {"kontora_service_1.", 18};

void credential_key_id(const unsigned char public_key[PUBLIC_KEY_BYTES],
                       char id_out[KEY_ID_BYTES + 1])
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    crypto_generichash(hash, sizeof hash, public_key, PUBLIC_KEY_BYTES, NULL, 0);
    sodium_bin2hex(id_out, KEY_ID_BYTES + 1, hash, KEY_ID_BYTES / 2);
}

struct text credential_write(struct arena *arena, const struct service_key *key, struct text issuer,
                             struct text audience, int64_t now_ms)
{
    int64_t now = now_ms / 1000;
    struct text said = text_format(arena, "%.*s%.*s.%.*s.%lld.%lld.%s", TEXT_ARGS(start),
                                   TEXT_ARGS(issuer), TEXT_ARGS(audience), (long long)now,
                                   (long long)now + CREDENTIAL_SECONDS, key->id);
    unsigned char signature[SIGNATURE_BYTES];
    int failed = crypto_sign_detached(signature, NULL, (const unsigned char *)said.data, said.bytes,
                                      key->secret_key);
    MUST(failed == 0);
    struct text encoded = encode_base64url(arena, signature, sizeof signature);
    return text_format(arena, "%.*s.%.*s", TEXT_ARGS(said), TEXT_ARGS(encoded));
}

bool credential_looks_like(struct text text)
{
    return text_starts_with(text, TEXT("kontora_service_"));
}

static bool is_plain_name(struct text text)
{
    bool is_plain = text.bytes > 0 && text.bytes <= NAME_BYTES_MAX;
    for (size_t i = 0; is_plain && i < text.bytes; i++) {
        char letter = text.data[i];
        is_plain =
            (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
    }
    return is_plain;
}

bool credential_read(struct text text, struct credential *credential_out)
{
    struct text parts[PARTS];
    struct text rest = text;
    size_t count = 0;
    if (text.bytes > CREDENTIAL_BYTES_MAX || !text_starts_with(text, start)) {
        return false;
    }
    while (rest.data != NULL && count < PARTS) {
        text_cut(rest, '.', &parts[count++], &rest);
    }
    if (count != PARTS || rest.data != NULL) {
        return false;
    }
    *credential_out = (struct credential){
        .issuer = parts[1],
        .audience = parts[2],
        .key_id = parts[5],
        .signature = parts[6],
        .signed_text = {text.data, (size_t)(parts[6].data - text.data) - 1},
    };
    return is_plain_name(parts[1]) && is_plain_name(parts[2]) &&
           text_to_integer(parts[3], &credential_out->issued) &&
           text_to_integer(parts[4], &credential_out->expires) && credential_out->issued > 0 &&
           parts[5].bytes == KEY_ID_BYTES;
}

bool credential_is_signed(const struct credential *credential,
                          const unsigned char public_key[PUBLIC_KEY_BYTES])
{
    unsigned char signature[SIGNATURE_BYTES];
    bool is_whole = decode_base64url_exactly(credential->signature, signature, sizeof signature);
    return is_whole && crypto_sign_verify_detached(
                           signature, (const unsigned char *)credential->signed_text.data,
                           credential->signed_text.bytes, public_key) == 0;
}

bool credential_is_current(const struct credential *credential, int64_t now_ms)
{
    int64_t now = now_ms / 1000;
    return credential->issued <= now + CREDENTIAL_SKEW_SECONDS &&
           credential->expires >= now - CREDENTIAL_SKEW_SECONDS &&
           credential->expires > credential->issued &&
           credential->expires - credential->issued <= CREDENTIAL_SECONDS;
}
