/* streams.h - everybody who watches: the rows of stream.h as they run in this process.
 *
 * One thread owns all of it. It reads each journal once, as far as it has grown, and says to each
 * reader what his projection shows of it. The journal is the buffer: a reader who does not keep up
 * falls behind in it and is fed from there at his own pace, so nobody waits for him, he costs no
 * more memory than is on its way to him, and resuming after a break is the same thing. One who
 * takes nothing at all for a heartbeat is cut.
 *
 * What an id tells. Positions count what a service has told, so whoever may open a stream learns
 * how much it tells - never what, about whom, or exactly when: nothing at all is sent because of an
 * event that is not for him. Only with the heartbeat, and with his own next event, his position
 * moves past what he was not shown; without that he would begin far back after each break.
 */
#ifndef RUNTIME_STREAMS_STREAMS_H
#define RUNTIME_STREAMS_STREAMS_H

#include "runtime/host.h"
#include "runtime/router.h"

struct streams;

enum { STREAM_HEARTBEAT_MS = 15000, STREAM_RETRY_MS = 3000 };

struct streams_options {
    struct host *hosts; /* host_count of them; they may be opened later, before streams_start */
    size_t host_count;
    size_t user_max;  /* streams of one user; one more ends his oldest */
    int heartbeat_ms; /* 0: STREAM_HEARTBEAT_MS */
};

struct streams *streams_create(const struct streams_options *options);
void streams_start(struct streams *streams);

/* The route by which a stream is reached: GET, with its field last_event_id. */
const struct route *streams_route(struct arena *arena, const struct stream *stream);

/* The call's way ends here: its caller may, and its input was read. From any thread. */
void streams_open(struct streams *streams, struct call *call, const struct stream *stream);

/* From any thread: what this person watches ends, with the word `closed`; an id that is none is
 * anybody's. Both none: every person's. is_over: he has left, and need not come back at once. */
void streams_send_out(struct streams *streams, struct id person, struct id session, bool is_over);

/* From any thread: the journal of this host may have grown. */
void streams_announce(struct streams *streams, size_t host_index);

struct streams_counts {
    unsigned long events; /* said to somebody */
    unsigned long resets;
    unsigned long cut;       /* took nothing for a heartbeat */
    unsigned long displaced; /* the oldest of a user with too many */
};
void streams_count(const struct streams *streams, struct streams_counts *counts_out);

/* Ends all streams that are open and each that is opened from now on; does not wait for it. */
void streams_end_all(struct streams *streams);

/* Ends the thread and closes its stores; nothing is said to anybody any more. */
void streams_stop(struct streams *streams);

/* After the server is destroyed: every reader has gone. */
void streams_destroy(struct streams **streams);

#endif
