/* http_server_test.c - what a client meets: order, bodies, limits, deadlines, back-pressure, ends.
 */
#include "tests/unit/net/knock.h"

#include <sys/stat.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static void answers_with_a_head_and_a_body(void)
{
    knock_start();
    knock_ask(TEXT(GET("/j")));
    CHECK_INT(knocked_status(0), 200);
    CHECK(strncmp(knocked.data, "HTTP/1.1 200 OK\r\nDate: ", 23) == 0);
    CHECK(knocked_has(" GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK(!knocked_has("Connection:"));
    knock_ask(TEXT("HEAD /j HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(knocked_has("\r\nContent-Length: 5\r\n\r\n"));
    CHECK(!knocked_has("hello"));
    knock_ask(TEXT("HEAD /big?100000 HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(knocked_has("\r\nContent-Length: 100000\r\n\r\n"));
    CHECK(knocked.bytes < 200);
    knock_stop();
}

static void speaks_http_1_0(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT("GET /j HTTP/1.0\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked_has("Connection: close") && knocked_has("hello"));
    close(client);
    client = knock_connect();
    knock_send(client, TEXT("GET /j HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, "hello");
    CHECK(!knocked.is_closed && knocked_has("Connection: keep-alive"));
    knock_send(client, TEXT("GET /j HTTP/1.0\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked_has("hello"));
    close(client);
    knock_stop();
}

/* Long and short, from here and from another thread: always in the order of the questions. */
static void answers_in_order(void)
{
    knock_start();
    for (int round = 0; round < test_scale(20); round++) {
        knock_ask(TEXT(GET("/later") GET("/j") GET("/big?40000") GET("/later") GET("/later")
                           GET("/next") GET("/big?0") GET("/j")));
        CHECK_INT(knocked_answers(), 8);
        const char *at = strstr(knocked.data, "later");
        at = at ? strstr(at, "hello") : NULL;
        at = at ? strstr(at, "Content-Length: 40000") : NULL;
        at = at ? strstr(at, "later") : NULL;
        at = at ? strstr(at + 1, "later") : NULL;
        at = at ? strstr(at, "next") : NULL;
        at = at ? strstr(at, "Content-Length: 0") : NULL;
        at = at ? strstr(at, "hello") : NULL;
        CHECK(at != NULL);
    }
    knock_stop();
}

static void answers_hundreds_of_requests_at_once(void)
{
    enum { COUNT = 3000 };
    static char requests[COUNT * 64];
    size_t bytes = 0;
    for (int i = 0; i < COUNT; i++) {
        bytes += (size_t)snprintf(requests + bytes, sizeof requests - bytes, GET("/j"));
    }
    knock_start();
    knock_ask((struct text){requests, bytes});
    CHECK_INT(knocked_answers(), COUNT);
    CHECK_INT(knock_counts().requests_total, COUNT);
    knock_stop();
}

/* ---- bodies ---- */

static char body[900 * 1024];

static void fill_body(void)
{
    for (size_t i = 0; i < sizeof body; i++) {
        body[i] = (char)('a' + i * 7 % 26);
    }
}

/* The answer is the body again. */
static void check_echo(size_t bytes)
{
    CHECK_INT(knocked_status(0), 200);
    const char *echoed = strstr(knocked.data, "\r\n\r\n");
    CHECK(echoed != NULL);
    CHECK_INT(knocked.data + knocked.bytes - (echoed + 4), bytes);
    CHECK(memcmp(echoed + 4, body, bytes) == 0);
}

static void takes_bodies_of_every_size(void)
{
    static const size_t sizes[] = {1, 100, 3900, 4000, 4090, 4096, 5000, 16384, 70000, sizeof body};
    fill_body();
    knock_start();
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        char head[128];
        snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                 sizes[i]);
        int client = knock_connect();
        knock_send(client, text_of(head));
        knock_send(client, (struct text){body, sizes[i]});
        shutdown(client, SHUT_WR);
        knock_read(client, TEST_PATIENCE_MS, NULL);
        check_echo(sizes[i]);
        close(client);
    }
    knock_stop();
}

static void send_chunks(int client, size_t chunk_bytes, size_t bytes)
{
    char size[32];
    for (size_t at = 0; at < bytes; at += chunk_bytes) {
        struct text piece = text_slice((struct text){body, bytes}, at, at + chunk_bytes);
        snprintf(size, sizeof size, "%zx\r\n", piece.bytes);
        CHECK(knock_send(client, text_of(size)));
        CHECK(knock_send(client, piece));
        CHECK(knock_send(client, TEXT("\r\n")));
    }
    CHECK(knock_send(client, TEXT("0\r\n\r\n")));
}

static void takes_chunked_bodies(void)
{
    static const size_t chunks[] = {17, 1000, 4096, 100000};
    fill_body();
    knock_start();
    for (size_t i = 0; i < COUNT_OF(chunks); i++) {
        size_t bytes = chunks[i] * 8 + 3;
        int client = knock_connect();
        knock_send(client, TEXT("POST /echo HTTP/1.1\r\nHost: x\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n"));
        send_chunks(client, chunks[i], bytes);
        knock_send(client, TEXT(GET("/next")));
        shutdown(client, SHUT_WR);
        knock_read(client, TEST_PATIENCE_MS, NULL);
        CHECK_INT(knocked_answers(), 2);
        const char *second = strstr(knocked.data + 9, "HTTP/1.1 200 OK");
        CHECK(strstr(second, "\r\n\r\nnext") != NULL);
        knocked.bytes = (size_t)(second - knocked.data);
        check_echo(bytes);
        close(client);
    }
    knock_stop();
}

/* A head that nearly fills the first buffer, so that chunks must be read elsewhere. */
static void takes_chunks_behind_a_long_head(void)
{
    static char head[16 * 1024];
    fill_body();
    knock_start();
    for (size_t padding = 3800; padding <= 4100; padding += 10) {
        snprintf(head, sizeof head,
                 "POST /echo HTTP/1.1\r\nHost: x\r\nX-Long: %0*d\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n",
                 (int)padding, 7);
        int client = knock_connect();
        knock_send(client, text_of(head));
        send_chunks(client, 1000, 9000);
        shutdown(client, SHUT_WR);
        knock_read(client, TEST_PATIENCE_MS, NULL);
        check_echo(9000);
        close(client);
    }
    knock_stop();
}

static void says_continue(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            "Content-Length: 5\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, "\r\n\r\n");
    CHECK_TEXT(text_of(knocked.data), "HTTP/1.1 100 Continue\r\n\r\n");
    knock_send(client, TEXT("hello"));
    knock_read(client, TEST_PATIENCE_MS, "hello");
    CHECK_INT(knocked_status(0), 200);
    close(client);
    knock_stop();
}

static void refuses_a_large_body_before_it_comes(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            "Content-Length: 1048577\r\n\r\n"));
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK_INT(knocked_answers(), 1);
    CHECK_INT(knocked_status(0), 413);
    close(client);
    knock_stop();
}

/* The client sends three megabytes whatever the server says; it must still be able to read why. */
static void a_client_that_sends_on_can_read_the_refusal(void)
{
    fill_body();
    knock_start();
    for (int is_chunked = 0; is_chunked < 2; is_chunked++) {
        int client = knock_connect();
        knock_send(client, is_chunked ? TEXT("POST /echo HTTP/1.1\r\nHost: x\r\n"
                                             "Transfer-Encoding: chunked\r\n\r\n300000\r\n")
                                      : TEXT("POST /echo HTTP/1.1\r\nHost: x\r\n"
                                             "Content-Length: 3145728\r\n\r\n"));
        for (size_t sent = 0; sent < 3145728; sent += 512 * 1024) {
            CHECK(knock_send(client, (struct text){body, 512 * 1024}));
        }
        shutdown(client, SHUT_WR);
        knock_read(client, TEST_PATIENCE_MS, NULL);
        CHECK_INT(knocked_status(0), 413);
        CHECK(knocked.is_closed);
        close(client);
    }
    CHECK_UNTIL(knock_counts().buffered_bytes == 0);
    knock_stop();
}

/* ---- doors ---- */

static struct sockaddr_un unix_address(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    return address;
}

static void knows_who_comes_by_a_unix_socket(void)
{
    char path[300];
    char address[320];
    snprintf(path, sizeof path, "%s/door.sock", test_directory());
    snprintf(address, sizeof address, "unix:%s", path);
    const struct http_listen listen = {.address = address};
    knock_start_with(&listen, http_limits_default);
    struct stat found;
    CHECK_INT(stat(path, &found), 0);
    CHECK_INT(found.st_mode & 0777, 0600);
    struct sockaddr_un name = unix_address(path);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_INT(connect(client, (const struct sockaddr *)&name, sizeof name), 0);
    knock_send(client, TEXT(GET("/j")));
    knock_read(client, TEST_PATIENCE_MS, "hello");
    CHECK_INT(knocked_status(0), 200);
    CHECK_INT(knock.peer_user, getuid());
    close(client);
    knock_stop();
    CHECK(stat(path, &found) != 0);
}

static enum status create_at(const char *address, struct http_server **server)
{
    const struct http_listen listen = {.address = address};
    const struct http_server_options options = {
        .listens = &listen,
        .listen_count = 1,
        .threads = 1,
        .limits = http_limits_default,
        .handler = {.on_request = knock_on_request},
    };
    struct text error = NO_TEXT;
    enum status status = http_server_create(&options, server, &error);
    CHECK((status == STATUS_OK) == !text_is_given(error));
    return status;
}

static void takes_over_a_socket_nobody_listens_on(void)
{
    char address[320];
    snprintf(address, sizeof address, "unix:%s/door.sock", test_directory());
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = unix_address(address + strlen("unix:"));
    CHECK_INT(bind(stale, (const struct sockaddr *)&name, sizeof name), 0);
    close(stale);
    struct http_server *first;
    struct http_server *second;
    CHECK_STATUS(create_at(address, &first), STATUS_OK);
    CHECK_STATUS(create_at(address, &second), STATUS_EXISTS);
    CHECK(second == NULL);
    http_server_destroy(&first);
}

static void says_why_it_cannot_listen(void)
{
    struct http_server *server;
    CHECK_STATUS(create_at("nonsense", &server), STATUS_UNAVAILABLE);
    CHECK_STATUS(create_at("127.0.0.1:", &server), STATUS_UNAVAILABLE);
    CHECK_STATUS(create_at("unix:", &server), STATUS_UNAVAILABLE);
    CHECK_STATUS(create_at("unix:/nowhere/at/all.sock", &server), STATUS_UNAVAILABLE);
    CHECK_STATUS(create_at("192.0.2.1:1", &server), STATUS_UNAVAILABLE);
    knock_start();
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", knock.port);
    CHECK_STATUS(create_at(address, &server), STATUS_EXISTS);
    knock_stop();
}

/* ---- ends ---- */

static void drains(void)
{
    knock_start();
    int idle = knock_connect();
    knock_send(idle, TEXT(GET("/j")));
    knock_read(idle, TEST_PATIENCE_MS, "hello");
    int asking = knock_connect();
    knock_send(asking, TEXT(GET("/held")));
    CHECK_UNTIL(knock_counts().requests_total == 2);
    CHECK(!http_server_drain(knock.server, 300)); /* one is still being answered */
    knock_read(idle, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked.bytes == 0);
    int late = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)knock.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(connect(late, (const struct sockaddr *)&address, sizeof address) != 0);
    knock_release();
    knock_read(asking, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked_has("held") && knocked_has("Connection: close"));
    CHECK(http_server_drain(knock.server, TEST_PATIENCE_MS));
    close(idle);
    close(asking);
    close(late);
    knock_stop();
}

/* Whatever had arrived before the drain is answered, also what nobody had looked at yet. */
static void what_has_arrived_is_answered_by_a_drain(void)
{
    enum { COUNT = 100 };
    knock_start();
    int clients[COUNT];
    for (int i = 0; i < COUNT; i++) {
        clients[i] = knock_connect();
        knock_send(clients[i], i % 2 ? TEXT(GET("/later")) : TEXT(GET("/j")));
    }
    CHECK(http_server_drain(knock.server, TEST_PATIENCE_MS));
    for (int i = 0; i < COUNT; i++) {
        knock_read(clients[i], TEST_PATIENCE_MS, NULL);
        CHECK_INT(knocked_status(0), 200);
        close(clients[i]);
    }
    knock_stop();
}

static const struct test tests[] = {
    {.name = "answers_with_a_head_and_a_body", .run = answers_with_a_head_and_a_body},
    {.name = "speaks_http_1_0", .run = speaks_http_1_0},
    {.name = "answers_in_order", .run = answers_in_order},
    {.name = "answers_hundreds_of_requests_at_once", .run = answers_hundreds_of_requests_at_once},
    {.name = "takes_bodies_of_every_size", .run = takes_bodies_of_every_size},
    {.name = "takes_chunked_bodies", .run = takes_chunked_bodies},
    {.name = "takes_chunks_behind_a_long_head", .run = takes_chunks_behind_a_long_head},
    {.name = "says_continue", .run = says_continue},
    {.name = "refuses_a_large_body_before_it_comes", .run = refuses_a_large_body_before_it_comes},
    {.name = "a_client_that_sends_on_can_read_the_refusal",
     .run = a_client_that_sends_on_can_read_the_refusal},
    {.name = "knows_who_comes_by_a_unix_socket", .run = knows_who_comes_by_a_unix_socket},
    {.name = "takes_over_a_socket_nobody_listens_on", .run = takes_over_a_socket_nobody_listens_on},
    {.name = "says_why_it_cannot_listen", .run = says_why_it_cannot_listen},
    {.name = "drains", .run = drains},
    {.name = "what_has_arrived_is_answered_by_a_drain",
     .run = what_has_arrived_is_answered_by_a_drain},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
