/* view_bugs_test.c - with a bug put in on purpose somebody is told what is not for him, and the
 * looks that find nothing without it see so. Needs the build with FAULTS. */
#include "tests/unit/engine/view/view_rig.h"

#include <stdlib.h>

static unsigned long leaks_with(const char *bug)
{
    struct view_rig_counts counts;
    if (bug != NULL) {
        CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    }
    CHECK(view_rig_look(&counts) > 0);
    return counts.leaks;
}

static void nothing_leaks(void)
{
    CHECK_INT(leaks_with(NULL), 0);
}

static void a_field_too_many_is_seen(void)
{
    CHECK(leaks_with("view_shows_all") > 0);
}

static void a_secret_that_is_told_is_seen(void)
{
    CHECK(leaks_with("view_tells_secrets") > 0);
}

static void a_stranger_who_is_let_in_is_seen(void)
{
    CHECK(leaks_with("view_ignores_is") > 0);
}

static const struct test tests[] = {
    {"nothing_leaks", nothing_leaks, 0},
    {"a_field_too_many_is_seen", a_field_too_many_is_seen, 0},
    {"a_secret_that_is_told_is_seen", a_secret_that_is_told_is_seen, 0},
    {"a_stranger_who_is_let_in_is_seen", a_stranger_who_is_let_in_is_seen, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
