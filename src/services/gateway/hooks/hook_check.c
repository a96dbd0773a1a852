/* hook_check.c - is this from whom it says, and is it now? Over the bytes as they came. */
#include "base/encode.h"
#include "base/json.h"
#include "base/proof.h"
#include "services/gateway/hooks/hook.h"

#include <string.h>

enum { JSON_VALUES_MAX = 20000 };

static bool fits(struct text secret, const struct text *parts, size_t count,
                 const unsigned char given[PROOF_HASH_BYTES])
{
    unsigned char expected[PROOF_HASH_BYTES];
    proof_hmac(secret, parts, count, expected);
    return proof_equals(expected, given);
}

static bool fits_hex(struct text secret, struct text hex, struct text body)
{
    unsigned char given[PROOF_HASH_BYTES];
    return hex.bytes == 2 * sizeof given && decode_hex(hex, given, sizeof given) &&
           fits(secret, &body, 1, given);
}

/* "whsec_BASE64" is how both sides write the secret of a Standard Webhook. */
static struct text plain_secret(struct arena *arena, struct text secret)
{
    static const struct text prefix = {"whsec_", 6};
    size_t count = 0;
    char *bytes = arena_take(arena, secret.bytes + 1);
    bool is_base64 = text_starts_with(secret, prefix) &&
                     proof_read_base64(text_slice(secret, prefix.bytes, secret.bytes), bytes,
                                       secret.bytes, &count);
    return is_base64 ? (struct text){bytes, count} : secret;
}

static bool is_now(struct text seconds, int64_t now_ms)
{
    int64_t at;
    return text_to_integer(seconds, &at) && at > 0 && at < INT64_MAX / 1000 &&
           at * 1000 >= now_ms - HOOK_SKEW_MS && at * 1000 <= now_ms + HOOK_SKEW_MS;
}

/* There may be several, of old and new secrets, with spaces between them. */
static bool check_standard(struct arena *arena, const struct hook *hook,
                           const struct http_request *request, int64_t now_ms,
                           struct text *delivery_out)
{
    struct text id = http_header_alone(request, "webhook-id");
    struct text at = http_header_alone(request, "webhook-timestamp");
    struct text rest = http_header_alone(request, "webhook-signature");
    const struct text parts[] = {id, TEXT("."), at, TEXT("."), request->body};
    struct text secret = plain_secret(arena, hook->secret);
    bool is_signed = false;
    *delivery_out = id;
    if (id.bytes == 0 || !is_now(at, now_ms)) {
        return false;
    }
    while (rest.data != NULL) {
        struct text one;
        unsigned char given[PROOF_HASH_BYTES];
        size_t count = 0;
        text_cut(rest, ' ', &one, &rest);
        is_signed =
            is_signed ||
            (text_starts_with(one, TEXT("v1,")) &&
             proof_read_base64(text_slice(one, 3, one.bytes), given, sizeof given, &count) &&
             count == sizeof given && fits(secret, parts, COUNT_OF(parts), given));
    }
    return is_signed;
}

static bool check_github(const struct hook *hook, const struct http_request *request,
                         struct text *delivery_out)
{
    struct text signature = http_header_alone(request, "X-Hub-Signature-256");
    *delivery_out = http_header_alone(request, "X-GitHub-Delivery");
    return text_starts_with(signature, TEXT("sha256=")) &&
           fits_hex(hook->secret, text_slice(signature, 7, signature.bytes), request->body);
}

static bool check_telegram(struct arena *arena, const struct hook *hook,
                           const struct http_request *request, struct text *delivery_out)
{
    const struct json *root = NULL;
    struct json_error error;
    int64_t number;
    if (!fits_hex(hook->secret, http_header_alone(request, "X-Telegram-Signature"),
                  request->body)) {
        return false;
    }
    enum status status = json_read(arena, request->body, JSON_VALUES_MAX, &root, &error);
    const struct json *id = status == STATUS_OK ? json_member(root, TEXT("update_id")) : NULL;
    if (id != NULL && json_to_integer(id, &number)) {
        *delivery_out = text_format(arena, "%lld", (long long)number);
    }
    return true;
}

/* Visible ASCII, not too long; else its hash names it. */
static struct text name_of(struct arena *arena, struct text given, struct text body)
{
    bool is_name = given.bytes > 0 && given.bytes <= HOOK_DELIVERY_BYTES_MAX;
    for (size_t i = 0; is_name && i < given.bytes; i++) {
        is_name = given.data[i] > ' ' && given.data[i] < 0x7F;
    }
    return is_name ? text_copy(arena, given) : digest_hex(arena, given.bytes > 0 ? given : body);
}

enum status hook_check(struct arena *arena, const struct hook *hook,
                       const struct http_request *request, int64_t now_ms,
                       struct text *delivery_out)
{
    struct text delivery = NO_TEXT;
    bool is_signed = false;
    if (text_equals(hook->scheme, TEXT("standard"))) {
        is_signed = check_standard(arena, hook, request, now_ms, &delivery);
    } else if (text_equals(hook->scheme, TEXT("github"))) {
        is_signed = check_github(hook, request, &delivery);
    } else {
        is_signed = check_telegram(arena, hook, request, &delivery);
    }
    *delivery_out = name_of(arena, delivery, request->body);
    return is_signed ? STATUS_OK : STATUS_REFUSED;
}
