/* http_server.h - listens, frames requests strictly, answers when the answer is ready.
 *
 * Each of `threads` loops owns its connections; nothing is shared but the mailboxes. Requests of
 * one connection are handled one after the other in order (a pipelined one waits in the buffer);
 * in HTTP/2 each stream is an exchange of its own. Ambiguous framing is answered with 400 and the
 * connection is closed. Every limit stands in struct http_limits.
 */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include "net/http.h"

struct http_limits {
    size_t head_bytes_max;       /* 16 KiB -> 431 */
    size_t header_count_max;     /* 100 -> 431 */
    size_t target_bytes_max;     /* 8 KiB -> 414 */
    size_t body_bytes_max;       /* 1 MiB -> 413, before it is buffered */
    size_t buffered_bytes_max;   /* all connections together, 64 MiB -> 503 + Retry-After */
    size_t connection_count_max; /* 10000: beyond it the newest is answered 503 and closed */
    int head_ms_max;             /* 10 s for a whole head -> 408 */
    int idle_ms_max;             /* 60 s between requests */
    int body_bytes_per_s_min;    /* 1 KiB/s, and no stall of 5 s -> 408; of reading, too */
};

extern const struct http_limits http_limits_default;

/* What the answering side brings. All are called on a loop thread and must not block. */
struct http_handler {
    void *context;

    /* The request is complete. Answer now (fill answer, http_finish) or keep the exchange and
     * finish it later from any thread. */
    void (*on_request)(void *context, struct http_exchange *exchange);

    /* After each turn of a loop, before it may sleep: release what a turn shared. May be NULL. */
    void (*on_turn_end)(void *context, unsigned loop_index);
};

struct http_listen {
    const char *address;     /* "127.0.0.1:8480", "[::]:443", "unix:/run/kontora/admin.sock" */
    const char *certificate; /* PEM files; both or none: TLS, with h2 by ALPN */
    const char *key;
};

struct http_server_options {
    const struct http_listen *listens;
    size_t listen_count;
    unsigned threads;
    struct http_limits limits;
    struct http_handler handler;
};

struct http_server;

/* Binds; not a byte is read before http_server_start. Unless OK, error_out is a sentence that says
 * which address and why: EXISTS when another server listens there, MALFORMED when the certificate
 * or the key is to blame, else UNAVAILABLE. A unix socket gets the mode 0600; its file is taken
 * over when nobody listens on it any more, and removed at the end. */
NODISCARD enum status http_server_create(const struct http_server_options *options,
                                         struct http_server **server_out, struct text *error_out);
NODISCARD enum status http_server_start(struct http_server *server);

/* The real port of a listen that asked for port 0. */
int http_server_port(const struct http_server *server, size_t listen_index);

/* No new connections or requests; idle connections close; what was accepted is answered with
 * `Connection: close`. Returns when all are done or the time is over (then false). */
bool http_server_drain(struct http_server *server, int timeout_ms);

/* Cuts whoever is still connected. Every exchange that was given out MUST be finished. */
void http_server_destroy(struct http_server **server);

struct http_server_counts {
    uint64_t connections_open;
    uint64_t connections_total;
    uint64_t requests_total;
    uint64_t refused_total; /* bad framing, limits, overload */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t buffered_bytes;
    uint64_t streams_open;
};
void http_server_count(const struct http_server *server, struct http_server_counts *counts_out);

/* ---- Server-Sent Events ---- */

/* A stream is an exchange answered with text that goes on. It takes about 500 bytes while nothing
 * waits. The handle is valid until on_closed was called; sends from any thread. on_closed may come
 * before http_stream_start has returned on another thread, so whoever keeps handles in a list puts
 * them there under the lock that on_closed takes. A drain ends all streams. */
struct http_stream;

struct http_stream_options {
    void *context;
    void (*on_closed)(void *context, struct http_stream *stream); /* on the loop thread, once */
    size_t waiting_bytes_max; /* a reader slower than this is cut (default 64 KiB) */
    bool head_with_first;     /* the head leaves with what is sent first: who has it is known */
};

/* Instead of http_finish, on the loop thread or from any other. */
struct http_stream *http_stream_start(struct http_exchange *exchange,
                                      const struct http_stream_options *options);

/* Copies the bytes. BUSY: the reader was too slow and is being cut; on_closed will follow. */
NODISCARD enum status http_stream_send(struct http_stream *stream, struct text bytes);

/* Bytes that were sent and have not left yet: who feeds a stream by this never has it cut. */
size_t http_stream_waiting(const struct http_stream *stream);

/* What was sent before still leaves. Twice is the same as once. */
void http_stream_end(struct http_stream *stream);

#endif
