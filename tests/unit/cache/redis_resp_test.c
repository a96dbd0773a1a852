/* redis_resp_test.c - every answer, cut at every byte; and what a server may not say. */
#include "cache/redis_resp.h"
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES_MAX = 100 };

static enum resp_outcome read_text(struct text input, struct resp_answer *answer_out,
                                   size_t *used_out)
{
    *answer_out = (struct resp_answer){0};
    *used_out = 0;
    /* A copy of exactly this size: one byte read too far is seen by the sanitizer. */
    char *exact = malloc(input.bytes + (input.bytes == 0));
    MUST(exact != NULL);
    memcpy(exact, input.data, input.bytes);
    enum resp_outcome outcome =
        resp_read((struct text){exact, input.bytes}, VALUE_BYTES_MAX, answer_out, used_out);
    if (outcome == RESP_DONE && answer_out->text.data != NULL) {
        MUST(answer_out->text.data >= exact);
        MUST(answer_out->text.data + answer_out->text.bytes <= exact + input.bytes);
        answer_out->text.data = input.data + (answer_out->text.data - exact);
    }
    free(exact);
    return outcome;
}

/* Whole, then each beginning of it, then with something behind it. */
static struct resp_answer read_everyhow(struct text input)
{
    struct resp_answer answer;
    struct resp_answer cut;
    size_t used = 0;
    char longer[4096];
    for (size_t bytes = 0; bytes < input.bytes; bytes++) {
        CHECK_INT(read_text(text_slice(input, 0, bytes), &cut, &used), RESP_MORE);
        CHECK_INT(used, 0);
    }
    MUST(input.bytes + 3 <= sizeof longer);
    memcpy(longer, input.data, input.bytes);
    memcpy(longer + input.bytes, "+OK", 3);
    CHECK_INT(read_text((struct text){longer, input.bytes + 3}, &cut, &used), RESP_DONE);
    CHECK_INT(used, input.bytes);
    CHECK_INT(read_text(input, &answer, &used), RESP_DONE);
    CHECK_INT(used, input.bytes);
    return answer;
}

static void lines(void)
{
    struct resp_answer answer = read_everyhow(TEXT("+OK\r\n"));
    CHECK_INT(answer.kind, RESP_SIMPLE);
    CHECK_TEXT(answer.text, "OK");
    answer = read_everyhow(TEXT("+\r\n"));
    CHECK_TEXT(answer.text, "");
    answer = read_everyhow(TEXT("-OOM command not allowed\r\n"));
    CHECK_INT(answer.kind, RESP_ERROR);
    CHECK_TEXT(answer.text, "OOM command not allowed");
}

static void numbers(void)
{
    struct resp_answer answer = read_everyhow(TEXT(":0\r\n"));
    CHECK_INT(answer.kind, RESP_NUMBER);
    CHECK_INT(answer.number, 0);
    CHECK_INT(read_everyhow(TEXT(":-42\r\n")).number, -42);
    CHECK_INT(read_everyhow(TEXT(":9223372036854775807\r\n")).number, INT64_MAX);
    CHECK_INT(read_everyhow(TEXT(":-9223372036854775808\r\n")).number, INT64_MIN);
}

static void values(void)
{
    struct resp_answer answer = read_everyhow(TEXT("$5\r\nhello\r\n"));
    CHECK_INT(answer.kind, RESP_VALUE);
    CHECK_TEXT(answer.text, "hello");
    answer = read_everyhow(TEXT("$0\r\n\r\n"));
    CHECK_INT(answer.kind, RESP_VALUE);
    CHECK_TEXT(answer.text, "");
    answer = read_everyhow(TEXT("$9\r\n\r\n$1\r\na\0\n\r\n"));
    CHECK_INT(answer.text.bytes, 9);
    CHECK(memcmp(answer.text.data, "\r\n$1\r\na\0\n", 9) == 0);
    CHECK_INT(read_everyhow(TEXT("$-1\r\n")).kind, RESP_NOTHING);
}

static void a_value_as_large_as_asked_for(void)
{
    char input[VALUE_BYTES_MAX + 16] = "$100\r\n";
    memset(input + 6, 'v', VALUE_BYTES_MAX);
    memcpy(input + 6 + VALUE_BYTES_MAX, "\r\n", 2);
    struct resp_answer answer = read_everyhow((struct text){input, 6 + VALUE_BYTES_MAX + 2});
    CHECK_INT(answer.text.bytes, VALUE_BYTES_MAX);
}

static void check_outcome(struct text input, enum resp_outcome expected)
{
    struct resp_answer answer;
    size_t used = 0;
    CHECK_INT(read_text(input, &answer, &used), expected);
    CHECK_INT(used, 0);
}

static void larger_values_are_told_by_their_head(void)
{
    check_outcome(TEXT("$101\r\n"), RESP_TOO_LARGE);
    check_outcome(TEXT("$101\r\nv"), RESP_TOO_LARGE);
    check_outcome(TEXT("$9223372036854775807\r\n"), RESP_TOO_LARGE);
    check_outcome(TEXT("$99999999999999999999\r\n"), RESP_WRONG);
}

static void what_a_server_may_not_say(void)
{
    static const char *const wrong[] = {"\r\n",
                                        "hello\r\n",
                                        "*1\r\n",
                                        "*-1\r\n",
                                        "_\r\n",
                                        "%1\r\n",
                                        "#t\r\n",
                                        ",1.5\r\n",
                                        ":\r\n",
                                        ":1.5\r\n",
                                        ":+1\r\n",
                                        ":01\r\n",
                                        ": 1\r\n",
                                        ":1 \r\n",
                                        ":-\r\n",
                                        ":-0\r\n",
                                        "$\r\n",
                                        "$-2\r\n",
                                        "$-0\r\n",
                                        "$05\r\nhello\r\n",
                                        "$+5\r\nhello",
                                        "$x\r\n",
                                        "$1\r\nab",
                                        "$1\r\na\r\r",
                                        "$1\r\na\n",
                                        "$0\r\na",
                                        "+OK\n",
                                        "+OK\rx",
                                        "+O\nK\r\n",
                                        "-ERR\r\r\n",
                                        ":1\n",
                                        "$5\nhello\r\n",
                                        "HTTP/1.1 400",
                                        "SSH-2.0-x",
                                        ":9223372036854775808\r\n",
                                        "\x16\x03\x01",
                                        "$5\r\nhello\n ",
                                        "$5\r\nhello\rx"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct resp_answer answer;
        size_t used = 0;
        enum resp_outcome outcome = read_text(text_of(wrong[i]), &answer, &used);
        if (outcome != RESP_WRONG) {
            CHECK_TEXT(text_of("was taken"), wrong[i]); /* shows which */
        }
    }
}

static void lines_do_not_grow_for_ever(void)
{
    char line[2 * RESP_LINE_BYTES_MAX];
    memset(line, 'x', sizeof line);
    line[0] = '+';
    check_outcome((struct text){line, RESP_LINE_BYTES_MAX - 1}, RESP_MORE);
    check_outcome((struct text){line, RESP_LINE_BYTES_MAX}, RESP_WRONG);
    check_outcome((struct text){line, sizeof line}, RESP_WRONG);
    memcpy(line + RESP_LINE_BYTES_MAX - 1, "\r\n", 2);
    check_outcome((struct text){line, RESP_LINE_BYTES_MAX + 1}, RESP_WRONG);
    memcpy(line + RESP_LINE_BYTES_MAX - 2, "\r\n", 2);
    struct resp_answer answer = read_everyhow((struct text){line, RESP_LINE_BYTES_MAX});
    CHECK_INT(answer.text.bytes, RESP_LINE_BYTES_MAX - 3);
    memset(line, '1', sizeof line);
    line[0] = '$';
    check_outcome((struct text){line, sizeof line}, RESP_WRONG);
}

static void commands(void)
{
    char head[RESP_HEAD_BYTES_MAX];
    const struct text one[] = {TEXT("PING")};
    const struct text put[] = {TEXT("PSETEX"), TEXT("key"), TEXT("100"), TEXT("a\r\nvalue")};
    size_t bytes = resp_write_head(one, COUNT_OF(one), head);
    CHECK_TEXT(((struct text){head, bytes}), "*1\r\n$4\r\n");
    bytes = resp_write_head(put, COUNT_OF(put), head);
    CHECK_TEXT(((struct text){head, bytes}),
               "*4\r\n$6\r\nPSETEX\r\n$3\r\nkey\r\n$3\r\n100\r\n$8\r\n");
}

static void write_too_much(void)
{
    static char large[RESP_HEAD_BYTES_MAX];
    char head[RESP_HEAD_BYTES_MAX];
    const struct text words[] = {{large, sizeof large}, TEXT("")};
    resp_write_head(words, COUNT_OF(words), head);
}

static void a_head_has_a_limit(void)
{
    CHECK_MUST_FAIL(write_too_much, "RESP_HEAD_BYTES_MAX");
}

static const struct test tests[] = {
    {"lines", lines, 0},
    {"numbers", numbers, 0},
    {"values", values, 0},
    {"a_value_as_large_as_asked_for", a_value_as_large_as_asked_for, 0},
    {"larger_values_are_told_by_their_head", larger_values_are_told_by_their_head, 0},
    {"what_a_server_may_not_say", what_a_server_may_not_say, 0},
    {"lines_do_not_grow_for_ever", lines_do_not_grow_for_ever, 0},
    {"commands", commands, 0},
    {"a_head_has_a_limit", a_head_has_a_limit, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
