/* sim_test.c - worlds in which everything goes wrong keep every promise; and the same seed gives
 * the same world. */
#include "tests/unit/sim/sim_rig.h"

enum { SEEDS_EACH = 22, SEEDS_TOGETHER = 12, STEPS = 150, STEPS_TOGETHER = 300 };

static void keep_promises(struct rig_world *rig, uint64_t first, int count, unsigned steps)
{
    int64_t cases = 0;
    int64_t closed = 0;
    int64_t crashes = 0;
    int64_t moved = 0;
    for (uint64_t seed = first; seed < first + (uint64_t)count; seed++) {
        CHECK_STATUS(rig_run(rig, seed, steps), STATUS_OK);
        if (text_is_given(rig->report.violation)) {
            rig_show(rig, seed);
        }
        CHECK(!text_is_given(rig->report.violation));
        cases += rig->report.case_count;
        closed += rig->report.closed_count;
        crashes += rig->report.crash_count;
        moved += rig->report.moved_count;
    }
    printf("# %d seeds, %lld cases, %lld of them closed, %lld deaths of the process\n", count,
           (long long)cases, (long long)closed, (long long)crashes);
    CHECK(cases > count); /* a world in which nothing happens proves nothing */
    CHECK(crashes > 0);
    CHECK(moved > 0);
}

/* Invariants 1-12, 17, 20, 21 of the workflows that there are, each in worlds of its own. */
static void each_workflow_keeps_its_promises(void)
{
    for (size_t i = 0; i < COUNT_OF(rig_workflows); i++) {
        struct rig_world rig;
        rig_open(&rig);
        rig_add(&rig, rig_workflows[i]);
        printf("# %s\n", rig_workflows[i]);
        keep_promises(&rig, 1, test_scale(SEEDS_EACH), STEPS);
        rig_close(&rig);
    }
}

/* One service has all of them, and hears what they tell each other. */
static void all_of_them_together_do(void)
{
    struct rig_world rig;
    rig_open(&rig);
    for (size_t i = 0; i < COUNT_OF(rig_workflows); i++) {
        rig_add(&rig, rig_workflows[i]);
    }
    keep_promises(&rig, 100000, test_scale(SEEDS_TOGETHER), STEPS_TOGETHER);
    rig_close(&rig);
}

/* Cases go from one version to the other and back, where things have got other names. */
static void two_versions_of_one_workflow_do(void)
{
    struct rig_world rig;
    rig_open(&rig);
    rig_add(&rig, "tests/unit/sim/rounds.yaml");
    rig_add(&rig, "tests/unit/sim/rounds_next.yaml");
    keep_promises(&rig, 1, test_scale(SEEDS_EACH), STEPS);
    rig_close(&rig);
}

static void the_same_seed_is_the_same_world(void)
{
    struct rig_world rig;
    uint64_t hashes[5];
    rig_open(&rig);
    rig_add(&rig, "tests/workflows/order.yaml");
    rig_add(&rig, "tests/unit/sim/rounds.yaml");
    for (uint64_t seed = 0; seed < COUNT_OF(hashes); seed++) {
        CHECK_STATUS(rig_run(&rig, seed, STEPS), STATUS_OK);
        hashes[seed] = rig.report.trace_hash;
        CHECK(rig.report.revision_count > 0);
    }
    for (uint64_t seed = 0; seed < COUNT_OF(hashes); seed++) {
        CHECK_STATUS(rig_run(&rig, seed, STEPS), STATUS_OK);
        CHECK(rig.report.trace_hash == hashes[seed]);
        CHECK(seed == 0 || hashes[seed] != hashes[seed - 1]);
    }
    rig_close(&rig);
}

static void what_is_no_workflow_is_said(void)
{
    struct rig_world rig;
    rig_open(&rig);
    rig_add_text(&rig, "wrong.yaml",
                 TEXT("workflow: wrong\nversion: 1\nplaces: {a: {end: true}}\n"
                      "operations:\n  go: {who: nobody, from: start, to: b}\n"));
    CHECK_STATUS(rig_run(&rig, 1, STEPS), STATUS_MALFORMED);
    CHECK(memmem(rig.error.data, rig.error.bytes, "wrong.yaml:5", 12) != NULL);
    rig_close(&rig);
}

static const struct test tests[] = {
    {"each_workflow_keeps_its_promises", each_workflow_keeps_its_promises, 1800},
    {"all_of_them_together_do", all_of_them_together_do, 1800},
    {"two_versions_of_one_workflow_do", two_versions_of_one_workflow_do, 1800},
    {"the_same_seed_is_the_same_world", the_same_seed_is_the_same_world, 600},
    {"what_is_no_workflow_is_said", what_is_no_workflow_is_said, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
