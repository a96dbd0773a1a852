/* totp.c - one-time codes from a secret and the time. */
#include "base/totp.h"

#include "base/chance.h"
#include "base/must.h"
#include "base/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { SHA1_BYTES = 20, COUNTER_BYTES = 8, CODE_LIMIT = 1000000 };

struct text totp_secret_new(struct arena *arena)
{
    char *secret = arena_take(arena, TOTP_SECRET_BYTES);
    chance_fill(secret, TOTP_SECRET_BYTES);
    return (struct text){secret, TOTP_SECRET_BYTES};
}

struct text totp_secret_text(struct arena *arena, struct text secret)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    MUST(secret.bytes % 5 == 0);
    char *text = arena_take(arena, secret.bytes / 5 * 8 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < secret.bytes; i += 5) {
        uint64_t group = 0;
        for (size_t j = 0; j < 5; j++) {
            group = group << 8 | (unsigned char)secret.data[i + j];
        }
        for (unsigned shift = 40; shift > 0; shift -= 5) {
            text[bytes++] = letters[group >> (shift - 5) & 31];
        }
    }
    return (struct text){text, bytes};
}

struct text totp_code(struct arena *arena, struct text secret, int64_t step)
{
    unsigned char counter[COUNTER_BYTES];
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_bytes = 0;
    for (size_t i = 0; i < COUNTER_BYTES; i++) {
        counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    }
    const unsigned char *made =
        HMAC(EVP_sha1(), secret.data, (int)secret.bytes, counter, COUNTER_BYTES, mac, &mac_bytes);
    MUST(made != NULL && mac_bytes == SHA1_BYTES);
    unsigned at = mac[SHA1_BYTES - 1] & 15;
    uint32_t number = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 |
                      (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    return text_format(arena, "%06u", (unsigned)(number % CODE_LIMIT));
}

bool totp_fits(struct arena *arena, struct text secret, struct text code, int64_t now_ms,
               int64_t *step_out)
{
    int64_t now = now_ms / TOTP_STEP_MS;
    bool fits = false;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        bool is_it = digest_equals(totp_code(arena, secret, step), code);
        *step_out = is_it && !fits ? step : *step_out;
        fits = fits || is_it;
    }
    return fits;
}
