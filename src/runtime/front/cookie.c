/* cookie.c - the headers Cookie and Set-Cookie (RFC 6265). */
#include "runtime/front/cookie.h"

#include <string.h>

static const char secure_prefix[] = "__Host-";

static bool is_secure(const struct http_request *request)
{
    return request->door == HTTP_DOOR_TLS;
}

static bool is_named(struct text found, const struct http_request *request, const char *name)
{
    struct text prefix = is_secure(request) ? text_of(secure_prefix) : TEXT("");
    return text_starts_with(found, prefix) &&
           text_equals(text_slice(found, prefix.bytes, found.bytes), text_of(name));
}

/* How many there are of that name; value_out is the first. */
static size_t find_in(struct text header, const struct http_request *request, const char *name,
                      struct text *value_out)
{
    size_t count = 0;
    struct text rest = header;
    while (rest.data != NULL) {
        struct text pair;
        struct text found;
        struct text value;
        text_cut(rest, ';', &pair, &rest);
        if (text_cut(text_trim(pair), '=', &found, &value) && is_named(found, request, name)) {
            *value_out = count == 0 ? value : *value_out;
            count++;
        }
    }
    return count;
}

struct text cookie_read(const struct http_request *request, const char *name)
{
    struct text value = NO_TEXT;
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++) { /* HTTP/2 may send several */
        if (text_equals_ignoring_case(request->headers[i].name, TEXT("Cookie"))) {
            struct text found = NO_TEXT;
            count += find_in(request->headers[i].value, request, name, &found);
            value = value.data == NULL ? found : value;
        }
    }
    return count == 1 ? value : NO_TEXT; /* of two nobody knows whose the other is */
}

static bool is_value(struct text value)
{
    bool is = true;
    for (size_t i = 0; is && i < value.bytes; i++) {
        is = value.data[i] > ' ' && value.data[i] < 0x7F && strchr(",;\"\\", value.data[i]) == NULL;
    }
    return is;
}

void cookie_give_with(struct http_exchange *exchange, const struct cookie *cookie)
{
    bool secure = is_secure(&exchange->request);
    MUST(is_value(cookie->value) && is_value(text_of(cookie->name)));
    struct text age = cookie->seconds == 0
                          ? TEXT("")
                          : text_format(exchange->arena, "; Max-Age=%lld",
                                        cookie->seconds < 0 ? 0LL : (long long)cookie->seconds);
    struct text header =
        text_format(exchange->arena, "%s%s=%.*s; Path=/; HttpOnly; SameSite=%s%s%.*s",
                    secure ? secure_prefix : "", cookie->name, TEXT_ARGS(cookie->value),
                    cookie->is_strict ? "Strict" : "Lax", secure ? "; Secure" : "", TEXT_ARGS(age));
    http_answer_header(&exchange->answer, "Set-Cookie", header);
}

void cookie_give(struct call *call, const struct cookie *cookie)
{
    MUST(call->exchange != NULL && call->exchange->answer.status != 0);
    cookie_give_with(call->exchange, cookie);
}
