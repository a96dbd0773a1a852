/* clock.h - time, reached through one door so that a test can own it.
 *
 * Wall time is milliseconds since 1970 UTC in an int64_t and may jump; monotonic time is for
 * deadlines and never goes back. RFC 3339 is the form on the wire, always UTC ("...Z").
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_monotonic_ns(void);
int64_t clock_monotonic_ms(void);

struct clock_ops {
    int64_t (*wall_ms)(void);
    int64_t (*monotonic_ns)(void);
};

/* A test's own clock; NULL goes back to the system's. Called before threads start. */
void clock_use(const struct clock_ops *ops);

/* Wall time is so far behind the machine's from now on: a rehearsal lives in days that were. Called
 * before threads start. */
void clock_lag(int64_t ms);

enum { CLOCK_TEXT_BYTES = 24 }; /* 2026-11-21T06:52:00.123Z */

void clock_write(int64_t wall_ms, char text_out[CLOCK_TEXT_BYTES + 1]);

/* RFC 3339 with any offset and up to nine digits of fraction (cut to milliseconds). */
bool clock_read(struct text text, int64_t *wall_ms_out);

#endif
