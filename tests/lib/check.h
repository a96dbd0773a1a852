/* check.h - the test harness: a table of tests, each in a process of its own, TAP on stdout.
 *
 *   static void adds(void) { CHECK_INT(1 + 1, 2); }
 *   static const struct test tests[] = {{"adds", adds}};
 *   int main(int argc, char **argv) { return test_main(argc, argv, tests, COUNT_OF(tests)); }
 *
 * Run one alone by name: build/release/tests/unit/base/text_test adds
 * A failing check prints both values and the line and ends that test. A crash, an abort, a
 * sanitizer report or 60 seconds end it as failed too.
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include "base/must.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name;
    void (*run)(void);
    int seconds_max; /* 0 means 60 */
};

int test_main(int argc, char **argv, const struct test *tests, size_t count);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(actual, expected)                                                                \
    check_int((int64_t)(actual), (int64_t)(expected), #actual, __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_STATUS(actual, expected)                                                             \
    check_status((actual), (expected), #actual, __FILE__, __LINE__)

/* The statement must stop the process with a MUST that mentions `what`. */
#define CHECK_MUST_FAIL(function, what) check_must_fail((function), (what), __FILE__, __LINE__)

void check_true(bool condition, const char *what, const char *file, int line);
void check_int(int64_t actual, int64_t expected, const char *what, const char *file, int line);
void check_text(struct text actual, const char *expected, const char *what, const char *file,
                int line);
void check_status(enum status actual, enum status expected, const char *what, const char *file,
                  int line);
void check_must_fail(void (*function)(void), const char *what, const char *file, int line);

/* A fresh directory below $TMPDIR, removed when the test ends. */
const char *test_directory(void);

/* For tests that are a loop over many runs: how many, from KONTORA_TEST_SCALE (default 1.0). */
int test_scale(int count);

#endif
