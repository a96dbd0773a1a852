/* funnel_count_test.c - buckets of durations, and the percentiles that are read from them. */
#include "apps/phoenix/funnel.h"
#include "tests/lib/check.h"

static void every_duration_has_a_bucket_near_it(void)
{
    int64_t before = -1;
    for (int64_t ms = 0; ms < INT64_C(1) << 41; ms += ms / 37 + 1) {
        int64_t bucket = funnel_bucket(ms);
        int64_t middle = funnel_bucket_ms(bucket);
        int64_t wrong = middle > ms ? middle - ms : ms - middle;
        CHECK(bucket >= before);
        CHECK(wrong <= ms / 16);
        before = bucket;
    }
    CHECK_INT(funnel_bucket(-5), 0);
    CHECK_INT(funnel_bucket(INT64_MAX), FUNNEL_BUCKET_COUNT - 1);
}

static void percentiles_are_of_those_who_were_there(void)
{
    int64_t counts[FUNNEL_BUCKET_COUNT] = {0};
    CHECK_INT(funnel_percentile(counts, 50), FIELD_NONE);
    counts[3] = 1;
    CHECK_INT(funnel_percentile(counts, 50), 3);
    CHECK_INT(funnel_percentile(counts, 90), 3);
    counts[5] = 8;
    counts[9] = 1;
    CHECK_INT(funnel_percentile(counts, 10), 3);
    CHECK_INT(funnel_percentile(counts, 50), 5);
    CHECK_INT(funnel_percentile(counts, 90), 5);
    CHECK_INT(funnel_percentile(counts, 100), 9);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"every_duration_has_a_bucket_near_it", every_duration_has_a_bucket_near_it, 0},
        {"percentiles_are_of_those_who_were_there", percentiles_are_of_those_who_were_there, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
