/* schedule_parts.h - the five fields of a schedule in a table. Shared by schedule*.c; no door. */
#ifndef BASE_SCHEDULE_SCHEDULE_PARTS_H
#define BASE_SCHEDULE_SCHEDULE_PARTS_H

#include "base/schedule.h"

enum {
    SCHEDULE_MINUTE,
    SCHEDULE_HOUR,
    SCHEDULE_DAY,
    SCHEDULE_MONTH,
    SCHEDULE_WEEKDAY,
    SCHEDULE_FIELD_COUNT
};

enum { SCHEDULE_LAST_DAY = 0 }; /* the bit of the days */

struct schedule_field {
    const char *name;
    int minimum;
    int maximum;
    int written_max;          /* 7 is written for Sunday too */
    const char *const *names; /* of minimum to maximum; a cron text has their first three letters */
};

extern const struct schedule_field schedule__fields[SCHEDULE_FIELD_COUNT];

/* The bits from one number to another. */
uint64_t schedule__bits(int from, int to);

#endif
