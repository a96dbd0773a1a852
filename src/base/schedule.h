/* schedule.h - when something is to be done again and again, as a person writes it.
 *
 *   daily 18:00
 *   weekly sunday 00:00
 *   monthly 1 09:00       a day from 1 to 28, which every month has
 *   monthly last 23:59
 *   every 10m             s, m, h, d; counted from 1970-01-01T00:00:00Z, so that all agree
 *   0 18 * * 1-5          cron: minute, hour, day of month, month, day of week
 *
 * Cron takes lists, ranges, steps (of a range or a *), jan..dec and sun..sat, and 7 for Sunday. As
 * everywhere, a day fits when the day of month OR the day of week does, unless one of the two
 * begins with a *: then both must.
 *
 * All but `every` are times of a clock on a wall, in a zone. A time that the clock jumps over
 * counts in the moment of the jump, once however many were jumped over. A time that the clock shows
 * twice counts the first time only; who wants a beat that goes through such an hour writes `every`.
 *
 * A schedule is a value, without memory of its own; nothing here keeps state.
 */
#ifndef BASE_SCHEDULE_H
#define BASE_SCHEDULE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "base/zone.h"

#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_BYTES_MAX = 200 }; /* of the text of a schedule */

enum schedule_kind {
    SCHEDULE_EVERY,
    SCHEDULE_DAILY,
    SCHEDULE_WEEKLY,
    SCHEDULE_MONTHLY,
    SCHEDULE_CRON,
};

/* Bit n stands for the minute, the hour, ... n; all of them are set where nothing is demanded. */
struct schedule {
    enum schedule_kind kind;
    int64_t every_ms; /* of SCHEDULE_EVERY, which has nothing else */
    uint64_t minutes;
    uint64_t hours;
    uint64_t days; /* 1 to 31; bit 0 is the last day of the month */
    uint64_t months;
    uint64_t weekdays;    /* 0 is Sunday */
    bool any_day_written; /* the cron field begins with a * */
    bool any_weekday_written;
};

/* OK, or MALFORMED: error_out is then a whole sentence that says what is wrong and where. */
NODISCARD enum status schedule_read(struct arena *arena, struct text text,
                                    struct schedule *schedule_out, struct text *error_out);

/* The first moment after after_ms; false when there is none in the next fifty years ("0 0 30 2 *"),
 * or none before the year 10000. `every` does not look at the zone, which may then be NULL. */
bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
                   int64_t *next_ms_out);

/* The one form of a schedule; schedule_read gives the same schedule again. */
struct text schedule_text(struct arena *arena, const struct schedule *schedule);

#endif
