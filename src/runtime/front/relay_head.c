/* relay_head.c - what goes along, what is left out, what is written anew. */
#include "runtime/front/relay_head.h"

#include "base/chance.h"
#include "runtime/front/shown.h"
#include "runtime/problem.h"

#include <string.h>

/* Of one hop (RFC 9110, 7.6.1), or written by whoever sends; and what only we may say. */
static const char *const left_out[] = {
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Host",
    "Content-Length",
    "Expect",
    "Kontora-Person",
    "Kontora-Roles",
    "Kontora-May",
    "Kontora-Session",
    "X-User-Id",
    "X-User-Type",
    "X-Request-Id",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "Forwarded",
    "traceparent",
    "Authorization",
    "Cookie",
};

static bool is_listed(struct text name, struct text list)
{
    bool is = false;
    while (list.data != NULL && !is) {
        struct text item;
        text_cut(list, ',', &item, &list);
        is = text_equals_ignoring_case(text_trim(item), name);
    }
    return is;
}

static bool is_left_out(struct text name, struct text connection)
{
    for (size_t i = 0; i < COUNT_OF(left_out); i++) {
        if (text_equals_ignoring_case(name, text_of(left_out[i]))) {
            return true;
        }
    }
    return is_listed(name, connection);
}

static void add(struct relay_headers *headers, const char *name, struct text value)
{
    MUST(headers->count < RELAY_HEADERS_MAX);
    headers->items[headers->count++] = (struct http_header){text_of(name), value};
}

static struct text join(struct arena *arena, struct texts texts)
{
    struct text joined = TEXT("");
    for (size_t i = 0; i < texts.count; i++) {
        joined = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(joined), i > 0 ? "," : "",
                             TEXT_ARGS(texts.items[i]));
    }
    return joined;
}

static struct text written(struct arena *arena, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    return text_copy(arena, text_of(text));
}

/* Ours believe it because of the credential that goes with it. */
static void add_person(struct arena *arena, const struct caller *caller,
                       struct relay_headers *headers)
{
    add(headers, "Kontora-Person", written(arena, caller->person));
    add(headers, "Kontora-Roles", join(arena, caller->roles));
    add(headers, "Kontora-May", join(arena, caller->permissions));
    if (!id_is_none(caller->session)) {
        add(headers, "Kontora-Session", written(arena, caller->session));
    }
}

/* For services that are not ours. */
static void add_user(struct arena *arena, const struct caller *caller,
                     struct relay_headers *headers)
{
    struct text kind = TEXT("person");
    struct text rest;
    if (caller->roles.count > 0) {
        text_cut(caller->roles.items[0], '.', &kind, &rest);
    }
    add(headers, "X-User-Id", written(arena, caller->person));
    add(headers, "X-User-Type", kind);
}

static void add_own(struct http_exchange *exchange, const struct relay_way *way,
                    struct relay_headers *headers)
{
    struct arena *arena = exchange->arena;
    bool is_person = !id_is_none(way->caller->person);
    struct text trace = problem_trace_id(exchange);
    unsigned long long span = chance_number();
    add(headers, "traceparent",
        text_format(arena, "00-%.*s-%016llx-01", TEXT_ARGS(trace), span ? span : 1));
    add(headers, "X-Request-Id", trace);
    add(headers, "X-Forwarded-For", exchange->request.peer);
    add(headers, "X-Forwarded-Host", http_header_value(&exchange->request, "Host"));
    add(headers, "X-Forwarded-Proto",
        exchange->request.door == HTTP_DOOR_TLS ? TEXT("https") : TEXT("http"));
    if (way->credential.data != NULL) {
        add(headers, "Authorization", way->credential);
    }
    if (is_person && way->upstream->kind != UPSTREAM_FOREIGN) {
        add_person(arena, way->caller, headers);
    }
    if (is_person) {
        add_user(arena, way->caller, headers);
    }
}

void relay_write_own_headers(struct http_exchange *exchange, const struct relay_way *way,
                             struct relay_headers *headers_out)
{
    headers_out->count = 0;
    add_own(exchange, way, headers_out);
    add(headers_out, "Accept", TEXT("application/json"));
}

static void add_shown(struct http_exchange *exchange, const struct relay_way *way,
                      struct relay_headers *headers)
{
    const struct http_request *request = &exchange->request;
    struct text authorization = shown_of_client(exchange->arena, way->upstream, way->caller,
                                                http_header_value(request, "Authorization"));
    if (way->credential.data == NULL && authorization.data != NULL) {
        add(headers, "Authorization", authorization);
    }
    for (size_t i = 0; i < request->header_count; i++) { /* HTTP/2 may send several */
        struct text cookies =
            text_equals_ignoring_case(request->headers[i].name, TEXT("Cookie"))
                ? shown_cookies(exchange->arena, way->upstream, request->headers[i].value)
                : NO_TEXT;
        if (cookies.data != NULL && headers->count < RELAY_HEADERS_MAX) {
            add(headers, "Cookie", cookies);
        }
    }
}

void relay_write_headers(struct http_exchange *exchange, const struct relay_way *way,
                         struct relay_headers *headers_out)
{
    const struct http_request *request = &exchange->request;
    struct text connection = http_header_value(request, "Connection");
    headers_out->count = 0;
    add_own(exchange, way, headers_out);
    add_shown(exchange, way, headers_out);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!is_left_out(request->headers[i].name, connection) &&
            headers_out->count < RELAY_HEADERS_MAX) {
            headers_out->items[headers_out->count++] = request->headers[i];
        }
    }
}

/* A header that we write must have a name that lasts. */
static const char *const passed_on[] = {
    "ETag",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    "Set-Cookie",
    "Allow",
    "Cache-Control",
    "Last-Modified",
    "Content-Disposition",
    "Vary",
    "Idempotent-Replayed",
    "Content-Language",
};

static bool may_pass_on(const struct upstream *upstream, const struct http_header *header)
{
    return !text_equals_ignoring_case(header->name, TEXT("Set-Cookie")) ||
           shown_may_set(upstream, header->value);
}

void relay_copy_head(struct arena *arena, const struct upstream *upstream,
                     const struct http_answer *from, struct http_answer *answer_out)
{
    *answer_out = (struct http_answer){.status = from->status};
    if (text_is_given(from->content_type)) {
        answer_out->content_type = text_copy(arena, from->content_type);
    }
    for (size_t i = 0; i < from->header_count; i++) {
        for (size_t k = 0; k < COUNT_OF(passed_on); k++) {
            if (text_equals_ignoring_case(from->headers[i].name, text_of(passed_on[k])) &&
                may_pass_on(upstream, &from->headers[i]) &&
                answer_out->header_count < COUNT_OF(answer_out->headers)) {
                http_answer_header(answer_out, passed_on[k],
                                   text_copy(arena, from->headers[i].value));
            }
        }
    }
}
