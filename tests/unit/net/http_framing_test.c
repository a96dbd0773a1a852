/* http_framing_test.c - every probe of framing through a real socket, whole and cut, and behind it
 * a request that a server with another idea of where the first one ends would answer wrongly.
 */
#include "tests/unit/net/framing_probes.h"
#include "tests/unit/net/knock.h"

static const char behind[] = "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/* The body of the first answer stands between its head and the second answer. */
static void check_good(const struct framing_probe *probe)
{
    CHECK_INT(knocked_answers(), 2);
    CHECK_INT(knocked_status(1), 200);
    CHECK(knocked_has("\r\n\r\nnext"));
    if (probe->body[0] != '\0' && strstr(probe->bytes.data, "/echo") != NULL) {
        const char *body = strstr(knocked.data, "\r\n\r\n") + 4;
        struct text found = {body, strlen(probe->body)};
        CHECK_TEXT(found, probe->body);
    }
}

static void check_refused(const struct framing_probe *probe)
{
    CHECK_INT(knocked_answers(), 1);
    CHECK_INT(knocked_status(0), probe->status);
    CHECK(knocked_has("\r\nContent-Type: application/problem+json\r\n"));
    CHECK(knocked_has("\r\nConnection: close\r\n"));
    CHECK(knocked_has("\"code\":\""));
}

static void play(const struct framing_probe *probe, size_t cut)
{
    int client = knock_connect();
    bool is_sent = knock_send(client, text_slice(probe->bytes, 0, cut));
    if (cut < probe->bytes.bytes) {
        usleep(300); /* so that the server most likely reads the two pieces apart */
        is_sent = is_sent && knock_send(client, text_slice(probe->bytes, cut, probe->bytes.bytes));
    }
    (void)(is_sent && knock_send(client, text_of(behind)));
    shutdown(client, SHUT_WR);
    knock_read(client, TEST_PATIENCE_MS, NULL);
    close(client);
    if (knocked_status(0) != probe->status || !knocked.is_closed) {
        printf("#   %s, cut at %zu: %s\n", probe->name, cut, knocked.data);
    }
    CHECK(knocked.is_closed);
    CHECK_INT(knocked_status(0), probe->status);
    if (probe->status == 200) {
        check_good(probe);
    } else {
        check_refused(probe);
    }
}

static void answers_every_probe(void)
{
    knock_start();
    for (size_t i = 0; i < COUNT_OF(framing_probes); i++) {
        play(&framing_probes[i], framing_probes[i].bytes.bytes);
    }
    CHECK_INT(knock_counts().connections_total, COUNT_OF(framing_probes));
    knock_stop();
}

static void answers_every_probe_in_two_pieces(void)
{
    knock_start();
    for (size_t i = 0; i < COUNT_OF(framing_probes); i++) {
        for (size_t cut = 1 + i % 7; cut < framing_probes[i].bytes.bytes; cut += 7) {
            play(&framing_probes[i], cut);
        }
    }
    knock_stop();
}

static const struct test tests[] = {
    {.name = "answers_every_probe", .run = answers_every_probe},
    {.name = "answers_every_probe_in_two_pieces", .run = answers_every_probe_in_two_pieces},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
