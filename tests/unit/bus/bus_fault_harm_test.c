/* bus_fault_harm_test.c - the faulty bus does harm: who believes all it brings is wrong, and who
 * applies the rule is not. */
#include "bus/bus_fault.h"

#include "base/clock.h"
#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/check.h"

static struct bus_fault_script script;
static struct rig rig;

static struct bus *create(const struct bus_options *options)
{
    return bus_fault_create(options, &script);
}

static void tell(int times)
{
    for (int i = 0; i < times; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 5});
    }
}

static void open_rig(const char *source, const char *follower, bool is_naive)
{
    static const struct bus_contract contract = {.open = bus_contract_on_sqlite, .create = create};
    const struct rig_options options[] = {
        {.name = source},
        {.name = follower, .follows = {source}, .is_naive = is_naive},
    };
    rig_open(&rig, &contract, options, 2);
    rig_start(&rig);
}

/* Does the member do what is told, once and in order? */
static void check_exact(const char *source, const char *follower, bool is_naive)
{
    open_rig(source, follower, is_naive);
    tell(100);
    rig_wait(&rig, 1, 500);
    rig_stop(&rig);
    CHECK(rig_is_exact(&rig));
    rig_close(&rig);
}

/* Tells the naive one until he did something wrong: when that is, chance and the machine say. */
static void check_harm(void)
{
    int64_t end_ms = clock_monotonic_ms() + TEST_PATIENCE_MS;
    open_rig("crm", "desk", true); /* other tables than those of check_exact */
    while (rig_is_exact_so_far(&rig)) {
        CHECK(clock_monotonic_ms() < end_ms);
        tell(10);
    }
    rig_stop_at_once(&rig);
    rig_close(&rig);
}

static void no_harm_no_error(void)
{
    check_exact("crm", "desk", true);
}

static void mixing_harms(void)
{
    script = (struct bus_fault_script){.seed = 1, .mix = 300};
    check_harm();
    check_exact("users", "board", false);
}

static void doubling_harms(void)
{
    script = (struct bus_fault_script){.seed = 2, .twice = 300};
    check_harm();
    check_exact("users", "board", false);
}

static void overtaking_harms(void)
{
    script = (struct bus_fault_script){.seed = 3, .late = 300};
    check_harm();
    check_exact("users", "board", false);
}

static void losing_harms(void)
{
    script = (struct bus_fault_script){.seed = 4, .lose = 300};
    check_harm();
    check_exact("users", "board", false);
}

static const struct test tests[] = {
    {.name = "no_harm_no_error", .run = no_harm_no_error},
    {.name = "mixing_harms", .run = mixing_harms},
    {.name = "doubling_harms", .run = doubling_harms},
    {.name = "overtaking_harms", .run = overtaking_harms},
    {.name = "losing_harms", .run = losing_harms},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
