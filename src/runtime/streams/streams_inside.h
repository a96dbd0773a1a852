/* streams_inside.h - the one struct that the files of the streams share. */
#ifndef RUNTIME_STREAMS_STREAMS_INSIDE_H
#define RUNTIME_STREAMS_STREAMS_INSIDE_H

#include "runtime/streams/source.h"

/* Remembered for a moment: who was let in just before may arrive just after. */
enum { SENT_OUT_MAX = 32, SENT_OUT_MS = 2000 };
struct sent_out {
    struct id person;
    struct id session;
    bool is_over;     /* he has left; else he may come back at once */
    int64_t until_ms; /* monotonic; 0: nobody */
};

struct streams {
    struct streams_options options;
    struct mailbox mailbox;
    pthread_t thread;
    bool is_running; /* of who starts and stops it */
    atomic_bool ends;
    atomic_bool stops;

    atomic_ulong events;
    atomic_ulong resets;
    atomic_ulong cut;
    atomic_ulong displaced;

    /* The thread's own. */
    struct readers_known readers;
    struct chain beats[WATCH_HEARTBEATS_PER_ROUND]; /* those whose heartbeat is at that moment */
    size_t watch_count;
    struct sent_out sent_out[SENT_OUT_MAX];
    size_t next_sent_out;
    size_t next_beat;   /* whose moment is the next */
    size_t newest_beat; /* given to who came last */
    int64_t beat_at_ms;
    int64_t look_at_ms; /* at journals that others write to */
    int look_wait_ms;   /* from that look to the next one */
    int feed_wait_ms;   /* for readers who could not take more */
    struct arena *arena;
    struct arena *shown;
    struct event_text text;
    struct source sources[];
};

#endif
