/* log_test.c - what stands in a line, what must not, and that lines of threads never mix. */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "tests/lib/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t fixed_wall_ms(void)
{
    return 1795243920123;
}

static int64_t fixed_monotonic_ns(void)
{
    return 0;
}

static const struct clock_ops fixed_clock = {fixed_wall_ms, fixed_monotonic_ns};

#define HEAD "{\"time\":\"2026-11-21T06:52:00.123Z\",\"level\":"

static char said[1024 * 1024];

/* Standard error goes into a file of the test's directory from here on. */
static int captured(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/said", test_directory());
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK(dup2(file, STDERR_FILENO) == STDERR_FILENO);
    clock_use(&fixed_clock);
    return file;
}

/* Everything said so far, and forgets it. */
static struct text said_in(int file)
{
    ssize_t bytes = pread(file, said, sizeof said, 0);
    CHECK(bytes >= 0);
    CHECK_INT(ftruncate(file, 0), 0);
    return (struct text){said, (size_t)bytes};
}

static void lines_are_json(void)
{
    int file = captured();
    log_say(LOG_INFO, "users", "a sentence");
    CHECK_TEXT(said_in(file), HEAD "\"info\",\"room\":\"users\",\"message\":\"a sentence\"}\n");
    log_line(LOG_ERROR, "store", "it failed", LOG_TEXT("file", TEXT("/tmp/x")),
             LOG_NUMBER("rows", -5), LOG_TEXT("none", NO_TEXT), LOG_TEXT("empty", TEXT("")));
    CHECK_TEXT(said_in(file),
               HEAD "\"error\",\"room\":\"store\",\"message\":\"it failed\",\"file\":\"/tmp/x\","
                    "\"rows\":-5,\"none\":null,\"empty\":\"\"}\n");
}

static void traces_belong_to_the_thread(void)
{
    int file = captured();
    log_trace(TEXT("abc"));
    log_say(LOG_WARNING, "users", "one");
    log_trace(NO_TEXT);
    log_say(LOG_WARNING, "users", "two");
    CHECK_TEXT(said_in(file),
               HEAD "\"warning\",\"room\":\"users\",\"message\":\"one\",\"trace\":\"abc\"}\n" HEAD
                    "\"warning\",\"room\":\"users\",\"message\":\"two\"}\n");
}

static void levels_have_a_threshold(void)
{
    static const enum log_level levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR};
    int file = captured();
    log_say(LOG_DEBUG, "a", "b");
    CHECK_INT(said_in(file).bytes, 0);
    for (size_t lowest = 0; lowest < COUNT_OF(levels); lowest++) {
        log_threshold(levels[lowest]);
        for (size_t i = 0; i < COUNT_OF(levels); i++) {
            log_say(levels[i], "a", "b");
            CHECK_INT(said_in(file).bytes > 0, i >= lowest);
        }
    }
}

static void secrets_are_masked(void)
{
    static const char *const names[] = {
        "key", "root_key", "apiKey", "password", "user_PASSWORD", "client_secret", "Authorization"};
    int file = captured();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char expected[256];
        log_line(LOG_INFO, "a", "b", LOG_TEXT(names[i], TEXT("hunter2")));
        snprintf(expected, sizeof expected,
                 HEAD "\"info\",\"room\":\"a\",\"message\":\"b\",\"%s\":\"***\"}\n", names[i]);
        CHECK_TEXT(said_in(file), expected);
        log_line(LOG_INFO, "a", "b", LOG_NUMBER(names[i], 123456));
        CHECK_TEXT(said_in(file), expected);
    }
    log_line(LOG_INFO, "a", "b", LOG_TEXT("keys", TEXT("2")));
    CHECK_TEXT(said_in(file), HEAD "\"info\",\"room\":\"a\",\"message\":\"b\",\"keys\":\"2\"}\n");
}

/* Line ends, quotes, what a terminal obeys, what is no UTF-8: one line stays one line. */
static void texts_cannot_forge_lines(void)
{
    int file = captured();
    log_line(LOG_INFO, "a", "b",
             LOG_TEXT("x", TEXT("\"}\n{\\ \x1B[31m\x7F \xC2\x9B ж \xFF\xC3 \xE2\x82\xAC")));
    CHECK_TEXT(said_in(file), HEAD "\"info\",\"room\":\"a\",\"message\":\"b\",\"x\":"
                                   "\"\\\"}\\u000a{\\\\ \\u001b[31m\\u007f \\u009b ж "
                                   "\\ufffd\\ufffd \xE2\x82\xAC\"}\n");
}

/* Whatever is passed, a line is whole, valid and at most 4096 bytes. */
static void long_lines_are_cut(void)
{
    static char long_text[10000];
    struct log_field fields[20];
    int file = captured();
    static const char *const fillers[] = {"x", "\x01", "ж", "\"", "\xFF"};
    struct arena *arena = arena_create("log", 1024 * 1024);
    for (size_t filler = 0; filler < COUNT_OF(fillers); filler++) {
        size_t unit = strlen(fillers[filler]);
        for (size_t i = 0; i < sizeof long_text; i++) {
            long_text[i] = fillers[filler][i % unit];
        }
        struct text whole = {long_text, sizeof long_text};
        log_trace(whole);
        for (size_t count = 0; count <= COUNT_OF(fields); count++) {
            for (size_t i = 0; i < count; i++) {
                fields[i] = LOG_TEXT("field", whole);
            }
            for (size_t i = 1; i < count; i++) { /* the reader refuses equal names */
                static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g",
                                                    "h", "i", "j", "k", "l", "m", "n",
                                                    "o", "p", "q", "r", "s", "t"};
                fields[i].name = names[i];
            }
            log_fields(LOG_INFO, "room", "message", fields, count);
            struct text line = said_in(file);
            CHECK(line.bytes <= 4096);
            CHECK(line.data[line.bytes - 1] == '\n');
            CHECK(memchr(line.data, '\n', line.bytes) == line.data + line.bytes - 1);
            const struct json *root = NULL;
            struct json_error error;
            CHECK_STATUS(json_read(arena, line, 100, &root, &error), STATUS_OK);
            CHECK_INT(json_member(root, TEXT("cut")) != NULL, count > 2);
            arena_reset(arena);
        }
    }
    arena_destroy(&arena);
}

static void a_terminal_gets_readable_lines(void)
{
    int terminal = -1;
    int screen = -1;
    char shown[512];
    captured();
    CHECK_INT(openpty(&terminal, &screen, NULL, NULL, NULL), 0);
    CHECK(dup2(screen, STDERR_FILENO) == STDERR_FILENO);
    log_trace(TEXT("t1"));
    log_line(LOG_INFO, "users", "a sentence", LOG_TEXT("file", TEXT("/tmp/x\n")),
             LOG_NUMBER("rows", 5));
    ssize_t bytes = read(terminal, shown, sizeof shown);
    CHECK(bytes > 0);
    CHECK_TEXT(text_trim((struct text){shown, (size_t)bytes}),
               "06:52:00 info    users: a sentence trace=\"t1\" file=\"/tmp/x\\u000a\" rows=5");
}

static void errno_is_left_alone(void)
{
    captured();
    close(STDERR_FILENO);
    errno = ENOSPC;
    log_say(LOG_ERROR, "a", "b"); /* nowhere to go, and nobody to tell */
    CHECK_INT(errno, ENOSPC);
}

enum { THREADS = 4, LINES = 1000 };

static void *say_much(void *number)
{
    char trace[16];
    snprintf(trace, sizeof trace, "trace-%d", *(const int *)number);
    log_trace(text_of(trace));
    for (int i = 0; i < LINES; i++) {
        log_line(LOG_INFO, "room", "message", LOG_TEXT("mine", text_of(trace)));
    }
    return NULL;
}

static void threads_do_not_mix(void)
{
    int file = captured();
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK_INT(pthread_create(&threads[i], NULL, say_much, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    struct text rest = said_in(file);
    int counts[THREADS] = {0};
    struct text line;
    while (text_cut(rest, '\n', &line, &rest)) {
        char expected[256];
        int number = line.data[line.bytes - 3] - '0';
        CHECK(number >= 0 && number < THREADS);
        snprintf(expected, sizeof expected,
                 HEAD "\"info\",\"room\":\"room\",\"message\":\"message\",\"trace\":\"trace-%d\","
                      "\"mine\":\"trace-%d\"}",
                 number, number);
        CHECK_TEXT(line, expected);
        counts[number]++;
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(counts[i], LINES);
    }
}

static void log_without_message(void)
{
    log_say(LOG_INFO, "room", NULL);
}

static void log_unknown_level(void)
{
    log_say((enum log_level)9, "room", "message");
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(log_without_message, "message != NULL");
    CHECK_MUST_FAIL(log_unknown_level, "level <= LOG_ERROR");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"lines_are_json", lines_are_json, 0},
        {"traces_belong_to_the_thread", traces_belong_to_the_thread, 0},
        {"levels_have_a_threshold", levels_have_a_threshold, 0},
        {"secrets_are_masked", secrets_are_masked, 0},
        {"texts_cannot_forge_lines", texts_cannot_forge_lines, 0},
        {"long_lines_are_cut", long_lines_are_cut, 0},
        {"a_terminal_gets_readable_lines", a_terminal_gets_readable_lines, 0},
        {"errno_is_left_alone", errno_is_left_alone, 0},
        {"threads_do_not_mix", threads_do_not_mix, 0},
        {"misuse_stops", misuse_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
