/* date.c - the Gregorian calendar, its years counted from March so that the leap day ends them. */
#include "base/date.h"

#include "base/must.h"

enum {
    DAYS_PER_ERA = 146097,     /* 400 years, after which the calendar repeats itself */
    DAYS_BEFORE_1970 = 719468, /* from 0000-03-01 */
    WEEKDAY_OF_1970 = 4,       /* 1970-01-01 was a Thursday */
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    MUST(month >= 1 && month <= 12);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_real(struct date date)
{
    return date.year >= -DATE_YEAR_MAX && date.year <= DATE_YEAR_MAX && date.month >= 1 &&
           date.month <= 12 && date.day >= 1 &&
           date.day <= date_days_in_month(date.year, date.month);
}

/* Divides towards minus infinity. */
static int64_t floor_division(int64_t number, int64_t divisor)
{
    return number / divisor - (number % divisor < 0);
}

int64_t date_to_days(struct date date)
{
    MUST(date_is_real(date));
    int64_t year = date.year - (date.month <= 2);
    int64_t era = floor_division(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

struct date date_of_days(int64_t days)
{
    MUST(days / 365 < DATE_YEAR_MAX && days / 365 > -DATE_YEAR_MAX);
    int64_t from_march = days + DAYS_BEFORE_1970;
    int64_t era = floor_division(from_march, DAYS_PER_ERA);
    int64_t day_of_era = from_march - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int date_weekday(int64_t days)
{
    int64_t weekday = (days % 7 + WEEKDAY_OF_1970) % 7;
    return (int)(weekday < 0 ? weekday + 7 : weekday);
}
