/* status_test.c - the list of answers, and which of them may be tried again. */
#include "tests/lib/check.h"

#include <string.h>

/* Written out on purpose: whoever changes whether something may be retried changes it twice. */
static const struct {
    enum status status;
    const char *name;
    bool may_retry;
} rows[] = {
    {STATUS_OK, "OK", false},
    {STATUS_ABSENT, "ABSENT", false},
    {STATUS_EXISTS, "EXISTS", false},
    {STATUS_CONFLICT, "CONFLICT", true},
    {STATUS_REFUSED, "REFUSED", false},
    {STATUS_MALFORMED, "MALFORMED", false},
    {STATUS_TOO_LARGE, "TOO_LARGE", false},
    {STATUS_BUSY, "BUSY", true},
    {STATUS_TIMEOUT, "TIMEOUT", true},
    {STATUS_UNAVAILABLE, "UNAVAILABLE", true},
    {STATUS_FULL, "FULL", true},
    {STATUS_CORRUPT, "CORRUPT", false},
    {STATUS_NEWER, "NEWER", false},
    {STATUS_UNCERTAIN, "UNCERTAIN", false},
};

static void all_are_known(void)
{
    CHECK_INT(COUNT_OF(rows), STATUS_COUNT);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(rows[i].status, i);
        CHECK_TEXT(text_of(status_name(rows[i].status)), rows[i].name);
        CHECK_INT(status_may_retry(rows[i].status), rows[i].may_retry);
        CHECK(strlen(status_text(rows[i].status)) > 3);
    }
}

/* Nobody knows whether it happened: trying again could do it twice. */
static void uncertain_is_never_retried(void)
{
    CHECK(!status_may_retry(STATUS_UNCERTAIN));
}

static void name_beyond(void)
{
    status_name(STATUS_COUNT);
}

static void text_beyond(void)
{
    status_text((enum status)(-1));
}

static void retry_beyond(void)
{
    status_may_retry(STATUS_COUNT);
}

static void beyond_the_list_stops(void)
{
    CHECK_MUST_FAIL(name_beyond, "STATUS_COUNT");
    CHECK_MUST_FAIL(text_beyond, "STATUS_COUNT");
    CHECK_MUST_FAIL(retry_beyond, "STATUS_COUNT");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"all_are_known", all_are_known, 0},
        {"uncertain_is_never_retried", uncertain_is_never_retried, 0},
        {"beyond_the_list_stops", beyond_the_list_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
