/* rabbitmq_outbound.h - what goes to the broker: streams of rows, and where followers are. */
#ifndef BUS_RABBITMQ_RABBITMQ_OUTBOUND_H
#define BUS_RABBITMQ_RABBITMQ_OUTBOUND_H

#include "bus/bus.h"
#include "bus/rabbitmq/rabbitmq_notes.h"

struct rabbit_destination {
    struct text addressee; /* NO_TEXT: events */
    int64_t newest;        /* published */
    bool is_unheard;       /* said so already */
};

struct rabbit_stream;

/* Rows that were published together, several of them in one message of the broker's. */
struct rabbit_sending {
    struct rabbit_note note; /* must be first */
    struct rabbit_stream *stream;
    struct rabbit_sending *next;
    int64_t after; /* it holds what stands between these two in the journal */
    int64_t upto;
    size_t count; /* rows */
    size_t message_count;
    size_t bytes;
    size_t answered; /* messages; these three: of the link's thread until the note is put */
    enum status worst;
    uint64_t unheard; /* a destination that has no queue, and one; 0: none */
    bool is_answered;
};

/* A journal on its way to the broker: all of it, or once more what one follower has missed. */
struct rabbit_stream {
    struct rabbit_stream *next; /* resends of a member */
    struct rabbit_member *member;
    bool is_resend;
    char queue[RABBIT_NAME_ROOM]; /* of a resend */
    enum bus_channel channel;
    char follower[RABBIT_NAME_ROOM];
    int64_t began_after;

    bool is_placed;
    bool is_level;     /* all rows were read */
    bool is_abandoned; /* nobody listens */
    bool has_failed;
    unsigned failures;
    int64_t due_ms;
    int64_t read;
    int64_t confirmed;
    struct rabbit_sending *first;
    struct rabbit_sending *last;
    unsigned sending_count;
    size_t sending_bytes;
    struct rabbit_destination *destinations;
    size_t destination_count;
    size_t destination_room;
};

/* Where a follower is, to be written in the schema of the source. */
struct rabbit_mark {
    char follower[RABBIT_NAME_ROOM];
    enum bus_channel channel;
    int64_t position;
    bool only_if_new;
};

struct rabbit_marks {
    struct rabbit_mark *items;
    size_t count;
    size_t room;
};

#endif
