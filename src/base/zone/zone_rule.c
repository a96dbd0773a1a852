/* zone_rule.c - the rule for the years behind the table: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ,
 * with the wider hours of RFC 9636).
 */
#include "base/date.h"
#include "base/must.h"
#include "base/zone/zone_parts.h"

#include <string.h>

enum {
    NAME_BYTES_MIN = 3,
    OFFSET_HOURS_MAX = 24,
    CHANGE_HOURS_MAX = 167,
    YEARS_AROUND = 2, /* a change may lie a week outside its year */
    CHANGES_AROUND = 2 * (2 * YEARS_AROUND + 1),
};

struct reader {
    const char *next;
    size_t left;
};

static bool take(struct reader *reader, char letter)
{
    if (reader->left == 0 || *reader->next != letter) {
        return false;
    }
    reader->next++;
    reader->left--;
    return true;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_letter(char letter)
{
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
}

static bool take_number(struct reader *reader, int minimum, int maximum, int *number_out)
{
    int number = 0;
    size_t digits = 0;
    while (reader->left > 0 && is_digit(*reader->next) && digits < 3) {
        number = number * 10 + (*reader->next - '0');
        reader->next++;
        reader->left--;
        digits++;
    }
    *number_out = number;
    return digits > 0 && number >= minimum && number <= maximum;
}

/* "CET" or "<+0330>": nobody asks for it, so it is only passed. */
static bool pass_name(struct reader *reader)
{
    bool is_quoted = take(reader, '<');
    size_t bytes = 0;
    while (reader->left > 0) {
        char letter = *reader->next;
        bool may = is_letter(letter) ||
                   (is_quoted && (is_digit(letter) || letter == '+' || letter == '-'));
        if (!may) {
            break;
        }
        reader->next++;
        reader->left--;
        bytes++;
    }
    return bytes >= NAME_BYTES_MIN && (!is_quoted || take(reader, '>'));
}

/* "-3", "5:45", "167:59:59" */
static bool take_time(struct reader *reader, int hours_max, int32_t *time_s_out)
{
    bool is_negative = take(reader, '-');
    if (!is_negative) {
        (void)take(reader, '+');
    }
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (!take_number(reader, 0, hours_max, &hours) ||
        (take(reader, ':') && !take_number(reader, 0, 59, &minutes)) ||
        (take(reader, ':') && !take_number(reader, 0, 59, &seconds))) {
        return false;
    }
    int time_s = hours * 3600 + minutes * 60 + seconds;
    *time_s_out = is_negative ? -time_s : time_s;
    return true;
}

static bool take_day(struct reader *reader, struct zone_change *change_out)
{
    if (take(reader, 'M')) {
        change_out->kind = ZONE_DAY_OF_WEEK;
        return take_number(reader, 1, 12, &change_out->month) && take(reader, '.') &&
               take_number(reader, 1, 5, &change_out->week) && take(reader, '.') &&
               take_number(reader, 0, 6, &change_out->day);
    }
    if (take(reader, 'J')) {
        change_out->kind = ZONE_DAY_WITHOUT_LEAP;
        return take_number(reader, 1, 365, &change_out->day);
    }
    change_out->kind = ZONE_DAY_OF_YEAR;
    return take_number(reader, 0, 365, &change_out->day);
}

static bool take_change(struct reader *reader, struct zone_change *change_out)
{
    change_out->time_s = 2 * 3600;
    return take(reader, ',') && take_day(reader, change_out) &&
           (!take(reader, '/') || take_time(reader, CHANGE_HOURS_MAX, &change_out->time_s));
}

bool zone__read_rule(struct text text, struct zone_rule *rule_out)
{
    struct reader reader = {text.data, text.bytes};
    struct zone_rule rule = {.is_given = text.bytes > 0};
    int32_t west_s = 0;
    if (!rule.is_given) {
        *rule_out = rule;
        return true;
    }
    if (!pass_name(&reader) || !take_time(&reader, OFFSET_HOURS_MAX, &west_s)) {
        return false;
    }
    rule.standard_s = -west_s;
    if (reader.left > 0) {
        rule.has_summer = true;
        rule.summer_s = rule.standard_s + 3600;
        if (!pass_name(&reader)) {
            return false;
        }
        if (reader.left > 0 && *reader.next != ',') {
            if (!take_time(&reader, OFFSET_HOURS_MAX, &west_s)) {
                return false;
            }
            rule.summer_s = -west_s;
        }
        if (!take_change(&reader, &rule.to_summer) || !take_change(&reader, &rule.to_standard)) {
            return false;
        }
    }
    *rule_out = rule;
    return reader.left == 0;
}

static int64_t day_of_change(const struct zone_change *change, int year)
{
    int64_t first_of_year = date_to_days((struct date){year, 1, 1});
    bool is_leap = date_days_in_month(year, 2) == 29;
    if (change->kind == ZONE_DAY_OF_YEAR) {
        return first_of_year + change->day;
    }
    if (change->kind == ZONE_DAY_WITHOUT_LEAP) {
        return first_of_year + change->day - 1 + (is_leap && change->day >= 60);
    }
    int64_t first = date_to_days((struct date){year, change->month, 1});
    int day = 1 + (change->day - date_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    int days = date_days_in_month(year, change->month);
    return first + (day > days ? day - 7 : day) - 1;
}

struct moment {
    int64_t at_s;
    int32_t offset_s; /* from then on */
};

/* Keeps the order of time; of two changes in one second the one that came later is the last. */
static void insert(struct moment *moments, size_t count, struct moment moment)
{
    size_t at = count;
    while (at > 0 && moments[at - 1].at_s > moment.at_s) {
        moments[at] = moments[at - 1];
        at--;
    }
    moments[at] = moment;
}

static struct moment moment_of(const struct zone_change *change, int year, int32_t before_s,
                               int32_t after_s)
{
    int64_t local_s = day_of_change(change, year) * SECONDS_PER_DAY + change->time_s;
    return (struct moment){local_s - before_s, after_s};
}

struct zone_period zone__rule_period(const struct zone_rule *rule, int64_t second)
{
    MUST(rule->is_given);
    struct zone_period period = {INT64_MIN, INT64_MAX, rule->standard_s};
    if (!rule->has_summer) {
        return period;
    }
    int64_t days = second / SECONDS_PER_DAY - (second % SECONDS_PER_DAY < 0);
    int year = date_of_days(days).year;
    struct moment moments[CHANGES_AROUND] = {{0}};
    for (size_t i = 0; i < CHANGES_AROUND; i += 2) {
        int of_year = year - YEARS_AROUND + (int)i / 2;
        insert(moments, i, moment_of(&rule->to_summer, of_year, rule->standard_s, rule->summer_s));
        insert(moments, i + 1,
               moment_of(&rule->to_standard, of_year, rule->summer_s, rule->standard_s));
    }
    MUST(moments[0].at_s <= second && moments[CHANGES_AROUND - 1].at_s > second);
    for (size_t i = 0; i < CHANGES_AROUND && moments[i].at_s <= second; i++) {
        period = (struct zone_period){moments[i].at_s, moments[i + 1].at_s, moments[i].offset_s};
    }
    return period;
}
