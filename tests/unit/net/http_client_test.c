/* http_client_test.c - the client against our own server, and against one that misbehaves. */
#include "net/http_client.h"

#include "tests/unit/net/knock.h"

static struct http_client *asker;
static struct arena *arena;
static char url[256];

static void begin(void)
{
    knock_start();
    asker = http_client_create();
    arena = arena_create("test", 64 * 1024 * 1024);
}

static void end(void)
{
    http_client_destroy(&asker);
    CHECK(asker == NULL);
    arena_destroy(&arena);
    knock_stop();
}

static const char *url_of(int port, const char *path)
{
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
    return url;
}

static struct http_client_request request_to(const char *method, const char *path)
{
    return (struct http_client_request){
        .method = method,
        .url = url_of(knock.port, path),
        .deadline_ms = 5000,
        .answer_bytes_max = 1024 * 1024,
    };
}

static struct http_answer answer;

static enum status ask(struct http_client_request request)
{
    return http_client_ask(asker, arena, &request, &answer);
}

static void asks_and_is_answered(void)
{
    begin();
    CHECK_STATUS(ask(request_to("GET", "/j")), STATUS_OK);
    CHECK_INT(answer.status, 200);
    CHECK_TEXT(answer.body, "hello");
    CHECK_TEXT(answer.content_type, "text/plain");
    CHECK_INT(answer.header_count, 0);
    CHECK_STATUS(ask(request_to("GET", "/later")), STATUS_OK);
    CHECK_TEXT(answer.body, "later");
    CHECK_STATUS(ask(request_to("HEAD", "/j")), STATUS_OK);
    CHECK_TEXT(answer.body, "");
    struct http_client_request request = request_to("PATCH", "/echo");
    request.body = TEXT("some body");
    CHECK_STATUS(ask(request), STATUS_OK);
    CHECK_TEXT(answer.body, "some body");
    CHECK_STATUS(ask(request_to("BREW", "/j")), STATUS_OK);
    CHECK_TEXT(answer.body, "hello");
    end();
}

static void sends_headers(void)
{
    begin();
    const struct http_header headers[] = {{TEXT("X-One"), TEXT("1")}, {TEXT("X-None"), TEXT("")}};
    struct http_client_request request = request_to("GET", "/headers");
    request.headers = headers;
    request.header_count = COUNT_OF(headers);
    CHECK_STATUS(ask(request), STATUS_OK);
    CHECK(strstr(answer.body.data, "X-One: 1\n") != NULL);
    CHECK(strstr(answer.body.data, "X-None: \n") != NULL);
    CHECK(strstr(answer.body.data, "User-Agent: kontora/") != NULL);
    const struct http_header bad = {TEXT("X-Two"), TEXT("2\r\nX-Three: 3")};
    request.headers = &bad;
    request.header_count = 1;
    CHECK_STATUS(ask(request), STATUS_MALFORMED);
    end();
}

static void limits_the_answer(void)
{
    begin();
    CHECK_STATUS(ask(request_to("GET", "/big?1048576")), STATUS_OK);
    CHECK_INT(answer.body.bytes, 1048576);
    CHECK_STATUS(ask(request_to("GET", "/big?1048577")), STATUS_TOO_LARGE);
    end();
}

static void keeps_its_deadline(void)
{
    begin();
    struct http_client_request request = request_to("GET", "/held");
    request.deadline_ms = 200;
    int64_t begun = clock_monotonic_ms();
    CHECK_STATUS(ask(request), STATUS_UNCERTAIN);
    CHECK(clock_monotonic_ms() - begun >= 190);
    end();
}

static void tells_what_was_never_sent(void)
{
    begin();
    struct http_client_request request = request_to("POST", "/j");
    int closed = knock_connect();
    struct sockaddr_in address;
    socklen_t bytes = sizeof address;
    getsockname(closed, (struct sockaddr *)&address, &bytes); /* nobody listens on this one */
    request.url = url_of(ntohs(address.sin_port), "/j");
    CHECK_STATUS(ask(request), STATUS_UNAVAILABLE);
    close(closed);
    request.url = "http://nowhere.invalid/";
    CHECK_STATUS(ask(request), STATUS_UNAVAILABLE);
    request.url = "ftp://127.0.0.1/";
    CHECK_STATUS(ask(request), STATUS_MALFORMED);
    request.url = "http://:x:/";
    CHECK_STATUS(ask(request), STATUS_MALFORMED);
    end();
}

/* Its backlog is full, so that a connection is neither made nor refused. */
static void a_deadline_before_the_connection_is_made(void)
{
    begin();
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    CHECK_INT(bind(listener, (const struct sockaddr *)&address, bytes), 0);
    CHECK_INT(listen(listener, 0), 0);
    getsockname(listener, (struct sockaddr *)&address, &bytes);
    int fillers[8];
    for (int i = 0; i < 8; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fillers[i], (const struct sockaddr *)&address, bytes);
    }
    struct http_client_request request = request_to("POST", "/j");
    request.url = url_of(ntohs(address.sin_port), "/j");
    request.deadline_ms = 300;
    CHECK_STATUS(ask(request), STATUS_TIMEOUT);
    for (int i = 0; i < 8; i++) {
        close(fillers[i]);
    }
    close(listener);
    end();
}

/* ---- a server that answers the first request of a connection and hangs up at the second ---- */

static int listener;
static atomic_int heard_count; /* requests, whether answered or not */

static void *serve_one(void *context)
{
    int peer = (int)(intptr_t)context;
    static const char said[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    char heard[4096];
    if (recv(peer, heard, sizeof heard, 0) > 0) {
        heard_count++;
        send(peer, said, sizeof said - 1, MSG_NOSIGNAL);
        if (recv(peer, heard, sizeof heard, 0) > 0) {
            heard_count++;
        }
    }
    close(peer);
    return NULL;
}

static void *serve_badly(void *context)
{
    (void)context;
    int peer;
    while ((peer = accept(listener, NULL, NULL)) >= 0) {
        pthread_t thread;
        CHECK_INT(pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)peer), 0);
        pthread_detach(thread);
    }
    return NULL;
}

static int start_bad_server(pthread_t *thread)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(bind(listener, (const struct sockaddr *)&address, bytes), 0);
    CHECK_INT(listen(listener, 10), 0);
    getsockname(listener, (struct sockaddr *)&address, &bytes);
    CHECK_INT(pthread_create(thread, NULL, serve_badly, NULL), 0);
    return ntohs(address.sin_port);
}

/* A kept connection that dies must not make the client send a change a second time. */
static void what_changes_something_is_sent_once(void)
{
    begin();
    pthread_t thread;
    int port = start_bad_server(&thread);
    struct http_client_request request = request_to("GET", "/");
    request.url = url_of(port, "/");
    CHECK_STATUS(ask(request), STATUS_OK);
    CHECK_TEXT(answer.body, "ok");
    request.method = "POST";
    request.body = TEXT("x");
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(ask(request), STATUS_OK);
        CHECK_INT(heard_count, i + 2);
    }
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    end();
}

/* ---- many, and the end ---- */

static atomic_int told_count;
static atomic_int ok_count;

static void on_told(void *context, enum status status, const struct http_answer *told)
{
    (void)context;
    CHECK((told != NULL) == (status == STATUS_OK));
    ok_count += status == STATUS_OK && told->status == 200;
    told_count++;
}

static void asks_many_at_once(void)
{
    enum { COUNT = 500 };
    begin();
    for (int i = 0; i < COUNT; i++) {
        struct http_client_request request = request_to("GET", i % 2 ? "/later" : "/j");
        http_client_send(asker, &request, on_told, NULL);
    }
    CHECK_UNTIL(told_count == COUNT);
    CHECK_INT(ok_count, COUNT);
    CHECK(knock_counts().connections_total <= 32);
    end();
}

static void everybody_is_told_when_it_ends(void)
{
    enum { COUNT = 50 };
    begin();
    for (int i = 0; i < COUNT; i++) {
        struct http_client_request request = request_to("GET", "/held");
        http_client_send(asker, &request, on_told, NULL);
    }
    http_client_destroy(&asker);
    CHECK_INT(told_count, COUNT);
    CHECK_INT(ok_count, 0);
    end();
}

static void asks_by_a_unix_socket(void)
{
    char path[300];
    char address[320];
    snprintf(path, sizeof path, "%s/door.sock", test_directory());
    snprintf(address, sizeof address, "unix:%s", path);
    const struct http_listen listen = {.address = address};
    knock_start_with(&listen, http_limits_default);
    asker = http_client_create();
    arena = arena_create("test", 1024 * 1024);
    struct http_client_request request = request_to("GET", "/j");
    request.url = "http://anything/j";
    request.unix_socket = path;
    CHECK_STATUS(ask(request), STATUS_OK);
    CHECK_TEXT(answer.body, "hello");
    CHECK_INT(knock.peer_user, getuid());
    end();
}

static const struct test tests[] = {
    {.name = "asks_and_is_answered", .run = asks_and_is_answered},
    {.name = "sends_headers", .run = sends_headers},
    {.name = "limits_the_answer", .run = limits_the_answer},
    {.name = "keeps_its_deadline", .run = keeps_its_deadline},
    {.name = "tells_what_was_never_sent", .run = tells_what_was_never_sent},
    {.name = "a_deadline_before_the_connection_is_made",
     .run = a_deadline_before_the_connection_is_made},
    {.name = "what_changes_something_is_sent_once", .run = what_changes_something_is_sent_once},
    {.name = "asks_many_at_once", .run = asks_many_at_once},
    {.name = "everybody_is_told_when_it_ends", .run = everybody_is_told_when_it_ends},
    {.name = "asks_by_a_unix_socket", .run = asks_by_a_unix_socket},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
