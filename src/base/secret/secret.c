/* secret.c - texts that open a door, by libsodium. */
#include "base/secret.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/must.h"

#include <sodium.h>
#include <string.h>

enum { BODY_BYTES = 32, ENCODED_BYTES = 43, CHECK_BYTES = 6, DIGITS_MAX = 18 };

static void checksum(struct text text, char check_out[CHECK_BYTES])
{
    static const char letters[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text.data, text.bytes);
    for (size_t i = 0; i < CHECK_BYTES; i++) {
        check_out[i] = letters[hash[i] % 64];
    }
}

struct text secret_new(struct arena *arena, const char *prefix)
{
    unsigned char body[BODY_BYTES];
    char check[CHECK_BYTES];
    MUST(strlen(prefix) <= SECRET_PREFIX_BYTES_MAX);
    chance_fill(body, sizeof body);
    struct text secret =
        text_join(arena, text_of(prefix), encode_base64url(arena, body, sizeof body));
    explicit_bzero(body, sizeof body);
    checksum(secret, check);
    return text_join(arena, secret, (struct text){check, CHECK_BYTES});
}

bool secret_is_whole(struct text secret, const char *prefix)
{
    char check[CHECK_BYTES];
    unsigned char body[BODY_BYTES];
    struct text start = text_of(prefix);
    if (secret.bytes != start.bytes + SECRET_BODY_BYTES || !text_starts_with(secret, start)) {
        return false;
    }
    size_t checked = secret.bytes - CHECK_BYTES;
    checksum(text_slice(secret, 0, checked), check);
    bool is_whole =
        memcmp(check, secret.data + checked, CHECK_BYTES) == 0 &&
        decode_base64url_exactly(text_slice(secret, start.bytes, checked), body, sizeof body);
    explicit_bzero(body, sizeof body);
    return is_whole;
}

/* Each number below the limit is as likely as the others: what is above the last whole round is
 * thrown away. */
static uint64_t chance_below(uint64_t limit)
{
    uint64_t rounds_end = UINT64_MAX - UINT64_MAX % limit;
    uint64_t number = chance_number();
    while (number >= rounds_end) {
        number = chance_number();
    }
    return number % limit;
}

static struct text by_chance(struct arena *arena, const char *letters, unsigned count)
{
    size_t letter_count = strlen(letters);
    char *text = arena_take(arena, count + 1);
    for (unsigned i = 0; i < count; i++) {
        text[i] = letters[chance_below(letter_count)];
    }
    return (struct text){text, count};
}

struct text secret_digits(struct arena *arena, unsigned count)
{
    MUST(count > 0 && count <= DIGITS_MAX);
    return by_chance(arena, "0123456789", count);
}

struct text secret_letters(struct arena *arena, unsigned count)
{
    MUST(count > 0);
    return by_chance(arena, "abcdefghijklmnopqrstuvwxyz234567", count);
}

struct text digest_hex(struct arena *arena, struct text text)
{
    unsigned char hash[DIGEST_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text.data, text.bytes);
    return encode_hex(arena, hash, sizeof hash);
}

static void authenticate(const struct digest_key *key, struct text text,
                         unsigned char mac_out[DIGEST_BYTES])
{
    crypto_auth_hmacsha256(mac_out, (const unsigned char *)text.data, text.bytes, key->bytes);
}

struct text digest_keyed(struct arena *arena, const struct digest_key *key, struct text text)
{
    unsigned char mac[DIGEST_BYTES];
    MUST(!sodium_is_zero(key->bytes, sizeof key->bytes));
    authenticate(key, text, mac);
    return encode_hex(arena, mac, sizeof mac);
}

struct digest_key digest_key_for(const struct digest_key *key, const char *purpose)
{
    struct digest_key derived;
    MUST(!sodium_is_zero(key->bytes, sizeof key->bytes));
    authenticate(key, text_of(purpose), derived.bytes);
    return derived;
}

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    PLAIN_BYTES_MAX = 4096,
};

struct text secret_seal(struct arena *arena, const struct digest_key *key, struct text purpose,
                        struct text plain)
{
    unsigned char *sealed = arena_take(arena, NONCE_BYTES + plain.bytes + TAG_BYTES);
    unsigned long long bytes = 0;
    MUST(plain.bytes <= PLAIN_BYTES_MAX);
    chance_fill(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_BYTES, &bytes, (const unsigned char *)plain.data, plain.bytes,
        (const unsigned char *)purpose.data, purpose.bytes, NULL, sealed, key->bytes);
    return encode_base64url(arena, sealed, NONCE_BYTES + (size_t)bytes);
}

bool secret_unseal(struct arena *arena, const struct digest_key *key, struct text purpose,
                   struct text sealed, struct text *plain_out)
{
    struct text bytes;
    unsigned long long plain_bytes = 0;
    if (!decode_base64url(arena, sealed, NONCE_BYTES + PLAIN_BYTES_MAX + TAG_BYTES, &bytes) ||
        bytes.bytes < NONCE_BYTES + TAG_BYTES) {
        return false;
    }
    const unsigned char *nonce = (const unsigned char *)bytes.data;
    unsigned char *plain = arena_take(arena, bytes.bytes - NONCE_BYTES);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, &plain_bytes, NULL, nonce + NONCE_BYTES, bytes.bytes - NONCE_BYTES,
            (const unsigned char *)purpose.data, purpose.bytes, nonce, key->bytes) != 0) {
        return false;
    }
    *plain_out = (struct text){(const char *)plain, (size_t)plain_bytes};
    return true;
}

bool digest_equals(struct text left, struct text right)
{
    return left.bytes == right.bytes && left.bytes > 0 &&
           sodium_memcmp(left.data, right.data, left.bytes) == 0;
}
