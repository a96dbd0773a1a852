/* zone.c - opens a zone by its name, and answers what a clock shows and when. */
#include "base/zone.h"

#include "base/date.h"
#include "base/must.h"
#include "base/zone/zone_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ZONE_DIRECTORY "/usr/share/zoneinfo"

enum { NAME_BYTES_MAX = 100 };

/* ---- opening ---- */

/* Names of zones begin with a capital; what does not (localtime, right/..., zone.tab) is no zone
 * that would be the same on every machine. Without dots there is no way out of the directory. */
static bool is_name(struct text name)
{
    if (name.bytes == 0 || name.bytes > NAME_BYTES_MAX || name.data[0] < 'A' ||
        name.data[0] > 'Z') {
        return false;
    }
    for (size_t i = 0; i < name.bytes; i++) {
        char letter = name.data[i];
        bool is_plain = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                        (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' ||
                        letter == '+';
        bool is_slash = letter == '/' && name.data[i - 1] != '/' && i + 1 < name.bytes;
        if (!is_plain && !is_slash) {
            return false;
        }
    }
    return true;
}

static ssize_t read_whole(int descriptor, char *bytes_out, size_t bytes_max)
{
    size_t filled = 0;
    while (filled < bytes_max) {
        ssize_t count = read(descriptor, bytes_out + filled, bytes_max - filled);
        if (count < 0 && errno != EINTR) {
            return -1;
        }
        if (count == 0) {
            break;
        }
        filled += count > 0 ? (size_t)count : 0;
    }
    return (ssize_t)filled;
}

static enum status failed_to_open(struct arena *arena, const char *directory, struct text name,
                                  struct text *error_out)
{
    int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR || reason == EISDIR) {
        bool is_there = access(directory, F_OK) == 0;
        *error_out = text_format(arena, "time zone '%.*s': %s%s%s", TEXT_ARGS(name),
                                 is_there ? "there is none of that name in " : "there is no ",
                                 directory, is_there ? "" : "; the package tzdata brings it");
        return STATUS_ABSENT;
    }
    *error_out = text_format(arena, "time zone '%.*s': its file below %s cannot be read (error %d)",
                             TEXT_ARGS(name), directory, reason);
    return STATUS_UNAVAILABLE;
}

enum status zone_read(struct arena *arena, struct text name, struct text file,
                      const struct zone **zone_out, struct text *error_out)
{
    MUST(zone_out != NULL && error_out != NULL);
    struct zone *zone = ARENA_NEW(arena, struct zone);
    const char *wrong = zone__read_file(arena, file, zone);
    if (wrong != NULL) {
        *error_out =
            text_format(arena, "time zone '%.*s': its file is damaged: %s", TEXT_ARGS(name), wrong);
        return STATUS_MALFORMED;
    }
    zone->name = text_copy(arena, name);
    *zone_out = zone;
    return STATUS_OK;
}

enum status zone__open_in(struct arena *arena, const char *directory, struct text name,
                          const struct zone **zone_out, struct text *error_out)
{
    struct text path = text_format(arena, "%s/%.*s", directory, TEXT_ARGS(name));
    char *bytes = memory_take(ZONE_FILE_BYTES_MAX);
    int descriptor = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t count = descriptor < 0 ? -1 : read_whole(descriptor, bytes, ZONE_FILE_BYTES_MAX);
    enum status status;
    if (count < 0) {
        status = failed_to_open(arena, directory, name, error_out);
    } else {
        status = zone_read(arena, name, (struct text){bytes, (size_t)count}, zone_out, error_out);
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    memory_free(bytes);
    return status;
}

enum status zone_open(struct arena *arena, struct text name, const struct zone **zone_out,
                      struct text *error_out)
{
    static const int32_t no_offset = 0;
    static const struct zone utc = {
        .name = {"UTC", 3},
        .offsets_s = &no_offset,
    };
    MUST(zone_out != NULL && error_out != NULL);
    if (text_equals(name, utc.name)) {
        *zone_out = &utc;
        return STATUS_OK;
    }
    if (!is_name(name)) {
        *error_out = text_copy(arena, TEXT("a time zone is named as in 'Europe/Moscow' or 'UTC'"));
        return STATUS_MALFORMED;
    }
    return zone__open_in(arena, ZONE_DIRECTORY, name, zone_out, error_out);
}

struct text zone_name(const struct zone *zone)
{
    return zone->name;
}

/* ---- asking ---- */

/* How many changes are not later than the second. */
static size_t changes_until(const struct zone *zone, int64_t second)
{
    size_t low = 0;
    size_t high = zone->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes_s[middle] <= second) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct zone_period period_at(const struct zone *zone, int64_t second)
{
    size_t passed = changes_until(zone, second);
    int64_t from_s = passed > 0 ? zone->changes_s[passed - 1] : INT64_MIN;
    if (passed < zone->change_count || !zone->rule.is_given) {
        return (struct zone_period){
            .from_s = from_s,
            .until_s = passed < zone->change_count ? zone->changes_s[passed] : INT64_MAX,
            .offset_s = zone->offsets_s[passed],
        };
    }
    struct zone_period period = zone__rule_period(&zone->rule, second);
    period.from_s = period.from_s < from_s ? from_s : period.from_s;
    return period;
}

struct civil zone_civil(const struct zone *zone, int64_t wall_ms)
{
    int64_t second = wall_ms / 1000 - (wall_ms % 1000 < 0);
    int32_t offset_s = period_at(zone, second).offset_s;
    int64_t local_s = second + offset_s;
    int64_t days = local_s / SECONDS_PER_DAY - (local_s % SECONDS_PER_DAY < 0);
    int second_of_day = (int)(local_s - days * SECONDS_PER_DAY);
    struct date date = date_of_days(days);
    return (struct civil){
        .year = date.year,
        .month = date.month,
        .day = date.day,
        .hour = second_of_day / 3600,
        .minute = second_of_day / 60 % 60,
        .second = second_of_day % 60,
        .weekday = date_weekday(days),
        .offset_s = offset_s,
    };
}

static int64_t local_second(struct civil civil)
{
    MUST(civil.hour >= 0 && civil.hour < 24 && civil.minute >= 0 && civil.minute < 60);
    MUST(civil.second >= 0 && civil.second < 60);
    MUST(civil.year >= -200000000 && civil.year <= 200000000);
    int64_t days = date_to_days((struct date){civil.year, civil.month, civil.day});
    return days * SECONDS_PER_DAY + civil.hour * 3600 + civil.minute * 60 + civil.second;
}

/* Walks through the periods that could show the time, whatever their offset. */
struct zone_moment zone_when(const struct zone *zone, struct civil civil)
{
    int64_t local_s = local_second(civil);
    int64_t at_s = local_s - ZONE_OFFSET_MAX_S;
    int64_t first_s = INT64_MAX;
    int64_t last_s = INT64_MAX;
    int64_t jump_s = INT64_MAX;
    bool is_found = false;
    struct zone_period period;
    do {
        period = period_at(zone, at_s);
        int64_t second = local_s - period.offset_s;
        if (second >= period.from_s && second < period.until_s) {
            first_s = is_found ? first_s : second;
            last_s = second;
            is_found = true;
        } else if (second < period.from_s && period.from_s < jump_s) {
            jump_s = period.from_s;
        }
        at_s = period.until_s;
    } while (period.until_s <= local_s - ZONE_OFFSET_MIN_S);
    if (!is_found) {
        MUST(jump_s != INT64_MAX);
        return (struct zone_moment){ZONE_NEVER, jump_s * 1000, jump_s * 1000};
    }
    return (struct zone_moment){
        .times = first_s == last_s ? ZONE_ONCE : ZONE_TWICE,
        .first_ms = first_s * 1000,
        .second_ms = last_s * 1000,
    };
}
