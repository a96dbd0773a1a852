/* amqp_address.c - takes an address apart, part by part. */
#include "bus/rabbitmq/amqp_address.h"

#include "base/encode.h"
#include "base/must.h"
#include "base/text.h"

#include <string.h>

#define SCHEME "amqp://"

/* Percent-decodes into a C string; false when it does not fit or is no such encoding. */
static bool decode(struct text part, char part_out[AMQP_PART_BYTES])
{
    size_t used = 0;
    for (size_t i = 0; i < part.bytes; i++) {
        char byte = part.data[i];
        if (byte == '%') {
            if (!decode_hex(text_slice(part, i + 1, i + 3), &byte, 1)) {
                return false;
            }
            i += 2;
        }
        if (byte == '\0' || used == AMQP_PART_BYTES - 1) {
            return false;
        }
        part_out[used++] = byte;
    }
    part_out[used] = '\0';
    return true;
}

static struct text or_else(struct text part, const char *otherwise)
{
    return text_is_given(part) && part.bytes > 0 ? part : text_of(otherwise);
}

/* The last one divides: a password may have been written with a bare "@" in it. */
static void cut_at_last(struct text text, char separator, struct text *head_out,
                        struct text *tail_out)
{
    const char *found = memrchr(text.data, separator, text.bytes);
    *head_out = found == NULL ? NO_TEXT : text_slice(text, 0, (size_t)(found - text.data));
    *tail_out =
        found == NULL ? text : text_slice(text, (size_t)(found - text.data) + 1, text.bytes);
}

static bool read_place(struct text place, struct amqp_address *address)
{
    struct text host = place;
    struct text port = NO_TEXT;
    int64_t number = 0;
    if (text_starts_with(place, TEXT("["))) {
        struct text behind;
        text_cut(text_slice(place, 1, place.bytes), ']', &host, &behind);
        port = text_starts_with(behind, TEXT(":")) ? text_slice(behind, 1, behind.bytes) : NO_TEXT;
    } else {
        text_cut(place, ':', &host, &port);
    }
    if (!decode(host, address->host) || address->host[0] == '\0' ||
        !text_to_integer(or_else(port, "5672"), &number) || number < 1 || number > 65535) {
        return false;
    }
    address->port = (int)number;
    return true;
}

bool amqp__address_read(const char *address, struct amqp_address *address_out,
                        const char **error_out)
{
    MUST(address != NULL && address_out != NULL);
    struct text rest = text_of(address);
    struct text credentials;
    struct text place;
    struct text virtual_host;
    struct text user;
    struct text password;
    *address_out = (struct amqp_address){.port = 0};
    *error_out = "the address of RabbitMQ must be amqp://user:password@host:port/vhost";
    if (!text_starts_with(rest, TEXT(SCHEME))) {
        return false;
    }
    cut_at_last(text_slice(rest, strlen(SCHEME), rest.bytes), '@', &credentials, &rest);
    text_cut(rest, '/', &place, &virtual_host);
    user = credentials;
    password = NO_TEXT;
    if (text_is_given(credentials)) {
        text_cut(credentials, ':', &user, &password);
    }
    return decode(or_else(user, "guest"), address_out->user) &&
           decode(or_else(password, "guest"), address_out->password) &&
           decode(or_else(virtual_host, "/"), address_out->virtual_host) &&
           read_place(place, address_out);
}
