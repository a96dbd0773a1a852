/* http_limits_test.c - limits, deadlines and back-pressure: what a server owes to its other
 * clients.
 */
#include "tests/unit/net/knock.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static char body[900 * 1024];

/* ---- limits ---- */

static bool has_answer(int client)
{
    struct pollfd ready = {.fd = client, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
}

static int answered_count(const int *clients, int count)
{
    int answered = 0;
    for (int i = 0; i < count; i++) {
        answered += has_answer(clients[i]);
    }
    return answered;
}

static void limits_what_is_buffered(void)
{
    enum { COUNT = 12 };
    const struct http_listen listen = {.address = "127.0.0.1:0"};
    struct http_limits limits = http_limits_default;
    limits.buffered_bytes_max = 4 * 1024 * 1024;
    knock_start_with(&listen, limits);
    int clients[COUNT];
    for (int i = 0; i < COUNT; i++) {
        clients[i] = knock_connect();
        knock_send(clients[i], TEXT("POST /echo HTTP/1.1\r\nHost: x\r\n"
                                    "Content-Length: 1000000\r\n\r\n"));
        knock_send(clients[i], (struct text){body, sizeof body});
    }
    CHECK_UNTIL(answered_count(clients, COUNT) > 0);
    CHECK(knock_counts().buffered_bytes <= limits.buffered_bytes_max + 1024 * 1024);
    int busy = 0;
    for (int i = 0; i < COUNT; i++) {
        knock_read(clients[i], 50, NULL);
        busy += knocked_status(0) == 503 && knocked_has("\r\nRetry-After: 1\r\n");
        close(clients[i]);
    }
    CHECK(busy > 0 && busy < COUNT);
    CHECK_UNTIL(knock_counts().buffered_bytes == 0);
    knock_ask(TEXT(GET("/j")));
    CHECK_INT(knocked_status(0), 200);
    knock_stop();
}

static void limits_connections(void)
{
    enum { MAX = 5 };
    const struct http_listen listen = {.address = "127.0.0.1:0"};
    struct http_limits limits = http_limits_default;
    limits.connection_count_max = MAX;
    knock_start_with(&listen, limits);
    int clients[MAX];
    for (int i = 0; i < MAX; i++) {
        clients[i] = knock_connect();
    }
    CHECK_UNTIL(knock_counts().connections_open == MAX);
    int one_more = knock_connect();
    knock_read(one_more, TEST_PATIENCE_MS, NULL);
    CHECK_INT(knocked_status(0), 503);
    CHECK(knocked.is_closed);
    close(one_more);
    close(clients[0]);
    CHECK_UNTIL(knock_counts().connections_open == MAX - 1);
    knock_ask(TEXT(GET("/j")));
    CHECK_INT(knocked_status(0), 200);
    for (int i = 1; i < MAX; i++) {
        close(clients[i]);
    }
    knock_stop();
}

/* ---- deadlines ---- */

enum { IMPATIENT_MS = 1000, SLOW_BODY_MS = 5000 };

static struct http_limits impatient(void)
{
    struct http_limits limits = http_limits_default;
    limits.head_ms_max = IMPATIENT_MS;
    limits.idle_ms_max = IMPATIENT_MS;
    return limits;
}

static void cuts_a_slow_head(void)
{
    const struct http_listen listen = {.address = "127.0.0.1:0"};
    knock_start_with(&listen, impatient());
    int client = knock_connect();
    knock_send(client, TEXT("GET /j HTTP/1.1\r\n"));
    while (!has_answer(client)) { /* trickling does not help, or this would not end */
        knock_send(client, TEXT("X-A: b\r\n"));
        usleep(50 * 1000);
    }
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed);
    CHECK_INT(knocked_status(0), 408);
    close(client);
    knock_stop();
}

static void closes_what_is_idle(void)
{
    const struct http_listen listen = {.address = "127.0.0.1:0"};
    knock_start_with(&listen, impatient());
    int silent = knock_connect();
    int client = knock_connect();
    int64_t begun_ms = clock_monotonic_ms();
    knock_send(client, TEXT(GET("/j")));
    knock_read(client, TEST_PATIENCE_MS, "hello");
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked.bytes == 0);
    CHECK(clock_monotonic_ms() - begun_ms >= IMPATIENT_MS);
    knock_read(silent, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed && knocked.bytes == 0);
    close(client);
    close(silent);
    knock_stop();
}

/* However fast it began: half of the body comes at once, and then nothing more. */
static void cuts_a_slow_body(void)
{
    knock_start();
    int client = knock_connect();
    int64_t begun_ms = clock_monotonic_ms();
    knock_send(client, TEXT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
    knock_send(client, (struct text){body, 50000});
    knock_read(client, TEST_PATIENCE_MS, NULL);
    CHECK(knocked.is_closed);
    CHECK_INT(knocked_status(0), 408);
    CHECK(clock_monotonic_ms() - begun_ms >= SLOW_BODY_MS);
    close(client);
    knock_stop();
}

/* An answer larger than what the kernel takes, to a client that does not read it. */
static void cuts_a_slow_reader(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT(GET("/big?30000000")));
    CHECK_UNTIL(knock_counts().buffered_bytes > 10 * 1000 * 1000);
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK_INT(knock_counts().buffered_bytes, 0);
    close(client);
    knock_stop();
}

static void sends_a_long_answer_to_a_patient_reader(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT(GET("/big?30000000") GET("/next")));
    size_t bytes = 0;
    char piece[64 * 1024];
    bool is_last = false;
    while (!is_last) {
        ssize_t got = recv(client, piece, sizeof piece, 0);
        CHECK(got > 0);
        bytes += (size_t)got;
        is_last = bytes > 30000000 && piece[got - 1] == 't';
    }
    CHECK(bytes > 30000000 + 200 && bytes < 30000000 + 500);
    close(client);
    knock_stop();
}

/* ---- one who never stops ---- */

static atomic_bool is_enough;
static struct text said; /* again and again */

static void *say_without_a_pause(void *context)
{
    while (!is_enough && knock_send(*(const int *)context, said)) {
    }
    return NULL;
}

static void *read_without_a_pause(void *context)
{
    static char answers[64 * 1024];
    while (recv(*(const int *)context, answers, sizeof answers, 0) > 0) {
    }
    return NULL;
}

/* Every second of the others is on the greedy one's loop. */
static int64_t longest_wait_of_others_ms(int count)
{
    int64_t longest_ms = 0;
    for (int i = 0; i < count; i++) {
        usleep(10000);
        int64_t begun = clock_monotonic_ms();
        knock_ask(TEXT(GET("/next")));
        CHECK_INT(knocked_status(0), 200);
        int64_t waited_ms = clock_monotonic_ms() - begun;
        longest_ms = waited_ms > longest_ms ? waited_ms : longest_ms;
    }
    return longest_ms;
}

static void others_are_served_beside(struct text first)
{
    knock_start();
    pthread_t threads[2];
    int greedy = knock_connect();
    is_enough = false;
    CHECK(knock_send(greedy, first));
    CHECK_INT(pthread_create(&threads[0], NULL, say_without_a_pause, &greedy), 0);
    CHECK_INT(pthread_create(&threads[1], NULL, read_without_a_pause, &greedy), 0);
    int64_t longest_ms = longest_wait_of_others_ms(50);
    printf("# others wait %lld ms at most\n", (long long)longest_ms);
    CHECK(longest_ms < 20 * 1000);
    is_enough = true;
    pthread_join(threads[0], NULL);
    shutdown(greedy, SHUT_WR);
    pthread_join(threads[1], NULL);
    close(greedy);
    knock_stop();
}

static char much[40 * 1000];

static void others_are_served_beside_one_who_asks_without_a_pause(void)
{
    size_t bytes = 0;
    while (bytes + 64 < sizeof much) {
        bytes += (size_t)snprintf(much + bytes, sizeof much - bytes, GET("/j"));
    }
    said = (struct text){much, bytes};
    others_are_served_beside(TEXT(GET("/j")));
}

/* He was refused and talks on; what he says is thrown away, but not for ever. */
static void others_are_served_beside_one_who_was_refused(void)
{
    said = (struct text){much, sizeof much};
    others_are_served_beside(TEXT("GET /j HTTP/9.9\r\n\r\n"));
}

static const struct test tests[] = {
    {.name = "limits_what_is_buffered", .run = limits_what_is_buffered},
    {.name = "limits_connections", .run = limits_connections},
    {.name = "cuts_a_slow_head", .run = cuts_a_slow_head},
    {.name = "closes_what_is_idle", .run = closes_what_is_idle},
    {.name = "cuts_a_slow_body", .run = cuts_a_slow_body},
    {.name = "cuts_a_slow_reader", .run = cuts_a_slow_reader},
    {.name = "sends_a_long_answer_to_a_patient_reader",
     .run = sends_a_long_answer_to_a_patient_reader},
    {.name = "others_are_served_beside_one_who_asks_without_a_pause",
     .run = others_are_served_beside_one_who_asks_without_a_pause},
    {.name = "others_are_served_beside_one_who_was_refused",
     .run = others_are_served_beside_one_who_was_refused},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
