/* watch.h - one stream that somebody has open, and the user whose it is.
 *
 *   (opened) -> arriving ----------> live <-------> behind      chains of its source
 *                   \___________________________________/
 *                               |  he goes, is cut, or displaced
 *                               v
 *                        in no chain -> (freed when the server says that he has gone)
 *
 * It belongs to the thread of the streams, but for `http`: on_closed comes on the loop's thread,
 * and after it nothing may be sent, so both hold the lock meanwhile.
 */
#ifndef RUNTIME_STREAMS_WATCH_H
#define RUNTIME_STREAMS_WATCH_H

#include "base/mailbox.h"
#include "net/http_server.h"
#include "runtime/streams/chain.h"
#include "runtime/streams/event_text.h"
#include "runtime/streams/streams.h"

#include <pthread.h>

struct source;

/* Whose streams are counted together, and who is shown the same. */
struct reader {
    struct reader *next; /* in its bucket */
    struct chain watches;
    size_t watch_count;
    struct caller *caller;
};

/* What crosses to the thread. */
enum note_kind { NOTE_ARRIVES, NOTE_CLOSED, NOTE_SENT_OUT };
struct note {
    struct mailbox_node node;
    enum note_kind kind;
    struct watch *watch; /* NULL of NOTE_SENT_OUT, which is freed when it is taken */
    struct id person;    /* of NOTE_SENT_OUT */
    struct id session;
    bool is_over;
};

struct watch {
    pthread_mutex_t lock;
    struct http_stream *http; /* NULL: he has gone */
    struct note arrives;
    struct note closed;
    struct mailbox *mailbox;
    struct source *source;
    const struct stream *row;
    struct reader *reader;  /* NULL: not counted yet, or no more */
    struct chain in_source; /* arriving, live or behind */
    struct chain in_reader; /* the oldest first */
    struct chain in_beat;
    int64_t asked;      /* his Last-Event-ID; FIELD_NONE: none */
    int64_t position;   /* everything up to here was looked at for him; FIELD_NONE: arriving */
    int64_t told;       /* the last id he was sent */
    int64_t sent_bytes; /* ever */
    int64_t beats;      /* so many heartbeats he has had */
    int64_t left_bytes; /* of those, what had left at the last heartbeat */
    struct caller *caller;
};

enum {
    WATCH_WAITING_MAX = 16 * 1024,       /* with more on its way to him he is fed later */
    WATCH_PIECE_BYTES = 16 * 1024,       /* so much is said at once, and the event that passes it */
    WATCH_EVENT_BYTES_MAX = 128 * 1024,  /* a longer one cannot be streamed: he must load it */
    WATCH_UNREAD_BYTES_MAX = 192 * 1024, /* hence never reached: see the sum below */
    WATCH_HEARTBEATS_PER_ROUND = 60,     /* heartbeats are spread over as many moments */
};
_Static_assert(WATCH_WAITING_MAX + WATCH_PIECE_BYTES + WATCH_EVENT_BYTES_MAX + 4096 <
                   WATCH_UNREAD_BYTES_MAX,
               "who is fed by the rules is never cut for being slow");

/* From any thread: the answer begins, and the note that he arrives is on its way. False: only
 * the head was asked for. */
bool watch_open(struct call *call, const struct stream *row, struct source *source,
                struct mailbox *mailbox);

/* Has little enough on its way that he can be told more? */
bool watch_has_room(struct watch *watch);

/* Counts what is sent; a watch that is being closed hears nothing. */
void watch_send(struct watch *watch, struct text bytes);

/* What was sent still leaves; then the stream ends. */
void watch_end(struct watch *watch);

/* Something waits for him, and nothing of it has left since this was asked last. */
bool watch_is_stuck(struct watch *watch);

/* When the server has said that he has gone. */
void watch_free(struct watch *watch);

/* ---- readers ---- */

enum { READER_BUCKETS = 1024 };
struct readers_known {
    struct reader *buckets[READER_BUCKETS];
};

/* Joins the watch to the streams of its caller, as the newest. */
void reader_join(struct readers_known *known, struct watch *watch);
/* The last one takes the reader with it. */
void reader_part(struct readers_known *known, struct watch *watch);

#endif
