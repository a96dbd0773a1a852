/* limits_test.c - how often somebody may come, by a clock of the test's own. */
#include "runtime/front/limits.h"

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
    struct limits *limits = limits_create();
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
    struct limits *limits = limits_create();
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
    struct limits *limits = limits_create();
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

static const struct test tests[] = {
    {"a_bucket_empties_and_fills", a_bucket_empties_and_fills, 0},
    {"each_has_his_own", each_has_his_own, 0},
    {"a_crowd_keeps_nobody_out", a_crowd_keeps_nobody_out, 0},
    {"one_customer_has_one_address", one_customer_has_one_address, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
