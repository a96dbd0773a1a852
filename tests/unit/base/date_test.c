/* date_test.c - days of the calendar, counted one after another. */
#include "base/date.h"
#include "tests/lib/check.h"

static void days_follow_days(void)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -135140; /* 1600-01-01, a Saturday */
    int weekday = 6;
    for (int year = 1600; year <= 2400; year++) {
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && is_leap);
            CHECK_INT(date_days_in_month(year, month), length);
            for (int day = 1; day <= length; day++) {
                struct date date = date_of_days(days);
                CHECK(date.year == year && date.month == month && date.day == day);
                CHECK_INT(date_to_days(date), days);
                CHECK_INT(date_weekday(days), weekday);
                weekday = (weekday + 1) % 7;
                days++;
            }
        }
    }
}

static void starts_in_1970(void)
{
    CHECK_INT(date_to_days((struct date){1970, 1, 1}), 0);
    CHECK_INT(date_to_days((struct date){1969, 12, 31}), -1);
    CHECK_INT(date_to_days((struct date){2026, 11, 21}), 20778);
    CHECK_INT(date_weekday(0), 4);
    CHECK_INT(date_weekday(-1), 3);
    CHECK_INT(date_weekday(-5), 6);
}

static void knows_what_is_no_day(void)
{
    CHECK(date_is_real((struct date){2024, 2, 29}));
    CHECK(!date_is_real((struct date){2026, 2, 29}));
    CHECK(!date_is_real((struct date){2100, 2, 29}));
    CHECK(!date_is_real((struct date){2026, 0, 1}));
    CHECK(!date_is_real((struct date){2026, 13, 1}));
    CHECK(!date_is_real((struct date){2026, 4, 31}));
    CHECK(!date_is_real((struct date){2026, 4, 0}));
    CHECK(!date_is_real((struct date){DATE_YEAR_MAX + 1, 4, 1}));
}

static void stands_at_the_ends_of_time(void)
{
    static const int64_t ends[] = {INT64_MIN / 86400000, INT64_MAX / 86400000};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct date date = date_of_days(ends[i]);
        CHECK(date_is_real(date));
        CHECK_INT(date_to_days(date), ends[i]);
    }
}

static void count_no_day(void)
{
    (void)date_to_days((struct date){2026, 2, 30});
}

static void refuses_to_count_no_day(void)
{
    CHECK_MUST_FAIL(count_no_day, "date_is_real");
}

static const struct test tests[] = {
    {"days_follow_days", days_follow_days, 0},
    {"starts_in_1970", starts_in_1970, 0},
    {"knows_what_is_no_day", knows_what_is_no_day, 0},
    {"stands_at_the_ends_of_time", stands_at_the_ends_of_time, 0},
    {"refuses_to_count_no_day", refuses_to_count_no_day, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
