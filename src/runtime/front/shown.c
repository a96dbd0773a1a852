/* shown.c - reads gateway.authorization, and knows our credentials when it sees them. */
#include "runtime/front/shown.h"

#include "base/encode.h"
#include "runtime/front/cookie.h"
#include "runtime/service.h"

#include <ctype.h>
#include <string.h>

enum { AUTHORIZATION_BYTES_MAX = 4096 };

/* ---- what is ours ---- */

static bool is_of_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_' || letter == '-';
}

/* "gws_", "gwk_", "gwa_" and their like, and the root's and services' own. */
static bool begins_as_ours(struct text text)
{
    bool is_of_iam = text.bytes > 4 && memcmp(text.data, "gw", 2) == 0 && text.data[2] >= 'a' &&
                     text.data[2] <= 'z' && text.data[3] == '_';
    return is_of_iam || text_starts_with(text, TEXT("kontora_"));
}

static bool has_ours(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        bool begins = i == 0 || !is_of_word(text.data[i - 1]);
        if (begins && begins_as_ours(text_slice(text, i, text.bytes))) {
            return true;
        }
    }
    return false;
}

static bool has_scheme(struct text authorization, struct text scheme)
{
    return text_equals_ignoring_case(text_slice(authorization, 0, scheme.bytes), scheme);
}

/* As it is written, or inside of a "Basic ..."; what that hides from us is not passed on. */
static bool is_ours(struct arena *arena, struct text authorization)
{
    struct text pair;
    if (authorization.bytes > AUTHORIZATION_BYTES_MAX || has_ours(authorization)) {
        return true;
    }
    return has_scheme(authorization, TEXT("Basic ")) &&
           (!decode_base64(arena, text_trim(text_slice(authorization, 6, authorization.bytes)),
                           authorization.bytes, &pair) ||
            has_ours(pair));
}

/* "kontora", "kontora_browser", "__Host-kontora" */
static bool is_our_cookie(struct text pair)
{
    static const struct text secure_prefix = {"__Host-", 7};
    struct text name = text_trim(pair);
    if (text_starts_with(name, secure_prefix)) {
        name = text_slice(name, secure_prefix.bytes, name.bytes);
    }
    return text_starts_with(name, TEXT(COOKIE_SESSION));
}

/* ---- what goes along ---- */

struct text shown_of_client(struct arena *arena, const struct upstream *upstream,
                            const struct caller *caller, struct text authorization)
{
    bool goes = false;
    bool is_there = caller->kind == CALLER_NOBODY && authorization.data != NULL;
    switch (upstream->kind) {
    case UPSTREAM_FOREIGN:
        goes = is_there && upstream->passes_authorization && !is_ours(arena, authorization);
        break;
    case UPSTREAM_SIGNS_IN: /* a program that asks for its token */
        goes = is_there && has_scheme(authorization, TEXT("Basic "));
        break;
    case UPSTREAM_OURS:
        break;
    }
    return goes ? authorization : NO_TEXT;
}

struct text shown_cookies(struct arena *arena, const struct upstream *upstream, struct text header)
{
    struct text left = NO_TEXT;
    struct text rest = header;
    if (upstream->kind == UPSTREAM_SIGNS_IN) {
        return header;
    }
    while (rest.data != NULL) {
        struct text pair;
        text_cut(rest, ';', &pair, &rest);
        pair = text_trim(pair);
        if (pair.bytes > 0 && !is_our_cookie(pair)) {
            left = left.data == NULL
                       ? pair
                       : text_format(arena, "%.*s; %.*s", TEXT_ARGS(left), TEXT_ARGS(pair));
        }
    }
    return left;
}

bool shown_may_set(const struct upstream *upstream, struct text set_cookie)
{
    return upstream->kind == UPSTREAM_SIGNS_IN || !is_our_cookie(set_cookie);
}

/* ---- the setting ---- */

static bool is_value(struct text value)
{
    bool is = value.bytes > 0 && value.bytes <= AUTHORIZATION_BYTES_MAX;
    for (size_t i = 0; is && i < value.bytes; i++) {
        is = value.data[i] >= ' ' && value.data[i] < 0x7F;
    }
    return is;
}

/* NULL: it is well said. */
static const char *read_entry(struct upstreams *upstreams, const struct shown_options *options,
                              struct text entry)
{
    struct text name;
    struct text value;
    bool is_pair = text_cut(entry, '=', &name, &value);
    struct upstream *upstream = is_pair ? upstreams_find(upstreams, text_trim(name)) : NULL;
    value = text_trim(value);
    if (upstream == NULL) {
        return "names no service of gateway.upstreams";
    }
    if (upstream->kind != UPSTREAM_FOREIGN) {
        return "names a service of ours, which knows this process by its key";
    }
    if (upstream->passes_authorization || upstream->authorization.data != NULL) {
        return "names a service twice";
    }
    if (!is_value(value)) {
        return "says nothing that a header could have";
    }
    upstream->passes_authorization = text_equals(value, TEXT("client"));
    upstream->authorization =
        upstream->passes_authorization ? NO_TEXT : text_copy(options->arena, value);
    return NULL;
}

static enum upstream_kind kind_of(const struct shown_options *options, const char *name)
{
    for (size_t i = 0; i < options->known_count; i++) {
        if (strcmp(options->known[i]->name, name) == 0) {
            return strcmp(name, options->signs_in) == 0 ? UPSTREAM_SIGNS_IN : UPSTREAM_OURS;
        }
    }
    return UPSTREAM_FOREIGN;
}

enum status shown_read(struct upstreams *upstreams, const struct shown_options *options,
                       struct text *error_out)
{
    struct upstream *upstream;
    struct text rest = options->setting;
    for (size_t i = 0; (upstream = upstreams_at(upstreams, i)) != NULL; i++) {
        upstream->kind = kind_of(options, upstream->name);
    }
    for (size_t number = 1; rest.data != NULL; number++) {
        struct text entry;
        text_cut(rest, ';', &entry, &rest);
        const char *complaint =
            text_trim(entry).bytes > 0 ? read_entry(upstreams, options, text_trim(entry)) : NULL;
        if (complaint != NULL) {
            *error_out = text_format(options->arena,
                                     "gateway.authorization is not SERVICE=client; "
                                     "SERVICE=Bearer SECRET; ...: its entry %zu %s.",
                                     number, complaint);
            return STATUS_MALFORMED;
        }
    }
    return STATUS_OK;
}
