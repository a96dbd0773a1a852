/* date.h - days of the Gregorian calendar, counted from 1970-01-01, in both directions.
 *
 * No time of day and no time zone: zone.h has those.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Far enough for every int64_t of milliseconds, and no product of it overflows. */
enum { DATE_YEAR_MAX = 300000000 };

struct date {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

/* A day that the calendar has, the year between -DATE_YEAR_MAX and DATE_YEAR_MAX. */
bool date_is_real(struct date date);

/* 0 is 1970-01-01; the date must be real. */
int64_t date_to_days(struct date date);

/* The days must be of a year as above. */
struct date date_of_days(int64_t days);

int date_days_in_month(int year, int month);

/* 0 is Sunday, 6 is Saturday. */
int date_weekday(int64_t days);

#endif
