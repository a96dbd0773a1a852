/* limits_test.c - how often somebody may come, by a clock of the test's own. */
#include "runtime/front/limits.h"

#include "cache/cache.h"
#include "tests/lib/check.h"

static const struct limit sixty = {"sixty", 60, 10};

static unsigned take_all(struct limits *limits, const struct limit *limit, struct text who,
                         int64_t now_ms)
{
    unsigned count = 0;
    while (count < 1000 && limits_take(limits, limit, who, now_ms).may) {
        count++;
    }
    return count;
}

static void a_bucket_empties_and_fills(void)
{
    struct limits *limits = limits_create(NULL);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 1000), 10);
    struct limit_answer answer = limits_take(limits, &sixty, TEXT("a"), 1000);
    CHECK(!answer.may);
    CHECK_INT(answer.retry_s, 1);
    CHECK_INT(answer.full_in_s, 10);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 1999), 0);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 2000), 1);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 5500), 3);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 3600000), 10); /* never more than it holds */
    limits_destroy(&limits);
}

static void each_has_his_own(void)
{
    static const struct limit other = {"other", 60, 10};
    static const struct limit none = {"none", 0, 1};
    struct limits *limits = limits_create(NULL);
    CHECK_INT(take_all(limits, &sixty, TEXT("a"), 0), 10);
    CHECK_INT(take_all(limits, &sixty, TEXT("b"), 0), 10);
    CHECK_INT(take_all(limits, &other, TEXT("a"), 0), 10);
    CHECK_INT(take_all(limits, &none, TEXT("a"), 0), 1000);
    CHECK_INT(take_all(limits, &sixty, NO_TEXT, 0), 1000); /* behind a unix socket */
    limits_destroy(&limits);
}

/* A crowd of others may have him forgotten, which lets him in; it never keeps anybody out. */
static void a_crowd_keeps_nobody_out(void)
{
    struct limits *limits = limits_create(NULL);
    for (unsigned i = 0; i < 300000; i++) {
        CHECK(limits_take(limits, &sixty, (struct text){(const char *)&i, sizeof i}, 0).may);
    }
    limits_destroy(&limits);
}

static void one_customer_has_one_address(void)
{
    static const struct {
        const char *left;
        const char *right;
        bool is_same;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"::ffff:192.0.2.7", "192.0.2.7", true},
        {"2001:db8:1:2::7", "2001:db8:1:2:ffff::8", true},
        {"2001:db8:1:2::7", "2001:db8:1:3::7", false},
    };
    char left[ADDRESS_PART_BYTES];
    char right[ADDRESS_PART_BYTES];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(text_equals(limits_address(text_of(rows[i].left), left),
                              limits_address(text_of(rows[i].right), right)),
                  rows[i].is_same);
    }
    CHECK(limits_address(TEXT(""), left).data == NULL);
    CHECK(limits_address(TEXT("unix"), left).data == NULL);
}

/* ---- together with others ---- */

enum { WALL_MS = 5000 }; /* in the middle of a stretch of ten seconds */

static struct cache *cache;
static struct limits *here;
static struct limits *there;

static void two_doors(void)
{
    cache = cache_memory_create(CACHE_MEMORY_BYTES_MIN);
    here = limits_create(cache);
    there = limits_create(cache);
}

static void no_doors(void)
{
    limits_destroy(&here);
    limits_destroy(&there);
    cache_destroy(&cache);
}

static void both_share(int64_t now_ms, int64_t wall_ms)
{
    limits_share_once(here, now_ms, wall_ms);
    limits_share_once(there, now_ms, wall_ms);
}

static void what_is_taken_there_is_missing_here(void)
{
    two_doors();
    CHECK_INT(take_all(here, &sixty, TEXT("a"), 1000), 10);
    CHECK(limits_take(there, &sixty, TEXT("a"), 1000).may); /* nobody has told it yet */
    CHECK(limits_take(there, &sixty, TEXT("b"), 1000).may);
    both_share(1000, WALL_MS);
    CHECK(!limits_take(there, &sixty, TEXT("a"), 1000).may);
    CHECK_INT(take_all(there, &sixty, TEXT("b"), 1000), 9);
    CHECK_INT(take_all(there, &sixty, TEXT("a"), 4000), 2); /* of eleven, three are back */
    no_doors();
}

/* At both doors as often as he may: together no more than once the rate. */
static void the_rate_is_that_of_all_together(void)
{
    unsigned taken = 0;
    two_doors();
    for (int64_t ms = 0; ms < 120000; ms += 250) {
        taken += take_all(here, &sixty, TEXT("a"), 1000 + ms);
        taken += take_all(there, &sixty, TEXT("a"), 1000 + ms);
        both_share(1000 + ms, WALL_MS + ms);
    }
    /* 120 s of one a second, the burst of each door, and what the seams of stretches let through */
    CHECK(taken >= 100);
    CHECK(taken <= 120 + 20 + 24);
    no_doors();
}

static void whoever_comes_seldom_is_nobodys_business(void)
{
    static const struct limit many = {"many", 6000, 1000};
    two_doors();
    for (int i = 0; i < 60; i++) {
        CHECK(limits_take(here, &many, TEXT("a"), 1000).may);
    }
    both_share(1000, WALL_MS);
    CHECK_INT(take_all(there, &many, TEXT("a"), 1000), 1000);
    no_doors();
}

/* A cache that is away: each counts for itself. */
static void without_the_cache_each_counts_for_itself(void)
{
    struct text error = NO_TEXT;
    cache = cache_redis_create("redis://127.0.0.1:1?deadline_ms=20", &error);
    CHECK(cache != NULL);
    here = limits_create(cache);
    there = limits_create(cache);
    CHECK_INT(take_all(here, &sixty, TEXT("a"), 1000), 10);
    both_share(1000, WALL_MS);
    CHECK_INT(take_all(there, &sixty, TEXT("a"), 1000), 10);
    CHECK_INT(take_all(here, &sixty, TEXT("a"), 3000), 2);
    no_doors();
}

static void a_thread_shares_by_itself(void)
{
    two_doors();
    limits_start(here);
    limits_start(there);
    limits_stop(here);
    limits_stop(there);
    limits_stop(there);
    no_doors();
}

static const struct test tests[] = {
    {"a_bucket_empties_and_fills", a_bucket_empties_and_fills, 0},
    {"each_has_his_own", each_has_his_own, 0},
    {"a_crowd_keeps_nobody_out", a_crowd_keeps_nobody_out, 0},
    {"one_customer_has_one_address", one_customer_has_one_address, 0},
    {"what_is_taken_there_is_missing_here", what_is_taken_there_is_missing_here, 0},
    {"the_rate_is_that_of_all_together", the_rate_is_that_of_all_together, 0},
    {"whoever_comes_seldom_is_nobodys_business", whoever_comes_seldom_is_nobodys_business, 0},
    {"without_the_cache_each_counts_for_itself", without_the_cache_each_counts_for_itself, 0},
    {"a_thread_shares_by_itself", a_thread_shares_by_itself, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
