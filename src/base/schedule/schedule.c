/* schedule.c - the next moment of a schedule.
 *
 * Goes over months, days and then minutes of the calendar, never over every minute, and asks the
 * zone when the clock shows what it found. Later times of the calendar never come earlier, so the
 * first that is late enough is the answer.
 */
#include "base/schedule.h"

#include "base/date.h"
#include "base/must.h"
#include "base/schedule/schedule_parts.h"

enum {
    YEARS_AHEAD = 50, /* a 29th of February of one weekday may be 40 years away */
    YEAR_MIN = -9999,
    YEAR_MAX = 9999,
    MINUTES_PER_DAY = 1440,
};

/* A time of the calendar; minute is of the day. */
struct slot {
    struct date date;
    int minute;
};

static bool has(uint64_t bits, int number)
{
    return bits >> number & 1;
}

/* The lowest bit from `from` on, or -1. */
static int next_bit(uint64_t bits, int from)
{
    uint64_t left = from < 64 ? bits >> from : 0;
    return left == 0 ? -1 : from + __builtin_ctzll(left);
}

static bool fits_day(const struct schedule *schedule, struct date date)
{
    bool is_last = date.day == date_days_in_month(date.year, date.month);
    bool day = has(schedule->days, date.day) || (is_last && has(schedule->days, SCHEDULE_LAST_DAY));
    bool weekday = has(schedule->weekdays, date_weekday(date_to_days(date)));
    if (schedule->any_day_written || schedule->any_weekday_written ||
        schedule->kind != SCHEDULE_CRON) {
        return day && weekday;
    }
    return day || weekday;
}

/* The first minute of the day, from this one on; -1 when the day has no more. */
static int minute_of_day(const struct schedule *schedule, int from)
{
    int hour = from / 60;
    int minute = has(schedule->hours, hour) ? next_bit(schedule->minutes, from % 60) : -1;
    if (minute < 0) {
        hour = next_bit(schedule->hours, hour + 1);
        minute = next_bit(schedule->minutes, 0);
    }
    return hour < 0 ? -1 : hour * 60 + minute;
}

static void next_month(struct slot *slot)
{
    slot->date.day = 1;
    slot->date.month++;
    slot->minute = 0;
    if (slot->date.month > 12) {
        slot->date.month = 1;
        slot->date.year++;
    }
}

static void next_day(struct slot *slot)
{
    slot->date.day++;
    slot->minute = 0;
    if (slot->date.day > date_days_in_month(slot->date.year, slot->date.month)) {
        next_month(slot);
    }
}

static void next_minute(struct slot *slot)
{
    slot->minute++;
    if (slot->minute == MINUTES_PER_DAY) {
        next_day(slot);
    }
}

/* Moves to the first time that fits, this one included; false when there is none up to the year. */
static bool find(const struct schedule *schedule, struct slot *slot, int year_last)
{
    while (slot->date.year <= year_last) {
        if (!has(schedule->months, slot->date.month)) {
            next_month(slot);
            continue;
        }
        int minute = fits_day(schedule, slot->date) ? minute_of_day(schedule, slot->minute) : -1;
        if (minute >= 0) {
            slot->minute = minute;
            return true;
        }
        next_day(slot);
    }
    return false;
}

static int64_t moment_of(const struct zone *zone, struct slot slot)
{
    struct civil civil = {
        .year = slot.date.year,
        .month = slot.date.month,
        .day = slot.date.day,
        .hour = slot.minute / 60,
        .minute = slot.minute % 60,
    };
    return zone_when(zone, civil).first_ms;
}

static bool next_in_zone(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
                         int64_t *next_ms_out)
{
    struct civil now = zone_civil(zone, after_ms);
    struct slot slot = {{now.year, now.month, now.day}, now.hour * 60 + now.minute};
    int year_last = now.year + YEARS_AHEAD < YEAR_MAX ? now.year + YEARS_AHEAD : YEAR_MAX;
    if (now.year < YEAR_MIN) {
        return false;
    }
    /* What the clock has shown by now is over; and where it was put back, so is what comes again.
     */
    for (; find(schedule, &slot, year_last); next_minute(&slot)) {
        int64_t moment_ms = moment_of(zone, slot);
        if (moment_ms > after_ms) {
            *next_ms_out = moment_ms;
            return true;
        }
    }
    return false;
}

bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
                   int64_t *next_ms_out)
{
    MUST(next_ms_out != NULL);
    if (schedule->kind != SCHEDULE_EVERY) {
        MUST(zone != NULL && schedule->minutes != 0 && schedule->hours != 0);
        return next_in_zone(schedule, zone, after_ms, next_ms_out);
    }
    int64_t every_ms = schedule->every_ms;
    MUST(every_ms > 0);
    int64_t count = after_ms / every_ms - (after_ms % every_ms < 0);
    int64_t next_ms = 0;
    if (__builtin_mul_overflow(count + 1, every_ms, &next_ms)) {
        return false;
    }
    *next_ms_out = next_ms;
    return true;
}
