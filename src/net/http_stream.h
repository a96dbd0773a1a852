/* http_stream.h - what a stream of events is made of, between its file and the connections.
 *
 * While nothing waits it is this and its connection (or its stream of HTTP/2), nothing else.
 */
#ifndef NET_HTTP_STREAM_H
#define NET_HTTP_STREAM_H

#include "net/http_steps.h"

struct http_stream {
    struct hall *hall;
    struct connection *connection; /* HTTP/1.1, from start to close */
    struct http2_stream *http2;    /* HTTP/2, likewise */
    struct hosted *hosted;         /* until started */
    struct http_stream_options options;
    struct loop_message start;
    struct loop_message end;
    struct loop_message free;
    atomic_size_t waiting_there; /* bytes in the mailbox */
    atomic_size_t waiting_here;  /* bytes that the socket did not take */
    atomic_bool is_begun;
    atomic_bool is_ending;
    atomic_bool is_cut; /* end without a farewell: the reader does not read */
    bool is_closed;
};

/* The connection or the stream of HTTP/2 is no more: tells the owner and frees, in that order. */
void stream__closed(struct http_stream *stream);
void stream__note_waiting(struct http_stream *stream, size_t bytes);

/* http_connection.c: from an answer's connection to a stream's. */
void connection__start_stream(struct connection *connection, struct http_stream *stream);

/* http2_stream.c */
void http2__start_stream(struct http_stream *stream, struct hosted *hosted);
void http2__send(struct http_stream *stream, struct text bytes);
void http2__end_stream(struct http_stream *stream);

#endif
