/* http_abort_test.c - peers that vanish while their answers are on the way, in every way there is.
 *
 * An exchange whose peer has gone must still be finished, and then everything must be given back.
 */
#include "tests/unit/net/knock.h"

enum { PEERS = 256 };

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static int clients[PEERS];

/* With a reset, as a process that is killed with unread data, or with a plain end. */
static void vanish(int client, bool with_reset)
{
    if (with_reset) {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close(client);
}

static void everything_is_given_back(void)
{
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK_INT(knock_counts().buffered_bytes, 0);
    knock_ask(TEXT(GET("/j")));
    CHECK_INT(knocked_status(0), 200);
}

static void ask_all(struct text request)
{
    for (int i = 0; i < PEERS; i++) {
        clients[i] = knock_connect();
        knock_send(clients[i], request);
    }
}

static void peers_vanish_while_they_are_answered(void)
{
    knock_start();
    for (int round = 0; round < test_scale(3); round++) {
        ask_all(TEXT(GET("/later") GET("/later") GET("/later") GET("/j") GET("/later")));
        for (int i = 0; i < PEERS; i++) {
            vanish(clients[i], i % 2);
        }
    }
    everything_is_given_back();
    knock_stop();
}

static size_t held_count(void)
{
    pthread_mutex_lock(&knock.lock);
    size_t count = knock.held_count;
    pthread_mutex_unlock(&knock.lock);
    return count;
}

static void peers_vanish_long_before_their_answer(void)
{
    knock_start();
    for (int round = 0; round < test_scale(3); round++) {
        ask_all(TEXT("POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nsome body"
                     "GET /j HTTP/1.1\r\nHost: x\r\n\r\n"));
        CHECK_UNTIL(held_count() == PEERS);
        for (int i = 0; i < PEERS; i++) {
            vanish(clients[i], true);
        }
        usleep(20000);
        CHECK_INT(knock_counts().connections_open, PEERS); /* held by their exchanges */
        pthread_mutex_lock(&knock.lock);
        for (int i = 0; i < PEERS; i++) { /* what was asked is still there to be read */
            CHECK_TEXT(knock.held[i]->request.body, "some body");
            CHECK_TEXT(knock.held[i]->request.path, "/held");
        }
        pthread_mutex_unlock(&knock.lock);
        knock_release();
        CHECK_UNTIL(knock_counts().connections_open == 0);
    }
    everything_is_given_back();
    knock_stop();
}

static void peers_vanish_in_the_middle_of_asking(void)
{
    static const char request[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                  "\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    knock_start();
    for (int round = 0; round < test_scale(3); round++) {
        for (int i = 0; i < PEERS; i++) {
            clients[i] = knock_connect();
            size_t cut = (size_t)i * (sizeof request - 1) / PEERS;
            knock_send(clients[i], (struct text){request, cut});
        }
        for (int i = 0; i < PEERS; i++) {
            vanish(clients[i], i % 2);
        }
    }
    everything_is_given_back();
    knock_stop();
}

static void peers_vanish_while_they_read_long_answers(void)
{
    knock_start();
    ask_all(TEXT(GET("/big?1000000") GET("/big?1000000") GET("/later")));
    for (int i = 0; i < PEERS; i++) {
        char some[1000];
        ssize_t got = recv(clients[i], some, sizeof some, 0);
        CHECK(got > 0 || i > PEERS / 8); /* later ones may meet the limit of what is buffered */
        vanish(clients[i], i % 2);
    }
    everything_is_given_back();
    knock_stop();
}

static void a_server_may_be_destroyed_with_peers_inside(void)
{
    knock_start();
    ask_all(TEXT(GET("/j") "GET /j HTTP/1.1\r\nHos"));
    CHECK_UNTIL(knock_counts().requests_total == PEERS);
    http_server_destroy(&knock.server);
    for (int i = 0; i < PEERS; i++) {
        close(clients[i]);
    }
    knock.stops = true;
    pthread_join(knock.worker, NULL);
}

static void finish_twice(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT(GET("/twice")));
    sleep(TEST_PATIENCE_MS / 1000);
}

static void an_exchange_is_finished_once(void)
{
    CHECK_MUST_FAIL(finish_twice, "!hosted->is_finished");
}

static void finish_without_an_answer(void)
{
    knock_start();
    int client = knock_connect();
    knock_send(client, TEXT(GET("/held")));
    CHECK_UNTIL(held_count() == 1);
    http_finish(knock.held[0]);
}

static void an_exchange_is_finished_with_an_answer(void)
{
    CHECK_MUST_FAIL(finish_without_an_answer, "answer.status != 0");
}

static const struct test tests[] = {
    {.name = "peers_vanish_while_they_are_answered", .run = peers_vanish_while_they_are_answered},
    {.name = "peers_vanish_long_before_their_answer", .run = peers_vanish_long_before_their_answer},
    {.name = "peers_vanish_in_the_middle_of_asking", .run = peers_vanish_in_the_middle_of_asking},
    {.name = "peers_vanish_while_they_read_long_answers",
     .run = peers_vanish_while_they_read_long_answers},
    {.name = "a_server_may_be_destroyed_with_peers_inside",
     .run = a_server_may_be_destroyed_with_peers_inside},
    {.name = "an_exchange_is_finished_once", .run = an_exchange_is_finished_once},
    {.name = "an_exchange_is_finished_with_an_answer",
     .run = an_exchange_is_finished_with_an_answer},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
