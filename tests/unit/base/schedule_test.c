/* schedule_test.c - when a schedule is next, where clocks are put forward and back; cron against a
 * scan of every minute.
 */
#include "base/schedule.h"

#include "base/clock.h"
#include "base/date.h"
#include "tests/lib/check.h"
#include "tests/unit/base/moments.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 1024 * 1024, MINUTE_MS = 60000, DAY_MS = 86400000 };

static struct arena *arena;

static const struct zone *open_zone(const char *name)
{
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    arena = arena != NULL ? arena : arena_create("schedule", ARENA_BYTES);
    CHECK_STATUS(zone_open(arena, text_of(name), &zone, &error), STATUS_OK);
    return zone;
}

static struct schedule read_good(const char *written)
{
    struct schedule schedule = {0};
    struct text error = NO_TEXT;
    arena = arena != NULL ? arena : arena_create("schedule", ARENA_BYTES);
    enum status status = schedule_read(arena, text_of(written), &schedule, &error);
    if (status != STATUS_OK) {
        printf("# %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    return schedule;
}

/* ---- the next moment ---- */

static const struct {
    const char *schedule;
    const char *zone;
    const char *after;
    const char *next[4]; /* up to NULL */
} next_rows[] = {
    {"daily 18:00",
     "Europe/Moscow",
     "2026-11-21T14:59:59.999Z",
     {"2026-11-21T15:00:00.000Z", "2026-11-22T15:00:00.000Z"}},
    {"daily 18:00", "Europe/Moscow", "2026-11-21T15:00:00Z", {"2026-11-22T15:00:00.000Z"}},
    {"daily 00:00",
     "UTC",
     "2026-12-30T23:59:59Z",
     {"2026-12-31T00:00:00.000Z", "2027-01-01T00:00:00.000Z"}},
    {"daily 12:00",
     "Europe/Berlin",
     "2026-03-27T12:00:00Z",
     {"2026-03-28T11:00:00.000Z", "2026-03-29T10:00:00.000Z", "2026-03-30T10:00:00.000Z"}},
    {"daily 00:00", "Asia/Kathmandu", "2026-01-01T00:00:00Z", {"2026-01-01T18:15:00.000Z"}},
    {"weekly sunday 00:00",
     "Europe/Moscow",
     "2026-11-21T20:59:59Z",
     {"2026-11-21T21:00:00.000Z", "2026-11-28T21:00:00.000Z"}},
    {"weekly sunday 00:00",
     "Europe/Berlin",
     "2026-10-20T00:00:00Z",
     {"2026-10-24T22:00:00.000Z", "2026-10-31T23:00:00.000Z"}},
    {"monthly last 23:59",
     "Europe/Moscow",
     "2028-01-31T20:59:00Z",
     {"2028-02-29T20:59:00.000Z", "2028-03-31T20:59:00.000Z", "2028-04-30T20:59:00.000Z"}},
    {"monthly 1 09:00",
     "America/New_York",
     "2026-10-31T00:00:00Z",
     {"2026-11-01T14:00:00.000Z", "2026-12-01T14:00:00.000Z"}},
    {"every 10m", "UTC", "2026-11-21T10:00:00Z", {"2026-11-21T10:10:00.000Z"}},
    {"every 10m", "UTC", "2026-11-21T10:09:59.999Z", {"2026-11-21T10:10:00.000Z"}},
    {"every 1h", "Asia/Kathmandu", "2026-11-21T10:09:00Z", {"2026-11-21T11:00:00.000Z"}},
    {"every 7d", "UTC", "1970-01-01T00:00:00Z", {"1970-01-08T00:00:00.000Z"}},
    {"every 1d", "UTC", "1969-12-31T12:00:00Z", {"1970-01-01T00:00:00.000Z"}},
    {"every 1d", "UTC", "1969-12-31T00:00:00Z", {"1970-01-01T00:00:00.000Z"}},
    {"0 18 * * 1-5",
     "UTC",
     "2026-11-20T18:00:00Z",
     {"2026-11-23T18:00:00.000Z", "2026-11-24T18:00:00.000Z"}},
    {"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", {"2104-02-29T00:00:00.000Z"}},
    {"0 0 29 2 */6", "UTC", "2072-02-29T12:00:00Z", {"2076-02-29T00:00:00.000Z"}},
    {"30 2 31 12 *", "UTC", "2026-12-31T02:30:00Z", {"2027-12-31T02:30:00.000Z"}},
    /* one of the days is enough, unless one begins with a star */
    {"0 0 13 * 5",
     "UTC",
     "2026-11-10T00:00:00Z",
     {"2026-11-13T00:00:00.000Z", "2026-11-20T00:00:00.000Z", "2026-11-27T00:00:00.000Z"}},
    {"0 0 15 * 5", "UTC", "2026-11-13T00:00:00Z", {"2026-11-15T00:00:00.000Z"}},
    {"0 0 */2 * 5",
     "UTC",
     "2026-11-10T00:00:00Z",
     {"2026-11-13T00:00:00.000Z", "2026-11-27T00:00:00.000Z"}},
    {"0 0 13 * */5",
     "UTC",
     "2026-11-10T00:00:00Z",
     {"2026-11-13T00:00:00.000Z", "2026-12-13T00:00:00.000Z", "2027-06-13T00:00:00.000Z"}},
    /* put forward: in the moment of the jump, once */
    {"daily 02:30",
     "Europe/Berlin",
     "2026-03-28T01:29:00Z",
     {"2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"}},
    {"*/10 2 * * *",
     "Europe/Berlin",
     "2026-03-28T01:50:00Z",
     {"2026-03-29T01:00:00.000Z", "2026-03-30T00:00:00.000Z"}},
    {"*/30 * * * *",
     "Europe/Berlin",
     "2026-03-29T00:00:00Z",
     {"2026-03-29T00:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z"}},
    {"30 2 * * 0",
     "America/New_York",
     "2026-03-08T00:00:00Z",
     {"2026-03-08T07:00:00.000Z", "2026-03-15T06:30:00.000Z"}},
    {"15 2 4 10 *", "Australia/Lord_Howe", "2026-10-01T00:00:00Z", {"2026-10-03T15:30:00.000Z"}},
    {"daily 18:00", "Pacific/Apia", "2011-12-29T00:00:00Z", {"2011-12-29T04:00:00.000Z"}},
    {"daily 18:00",
     "Pacific/Apia",
     "2011-12-30T04:00:00Z",
     {"2011-12-30T10:00:00.000Z", "2011-12-31T04:00:00.000Z"}},
    /* put back: the first of both */
    {"daily 02:30",
     "Europe/Berlin",
     "2026-10-24T00:30:00Z",
     {"2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"}},
    {"daily 02:30", "Europe/Berlin", "2026-10-25T01:15:00Z", {"2026-10-26T01:30:00.000Z"}},
    {"*/30 * * * *",
     "Europe/Berlin",
     "2026-10-25T00:00:00Z",
     {"2026-10-25T00:30:00.000Z", "2026-10-25T02:00:00.000Z", "2026-10-25T02:30:00.000Z"}},
    {"every 30m",
     "Europe/Berlin",
     "2026-10-25T00:00:00Z",
     {"2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.000Z", "2026-10-25T01:30:00.000Z"}},
    {"45 1 * * *",
     "Australia/Lord_Howe",
     "2026-04-04T00:00:00Z",
     {"2026-04-04T14:45:00.000Z", "2026-04-05T15:15:00.000Z"}},
    {"30 1 1 11 *", "America/New_York", "2026-11-01T06:00:00Z", {"2027-11-01T05:30:00.000Z"}},
};

static void finds_the_next(void)
{
    for (size_t i = 0; i < COUNT_OF(next_rows); i++) {
        const struct zone *zone = open_zone(next_rows[i].zone);
        struct schedule schedule = read_good(next_rows[i].schedule);
        int64_t at_ms = moment(next_rows[i].after);
        for (size_t n = 0; n < COUNT_OF(next_rows[i].next) && next_rows[i].next[n]; n++) {
            char written[CLOCK_TEXT_BYTES + 1];
            CHECK(schedule_next(&schedule, zone, at_ms, &at_ms));
            clock_write(at_ms, written);
            printf("# %s, %s\n", next_rows[i].schedule, next_rows[i].zone);
            CHECK_TEXT(text_of(written), next_rows[i].next[n]);
        }
        arena_reset(arena);
    }
}

static void knows_that_there_is_none(void)
{
    static const char *const never[] = {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31 11 *"};
    int64_t next_ms = 77;
    const struct zone *zone = open_zone("Europe/Moscow");
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        struct schedule schedule = read_good(never[i]);
        CHECK(!schedule_next(&schedule, zone, moment("2026-01-01T00:00:00Z"), &next_ms));
        CHECK(!schedule_next(&schedule, zone, moment("0001-01-01T00:00:00Z"), &next_ms));
    }
    struct schedule daily = read_good("daily 18:00");
    CHECK(!schedule_next(&daily, zone, moment("9999-12-31T18:00:00Z"), &next_ms));
    CHECK(!schedule_next(&daily, zone, INT64_MAX, &next_ms));
    CHECK(!schedule_next(&daily, zone, INT64_MIN, &next_ms));
    struct schedule every = read_good("every 7d");
    CHECK(!schedule_next(&every, NULL, INT64_MAX, &next_ms));
    CHECK_INT(next_ms, 77);
    CHECK(schedule_next(&every, NULL, INT64_MIN, &next_ms));
    CHECK(next_ms > INT64_MIN && next_ms % (7 * (int64_t)DAY_MS) == 0);
}

/* The longest that a day of the calendar lets one wait: no weekday's 29th of February is lost. */
static void waits_forty_years(void)
{
    const struct zone *zone = open_zone("UTC");
    struct schedule schedule = read_good("0 0 29 2 */6"); /* sunday and saturday */
    schedule.weekdays = 1;
    char written[CLOCK_TEXT_BYTES + 1];
    int64_t next_ms = 0;
    CHECK(schedule_next(&schedule, zone, moment("2088-02-29T00:00:00Z"), &next_ms));
    clock_write(next_ms, written);
    CHECK_TEXT(text_of(written), "2128-02-29T00:00:00.000Z");
}

static void grows_for_twenty_years(void)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Europe/Moscow",
                                        "Australia/Lord_Howe", "Asia/Kathmandu"};
    static const struct {
        const char *schedule;
        int count; /* in the twenty years from 2026 to 2045 */
    } rows[] = {
        {"daily 18:00", 7305},         {"daily 02:30", 7305},       {"daily 00:00", 7305},
        {"weekly sunday 02:00", 1044}, {"monthly last 23:59", 240}, {"monthly 1 09:00", 240},
        {"30 1,2,3 * * *", 21915},
    };
    for (size_t i = 0; i < COUNT_OF(zones) * COUNT_OF(rows); i++) {
        const struct zone *zone = open_zone(zones[i % COUNT_OF(zones)]);
        struct schedule schedule = read_good(rows[i / COUNT_OF(zones)].schedule);
        struct zone_moment start =
            zone_when(zone, (struct civil){.year = 2026, .month = 1, .day = 1});
        struct zone_moment end =
            zone_when(zone, (struct civil){.year = 2046, .month = 1, .day = 1});
        int64_t at_ms = start.first_ms - 1;
        int64_t next_ms = 0;
        int count = 0;
        while (schedule_next(&schedule, zone, at_ms, &next_ms) && next_ms < end.first_ms) {
            int64_t from_between = 0;
            CHECK(next_ms > at_ms);
            CHECK(schedule_next(&schedule, zone, at_ms + (next_ms - at_ms) / 2, &from_between));
            CHECK_INT(from_between, next_ms);
            at_ms = next_ms;
            count++;
        }
        CHECK_INT(count, rows[i / COUNT_OF(zones)].count);
        arena_reset(arena);
    }
}

/* ---- cron against a scan of every minute ---- */

static uint64_t chance_state = 88172645463325252u;

static int chance(int below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (int)(chance_state % (uint64_t)below);
}

/* A field as text, and what it means as one answer for each number. */
struct made_field {
    bool has[64];
    bool is_star;
    char text[64];
};

static struct made_field make_field(int minimum, int maximum)
{
    struct made_field made = {.is_star = chance(3) == 0};
    if (made.is_star) {
        int step = chance(2) == 0 ? 1 : 2 + chance(maximum - minimum - 1);
        for (int i = minimum; i <= maximum; i += step) {
            made.has[i] = true;
        }
        snprintf(made.text, sizeof made.text, step == 1 ? "*" : "*/%d", step);
        return made;
    }
    size_t used = 0;
    int items = 1 + chance(3);
    for (int item = 0; item < items; item++) {
        int from = minimum + chance(maximum - minimum + 1);
        int to = chance(2) == 0 ? from : from + chance(maximum - from + 1);
        int step = to > from && chance(3) == 0 ? 1 + chance(3) : 1;
        for (int i = from; i <= to; i += step) {
            made.has[i] = true;
        }
        const char *comma = item > 0 ? "," : "";
        int written =
            to == from ? snprintf(made.text + used, sizeof made.text - used, "%s%d", comma, from)
            : step == 1
                ? snprintf(made.text + used, sizeof made.text - used, "%s%d-%d", comma, from, to)
                : snprintf(made.text + used, sizeof made.text - used, "%s%d-%d/%d", comma, from, to,
                           step);
        used += (size_t)written;
    }
    return made;
}

struct made {
    struct made_field minute;
    struct made_field hour;
    struct made_field day;
    struct made_field month;
    struct made_field weekday;
};

static bool fits(const struct made *made, struct civil civil)
{
    bool day = made->day.has[civil.day];
    bool weekday = made->weekday.has[civil.weekday];
    bool is_both = made->day.is_star || made->weekday.is_star;
    return made->minute.has[civil.minute] && made->hour.has[civil.hour] &&
           made->month.has[civil.month] && (is_both ? day && weekday : day || weekday);
}

/* Minutes of a calendar without zones, to be counted. */
static int64_t calendar_minute(struct civil civil)
{
    int64_t days = date_to_days((struct date){civil.year, civil.month, civil.day});
    return days * 1440 + civil.hour * 60 + civil.minute;
}

/* Looks at the clock in every minute; whatever it shows for the first time, or has jumped over,
 * counts now. */
static int64_t scan(const struct made *made, const struct zone *zone, int64_t from_ms,
                    int64_t until_ms)
{
    const struct zone *plain = open_zone("UTC");
    int64_t shown = calendar_minute(zone_civil(zone, from_ms));
    for (int64_t i = 1; i < 180; i++) { /* what the hours before have shown */
        int64_t earlier = calendar_minute(zone_civil(zone, from_ms - i * MINUTE_MS));
        shown = earlier > shown ? earlier : shown;
    }
    for (int64_t at_ms = from_ms + MINUTE_MS; at_ms <= until_ms; at_ms += MINUTE_MS) {
        int64_t now = calendar_minute(zone_civil(zone, at_ms));
        bool is_due = false;
        for (; shown < now; shown++) {
            is_due = is_due || fits(made, zone_civil(plain, (shown + 1) * MINUTE_MS));
        }
        if (is_due) {
            return at_ms;
        }
    }
    return INT64_MAX;
}

static void agrees_with_a_scan(void)
{
    static const struct {
        const char *zone;
        const char *around; /* a change of the clock */
    } rows[] = {
        {"Europe/Berlin", "2026-03-29T01:00:00Z"},
        {"Europe/Berlin", "2026-10-25T01:00:00Z"},
        {"America/New_York", "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-11-01T06:00:00Z"},
        {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
        {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
        {"Asia/Kathmandu", "2026-02-28T18:15:00Z"},
        {"Europe/Moscow", "2026-12-31T21:00:00Z"},
        {"America/Asuncion", "2019-03-24T03:00:00Z"},
        {"America/Asuncion", "2019-10-06T04:00:00Z"},
    };
    int found = 0;
    for (int i = 0; i < test_scale(400); i++) {
        size_t row = (size_t)i % COUNT_OF(rows);
        const struct zone *zone = open_zone(rows[row].zone);
        struct made made = {make_field(0, 59), make_field(0, 23), make_field(1, 31),
                            make_field(1, 12), make_field(0, 6)};
        struct text written = text_format(arena, "%s %s %s %s %s", made.minute.text, made.hour.text,
                                          made.day.text, made.month.text, made.weekday.text);
        struct schedule schedule = read_good(written.data);
        int64_t from_ms = moment(rows[row].around) - (int64_t)chance(2 * 1440) * MINUTE_MS;
        int64_t until_ms = from_ms + 21 * (int64_t)DAY_MS;
        for (int step = 0; step < 50 && from_ms < until_ms; step++) {
            int64_t expected_ms = scan(&made, zone, from_ms, until_ms);
            int64_t next_ms = INT64_MAX;
            bool is_there = schedule_next(&schedule, zone, from_ms, &next_ms);
            if (!is_there || next_ms > until_ms) {
                next_ms = INT64_MAX;
            }
            if (next_ms != expected_ms) {
                printf("# %.*s, %s, after %lld\n", TEXT_ARGS(written), rows[row].zone,
                       (long long)from_ms);
            }
            CHECK_INT(next_ms, expected_ms);
            found += next_ms != INT64_MAX;
            from_ms = next_ms;
        }
        arena_reset(arena);
    }
    printf("# %d moments\n", found);
    CHECK(found > test_scale(400));
}

/* A schedule that never comes is found out without a scan of minutes. */
static void is_quick(void)
{
    const struct zone *zone = open_zone("Europe/Berlin");
    struct schedule never = read_good("0 0 30 2 *");
    struct schedule rare = read_good("0 0 29 2 *");
    int64_t start_ns = clock_monotonic_ns();
    int64_t next_ms = 0;
    for (int i = 0; i < 100; i++) {
        CHECK(!schedule_next(&never, zone, 1795243920123 + i, &next_ms));
        CHECK(schedule_next(&rare, zone, 1795243920123 + i, &next_ms));
    }
    int64_t each_ns = (clock_monotonic_ns() - start_ns) / 200;
    printf("# %lld ns each\n", (long long)each_ns);
    CHECK(each_ns < 5000000); /* a scan takes a second */
}

static void asks_without_a_zone(void)
{
    struct schedule schedule = {.kind = SCHEDULE_DAILY, .minutes = 1, .hours = 1};
    int64_t next_ms = 0;
    (void)schedule_next(&schedule, NULL, 0, &next_ms);
}

static void must_have_a_zone(void)
{
    CHECK_MUST_FAIL(asks_without_a_zone, "zone != NULL");
}

static const struct test tests[] = {
    {"finds_the_next", finds_the_next, 0},
    {"knows_that_there_is_none", knows_that_there_is_none, 0},
    {"waits_forty_years", waits_forty_years, 0},
    {"grows_for_twenty_years", grows_for_twenty_years, 0},
    {"agrees_with_a_scan", agrees_with_a_scan, 900},
    {"is_quick", is_quick, 0},
    {"must_have_a_zone", must_have_a_zone, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
