/* popug_world_bugs_test.c - with a mistake put into the money on purpose some world of popugs of
 * the first hundred breaks a promise. Needs the build with FAULTS.
 */
#include "tests/lib/check.h"
#include "tests/lib/popug/popug_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEEDS_MAX = 100, SEEDS_WITHOUT = 10, FOUND = 10, NOT_FOUND = 0 };
enum { ARENA_MAX = 64 * 1024 * 1024 };

static int look_for(const char *bug, unsigned seeds)
{
    CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    for (unsigned seed = 1; seed <= seeds; seed++) {
        struct arena *arena = arena_create("report", ARENA_MAX);
        struct popug_report report;
        popug_world_run(arena, seed, &report);
        if (text_is_given(report.violation)) {
            printf("# %s: seed %u, step %u: %.*s\n", bug, seed, report.steps,
                   TEXT_ARGS(report.violation));
            return FOUND;
        }
        arena_destroy(&arena);
    }
    return NOT_FOUND;
}

/* In a process of its own: a MUST that does not hold any more has found it too. */
static bool is_found(const char *bug, unsigned seeds)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int found = look_for(bug, seeds);
        fflush(stdout);
        _exit(found);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return (WIFEXITED(status) && WEXITSTATUS(status) == FOUND) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void without_a_mistake_there_is_none(void)
{
    CHECK(!is_found("none", SEEDS_WITHOUT));
}

static void a_fee_that_is_taken_once_for_all_is_found(void)
{
    CHECK(is_found("fee_of_task_only", SEEDS_MAX));
}

static void giving_up_what_is_unknown_is_found(void)
{
    CHECK(is_found("unknown_payment_failed", SEEDS_MAX));
}

static void sending_again_without_asking_is_found(void)
{
    CHECK(is_found("payment_never_looked_up", SEEDS_MAX));
}

static void a_hold_that_is_kept_is_found(void)
{
    CHECK(is_found("refused_payout_held", SEEDS_MAX));
}

static void a_letter_that_is_not_written_is_found(void)
{
    CHECK(is_found("payout_untold", SEEDS_MAX));
}

static void messages_counted_before_they_are_handled_are_found(void)
{
    CHECK(is_found("cursor_not_moved", SEEDS_MAX));
}

static void gaps_that_are_passed_over_are_found(void)
{
    CHECK(is_found("intake_ignores_gaps", SEEDS_MAX));
}

static const struct test tests[] = {
    {"without_a_mistake_there_is_none", without_a_mistake_there_is_none, 600},
    {"a_fee_that_is_taken_once_for_all_is_found", a_fee_that_is_taken_once_for_all_is_found, 600},
    {"giving_up_what_is_unknown_is_found", giving_up_what_is_unknown_is_found, 600},
    {"sending_again_without_asking_is_found", sending_again_without_asking_is_found, 600},
    {"a_hold_that_is_kept_is_found", a_hold_that_is_kept_is_found, 600},
    {"a_letter_that_is_not_written_is_found", a_letter_that_is_not_written_is_found, 600},
    {"messages_counted_before_they_are_handled_are_found",
     messages_counted_before_they_are_handled_are_found, 600},
    {"gaps_that_are_passed_over_are_found", gaps_that_are_passed_over_are_found, 600},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
