/* check.c - the test harness: forks, watches, reports. */
#include "tests/lib/check.h"

#include "tests/lib/servers/server_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_MAX_DEFAULT = 120 };

static char directory[256];

const char *test_directory(void)
{
    if (directory[0] == '\0') {
        const char *base = getenv("TMPDIR");
        snprintf(directory, sizeof directory, "%s/kontora-test-XXXXXX", base ? base : "/tmp");
        if (mkdtemp(directory) == NULL) {
            perror("mkdtemp");
            exit(1);
        }
    }
    return directory;
}

int64_t test_processor_ms(void)
{
    struct timespec used;
    MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

int test_scale(int count)
{
    const char *scale = getenv("KONTORA_TEST_SCALE");
    double scaled = scale ? strtod(scale, NULL) * count : count;
    return scaled < 1 ? 1 : (int)scaled;
}

static void remove_directory(void)
{
    if (directory[0] == '\0') {
        return;
    }
    server_process_remove(directory);
}

_Noreturn static void failed(const char *file, int line)
{
    printf("#   at %s:%d\n", file, line);
    fflush(stdout);
    remove_directory();
    _exit(1);
}

void check_true(bool condition, const char *what, const char *file, int line)
{
    if (!condition) {
        printf("#   not true: %s\n", what);
        failed(file, line);
    }
}

void check_int(int64_t actual, int64_t expected, const char *what, const char *file, int line)
{
    if (actual != expected) {
        printf("#   %s is %lld, expected %lld\n", what, (long long)actual, (long long)expected);
        failed(file, line);
    }
}

void check_text(struct text actual, const char *expected, const char *what, const char *file,
                int line)
{
    bool same = expected == NULL ? actual.data == NULL
                                 : actual.data != NULL && text_equals(actual, text_of(expected));
    if (!same) {
        printf("#   %s is \"%.*s\", expected \"%s\"\n", what, actual.data ? (int)actual.bytes : 4,
               actual.data ? actual.data : "NONE", expected ? expected : "NONE");
        failed(file, line);
    }
}

void check_status(enum status actual, enum status expected, const char *what, const char *file,
                  int line)
{
    if (actual != expected) {
        printf("#   %s answered %s, expected %s\n", what, status_name(actual),
               status_name(expected));
        failed(file, line);
    }
}

void check_must_fail(void (*function)(void), const char *what, const char *file, int line)
{
    int ends[2];
    if (pipe(ends) != 0) {
        failed(file, line);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        function();
        _exit(0);
    }
    close(ends[1]);
    char said[4096];
    size_t bytes = 0;
    ssize_t got;
    while (bytes < sizeof said - 1 &&
           (got = read(ends[0], said + bytes, sizeof said - 1 - bytes)) > 0) {
        bytes += (size_t)got;
    }
    said[bytes] = '\0';
    close(ends[0]);
    int result = 0;
    waitpid(child, &result, 0);
    if (!WIFSIGNALED(result) || WTERMSIG(result) != SIGABRT || strstr(said, what) == NULL) {
        printf("#   expected a MUST about \"%s\"; it said: %s\n", what, said);
        failed(file, line);
    }
}

static bool run_one(const struct test *test, size_t number)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return false;
    }
    if (child == 0) {
        int seconds = test->seconds_max ? test->seconds_max : SECONDS_MAX_DEFAULT;
        int scaled = test_scale(seconds); /* the long version may take as much longer */
        alarm((unsigned)(scaled > seconds ? scaled : seconds));
        test->run();
        remove_directory();
        fflush(stdout);
        exit(0);
    }
    int result = 0;
    while (waitpid(child, &result, 0) < 0 && errno == EINTR) {
    }
    bool passed = WIFEXITED(result) && WEXITSTATUS(result) == 0;
    if (WIFSIGNALED(result)) {
        printf("#   ended by signal %d (%s)\n", WTERMSIG(result), strsignal(WTERMSIG(result)));
    }
    printf("%s %zu - %s\n", passed ? "ok" : "not ok", number, test->name);
    return passed;
}

int test_main(int argc, char **argv, const struct test *tests, size_t count)
{
    bool all_passed = true;
    size_t number = 0;
    for (size_t i = 0; i < count; i++) {
        bool wanted = argc < 2;
        for (int j = 1; j < argc; j++) {
            wanted = wanted || strcmp(argv[j], tests[i].name) == 0;
        }
        if (wanted) {
            all_passed = run_one(&tests[i], ++number) && all_passed;
        }
    }
    printf("1..%zu\n", number);
    if (number == 0) {
        fprintf(stderr, "no test of that name; the names are:\n");
        for (size_t i = 0; i < count; i++) {
            fprintf(stderr, "  %s\n", tests[i].name);
        }
        return 1;
    }
    return all_passed ? 0 : 1;
}
