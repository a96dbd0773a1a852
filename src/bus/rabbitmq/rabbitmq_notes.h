/* rabbitmq_notes.h - what other threads say to the thread of the bus. */
#ifndef BUS_RABBITMQ_RABBITMQ_NOTES_H
#define BUS_RABBITMQ_RABBITMQ_NOTES_H

#include "base/mailbox.h"
#include "bus/rabbitmq/amqp_link.h"

enum { RABBIT_NAME_ROOM = AMQP_NAME_BYTES_MAX + 1 };

struct rabbit;
struct rabbit_member;

struct rabbit_note {
    struct mailbox_node node; /* must be first */
    void (*act)(struct rabbit *rabbit, struct rabbit_note *note);
};

/* A note that may be put often, and lies in the mailbox once. */
struct rabbit_bell {
    struct rabbit_note note; /* must be first */
    atomic_bool is_rung;
};

void rabbit__ring(struct rabbit *rabbit, struct rabbit_bell *bell);

#endif
