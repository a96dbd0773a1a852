/* amqp_inside.h - what the parts of the link share; nobody else includes it.
 *
 *   amqp_link.c     create, destroy, the thread
 *   amqp_session.c  from connecting to up, and down again; what the whole connection is about
 *   amqp_frames.c   which frame is whose
 *   amqp_control.c  declarations, one after the other, on a channel of their own
 *   amqp_publish.c  the window and the confirms, on another
 *   amqp_consume.c  a channel for each consumer
 *
 * Except for the mailbox, what is constant and what is atomic, all of it is the thread's own.
 */
#ifndef BUS_RABBITMQ_AMQP_INSIDE_H
#define BUS_RABBITMQ_AMQP_INSIDE_H

#include "base/mailbox.h"
#include "base/must.h"
#include "bus/rabbitmq/amqp_address.h"
#include "bus/rabbitmq/amqp_socket.h"

#include <pthread.h>

enum {
    AMQP__CHANNEL_WHOLE = 0, /* what is about the connection */
    AMQP__CHANNEL_CONTROL = 1,
    AMQP__CHANNEL_PUBLISH = 2,
    AMQP__CHANNEL_CONSUMER = 3, /* the first of them */
    AMQP__CHANNELS = AMQP__CHANNEL_CONSUMER + AMQP_CONSUMERS_MAX,
    AMQP__REASON_BYTES = 400,
    AMQP__OUT_BYTES_MAX = 512 * 1024, /* messages wait in their batches beyond this */
};

/* ---- what comes through the mailbox ---- */

enum amqp_order_kind { AMQP__CONTROL, AMQP__PUBLISH, AMQP__ACK, AMQP__END };

struct amqp_order { /* the first member of each */
    struct mailbox_node node;
    enum amqp_order_kind kind;
};

struct amqp_queue {
    struct mailbox_node *first;
    struct mailbox_node *last;
};

struct amqp_control {
    struct amqp_order order;
    bool consumes; /* then consumer; else frame and reply */
    bool declares_queue;
    bool only_looks;
    struct amqp_reply reply;
    struct amqp_buffer frame;
    struct amqp_consumer consumer;
    char name[AMQP_NAME_BYTES_MAX + 1]; /* what it is about */
    uint16_t channel;
};

struct amqp_item {
    uint64_t reference;
    size_t frames_end; /* in the batch; it begins where the one before ends */
    size_t id_start;
    size_t id_bytes;
};

struct amqp_batch {
    struct amqp_order order;
    amqp_published_fn *published;
    void *context;
    struct amqp_buffer frames;
    struct amqp_buffer ids;
    size_t sent_count;
    size_t answered_count;
    size_t count;
    struct amqp_item items[];
};

struct amqp_ack {
    struct amqp_order order;
    struct amqp_receipt receipt;
    bool is_rejection;
    bool flag; /* multiple, or requeue */
};

struct amqp_end {
    struct amqp_order order;
    int grace_ms;
};

/* ---- the link ---- */

enum amqp_stage {
    AMQP__PAUSED,     /* until retry_at_ms */
    AMQP__CONNECTING, /* TCP */
    AMQP__GREETING,   /* logging in */
    AMQP__UP,
    AMQP__CLOSING,
};

/* A method with content, until all of it is here. */
struct amqp_arrival {
    amqp_method_number_t number; /* 0: none */
    void *method;
    amqp_basic_properties_t *properties;
    uint64_t body_bytes;
    uint64_t body_seen;
    struct amqp_buffer body; /* of several frames */
};

struct amqp_channel {
    bool is_used;
    bool is_closing;     /* until the broker has said so too */
    uint64_t generation; /* never the same twice in a link */
    struct amqp_consumer consumer;
    char queue[AMQP_NAME_BYTES_MAX + 1];
    bool has_pool;
    amqp_pool_t pool;
    struct amqp_arrival arrival;
};

/* A message that was sent; slot number is its tag modulo the window. */
struct amqp_flying {
    struct amqp_batch *batch;
    size_t index;
    bool is_answered;
    bool is_returned;
    char reason[64];
};

struct amqp_link {
    const struct amqp_library *library;
    struct amqp_address address;
    char name[AMQP_NAME_BYTES_MAX + 1];
    struct amqp_listener listener;
    int heartbeat_seconds;
    int stall_ms_max;
    int retry_ms_max;
    uint64_t window;
    struct mailbox mailbox;
    pthread_t thread;
    atomic_size_t waiting;

    struct amqp_socket socket;
    enum amqp_stage stage;
    bool is_broken; /* reason says why; the thread takes it down */
    char reason[AMQP__REASON_BYTES];
    char logged[AMQP__REASON_BYTES];
    int attempt_count;
    int64_t retry_at_ms;
    int64_t up_at_ms;
    int64_t received_at_ms;
    int64_t sent_at_ms;
    int64_t progress_at_ms; /* of whatever is waited for */
    int heartbeat_ms;       /* as agreed with the broker; 0: none */
    bool is_blocked;
    bool ends;
    int64_t ends_at_ms;

    uint64_t generation;
    struct amqp_channel channels[AMQP__CHANNELS];
    struct amqp_queue controls; /* the first of them is asked when is_asked */
    bool is_asked;
    bool is_deleting;                     /* what the first of them declares */
    char broken[AMQP_NAME_BYTES_MAX + 1]; /* the queue at which the broker failed last */
    unsigned broken_count;                /* so often, one after the other */
    struct amqp_queue batches;            /* not all of it is sent */
    struct amqp_flying *flying;
    uint64_t oldest_tag; /* not answered; == next_tag: none */
    uint64_t next_tag;
};

/* amqp_link.c */
void amqp__queue_add(struct amqp_queue *queue, struct amqp_order *order);
struct amqp_order *amqp__queue_take(struct amqp_queue *queue);
void amqp__send(struct amqp_link *link, uint16_t channel, amqp_method_number_t number,
                void *fields);

/* The first reason stays; the thread takes the connection down at the end of its step. */
void amqp__break(struct amqp_link *link, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* amqp_session.c */
void amqp__connect(struct amqp_link *link);
void amqp__greet(struct amqp_link *link);
void amqp__go_down(struct amqp_link *link);
void amqp__close(struct amqp_link *link);
bool amqp__handle_session(struct amqp_link *link, amqp_method_number_t number, void *method);

/* amqp_frames.c */
void amqp__read_frames(struct amqp_link *link);
void amqp__forget_arrival(struct amqp_link *link, uint16_t channel);
enum status amqp__status_of(uint16_t code); /* of a closed channel */

/* amqp_control.c; false: this method is none of its business */
void amqp__ask_next(struct amqp_link *link);
bool amqp__handle_control(struct amqp_link *link, amqp_method_number_t number, void *method);
void amqp__control_failed(struct amqp_link *link, enum status status, struct text reason);
void amqp__forget_controls(struct amqp_link *link);
/* The broker failed at what it was asked, and closes the connection. */
void amqp__broker_failed(struct amqp_link *link);
void amqp__reopen(struct amqp_link *link, uint16_t channel);

/* amqp_publish.c */
void amqp__take_batch(struct amqp_link *link, struct amqp_batch *batch);
void amqp__publish_more(struct amqp_link *link);
bool amqp__handle_confirm(struct amqp_link *link, amqp_method_number_t number, void *method);
void amqp__handle_return(struct amqp_link *link, const struct amqp_arrival *arrival);
void amqp__forget_flying(struct amqp_link *link, struct text reason);
void amqp__forget_batches(struct amqp_link *link);

/* amqp_consume.c */
void amqp__start_consuming(struct amqp_link *link, struct amqp_control *control);
void amqp__acknowledge(struct amqp_link *link, const struct amqp_ack *ack);
void amqp__handle_delivery(struct amqp_link *link, uint16_t channel, struct text body);
void amqp__end_consumer(struct amqp_link *link, uint16_t channel, enum status status,
                        struct text reason);

#endif
