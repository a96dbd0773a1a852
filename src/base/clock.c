/* clock.c - the system's clock behind its door, and RFC 3339. */
#include "base/clock.h"

#include "base/date.h"

#include <stdio.h>
#include <time.h>

enum { MS_PER_DAY = 86400000 };

static int64_t lag_ms;

static int64_t system_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - lag_ms;
}

static int64_t system_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static const struct clock_ops system_clock = {
    .wall_ms = system_wall_ms,
    .monotonic_ns = system_monotonic_ns,
};

static const struct clock_ops *clock_now = &system_clock;

void clock_use(const struct clock_ops *ops)
{
    clock_now = ops ? ops : &system_clock;
}

void clock_lag(int64_t ms)
{
    lag_ms = ms;
}

int64_t clock_wall_ms(void)
{
    return clock_now->wall_ms();
}

int64_t clock_monotonic_ns(void)
{
    return clock_now->monotonic_ns();
}

int64_t clock_monotonic_ms(void)
{
    return clock_now->monotonic_ns() / 1000000;
}

void clock_write(int64_t wall_ms, char text_out[CLOCK_TEXT_BYTES + 1])
{
    int64_t days = wall_ms / MS_PER_DAY - (wall_ms % MS_PER_DAY < 0);
    int ms = (int)(wall_ms - days * MS_PER_DAY);
    struct date date = date_of_days(days);
    static const char digits[] = "0123456789";
    unsigned year = (unsigned)date.year % 10000u;
    unsigned parts[] = {year / 100,
                        year % 100,
                        (unsigned)date.month,
                        (unsigned)date.day,
                        (unsigned)(ms / 3600000),
                        (unsigned)(ms / 60000 % 60),
                        (unsigned)(ms / 1000 % 60)};
    static const int places[] = {0, 2, 5, 8, 11, 14, 17};
    for (int i = 0; i < 7; i++) { /* by hand: this stands in every answer and every log line */
        text_out[places[i]] = digits[parts[i] / 10];
        text_out[places[i] + 1] = digits[parts[i] % 10];
    }
    text_out[4] = text_out[7] = '-';
    text_out[10] = 'T';
    text_out[13] = text_out[16] = ':';
    text_out[19] = '.';
    text_out[20] = digits[ms % 1000 / 100];
    text_out[21] = digits[ms % 100 / 10];
    text_out[22] = digits[ms % 10];
    text_out[23] = 'Z';
    text_out[24] = '\0';
}

static bool read_digits(struct text text, size_t at, size_t count, int *number_out)
{
    int number = 0;
    if (at + count > text.bytes) {
        return false;
    }
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = number * 10 + (text.data[i] - '0');
    }
    *number_out = number;
    return true;
}

/* ".123456" behind the seconds; at_inout moves behind it. */
static bool read_fraction(struct text text, size_t *at_inout, int *ms_out)
{
    size_t at = *at_inout;
    *ms_out = 0;
    if (at >= text.bytes || text.data[at] != '.') {
        return true;
    }
    size_t digits = 0;
    int scale = 100;
    for (at++; at < text.bytes && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        *ms_out += (text.data[at] - '0') * scale;
        scale /= 10;
        digits++;
    }
    *at_inout = at;
    return digits >= 1 && digits <= 9;
}

/* "Z", "+03:00": minutes east of UTC. */
static bool read_offset(struct text text, size_t at, int *minutes_out)
{
    *minutes_out = 0;
    if (at + 1 == text.bytes && (text.data[at] == 'Z' || text.data[at] == 'z')) {
        return true;
    }
    int hours = 0;
    int minutes = 0;
    if (at + 6 != text.bytes || (text.data[at] != '+' && text.data[at] != '-') ||
        text.data[at + 3] != ':' || !read_digits(text, at + 1, 2, &hours) ||
        !read_digits(text, at + 4, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *minutes_out = (hours * 60 + minutes) * (text.data[at] == '-' ? -1 : 1);
    return true;
}

bool clock_read(struct text text, int64_t *wall_ms_out)
{
    int year, month, day, hour, minute, second, ms, offset;
    if (text.bytes < 20 || text.data[4] != '-' || text.data[7] != '-' ||
        (text.data[10] != 'T' && text.data[10] != 't') || text.data[13] != ':' ||
        text.data[16] != ':') {
        return false;
    }
    size_t at = 19;
    if (!read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &month) ||
        !read_digits(text, 8, 2, &day) || !read_digits(text, 11, 2, &hour) ||
        !read_digits(text, 14, 2, &minute) || !read_digits(text, 17, 2, &second) ||
        !read_fraction(text, &at, &ms) || !read_offset(text, at, &offset)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > date_days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 59) {
        return false;
    }
    int64_t days = date_to_days((struct date){.year = year, .month = month, .day = day});
    int64_t minutes = (int64_t)hour * 60 + minute - offset;
    *wall_ms_out = days * MS_PER_DAY + minutes * 60000 + second * 1000 + ms;
    return true;
}
