/* http2.h - a connection of HTTP/2 and its streams, shared by the files that speak it.
 *
 * libnghttp2 frames and checks; each of its streams has one http2_stream as user data, which holds
 * a hosted from its first header until its answer has left. It goes when nghttp2 has closed the
 * stream and the exchange has come home, whichever is last.
 */
#ifndef NET_HTTP2_HTTP2_H
#define NET_HTTP2_HTTP2_H

#include "net/http_stream.h"

#include <nghttp2/nghttp2.h>

enum {
    HTTP2_STREAMS_MAX = 128, /* side by side, as announced */
    HTTP2_HELD_MAX = 256,    /* with those whose client has gone but whose handler still works */
};

struct http2_stream {
    struct http2 *owner;
    struct http2_stream *next;
    struct http2_stream *previous;
    struct hosted *hosted;      /* NULL once events go on */
    struct http_stream *events; /* NULL before, and without */
    struct gathered waiting;    /* events that flow control holds back */
    size_t waiting_sent;
    size_t head_bytes;
    size_t sent_bytes; /* of the answer's body */
    const struct http_refusal *refusal;
    int32_t id;
    bool is_complete;   /* the request has come in or was refused */
    bool is_dispatched; /* the handler has it */
    bool is_gone;       /* nghttp2 knows it no more */
    bool is_ending;     /* no more events will come */
    bool is_sending;    /* the body of its answer is on its way */
    bool expects_continue;
    uint64_t body_bytes; /* as announced; 0 when not */
};

/* Streams that wait for the peer to move. */
struct http2_waiting {
    size_t count; /* 0: none */
    struct pace pace;
};

struct http2 {
    nghttp2_session *session; /* NULL when the connection is closed */
    struct connection *connection;
    struct http2_stream *streams;
    size_t stream_count;
    struct http2_waiting asking;  /* requests that are still coming in */
    struct http2_waiting reading; /* bodies of answers that are still leaving */
    int64_t idle_since_ms;
    size_t held_bytes; /* of bodies, both ways, and of waiting events */
};

/* http2_request.c: what nghttp2 calls while a request comes in. */
void http2__set_callbacks(nghttp2_session_callbacks *callbacks);

/* http2_answer.c */
void http2__submit(struct http2_stream *stream);
void http2__submit_refusal(struct http2_stream *stream, const struct http_refusal *refusal);

/* http2.c */
void http2__end(struct http2_stream *stream);
void http2__complete(struct http2_stream *stream);

/* One more stream waits for the peer, it has moved something, one less waits. */
void http2__begin_waiting(struct http2 *http2, struct http2_waiting *waiting);
void http2__note_moved(struct http2 *http2, struct http2_waiting *waiting, size_t bytes);
void http2__end_waiting(struct http2 *http2, struct http2_waiting *waiting);

#endif
