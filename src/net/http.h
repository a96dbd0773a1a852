/* http.h - the words of HTTP between the server core and whoever answers.
 *
 * An exchange is one request and its answer. It belongs to the loop thread that read it, then to
 * whoever the handler gave it to, and comes back by http_finish from any thread: the answer is
 * then written by the loop. Everything in it lives in its arena, which ends when the answer has
 * left or the peer has gone. A peer that goes away does not end the exchange: it still MUST be
 * finished exactly once.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/arena.h"
#include "base/mailbox.h"
#include "base/status.h"
#include "base/text.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHOD_OTHER,
};

struct http_header {
    struct text name; /* as it came; compare ignoring case */
    struct text value;
};

/* How the peer came in. */
enum http_door { HTTP_DOOR_TCP, HTTP_DOOR_TLS, HTTP_DOOR_UNIX };

struct http_request {
    enum http_method method;
    struct text method_name;
    struct text target; /* as it came */
    struct text path;   /* before '?', still percent-encoded */
    struct text query;  /* after '?', NO_TEXT when there is none */
    const struct http_header *headers;
    size_t header_count;
    struct text body;
    enum http_door door;
    uint32_t peer_user; /* of a unix socket: the uid; else UINT32_MAX */
    struct text peer;   /* "127.0.0.1" */
};

struct http_answer {
    int status; /* 0 means nobody has answered yet */
    struct text content_type;
    struct text body;
    struct http_header headers[12];
    size_t header_count;
    bool close; /* the connection ends after this answer */
};

struct http_exchange {
    struct mailbox_node node; /* for whoever holds the exchange now */
    struct arena *arena;
    struct http_request request;
    struct http_answer answer;
    int64_t started_ns;   /* monotonic, when the head was complete */
    unsigned loop_index;  /* 0 .. threads-1 */
    struct text trace_id; /* of whoever answers; NO_TEXT until it was asked for */
    void *reserved;       /* the server's own */
};

/* The first header of that name, ignoring case; NO_TEXT when absent. */
struct text http_header_value(const struct http_request *request, const char *name);

/* The same of a header on which something hangs, as a signature: NO_TEXT also when it comes twice,
 * since of two nobody knows which one others have looked at. */
struct text http_header_alone(const struct http_request *request, const char *name);

/* Name MUST be a constant, value lives in the arena. */
void http_answer_header(struct http_answer *answer, const char *name, struct text value);

/* From any thread, exactly once: the answer is complete. */
void http_finish(struct http_exchange *exchange);

/* From any thread, before it is finished: the peer has closed its end, so probably nobody will read
 * the answer. */
bool http_is_left(const struct http_exchange *exchange);

/* Decodes %XX (and + when it is a query); false for a bad escape, NUL, or bytes that are not UTF-8.
 */
bool http_decode(struct arena *arena, struct text encoded, bool is_query, struct text *decoded_out);

/* The standard phrase: "Not Found". */
const char *http_phrase(int status);

#endif
