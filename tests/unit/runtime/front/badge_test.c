/* badge_test.c - which credential a request shows, and whose page has sent it (G38). */
#include "runtime/front/badge.h"

#include "base/secret.h"
#include "runtime/front/cookie.h"
#include "tests/lib/check.h"

#define SECRET "any_0123456789abcdef0123456789"
#define OTHER  "new_0123456789abcdef0123456789"

enum { ARENA_BYTES_MAX = 1024 * 1024 };

static void reads_one_credential(void)
{
    static const struct {
        enum http_door door;
        const char *cookie;
        const char *authorization;
        enum badge_kind kind;
        const char *secret;
    } rows[] = {
        {HTTP_DOOR_TCP, NULL, NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "kontora=" SECRET, NULL, BADGE_COOKIE, SECRET},
        {HTTP_DOOR_TCP, "a=b; kontora=" SECRET "; c=d", NULL, BADGE_COOKIE, SECRET},
        {HTTP_DOOR_TCP, "__Host-kontora=" SECRET, NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TLS, "__Host-kontora=" SECRET, NULL, BADGE_COOKIE, SECRET},
        {HTTP_DOOR_TLS, "kontora=" SECRET, NULL, BADGE_NONE, NULL}, /* anybody may have set it */
        {HTTP_DOOR_TLS, "kontora=" OTHER "; __Host-kontora=" SECRET, NULL, BADGE_COOKIE, SECRET},
        {HTTP_DOOR_TCP, "kontora=" SECRET "; kontora=" OTHER, NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "kontora=short", NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "KONTORA=" SECRET, NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, NULL, "Bearer " OTHER, BADGE_BEARER, OTHER},
        {HTTP_DOOR_TCP, NULL, "bearer " OTHER, BADGE_BEARER, OTHER},
        {HTTP_DOOR_TCP, NULL, "Basic " OTHER, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, NULL, "Bearer a b c d e f g h i j k l", BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, NULL, "Bearer kontora_root_0123456789abcdef", BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, NULL, "Bearer kontora_service_1.a.b.c.d.e.f", BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "kontora=kontora_root_0123456789abcdef", NULL, BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "kontora=" SECRET, "Bearer " OTHER, BADGE_BEARER, OTHER},
        {HTTP_DOOR_TCP, "kontora=" SECRET, "Bearer kontora_root_0123456789", BADGE_NONE, NULL},
        {HTTP_DOOR_TCP, "kontora=" SECRET, "Basic " OTHER, BADGE_NONE, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_header headers[2];
        struct http_request request = {.door = rows[i].door, .headers = headers};
        if (rows[i].cookie != NULL) {
            headers[request.header_count++] =
                (struct http_header){TEXT("cookie"), text_of(rows[i].cookie)};
        }
        if (rows[i].authorization != NULL) {
            headers[request.header_count++] =
                (struct http_header){TEXT("Authorization"), text_of(rows[i].authorization)};
        }
        struct badge badge = badge_read(&request);
        CHECK_INT(badge.kind, rows[i].kind);
        CHECK(text_equals(badge.secret, text_of(rows[i].secret)));
    }
}

/* One that was cut or mistyped costs nobody a question. */
static void knows_a_broken_one_by_itself(void)
{
    struct arena *arena = arena_create("badge", ARENA_BYTES_MAX);
    static const char *const prefixes[] = {"gws_", "gwk_"};
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        struct text secret = secret_new(arena, prefixes[i]);
        struct text bearer = text_join(arena, TEXT("Bearer "), secret);
        struct http_header header = {TEXT("Authorization"), bearer};
        const struct http_request request = {.headers = &header, .header_count = 1};
        struct badge badge = badge_read(&request);
        CHECK_INT(badge.kind, BADGE_BEARER);
        CHECK(badge_may_be_known(&badge));
        for (size_t k = 7 + 4; k < bearer.bytes; k++) {
            struct text wrong = text_copy(arena, bearer);
            char *letters = (char *)(uintptr_t)wrong.data;
            letters[k] = letters[k] == 'x' ? 'y' : 'x';
            header.value = wrong;
            badge = badge_read(&request);
            CHECK(!badge_may_be_known(&badge));
            header.value = text_slice(bearer, 0, k);
            badge = badge_read(&request);
            CHECK(badge.kind == BADGE_NONE || !badge_may_be_known(&badge));
        }
        header.value = bearer;
    }
    arena_destroy(&arena);
}

static void tells_our_pages_from_others(void)
{
    static const struct {
        enum http_method method;
        const char *site;
        const char *origin;
        const char *type;
        bool is_from_here;
    } rows[] = {
        {HTTP_GET, "cross-site", "https://evil.example", NULL, true}, /* it changes nothing */
        {HTTP_HEAD, "cross-site", NULL, NULL, true},
        {HTTP_POST, "same-origin", "http://desk.example:8480", "text/plain", true},
        {HTTP_POST, "same-origin", NULL, "application/json", true},
        {HTTP_POST, "none", NULL, "application/json", true},
        {HTTP_POST, "same-site", NULL, "application/json", false},
        {HTTP_POST, "cross-site", NULL, "application/json", false},
        {HTTP_POST, "cross-site", "http://desk.example:8480", NULL, false},
        {HTTP_POST, "same-origin", "https://evil.example", "application/json", false},
        {HTTP_POST, NULL, "http://desk.example:8480", "text/plain", true},
        {HTTP_POST, NULL, "http://DESK.example:8480", "application/json", true},
        {HTTP_POST, NULL, "http://desk.example", "application/json", false},
        {HTTP_POST, NULL, "http://desk.example:8480.evil.example", "application/json", false},
        {HTTP_POST, NULL, "null", "application/json", false},
        {HTTP_POST, NULL, "", "application/json", false},
        {HTTP_POST, NULL, "http://", "application/json", false},
        {HTTP_POST, NULL, NULL, "application/json", true}, /* a program: no page can send this */
        {HTTP_POST, NULL, NULL, "text/plain;charset=utf-8", false},
        {HTTP_POST, NULL, NULL, "application/x-www-form-urlencoded", false},
        {HTTP_POST, NULL, NULL, "Multipart/Form-Data; boundary=x", false},
        {HTTP_POST, NULL, NULL, NULL, false},
        {HTTP_DELETE, "cross-site", NULL, "application/json", false},
        {HTTP_PATCH, "cross-site", NULL, "application/json", false},
        {HTTP_METHOD_OTHER, "cross-site", NULL, NULL, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_header headers[4] = {{TEXT("Host"), TEXT("desk.example:8480")}};
        struct http_request request = {
            .method = rows[i].method, .headers = headers, .header_count = 1};
        const char *const values[] = {rows[i].site, rows[i].origin, rows[i].type};
        static const char *const names[] = {"Sec-Fetch-Site", "Origin", "Content-Type"};
        for (size_t k = 0; k < COUNT_OF(values); k++) {
            if (values[k] != NULL) {
                headers[request.header_count++] =
                    (struct http_header){text_of(names[k]), text_of(values[k])};
            }
        }
        CHECK_INT(badge_is_from_here(&request), rows[i].is_from_here);
    }
}

/* Behind TLS a page of the plain port is a page of somebody else. */
static void knows_the_usual_ports(void)
{
    static const struct {
        enum http_door door;
        const char *host;
        const char *origin;
        bool is_from_here;
    } rows[] = {
        {HTTP_DOOR_TCP, "desk.example", "http://desk.example", true},
        {HTTP_DOOR_TCP, "desk.example", "http://desk.example:80", true},
        {HTTP_DOOR_TCP, "desk.example", "https://desk.example", true}, /* a proxy ends its TLS */
        {HTTP_DOOR_TLS, "desk.example", "https://desk.example", true},
        {HTTP_DOOR_TLS, "desk.example:443", "https://desk.example", true},
        {HTTP_DOOR_TLS, "desk.example", "http://desk.example", false},
        {HTTP_DOOR_TLS, "desk.example:444", "https://desk.example", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http_header headers[] = {
            {TEXT("Host"), text_of(rows[i].host)},
            {TEXT("Origin"), text_of(rows[i].origin)},
        };
        const struct http_request request = {
            .method = HTTP_POST, .door = rows[i].door, .headers = headers, .header_count = 2};
        CHECK_INT(badge_is_from_here(&request), rows[i].is_from_here);
    }
}

static struct text given(enum http_door door, const struct cookie *cookie, struct arena *arena)
{
    struct http_exchange exchange = {.arena = arena, .request.door = door};
    cookie_give_with(&exchange, cookie);
    CHECK_INT(exchange.answer.header_count, 1);
    CHECK_TEXT(exchange.answer.headers[0].name, "Set-Cookie");
    return exchange.answer.headers[0].value;
}

static void gives_cookies_that_others_cannot_read(void)
{
    struct arena *arena = arena_create("cookie", ARENA_BYTES_MAX);
    const struct cookie day = {COOKIE_SESSION, TEXT("v"), 86400, false};
    const struct cookie strict = {"device", TEXT("v"), 0, true};
    const struct cookie gone = {COOKIE_SESSION, TEXT(""), -1, false};
    CHECK_TEXT(given(HTTP_DOOR_TLS, &day, arena),
               "__Host-kontora=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=86400");
    CHECK_TEXT(given(HTTP_DOOR_TCP, &strict, arena), "device=v; Path=/; HttpOnly; SameSite=Strict");
    CHECK_TEXT(given(HTTP_DOOR_TCP, &gone, arena),
               "kontora=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"reads_one_credential", reads_one_credential, 0},
    {"knows_a_broken_one_by_itself", knows_a_broken_one_by_itself, 0},
    {"tells_our_pages_from_others", tells_our_pages_from_others, 0},
    {"knows_the_usual_ports", knows_the_usual_ports, 0},
    {"gives_cookies_that_others_cannot_read", gives_cookies_that_others_cannot_read, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
