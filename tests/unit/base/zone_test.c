/* zone_test.c - what clocks show and when, against a table and against the C library; names that
 * are no zones.
 */
#include "base/clock.h"
#include "base/zone/zone_parts.h"
#include "tests/lib/check.h"
#include "tests/unit/base/moments.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY "/usr/share/zoneinfo"

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;

static const struct zone *open_zone(const char *name)
{
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    arena = arena != NULL ? arena : arena_create("zone", ARENA_BYTES);
    CHECK_STATUS(zone_open(arena, text_of(name), &zone, &error), STATUS_OK);
    CHECK_TEXT(zone_name(zone), name);
    return zone;
}

/* Written by another implementation (Python's zoneinfo). */
static const struct {
    const char *zone;
    const char *moment;
    const char *shown;
} shown_rows[] = {
    {"UTC", "2026-03-29T00:59:59Z", "sun 2026-03-29 00:59:59 +00:00"},
    {"UTC", "1969-12-31T23:59:59Z", "wed 1969-12-31 23:59:59 +00:00"},
    {"Europe/Berlin", "2026-03-29T00:59:59Z", "sun 2026-03-29 01:59:59 +01:00"},
    {"Europe/Berlin", "2026-03-29T01:00:00Z", "sun 2026-03-29 03:00:00 +02:00"},
    {"Europe/Berlin", "2026-10-25T00:59:59Z", "sun 2026-10-25 02:59:59 +02:00"},
    {"Europe/Berlin", "2026-10-25T01:00:00Z", "sun 2026-10-25 02:00:00 +01:00"},
    {"Europe/Berlin", "1945-06-01T00:00:00Z", "fri 1945-06-01 03:00:00 +03:00"},
    {"Europe/Berlin", "1890-01-01T00:00:00Z", "wed 1890-01-01 00:53:28 +00:53:28"},
    {"Europe/Berlin", "2060-07-01T12:00:00Z", "thu 2060-07-01 14:00:00 +02:00"},
    {"Europe/Berlin", "2100-01-31T23:30:00Z", "mon 2100-02-01 00:30:00 +01:00"},
    {"America/New_York", "2026-03-08T06:59:59Z", "sun 2026-03-08 01:59:59 -05:00"},
    {"America/New_York", "2026-03-08T07:00:00Z", "sun 2026-03-08 03:00:00 -04:00"},
    {"America/New_York", "2026-11-01T05:59:59Z", "sun 2026-11-01 01:59:59 -04:00"},
    {"America/New_York", "2026-11-01T06:00:00Z", "sun 2026-11-01 01:00:00 -05:00"},
    {"America/New_York", "2026-12-31T23:59:59Z", "thu 2026-12-31 18:59:59 -05:00"},
    {"Europe/Moscow", "2010-07-01T00:00:00Z", "thu 2010-07-01 04:00:00 +04:00"},
    {"Europe/Moscow", "2012-07-01T00:00:00Z", "sun 2012-07-01 04:00:00 +04:00"},
    {"Europe/Moscow", "2014-10-25T21:59:59Z", "sun 2014-10-26 01:59:59 +04:00"},
    {"Europe/Moscow", "2014-10-25T22:00:00Z", "sun 2014-10-26 01:00:00 +03:00"},
    {"Europe/Moscow", "2026-07-01T20:59:59Z", "wed 2026-07-01 23:59:59 +03:00"},
    {"Europe/Moscow", "2026-07-01T21:00:00Z", "thu 2026-07-02 00:00:00 +03:00"},
    {"Europe/Moscow", "2099-02-28T21:00:00Z", "sun 2099-03-01 00:00:00 +03:00"},
    {"Australia/Lord_Howe", "2026-04-04T14:59:59Z", "sun 2026-04-05 01:59:59 +11:00"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", "sun 2026-04-05 01:30:00 +10:30"},
    {"Australia/Lord_Howe", "2026-10-03T15:29:59Z", "sun 2026-10-04 01:59:59 +10:30"},
    {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", "sun 2026-10-04 02:30:00 +11:00"},
    {"Asia/Kathmandu", "2026-01-01T00:00:00Z", "thu 2026-01-01 05:45:00 +05:45"},
    {"Asia/Kathmandu", "1985-12-31T18:29:59Z", "tue 1985-12-31 23:59:59 +05:30"},
    {"Asia/Kathmandu", "1985-12-31T18:30:00Z", "wed 1986-01-01 00:15:00 +05:45"},
    {"Pacific/Apia", "2011-12-30T09:59:59Z", "thu 2011-12-29 23:59:59 -10:00"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "sat 2011-12-31 00:00:00 +14:00"},
    {"Africa/Monrovia", "1960-01-01T00:00:00Z", "thu 1959-12-31 23:15:30 -00:44:30"},
    {"Europe/Dublin", "2026-01-15T12:00:00Z", "thu 2026-01-15 12:00:00 +00:00"},
    {"Europe/Dublin", "2026-07-15T12:00:00Z", "wed 2026-07-15 13:00:00 +01:00"},
    {"Etc/GMT+3", "2026-01-01T00:00:00Z", "wed 2025-12-31 21:00:00 -03:00"},
    {"Pacific/Kiritimati", "2026-01-01T00:00:00Z", "thu 2026-01-01 14:00:00 +14:00"},
};

static void shows_the_clock(void)
{
    for (size_t i = 0; i < COUNT_OF(shown_rows); i++) {
        const struct zone *zone = open_zone(shown_rows[i].zone);
        int64_t wall_ms = moment(shown_rows[i].moment);
        CHECK_TEXT(show_civil(arena, zone_civil(zone, wall_ms)), shown_rows[i].shown);
        CHECK_TEXT(show_civil(arena, zone_civil(zone, wall_ms + 999)), shown_rows[i].shown);
        arena_reset(arena);
    }
}

static const struct {
    const char *zone;
    struct civil civil;
    enum zone_times times;
    const char *first;
    const char *second;
} when_rows[] = {
    {"UTC", {2026, 3, 29, 2, 30, 0, 0, 0}, ZONE_ONCE, "2026-03-29T02:30:00Z", NULL},
    {"Europe/Berlin", {2026, 3, 29, 1, 59, 59, 0, 0}, ZONE_ONCE, "2026-03-29T00:59:59Z", NULL},
    {"Europe/Berlin", {2026, 3, 29, 2, 0, 0, 0, 0}, ZONE_NEVER, "2026-03-29T01:00:00Z", NULL},
    {"Europe/Berlin", {2026, 3, 29, 2, 59, 59, 0, 0}, ZONE_NEVER, "2026-03-29T01:00:00Z", NULL},
    {"Europe/Berlin", {2026, 3, 29, 3, 0, 0, 0, 0}, ZONE_ONCE, "2026-03-29T01:00:00Z", NULL},
    {"Europe/Berlin", {2026, 10, 25, 1, 59, 59, 0, 0}, ZONE_ONCE, "2026-10-24T23:59:59Z", NULL},
    {"Europe/Berlin",
     {2026, 10, 25, 2, 0, 0, 0, 0},
     ZONE_TWICE,
     "2026-10-25T00:00:00Z",
     "2026-10-25T01:00:00Z"},
    {"Europe/Berlin",
     {2026, 10, 25, 2, 59, 59, 0, 0},
     ZONE_TWICE,
     "2026-10-25T00:59:59Z",
     "2026-10-25T01:59:59Z"},
    {"Europe/Berlin", {2026, 10, 25, 3, 0, 0, 0, 0}, ZONE_ONCE, "2026-10-25T02:00:00Z", NULL},
    {"Europe/Berlin", {2076, 3, 29, 2, 30, 0, 0, 0}, ZONE_NEVER, "2076-03-29T01:00:00Z", NULL},
    {"America/New_York", {2026, 3, 8, 2, 30, 0, 0, 0}, ZONE_NEVER, "2026-03-08T07:00:00Z", NULL},
    {"America/New_York",
     {2026, 11, 1, 1, 30, 0, 0, 0},
     ZONE_TWICE,
     "2026-11-01T05:30:00Z",
     "2026-11-01T06:30:00Z"},
    {"Europe/Moscow", {2026, 3, 29, 2, 30, 0, 0, 0}, ZONE_ONCE, "2026-03-28T23:30:00Z", NULL},
    {"Australia/Lord_Howe",
     {2026, 4, 5, 1, 45, 0, 0, 0},
     ZONE_TWICE,
     "2026-04-04T14:45:00Z",
     "2026-04-04T15:15:00Z"},
    {"Australia/Lord_Howe", {2026, 4, 5, 1, 29, 59, 0, 0}, ZONE_ONCE, "2026-04-04T14:29:59Z", NULL},
    {"Australia/Lord_Howe", {2026, 10, 4, 2, 15, 0, 0, 0}, ZONE_NEVER, "2026-10-03T15:30:00Z", 0},
    {"Pacific/Apia", {2011, 12, 30, 12, 0, 0, 0, 0}, ZONE_NEVER, "2011-12-30T10:00:00Z", NULL},
    {"Asia/Kathmandu", {1986, 1, 1, 0, 7, 0, 0, 0}, ZONE_NEVER, "1985-12-31T18:30:00Z", NULL},
};

static void finds_the_moment(void)
{
    for (size_t i = 0; i < COUNT_OF(when_rows); i++) {
        const struct zone *zone = open_zone(when_rows[i].zone);
        const char *second = when_rows[i].second != NULL ? when_rows[i].second : when_rows[i].first;
        struct zone_moment found = zone_when(zone, when_rows[i].civil);
        CHECK_INT(found.times, when_rows[i].times);
        CHECK_INT(found.first_ms, moment(when_rows[i].first));
        CHECK_INT(found.second_ms, moment(second));
        arena_reset(arena);
    }
}

/* ---- against the C library, every zone that there is ---- */

static uint64_t chance_state = 88172645463325252u;

static uint64_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

static void check_against_library(const struct zone *zone, int64_t second)
{
    time_t moment_s = (time_t)second;
    struct tm expected;
    struct civil civil = zone_civil(zone, second * 1000);
    CHECK(localtime_r(&moment_s, &expected) != NULL);
    bool is_same = civil.year == expected.tm_year + 1900 && civil.month == expected.tm_mon + 1 &&
                   civil.day == expected.tm_mday && civil.hour == expected.tm_hour &&
                   civil.minute == expected.tm_min && civil.second == expected.tm_sec &&
                   civil.weekday == expected.tm_wday && civil.offset_s == expected.tm_gmtoff;
    if (!is_same) {
        printf("# %.*s at %lld\n", TEXT_ARGS(zone_name(zone)), (long long)second);
    }
    CHECK(is_same);
}

static void check_there_and_back(const struct zone *zone, int64_t second)
{
    struct zone_moment found = zone_when(zone, zone_civil(zone, second * 1000));
    CHECK(found.times != ZONE_NEVER && found.first_ms <= found.second_ms);
    CHECK(found.first_ms == second * 1000 || found.second_ms == second * 1000);
    CHECK((found.first_ms == found.second_ms) == (found.times == ZONE_ONCE));
}

static size_t zone_count;

static void check_zone(const char *name)
{
    const struct zone *zone = open_zone(name);
    struct text variable = text_format(arena, ":%s", name);
    setenv("TZ", variable.data, 1);
    tzset();
    int64_t first_s = -3000000000; /* 1874 */
    for (int i = 0; i < test_scale(400); i++) {
        int64_t second = first_s + (int64_t)(chance() % 9000000000u); /* to 2160 */
        check_against_library(zone, second);
        check_there_and_back(zone, second);
    }
    /* The first change of the tables may lie before the first moment that the library counts. */
    for (size_t i = 0; i < zone->change_count; i++) {
        if (zone->changes_s[i] > first_s) {
            check_against_library(zone, zone->changes_s[i] - 1);
            check_against_library(zone, zone->changes_s[i]);
            check_there_and_back(zone, zone->changes_s[i] - 1);
            check_there_and_back(zone, zone->changes_s[i]);
        }
    }
    zone_count++;
    arena_reset(arena);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    const char *name = path + sizeof DIRECTORY;
    bool is_zone = kind == FTW_F && name[0] >= 'A' && name[0] <= 'Z' && strchr(name, '.') == NULL;
    if (is_zone && place->level > 0) {
        check_zone(name);
    }
    return 0;
}

static void agrees_with_the_library(void)
{
    CHECK_INT(nftw(DIRECTORY, visit, 16, 0), 0);
    printf("# %zu zones\n", zone_count);
    CHECK(zone_count >= 300);
}

/* ---- what is refused ---- */

static void refuses_names(void)
{
    static const char *const names[] = {
        "",
        "/etc/passwd",
        "../../../etc/passwd",
        "Europe/../../../etc/passwd",
        "Europe//X",
        "Europe/",
        "Europe/Berlin/",
        "localtime",
        "posixrules",
        "right/UTC",
        "zone.tab",
        "tzdata.zi",
        "Europe/B n",
        "Europe/Berlin ",
        "Europe\\Berlin",
        "utc",
        ".",
        "..",
        "E..",
        "Европа/Москва",
    };
    arena = arena_create("zone", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct zone *zone = NULL;
        struct text error = NO_TEXT;
        CHECK_STATUS(zone_open(arena, text_of(names[i]), &zone, &error), STATUS_MALFORMED);
        CHECK_TEXT(error, "a time zone is named as in 'Europe/Moscow' or 'UTC'");
        CHECK(zone == NULL);
    }
    char longest[300];
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    memset(longest, 'A', sizeof longest);
    CHECK_STATUS(zone_open(arena, (struct text){longest, sizeof longest}, &zone, &error),
                 STATUS_MALFORMED);
    CHECK_STATUS(zone_open(arena, NO_TEXT, &zone, &error), STATUS_MALFORMED);
}

static void says_that_there_is_none(void)
{
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    arena = arena_create("zone", ARENA_BYTES);
    CHECK_STATUS(zone_open(arena, TEXT("Europe/Moskow"), &zone, &error), STATUS_ABSENT);
    CHECK_TEXT(error, "time zone 'Europe/Moskow': there is none of that name in " DIRECTORY);
    CHECK_STATUS(zone_open(arena, TEXT("Europe"), &zone, &error), STATUS_ABSENT);
    CHECK_STATUS(zone_open(arena, TEXT("Europe/Moscow/Center"), &zone, &error), STATUS_ABSENT);
    CHECK_STATUS(zone__open_in(arena, "/nowhere/at/all", TEXT("Europe/Moscow"), &zone, &error),
                 STATUS_ABSENT);
    CHECK_TEXT(error, "time zone 'Europe/Moscow': there is no /nowhere/at/all; the package tzdata "
                      "brings it");
    CHECK(zone == NULL);
}

static void write_file(const char *path, struct text bytes)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(descriptor >= 0);
    CHECK_INT(write(descriptor, bytes.data, bytes.bytes), bytes.bytes);
    close(descriptor);
}

static void reads_no_other_files(void)
{
    static char zeroes[ZONE_FILE_BYTES_MAX + 1];
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    arena = arena_create("zone", ARENA_BYTES);
    const char *directory = test_directory();
    write_file(text_format(arena, "%s/Text", directory).data, TEXT("not a zone"));
    write_file(text_format(arena, "%s/Large", directory).data,
               (struct text){zeroes, sizeof zeroes});
    CHECK_STATUS(zone__open_in(arena, directory, TEXT("Text"), &zone, &error), STATUS_MALFORMED);
    CHECK_TEXT(error, "time zone 'Text': its file is damaged: it is no time zone file");
    CHECK_STATUS(zone__open_in(arena, directory, TEXT("Large"), &zone, &error), STATUS_MALFORMED);
    CHECK(zone == NULL);
}

static const struct test tests[] = {
    {"shows_the_clock", shows_the_clock, 0},
    {"finds_the_moment", finds_the_moment, 0},
    {"agrees_with_the_library", agrees_with_the_library, 900},
    {"refuses_names", refuses_names, 0},
    {"says_that_there_is_none", says_that_there_is_none, 0},
    {"reads_no_other_files", reads_no_other_files, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
