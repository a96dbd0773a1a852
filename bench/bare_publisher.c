/* bare_publisher.c - how many messages a second RabbitMQ confirms to a C program that does nothing
 * else: persistent, mandatory, to a quorum queue, with 1000 on their way at a time.
 *
 *   bare_publisher amqp://user:password@host:port/vhost COUNT BYTES
 *
 * It uses librabbitmq's own connection, one thread, no headers. Nobody consumes; the queue is
 * deleted at the end.
 */
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    CHANNEL = 1,
    WINDOW = 1000,
    FRAME_BYTES_MAX = 131072,
    BODY_BYTES_MAX = 65536,
    COUNT_MAX = 100000000
};

struct publisher {
    amqp_connection_state_t connection;
    amqp_bytes_t queue;
    long count;
    long sent;
    long confirmed;
    bool *is_confirmed; /* by delivery tag, which counts from 1 */
    long oldest;        /* all below it are confirmed */
};

static void fail(const char *what)
{
    fprintf(stderr, "bare_publisher: %s\n", what);
    exit(1);
}

static void expect(amqp_connection_state_t connection, const char *what)
{
    if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) {
        fail(what);
    }
}

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int64_t processor_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1000 * ((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                   usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* "%2F" in the name of the virtual host is a slash. */
static const char *decode(char *name)
{
    char *escape = strstr(name, "%2F");
    if (escape != NULL) {
        *escape = '/';
        memmove(escape + 1, escape + 3, strlen(escape + 3) + 1);
    }
    return name;
}

static void connect_to(struct publisher *publisher, char *address)
{
    struct amqp_connection_info info;
    if (amqp_parse_url(address, &info) != AMQP_STATUS_OK) {
        fail("the address is none");
    }
    publisher->connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(publisher->connection);
    if (socket == NULL || amqp_socket_open(socket, info.host, info.port) != AMQP_STATUS_OK) {
        fail("there is no broker");
    }
    amqp_rpc_reply_t reply =
        amqp_login(publisher->connection, decode(info.vhost), 0, FRAME_BYTES_MAX, 0,
                   AMQP_SASL_METHOD_PLAIN, info.user, info.password);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
        fail("the broker does not let us in");
    }
    amqp_channel_open(publisher->connection, CHANNEL);
    expect(publisher->connection, "no channel");
}

static void declare(struct publisher *publisher)
{
    amqp_table_entry_t type = {
        .key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum")},
    };
    const amqp_table_t arguments = {.num_entries = 1, .entries = &type};
    publisher->queue = amqp_cstring_bytes("bare");
    amqp_queue_declare(publisher->connection, CHANNEL, publisher->queue, 0, 1, 0, 0, arguments);
    expect(publisher->connection, "no quorum queue");
    amqp_confirm_select(publisher->connection, CHANNEL);
    expect(publisher->connection, "no confirms");
}

static void publish(struct publisher *publisher, amqp_bytes_t body)
{
    const amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG,
        .delivery_mode = AMQP_DELIVERY_PERSISTENT,
        .content_type = amqp_cstring_bytes("application/cloudevents+json"),
    };
    if (amqp_basic_publish(publisher->connection, CHANNEL, amqp_empty_bytes, publisher->queue, 1, 0,
                           &properties, body) != AMQP_STATUS_OK) {
        fail("a message was not sent");
    }
    publisher->sent++;
}

static void confirm(struct publisher *publisher, long tag)
{
    publisher->confirmed += !publisher->is_confirmed[tag];
    publisher->is_confirmed[tag] = true;
}

/* Waits for one confirm, which may stand for all messages up to it. */
static void take_confirm(struct publisher *publisher)
{
    amqp_frame_t frame;
    if (amqp_simple_wait_frame(publisher->connection, &frame) != AMQP_STATUS_OK ||
        frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD) {
        fail("something else than a confirm has come");
    }
    const amqp_basic_ack_t *ack = frame.payload.method.decoded;
    long tag = (long)ack->delivery_tag;
    if (tag < 1 || tag > publisher->sent) {
        fail("a confirm of what was never sent");
    }
    confirm(publisher, tag);
    while (ack->multiple && publisher->oldest < tag) {
        confirm(publisher, publisher->oldest++);
    }
    amqp_maybe_release_buffers(publisher->connection);
}

static void publish_all(struct publisher *publisher, amqp_bytes_t body)
{
    while (publisher->confirmed < publisher->count) {
        while (publisher->sent < publisher->count &&
               publisher->sent - publisher->confirmed < WINDOW) {
            publish(publisher, body);
        }
        do {
            take_confirm(publisher);
        } while (amqp_frames_enqueued(publisher->connection) ||
                 amqp_data_in_buffer(publisher->connection));
    }
}

static long read_number(const char *given, long maximum)
{
    char *end = NULL;
    long number = strtol(given, &end, 10);
    if (*given == '\0' || *end != '\0' || number < 1 || number > maximum) {
        fail("how many messages, and how long each is, are whole numbers");
    }
    return number;
}

int main(int argc, char **argv)
{
    static char text[BODY_BYTES_MAX];
    if (argc != 4) {
        fail("give an address, how many messages, and how long each is");
    }
    struct publisher publisher = {.count = read_number(argv[2], COUNT_MAX)};
    long bytes = read_number(argv[3], BODY_BYTES_MAX);
    publisher.oldest = 1;
    publisher.is_confirmed = calloc((size_t)publisher.count + 1, sizeof *publisher.is_confirmed);
    if (publisher.is_confirmed == NULL) {
        fail("out of memory");
    }
    memset(text, 'x', (size_t)bytes);
    connect_to(&publisher, argv[1]);
    declare(&publisher);
    int64_t began_ns = now_ns();
    int64_t used_ns = processor_ns();
    publish_all(&publisher, (amqp_bytes_t){.len = (size_t)bytes, .bytes = text});
    int64_t took_ns = now_ns() - began_ns;
    used_ns = processor_ns() - used_ns;
    amqp_queue_delete(publisher.connection, CHANNEL, publisher.queue, 0, 0);
    amqp_destroy_connection(publisher.connection);
    free(publisher.is_confirmed);
    printf("{\"messages_per_second\": %.0f, \"processor_ns_each\": %.0f}\n",
           (double)publisher.count * 1e9 / (double)took_ns,
           (double)used_ns / (double)publisher.count);
    return 0;
}
