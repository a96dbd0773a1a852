/* bus.h - brings what is in the journal of one service to the services that want it.
 *
 * A bus reads journals; nothing is ever handed to it. `bus_announce` says that a journal has grown,
 * and is all that a producer does. For each member (a service that runs in this process) it
 * delivers batches of messages, and the member answers each with bus_taken once its effects are
 * committed, or could not be.
 *
 * The promise: every message of a journal is delivered to each member that follows it, at least
 * once, until it has been taken, whatever dies in between. It may come twice, and from a careless
 * bus late or out of order. So a receiver keeps one cursor for each (source, channel), and for each
 * message decides, in the transaction of the effect:
 *
 *   position <= cursor               it is here already: nothing to do
 *   previous <= cursor < position    the next one: its effect, and cursor = position
 *   cursor < previous                one is missing: stop here, answer CONFLICT; the bus brings
 *                                    what is missing, from the cursor on
 *
 * Three rooms implement this: local.c reads the journals in this process; rabbitmq.c relays them
 * over a broker; bus_fault.c does what local.c does, but loses, doubles, mixes and delays.
 *
 * Threads: a bus has its own. `deliver` is called there and must not block. Everything else may be
 * called from any thread.
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "bus/journal.h"

struct bus;

/* Belongs to the member from deliver until bus_taken; its memory is the batch's own arena. */
struct bus_batch {
    struct arena *arena;
    const struct message *messages;
    size_t count;
    enum bus_channel channel;
    /* Set when all messages are of one source and every message of it up to here was looked at, so
     * that the cursor may move there even past messages that nobody here wants; else 0. A batch
     * may have no messages and only say this; it is delivered when all before it was taken. */
    struct text source;
    int64_t upto;
    size_t member;  /* index in the options */
    void *reserved; /* the bus's own */
};

/* Filled by the bus; run by the member's executor. */
struct bus_write {
    enum status (*run)(struct bus_write *write, struct store *store, struct arena *arena);
    void (*done)(struct bus_write *write, enum status status);
};

/* A service that runs in this process. */
struct bus_member {
    const char *name;
    const char *exchange;        /* what its events are called outside: "crm.domain" */
    struct store_source *stores; /* its schema; the bus opens its own connections, to read */
    const char *const *follows;  /* services whose events it wants, sorted by name */
    /* For each of them, what its events are called outside; NULL, or a NULL in it: by the member of
     * that name when it runs here, else "<name>.events". */
    const char *const *follow_exchanges;
    size_t follow_count;
    /* Does this member want this event? What it does not is not delivered by a bus that can tell;
     * others deliver all. NULL: all. */
    bool (*wants)(void *context, const struct message *message);
    bool is_addressed; /* it takes commands, or waits for replies */

    void *context;
    void (*deliver)(void *context, struct bus_batch *batch);

    /* The bus asks for something to be written in the member's schema, in a transaction of its own
     * on the executor of the member: gives positions, keeps the relay's place. `done` is called on
     * the executor's thread with what came of it, exactly once. */
    void (*write)(void *context, struct bus_write *write);
};

struct bus_options {
    const struct bus_member *members; /* live as long as the bus */
    size_t member_count;
    int64_t keep_ms; /* a journal forgets what is older and was taken by everybody; 0: never */
};

/* ---- the contract; bus.c checks both sides of it ---- */

/* From now on messages are delivered. */
typedef enum status bus_start_fn(struct bus *bus, struct text *error_out);

/* The journal of this member has grown. Cheap; many calls are one. */
typedef void bus_announce_fn(struct bus *bus, size_t member);

/* OK: effects and cursor are committed. CONFLICT: the cursor does not fit; the bus looks at it and
 * delivers from there. Anything else: it is delivered again after a pause. */
typedef void bus_taken_fn(struct bus *bus, struct bus_batch *batch, enum status status);

struct bus_depth {
    uint64_t waiting;   /* read or announced, and not taken */
    uint64_t delivered; /* since the start */
    uint64_t again;     /* delivered more than once, as far as can be told */
    uint64_t published; /* given to a broker, and confirmed */
    bool is_connected;  /* to whatever it needs */
};

/* What waits: messages of member's journal that a follower has not taken, as far as can be told. */
typedef void bus_depth_fn(struct bus *bus, struct bus_depth *depth_out);

/* No further deliveries; returns when every batch that was delivered has been taken, or the time is
 * over (then false). */
typedef bool bus_stop_fn(struct bus *bus, int timeout_ms);
/* When the members' executors have ended: nobody is in `write`, nobody calls bus_taken any more. */
typedef void bus_destroy_fn(struct bus *bus);

struct bus_ops { /* for implementers only */
    const char *name;
    bus_start_fn *start;
    bus_announce_fn *announce;
    bus_taken_fn *taken;
    bus_depth_fn *depth;
    bus_stop_fn *stop;
    bus_destroy_fn *destroy;
};

struct bus { /* the first member of each implementation's own struct */
    const struct bus_ops *ops;
    const struct bus_options *options;
};

void bus_init(struct bus *bus, const struct bus_ops *ops, const struct bus_options *options);

/* For implementers: looks at the batch and gives it to its member. */
void bus_deliver(struct bus *bus, struct bus_batch *batch);

NODISCARD enum status bus_start(struct bus *bus, struct text *error_out);
void bus_announce(struct bus *bus, size_t member);
void bus_taken(struct bus *bus, struct bus_batch *batch, enum status status);
void bus_depth(struct bus *bus, struct bus_depth *depth_out);
bool bus_stop(struct bus *bus, int timeout_ms);
void bus_destroy(struct bus **bus);

/* ---- where buses come from ---- */

struct bus *bus_local_create(const struct bus_options *options);

#endif
