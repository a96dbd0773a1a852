/* http_stream_test.c - streams of events: from another thread to thousands, slow readers, ends. */
#include "tests/unit/net/knock.h"

#include <malloc.h>
#include <sys/resource.h>

#define EVENTS "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"

static int clients[KNOCK_STREAMS_MAX];

static size_t stream_count(void)
{
    pthread_mutex_lock(&knock.lock);
    size_t count = knock.stream_count;
    pthread_mutex_unlock(&knock.lock);
    return count;
}

static size_t closed_count(void)
{
    pthread_mutex_lock(&knock.lock);
    size_t count = knock.closed_count;
    pthread_mutex_unlock(&knock.lock);
    return count;
}

/* To everyone, from this thread; how many took it. */
static size_t tell(struct text event)
{
    size_t told = 0;
    pthread_mutex_lock(&knock.lock);
    for (size_t i = 0; i < knock.stream_count; i++) {
        told += http_stream_send(knock.streams[i], event) == STATUS_OK;
    }
    pthread_mutex_unlock(&knock.lock);
    return told;
}

static void open_streams(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        clients[i] = knock_connect();
        CHECK(knock_send(clients[i], TEXT(EVENTS)));
        knock_read(clients[i], TEST_PATIENCE_MS, "\r\n\r\n");
    }
    CHECK_INT(knock_counts().streams_open, count);
}

static void sends_chunks_until_the_end(void)
{
    knock_start();
    open_streams(1);
    CHECK(knocked_has("HTTP/1.1 200 OK\r\n"));
    CHECK(knocked_has("\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"));
    CHECK_INT(tell(TEXT("data: one\n\n")), 1);
    knock_read(clients[0], TEST_PATIENCE_MS, "one\n\n\r\n");
    CHECK_TEXT(text_of(knocked.data), "b\r\ndata: one\n\n\r\n");
    CHECK_INT(tell(TEXT("data: 2\n\n")), 1);
    pthread_mutex_lock(&knock.lock);
    http_stream_end(knock.streams[0]);
    http_stream_end(knock.streams[0]); /* twice is the same as once */
    pthread_mutex_unlock(&knock.lock);
    knock_read(clients[0], TEST_PATIENCE_MS, NULL);
    CHECK_TEXT(text_of(knocked.data), "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    CHECK(knocked.is_closed);
    CHECK_UNTIL(closed_count() == 1);
    close(clients[0]);
    knock_stop();
}

static void a_head_may_wait_for_the_first_event(void)
{
    knock_start();
    for (int i = 0; i < 2; i++) {
        clients[i] = knock_connect();
        knock_send(clients[i], TEXT("GET /quiet HTTP/1.1\r\nHost: x\r\n\r\n"));
        CHECK_UNTIL(stream_count() == (size_t)i + 1);
        knock_read(clients[i], 50, NULL);
        CHECK_INT(knocked.bytes, 0);
    }
    CHECK_INT(knock_counts().streams_open, 0);
    close(clients[1]); /* who goes before is let go with the first event */
    CHECK_INT(tell(TEXT("data: 1\n\n")), 2);
    knock_read(clients[0], TEST_PATIENCE_MS, "data: 1\n\n");
    CHECK(knocked_has("HTTP/1.1 200 OK\r\n"));
    CHECK_UNTIL(stream_count() == 1);
    close(clients[0]);
    CHECK_UNTIL(closed_count() == 2);
    clients[0] = knock_connect();
    knock_send(clients[0], TEXT("GET /quiet HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK_UNTIL(stream_count() == 1);
    knock_stop(); /* who was told nothing gets his head and his end */
    knock_read(clients[0], TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked_has("HTTP/1.1 200 OK\r\n") && knocked_has("0\r\n\r\n"));
    close(clients[0]);
}

static void sends_plain_text_to_http_1_0(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT("GET /events HTTP/1.0\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, "\r\n\r\n");
    CHECK(!knocked_has("chunked"));
    CHECK_INT(tell(TEXT("data: 1\n\n")), 1);
    knock_read(client, TEST_PATIENCE_MS, "\n\n");
    CHECK_TEXT(text_of(knocked.data), "data: 1\n\n");
    close(client);
    knock_stop();
}

static void notices_at_once_that_a_peer_has_gone(void)
{
    enum { COUNT = 200 };
    knock_start();
    open_streams(COUNT);
    for (int i = 0; i < COUNT; i++) {
        close(clients[i]);
    }
    CHECK_UNTIL(closed_count() == COUNT);
    CHECK_INT(stream_count(), 0);
    CHECK_INT(tell(TEXT("nobody")), 0);
    CHECK_UNTIL(knock_counts().connections_open == 0);
    knock_stop();
}

static void receive(int client, size_t bytes)
{
    while (bytes > 0) {
        ssize_t got = recv(client, knocked.data, bytes < KNOCK_ROOM ? bytes : KNOCK_ROOM, 0);
        CHECK(got > 0);
        bytes -= (size_t)got;
    }
}

static void cuts_a_reader_that_does_not_read(void)
{
    static char event[8000];
    const size_t chunk_bytes = sizeof event + strlen("1f40\r\n\r\n");
    memset(event, 'x', sizeof event);
    knock_start();
    open_streams(2);
    int told = 0;
    while (closed_count() == 0) {
        (void)tell((struct text){event, sizeof event});
        receive(clients[1], chunk_bytes); /* the first one does not read */
        CHECK(told++ < 20000);
    }
    CHECK_INT(closed_count(), 1);
    CHECK_UNTIL(knock_counts().buffered_bytes < 100 * 1000);
    CHECK_INT(tell(TEXT("data: last\n\n")), 1);
    knock_read(clients[1], TEST_PATIENCE_MS, "last\n\n");
    CHECK(knocked_has("data: last\n\n"));
    close(clients[0]);
    close(clients[1]);
    knock_stop();
}

/* A sender faster than the loop is told so before memory grows. */
static void a_sender_is_told_when_too_much_waits(void)
{
    static char event[4000];
    knock.waiting_bytes_max = 10000;
    knock_start();
    open_streams(1);
    pthread_mutex_lock(&knock.lock);
    enum status status = STATUS_OK;
    for (int i = 0; i < 100000 && status == STATUS_OK; i++) {
        status = http_stream_send(knock.streams[0], (struct text){event, sizeof event});
    }
    pthread_mutex_unlock(&knock.lock);
    CHECK_STATUS(status, STATUS_BUSY);
    CHECK_UNTIL(closed_count() == 1);
    close(clients[0]);
    knock_stop();
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void two_thousand_streams_take_little_and_hear_everything(void)
{
    enum { COUNT = 2000, EVENTS_COUNT = 20 };
    raise_descriptors();
    knock_start();
    open_streams(100);
    for (int i = 0; i < 100; i++) {
        close(clients[i]);
    }
    CHECK_UNTIL(closed_count() == 100);
    struct mallinfo2 before = mallinfo2();
    open_streams(COUNT);
    struct mallinfo2 behind = mallinfo2();
    size_t bytes_each = (behind.uordblks - before.uordblks) / COUNT;
    int64_t begun = clock_monotonic_ns();
    for (int i = 0; i < EVENTS_COUNT; i++) {
        CHECK_INT(tell(TEXT("data: 0123456789\n\n")), COUNT);
    }
    for (int i = 0; i < COUNT; i++) {
        receive(clients[i], EVENTS_COUNT * strlen("12\r\ndata: 0123456789\n\n\r\n"));
        close(clients[i]);
    }
    printf("# %zu bytes a stream; %d events to %d streams in %lld ms\n", bytes_each, EVENTS_COUNT,
           COUNT, (long long)((clock_monotonic_ns() - begun) / 1000000));
    if (bytes_each > 0) { /* a sanitizer's malloc does not count */
        CHECK(bytes_each < 1024);
    }
    CHECK_UNTIL(closed_count() == COUNT + 100);
    knock_stop();
}

/* Peers come and go while another thread sends without a pause. */
static atomic_bool is_enough;

static void *send_on(void *context)
{
    (void)context;
    while (!is_enough) {
        (void)tell(TEXT("data: 0123456789\n\n"));
        usleep(100);
    }
    return NULL;
}

static void peers_come_and_go_while_others_send(void)
{
    knock_start();
    pthread_t senders[2];
    for (int i = 0; i < 2; i++) {
        CHECK_INT(pthread_create(&senders[i], NULL, send_on, NULL), 0);
    }
    for (int round = 0; round < test_scale(20); round++) {
        for (int i = 0; i < 30; i++) {
            clients[i] = knock_connect();
            knock_send(clients[i], TEXT(EVENTS));
        }
        for (int i = 0; i < 30; i += 2) {
            close(clients[i]);
        }
        usleep(2000);
        for (int i = 1; i < 30; i += 2) {
            close(clients[i]);
        }
    }
    is_enough = true;
    for (int i = 0; i < 2; i++) {
        pthread_join(senders[i], NULL);
    }
    CHECK_UNTIL(stream_count() == 0);
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK_INT(knock_counts().streams_open, 0);
    knock_stop();
}

static void a_drain_ends_streams(void)
{
    knock_start();
    open_streams(3);
    CHECK(http_server_drain(knock.server, TEST_PATIENCE_MS));
    CHECK_INT(closed_count(), 3);
    for (int i = 0; i < 3; i++) {
        knock_read(clients[i], TEST_PATIENCE_MS, NULL);
        CHECK(knocked.is_closed && knocked_has("0\r\n\r\n"));
        close(clients[i]);
    }
    knock_stop();
}

static const struct test tests[] = {
    {.name = "sends_chunks_until_the_end", .run = sends_chunks_until_the_end},
    {.name = "a_head_may_wait_for_the_first_event", .run = a_head_may_wait_for_the_first_event},
    {.name = "sends_plain_text_to_http_1_0", .run = sends_plain_text_to_http_1_0},
    {.name = "notices_at_once_that_a_peer_has_gone", .run = notices_at_once_that_a_peer_has_gone},
    {.name = "cuts_a_reader_that_does_not_read", .run = cuts_a_reader_that_does_not_read},
    {.name = "a_sender_is_told_when_too_much_waits", .run = a_sender_is_told_when_too_much_waits},
    {.name = "two_thousand_streams_take_little_and_hear_everything",
     .run = two_thousand_streams_take_little_and_hear_everything},
    {.name = "peers_come_and_go_while_others_send", .run = peers_come_and_go_while_others_send},
    {.name = "a_drain_ends_streams", .run = a_drain_ends_streams},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
