/* must_test.c - a bug stops the process and says where it is. */
#include "tests/lib/check.h"

static int evaluations = 0;

static bool once(bool answer)
{
    evaluations++;
    return answer;
}

static void true_goes_on(void)
{
    MUST(once(true));
    CHECK_INT(evaluations, 1);
}

static void false_aborts(void)
{
    MUST(1 + 1 == 3);
}

static void fails_directly(void)
{
    must_failed("somewhere.c", 42, "this and that");
}

static void false_stops_and_says_where(void)
{
    CHECK_MUST_FAIL(false_aborts, "1 + 1 == 3");
    CHECK_MUST_FAIL(false_aborts, "must_test.c:");
    CHECK_MUST_FAIL(fails_directly, "somewhere.c:42: this must hold: this and that");
}

static void counts_arrays(void)
{
    static const int three[] = {1, 2, 3};
    CHECK_INT(COUNT_OF(three), 3);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"true_goes_on", true_goes_on, 0},
        {"false_stops_and_says_where", false_stops_and_says_where, 0},
        {"counts_arrays", counts_arrays, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
