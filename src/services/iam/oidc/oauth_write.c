/* oauth_write.c - addresses, and the one page that needs no web client. */
#include "services/iam/oidc/oauth_write.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/json.h"

#include <string.h>

extern const char sign_on_html_begin[];
extern const char sign_on_html_end[];

enum { NONCE_BYTES = 16 };

struct text oauth_escape(struct arena *arena, struct text value)
{
    static const char digits[] = "0123456789ABCDEF";
    char *written = arena_take(arena, value.bytes * 3 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < value.bytes; i++) {
        unsigned char letter = (unsigned char)value.data[i];
        bool is_plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                        (letter >= 'A' && letter <= 'Z') || memchr("-._~", letter, 4) != NULL;
        if (is_plain) {
            written[bytes++] = (char)letter;
        } else {
            written[bytes++] = '%';
            written[bytes++] = digits[letter >> 4];
            written[bytes++] = digits[letter & 15];
        }
    }
    return (struct text){written, bytes};
}

struct text oauth_with(struct arena *arena, struct text address, const char *name,
                       struct text value)
{
    if (value.data == NULL) {
        return address;
    }
    bool has_query = memchr(address.data, '?', address.bytes) != NULL;
    struct text escaped = oauth_escape(arena, value);
    return text_format(arena, "%.*s%c%s=%.*s", TEXT_ARGS(address), has_query ? '&' : '?', name,
                       TEXT_ARGS(escaped));
}

/* JSON between tags: no '<' that could end it. */
static struct text without_tags(struct arena *arena, struct text json)
{
    char *written = arena_take(arena, json.bytes * 6 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < json.bytes; i++) {
        if (json.data[i] == '<') {
            memcpy(written + bytes, "\\u003c", 6);
            bytes += 6;
        } else {
            written[bytes++] = json.data[i];
        }
    }
    return (struct text){written, bytes};
}

/* The page with each @NONCE@ and @DATA@ filled in. */
static struct text fill(struct arena *arena, struct text nonce, struct text data)
{
    const struct text page = {sign_on_html_begin, (size_t)(sign_on_html_end - sign_on_html_begin)};
    enum { PLACES_MAX = 8 };
    char *written = arena_take(arena, page.bytes + data.bytes + PLACES_MAX * nonce.bytes);
    struct text rest = page;
    size_t bytes = 0;
    size_t places = 0;
    while (rest.bytes > 0) {
        bool is_nonce = text_starts_with(rest, TEXT("@NONCE@"));
        bool is_data = text_starts_with(rest, TEXT("@DATA@"));
        struct text put = is_nonce ? nonce : is_data ? data : text_slice(rest, 0, 1);
        memcpy(written + bytes, put.data, put.bytes);
        bytes += put.bytes;
        places += is_nonce || is_data;
        rest = text_slice(rest, is_nonce ? 7 : is_data ? 6 : 1, rest.bytes);
    }
    MUST(places > 0 && places <= PLACES_MAX);
    return (struct text){written, bytes};
}

static enum status answer_page(struct call *call, int http_status, struct text data)
{
    unsigned char bytes[NONCE_BYTES];
    chance_fill(bytes, sizeof bytes);
    struct text nonce = encode_base64url(call->arena, bytes, sizeof bytes);
    struct text page = fill(call->arena, nonce, without_tags(call->arena, data));
    enum status status = answer_written(call, page, NO_TEXT);
    struct http_answer *answer = &call->exchange->answer;
    answer->status = http_status;
    answer->content_type = TEXT("text/html; charset=utf-8");
    http_answer_header(answer, "Content-Security-Policy",
                       text_format(call->arena,
                                   "default-src 'none'; script-src 'nonce-%.*s'; style-src "
                                   "'nonce-%.*s'; connect-src 'self'; base-uri 'none'; "
                                   "form-action 'none'; frame-ancestors 'none'",
                                   TEXT_ARGS(nonce), TEXT_ARGS(nonce)));
    http_answer_header(answer, "Cache-Control", TEXT("no-store"));
    http_answer_header(answer, "Referrer-Policy", TEXT("no-referrer"));
    http_answer_header(answer, "X-Content-Type-Options", TEXT("nosniff"));
    return status;
}

enum status oauth_page(struct call *call, struct text data)
{
    return answer_page(call, 200, data);
}

enum status oauth_error_page(struct call *call, int http_status, const char *message)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "mode");
    json_put_text(&writer, TEXT("error"));
    json_key(&writer, "message");
    json_put_text(&writer, text_of(message));
    json_end_object(&writer);
    return answer_page(call, http_status, json_written(&writer));
}
