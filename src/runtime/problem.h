/* problem.h - how an error looks on the wire: application/problem+json (RFC 9457).
 *
 * {"type":"about:blank","title":"Conflict","status":409,"code":"user_exists",
 *  "message":"...","details":{"fields":[{"field":"email","code":"...","message":"..."}]},
 *  "trace_id":"..."}
 * `code` is for programs and never changes; `message` is for a person.
 */
#ifndef RUNTIME_PROBLEM_H
#define RUNTIME_PROBLEM_H

#include "net/http.h"

enum { PROBLEM_FIELDS_MAX = 20 };

struct field_problem {
    const char *field;
    const char *code; /* "required", "too_long", "unknown_field" ... */
    struct text message;
};

struct problem {
    int http_status;
    const char *code;
    /* "processNotFoundError": a name that somebody else has for it; its details are called
     * `options` too then. NULL: about:blank. */
    const char *type;
    struct text message;
    const struct field_problem *fields;
    size_t field_count;
    struct text details; /* a JSON object, where no field is to blame; NO_TEXT: none */
    int retry_after_s;   /* 0: no such header */
};

/* Replaces whatever answer the exchange had. */
void problem_answer(struct http_exchange *exchange, const struct problem *problem);

/* The most common: a code and one constant sentence. */
void problem_say(struct http_exchange *exchange, int http_status, const char *code,
                 const char *message);

/* As OAuth says it (RFC 6749, 5.2): {"error": code, "error_description": message}. */
void problem_say_foreign(struct http_exchange *exchange, int http_status, const char *code,
                         struct text message);

/* A fault of the world as the client sees it: 503, 507 or 500, with Retry-After where it helps. */
void problem_fault(struct http_exchange *exchange, enum status status);

/* The trace id of the request: of its traceparent, or a new one, always the same. 32 digits. */
struct text problem_trace_id(struct http_exchange *exchange);

#endif
