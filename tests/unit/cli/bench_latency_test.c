/* bench_latency_test.c - quantiles of times whose quantiles are known. */
#include "cli/bench/bench_latency.h"

#include "tests/lib/check.h"

static struct latency latency; /* too large for a stack */

static bool is_near(int64_t actual, int64_t expected)
{
    return actual >= expected && actual <= expected + expected / 31;
}

static void knows_quantiles(void)
{
    for (int64_t i = 1; i <= 1000; i++) {
        latency_add(&latency, i * 10000);
    }
    CHECK_INT(latency.count, 1000);
    CHECK_INT(latency.ns_max, 10000000);
    CHECK(is_near(latency_quantile_ns(&latency, 500), 5000000));
    CHECK(is_near(latency_quantile_ns(&latency, 990), 9900000));
    CHECK_INT(latency_quantile_ns(&latency, 1000), 10000000);
}

static void has_room_for_any_time(void)
{
    static const int64_t times[] = {0, 1, 31, 32, 33, 63, 64, 1000, INT64_MAX / 2, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        latency = (struct latency){0};
        latency_add(&latency, times[i]);
        CHECK_INT(latency_quantile_ns(&latency, 500), times[i]); /* never above the longest */
    }
}

static void keeps_steps_apart(void)
{
    for (int64_t ns = 1; ns < INT64_C(1000000000000); ns += ns / 8 + 1) {
        latency = (struct latency){0};
        latency_add(&latency, ns);
        latency_add(&latency, ns * 2);
        CHECK(is_near(latency_quantile_ns(&latency, 500), ns));
    }
}

static void is_zero_without_answers(void)
{
    CHECK_INT(latency_quantile_ns(&latency, 990), 0);
}

static const struct test tests[] = {
    {.name = "knows_quantiles", .run = knows_quantiles},
    {.name = "has_room_for_any_time", .run = has_room_for_any_time},
    {.name = "keeps_steps_apart", .run = keeps_steps_apart},
    {.name = "is_zero_without_answers", .run = is_zero_without_answers},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
