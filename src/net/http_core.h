/* http_core.h - what the files of the HTTP server share; nobody outside of them includes this.
 *
 * A hall is one loop with its connections; it is used by its own thread only, but for the counts.
 * A connection is a socket in one of the phases below. A hosted is the server's side of an
 * exchange; it holds the bytes of the body and goes back to the hall's pool when its answer has
 * left. While a connection is idle it holds neither a buffer nor a hosted: only itself.
 *
 *   HANDSHAKE -> HEAD -> BODY -> ANSWER -> HEAD ...      one request after the other
 *                HEAD -> HTTP2                            streams side by side (http2.c)
 *                        ANSWER -> STREAM                 events that go on (http_stream.c)
 *   any -> CLOSING (the last bytes leave) -> LINGER (the peer reads them) -> CLOSED
 */
#ifndef NET_HTTP_CORE_H
#define NET_HTTP_CORE_H

#include "base/must.h"
#include "net/http_pace.h"
#include "net/http_parse.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "net/wire.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    INPUT_BYTES = 4096,          /* a head nearly always fits */
    OUTPUT_BYTES = 64 * 1024,    /* one for each hall */
    BODY_COPIED_MAX = 16 * 1024, /* a longer body is written from where it is */
    PEER_TEXT_BYTES = 48,
};

/* The struct that a member belongs to. */
#define OWNER_OF(member_pointer, type, member)                                                     \
    ((type *)(void *)((char *)(member_pointer)-offsetof(type, member)))

struct hall;
struct connection;
struct http2;
struct http2_stream;

/* Bytes that are gathered; room is what is allocated. */
struct gathered {
    char *data;
    size_t bytes;
    size_t room;
};

/* Where the body of a request is while it comes in. */
enum body_form { BODY_NONE, BODY_IN_PLACE, BODY_GATHERED, BODY_CHUNKED };

struct hosted {
    struct http_exchange exchange;
    struct loop_message message; /* carries the answer home */
    struct connection *connection;
    struct hosted *next;        /* in the pool */
    struct http_stream *stream; /* that was started with it */
    struct http2_stream *http2; /* the stream of HTTP/2 that it came by */
    struct gathered body;
    struct http_chunks chunks;
    uint64_t body_bytes; /* as announced */
    size_t head_bytes;
    size_t sent_bytes; /* of the answer's body */
    enum body_form form;
    bool in_handler;
    bool is_finished;             /* whoever finishes sets it, on any thread */
    bool was_answered;            /* while in_handler: the loop's own */
    struct http_header headers[]; /* limits.header_count_max */
};

enum phase {
    PHASE_HANDSHAKE,
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_ANSWER,
    PHASE_STREAM,
    PHASE_HTTP2,
    PHASE_CLOSING,
    PHASE_LINGER,
    PHASE_CLOSED,
};

struct connection {
    struct loop_watch watch;
    struct loop_timer timer;
    struct loop_message message; /* arrives at its hall; leaves it */
    struct loop_message run;     /* will be run within this turn */
    struct wire wire;
    struct hall *hall;
    struct connection *next;
    struct connection *previous;
    char *input;
    uint32_t input_start;
    uint32_t input_end;
    uint32_t input_room;
    uint32_t exchange_count; /* given to the handler and not yet finished */
    struct http_scan scan;
    struct gathered backlog; /* what the socket did not take; sent_bytes of it have left */
    size_t backlog_sent;
    struct hosted *hosted;  /* that comes in or is being answered */
    struct hosted *leaving; /* whose body is being written from where it is */
    struct http_stream *stream;
    struct http2 *http2;
    size_t held_bytes;      /* as counted in server.buffered_bytes */
    int64_t phase_since_ms; /* the head's or the lingering's first moment */
    struct pace asking;     /* of a body that comes in */
    struct pace reading;    /* of the peer, while the socket takes too little */
    bool is_blocked;        /* that is now */
    uint8_t phase;
    bool readable;
    bool writable;
    bool hangs_up;       /* the peer's end is on its way, perhaps behind unread bytes */
    bool peer_ended;     /* it was read: nothing more will come */
    atomic_bool is_left; /* as hangs_up, for other threads */
    bool keeps_alive;
    bool is_http10;
    bool closes;  /* after what waits to be written */
    bool lingers; /* because the peer may still be sending */
    bool is_fresh;
    bool will_run;
    uint8_t door;
    uint32_t peer_user;
    char peer[PEER_TEXT_BYTES];
};

/* One writer each: plain stores that others may read. */
struct hall_counts {
    atomic_uint_fast64_t connections_total;
    atomic_uint_fast64_t requests_total;
    atomic_uint_fast64_t refused_total;
    atomic_uint_fast64_t bytes_in;
    atomic_uint_fast64_t bytes_out;
    atomic_uint_fast64_t streams_open;
};

struct hall {
    struct http_server *server;
    struct loop *loop;
    pthread_t thread;
    unsigned index;
    bool is_running;
    struct loop_message order; /* to drain */
    struct loop_message stop;
    struct connection *connections;
    struct hosted *hosted_pool;
    unsigned hosted_pool_count;
    char *input_pool; /* buffers of INPUT_BYTES, the first word being the link */
    unsigned input_pool_count;
    int64_t date_second;
    char date[32]; /* "Sat, 21 Nov 2026 07:16:46 GMT" */
    size_t output_bytes;
    struct hall_counts counts;
    char output[OUTPUT_BYTES]; /* of the connection whose turn it is */
};

struct door; /* a listening socket */

struct http_server {
    struct http_limits limits;
    struct http_head_limits head_limits;
    struct http_handler handler;
    struct hall *halls;
    unsigned hall_count;
    struct door *doors;
    size_t door_count;
    atomic_size_t connection_count;
    atomic_size_t buffered_bytes;
    unsigned next_hall; /* whose turn it is to be given a connection; the first hall's */
    atomic_bool is_draining;
    atomic_bool doors_are_closed;
    pthread_mutex_t lock; /* for `emptied` only */
    pthread_cond_t emptied;
};

static inline void count_up(atomic_uint_fast64_t *counter, uint64_t by)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

/* ---- http_pool.c: what connections borrow ---- */

struct hosted *hosted__take(struct connection *connection);
void hosted__give_back(struct hall *hall, struct hosted *hosted);
void input__take(struct connection *connection);
void input__grow(struct connection *connection);
void input__give_back(struct connection *connection);
void pools__empty(struct hall *hall);
void gathered__reserve(struct gathered *gathered, size_t room);
void gathered__add(struct gathered *gathered, struct text bytes);
void gathered__free(struct gathered *gathered);

/* ---- http_output.c: what leaves ---- */

void output__add(struct connection *connection, struct text bytes);

/* Writes what waits, as far as the socket takes it. False when the connection is broken. */
bool output__flush(struct connection *connection);
bool output__is_waiting(const struct connection *connection);

void output__answer(struct connection *connection, struct hosted *hosted);
void output__stream_head(struct connection *connection, struct hosted *hosted);
void output__refusal(struct connection *connection, const struct http_refusal *refusal);

/* A problem document about a refusal, for both versions of HTTP. */
size_t output__problem(const struct http_refusal *refusal, char *out, size_t room);
const char *output__date(struct hall *hall);

/* May this status carry a body, and its length? */
bool output__may_have_body(int status);

/* ---- http_connection.c: one connection's life ---- */

/* An exchange comes back from whoever it was given to: counts it, and when the connection was
 * waiting for nothing else, ends it. False when the connection has gone meanwhile. */
bool connection__welcome(struct connection *connection);

/* Begins on the hall's thread; the descriptor and the peer are already filled in. */
void connection__begin(struct connection *connection);
void connection__run(struct connection *connection);

/* Once, when the messages of this turn are delivered, however often it is asked for: what many of
 * them have to say to one peer leaves with one write. */
void connection__run_soon(struct connection *connection);
void connection__close(struct connection *connection);
void connection__drain(struct connection *connection);
void connection__refuse(struct connection *connection, const struct http_refusal *refusal);

/* True when this many more bytes may not be buffered now. */
bool connection__is_over_budget(const struct connection *connection, uint64_t more_bytes);

/* Hands a complete request to the handler; the caller sends the answer when was_answered is set. */
void connection__dispatch(struct connection *connection, struct hosted *hosted);

extern const struct http_refusal http__refusal_body_large;
extern const struct http_refusal http__refusal_slow;
extern const struct http_refusal http__refusal_busy;

/* ---- http_server.c ---- */

void server__connection_gone(struct connection *connection);

/* ---- http_stream.c ---- */

void stream__connection_closed(struct http_stream *stream);

/* Tells senders how much waits for a slow reader. */
void stream__note_backlog(struct connection *connection);

#endif
