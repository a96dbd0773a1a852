/* by_hand.h - an exchange and a call without a server, for what only reads and answers them. */
#ifndef TESTS_UNIT_RUNTIME_BY_HAND_H
#define TESTS_UNIT_RUNTIME_BY_HAND_H

#include "base/json.h"
#include "runtime/service.h"
#include "tests/lib/check.h"

#include <string.h>

enum { BY_HAND_ARENA_MAX = 64 * 1024 * 1024, BY_HAND_HEADERS_MAX = 8 };

struct by_hand {
    struct arena *arena;
    struct http_exchange exchange;
    struct call call;
    struct http_header headers[BY_HAND_HEADERS_MAX];
};

/* A request without anything; the route may be NULL where nobody asks for it. */
static inline void by_hand_init(struct by_hand *by_hand, const struct route *route)
{
    *by_hand = (struct by_hand){.arena = arena_create("by hand", BY_HAND_ARENA_MAX)};
    by_hand->exchange.arena = by_hand->arena;
    by_hand->exchange.request.headers = by_hand->headers;
    by_hand->call.arena = by_hand->arena;
    by_hand->call.exchange = &by_hand->exchange;
    by_hand->call.route = route;
    by_hand->call.takes = route ? route->takes : NULL;
    by_hand->call.gives = route ? route->gives : NULL;
}

static inline void by_hand_finish(struct by_hand *by_hand)
{
    arena_destroy(&by_hand->arena);
}

static inline void by_hand_header(struct by_hand *by_hand, const char *name, const char *value)
{
    struct http_request *request = &by_hand->exchange.request;
    CHECK(request->header_count < BY_HAND_HEADERS_MAX);
    by_hand->headers[request->header_count++] =
        (struct http_header){.name = text_of(name), .value = text_of(value)};
}

static inline void by_hand_body(struct by_hand *by_hand, struct text body)
{
    by_hand_header(by_hand, "Content-Type", "application/json");
    by_hand->exchange.request.body = body;
}

/* Of the answer; NO_TEXT when there is none. */
static inline struct text by_hand_answered(const struct by_hand *by_hand, const char *name)
{
    const struct http_answer *answer = &by_hand->exchange.answer;
    for (size_t i = 0; i < answer->header_count; i++) {
        if (text_equals_ignoring_case(answer->headers[i].name, text_of(name))) {
            return answer->headers[i].value;
        }
    }
    return NO_TEXT;
}

static inline const struct json *by_hand_json(struct by_hand *by_hand)
{
    const struct json *root = NULL;
    struct json_error error;
    CHECK_STATUS(json_read(by_hand->arena, by_hand->exchange.answer.body, 100000, &root, &error),
                 STATUS_OK);
    return root;
}

/* The text of a member; NO_TEXT when there is none. */
static inline struct text member_text(const struct json *object, const char *key)
{
    for (const struct json *value = object ? object->first : NULL; value; value = value->next) {
        if (text_equals(value->key, text_of(key))) {
            return value->text;
        }
    }
    return NO_TEXT;
}

static inline const struct json *member_of(const struct json *object, const char *key)
{
    for (const struct json *value = object ? object->first : NULL; value; value = value->next) {
        if (text_equals(value->key, text_of(key))) {
            return value;
        }
    }
    return NULL;
}

static inline bool text_has(struct text text, const char *part)
{
    return memmem(text.data, text.bytes, part, strlen(part)) != NULL;
}

#endif
