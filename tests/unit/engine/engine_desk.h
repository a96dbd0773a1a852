/* engine_desk.h - asks handlers of the engine without a server: who he is, by which door he comes
 * and what he asks; then what he was answered. The rows are those of the lab, in SQLite.
 */
#ifndef TESTS_UNIT_ENGINE_ENGINE_DESK_H
#define TESTS_UNIT_ENGINE_ENGINE_DESK_H

#include "base/json.h"
#include "runtime/input.h"
#include "store/sqlite.h"
#include "tests/lib/cases/case_lab.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { DESK_VALUES_MAX = 20000 };

/* Who asks: his one role, which is also his kind, and himself. */
struct desk_person {
    const char *role;
    struct id id;
    bool is_nobody;
};

struct desk_said {
    enum status status;
    int code;
    struct text text;
    const struct json *body;
};

static inline struct store_source *desk_open_source(const char *schema)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

static inline const struct route *desk_route(enum http_method method, const char *path)
{
    for (size_t i = 0; i < lab.made->route_count; i++) {
        if (lab.made->routes[i].method == method && strcmp(lab.made->routes[i].path, path) == 0) {
            return &lab.made->routes[i];
        }
    }
    CHECK(false);
    return NULL;
}

static inline struct caller desk_caller(const struct desk_person *person)
{
    struct text *role = ARENA_NEW(lab.work, struct text);
    *role = text_of(person->role);
    if (person->is_nobody) {
        return (struct caller){.kind = CALLER_NOBODY};
    }
    return (struct caller){
        .kind = CALLER_ROOT, .name = TEXT("root key"), .person = person->id, .roles = {role, 1}};
}

/* The fields of `takes` that were given are named in `given`, with spaces between. */
static inline uint64_t desk_given(const struct shape *takes, const char *given)
{
    uint64_t bits = 0;
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        struct text rest = text_of(given);
        struct text word;
        for (bool has_more = true; has_more;) {
            has_more = text_cut(rest, ' ', &word, &rest);
            bits |= (uint64_t)text_equals(word, text_of(takes->fields[i].name)) << i;
        }
    }
    return bits;
}

struct desk_request {
    struct desk_person who;
    const char *path;
    const void *input;
    const char *given; /* NULL: none */
    bool posts;
};

static inline struct desk_said desk_ask(struct desk_request request)
{
    struct desk_said said = {.body = NULL};
    struct json_error error;
    const struct route *route = desk_route(request.posts ? HTTP_POST : HTTP_GET, request.path);
    lab_take_up();
    struct http_exchange *exchange = ARENA_NEW(lab.work, struct http_exchange);
    struct call call = lab_call(NULL);
    exchange->arena = lab.work;
    exchange->request.method = route->method;
    exchange->request.path = text_of(request.path);
    call.caller = desk_caller(&request.who);
    call.exchange = exchange;
    call.route = route;
    call.input = request.input;
    call.given = desk_given(route->takes, request.given != NULL ? request.given : "");
    call.takes = route->takes;
    call.gives = route->gives;
    said.status = route->handle(&call);
    said.code = exchange->answer.status;
    said.text = text_copy(lab.arena, exchange->answer.body);
    if (text_is_given(said.text)) {
        CHECK_STATUS(json_read(lab.arena, said.text, DESK_VALUES_MAX, &said.body, &error),
                     STATUS_OK);
    }
    enum status kept = lab_lay_down(said.status);
    CHECK(kept == said.status);
    return said;
}

/* ---- what he was told ---- */

/* "case/places": from member to member; NULL when one is not there. */
static inline const struct json *desk_at(const struct json *from, const char *path)
{
    struct text rest = text_of(path);
    struct text step;
    for (bool has_more = true; from != NULL && has_more;) {
        has_more = text_cut(rest, '/', &step, &rest);
        from = json_member(from, step);
    }
    return from;
}

static inline bool desk_has(const struct desk_said *said, const char *part)
{
    return strstr(said->text.data, part) != NULL;
}

/* The item of the list `path` whose `member` says so; NULL: there is none. */
static inline const struct json *desk_item(const struct desk_said *said, const char *path,
                                           const char *member, const char *value)
{
    const struct json *list = desk_at(said->body, path);
    CHECK(list != NULL);
    for (const struct json *one = list->first; one != NULL; one = one->next) {
        const struct json *name = desk_at(one, member);
        if (name != NULL && text_equals(name->text, text_of(value))) {
            return one;
        }
    }
    return NULL;
}

static inline size_t desk_count(const struct desk_said *said, const char *path)
{
    const struct json *list = desk_at(said->body, path);
    CHECK(list != NULL);
    return list->count;
}

static inline const char *desk_word(const struct json *from, const char *path)
{
    const struct json *found = desk_at(from, path);
    return found == NULL || found->kind != JSON_STRING ? "-"
                                                       : text_copy(lab.arena, found->text).data;
}

/* The code of a refusal. */
static inline const char *desk_code(const struct desk_said *said)
{
    return desk_word(said->body, "code");
}

#endif
