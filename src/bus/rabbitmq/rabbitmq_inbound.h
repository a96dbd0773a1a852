/* rabbitmq_inbound.h - what comes from the broker: queues, chunks of deliveries, and feeds. */
#ifndef BUS_RABBITMQ_RABBITMQ_INBOUND_H
#define BUS_RABBITMQ_RABBITMQ_INBOUND_H

#include "bus/bus.h"
#include "bus/rabbitmq/rabbitmq_notes.h"

#include <pthread.h>

struct json;

/* Where a member is in one channel of one source. */
struct rabbit_feed {
    struct rabbit_feed *next;
    struct rabbit_member *member;
    enum bus_channel channel;
    struct text source;
    bool is_placed; /* the cursor was read */
    int64_t placed_ms;
    int64_t committed; /* the cursor, as far as known here */
    int64_t sent;      /* the newest message delivered: `previous` of the next one */
    int64_t scanned;   /* all up to here came in */
    int64_t highest;   /* ever delivered: what is not above it comes again */
    int64_t missed;    /* something up to here is known to be, and did not come; > scanned: a gap */
    unsigned asked;    /* how often for the same gap */
    int64_t ask_due_ms;
    int64_t reported; /* to the source; -1: nothing yet */
    int64_t report_due_ms;
    int64_t report_anyway_ms;
};

enum rabbit_form { RABBIT_ONE, RABBIT_SEVERAL, RABBIT_WORD };

struct rabbit_delivery {
    struct rabbit_delivery *next;
    struct amqp_receipt receipt;
    enum rabbit_form form;
    struct text body;
    const struct json *members; /* of several; NULL: not read, or not to be read */
};

enum rabbit_item_kind { RABBIT_MESSAGE, RABBIT_UPTO };

/* What a delivery says: a message, or that there is none between previous and position. */
struct rabbit_item {
    enum rabbit_item_kind kind;
    struct message message; /* of UPTO: source, position and previous */
    enum bus_channel channel;
};

enum rabbit_chunk_state { RABBIT_WAITS, RABBIT_FLIES, RABBIT_DONE };

/* Deliveries that came together, until all of them may be acknowledged. */
struct rabbit_chunk {
    struct rabbit_chunk *next;
    struct arena *arena;
    struct rabbit_delivery *first;
    struct rabbit_delivery *last;
    size_t count; /* messages, as far as the deliveries say */
    size_t bytes;
    bool is_read;
    struct rabbit_item *items;
    size_t item_count;
    struct message *chosen; /* room for all items: what of them flies */
    bool has_receipt;
    struct amqp_receipt receipt; /* acknowledges all of it */
    enum rabbit_chunk_state state;
};

struct rabbit_chunks {
    struct rabbit_chunk *first;
    struct rabbit_chunk *last;
};

enum rabbit_queue_kind { RABBIT_EVENTS_QUEUE, RABBIT_COMMANDS_QUEUE, RABBIT_DEAD_QUEUE };

struct rabbit_queue {
    struct rabbit *rabbit;
    struct rabbit_member *member;
    enum rabbit_queue_kind kind;
    char name[RABBIT_NAME_ROOM];
    char source[RABBIT_NAME_ROOM];   /* of events */
    char exchange[RABBIT_NAME_ROOM]; /* where they come from */
    struct rabbit_bell bell;

    pthread_mutex_t lock; /* of what the link's thread says */
    struct rabbit_chunks arriving;
    bool was_lost;
    bool has_ended;
    bool became_ready;

    bool is_ready;
    bool must_declare;
    int64_t declare_due_ms;
    unsigned failures;
    struct rabbit_chunks chunks;
    unsigned in_flight; /* batches */
};

struct rabbit_batch {
    struct bus_batch batch; /* must be first */
    struct rabbit_note note;
    struct rabbit_queue *queue; /* NULL: only says how far */
    struct rabbit_chunk *chunk;
    struct rabbit_member *owner;
    enum status status;
    struct rabbit_batch *next; /* of those in flight */
    struct rabbit_batch *before;
};

#endif
