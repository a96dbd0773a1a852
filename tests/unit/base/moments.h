/* moments.h - moments as tests write them, and as they show them. */
#ifndef TESTS_UNIT_BASE_MOMENTS_H
#define TESTS_UNIT_BASE_MOMENTS_H

#include "base/clock.h"
#include "base/zone.h"
#include "tests/lib/check.h"

#include <stdlib.h>

/* "2026-03-29T00:59:59Z" */
static inline int64_t moment(const char *written)
{
    int64_t wall_ms = 0;
    CHECK(clock_read(text_of(written), &wall_ms));
    return wall_ms;
}

/* "sun 2026-03-29 03:00:00 +02:00" */
static inline struct text show_civil(struct arena *arena, struct civil civil)
{
    static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    int east_s = abs(civil.offset_s);
    struct text shown =
        text_format(arena, "%s %04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", weekdays[civil.weekday],
                    civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second,
                    civil.offset_s < 0 ? '-' : '+', east_s / 3600, east_s / 60 % 60);
    return east_s % 60 == 0 ? shown
                            : text_format(arena, "%.*s:%02d", TEXT_ARGS(shown), east_s % 60);
}

#endif
