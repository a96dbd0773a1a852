/* sim_bugs_test.c - with a mistake put into the engine on purpose some world of the first two
 * hundred breaks a promise. Needs the build with FAULTS. */
#include "tests/unit/sim/sim_rig.h"

#include <sys/wait.h>

/* Each mistake is found before the twentieth world; without one more than twice as many must be
 * well, and sim_test.c lives in hundreds. */
enum { SEEDS_MAX = 200, SEEDS_WITHOUT = 50, STEPS = 150, FOUND = 10, NOT_FOUND = 0 };

/* In a process of its own: a MUST that does not hold any more has found it too. */
static int look_for(const char *bug, const char *path, const char *next, int seeds)
{
    struct rig_world rig;
    CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    rig_open(&rig);
    rig_add(&rig, path);
    if (next != NULL) {
        rig_add(&rig, next);
    }
    for (uint64_t seed = 1; seed <= (uint64_t)seeds; seed++) {
        CHECK_STATUS(rig_run(&rig, seed, STEPS), STATUS_OK);
        if (text_is_given(rig.report.violation)) {
            printf("# %s: seed %llu, step %u: %.*s\n", bug, (unsigned long long)seed,
                   rig.report.steps, TEXT_ARGS(rig.report.violation));
            return FOUND;
        }
    }
    return NOT_FOUND;
}

static bool is_found_among(int seeds, const char *bug, const char *path, const char *next)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int found = look_for(bug, path, next, seeds);
        fflush(stdout);
        _exit(found);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return (WIFEXITED(status) && WEXITSTATUS(status) == FOUND) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#define ROUNDS      "tests/unit/sim/rounds.yaml"
#define ROUNDS_NEXT "tests/unit/sim/rounds_next.yaml" /* its second version */

static bool is_found_in(const char *bug, const char *path, const char *next)
{
    return is_found_among(SEEDS_MAX, bug, path, next);
}

static bool is_found(const char *bug, const char *path)
{
    return is_found_in(bug, path, NULL);
}

/* The looks that find nothing without it. */
static void without_a_mistake_there_is_none(void)
{
    CHECK(!is_found_among(test_scale(SEEDS_WITHOUT), "none", ROUNDS, ROUNDS_NEXT));
}

static void a_join_that_keeps_a_mark_is_found(void)
{
    CHECK(is_found("join_fires_twice", ROUNDS));
}

static void a_history_with_a_hole_is_found(void)
{
    CHECK(is_found("history_skipped", ROUNDS));
}

static void a_stage_without_its_row_is_found(void)
{
    CHECK(is_found("wait_row_forgotten", ROUNDS));
}

static void a_permit_used_twice_is_found(void)
{
    CHECK(is_found("nonce_not_looked_at", ROUNDS));
}

static void an_answer_to_an_old_visit_is_found(void)
{
    CHECK(is_found("result_of_old_visit_taken", ROUNDS));
}

static void what_a_case_is_found_by_no_more_is_found(void)
{
    CHECK(is_found("found_by_not_moved", ROUNDS));
}

static void what_a_failed_function_has_left_is_found(void)
{
    CHECK(is_found("part_stays", ROUNDS));
}

static void a_case_that_falls_asleep_is_found(void)
{
    CHECK(is_found("case_falls_asleep", ROUNDS));
}

static void a_retry_that_never_comes_is_found(void)
{
    CHECK(is_found("retry_without_timer", ROUNDS));
}

static void a_change_that_nobody_hears_of_is_found(void)
{
    CHECK(is_found("change_not_told", ROUNDS));
}

static void an_early_event_that_is_not_taken_is_found(void)
{
    CHECK(is_found("early_forgotten", ROUNDS));
}

static void a_work_id_that_comes_back_is_found(void)
{
    CHECK(is_found_in("past_visits_forgotten", ROUNDS, ROUNDS_NEXT));
}

static void a_moved_case_that_is_found_by_old_names_is(void)
{
    CHECK(is_found_in("moved_not_found_anew", ROUNDS, ROUNDS_NEXT));
}

static const struct test tests[] = {
    {"a_work_id_that_comes_back_is_found", a_work_id_that_comes_back_is_found, 600},
    {"a_moved_case_that_is_found_by_old_names_is", a_moved_case_that_is_found_by_old_names_is, 600},
    {"without_a_mistake_there_is_none", without_a_mistake_there_is_none, 600},
    {"a_join_that_keeps_a_mark_is_found", a_join_that_keeps_a_mark_is_found, 600},
    {"a_history_with_a_hole_is_found", a_history_with_a_hole_is_found, 600},
    {"a_stage_without_its_row_is_found", a_stage_without_its_row_is_found, 600},
    {"a_permit_used_twice_is_found", a_permit_used_twice_is_found, 600},
    {"an_answer_to_an_old_visit_is_found", an_answer_to_an_old_visit_is_found, 600},
    {"what_a_case_is_found_by_no_more_is_found", what_a_case_is_found_by_no_more_is_found, 600},
    {"what_a_failed_function_has_left_is_found", what_a_failed_function_has_left_is_found, 600},
    {"a_case_that_falls_asleep_is_found", a_case_that_falls_asleep_is_found, 600},
    {"a_retry_that_never_comes_is_found", a_retry_that_never_comes_is_found, 600},
    {"an_early_event_that_is_not_taken_is_found", an_early_event_that_is_not_taken_is_found, 600},
    {"a_change_that_nobody_hears_of_is_found", a_change_that_nobody_hears_of_is_found, 600},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
