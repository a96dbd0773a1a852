/* zone.h - an IANA time zone: what the clock on the wall shows at a moment, and when it shows it.
 *
 * Read from the system's tzdata (TZif, RFC 9636, with the rule for the years behind its table);
 * never from TZ or localtime(3), which hide state and are not safe with threads. A zone lives in
 * its arena and never changes: every thread may use it. Changed tzdata is seen by the next open.
 *
 * A moment is wall_ms, milliseconds since 1970 UTC, as in clock.h. Leap seconds are not counted.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

#include <stdint.h>

enum { ZONE_BYTES_MAX = 32 * 1024 }; /* the room that a zone takes of its arena, at most */

struct zone;

/* What calendar and clock show. */
struct civil {
    int year;
    int month; /* 1..12 */
    int day;
    int hour; /* 0..23 */
    int minute;
    int second;
    int weekday;  /* 0 is Sunday; not read by zone_when */
    int offset_s; /* east of UTC; not read by zone_when */
};

/* How often a clock shows a time of a day: not at all where it is put forward, and twice where it
 * is put back. */
enum zone_times { ZONE_ONCE, ZONE_NEVER, ZONE_TWICE };

struct zone_moment {
    enum zone_times times;
    int64_t first_ms;  /* ZONE_NEVER: both are the moment in which the clock jumps over the time */
    int64_t second_ms; /* ZONE_ONCE: the same as the first */
};

/* "Europe/Moscow", "Etc/GMT+3"; "UTC" needs no tzdata. The arena must have room for ZONE_BYTES_MAX.
 * ABSENT: there is no such zone here. MALFORMED: this is no name of a zone, or its file is damaged.
 * UNAVAILABLE: the file cannot be read. But for OK error_out is a whole sentence. */
NODISCARD enum status zone_open(struct arena *arena, struct text name, const struct zone **zone_out,
                                struct text *error_out);

/* The same from the bytes of a TZif file: OK or MALFORMED. */
NODISCARD enum status zone_read(struct arena *arena, struct text name, struct text file,
                                const struct zone **zone_out, struct text *error_out);

struct text zone_name(const struct zone *zone);

struct civil zone_civil(const struct zone *zone, int64_t wall_ms);

/* The date must be one that the calendar has, of a year within 200 million, the time of day from
 * 00:00:00 to 23:59:59. */
struct zone_moment zone_when(const struct zone *zone, struct civil civil);

#endif
