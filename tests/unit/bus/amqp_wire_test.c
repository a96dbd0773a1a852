/* amqp_wire_test.c - addresses taken apart, frames found, without any broker. */
#include "base/arena.h"
#include "bus/rabbitmq/amqp_address.h"
#include "bus/rabbitmq/amqp_wire.h"
#include "tests/lib/check.h"

#include <string.h>

static void addresses_are_taken_apart(void)
{
    static const struct {
        const char *address;
        const char *user;
        const char *password;
        const char *host;
        int port;
        const char *virtual_host;
    } good[] = {
        {"amqp://localhost", "guest", "guest", "localhost", 5672, "/"},
        {"amqp://localhost/", "guest", "guest", "localhost", 5672, "/"},
        {"amqp://ann@mq.example:1/", "ann", "guest", "mq.example", 1, "/"},
        {"amqp://ann:p%40ss%3A%2f@mq:5673/%2F", "ann", "p@ss:/", "mq", 5673, "/"},
        {"amqp://ann:a@b@mq/shop", "ann", "a@b", "mq", 5672, "shop"},
        {"amqp://a:b@[::1]:65535/x%20y", "a", "b", "::1", 65535, "x y"},
        {"amqp://[fe80::1]", "guest", "guest", "fe80::1", 5672, "/"},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct amqp_address read;
        const char *error = NULL;
        CHECK(amqp__address_read(good[i].address, &read, &error));
        CHECK_TEXT(text_of(read.user), good[i].user);
        CHECK_TEXT(text_of(read.password), good[i].password);
        CHECK_TEXT(text_of(read.host), good[i].host);
        CHECK_INT(read.port, good[i].port);
        CHECK_TEXT(text_of(read.virtual_host), good[i].virtual_host);
    }
}

static void what_is_no_address_is_refused(void)
{
    static const char *const bad[] = {
        "",
        "localhost:5672",
        "amqps://localhost",
        "amqp://",
        "amqp://:5672/",
        "amqp://host:0/",
        "amqp://host:65536/",
        "amqp://host:port/",
        "amqp://a:%0@host/",
        "amqp://a:%zz@host/",
        "amqp://a:%00b@host/",
        "amqp://a:b@host/%2",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct amqp_address read;
        const char *error = NULL;
        CHECK(!amqp__address_read(bad[i], &read, &error));
        CHECK(error != NULL && strstr(error, "%0") == NULL);
    }
    char large[1000] = "amqp://";
    struct amqp_address read;
    const char *error = NULL;
    memset(large + 7, 'a', sizeof large - 8);
    CHECK(!amqp__address_read(large, &read, &error));
}

/* ---- frames ---- */

/* A message that was written is found again, frame by frame, and never before all of it is here. */
static void written_frames_are_found(void)
{
    const char *error = NULL;
    const struct amqp_library *library = amqp__library(&error);
    struct amqp_buffer buffer = {.data = NULL};
    const struct amqp_field headers[] = {AMQP_TEXT("a", TEXT("b")), AMQP_NUMBER("c", 7)};
    size_t large = 3 * AMQP__FRAME_BYTES_MAX;
    char *body = memory_take(large);
    struct amqp_message message = {.exchange = TEXT("facts"),
                                   .routing_key = TEXT("key"),
                                   .message_id = TEXT("id"),
                                   .content_type = TEXT("text/plain"),
                                   .headers = {headers, COUNT_OF(headers)},
                                   .body = {body, large}};
    CHECK(library != NULL);
    amqp__write_message(library, &buffer, 2, &message);
    amqp__write_heartbeat(&buffer);
    static const uint8_t types[] = {AMQP_FRAME_METHOD,   AMQP_FRAME_HEADER, AMQP_FRAME_BODY,
                                    AMQP_FRAME_BODY,     AMQP_FRAME_BODY,   AMQP_FRAME_BODY,
                                    AMQP_FRAME_HEARTBEAT};
    size_t body_bytes = 0;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct amqp_frame frame;
        const uint8_t *data = buffer.data + buffer.start;
        CHECK_STATUS(amqp__find_frame(data, amqp__buffer_waiting(&buffer), &frame), STATUS_OK);
        CHECK_INT(frame.type, types[i]);
        CHECK_INT(frame.channel, types[i] == AMQP_FRAME_HEARTBEAT ? 0 : 2);
        for (size_t part = 0; part < frame.bytes; part += part < 20 ? 1 : 997) {
            struct amqp_frame cut;
            CHECK_STATUS(amqp__find_frame(data, part, &cut), STATUS_ABSENT);
        }
        body_bytes += frame.type == AMQP_FRAME_BODY ? frame.payload_bytes : 0;
        amqp__buffer_take(&buffer, frame.bytes);
    }
    CHECK_INT(amqp__buffer_waiting(&buffer), 0);
    CHECK_INT(body_bytes, large);
    amqp__buffer_finish(&buffer);
    memory_free(body);
}

static void what_is_no_frame_is_noticed(void)
{
    static const struct {
        const char *bytes;
        size_t count;
        enum status status;
    } rows[] = {
        {"", 0, STATUS_ABSENT},
        {"H", 1, STATUS_MALFORMED}, /* HTTP */
        {"AMQP\0\0\x09\x01", 8, STATUS_MALFORMED},
        {"\x08\0\0\0\0\0\0", 7, STATUS_ABSENT},
        {"\x08\0\0\0\0\0\0\xCE", 8, STATUS_OK},
        {"\x08\0\0\0\0\0\0\xCD", 8, STATUS_MALFORMED},
        {"\x01\0\0\xFF\xFF\xFF\xFF", 7, STATUS_MALFORMED},
        {"\x01\0\0\0\x01\xFF\xF9", 7, STATUS_MALFORMED}, /* one more than fits */
        {"\x01\0\0\0\x01\xFF\xF8", 7, STATUS_ABSENT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct amqp_frame frame;
        CHECK_STATUS(amqp__find_frame((const uint8_t *)rows[i].bytes, rows[i].count, &frame),
                     rows[i].status);
    }
}

static const struct test tests[] = {
    {"addresses are taken apart", addresses_are_taken_apart, 0},
    {"what is no address is refused", what_is_no_address_is_refused, 0},
    {"written frames are found", written_frames_are_found, 0},
    {"what is no frame is noticed", what_is_no_frame_is_noticed, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
