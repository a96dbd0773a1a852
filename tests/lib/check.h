/* check.h - the test harness: a table of tests, each in a process of its own, TAP on stdout.
 *
 *   static void adds(void) { CHECK_INT(1 + 1, 2); }
 *   static const struct test tests[] = {{"adds", adds}};
 *   int main(int argc, char **argv) { return test_main(argc, argv, tests, COUNT_OF(tests)); }
 *
 * Run one alone by name: build/release/tests/unit/base/text_test adds
 * A failing check prints both values and the line and ends that test. A crash, an abort, a
 * sanitizer report or two minutes end it as failed too.
 *
 * Machines are slow and shared: a test waits for what it wants to see (CHECK_UNTIL), never for a
 * time in which it will have happened.
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include "base/clock.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { TEST_PATIENCE_MS = 60 * 1000 };

struct test {
    const char *name;
    void (*run)(void);
    int seconds_max; /* 0 means 120 */
};

int test_main(int argc, char **argv, const struct test *tests, size_t count);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(actual, expected)                                                                \
    check_int((int64_t)(actual), (int64_t)(expected), #actual, __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_STATUS(actual, expected)                                                             \
    check_status((actual), (expected), #actual, __FILE__, __LINE__)

/* Waits until it is so; after a minute it will not be any more. */
#define CHECK_UNTIL(condition)                                                                     \
    do {                                                                                           \
        int64_t until_ms = clock_monotonic_ms() + TEST_PATIENCE_MS;                                \
        bool holds = (condition);                                                                  \
        while (!holds && clock_monotonic_ms() < until_ms) {                                        \
            usleep(500);                                                                           \
            holds = (condition);                                                                   \
        }                                                                                          \
        check_true(holds, #condition, __FILE__, __LINE__);                                         \
    } while (0)

/* The statement must stop the process with a MUST that mentions `what`. */
#define CHECK_MUST_FAIL(function, what) check_must_fail((function), (what), __FILE__, __LINE__)

void check_true(bool condition, const char *what, const char *file, int line);
void check_int(int64_t actual, int64_t expected, const char *what, const char *file, int line);
void check_text(struct text actual, const char *expected, const char *what, const char *file,
                int line);
void check_status(enum status actual, enum status expected, const char *what, const char *file,
                  int line);
void check_must_fail(void (*function)(void), const char *what, const char *file, int line);

/* What this process has had of the processor: about that no busy machine deceives a test. */
int64_t test_processor_ms(void);

/* A fresh directory below $TMPDIR, removed when the test ends. */
const char *test_directory(void);

/* For tests that are a loop over many runs: how many, from KONTORA_TEST_SCALE (default 1.0). */
int test_scale(int count);

#endif
