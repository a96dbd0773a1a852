/* amqp_wire.h - frames: how methods and messages are written, and where one begins and ends.
 *
 * Pure functions on memory, from any thread. A frame is type, channel, size, payload and an end
 * byte; a message is three kinds of them: method, header, and bodies of limited size.
 */
#ifndef BUS_RABBITMQ_AMQP_WIRE_H
#define BUS_RABBITMQ_AMQP_WIRE_H

#include "bus/rabbitmq/amqp_library.h"
#include "bus/rabbitmq/amqp_link.h"

enum {
    AMQP__FRAME_BYTES_MAX = 131072, /* RabbitMQ's own default; a server with less is refused */
    AMQP__FRAME_OVERHEAD = 8,
};

/* Grows by itself; [start, end) is what waits to be read. */
struct amqp_buffer {
    uint8_t *data;
    size_t start;
    size_t end;
    size_t room;
};

size_t amqp__buffer_waiting(const struct amqp_buffer *buffer);
uint8_t *amqp__buffer_make_room(struct amqp_buffer *buffer, size_t bytes); /* at .end */
void amqp__buffer_add(struct amqp_buffer *buffer, const void *data, size_t bytes);
void amqp__buffer_take(struct amqp_buffer *buffer, size_t bytes); /* from .start */
void amqp__buffer_finish(struct amqp_buffer *buffer);

amqp_bytes_t amqp__bytes(struct text text);
struct text amqp__text(amqp_bytes_t bytes);

/* The message id or the content type; empty when the message has none. The library leaves what was
 * not sent as it found it in memory. */
struct text amqp__property(const amqp_basic_properties_t *properties, amqp_flags_t flag);

/* The table points into entries and fields. */
amqp_table_t amqp__table(struct amqp_fields fields, amqp_table_entry_t entries[AMQP_HEADERS_MAX]);

/* Texts, numbers and flags of a table; others are left out. Answers how many. */
size_t amqp__fields(const amqp_table_t *table, struct amqp_field fields_out[AMQP_HEADERS_MAX]);

/* What the payload of a method or header with these fields takes at most. */
size_t amqp__fields_bytes(struct amqp_fields fields);

struct amqp_method {
    uint16_t channel;
    amqp_method_number_t number;
    void *fields;      /* the library's struct for this number */
    size_t more_bytes; /* what the payload may take beyond 2 KB */
};

void amqp__write_method(const struct amqp_library *library, struct amqp_buffer *buffer,
                        struct amqp_method method);
void amqp__write_message(const struct amqp_library *library, struct amqp_buffer *buffer,
                         uint16_t channel, const struct amqp_message *message);
void amqp__write_heartbeat(struct amqp_buffer *buffer);

struct amqp_frame {
    uint8_t type;
    uint16_t channel;
    const uint8_t *payload;
    size_t payload_bytes;
    size_t bytes; /* of all of it */
};

/* OK; ABSENT: more bytes are needed; MALFORMED: this is no frame. */
enum status amqp__find_frame(const uint8_t *data, size_t bytes, struct amqp_frame *frame_out);

uint32_t amqp__read_32(const uint8_t *data);
uint64_t amqp__read_64(const uint8_t *data);

#endif
