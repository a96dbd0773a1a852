/* bus_fault_harm_test.c - the faulty bus does harm: who believes all it brings is wrong, and who
 * applies the rule is not. */
#include "bus/bus_fault.h"

#include "tests/lib/bus/bus_contract_rig.h"
#include "tests/lib/bus/bus_contract_stores.h"
#include "tests/lib/check.h"

#include <unistd.h>

static struct bus_fault_script script;
static struct rig rig;

static struct bus *create(const struct bus_options *options)
{
    return bus_fault_create(options, &script);
}

/* Is what the member did what was told? */
static bool is_right(bool is_naive)
{
    static const struct bus_contract contract = {.open = bus_contract_on_sqlite, .create = create};
    const char *source = is_naive ? "crm" : "users"; /* other tables for the other run */
    const struct rig_options options[] = {
        {.name = source},
        {.name = is_naive ? "desk" : "board", .follows = {source}, .is_naive = is_naive},
    };
    rig_open(&rig, &contract, options, 2);
    rig_start(&rig);
    for (int i = 0; i < 100; i++) {
        rig_tell(&rig, (struct rig_telling){.member = 0, .count = 5});
    }
    bool is_harmless = script.seed == 0;
    if (is_naive && !is_harmless) {
        usleep(300000); /* how many there will be nobody knows */
    } else {
        rig_wait(&rig, 1, 500);
    }
    rig_stop(&rig);
    bool is_exact = rig_is_exact(&rig);
    rig_close(&rig);
    return is_exact;
}

static void no_harm_no_error(void)
{
    CHECK(is_right(true));
}

static void mixing_harms(void)
{
    script = (struct bus_fault_script){.seed = 1, .mix = 300};
    CHECK(!is_right(true));
    CHECK(is_right(false));
}

static void doubling_harms(void)
{
    script = (struct bus_fault_script){.seed = 2, .twice = 300};
    CHECK(!is_right(true));
    CHECK(is_right(false));
}

static void overtaking_harms(void)
{
    script = (struct bus_fault_script){.seed = 3, .late = 300};
    CHECK(!is_right(true));
    CHECK(is_right(false));
}

static void losing_harms(void)
{
    script = (struct bus_fault_script){.seed = 4, .lose = 300};
    CHECK(!is_right(true));
    CHECK(is_right(false));
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
