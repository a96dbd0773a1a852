/* amqp_link.h - one connection to RabbitMQ that is always being kept up.
 *
 * A link has a thread of its own. It connects by itself, and again after each loss, with growing
 * pauses; it never blocks on a broker that does not read, and it cuts a connection that makes no
 * progress. It says what happened to each message; what is published, in which order and what is
 * acknowledged is the business of rabbitmq.c.
 *
 * Everything here may be called from any thread, the link's own callbacks included; texts are
 * copied before a call returns. All callbacks run on the link's thread and must be short: the
 * heartbeat waits meanwhile. A broker that is short of memory holds connections that publish, with
 * all that is on them: one who publishes and consumes has two links.
 */
#ifndef BUS_RABBITMQ_AMQP_LINK_H
#define BUS_RABBITMQ_AMQP_LINK_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct amqp_link;

enum {
    AMQP_NAME_BYTES_MAX = 255, /* of an exchange, a queue, a key, an id: the protocol's limit */
    AMQP_BODY_BYTES_MAX = 16 * 1024 * 1024,
    AMQP_HEADERS_MAX = 32,
    AMQP_CONSUMERS_MAX = 64,
};

/* A header of a message or an argument of a queue. */
struct amqp_field {
    struct text name;
    bool is_number;
    bool is_flag; /* number is 0 or 1 */
    int64_t number;
    struct text text;
};

#define AMQP_TEXT(field_name, value)                                                               \
    ((struct amqp_field){.name = TEXT(field_name), .text = (value)})
#define AMQP_NUMBER(field_name, value)                                                             \
    ((struct amqp_field){.name = TEXT(field_name), .is_number = true, .number = (value)})
#define AMQP_FLAG(field_name, value)                                                               \
    ((struct amqp_field){.name = TEXT(field_name), .is_flag = true, .number = (value)})

struct amqp_fields {
    const struct amqp_field *items;
    size_t count;
};

/* ---- the link ---- */

struct amqp_listener {
    void *context;

    /* Connected, for the first time or again: declare what you need and consume again. Nothing is
     * published before the declarations asked for in here are answered. */
    void (*up)(void *context, struct amqp_link *link);

    /* A connection was lost, or an attempt failed; it will be tried again. Then everything that
     * was asked is answered, UNCERTAIN or UNAVAILABLE; consumers are gone without a word. */
    void (*down)(void *context, struct amqp_link *link, const char *reason);

    /* The broker takes nothing more from this connection, or does again; may be NULL. */
    void (*blocked)(void *context, struct amqp_link *link, bool is_blocked);
};

struct amqp_link_options {
    const char *address;   /* amqp://user:password@host:port/vhost, percent-encoded */
    const char *name;      /* what RabbitMQ shows for this connection; NULL for "kontora" */
    int heartbeat_seconds; /* 0 means 10 */
    int window;            /* messages that wait for their confirm; 0 means 1000 */
    int stall_ms_max;      /* an answer that is later costs the connection; 0 means 30,000 */
    int retry_ms_max;      /* the longest pause between attempts; 0 means 10,000 */
    struct amqp_listener listener;
};

/* NULL when the address is none or the library is missing; *error_out is then a sentence. The
 * options need not live on. Callbacks may come before this returns: use the link they are given. */
struct amqp_link *amqp_link_create(const struct amqp_link_options *options, const char **error_out);

/* What was asked has up to grace_ms to be answered; then the rest is, as after a loss, and the
 * link ends within two seconds whatever the broker does (a name that is being looked up is waited
 * for). Not from a callback; nobody may be using the link. No more callbacks afterwards. */
void amqp_link_destroy(struct amqp_link **link, int grace_ms);

/* ---- topology ---- */

struct amqp_answer {
    struct text reason;     /* what the broker said when it is not OK */
    uint32_t message_count; /* of a queue */
    uint32_t consumer_count;
};

/* OK. ABSENT: there is no such queue or exchange. EXISTS: there is one that was declared
 * differently. REFUSED: not allowed. UNAVAILABLE: not connected. */
typedef void amqp_answered_fn(void *context, enum status status, const struct amqp_answer *answer);

struct amqp_reply {
    amqp_answered_fn *answered; /* may be NULL: a fault is logged */
    void *context;
};

enum amqp_exchange_kind { AMQP_TOPIC, AMQP_DIRECT, AMQP_FANOUT };

/* All durable. They are done one after the other in the order they were asked for. */
void amqp_link_declare_exchange(struct amqp_link *link, struct text name,
                                enum amqp_exchange_kind kind, struct amqp_reply reply);
void amqp_link_declare_queue(struct amqp_link *link, struct text name, struct amqp_fields arguments,
                             struct amqp_reply reply);
void amqp_link_bind(struct amqp_link *link, struct text queue, struct text exchange,
                    struct text routing_key, struct amqp_reply reply);

/* Asks without declaring: OK with the counts, or ABSENT. */
void amqp_link_look(struct amqp_link *link, struct text queue, struct amqp_reply reply);

/* ---- publishing ---- */

struct amqp_message {
    uint64_t reference; /* the caller's, comes back with the answer */
    struct text exchange;
    struct text routing_key;
    struct text message_id; /* given: a message that is returned is known by it */
    struct text reply_to;   /* NO_TEXT: it asks for no answer */
    bool may_be_unheard;    /* it is no fault when no queue takes it: then it is OK too */
    struct text content_type;
    struct amqp_fields headers;
    struct text body;
};

/* Once for each message. OK: the broker has it on disk. ABSENT: no queue takes it. REFUSED: the
 * broker said no. UNCERTAIN: sent, and the connection was lost before the confirm. UNAVAILABLE: not
 * sent. Confirms may come in another order than messages went out. */
typedef void amqp_published_fn(void *context, uint64_t reference, enum status status,
                               struct text reason);

/* Persistent, confirmed, in this order, and mandatory unless it may be unheard. While the link is
 * down they are answered UNAVAILABLE at once. What waits for the window is kept in memory: see
 * amqp_link_waiting. */
void amqp_link_publish(struct amqp_link *link, const struct amqp_message *messages, size_t count,
                       amqp_published_fn *published, void *context);

/* How many messages are not answered yet. */
size_t amqp_link_waiting(const struct amqp_link *link);

/* ---- consuming ---- */

/* What a delivery is acknowledged by; it means nothing on a later connection. */
struct amqp_receipt {
    uint64_t generation;
    uint64_t tag;
    uint16_t channel;
};

struct amqp_delivery { /* all of it lives as long as the callback */
    struct amqp_receipt receipt;
    struct text exchange;
    struct text routing_key;
    struct text message_id;
    struct text content_type;
    struct amqp_fields headers; /* texts, numbers and flags; others are left out */
    bool is_redelivered;
    int64_t delivery_count; /* how often it was given out before (quorum queues) */
    struct text body;
};

struct amqp_consumer {
    struct text queue;
    uint16_t prefetch; /* deliveries out and not acknowledged, at most */
    void *context;
    void (*arrived)(void *context, struct amqp_link *link, const struct amqp_delivery *delivery);

    /* It is over while the link is up: ABSENT when the queue is not there or was deleted. It may
     * be asked for again. Not called when the link goes down. */
    void (*ended)(void *context, enum status status, struct text reason);
};

/* Runs until it ends or the link goes down, so it belongs into listener.up; does nothing while the
 * link is down. A message larger than AMQP_BODY_BYTES_MAX is logged and dead-lettered. */
void amqp_link_consume(struct amqp_link *link, const struct amqp_consumer *consumer);

/* is_multiple: with everything before it. Silently nothing when the connection that brought the
 * delivery is gone: it will be, or was, delivered again. */
void amqp_link_ack(struct amqp_link *link, struct amqp_receipt receipt, bool is_multiple);

/* Back into the queue, or to the dead-letter exchange. */
void amqp_link_reject(struct amqp_link *link, struct amqp_receipt receipt, bool requeue);

#endif
