/* schedule_text.c - writes a schedule in the one form that it has. */
#include "base/must.h"
#include "base/schedule/schedule_parts.h"

static int lowest_bit(uint64_t bits)
{
    MUST(bits != 0);
    return __builtin_ctzll(bits);
}

/* "*", "*" and a step, or NO_TEXT when the bits are no such pattern. */
static struct text text_of_pattern(struct arena *arena, const struct schedule_field *field,
                                   uint64_t bits)
{
    for (int step = 1; step <= field->maximum - field->minimum; step++) {
        uint64_t pattern = 0;
        for (int i = field->minimum; i <= field->maximum; i += step) {
            pattern |= UINT64_C(1) << i;
        }
        if (pattern == bits) {
            return step == 1 ? TEXT("*") : text_format(arena, "*/%d", step);
        }
    }
    return NO_TEXT;
}

/* "1-5,9" */
static struct text text_of_list(struct arena *arena, uint64_t bits)
{
    struct text list = TEXT("");
    while (bits != 0) {
        int from = lowest_bit(bits);
        int to = from + lowest_bit(~(bits >> from)) - 1;
        bits &= ~schedule__bits(from, to);
        struct text item =
            from == to ? text_format(arena, "%d", from) : text_format(arena, "%d-%d", from, to);
        list = list.bytes == 0 ? item
                               : text_format(arena, "%.*s,%.*s", TEXT_ARGS(list), TEXT_ARGS(item));
    }
    return list;
}

/* Where a * changes the meaning it stands exactly when it was written; elsewhere it stands for
 * three numbers or more. */
static struct text text_of_field(struct arena *arena, size_t index, uint64_t bits,
                                 const bool *any_written)
{
    struct text pattern = text_of_pattern(arena, &schedule__fields[index], bits);
    bool is_any = any_written != NULL ? *any_written : __builtin_popcountll(bits) > 2;
    return is_any && pattern.data != NULL ? pattern : text_of_list(arena, bits);
}

static struct text text_of_cron(struct arena *arena, const struct schedule *schedule)
{
    struct text minutes = text_of_field(arena, SCHEDULE_MINUTE, schedule->minutes, NULL);
    struct text hours = text_of_field(arena, SCHEDULE_HOUR, schedule->hours, NULL);
    struct text days =
        text_of_field(arena, SCHEDULE_DAY, schedule->days, &schedule->any_day_written);
    struct text months = text_of_field(arena, SCHEDULE_MONTH, schedule->months, NULL);
    struct text weekdays =
        text_of_field(arena, SCHEDULE_WEEKDAY, schedule->weekdays, &schedule->any_weekday_written);
    return text_format(arena, "%.*s %.*s %.*s %.*s %.*s", TEXT_ARGS(minutes), TEXT_ARGS(hours),
                       TEXT_ARGS(days), TEXT_ARGS(months), TEXT_ARGS(weekdays));
}

static struct text text_of_every(struct arena *arena, int64_t every_ms)
{
    static const struct {
        int64_t ms;
        char letter;
    } units[] = {{86400 * 1000, 'd'}, {3600 * 1000, 'h'}, {60 * 1000, 'm'}, {1000, 's'}};
    MUST(every_ms > 0 && every_ms % 1000 == 0);
    size_t i = 0;
    while (every_ms % units[i].ms != 0) {
        i++;
    }
    return text_format(arena, "every %lld%c", (long long)(every_ms / units[i].ms), units[i].letter);
}

struct text schedule_text(struct arena *arena, const struct schedule *schedule)
{
    if (schedule->kind == SCHEDULE_EVERY) {
        return text_of_every(arena, schedule->every_ms);
    }
    if (schedule->kind == SCHEDULE_CRON) {
        return text_of_cron(arena, schedule);
    }
    struct text at =
        text_format(arena, "%02d:%02d", lowest_bit(schedule->hours), lowest_bit(schedule->minutes));
    if (schedule->kind == SCHEDULE_DAILY) {
        return text_format(arena, "daily %.*s", TEXT_ARGS(at));
    }
    if (schedule->kind == SCHEDULE_WEEKLY) {
        const char *const *names = schedule__fields[SCHEDULE_WEEKDAY].names;
        return text_format(arena, "weekly %s %.*s", names[lowest_bit(schedule->weekdays)],
                           TEXT_ARGS(at));
    }
    int day = lowest_bit(schedule->days);
    return day == SCHEDULE_LAST_DAY ? text_format(arena, "monthly last %.*s", TEXT_ARGS(at))
                                    : text_format(arena, "monthly %d %.*s", day, TEXT_ARGS(at));
}
