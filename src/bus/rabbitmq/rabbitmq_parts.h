/* rabbitmq_parts.h - what the files of the bus over RabbitMQ share; nobody else includes it.
 *
 *   journal --relay--> exchange --> queue --> chunk --pour--> batch --> member
 *      ^                              ^                                   |
 *      +------ resend <--"again"------+------ a gap --------- cursor <----+
 *
 * The journal is where messages are kept, the broker only carries them. So a message that does not
 * fit is let go (acknowledged), and its source is asked to send again from the cursor on.
 *
 * All of it belongs to the thread of the bus, but for what is atomic, the mailbox, and what the
 * lock of a queue keeps. Links have threads of their own; their callbacks only note and ring.
 */
#ifndef BUS_RABBITMQ_RABBITMQ_PARTS_H
#define BUS_RABBITMQ_RABBITMQ_PARTS_H

#include "base/json.h"
#include "bus/journal_reader.h"
#include "bus/rabbitmq/rabbitmq_inbound.h"
#include "bus/rabbitmq/rabbitmq_outbound.h"

#define RABBIT_COMMANDS        TEXT("kontora.commands")
#define RABBIT_CONTROL         TEXT("kontora.control")
#define RABBIT_DEAD            TEXT("kontora.dead")
#define RABBIT_MALFORMED       TEXT("kontora.malformed")
#define RABBIT_EVENT_CONTENT   TEXT("application/cloudevents+json")
#define RABBIT_BATCH_CONTENT   TEXT("application/cloudevents-batch+json")
#define RABBIT_CONTROL_CONTENT TEXT("application/vnd.kontora.control+json")
#define RABBIT_COUNT_HEADER    "kontora-count" /* how many are in a batch */

enum {
    RABBIT_JOINED_MAX = 64,          /* rows in one message of the broker's */
    RABBIT_JOINED_BYTES = 256 << 10, /* as long as there is more than one */
    RABBIT_PREFETCH = 256,           /* deliveries: 64 MiB when all of them are full */
    RABBIT_WINDOW = 1000,
    RABBIT_CHUNK_MAX = 256,       /* rows; nor is a larger batch taken from others */
    RABBIT_FLIGHT_MAX = 4,        /* batches of a queue: while one is committed the next is read */
    RABBIT_CHUNK_BYTES = 8 << 20, /* no more deliveries into a chunk beyond this */
    RABBIT_UNACKED_MAX = 5000,    /* of what nobody wants, until the cursor is moved past it */
    RABBIT_SENDINGS_MAX = 8,      /* chunks of a stream that wait for their confirms */
    RABBIT_SENDING_BYTES = 16 << 20,
    RABBIT_PLACE_MS = 500, /* a relay's place is written that often */
    RABBIT_GAP_MS = 100,   /* before the first question; then twice as long each time */
    RABBIT_GAP_MS_MAX = 30 * 1000,
    RABBIT_REPORT_MS = 10 * 1000,        /* a follower says where it is, when it has moved */
    RABBIT_REPORT_ANYWAY_MS = 15 * 1000, /* and so heals what was lost behind it */
    RABBIT_RETAIN_FIRST_MS = 2000,
    RABBIT_RETAIN_AGAIN_MS = 5000, /* after a follower has moved */
    RABBIT_RETAIN_EVERY_MS = 10 * 60 * 1000,
    RABBIT_LISTENING_MS = 10 * 1000, /* then it goes without a queue that cannot be made */
    RABBIT_LAST_CONFIRMS_MS = 2000,  /* at the end */
};

/* ---- the whole ---- */

struct rabbit_member {
    struct rabbit *rabbit;
    size_t index;
    const struct bus_member *member;
    struct text name;
    struct journal_reader reader;
    struct rabbit_bell announcement;
    struct rabbit_note settled;
    struct rabbit_note kept;

    struct rabbit_queue *queues;
    size_t queue_count;
    struct rabbit_feed *feeds;
    unsigned in_flight; /* batches of all queues */
    bool is_held;       /* something was not taken: nothing more until all is back */
    unsigned failures;
    int64_t held_due_ms;
    int64_t here_due_ms; /* to tell everybody where commands for it go */

    struct rabbit_stream relay;
    struct rabbit_stream *resends;

    struct journal_job keep;   /* writes the relay's place and the followers' */
    struct rabbit_marks marks; /* for the next one */
    struct rabbit_marks keeping;
    int64_t keep_due_ms;
    int64_t keep_place;
    int64_t kept_place;
    int64_t keep_now_ms; /* wall */
    bool keeps_retention;
    int64_t retain_due_ms;
};

struct rabbit_line { /* a link, as the thread of the bus sees it */
    struct amqp_link *link;
    atomic_bool is_up;
    atomic_uint up_count; /* also counts what was lost in between */
    unsigned seen_up_count;
};

struct rabbit {
    struct bus bus; /* must be first */
    struct bus_options options;
    char *address;
    struct rabbit_member *members;
    struct rabbit_line publisher;
    struct rabbit_line consumer;
    struct rabbit_bell link_bell;
    struct rabbit_batch *in_flight;
    struct mailbox mailbox;
    struct arena *arena; /* for small answers, reset at once */
    struct arena *rows;  /* what a stream has read */
    struct arena *texts; /* and written */
    pthread_t thread;
    bool has_thread;
    int64_t now_ms;

    struct rabbit_note stop_note;
    bool stops;
    bool has_drained;
    bool has_said_last;
    int64_t start_ms;
    bool has_listened;
    int64_t stop_began_ms;
    int64_t stop_due_ms;

    atomic_ullong waiting;
    atomic_ullong delivered;
    atomic_ullong again;
    atomic_ullong published;
    atomic_uint down_count;
    atomic_uint unready_count; /* queues */
};

/* All queues of this process are there. Before that nothing is published, or said: who makes his
 * queue later than we ours can then tell us so, and who made it before gets it anyway. */
bool rabbit__is_listening(const struct rabbit *rabbit);

/* rabbitmq_depth.c */
void rabbit__publish_depth(struct rabbit *rabbit);

/* rabbitmq_topology.c; from any thread. */
void rabbit__declare_exchanges(struct rabbit *rabbit, struct amqp_link *link);
void rabbit__declare_queue(struct rabbit_queue *queue, struct amqp_link *link);

/* rabbitmq_feed.c */
struct rabbit_feed *rabbit__feed(struct rabbit_member *member, struct text source,
                                 enum bus_channel channel);
/* False: the cursor cannot be read now. */
bool rabbit__place_feed(struct rabbit_feed *feed);
/* Does this fit behind what came in before? Then it counts as come in. */
bool rabbit__fits(struct rabbit_feed *feed, int64_t previous, int64_t position);
void rabbit__ask_and_report(struct rabbit_member *member);
int64_t rabbit__feeds_due(const struct rabbit_member *member);
void rabbit__report_all(struct rabbit_member *member);

/* rabbitmq_read.c: from deliveries to items. */
void rabbit__read_chunk(struct rabbit_queue *queue, struct rabbit_chunk *chunk);

/* rabbitmq_receive.c */
void rabbit__init_queue(struct rabbit_queue *queue);
void rabbit__finish_queue(struct rabbit_queue *queue);
/* On the link's thread: the connection that brought it is gone. */
void rabbit__lost_queue(struct rabbit_queue *queue);
const struct amqp_consumer *rabbit__consumer(struct rabbit_queue *queue,
                                             struct amqp_consumer *consumer_out);
/* Delivers what waits; true: there may be more. */
bool rabbit__receive(struct rabbit_member *member);
void rabbit__free_batch(struct rabbit_batch *batch);
/* Says how far a feed has looked; false when there is nothing to say. */
bool rabbit__say_upto(struct rabbit_feed *feed);

/* rabbitmq_send.c */
bool rabbit__send(struct rabbit_member *member);
void rabbit__finish_stream(struct rabbit_stream *stream);
int64_t rabbit__stream_due(const struct rabbit_stream *stream);
void rabbit__resend(struct rabbit_member *member, const struct rabbit_mark *mark,
                    struct text queue);

/* rabbitmq_control.c: small words between the buses of processes. */
void rabbit__obey(struct rabbit_member *member, struct arena *arena, const struct json *control);
void rabbit__say_taken(struct rabbit_feed *feed);
void rabbit__say_again(struct rabbit_feed *feed);
void rabbit__say_here(struct rabbit_member *member);
void rabbit__say_newest(struct rabbit_member *member, struct text queue, enum bus_channel channel,
                        int64_t previous, int64_t position);

/* rabbitmq_keep.c */
void rabbit__init_keep(struct rabbit_member *member);
void rabbit__finish_keep(struct rabbit_member *member);
void rabbit__mark(struct rabbit_member *member, const struct rabbit_mark *mark);
void rabbit__keep(struct rabbit_member *member);
int64_t rabbit__keep_due(const struct rabbit_member *member);

#endif
