/* zone_parts.h - what a zone is made of. Shared by zone*.c; no door. */
#ifndef BASE_ZONE_ZONE_PARTS_H
#define BASE_ZONE_ZONE_PARTS_H

#include "base/zone.h"

#include <stdbool.h>

enum {
    ZONE_CHANGES_MAX = 2000, /* as in the reference reader; real zones have some 240 */
    ZONE_FILE_BYTES_MAX = 64 * 1024,
    ZONE_OFFSET_MIN_S = -25 * 3600 + 1, /* RFC 9636, 3.2 */
    ZONE_OFFSET_MAX_S = 26 * 3600 - 1,
    SECONDS_PER_DAY = 86400,
};

/* A day of each year: Mm.w.d, Jn or n of POSIX. */
enum zone_day_kind { ZONE_DAY_OF_WEEK, ZONE_DAY_WITHOUT_LEAP, ZONE_DAY_OF_YEAR };

struct zone_change {
    enum zone_day_kind kind;
    int month;
    int week; /* 5: the last */
    int day;
    int32_t time_s; /* of the clock before the change; may lie in another day */
};

/* What holds behind the last entry of the table. */
struct zone_rule {
    bool is_given;
    bool has_summer;
    int32_t standard_s; /* offsets east of UTC */
    int32_t summer_s;
    struct zone_change to_summer;
    struct zone_change to_standard;
};

struct zone {
    struct text name;
    size_t change_count;
    const int64_t *changes_s; /* strictly growing */
    const int32_t *offsets_s; /* one more: [0] before the first change, [n] from change n - 1 on */
    struct zone_rule rule;
};

/* A time of one offset, without its end; INT64_MIN and INT64_MAX where it is open. */
struct zone_period {
    int64_t from_s;
    int64_t until_s;
    int32_t offset_s;
};

/* The text of a footer; false when it is no rule. An empty text gives a rule that is not given. */
bool zone__read_rule(struct text text, struct zone_rule *rule_out);

/* The period of a given rule in which the second lies. */
struct zone_period zone__rule_period(const struct zone_rule *rule, int64_t second);

/* NULL, or what is wrong with the file; fills all but the name. */
const char *zone__read_file(struct arena *arena, struct text file, struct zone *zone_out);

/* zone_open below another directory than the system's. */
NODISCARD enum status zone__open_in(struct arena *arena, const char *directory, struct text name,
                                    const struct zone **zone_out, struct text *error_out);

#endif
