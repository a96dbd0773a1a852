/* bench_answer_test.c - what the load takes for an answer, cut at every byte. */
#include "cli/bench/bench_answer.h"

#include "tests/lib/check.h"

#include <string.h>

static enum status read_text(const char *received, struct bench_answer *answer_out)
{
    *answer_out = (struct bench_answer){0};
    return bench_answer_read(text_of(received), answer_out);
}

static void reads_whole_answers(void)
{
    struct bench_answer answer;
    CHECK_STATUS(
        read_text("HTTP/1.1 201 Created\r\nDate: x\r\nContent-Length: 5\r\n\r\nhello", &answer),
        STATUS_OK);
    CHECK_INT(answer.status, 201);
    CHECK_TEXT(answer.body, "hello");
    CHECK_STATUS(read_text("HTTP/1.1 503 X\r\ncontent-length:0\r\n\r\n", &answer), STATUS_OK);
    CHECK_INT(answer.status, 503);
    CHECK_STATUS(read_text("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", &answer), STATUS_OK);
    CHECK_INT(answer.status, 304);
}

static void waits_for_the_rest(void)
{
    static const char whole[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\n{\"id\":\"1\"}\n";
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        struct bench_answer answer;
        CHECK_STATUS(bench_answer_read((struct text){whole, i}, &answer), STATUS_ABSENT);
    }
    struct bench_answer answer;
    CHECK_STATUS(read_text(whole, &answer), STATUS_OK);
    CHECK_INT(answer.body.bytes, 11);
}

static void refuses_what_it_cannot_count(void)
{
    static const char *const broken[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
        "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct bench_answer answer;
        CHECK_STATUS(read_text(broken[i], &answer), STATUS_MALFORMED);
    }
}

static const struct test tests[] = {
    {.name = "reads_whole_answers", .run = reads_whole_answers},
    {.name = "waits_for_the_rest", .run = waits_for_the_rest},
    {.name = "refuses_what_it_cannot_count", .run = refuses_what_it_cannot_count},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
