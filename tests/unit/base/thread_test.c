/* thread_test.c - a thread has its name, and signals are not its business. */
#include "base/thread.h"
#include "tests/lib/check.h"

#include <signal.h>

struct seen {
    pthread_t self;
    pthread_t told;
    sigset_t blocked;
};

static void *look(void *argument)
{
    struct seen *seen = argument;
    seen->self = pthread_self();
    pthread_sigmask(SIG_BLOCK, NULL, &seen->blocked);
    return NULL;
}

static void it_leaves_signals_to_who_started_it(void)
{
    struct seen seen = {.self = pthread_self()};
    thread_start(&seen.told, look, &seen, "looks");
    CHECK_INT(pthread_join(seen.told, NULL), 0);
    CHECK(pthread_equal(seen.self, seen.told));
    CHECK_INT(sigismember(&seen.blocked, SIGTERM), 1);
    sigset_t ours;
    pthread_sigmask(SIG_BLOCK, NULL, &ours);
    CHECK_INT(sigismember(&ours, SIGTERM), 0);
}

static void *wait_for_word(void *argument)
{
    pthread_barrier_wait(argument);
    return NULL;
}

static void it_has_fifteen_bytes_of_its_name(void)
{
    char name[16];
    pthread_t thread;
    pthread_barrier_t word;
    pthread_barrier_init(&word, NULL, 2);
    thread_start(&thread, wait_for_word, &word, "notifications of everybody");
    CHECK_INT(pthread_getname_np(thread, name, sizeof name), 0);
    CHECK_TEXT(text_of(name), "notifications o");
    pthread_barrier_wait(&word);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&word);
}

static const struct test tests[] = {
    {"it_leaves_signals_to_who_started_it", it_leaves_signals_to_who_started_it, 0},
    {"it_has_fifteen_bytes_of_its_name", it_has_fifteen_bytes_of_its_name, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
