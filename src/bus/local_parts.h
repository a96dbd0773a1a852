/* local_parts.h - what the files of the local bus share; nobody else includes it.
 *
 * A source is the journal of one member. A feed is one channel of one source for one member. All
 * of it belongs to the thread of the bus, but for what is atomic.
 *
 *             cursor read               all rows read                 announced
 *   (start) --------------> is_placed ----------------> is_level --------------------+
 *      ^                       |  ^                                                  |
 *      | not taken, and        |  +--------------------------------------------------+
 *      | nothing in flight     |
 *      +-----------------------+
 */
#ifndef BUS_LOCAL_PARTS_H
#define BUS_LOCAL_PARTS_H

#include "base/mailbox.h"
#include "bus/journal_reader.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    LOCAL_FLIGHT_MAX = 4, /* batches of a feed: while one is committed the next is read */
    LOCAL_UNWANTED_MAX = 5000,
    LOCAL_RETAIN_FIRST_MS = 500,
    LOCAL_RETAIN_EVERY_MS = 10 * 60 * 1000,
    LOCAL_RETAIN_AGAIN_MS = 60 * 1000,
    LOCAL_CHUNK_BYTES_MAX = 64 * 1024 * 1024,
    LOCAL_BATCH_BYTES_MAX = 64 * 1024 * 1024,
};

enum local_note_kind { NOTE_ANNOUNCED, NOTE_TAKEN, NOTE_SETTLED, NOTE_RETAINED, NOTE_STOP };

/* What other threads say to the thread of the bus. */
struct local_note {
    struct mailbox_node node; /* must be first */
    enum local_note_kind kind;
};

struct local_feed {
    struct local_source *source;
    size_t member;
    enum bus_channel channel;
    bool is_placed;
    bool is_level;
    bool is_known;      /* `committed` was read at least once */
    bool has_said_last; /* at the end, how far it has looked */
    unsigned in_flight; /* batches */
    unsigned failures;  /* one after the other */
    int64_t due_ms;     /* not before this, when it is not placed */
    int64_t committed;  /* the cursor, as far as known here */
    int64_t sent;       /* the newest message delivered: `previous` of the next one */
    int64_t scanned;    /* rows up to here were looked at */
    int64_t highest;    /* ever delivered: what is not above it comes again */
};

/* Rows that were read once, for all the batches that point into them. */
struct local_chunk {
    struct arena *arena;
    unsigned users;
};

struct local_batch {
    struct bus_batch batch; /* must be first */
    struct local_note note;
    struct local_feed *feed;
    struct local_chunk *chunk; /* NULL: no messages */
    enum status status;
    struct local_batch *next; /* of those in flight */
    struct local_batch *before;
};

/* Something to be written in the schema of a source. */
struct local_job {
    struct bus_write write; /* must be first */
    struct local_note note;
    struct local_source *source;
    bool is_running;
    enum status status;
    int64_t changed;
};

struct local_source {
    struct local *local;
    size_t member;
    struct text name;
    struct local_feed *feeds; /* of its journal */
    size_t feed_count;

    struct journal_reader reader;
    struct local_note settled;

    struct local_note announcement;
    atomic_bool is_announced;

    int64_t retain_due_ms;
    int64_t retain_now_ms;     /* wall */
    int64_t *retain_positions; /* of each feed */
    struct local_job retain;

    int64_t newest; /* the highest position that was ever read */
};

struct local {
    struct bus bus; /* must be first */
    struct bus_options options;
    struct local_source *sources; /* one for each member */
    struct local_feed *feeds;
    struct local_batch *in_flight;
    struct mailbox mailbox;
    struct arena *arena; /* for small answers, reset at once */
    pthread_t thread;
    bool has_thread;
    int64_t now_ms;

    struct local_note stop_note;
    bool stops;
    bool has_drained;
    int64_t stop_due_ms;

    atomic_ullong waiting;
    atomic_ullong delivered;
    atomic_ullong again;
    atomic_uint down_count;
};

/* ---- local_read.c ---- */

/* After a failure one batch at a time, until it is taken: the others would not fit either. */
bool local__can_take(const struct local_feed *feed);
/* Reads the cursors of feeds that need it, and one chunk of rows. True: there may be more. */
bool local__read(struct local_source *source);
void local__took(struct local_batch *batch);
/* Says how far it has looked, if nothing is in flight; false when there is nothing to say. */
bool local__say_upto(struct local_feed *feed);
void local__free_batch(struct local_batch *batch);

/* ---- local_write.c ---- */

void local__init_jobs(struct local_source *source);
/* Gives out what is due to be written. */
void local__write(struct local_source *source);
void local__settled(struct local_source *source);
void local__retained(struct local_source *source);

#endif
