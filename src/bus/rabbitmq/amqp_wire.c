/* amqp_wire.c - writes frames into a buffer and finds them in one. */
#include "bus/rabbitmq/amqp_wire.h"

#include "base/arena.h"
#include "base/must.h"

#include <string.h>

enum { METHOD_BYTES = 2048, CONTENT_BYTES = 1024, FIELD_BYTES = 16, FRAME_END = 0xCE };

/* ---- a buffer ---- */

size_t amqp__buffer_waiting(const struct amqp_buffer *buffer)
{
    return buffer->end - buffer->start;
}

uint8_t *amqp__buffer_make_room(struct amqp_buffer *buffer, size_t bytes)
{
    MUST(bytes < SIZE_MAX / 4 && buffer->end < SIZE_MAX / 4);
    if (buffer->room - buffer->end < bytes && buffer->start > 0) {
        memmove(buffer->data, buffer->data + buffer->start, buffer->end - buffer->start);
        buffer->end -= buffer->start;
        buffer->start = 0;
    }
    if (buffer->room - buffer->end < bytes) {
        buffer->room = (buffer->end + bytes) * 2;
        buffer->data = memory_resize(buffer->data, buffer->room);
    }
    MUST(buffer->room - buffer->end >= bytes);
    return buffer->data + buffer->end;
}

void amqp__buffer_add(struct amqp_buffer *buffer, const void *data, size_t bytes)
{
    if (bytes > 0) {
        memcpy(amqp__buffer_make_room(buffer, bytes), data, bytes);
        buffer->end += bytes;
    }
}

void amqp__buffer_take(struct amqp_buffer *buffer, size_t bytes)
{
    MUST(bytes <= buffer->end - buffer->start);
    buffer->start += bytes;
    if (buffer->start == buffer->end) {
        buffer->start = 0;
        buffer->end = 0;
    }
}

void amqp__buffer_finish(struct amqp_buffer *buffer)
{
    memory_free(buffer->data);
    *buffer = (struct amqp_buffer){.data = NULL};
}

/* ---- numbers, most significant byte first ---- */

static void put(uint8_t *place, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        place[i] = (uint8_t)number;
        number >>= 8;
    }
}

static uint64_t get(const uint8_t *place, int bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++) {
        number = number << 8 | place[i];
    }
    return number;
}

uint32_t amqp__read_32(const uint8_t *data)
{
    return (uint32_t)get(data, 4);
}

uint64_t amqp__read_64(const uint8_t *data)
{
    return get(data, 8);
}

/* ---- the library's types ---- */

/* The library has no const; it only reads what it encodes. */
amqp_bytes_t amqp__bytes(struct text text)
{
    return (amqp_bytes_t){.len = text.bytes, .bytes = (void *)(uintptr_t)text.data};
}

struct text amqp__text(amqp_bytes_t bytes)
{
    return bytes.len == 0 ? TEXT("") : (struct text){bytes.bytes, bytes.len};
}

struct text amqp__property(const amqp_basic_properties_t *properties, amqp_flags_t flag)
{
    MUST(flag == AMQP_BASIC_MESSAGE_ID_FLAG || flag == AMQP_BASIC_CONTENT_TYPE_FLAG);
    if ((properties->_flags & flag) == 0) {
        return TEXT("");
    }
    return amqp__text(flag == AMQP_BASIC_MESSAGE_ID_FLAG ? properties->message_id
                                                         : properties->content_type);
}

static amqp_field_value_t value_of(const struct amqp_field *field)
{
    if (field->is_flag) {
        return (amqp_field_value_t){.kind = AMQP_FIELD_KIND_BOOLEAN,
                                    .value.boolean = field->number != 0};
    }
    if (field->is_number) {
        return (amqp_field_value_t){.kind = AMQP_FIELD_KIND_I64, .value.i64 = field->number};
    }
    return (amqp_field_value_t){.kind = AMQP_FIELD_KIND_UTF8,
                                .value.bytes = amqp__bytes(field->text)};
}

amqp_table_t amqp__table(struct amqp_fields fields, amqp_table_entry_t entries[AMQP_HEADERS_MAX])
{
    MUST(fields.count <= AMQP_HEADERS_MAX);
    for (size_t i = 0; i < fields.count; i++) {
        MUST(fields.items[i].name.bytes <= AMQP_NAME_BYTES_MAX);
        entries[i] = (amqp_table_entry_t){.key = amqp__bytes(fields.items[i].name),
                                          .value = value_of(&fields.items[i])};
    }
    return (amqp_table_t){.num_entries = (int)fields.count, .entries = entries};
}

size_t amqp__fields_bytes(struct amqp_fields fields)
{
    size_t bytes = 0;
    for (size_t i = 0; i < fields.count; i++) {
        bytes += fields.items[i].name.bytes + fields.items[i].text.bytes + FIELD_BYTES;
    }
    return bytes;
}

/* False for a kind that nobody here needs. */
static bool read_number(const amqp_field_value_t *value, int64_t *number_out)
{
    switch (value->kind) {
    case AMQP_FIELD_KIND_BOOLEAN:
        *number_out = value->value.boolean != 0;
        return true;
    case AMQP_FIELD_KIND_U8:
        *number_out = value->value.u8;
        return true;
    case AMQP_FIELD_KIND_I16:
        *number_out = value->value.i16;
        return true;
    case AMQP_FIELD_KIND_U16:
        *number_out = value->value.u16;
        return true;
    case AMQP_FIELD_KIND_I32:
        *number_out = value->value.i32;
        return true;
    case AMQP_FIELD_KIND_U32:
        *number_out = value->value.u32;
        return true;
    case AMQP_FIELD_KIND_I64:
        *number_out = value->value.i64;
        return true;
    default:
        return false;
    }
}

size_t amqp__fields(const amqp_table_t *table, struct amqp_field fields_out[AMQP_HEADERS_MAX])
{
    size_t count = 0;
    for (int i = 0; i < table->num_entries && count < AMQP_HEADERS_MAX; i++) {
        const amqp_table_entry_t *entry = &table->entries[i];
        struct amqp_field field = {.name = amqp__text(entry->key)};
        if (entry->value.kind == AMQP_FIELD_KIND_UTF8 ||
            entry->value.kind == AMQP_FIELD_KIND_BYTES) {
            field.text = amqp__text(entry->value.value.bytes);
        } else if (read_number(&entry->value, &field.number)) {
            field.is_flag = entry->value.kind == AMQP_FIELD_KIND_BOOLEAN;
            field.is_number = !field.is_flag;
        } else {
            continue;
        }
        fields_out[count++] = field;
    }
    return count;
}

/* ---- writing ---- */

/* What is at buffer->end becomes a frame; the payload is there already, behind the seven bytes. */
static void close_frame(struct amqp_buffer *buffer, uint8_t type, uint16_t channel,
                        size_t payload_bytes)
{
    uint8_t *frame = buffer->data + buffer->end;
    MUST(payload_bytes <= AMQP__FRAME_BYTES_MAX - AMQP__FRAME_OVERHEAD);
    MUST(buffer->room - buffer->end >= payload_bytes + AMQP__FRAME_OVERHEAD);
    frame[0] = type;
    put(frame + 1, channel, 2);
    put(frame + 3, payload_bytes, 4);
    frame[7 + payload_bytes] = FRAME_END;
    buffer->end += payload_bytes + AMQP__FRAME_OVERHEAD;
}

void amqp__write_method(const struct amqp_library *library, struct amqp_buffer *buffer,
                        struct amqp_method method)
{
    size_t bytes_max = METHOD_BYTES + method.more_bytes;
    uint8_t *frame = amqp__buffer_make_room(buffer, bytes_max + AMQP__FRAME_OVERHEAD);
    put(frame + 7, method.number, 4);
    int bytes = library->amqp_encode_method(
        method.number, method.fields, (amqp_bytes_t){.len = bytes_max - 4, .bytes = frame + 11});
    MUST(bytes >= 0); /* it had room enough */
    close_frame(buffer, AMQP_FRAME_METHOD, method.channel, (size_t)bytes + 4);
}

static void write_content(const struct amqp_library *library, struct amqp_buffer *buffer,
                          uint16_t channel, const struct amqp_message *message)
{
    amqp_table_entry_t entries[AMQP_HEADERS_MAX];
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
                  AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_HEADERS_FLAG,
        .content_type = amqp__bytes(message->content_type),
        .delivery_mode = AMQP_DELIVERY_PERSISTENT,
        .message_id = amqp__bytes(message->message_id),
        .headers = amqp__table(message->headers, entries),
    };
    if (text_is_given(message->reply_to)) {
        properties._flags |= AMQP_BASIC_REPLY_TO_FLAG;
        properties.reply_to = amqp__bytes(message->reply_to);
    }
    size_t bytes_max = CONTENT_BYTES + amqp__fields_bytes(message->headers);
    uint8_t *frame = amqp__buffer_make_room(buffer, bytes_max + AMQP__FRAME_OVERHEAD);
    put(frame + 7, AMQP_BASIC_CLASS, 2);
    put(frame + 9, 0, 2);
    put(frame + 11, message->body.bytes, 8);
    int bytes = library->amqp_encode_properties(
        AMQP_BASIC_CLASS, &properties, (amqp_bytes_t){.len = bytes_max - 12, .bytes = frame + 19});
    MUST(bytes >= 0);
    close_frame(buffer, AMQP_FRAME_HEADER, channel, (size_t)bytes + 12);
}

void amqp__write_message(const struct amqp_library *library, struct amqp_buffer *buffer,
                         uint16_t channel, const struct amqp_message *message)
{
    MUST(message->exchange.bytes <= AMQP_NAME_BYTES_MAX);
    MUST(message->routing_key.bytes <= AMQP_NAME_BYTES_MAX);
    MUST(message->content_type.bytes <= AMQP_NAME_BYTES_MAX);
    MUST(message->message_id.bytes > 0 && message->message_id.bytes <= AMQP_NAME_BYTES_MAX);
    MUST(message->reply_to.bytes <= AMQP_NAME_BYTES_MAX);
    MUST(message->body.bytes <= AMQP_BODY_BYTES_MAX);
    amqp_basic_publish_t publish = {.exchange = amqp__bytes(message->exchange),
                                    .routing_key = amqp__bytes(message->routing_key),
                                    .mandatory = !message->may_be_unheard};
    amqp__write_method(library, buffer,
                       (struct amqp_method){.channel = channel,
                                            .number = AMQP_BASIC_PUBLISH_METHOD,
                                            .fields = &publish});
    write_content(library, buffer, channel, message);
    const size_t part_max = AMQP__FRAME_BYTES_MAX - AMQP__FRAME_OVERHEAD;
    for (size_t done = 0; done < message->body.bytes; done += part_max) {
        struct text part = text_slice(message->body, done, done + part_max);
        uint8_t *frame = amqp__buffer_make_room(buffer, part.bytes + AMQP__FRAME_OVERHEAD);
        memcpy(frame + 7, part.data, part.bytes);
        close_frame(buffer, AMQP_FRAME_BODY, channel, part.bytes);
    }
}

void amqp__write_heartbeat(struct amqp_buffer *buffer)
{
    amqp__buffer_make_room(buffer, AMQP__FRAME_OVERHEAD);
    close_frame(buffer, AMQP_FRAME_HEARTBEAT, 0, 0);
}

/* ---- reading ---- */

static bool is_type(uint8_t type)
{
    return type == AMQP_FRAME_METHOD || type == AMQP_FRAME_HEADER || type == AMQP_FRAME_BODY ||
           type == AMQP_FRAME_HEARTBEAT;
}

enum status amqp__find_frame(const uint8_t *data, size_t bytes, struct amqp_frame *frame_out)
{
    if (bytes == 0) {
        return STATUS_ABSENT;
    }
    if (!is_type(data[0])) {
        return STATUS_MALFORMED;
    }
    if (bytes < 7) {
        return STATUS_ABSENT;
    }
    size_t payload_bytes = (size_t)get(data + 3, 4);
    if (payload_bytes > AMQP__FRAME_BYTES_MAX - AMQP__FRAME_OVERHEAD) {
        return STATUS_MALFORMED;
    }
    if (bytes < payload_bytes + AMQP__FRAME_OVERHEAD) {
        return STATUS_ABSENT;
    }
    *frame_out = (struct amqp_frame){.type = data[0],
                                     .channel = (uint16_t)get(data + 1, 2),
                                     .payload = data + 7,
                                     .payload_bytes = payload_bytes,
                                     .bytes = payload_bytes + AMQP__FRAME_OVERHEAD};
    return data[7 + payload_bytes] == FRAME_END ? STATUS_OK : STATUS_MALFORMED;
}
