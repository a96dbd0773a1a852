/* http2_test.c - HTTP/2 with a client made of libnghttp2: streams, limits, floods, events, ends. */
#include "tests/unit/net/knock.h"

#include <nghttp2/nghttp2.h>

enum { STREAMS_MAX = 4096, BODY_ROOM = 2 * 1024 * 1024 };

struct answered {
    int status;
    size_t body_bytes;
    char body[64]; /* its beginning */
    bool is_closed;
    uint32_t error;
};

struct client {
    int socket;
    nghttp2_session *session;
    struct answered answers[STREAMS_MAX]; /* by stream id / 2 */
    bool was_sent_away;
    bool is_ended;
    uint32_t goaway_error;
};

static struct client client;

static struct answered *answer_of(int32_t id)
{
    return &client.answers[id / 2];
}

/* ---- the client ---- */

static ssize_t on_send(nghttp2_session *session, const uint8_t *data, size_t bytes, int flags,
                       void *context)
{
    (void)session;
    (void)flags;
    (void)context;
    ssize_t sent = send(client.socket, data, bytes, MSG_NOSIGNAL);
    return sent < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : sent;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_bytes, const uint8_t *value, size_t value_bytes, uint8_t flags,
                     void *context)
{
    (void)session;
    (void)value_bytes;
    (void)flags;
    (void)context;
    if (name_bytes == 7 && memcmp(name, ":status", 7) == 0) {
        answer_of(frame->hd.stream_id)->status = (int)strtol((const char *)value, NULL, 10);
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t bytes, void *context)
{
    (void)session;
    (void)flags;
    (void)context;
    struct answered *answer = answer_of(id);
    for (size_t i = 0; i < bytes && answer->body_bytes + i < sizeof answer->body - 1; i++) {
        answer->body[answer->body_bytes + i] = (char)data[i];
    }
    answer->body_bytes += bytes;
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)session;
    (void)context;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        client.was_sent_away = true;
        client.goaway_error = frame->goaway.error_code;
    }
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error, void *context)
{
    (void)session;
    (void)context;
    answer_of(id)->is_closed = true;
    answer_of(id)->error = error;
    return 0;
}

static void begin_with(const nghttp2_option *option)
{
    nghttp2_session_callbacks *callbacks;
    CHECK_INT(nghttp2_session_callbacks_new(&callbacks), 0);
    nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    memset(&client, 0, sizeof client);
    client.socket = knock_connect();
    CHECK_INT(nghttp2_session_client_new2(&client.session, callbacks, NULL, option), 0);
    nghttp2_session_callbacks_del(callbacks);
    CHECK_INT(nghttp2_submit_settings(client.session, 0, NULL, 0), 0);
}

static void begin(void)
{
    begin_with(NULL);
}

static void end(void)
{
    nghttp2_session_del(client.session);
    close(client.socket);
}

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        (uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value), strlen(name), strlen(value),  \
            NGHTTP2_NV_FLAG_NONE                                                                   \
    }

struct upload {
    size_t left;
};

static ssize_t read_upload(nghttp2_session *session, int32_t id, uint8_t *out, size_t room,
                           uint32_t *flags, nghttp2_data_source *source, void *context)
{
    (void)session;
    (void)id;
    (void)context;
    struct upload *upload = source->ptr;
    size_t bytes = upload->left < room ? upload->left : room;
    memset(out, 'u', bytes);
    upload->left -= bytes;
    *flags |= upload->left == 0 ? NGHTTP2_DATA_FLAG_EOF : 0;
    return (ssize_t)bytes;
}

static int32_t ask(const char *method, const char *path, struct upload *upload)
{
    nghttp2_nv headers[] = {HEADER(":method", method), HEADER(":scheme", "http"),
                            HEADER(":authority", "x"), HEADER(":path", path)};
    nghttp2_data_provider provider = {.source.ptr = upload, .read_callback = read_upload};
    int32_t id = nghttp2_submit_request(client.session, NULL, headers, COUNT_OF(headers),
                                        upload ? &provider : NULL, NULL);
    CHECK(id > 0);
    return id;
}

/* One turn: what waits is sent, what has come is taken. False when nothing came. */
static bool turn(int wait_ms)
{
    static uint8_t input[64 * 1024];
    if (nghttp2_session_send(client.session) != 0) {
        client.is_ended = true;
        return false;
    }
    struct pollfd ready = {.fd = client.socket, .events = POLLIN};
    if (poll(&ready, 1, wait_ms) <= 0) {
        return false;
    }
    ssize_t got = recv(client.socket, input, sizeof input, 0);
    if (got <= 0) {
        client.is_ended = true;
        return false;
    }
    CHECK_INT(nghttp2_session_mem_recv(client.session, input, (size_t)got), got);
    return true;
}

#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t turn_until_ms = clock_monotonic_ms() + TEST_PATIENCE_MS;                           \
        while (!(condition) && clock_monotonic_ms() < turn_until_ms) {                             \
            (void)turn(20);                                                                        \
        }                                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

/* ---- tests ---- */

static void answers_streams_side_by_side(void)
{
    enum { COUNT = 100 };
    static const char *const paths[] = {"/j", "/later", "/big?100000", "/next?a=b"};
    int32_t ids[COUNT];
    knock_start();
    begin();
    for (int i = 0; i < COUNT; i++) {
        ids[i] = ask("GET", paths[i % 4], NULL);
    }
    for (int i = 0; i < COUNT; i++) {
        TURN_UNTIL(answer_of(ids[i])->is_closed);
        CHECK_INT(answer_of(ids[i])->status, 200);
        CHECK_INT(answer_of(ids[i])->error, NGHTTP2_NO_ERROR);
        static const size_t sizes[] = {5, 5, 100000, 4};
        CHECK_INT(answer_of(ids[i])->body_bytes, sizes[i % 4]);
    }
    end();
    knock_stop();
}

/* A held stream does not hold up the others. */
static void answers_out_of_order(void)
{
    knock_start();
    begin();
    int32_t held = ask("GET", "/held", NULL);
    int32_t quick = ask("GET", "/j", NULL);
    TURN_UNTIL(answer_of(quick)->is_closed);
    CHECK(!answer_of(held)->is_closed);
    knock_release();
    TURN_UNTIL(answer_of(held)->is_closed);
    CHECK_TEXT(text_of(answer_of(held)->body), "held");
    int32_t head_only = ask("HEAD", "/j", NULL);
    TURN_UNTIL(answer_of(head_only)->is_closed);
    CHECK_INT(answer_of(head_only)->status, 200);
    CHECK_INT(answer_of(head_only)->body_bytes, 0);
    end();
    knock_stop();
}

static void takes_bodies(void)
{
    knock_start();
    begin();
    static const size_t sizes[] = {0, 1, 70000, 1024 * 1024};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct upload upload = {.left = sizes[i]};
        int32_t id = ask("POST", "/echo", &upload);
        TURN_UNTIL(answer_of(id)->is_closed);
        CHECK_INT(answer_of(id)->status, 200);
        CHECK_INT(answer_of(id)->body_bytes, sizes[i]);
    }
    CHECK_UNTIL(knock_counts().buffered_bytes == 0);
    end();
    knock_stop();
}

static void refuses_large_bodies_and_goes_on(void)
{
    knock_start();
    begin();
    struct upload upload = {.left = 3 * 1024 * 1024};
    int32_t id = ask("POST", "/echo", &upload);
    TURN_UNTIL(answer_of(id)->is_closed);
    CHECK_INT(answer_of(id)->status, 413);
    int32_t next = ask("GET", "/j", NULL);
    TURN_UNTIL(answer_of(next)->is_closed);
    CHECK_INT(answer_of(next)->status, 200);
    end();
    knock_stop();
}

static void check_path(const char *path, int status)
{
    int32_t id = ask("GET", path, NULL);
    TURN_UNTIL(answer_of(id)->is_closed);
    CHECK_INT(answer_of(id)->status, status);
}

static void refuses_bad_targets(void)
{
    static char path[9000];
    knock_start();
    begin();
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    check_path(path, 414);
    check_path("/a#b", 400);
    check_path("/j", 200);
    end();
    knock_stop();
}

static void refuses_large_heads(void)
{
    enum { COUNT = 150 };
    knock_start();
    begin();
    nghttp2_nv headers[COUNT] = {HEADER(":method", "GET"), HEADER(":scheme", "http"),
                                 HEADER(":authority", "x"), HEADER(":path", "/j")};
    for (int i = 4; i < COUNT; i++) {
        headers[i] = (nghttp2_nv)HEADER("x-one", "more");
    }
    int32_t id = nghttp2_submit_request(client.session, NULL, headers, COUNT, NULL, NULL);
    TURN_UNTIL(answer_of(id)->is_closed);
    CHECK_INT(answer_of(id)->status, 431);
    check_path("/j", 200);
    end();
    knock_stop();
}

/* Streams are opened and reset as fast as can be, each with work for another thread (the attack
 * of CVE-2023-44487): the connection is sent away, and others are served. */
static void a_flood_of_resets_is_sent_away(void)
{
    knock_start();
    begin();
    for (int i = 0; i < 1000 && !client.was_sent_away && !client.is_ended; i++) {
        int32_t id = ask("GET", "/later", NULL);
        nghttp2_session_send(client.session);
        nghttp2_submit_rst_stream(client.session, 0, id, NGHTTP2_CANCEL);
        (void)turn(0);
    }
    TURN_UNTIL(client.was_sent_away || client.is_ended);
    end();
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK(knock_counts().requests_total < 1000);
    knock_ask(TEXT("GET /j HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK_INT(knocked_status(0), 200);
    knock_stop();
}

/* Handlers that still work for streams that were reset count too. */
static void exchanges_of_reset_streams_are_limited(void)
{
    knock_start();
    begin();
    for (int i = 0; i < 190; i++) { /* below the limit of resets */
        int32_t id = ask("GET", "/held", NULL);
        (void)turn(0);
        nghttp2_submit_rst_stream(client.session, 0, id, NGHTTP2_CANCEL);
        (void)turn(0);
    }
    int32_t refused_count = 0;
    int32_t ids[100];
    for (int i = 0; i < 100; i++) {
        ids[i] = ask("GET", "/held", NULL);
    }
    int64_t waits_until_ms = clock_monotonic_ms() + 500;
    while (clock_monotonic_ms() < waits_until_ms) {
        (void)turn(20);
    }
    for (int i = 0; i < 100; i++) {
        refused_count += answer_of(ids[i])->is_closed && answer_of(ids[i])->status == 0;
    }
    CHECK(refused_count > 0);
    CHECK(knock_counts().requests_total <= 256);
    end();
    knock_release();
    CHECK_UNTIL(knock_counts().connections_open == 0);
    knock_stop();
}

static void peers_vanish_with_streams_under_way(void)
{
    knock_start();
    for (int round = 0; round < test_scale(20); round++) {
        begin();
        struct upload upload = {.left = 100000};
        for (int i = 0; i < 40; i++) {
            (void)ask("GET", i % 2 ? "/later" : "/big?200000", NULL);
        }
        (void)ask("POST", "/echo", &upload);
        (void)ask("GET", "/events", NULL);
        (void)turn(round % 3);
        end();
    }
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK_INT(knock_counts().buffered_bytes, 0);
    CHECK_INT(knock_counts().streams_open, 0);
    knock_stop();
}

static void sends_events(void)
{
    enum { COUNT = 50 };
    int32_t ids[COUNT];
    knock_start();
    begin();
    for (int i = 0; i < COUNT; i++) {
        ids[i] = ask("GET", "/events", NULL);
    }
    for (int i = 0; i < COUNT; i++) {
        TURN_UNTIL(answer_of(ids[i])->status == 200);
    }
    pthread_mutex_lock(&knock.lock);
    CHECK_INT(knock.stream_count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        CHECK_STATUS(http_stream_send(knock.streams[i], TEXT("data: hello\n\n")), STATUS_OK);
    }
    pthread_mutex_unlock(&knock.lock);
    for (int i = 0; i < COUNT; i++) {
        TURN_UNTIL(answer_of(ids[i])->body_bytes == 13);
        CHECK_TEXT(text_of(answer_of(ids[i])->body), "data: hello\n\n");
    }
    nghttp2_submit_rst_stream(client.session, 0, ids[0], NGHTTP2_CANCEL);
    (void)turn(0);
    CHECK_UNTIL(knock_counts().streams_open == COUNT - 1);
    pthread_mutex_lock(&knock.lock);
    http_stream_end(knock.streams[0]);
    pthread_mutex_unlock(&knock.lock);
    CHECK_UNTIL(knock_counts().streams_open == COUNT - 2);
    end();
    CHECK_UNTIL(knock_counts().streams_open == 0);
    knock_stop();
}

static void cuts_a_stream_that_is_not_read(void)
{
    static char event[8000];
    knock_start();
    begin();
    nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1000};
    CHECK_INT(nghttp2_submit_settings(client.session, 0, &window, 1), 0);
    int32_t id = ask("GET", "/events", NULL);
    TURN_UNTIL(answer_of(id)->status == 200);
    pthread_mutex_lock(&knock.lock);
    struct http_stream *stream = knock.streams[0];
    enum status status = STATUS_OK;
    for (int i = 0; i < 1000 && status == STATUS_OK; i++) {
        status = http_stream_send(stream, (struct text){event, sizeof event});
    }
    pthread_mutex_unlock(&knock.lock);
    CHECK_STATUS(status, STATUS_BUSY);
    TURN_UNTIL(answer_of(id)->is_closed);
    CHECK_INT(answer_of(id)->error, NGHTTP2_CANCEL);
    check_path("/j", 200); /* the connection goes on */
    end();
    knock_stop();
}

static void a_drain_lets_streams_finish(void)
{
    knock_start();
    begin();
    int32_t held = ask("GET", "/held", NULL);
    int32_t quick = ask("GET", "/j", NULL);
    TURN_UNTIL(answer_of(quick)->is_closed);
    CHECK(!http_server_drain(knock.server, 100));
    TURN_UNTIL(client.was_sent_away);
    CHECK_INT(client.goaway_error, NGHTTP2_NO_ERROR);
    knock_release();
    TURN_UNTIL(answer_of(held)->is_closed);
    CHECK_TEXT(text_of(answer_of(held)->body), "held");
    TURN_UNTIL(client.is_ended);
    end();
    knock_stop();
}

static void a_slow_client_is_cut(void)
{
    knock_start();
    begin();
    struct upload upload = {.left = 500};
    int64_t begun = clock_monotonic_ms();
    nghttp2_nv headers[] = {HEADER(":method", "POST"), HEADER(":scheme", "http"),
                            HEADER(":authority", "x"), HEADER(":path", "/echo")};
    (void)upload; /* the head says that a body comes, and none does */
    int32_t id = nghttp2_submit_headers(client.session, NGHTTP2_FLAG_NONE, -1, NULL, headers,
                                        COUNT_OF(headers), NULL);
    CHECK(id > 0);
    TURN_UNTIL(client.is_ended);
    CHECK(clock_monotonic_ms() - begun > 4500);
    end();
    knock_stop();
}

/* It takes the first window of each answer and then no more (the slow read of HTTP/2). */
static void a_client_that_does_not_read_is_cut(void)
{
    nghttp2_option *option;
    CHECK_INT(nghttp2_option_new(&option), 0);
    nghttp2_option_set_no_auto_window_update(option, 1);
    knock_start();
    begin_with(option);
    nghttp2_option_del(option);
    int64_t begun = clock_monotonic_ms();
    for (int i = 0; i < 50; i++) {
        (void)ask("GET", "/big?200000", NULL);
    }
    TURN_UNTIL(knock_counts().buffered_bytes > 5 * 1000 * 1000);
    TURN_UNTIL(client.is_ended);
    CHECK(clock_monotonic_ms() - begun > 4500);
    end();
    CHECK_UNTIL(knock_counts().buffered_bytes == 0);
    knock_stop();
}

static const struct test tests[] = {
    {.name = "answers_streams_side_by_side", .run = answers_streams_side_by_side},
    {.name = "answers_out_of_order", .run = answers_out_of_order},
    {.name = "takes_bodies", .run = takes_bodies},
    {.name = "refuses_large_bodies_and_goes_on", .run = refuses_large_bodies_and_goes_on},
    {.name = "refuses_bad_targets", .run = refuses_bad_targets},
    {.name = "refuses_large_heads", .run = refuses_large_heads},
    {.name = "a_flood_of_resets_is_sent_away", .run = a_flood_of_resets_is_sent_away},
    {.name = "exchanges_of_reset_streams_are_limited",
     .run = exchanges_of_reset_streams_are_limited},
    {.name = "peers_vanish_with_streams_under_way", .run = peers_vanish_with_streams_under_way},
    {.name = "sends_events", .run = sends_events},
    {.name = "cuts_a_stream_that_is_not_read", .run = cuts_a_stream_that_is_not_read},
    {.name = "a_drain_lets_streams_finish", .run = a_drain_lets_streams_finish},
    {.name = "a_client_that_does_not_read_is_cut", .run = a_client_that_does_not_read_is_cut},
    {.name = "a_slow_client_is_cut", .run = a_slow_client_is_cut},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
