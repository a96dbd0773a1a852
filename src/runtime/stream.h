/* stream.h - what a service lets people watch: Server-Sent Events from its journal.
 *
 * A stream is told from the journal, so it can be resumed: the id of each event is its position,
 * and `Last-Event-ID` goes on behind it. When what came after is kept no more, the reader gets
 * `event: reset` and loads everything anew. Nobody sees more than the service's one projection
 * shows him.
 *
 * A stream at /api/v1/streams/NAME is called a channel: a client asks for it by its name, without
 * knowing whose it is.
 */
#ifndef RUNTIME_STREAM_H
#define RUNTIME_STREAM_H

#include "runtime/call.h"

/* Is this event for this reader, and what of it? False: he does not learn that there was one.
 * data_out is the JSON he gets; it lives in the arena or in the message. Called on the streams'
 * thread, for each reader anew: it looks at nothing but what it is given. */
struct stream;
typedef bool stream_shows_fn(const struct stream *stream, const struct caller *reader,
                             const struct message *message, struct arena *arena,
                             struct text *data_out);

struct stream {
    const char *path;       /* "/api/users/events" */
    const char *operation;  /* "watch_users" */
    const char *permission; /* NULL: whoever reaches the door */
    const char *summary;
    stream_shows_fn *shows;
    bool tells_beats;    /* each heartbeat is an event, for who wants to see that we are there */
    const void *context; /* its own; must outlive the service */
};

#endif
