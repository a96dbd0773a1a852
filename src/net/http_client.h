/* http_client.h - requests to other servers, without a thread waiting for them.
 *
 * One client has one thread of its own (libcurl, multi_socket on epoll); answers come to the
 * callback on that thread. Deadlines are required, redirects are not followed, and nothing is
 * retried here: who asks knows whether asking twice is safe.
 */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include "net/http.h"

struct http_client;

/* The next bytes of an answer that goes on, on the client's thread; the first time there are none,
 * and the head is complete. What was given is not in the answer's body at the end. False: no more
 * is wanted, and the request ends (UNCERTAIN). */
typedef bool http_client_piece_fn(void *context, const struct http_answer *head, struct text piece);

struct http_client_request {
    const char *method;
    const char *url;
    const struct http_header *headers;
    size_t header_count;
    struct text body;
    int deadline_ms;
    size_t answer_bytes_max;
    bool is_public_only;     /* addresses of this machine and of private networks are not asked */
    const char *unix_socket; /* NULL: by the url's host */
    /* Of an answer that goes on (text/event-stream): NULL: it is kept like any other. */
    http_client_piece_fn *on_piece;
    int connect_ms; /* 0: deadline_ms is for all of it */
};

/* OK with the answer (whatever its HTTP status), TIMEOUT and UNAVAILABLE when it was never sent,
 * UNCERTAIN when some of it was sent and no whole answer came, TOO_LARGE for an answer beyond
 * answer_bytes_max (the request was sent), MALFORMED for a bad url or header (it was not). The
 * answer is NULL unless OK; it and its texts last until the callback returns. Of the answer's
 * headers the first twelve beyond those of one hop are kept. */
typedef void http_client_fn(void *context, enum status status, const struct http_answer *answer);

struct http_client *http_client_create(void);

/* With so many connections at once to each host, instead of 32. */
struct http_client *http_client_create_wide(long connections);

/* What is outstanding ends UNAVAILABLE, or UNCERTAIN where some of it was sent. */
void http_client_destroy(struct http_client **client);

/* Copies what it needs; done is called exactly once, on the client's thread. */
void http_client_send(struct http_client *client, const struct http_client_request *request,
                      http_client_fn *done, void *context);

/* The same for a caller that may wait (CLI, tests); the answer lives in the arena. */
NODISCARD enum status http_client_ask(struct http_client *client, struct arena *arena,
                                      const struct http_client_request *request,
                                      struct http_answer *answer_out);

#endif
