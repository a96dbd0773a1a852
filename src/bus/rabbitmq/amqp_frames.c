/* amqp_frames.c - takes what was received apart and gives each frame to the part it is for.
 *
 * A delivery or a returned message is a method, a header and any number of bodies. Its first two
 * are kept in the pool of the channel, because the buffer they came in moves on; a body of one
 * frame, as nearly all are, is handed on where it lies.
 */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/arena.h"

#include <string.h>

enum { POOL_PAGE_BYTES = 4096, CODE_NOT_FOUND = 404, CODE_LOCKED = 405, CODE_PRECONDITION = 406 };

enum status amqp__status_of(uint16_t code)
{
    switch (code) {
    case CODE_NOT_FOUND:
        return STATUS_ABSENT;
    case CODE_LOCKED:
        return STATUS_BUSY;
    case CODE_PRECONDITION:
        return STATUS_EXISTS;
    default:
        return STATUS_REFUSED;
    }
}

void amqp__forget_arrival(struct amqp_link *link, uint16_t channel)
{
    struct amqp_arrival *arrival = &link->channels[channel].arrival;
    amqp__buffer_take(&arrival->body, amqp__buffer_waiting(&arrival->body));
    *arrival = (struct amqp_arrival){.body = arrival->body};
    if (link->channels[channel].has_pool) {
        link->library->recycle_amqp_pool(&link->channels[channel].pool);
    }
}

static amqp_pool_t *pool_of(struct amqp_link *link, uint16_t channel)
{
    struct amqp_channel *place = &link->channels[channel];
    if (!place->has_pool) {
        link->library->init_amqp_pool(&place->pool, POOL_PAGE_BYTES);
        place->has_pool = true;
    }
    return &place->pool;
}

static amqp_bytes_t keep(struct amqp_link *link, uint16_t channel, struct text payload)
{
    amqp_bytes_t kept = {.len = 0};
    if (payload.bytes > 0) {
        link->library->amqp_pool_alloc_bytes(pool_of(link, channel), payload.bytes, &kept);
        if (kept.bytes == NULL) {
            memory_refused();
        }
        memcpy(kept.bytes, payload.data, payload.bytes);
    }
    return kept;
}

/* ---- methods ---- */

static void handle_channel_close(struct amqp_link *link, uint16_t channel, void *method)
{
    const amqp_channel_close_t *close = method;
    amqp_channel_close_ok_t answer = {.dummy = 0};
    enum status status = amqp__status_of(close->reply_code);
    struct text reason = amqp__text(close->reply_text);
    amqp__send(link, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &answer);
    if (channel == AMQP__CHANNEL_CONTROL) {
        amqp__reopen(link, channel);
        amqp__control_failed(link, status, reason);
    } else if (channel == AMQP__CHANNEL_PUBLISH) {
        amqp__reopen(link, channel);
        amqp__forget_flying(link, reason);
    } else {
        amqp__end_consumer(link, channel, status, reason);
        link->channels[channel].is_closing = false;
    }
}

static void handle_cancel(struct amqp_link *link, uint16_t channel)
{
    amqp_channel_close_t close = {.reply_text = amqp__bytes(TEXT("cancelled"))};
    if (link->channels[channel].is_used) {
        amqp__end_consumer(link, channel, STATUS_ABSENT, TEXT("the queue is gone"));
        amqp__send(link, channel, AMQP_CHANNEL_CLOSE_METHOD, &close);
        link->channels[channel].is_closing = true;
    }
}

/* What is only an answer to what was sent without waiting needs nobody. */
static void handle_method(struct amqp_link *link, uint16_t channel, amqp_method_number_t number,
                          void *method)
{
    if (number == AMQP_CHANNEL_CLOSE_METHOD && channel != AMQP__CHANNEL_WHOLE) {
        handle_channel_close(link, channel, method);
    } else if (number == AMQP_BASIC_CANCEL_METHOD && channel >= AMQP__CHANNEL_CONSUMER) {
        handle_cancel(link, channel);
    } else if (number == AMQP_CHANNEL_CLOSE_OK_METHOD) {
        link->channels[channel].is_closing = false;
    } else if (!amqp__handle_confirm(link, number, method) &&
               !amqp__handle_control(link, number, method)) {
        amqp__handle_session(link, number, method);
    }
}

static void read_method(struct amqp_link *link, const struct amqp_frame *frame)
{
    struct amqp_arrival *arrival = &link->channels[frame->channel].arrival;
    if (frame->payload_bytes < 4 || arrival->number != 0) {
        amqp__break(link, "RabbitMQ sent a method that is none");
        return;
    }
    amqp_method_number_t number = amqp__read_32(frame->payload);
    bool has_content = number == AMQP_BASIC_DELIVER_METHOD || number == AMQP_BASIC_RETURN_METHOD;
    amqp_bytes_t fields =
        keep(link, frame->channel,
             (struct text){(const char *)frame->payload + 4, frame->payload_bytes - 4});
    void *method = NULL;
    if (link->library->amqp_decode_method(number, pool_of(link, frame->channel), fields, &method) !=
        AMQP_STATUS_OK) {
        amqp__break(link, "RabbitMQ sent a method that nobody here knows");
    } else if (has_content) {
        arrival->number = number;
        arrival->method = method;
    } else {
        handle_method(link, frame->channel, number, method);
        amqp__forget_arrival(link, frame->channel);
    }
}

/* ---- content ---- */

static void handle_content(struct amqp_link *link, uint16_t channel, struct text body)
{
    MUST(channel < AMQP__CHANNELS);
    const struct amqp_arrival *arrival = &link->channels[channel].arrival;
    if (arrival->number == AMQP_BASIC_RETURN_METHOD) {
        amqp__handle_return(link, arrival);
    } else if (channel >= AMQP__CHANNEL_CONSUMER && link->channels[channel].is_used) {
        amqp__handle_delivery(link, channel, body);
    }
    amqp__forget_arrival(link, channel);
}

static void read_header(struct amqp_link *link, const struct amqp_frame *frame)
{
    struct amqp_arrival *arrival = &link->channels[frame->channel].arrival;
    void *properties = NULL;
    if (arrival->number == 0 || arrival->properties != NULL || frame->payload_bytes < 14) {
        amqp__break(link, "RabbitMQ sent a header that belongs to nothing");
        return;
    }
    amqp_bytes_t encoded =
        keep(link, frame->channel,
             (struct text){(const char *)frame->payload + 12, frame->payload_bytes - 12});
    if (link->library->amqp_decode_properties(AMQP_BASIC_CLASS, pool_of(link, frame->channel),
                                              encoded, &properties) != AMQP_STATUS_OK) {
        amqp__break(link, "RabbitMQ sent a header that cannot be read");
        return;
    }
    arrival->properties = properties;
    arrival->body_bytes = amqp__read_64(frame->payload + 4);
    if (arrival->body_bytes == 0) {
        handle_content(link, frame->channel, TEXT(""));
    }
}

/* Of a message that is too large nothing is kept; who consumes it sees by the size. */
static void read_body(struct amqp_link *link, const struct amqp_frame *frame)
{
    struct amqp_arrival *arrival = &link->channels[frame->channel].arrival;
    struct text part = {(const char *)frame->payload, frame->payload_bytes};
    if (arrival->properties == NULL || part.bytes > arrival->body_bytes - arrival->body_seen) {
        amqp__break(link, "RabbitMQ sent a body that belongs to nothing");
        return;
    }
    arrival->body_seen += part.bytes;
    bool is_whole = part.bytes == arrival->body_bytes;
    if (!is_whole && arrival->body_bytes <= AMQP_BODY_BYTES_MAX) {
        amqp__buffer_add(&arrival->body, part.data, part.bytes);
    }
    if (arrival->body_seen == arrival->body_bytes) {
        struct text gathered = {(const char *)arrival->body.data,
                                amqp__buffer_waiting(&arrival->body)};
        handle_content(link, frame->channel, is_whole ? part : gathered);
    }
}

/* ---- frames ---- */

static void read_frame(struct amqp_link *link, const struct amqp_frame *frame)
{
    if (frame->channel >= AMQP__CHANNELS) {
        amqp__break(link, "RabbitMQ used a channel that was never opened");
    } else if (frame->type == AMQP_FRAME_METHOD) {
        read_method(link, frame);
    } else if (frame->type == AMQP_FRAME_HEADER) {
        read_header(link, frame);
    } else if (frame->type == AMQP_FRAME_BODY) {
        read_body(link, frame);
    }
}

void amqp__read_frames(struct amqp_link *link)
{
    struct amqp_buffer *in = &link->socket.in;
    while (!link->is_broken) {
        struct amqp_frame frame;
        enum status status =
            amqp__find_frame(in->data + in->start, amqp__buffer_waiting(in), &frame);
        if (status == STATUS_MALFORMED) {
            amqp__break(link, "what answers there does not speak AMQP 0-9-1");
        }
        if (status != STATUS_OK) {
            return;
        }
        read_frame(link, &frame);
        amqp__buffer_take(in, frame.bytes);
    }
}
