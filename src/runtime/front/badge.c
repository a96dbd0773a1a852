/* badge.c - reads cookies and bearer credentials, and tells our pages from those of others. */
#include "runtime/front/badge.h"

#include "base/secret.h"
#include "runtime/front/cookie.h"

#include <sodium.h>

static const struct text scheme = {"Bearer ", 7};

/* Of the machine's owner, and of services: access.h knows them. */
static const struct text of_others[] = {{"kontora_root_", 13}, {"kontora_service_", 16}};

static bool is_credential(struct text text)
{
    bool is = text.bytes >= BADGE_BYTES_MIN && text.bytes <= BADGE_BYTES_MAX;
    for (size_t i = 0; is && i < text.bytes; i++) {
        is = text.data[i] > ' ' && text.data[i] < 0x7F;
    }
    for (size_t i = 0; is && i < COUNT_OF(of_others); i++) {
        is = !text_starts_with(text, of_others[i]);
    }
    return is;
}

struct badge badge_read(const struct http_request *request)
{
    struct text header = http_header_value(request, "Authorization");
    bool is_bearer = header.bytes > scheme.bytes &&
                     text_equals_ignoring_case(text_slice(header, 0, scheme.bytes), scheme);
    struct text bearer = is_bearer ? text_slice(header, scheme.bytes, header.bytes) : NO_TEXT;
    struct text cookie = header.data == NULL ? cookie_read(request, COOKIE_SESSION) : NO_TEXT;
    if (is_credential(bearer)) {
        return (struct badge){.kind = BADGE_BEARER, .secret = bearer};
    }
    if (is_credential(cookie)) {
        return (struct badge){.kind = BADGE_COOKIE, .secret = cookie};
    }
    return (struct badge){.kind = BADGE_NONE};
}

bool badge_may_be_known(const struct badge *badge)
{
    static const char *const own_prefixes[] = {"gws_", "gwk_"};
    bool may = true;
    for (size_t i = 0; may && i < COUNT_OF(own_prefixes); i++) {
        may = !text_starts_with(badge->secret, text_of(own_prefixes[i])) ||
              secret_is_whole(badge->secret, own_prefixes[i]);
    }
    return may;
}

void badge_hash(struct text secret, unsigned char hash_out[BADGE_HASH_BYTES])
{
    crypto_hash_sha256(hash_out, (const unsigned char *)secret.data, secret.bytes);
}

/* ---- whose page has sent it ---- */

static struct text without(struct text text, struct text end)
{
    bool has = text.bytes > end.bytes &&
               text_equals(text_slice(text, text.bytes - end.bytes, text.bytes), end);
    return has ? text_slice(text, 0, text.bytes - end.bytes) : text;
}

/* "https://kontora.example" and the Host "kontora.example:443" are the same place. */
static bool is_origin_here(const struct http_request *request, struct text origin)
{
    bool is_tls = text_starts_with(origin, TEXT("https://"));
    struct text start = is_tls ? TEXT("https://") : TEXT("http://");
    struct text port = is_tls ? TEXT(":443") : TEXT(":80");
    if (!text_starts_with(origin, start) || (request->door == HTTP_DOOR_TLS && !is_tls)) {
        return false;
    }
    struct text place = without(text_slice(origin, start.bytes, origin.bytes), port);
    struct text host = without(http_header_value(request, "Host"), port);
    return place.bytes > 0 && text_equals_ignoring_case(place, host);
}

/* What a form of any page may send without asking first. */
static bool is_of_a_form(const struct http_request *request)
{
    static const struct text simple[] = {
        {"application/x-www-form-urlencoded", 33}, {"multipart/form-data", 19}, {"text/plain", 10}};
    struct text type = http_header_value(request, "Content-Type");
    struct text kind;
    struct text rest;
    text_cut(type, ';', &kind, &rest);
    kind = text_trim(kind);
    bool is = kind.bytes == 0;
    for (size_t i = 0; i < COUNT_OF(simple); i++) {
        is = is || text_equals_ignoring_case(kind, simple[i]);
    }
    return is;
}

bool badge_is_from_here(const struct http_request *request)
{
    struct text site = http_header_value(request, "Sec-Fetch-Site");
    struct text origin = http_header_value(request, "Origin");
    if (request->method == HTTP_GET || request->method == HTTP_HEAD ||
        request->method == HTTP_OPTIONS) {
        return true;
    }
    if (origin.data != NULL && !is_origin_here(request, origin)) {
        return false;
    }
    if (site.data != NULL) {
        return text_equals(site, TEXT("same-origin")) || text_equals(site, TEXT("none"));
    }
    return origin.data != NULL || !is_of_a_form(request); /* no browser, or a very old one */
}
